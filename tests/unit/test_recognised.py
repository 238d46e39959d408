"""Identity-card and bank-card numbers are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from schemas.public import ReceiptRefused
from schemas.recognised import Sort, masked, recognised
from tests.support import receipts
from tests.support.numbers import a_bank_card, an_identity_card, not_one, written

MADE_UP = 5_000
"""So many numbers of each kind are made up; a dozen seconds on a slow machine."""


def sorts(text: str) -> list[Sort]:
    return [each.sort for each in recognised(text)]


# --- what is one -----------------------------------------------------------------------------------------------------

CARD, BANK = "310110199003071237", "6222021001123456789"


@pytest.mark.parametrize(
    "said",
    [
        CARD,
        "310110 19900307 1237",
        "310110-19900307-1237",
        "310110　1990　0307　1237",
        "３１０１１０１９９００３０７１２３７",
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002ｘ",
        "310110900307123",
        "1.310110900307123",
        "共2人：12.310110199003071237",
        "身份证310110199003071237，电话13800138000",
        "310110199003071238",
        "13800138000 310110199003071237",
        "ID310110199003071237",
        "3101\u200b10199003071237",
        "310110_19900307/1237",
        "三一〇一一〇一九九〇〇三〇七一二三七",
        "③①0①①01990030⑦1237",
    ],
)
def test_an_identity_card_is_recognised_however_it_is_written(said: str) -> None:
    assert sorts(said) == [Sort.IDENTITY_CARD]


@pytest.mark.parametrize(
    "said",
    [
        BANK,
        "6222 0210 0112 3456 789",
        "622202-1001123456789",
        "６２２２０２１００１１２３４５６７８９",
        "6222021001123459",
        "4111111111111111",
    ],
)
def test_a_bank_card_is_recognised_however_it_is_written(said: str) -> None:
    assert sorts(said) == [Sort.BANK_CARD]


@pytest.mark.parametrize(
    "said",
    [
        "13800138000",
        "+86 138 0013 8000",
        "021-65981234#8001",
        "26091403000175",
        "26091403000175-1",
        "62220210011234567890",
        "310110199013071237",
        "310110901307123",
        "990110199003071237",
        "6222021001123456780",
        "2026112814305500012345",
        "坐标40.717175270413016，-73.717175270413016",
        "1234567890123456",
        "2026年11月28日14时30分，电话13800138000、13900139000",
    ],
)
def test_what_only_looks_like_one_is_none(said: str) -> None:
    assert recognised(said) == ()


@pytest.mark.parametrize(
    ("said", "sort"),
    [
        ("身份证310110199003071236", Sort.IDENTITY_CARD),
        ("身份证号：310110 19900307 1236", Sort.IDENTITY_CARD),
        ("身份证号码是310110199013071237", Sort.IDENTITY_CARD),
        ("他的身份证号为3101101990030712371", Sort.IDENTITY_CARD),
        ("银行卡6222021001123456788", Sort.BANK_CARD),
        ("银行卡号: 6222 0210 0112 3456 788", Sort.BANK_CARD),
        ("卡号（123456789012345）", Sort.BANK_CARD),
    ],
)
def test_a_number_with_a_slip_is_recognised_where_the_words_before_it_say_what_it_is(said: str, sort: Sort) -> None:
    assert sorts(said) == [sort]
    assert "*" in masked(said)


@pytest.mark.parametrize(
    "said",
    [
        "身份证丢了，工单310110199013071236",
        "身份证号12345678901234",
        "卡号12345678901234567890",
        "身份证复印件310110199013071236",
    ],
)
def test_other_numbers_near_such_words_are_none(said: str) -> None:
    assert sorts(said) == []


def test_two_numbers_in_a_row_are_two() -> None:
    assert sorts(f"{CARD} {BANK}") == [Sort.IDENTITY_CARD, Sort.BANK_CARD]


def test_the_mask_keeps_six_and_four_digits_and_the_length() -> None:
    said = f"身份证{CARD}，卡6222 0210 0112 3456 789。"
    assert masked(said) == "身份证310110********1237，卡6222 02** **** ***6 789。"
    assert masked(masked(said)) == masked(said)


def test_no_message_to_the_outside_carries_one_but_identities_stay() -> None:
    refused = receipts.refused(submission=CARD, reason=f"身份证{CARD}有误")
    written = refused.model_dump_json(exclude_none=True)
    assert ReceiptRefused.model_validate_json(written).reason == "身份证310110********1237有误"
    assert ReceiptRefused.model_validate_json(written).submission == CARD


# --- counted ---------------------------------------------------------------------------------------------------------


def test_on_made_up_text_the_published_counts_come_out() -> None:
    """The figures of docs/decisions/0088: what was written against what was recognised."""
    chance = random.Random(88)  # noqa: S311 - made-up text, not a secret
    counts: Counter[tuple[str, str]] = Counter()
    for make, name in ((an_identity_card, "identity_card"), (a_bank_card, "bank_card"), (not_one, "none")):
        for _ in range(MADE_UP):
            found = recognised(written(make(chance), chance) if name != "none" else f"编号{make(chance)}，请查。")
            counts[name, found[0].sort.value if found else "none"] += 1
    assert counts["identity_card", "identity_card"] == MADE_UP
    assert counts["bank_card", "none"] == 0
    assert counts["none", "identity_card"] + counts["none", "bank_card"] <= MADE_UP * 0.02
