"""When a replay is over: nobody means to act, nothing waits in any service, and nothing has moved for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

QUIET: Final = 30.0
"""Where every life ends, a busy machine may stand still for longer before one does."""
STUCK: Final = 180.0
"""What waits and does not move for so long is stuck: `verify` says what it is."""
LONG: Final = 1800.0
"""The longest that somebody who means to act later is waited for."""


class ReplayState(NamedTuple):
    """What can be seen of a replay: tickets by state, deeds that wait for their moment, and what waits in services."""

    states: Mapping[str, int]
    pending: int
    waiting: int | None
    """None where it could not be told, which is no sign of an end."""


@dataclass(slots=True)
class Stillness:
    """How long nothing has moved; moments are real seconds."""

    since: float
    seen: ReplayState | None = None

    def is_over(self, seen: ReplayState, now: float) -> bool:
        """Look at it again; tells whether it is over, or will never be."""
        if seen != self.seen:
            self.seen, self.since = seen, now
        return now - self.since >= _patience(seen)


def _patience(seen: ReplayState) -> float:
    if seen.pending:
        return LONG
    return QUIET if seen.waiting == 0 else STUCK
