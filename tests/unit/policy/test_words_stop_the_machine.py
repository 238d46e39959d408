"""Cries for help, other districts and misconduct are recognised; ordinary sentences with the same words are not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import load_policy, validate
from rulebook.needed import lacks, needed
from rulebook.stop_words import Listener, Recognised, StopGroup, StopWords

POLICY = load_policy(Path("policy"))


def groups(text: str, place: str = "", *, located: bool = True) -> list[str]:
    return [each.group.code for each in POLICY.listener.recognised(text, place, located=located)]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("工资拖了半年，再不给我就从楼顶跳楼", "self-harm"),
        ("欠薪不发，老婆孩子都快饿死，我不想活了", "self-harm"),
        ("再不解决我就跟他们同归于尽", "threat"),
        ("隔壁男的说要砍死我全家", "threat"),
        ("他提着刀在楼道里走来走去", "threat"),
        ("他拎着一桶汽油在售楼处门口", "threat"),
        ("楼道里一股煤气味", "gas"),
        ("厨房天然气管一直在漏气，嘶嘶响", "gas"),
        ("３号楼着 火 了，快来", "fire"),
        ("电瓶车棚冒浓烟", "fire"),
        ("居委会起火了", "fire"),
        ("工地脚手架塌了，下面有人", "collapse"),
        ("地下室爆炸，玻璃全碎了", "collapse"),
        ("老人被困在电梯里半小时了", "trapped"),
        ("有小孩掉进窨井", "trapped"),
        ("邻居独居老人敲门没人应", "trapped"),
        ("有人晕倒在路边叫不醒", "medical"),
        ("幼儿园几个孩子食物中毒", "medical"),
        ("门口一帮人在打架", "crime"),
        ("举报某科长收受开发商贿赂", "discipline"),
        ("城管队长收了摊主的红包", "discipline"),
        ("窗口工作人员态度恶劣", "discipline"),
        ("虹口区曲阳路的路灯不亮", "elsewhere"),
        ("我在浦东张江上班，这里没有公交", "elsewhere"),
    ],
)
def test_what_no_machine_may_answer_is_recognised(text: str, group: str) -> None:
    assert group in groups(text)


@pytest.mark.parametrize(
    "text",
    [
        "消防通道被私家车堵住，希望清理",
        "楼道里的消防水管很旧了，消火栓没有水",
        "煤气费这个月突然涨了一倍",
        "想问天然气公司的电话，要装燃气表",
        "楼下火锅店油烟太大",
        "灭火器过期了没人换",
        "楼道充电容易引起火灾，请管一管",
        "请社区做一次火灾逃生演练",
        "电瓶车停在楼道，万一着火怎么办",
        "看着火车站门口的黑车没人管",
        "烟囱天天冒黑烟，衣服都不敢晒",
        "商场跳楼价促销太吵",
        "房顶上吊顶漏水",
        "噪音吵死人了",
        "孩子在学校抢微信红包",
        "水果都腐败变质了还在卖",
        "宠物狗走失，贴了很多小广告",
        "落水管坏了，雨水流到我家",
        "一直被噪音困扰",
        "四平路街道平凉路的路灯坏了",
    ],
)
def test_ordinary_sentences_with_the_same_characters_pass(text: str) -> None:
    assert groups(text) == []


@pytest.mark.parametrize(
    ("place", "located", "found"),
    [
        ("虹口区四川北路12号", False, ["elsewhere"]),
        ("杭州市西湖边", False, ["elsewhere"]),
        ("无名路88号", False, ["elsewhere"]),
        ("无名路88号", True, []),
        ("平凉路100弄", False, []),
        ("四平路街道某小区", False, []),
        ("阳光小区3号楼", False, []),
        ("菜市场门口", False, []),
    ],
)
def test_a_place_that_is_not_ours_is_recognised_and_ours_never_is(
    place: str,
    located: bool,  # noqa: FBT001 - the case
    found: list[str],
) -> None:
    assert groups("路灯不亮", place, located=located) == found


def test_departments_of_the_same_sentence_are_named_and_others_are_not() -> None:
    (found,) = POLICY.listener.recognised("四平街道的干部收受红包。房管局说不归他们管。")
    assert found.named == ("siping",)


def test_the_districts_own_names_are_never_foreign_whatever_the_patterns_say() -> None:
    everything = StopWords(groups=(StopGroup(code="x", name="x", reason="x", foreign=True, words=("平凉路",)),))
    listener = Listener.of(everything, POLICY.places, POLICY.departments, POLICY.area)
    assert listener.recognised("平凉路100号") == ()


@pytest.mark.parametrize(
    ("said", "instead", "expected"),
    [
        ("      - 割腕", "      - '[割'", "regular expression"),
        ("      - 割腕", "      - '(?:割腕)?'", "fits nothing"),
        ("category: 0701-07", "category: 9999-99", "a category of catalogue.csv"),
        ("refer: police-110", "refer: moon", "an outside body"),
        ("code: threat", "code: self-harm", "a code that stands once"),
        ("urgent: true", "urgnet: true", "one of the fields"),
    ],
)
def test_a_faulty_group_is_refused_with_its_line(tmp_path: Path, said: str, instead: str, expected: str) -> None:
    directory = tmp_path / "policy"
    shutil.copytree("policy", directory)
    path = directory / "stop_words.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(said, instead, 1), encoding="utf-8")

    (problem,) = [each for each in validate(directory) if each.file == "stop_words.yaml"]
    assert problem.line > 1
    assert expected in problem.expected


# --- cheaper, with the same answers ----------------------------------------------------------------------------------

_EVERY = [pattern for group in POLICY.stop_words.groups for pattern in (*group.words, *group.unless, *group.in_place)]
_MATCHES = st.sampled_from(_EVERY).flatmap(lambda pattern: st.from_regex(pattern, fullmatch=True))
_CHARACTERS = st.text(st.sampled_from(sorted({each for pattern in _EVERY for each in pattern})), max_size=6)
_TEXTS = st.lists(_MATCHES | _CHARACTERS | st.sampled_from(["四平路", "房管局", "。", "，"]), max_size=5).map("".join)


def _looked_for_always(group: StopGroup) -> StopGroup:
    """The same words, each beside a way to fit that says nothing of its characters."""
    return group.model_copy(update={"words": tuple(rf"(?:{word}|[^\d\D])" for word in group.words)})


PLAIN_RULE = Listener.of(
    StopWords(groups=tuple(_looked_for_always(group) for group in POLICY.stop_words.groups)),
    POLICY.places,
    POLICY.departments,
    POLICY.area,
)
"""Every pattern of every group is looked for, whatever the text is."""


def _said(found: tuple[Recognised, ...]) -> list[str]:
    return [f"{each.group.code} {each.word} {each.named}" for each in found]


@given(text=_TEXTS, place=_TEXTS, located=st.booleans())
def test_what_is_recognised_is_what_the_plain_rule_recognises(text: str, place: str, *, located: bool) -> None:
    assert not PLAIN_RULE.sieve.by_character
    plainly = PLAIN_RULE.recognised(text, place, located=located)
    assert _said(POLICY.listener.recognised(text, place, located=located)) == _said(plainly)


@given(st.data())
def test_whatever_fits_a_pattern_has_what_the_pattern_needs(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from([*_EVERY, r"a{0,2}b+", r"(?:x|yz?)[ab]{2}", r"[a-c-]q", r"\d\.|[^]]z", r"q{}"]))
    text = data.draw(st.from_regex(pattern))
    assert not lacks(set(text), needed(pattern))


@pytest.mark.parametrize("pattern", [r"(?i)gas", r"\u706b", r"(?P<a>火)(?P=a)", r"(火)\1", r"\N{BULLET}"])
def test_nothing_is_said_of_a_pattern_that_says_more_than_is_read(pattern: str) -> None:
    re.compile(pattern)
    assert needed(pattern) == ()


def test_nearly_every_pattern_of_the_district_is_looked_for_only_where_it_can_fit() -> None:
    assert sum(not needed(pattern) for group in POLICY.stop_words.groups for pattern in group.words) == 0
