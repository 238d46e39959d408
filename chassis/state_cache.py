"""The states of a lane that its worker keeps in memory, for as long as nobody else writes in the lane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from chassis.decider import C, Decider, Stepped
from chassis.service import Connection, Lane, NextTimer
from chassis.timers import Timer

S = TypeVar("S")

CACHED: Final = 3_000
"""So many keys of a lane; a state takes some ten kilobytes."""
_NAME: Final = "decider"


class NewerState(Exception):  # noqa: N818 - it says what was met
    """A stored state has a newer form than this version knows: an older version runs where a newer one wrote."""


class CachedState(NamedTuple, Generic[S]):
    """A state as it is stored, how many facts it was folded from, and the timer that it wants."""

    version: int
    state: S
    wanted: NextTimer | None


class Precomputed(NamedTuple, Generic[S]):
    """What will happen to a key when its timer fires, unless something else happens before."""

    known: CachedState[S]
    step: Stepped[S]
    wanted: NextTimer | None
    body: str


@dataclass(slots=True)
class StateCache(Generic[S]):
    """The latest states of a lane, and what was precomputed: up to which timer, and what follows."""

    states: dict[str, CachedState[S]] = field(default_factory=dict)
    precomputed: dict[str, Precomputed[S]] = field(default_factory=dict)
    looked_at: Timer | None = None

    def known(self, key: str) -> CachedState[S] | None:
        """The state of a key, if it is cached."""
        known = self.states.get(key)
        if known is None and key in self.precomputed:
            known = self.precomputed[key].known
        return known

    def changed(self, key: str, known: CachedState[S]) -> None:
        """Cache a new state; whatever was precomputed of it is void."""
        self.precomputed.pop(key, None)
        self.states.pop(key, None)
        self.states[key] = known
        if len(self.states) > CACHED:
            del self.states[next(iter(self.states))]


def cache_of(lane: Lane) -> StateCache[Any]:
    """The state cache of a lane; begins empty."""
    cache = lane.cache.get(_NAME)
    if not isinstance(cache, StateCache):
        cache = lane.cache[_NAME] = StateCache[Any]()
    return cache


async def load(connection: Connection, decider: Decider[S, C], keys: Iterable[str]) -> dict[str, CachedState[S]]:
    """Read states from the table."""
    rows = await connection.fetch("select key, version, form, body from state where key = any($1::text[])", list(keys))
    return {key: _known(decider, key, version, form, body) for key, version, form, body in rows}


def _known(decider: Decider[S, C], key: str, version: int, form: int, body: str) -> CachedState[S]:
    if form > decider.form:
        raise NewerState(f"{key}: form {form}")
    state = decider.state.validate_json(body)
    return CachedState(version, state, None if decider.fired is None else decider.timer(state))
