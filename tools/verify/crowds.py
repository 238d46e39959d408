"""The promise about many callers: whenever enough of them spoke of one thing, somebody at the desk was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from rulebook.rules import Alike
from schemas import dispatch as d
from services.dispatch.for_tools import Spot, Ticket, spot_of, spot_of_matter
from tools.verify.folds import Fact
from vocabulary import Chinese

_COUNTED: Final = (
    d.Opened,
    d.CategorySuggested,
    d.Classified,
    d.Dispatched,
    d.Corrected,
    d.Reopened,
    d.Unmerged,
    d.IncidentLeft,
    d.MergeDropped,
    d.PartReopened,
)
"""After each of these a ticket can count where it did not before."""


class _Caller(NamedTuple):
    ticket: str
    requester: str
    registered: datetime
    counted: datetime


class Crowds:
    """Who called about what, and of which tickets somebody was told."""

    def __init__(self, policy: Alike | None) -> None:
        """Nothing was read yet."""
        self._policy = policy
        self._spots: defaultdict[Spot, list[_Caller]] = defaultdict(list)
        self._pointed: set[str] = set()
        self._quiet: dict[Spot, datetime] = {}

    def note(self, key: str, state: object, facts: Sequence[Fact]) -> None:
        """Remember what became of a ticket."""
        if self._policy is None or not isinstance(state, Ticket):
            return
        for fact, at in facts:
            if isinstance(fact, d.AlikeNoticed):
                self._pointed.update(fact.tickets)
            if isinstance(fact, d.AlikeDismissed) and (about := spot_of_matter(state.matter)) is not None:
                until = at + timedelta(days=self._policy.quiet_days)
                self._quiet[about] = max(until, self._quiet.get(about, until))
        spot = spot_of(state)
        if spot is not None:
            counted = max(at for fact, at in facts if isinstance(fact, _COUNTED))
            caller = _Caller(key, state.matter.requester or key, state.matter.opened_at, counted)
            self._spots[spot].append(caller)

    @property
    def looked_at(self) -> int:
        """How many places and categories there are of which somebody spoke."""
        return len(self._spots)

    def missed(self) -> Iterator[tuple[str, Chinese]]:
        """Yield the newest of each group that nobody was told of."""
        if self._policy is None:
            return
        for spot, callers in self._spots.items():
            newest = max(callers, key=lambda each: each.counted)
            since = newest.counted - timedelta(days=self._policy.days)
            there = [each for each in callers if each.registered > since]
            quiet = spot in self._quiet and newest.counted < self._quiet[spot]
            people = len({each.requester for each in there})
            if people >= self._policy.callers and not quiet and self._pointed.isdisjoint(each.ticket for each in there):
                yield newest.ticket, Chinese(f"{people} 人反映同一地点的同类问题，没有请人研判")
