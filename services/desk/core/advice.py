"""What the policy would do with what waits for dispatch: for each likely category who leads, who supports, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from rulebook import Policy
from rulebook.directory import Category
from rulebook.responsibility import Assignment, Rule, responsible
from schemas.public import DeskTask
from services.desk.core.marking import Word

_MOST: Final = 3
"""Categories that are shown while somebody speaks."""


class Advice(NamedTuple):
    """One way to dispatch; without a lead where policy names none, and `rule` says why."""

    category: Category
    lead: str | None
    supporting: tuple[str, ...]
    rule: Rule
    found: tuple[str, ...]
    """Words of the category that stand in the text."""


def advice(task: DeskTask, policy: Policy) -> Sequence[Advice]:
    """List the ways, the likeliest category first; none where nothing was suggested.

    What was suggested goes by how a ticket began. What was said since counts as well: a category whose words stand in
    it comes before one that was suggested, but of which no word was ever said.
    """
    codes = dict.fromkeys((task.category, task.suggestion, *(task.alternatives or ())))
    known = (policy.category(code) for code in codes if code is not None)
    since = _said_since(task)
    words = "\n".join((task.text, *since))
    suggested = [way_of(each, words, task.subdistrict, policy) for each in known if each is not None]
    if not since:
        return suggested
    heard = likely(words, task.subdistrict, policy, policy.day(task.since))
    more = [each for each in heard if each.category.code not in codes]
    ahead = [each for each in suggested if each.found or each.category.code == task.category]
    return [*ahead, *more, *(each for each in suggested if each not in ahead)]


def _said_since(task: DeskTask) -> Sequence[str]:
    """What was said of a ticket after it was registered, by whoever asked and by whoever spoke to them."""
    added = (each.text for each in task.supplements or ())
    return [each for each in (*added, task.wish, task.contacted, task.said, task.noted) if each]


def likely(text: str, subdistrict: str | None, policy: Policy, day: date) -> Sequence[Advice]:
    """List the ways of what somebody says who still speaks, by the words of categories: most of them first."""
    ways = [way_of(each, text, subdistrict, policy) for each in policy.categories if each.valid_on(day)]
    heard = [each for each in ways if each.found]
    return sorted(heard, key=lambda each: -sum(map(len, each.found)))[:_MOST]


def way_of(category: Category, text: str, subdistrict: str | None, policy: Policy) -> Advice:
    """The way of one category."""
    found = tuple(word for word in category.keywords if word in text)
    named = responsible(policy, category.code, subdistrict)
    if not isinstance(named, Assignment):
        return Advice(category, None, (), named.rule, found)
    supporting = tuple(each.department for each in named.supporting)
    return Advice(category, named.lead, supporting, named.rule, found)


def certain(task: DeskTask, ways: Sequence[Advice]) -> Advice | None:
    """The way that follows from the category that a person gave; None where it is only likely, or names no lead."""
    if task.category is None or needs_eyes(task):
        return None
    way = next((each for each in ways if each.category.code == task.category), None)
    return way if way is not None and way.lead is not None else None


def needs_eyes(task: DeskTask) -> bool:
    """Whether its words are such that nobody may dispatch it by one key: they stop the machine, or point elsewhere."""
    return bool(task.stop_words) or task.refer is not None


def recognised(task: DeskTask, ways: Iterable[Advice]) -> Sequence[Word]:
    """What to mark in the text: words that stop the machine before those of categories."""
    stops = [Word(each.word, "stop", f"{each.name}：{each.reason}") for each in task.stop_words or ()]
    kinds = [Word(word, "kind", way.category.name) for way in ways for word in way.found]
    return [*stops, *sorted(kinds, key=lambda each: -len(each.text))]
