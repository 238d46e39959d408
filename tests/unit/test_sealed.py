"""Whoever must stay unknown is found in no text, however it writes who they are; ordinary texts stay as they are."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from schemas.lives import golden
from schemas.sealed import Seal
from schemas.spelling import spelt
from schemas.spoken import reworded
from schemas.values import Contact

MOBILE, LANDLINE = "13912345678", "021-65001234"
NAME, ACCOUNT, ADDRESS = "欧阳春晓", "wx-Wang_01", "四平路100号3号楼502室"
CALLER = Contact(name=NAME, phone=MOBILE, wechat=ACCOUNT, address=ADDRESS)
OFFICE = Contact(name="张三", phone=LANDLINE)
SEAL = Seal(CALLER, OFFICE, Contact(phone="021-65981234转8001"))
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "said",
    [
        MOBILE, "139.1234.5678", "139_1234_5678", "139/1234/5678", "139，1234，5678", "139\u200b1234\ufeff5678",
        "139)12345678", "139---1234---5678", "一三九一二三四五六七八", "幺三九壹贰叁肆伍陆柒捌", "①③⑨①②③④⑤⑥⑦⑧",
        "❶❸❾12345678", "1️⃣3️⃣9️⃣12345678", "𝟏𝟑𝟗12345678", "65001234", "021）65001234", "021 6500 1234", "六五〇〇一二三四",
        "65981234", "021-65981234转8001", "65981234 分机 8001", "欧 阳 春 晓", "欧\u200b阳\u2060春晓",
        "欧阳·春晓", "张 三",
        "ｗｘ－ｗａｎｇ＿０１", "WX-WANG_01", "四平路 100 号 3 号楼 502 室", "四平路一百号三号楼五百零二室",
        "四平路一〇〇号三号楼五〇二室", "四平路壹佰号３号楼502室",
    ],
)  # fmt: skip
def test_each_way_of_writing_that_was_seen_is_sealed(said: str) -> None:
    assert set(SEAL(f"{said}")) == {"*"}
    assert SEAL(f"来电人（{said}）反映漏水。") == f"来电人（{'*' * len(said)}）反映漏水。"


# --- made up ---------------------------------------------------------------------------------------------------------

BLANKS = (" ", "\u3000", "\u00a0", "\u200b", "\u2060", "\ufeff", "\u00ad")
MARKS = (*BLANKS, "-", "－", "—", ".", "_", "/", "，", "、", "·", ") ", "---", "\n")
DIGITS: tuple[Callable[[int], str], ...] = (
    str,
    lambda digit: chr(ord("０") + digit),
    lambda digit: "〇一二三四五六七八九"[digit],
    lambda digit: "零壹贰叁肆伍陆柒捌玖"[digit],
    lambda digit: "⓪①②③④⑤⑥⑦⑧⑨"[digit],
    lambda digit: chr(0x1D7CE + digit),
    lambda digit: chr(0x0660 + digit),
)


def a_number(chance: random.Random) -> str:
    digits = chance.choice((MOBILE, "65001234", "02165001234"))
    way = chance.choice(DIGITS)
    written = [(way if chance.random() < 0.8 else str)(int(digit)) for digit in digits]
    return "".join(
        letter + (chance.choice(MARKS) if chance.random() < 0.3 and place < len(written) - 1 else "")
        for place, letter in enumerate(written)
    )


def a_name(chance: random.Random) -> str:
    return chance.choice(NAME[:1]) + "".join(chance.choice(("", *BLANKS)) + letter for letter in NAME[1:])


def an_account(chance: random.Random) -> str:
    account = chance.choice((ACCOUNT, ACCOUNT.upper(), ACCOUNT.lower()))
    return account.translate(FULL_WIDTH) if chance.random() < 0.5 else account


def an_address(chance: random.Random) -> str:
    hundred = chance.choice(("100", "一百", "一〇〇", "１００"))
    house, room = chance.choice(("3", "三", "③")), chance.choice(("502", "五百零二", "五〇二"))
    blank = chance.choice(("", *BLANKS))
    return blank.join(("四平路", hundred, "号", house, "号楼", room, "室"))


@pytest.mark.parametrize("make", [a_number, a_name, an_account, an_address], ids=lambda make: make.__name__)
def test_any_way_of_writing_is_sealed(make: Callable[[random.Random], str]) -> None:
    chance = random.Random(118)  # noqa: S311 - made-up text, not a secret
    for _ in range(500):
        said = make(chance)
        text = f"{chance.choice(('我是', '电话', '住在', '联系'))}{said}，请尽快处理。"
        assert SEAL(text) == text.replace(said, "*" * len(said)), text


# --- what is nobody's contact ----------------------------------------------------------------------------------------


def texts() -> list[str]:
    found: list[str] = []

    def take(text: str) -> str:
        found.append(text)
        return text

    for records in golden().values():
        for each in records:
            reworded(each.value, take)
    return found


def test_no_ordinary_text_is_touched() -> None:
    ordinary = [
        *texts(), "一、二、三、四、五、六、七、八、九、十", "1391234，5679", "650012", "欧阳先生春晓路",
        "四平路100弄3号502室",
        "张先生等三人", "2026年11月28日14时30分", "26091403000175",
    ]  # fmt: skip
    stranger = Seal(Contact(name="欧阳春晓", phone=MOBILE, wechat=ACCOUNT, address=ADDRESS), Contact(phone=LANDLINE))
    assert len(ordinary) > 100
    assert [text for text in ordinary if stranger(text) != text] == []


def test_a_spelling_keeps_each_character_in_its_place() -> None:
    said = "我①二叁𝟒５⑩🙏ｗ㈠⼀"
    assert spelt(said) == "我12345⑩🙏w11"
    assert len(spelt(said)) == len(said)


def test_a_short_number_is_not_made_of_a_list() -> None:
    assert Seal(Contact(phone="12345"))("1、2、3、4、5；12-345") == "1、2、3、4、5；******"


# --- whoever wants to stay unknown and left a number in the text ------------------------------------------------------

ANY_PHONE = Seal(every_phone=True)


@pytest.mark.parametrize(
    "said",
    [
        "13912345678", "139 1234 5678", "139-1234-5678", "139.1234.5678", "一三九一二三四五六七八",
        "１３９１２３４５６７８", "①③⑨①②③④⑤⑥⑦⑧", "+86 139 1234 5678", "8613912345678", "021-65001234", "02165001234",
        "021)65001234", "0571-8500123", "021-65001234转8001", "021 6500 1234 分机 12", "139\u200b1234\u200b5678",
    ],
)  # fmt: skip
def test_any_telephone_number_is_sealed_where_nobody_knows_whose_it_is(said: str) -> None:
    assert ANY_PHONE(f"请打{said}，我匿名举报。") == f"请打{'*' * len(said)}，我匿名举报。"


@pytest.mark.parametrize(
    ("before", "number"), [("电话：", "65001234"), ("联系", "6500 1234"), ("打座机是", "65001234")]
)
def test_a_number_of_the_city_is_one_where_the_words_before_it_say_so(before: str, number: str) -> None:
    assert ANY_PHONE(f"{before}{number}。") == f"{before}{'*' * len(number)}。"


@pytest.mark.parametrize(
    "said",
    [
        "水表65001234", "工单26091403000175", "身份证310110199003071237", "卡6222021234567890123", "2026-11-29 13:00",
        "四平路100号3号楼502室", "1、3、9、1、2、3、4", "金额139123456.78元", "12345", "110", "第139次",
    ],
)  # fmt: skip
def test_other_numbers_stay_as_they_are(said: str) -> None:
    assert ANY_PHONE(said) == said
