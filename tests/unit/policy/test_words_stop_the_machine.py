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
        ("再不给我就从楼上跳下去", "self-harm"),
        ("今天不给钱我就死在他们公司门口", "self-harm"),
        ("我已经活够了，没意思", "self-harm"),
        ("活着真没意思，你们不用管我了", "self-harm"),
        ("孩子站在窗口要往下跳", "self-harm"),
        ("老公一时想不开，把自己锁在房间里", "self-harm"),
        ("她吃了半瓶安眠药", "self-harm"),
        ("干脆一死了之", "self-harm"),
        ("我给家里人留了遗言", "self-harm"),
        ("再不给说法我就一头撞死在你们大厅", "self-harm"),
        ("这样拖下去还不如死了算了", "self-harm"),
        ("有个女的在桥上要从桥上跳下去", "self-harm"),
        ("真想死，没人管我们", "self-harm"),
        ("我想离开这个世界", "self-harm"),
        ("再不解决我就把这房子点了，大家都别想好过", "threat"),
        ("你们不来我一把火烧了物业", "threat"),
        ("逼急了我什么都做得出来", "threat"),
        ("到时候别怪我不客气", "threat"),
        ("我要叫他们偿命", "threat"),
        ("大不了大家一起死", "threat"),
        ("再敲墙我就捅他一刀", "threat"),
        ("楼上男的操起菜刀要下来", "threat"),
        ("我开车去撞死那帮人", "threat"),
        ("要让老板全家陪葬", "threat"),
        ("信不信我把你们售楼处烧了", "threat"),
        ("他说要打断我儿子的腿，我也要打断他的腿", "threat"),
        ("家里有股臭鸡蛋的味道，灶头关了还有，头很晕", "gas"),
        ("厨房灶台一直嘶嘶响", "gas"),
        ("煤气罐漏气了", "gas"),
        ("隔壁老太忘了关煤气，人出去了", "gas"),
        ("煤气开着，我现在头晕恶心", "gas"),
        ("燃气报警器一直在响", "gas"),
        ("施工队把燃气管挖断了", "gas"),
        ("楼道里天然气味道很重", "gas"),
        ("灶头关了还有味道", "gas"),
        ("挖机挖破了煤气管", "gas"),
        ("市场监管局的人收了饭店老板的钱，检查前通风报信", "discipline"),
        ("工作人员收了饭店老板的钱", "discipline"),
        ("城管收了摊贩的烟酒就不管了", "discipline"),
        ("所里的人拿了店家的购物卡", "discipline"),
        ("要塞点钱才给办", "discipline"),
        ("不送礼就不给批", "discipline"),
        ("检查前总有人走漏风声", "discipline"),
        ("执法人员提前给老板打招呼", "discipline"),
        ("老板请领导喝酒，查都不查", "discipline"),
        ("干部跟开发商穿一条裤子", "discipline"),
        ("窗口的工作人员要了我的香烟", "discipline"),
        ("街道城管所的人收了钱财", "discipline"),
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
        "广场上每天跳广场舞，音乐太响",
        "我点了外卖，两个小时没送到",
        "收了我的钱不给货的店老板，请管一管",
        "就点了楼下饭店的外卖，吃坏肚子",
        "把店里的菜都点了一遍，账单不对",
        "健身房的工作人员收了我的钱不退",
        "邻居家的猫从二楼阳台跳下来，踩坏了花盆",
        "小区的树就死在那里没人管",
        "鱼差点就死在池子里",
        "电压不稳，电灯电压往下跳",
        "店里想不开发票",
        "想不开门，门锁坏了，联系不到物业",
        "狗在小区里吃了老鼠药",
        "下水道里有臭鸡蛋味",
        "河水有一股臭鸡蛋的味道",
        "自来水有臭鸡蛋味",
        "怕老人忘关煤气，想申请装个报警装置",
        "燃气报警器不响了，想换一个",
        "打火灶点不着，想报修",
        "孩子发烧了他们不接诊",
        "新官上任三把火，路还是没修",
        "拿了一把剪刀修树枝",
        "公交车不停，我只好走过去",
        "物业公司的队长收了我的钱没给收据",
        "工作人员不收现金，只能扫码",
        "送礼品卡的活动是不是骗人的",
        "请领导重视，早日修好",
        "领导请给我们小区装个电梯",
        "政府给困难家庭送了米和油",
        "大家一起坐着等死板的流程改一改",
        "点个赞，工作人员态度很好",
        "这个项目真是给大家好看的夜景",
        "把灯点亮一点，路太黑",
        "烧了一壶水，水里有白色的东西",
        "生意难做，生不如死",
        "开车去医院撞到护栏，护栏要修",
        "垃圾桶烧坏了，请换一个",
        "生活没意思的地方，请多办点活动",
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
        ("      - 割腕", "      - '[割'", "正则表达式，从第 1 个字符起读不下去"),
        ("      - 割腕", "      - '(?:割腕)?'", "至少要有一个字符才合得上"),
        ("category: 0701-07", "category: 9999-99", "catalogue.csv 里的分类"),
        ("refer: police-110", "refer: moon", "区外单位"),
        ("code: threat", "code: self-harm", "只出现一次的代码"),
        ("urgent: true", "urgnet: true", "这些字段之一"),
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
