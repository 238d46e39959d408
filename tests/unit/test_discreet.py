"""What whoever asked reads of others shows nobody's numbers, however they are written; an office's stay readable."""

from __future__ import annotations

import random
import re

import pytest

from schemas.discreet import discreet
from tests.support.numbers import a_bank_card, an_identity_card, written

OURS = frozenset({"02165430000"})
_DIGITS = re.compile("[0-9０-９]")


def a_mobile(chance: random.Random) -> str:
    return f"1{chance.choice('356789')}{chance.randrange(10**9):09}"


def a_landline(chance: random.Random) -> str:
    return f"021{chance.choice('2356')}{chance.randrange(10**7):07}"


@pytest.mark.parametrize("make", [a_mobile, a_landline, an_identity_card, a_bank_card])
def test_no_number_of_a_person_reaches_whoever_asked_whole(make: object) -> None:
    chance = random.Random(9)  # noqa: S311 - made-up text, not a secret
    for _ in range(300):
        number = make(chance)  # type: ignore[operator]
        text = written(number, chance).replace("　电话13800138000", "")
        shown = discreet(text, OURS)
        assert len(shown) == len(text)
        assert len(_DIGITS.findall(shown)) <= 5, (text, shown)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("已联系您邻居王某13912345678核实", "已联系您邻居王某139******78核实"),
        ("王某，身份证310110199001011238", "王某，身份证**************1238"),
        ("号码310110199001011238", "号码**************1238"),
        ("一三九一二三四五六七八", "一三九******七八"),
        ("+86 139-1234-5678", "+86 1**-****-**78"),
        ("家里电话021-65981234", "家里电话021-******34"),
    ],
)
def test_numbers_are_known_by_their_look_alone(said: str, shown: str) -> None:
    assert discreet(said, OURS) == shown


@pytest.mark.parametrize(
    "said",
    [
        "工单26113000603036，回执R0213456789AB",
        "我们将在12月1日17:30前办结，请拨打12345",
        "可致电021-65430000",
        "咨询电话：13912345678",
        "服务热线021-65981234",
        "坐标121.4737012, 31.2304165",
        "共花费13800元，面积120平方米",
    ],
)
def test_what_is_nobodys_number_or_an_offices_stays(said: str) -> None:
    assert discreet(said, OURS) == said
