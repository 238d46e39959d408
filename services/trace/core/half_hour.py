"""The promised half hour from the door to the department, measured: each ticket's minutes, and how they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

PROMISED: Final = 30
"""Office minutes from the door to the department."""
_EDGES: Final = (5, 10, 15, 20, 30, 45, 60, 120, 240, 390)


class Way(NamedTuple):
    """One survey ticket's way: its office minutes to the first department, or up to now where it is still on it.

    `left_out` is where it went instead; such a ticket had no way to a department.
    """

    ticket: str
    unit: str | None
    minutes: int
    arrived: bool
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long the ways were: percentiles by the nearest rank, how many ended up to each edge, how many within."""

    arrived: int
    within: int
    counted: int
    percentiles: Mapping[str, int]
    histogram: Sequence[tuple[int | None, int]]
    waiting: int
    left_out: Mapping[str, int]


def distribution(ways: Sequence[Way]) -> Distribution:
    """Measure ways; one that waits longer than was promised counts against it, a shorter one not yet."""
    left_out = Counter(way.left_out for way in ways if way.left_out is not None)
    open_ways = [way for way in ways if way.left_out is None]
    minutes = sorted(way.minutes for way in open_ways if way.arrived)
    waiting = [way.minutes for way in open_ways if not way.arrived]
    return Distribution(
        arrived=len(minutes),
        within=sum(each <= PROMISED for each in minutes),
        counted=len(minutes) + sum(each > PROMISED for each in waiting),
        percentiles={f"p{rank}": minutes[ceil(rank / 100 * len(minutes)) - 1] for rank in (50, 90, 99) if minutes},
        histogram=_histogram(minutes),
        waiting=len(waiting),
        left_out=dict(left_out),
    )


def _histogram(minutes: Sequence[int]) -> list[tuple[int | None, int]]:
    """How many took up to each edge and more than the one before; None is beyond the last."""
    places = Counter(next((edge for edge in _EDGES if each <= edge), None) for each in minutes)
    return [(edge, places[edge]) for edge in (*_EDGES, None)]
