"""Two lives of the same tickets, held against each other: what would have been otherwise. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from schemas.clocks import BreachWithdrawn, ClockBreached, ClockStarted
from schemas.dispatch import (
    ActionRefused,
    Closed,
    DispatchAwaited,
    Dispatched,
    DispatchFact,
    DueNoted,
    Nudged,
    Overdue,
    SupervisionOrdered,
)
from schemas.values import Clock, remind_by
from tools.whatif.world import Happened, History

_OF_CLOCKS: Final = (DueNoted, Overdue)
_REOPENED: Final = "reopened"
T = TypeVar("T")


class Pair(NamedTuple):
    """A number under the present rules and under the others."""

    present: int
    other: int


class Moved(NamedTuple):
    """A ticket whose first order would have gone to others; None where it would have waited for a person."""

    ticket: str
    present: str | None
    other: str | None
    supporting: tuple[str, ...] = ()
    supporting_other: tuple[str, ...] = ()


class Shifted(NamedTuple):
    """A ticket whose handling would have been due at another moment, in seconds (later is more than zero)."""

    ticket: str
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """What would have changed, and how far the replay can be trusted.

    `reproduced` counts the tickets whose replay under the present rules gives the facts that were recorded.
    """

    tickets: int
    reproduced: int
    deviating: tuple[str, ...]
    breaches: Mapping[str, Pair]
    breaches_of: Mapping[str, Pair]
    loads: Mapping[str, Pair]
    redispatches: Pair
    nudged: Pair
    supervised: Pair
    waited: Pair
    closed: Pair
    refused: Pair
    moved: tuple[Moved, ...]
    shifted: tuple[Shifted, ...]


def compare(recorded: History, present: History, other: History) -> Comparison:
    """Hold a life under other rules against one under the present rules, and that one against what was recorded."""
    tickets = sorted(ticket for ticket, facts in present.facts.items() if _all(facts, DispatchFact))
    deviating = tuple(t for t in tickets if _course(present.facts[t]) != _course(recorded.facts.get(t, ())))
    return Comparison(
        tickets=len(tickets),
        reproduced=len(tickets) - len(deviating),
        deviating=deviating,
        breaches=_pairs(present, other, lambda facts: Counter(str(clock) for clock, _ in _breached(facts))),
        breaches_of=_pairs(present, other, lambda facts: Counter(owner for _, owner in _breached(facts))),
        loads=_pairs(present, other, _loads),
        redispatches=_pair(present, other, _redispatches),
        nudged=_pair(present, other, lambda facts: len(_all(facts, Nudged))),
        supervised=_pair(present, other, lambda facts: len(_all(facts, SupervisionOrdered))),
        waited=_pair(present, other, lambda facts: len(_all(facts, DispatchAwaited))),
        closed=_pair(present, other, lambda facts: int(bool(_all(facts, Closed)))),
        refused=_pair(present, other, lambda facts: len(_all(facts, ActionRefused))),
        moved=tuple(_moved(tickets, present, other)),
        shifted=tuple(_shifted(tickets, present, other)),
    )


def _all(facts: Iterable[Happened], kind: type[T]) -> list[T]:
    return [each.fact for each in facts if isinstance(each.fact, kind)]


def _course(facts: Iterable[Happened]) -> Counter[str]:
    """Which facts a ticket's life has, without what dispatch notes of clocks."""
    return Counter(fact.type_name for fact in _all(facts, DispatchFact) if not isinstance(fact, _OF_CLOCKS))


def _breached(facts: Iterable[Happened]) -> list[tuple[Clock, str]]:
    """The clocks that were missed, and by whom, without what was withdrawn."""
    missed: dict[str, tuple[Clock, str]] = {}
    for each in facts:
        match each.fact:
            case ClockBreached() as fact:
                missed[fact.clock_id] = (fact.clock, fact.owner)
            case BreachWithdrawn() as fact:
                missed.pop(fact.clock_id, None)
            case _:
                pass
    return list(missed.values())


def _orders(facts: Iterable[Happened]) -> list[Dispatched]:
    return [fact for fact in _all(facts, Dispatched) if not fact.same_lead]


def _redispatches(facts: Iterable[Happened]) -> int:
    """How often the department that leads, or those that support, became others; reopening begins a new life."""
    orders = [(fact.lead, frozenset(fact.supporting), fact.reason) for fact in _all(facts, Dispatched)]
    return sum(one[0] != two[0] or (one[1] != two[1] and two[2] != _REOPENED) for one, two in pairwise(orders))


def _loads(facts: Iterable[Happened]) -> Counter[str]:
    return Counter({order.lead for order in _orders(facts)})


def _pair(present: History, other: History, number: Callable[[Sequence[Happened]], int]) -> Pair:
    return Pair(*(sum(number(facts) for facts in history.facts.values()) for history in (present, other)))


def _pairs(present: History, other: History, numbers: Callable[[Sequence[Happened]], Counter[str]]) -> dict[str, Pair]:
    one, two = (sum(map(numbers, history.facts.values()), Counter[str]()) for history in (present, other))
    return {name: Pair(one[name], two[name]) for name in sorted(one.keys() | two.keys())}


def _moved(tickets: Iterable[str], present: History, other: History) -> Iterable[Moved]:
    for ticket in tickets:
        one, two = (_first_order(history.facts.get(ticket, ())) for history in (present, other))
        if one != two:
            yield Moved(ticket, one[0], two[0], one[1], two[1])


def _first_order(facts: Iterable[Happened]) -> tuple[str | None, tuple[str, ...]]:
    """Who led first by rule, and who supported; nobody for a ticket that waited for a person, who decided as it was."""
    first = next((each.fact for each in facts if isinstance(each.fact, Dispatched | DispatchAwaited)), None)
    return (first.lead, tuple(sorted(first.supporting))) if isinstance(first, Dispatched) else (None, ())


def _shifted(tickets: Iterable[str], present: History, other: History) -> Iterable[Shifted]:
    for ticket in tickets:
        one, two = (_first_due(history.facts.get(ticket, ())) for history in (present, other))
        if one is not None and two is not None and one.due != two.due:
            yield Shifted(ticket, (remind_by(two.due) - remind_by(one.due)).total_seconds())


def _first_due(facts: Iterable[Happened]) -> ClockStarted | None:
    return next((fact for fact in _all(facts, ClockStarted) if fact.clock is Clock.HANDLING), None)


def history_of(facts: Iterable[tuple[str, Happened]]) -> History:
    """Gather recorded facts by ticket."""
    found = History()
    for ticket, each in facts:
        found.facts.setdefault(ticket, []).append(each)
    return found
