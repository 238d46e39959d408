"""How a category fares when policy dispatches it: a thing of its own, so that one place counts the checks of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from chassis.service import Tell
from schemas import dispatch as d
from schemas import requests as r
from schemas.registry import REQUESTS
from schemas.values import CategoryCode, Instant
from services.dispatch.core.draft import BY_POLICY
from services.dispatch.core.rules import Rules

_REMEMBERED: Final = 1_000
"""So many checks are remembered; how many of them count is the policy's."""


@dataclass(frozen=True, kw_only=True)
class Category:
    """What people found of what policy dispatched under a category, the newest last, and whether only people do now.

    `restored_at` is when a person last let policy dispatch it again: what it had dispatched before does not count.
    """

    category: CategoryCode
    checks: tuple[bool, ...]
    fallen_back: bool = False
    restored_at: Instant | None = None


def decide_category(category: Category | None, asked: r.CategoryRequest, rules: Rules) -> tuple[d.CategoryFact, ...]:
    """Decide; nothing to do is ()."""
    match asked:
        case r.CountCheck() if category is not None and _is_of_before(category, asked):
            return ()
        case r.CountCheck():
            counted = d.CheckCounted(category=asked.category, by=asked.by, origin=asked.origin, right=asked.right)
            return (counted, *_failed(_evolved(category, counted, None), asked, rules))
        case r.RestoreCategory() if category is not None and category.fallen_back:
            return (d.CategoryRestored(category=asked.category, by=asked.by, origin=asked.origin),)
        case _:
            return ()


def _is_of_before(category: Category, asked: r.CountCheck) -> bool:
    """Whether a check is of an order that policy gave before it was stopped and let again."""
    restored, dispatched = category.restored_at, asked.dispatched_at
    return restored is not None and dispatched is not None and dispatched <= restored


def _failed(category: Category, asked: r.CountCheck, rules: Rules) -> Iterator[d.CategoryFact]:
    check = rules.automation.check
    newest = category.checks[-check.newest :]
    right, checked = sum(newest), len(newest)
    if not category.fallen_back and check.fails(right, checked):
        yield d.CategoryFellBack(
            category=asked.category,
            by=BY_POLICY,
            origin=asked.origin,
            checked=checked,
            correct=right,
            at_least=round(check.at_least(right, checked), 4),
            floor=check.floor,
        )


def evolve_category(category: Category | None, fact: d.CategoryFact, at: datetime) -> Category:
    """Fold one fact of a category."""
    return _evolved(category, fact, at)


def _evolved(category: Category | None, fact: d.CategoryFact, at: datetime | None) -> Category:
    before = category or Category(category=fact.category, checks=())
    match fact:
        case d.CheckCounted():
            return replace(before, checks=(*before.checks, fact.right)[-_REMEMBERED:])
        case d.CategoryFellBack():
            return replace(before, fallen_back=True)
        case d.CategoryRestored():
            return replace(before, checks=(), fallen_back=False, restored_at=at)
        case _:
            return before


def tell_of_category(fact: d.CategoryFact) -> Iterator[Tell]:
    """The ticket whose check brought it about is where people hear that the category fell back."""
    if isinstance(fact, d.CategoryFellBack):
        said = r.SayFallenBack(
            ticket=fact.origin,
            origin=fact.origin,
            by=fact.by,
            category=fact.category,
            checked=fact.checked,
            correct=fact.correct,
            at_least=fact.at_least,
            floor=fact.floor,
        )
        yield Tell(REQUESTS, fact.origin, said)
