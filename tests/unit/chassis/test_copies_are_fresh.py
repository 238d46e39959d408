"""A copy of a frozen value keeps nothing that was prepared from the fields of the old one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from chassis.frozen import remembered, replace
from rulebook.base import Model
from worktime.days import Frozen


class Streets(Model):
    names: tuple[str, ...]

    @cached_property
    def longest(self) -> str:
        return max(self.names, key=len)


class Hours(Frozen):
    hours: tuple[int, ...]

    @cached_property
    def total(self) -> int:
        return sum(self.hours)


@dataclass(frozen=True)
class Road:
    names: tuple[str, ...]
    seen: dict[str, str] = field(default_factory=dict)

    @cached_property
    def longest(self) -> str:
        return max(self.names, key=len)


COPIES: dict[str, Callable[[Streets], Streets]] = {
    "model_copy": lambda before: before.model_copy(update={"names": ("四平路",)}),
    "dict": lambda before: Streets(**{**dict(before), "names": ("四平路",)}),
    "model_construct": lambda before: Streets.model_construct(**{**dict(before), "names": ("四平路",)}),
    "vars": lambda before: Streets(**{**dict(copy.copy(before)), "names": ("四平路",)}),
    "deep": lambda before: before.model_copy(update={"names": ("四平路",)}, deep=True),
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copied_model_prepares_anew(way: str) -> None:
    before = Streets(names=("延吉西路",))
    assert before.longest == "延吉西路"

    after = COPIES[way](before)

    assert (after.longest, before.longest) == ("四平路", "延吉西路")


def test_fields_alone_are_what_a_model_iterates_over() -> None:
    before = Hours(hours=(2, 4))
    assert before.total == 6
    seen: dict[str, Any] = dict(before)

    assert seen == {"hours": (2, 4)}
    assert copy.deepcopy(before) == copy.copy(before) == before
    assert "total" not in vars(copy.copy(before))


def test_a_replaced_value_prepares_anew_and_keeps_its_other_fields() -> None:
    before = Road(names=("延吉西路",), seen={"a": "b"})
    assert before.longest == "延吉西路"

    after = replace(before, names=("四平路",))

    assert (after.longest, after.seen is before.seen) == ("四平路", True)


def test_what_was_made_is_remembered_for_equal_arguments_alone() -> None:
    made: list[str] = []

    @remembered
    def lengthened(road: Road, by: str) -> str:
        made.append(by)
        return road.names[0] + by

    before = Road(names=("四平路",))

    assert (lengthened(before, "东段"), lengthened(before, "东段"), lengthened(before, "西段")) == (
        "四平路东段",
        "四平路东段",
        "四平路西段",
    )
    assert made == ["东段", "西段"]
    assert before == Road(names=("四平路",))
    assert lengthened(replace(before, names=("延吉西路",)), "西段") == "延吉西路西段"
