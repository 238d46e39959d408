"""Precomputing what will follow when timers fire: in a well-run office most fall due at the same minute.

Decisions are pure functions of a state and a moment, so they may be made while nothing else is to be done. What was
precomputed is used only while the state is the one that it started from; nothing is written or said before the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from chassis import timers
from chassis.decider import C, Decider, cause_of, step
from chassis.service import Connection, Instant, Lane, Precompute
from chassis.state_cache import CachedState, Precomputed, cache_of, load
from chassis.timers import Timer

S = TypeVar("S")

_MOST: Final = 24_000
"""So many at any time, over all lanes that the process holds; each takes some ten kilobytes."""
_A_LITTLE: Final = 50
"""So many timers at a time: whoever waits meanwhile waits for some milliseconds."""


def precomputing(decider: Decider[S, C]) -> Precompute:
    """Make what a service with timers does while it is idle."""

    async def precompute(connection: Connection, lanes: Sequence[Lane], until: Instant) -> bool:
        room = min(_A_LITTLE, _MOST - sum(len(cache_of(lane).precomputed) for lane in lanes))
        for lane in lanes:
            cache = cache_of(lane)
            due = await timers.coming(connection, lane.name, cache.looked_at, until, room) if room else []
            if due:
                unknown = [timer.key for timer in due if cache.known(timer.key) is None]
                found: Mapping[str, CachedState[S]] = await load(connection, decider, unknown) if unknown else {}
                known = {timer.key: cache.known(timer.key) or found.get(timer.key) for timer in due}
                cache.precomputed |= dict(_precomputed(decider, due, known))
                cache.looked_at = due[-1]
                return True
        return False

    return precompute


def _precomputed(
    decider: Decider[S, C], due: Iterable[Timer], states: Mapping[str, CachedState[S] | None]
) -> Iterable[tuple[str, Precomputed[S]]]:
    for timer in due:
        known = states[timer.key]
        if known is not None and known.wanted == timer.wanted and decider.fired is not None:
            done = step(decider, timer.lane, timer.key, known.state, decider.fired(timer.wanted), cause_of(timer))
            if done.facts and done.state is not None:
                yield timer.key, Precomputed(known, done, decider.timer(done.state), decider.written(done.state))
