"""Since when a run of verify looks: at everything, or at what was recorded since a moment, and at its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from chassis.clock import Clock

T = TypeVar("T")

_SKEW: Final = timedelta(minutes=10)
"""By so much the clocks of services, database and broker may differ, and a message lie between row and topic."""


@dataclass(frozen=True, slots=True)
class VerifyWindow:
    """The time that a run looks at; without a beginning it is all of it."""

    since: datetime | None = None
    """By the clock that services live by."""
    stamped: datetime | None = None
    """The same moment by real time, as the broker stamps it."""

    @classmethod
    def of(cls, since: datetime | None, clock: Clock) -> VerifyWindow:
        """The window that begins at a moment of a clock."""
        if since is None:
            return cls()
        return cls(since, datetime.now(UTC) + timedelta(seconds=clock.seconds_until(since)))

    @property
    def rows_since(self) -> datetime | None:
        """From when on rows are read: early enough for whatever stands on the topics of the window."""
        return None if self.since is None else self.since - _SKEW

    @property
    def certain_since(self) -> datetime | None:
        """What was recorded from here on can stand on its topic nowhere but inside of the window."""
        return None if self.since is None else self.since + _SKEW


async def in_batches(items: AsyncIterator[T], size: int) -> AsyncIterator[list[T]]:
    """So many at a time, in their order."""
    batch: list[T] = []
    async for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def one_of(column: str, keys: Collection[str] | None) -> tuple[str, tuple[list[str], ...]]:
    """A condition in SQL that a column is one of these, and its value as `$1`; of all where none are named."""
    return ("true", ()) if keys is None else (f"{column} = any($1::text[])", (sorted(keys),))
