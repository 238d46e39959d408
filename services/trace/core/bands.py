"""Bands, not ranks: how far a unit's figure lies from its class's, by the exact binomial tail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import exp, lgamma, log
from typing import Final, NamedTuple

LEAST: Final = 10
"""Of fewer than so many a share says nothing of a unit."""
_OUTSIDE: Final = 0.025
_FAR_OUTSIDE: Final = 0.001
"""What each tail may hold: 95 % and 99.8 % of units that are like their class lie between the two."""


class Band(StrEnum):
    """Where a unit's share lies, seen from its class's."""

    FAR_BELOW = "far_below"
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    FAR_ABOVE = "far_above"


class Share(NamedTuple):
    """So many of so many."""

    counted: int
    of: int


def class_rate(shares: Iterable[Share]) -> float | None:
    """The rate of all units of a class together; None where none of them has any."""
    counted, of = (sum(numbers) for numbers in zip(*shares, strict=True)) if (shares := [*shares]) else (0, 0)
    return counted / of if of else None


def bands(shares: Mapping[str, Share]) -> dict[str, Band | None]:
    """The band of each unit of a class; None for one that has too few."""
    rate = class_rate(shares.values())
    return {unit: None if rate is None or share.of < LEAST else band(share, rate) for unit, share in shares.items()}


def band(share: Share, rate: float) -> Band:
    """Where a share lies of units whose true rate is their class's."""
    low = sum(_chance(k, share.of, rate) for k in range(share.counted + 1))
    high = sum(_chance(k, share.of, rate) for k in range(share.counted, share.of + 1))
    if low < _OUTSIDE:
        return Band.FAR_BELOW if low < _FAR_OUTSIDE else Band.BELOW
    if high < _OUTSIDE:
        return Band.FAR_ABOVE if high < _FAR_OUTSIDE else Band.ABOVE
    return Band.WITHIN


def _chance(k: int, n: int, rate: float) -> float:
    """Of n trials exactly k; through logarithms, for n is tens of thousands in a year."""
    if rate in (0.0, 1.0):
        return float(k == n * rate)
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(rate) + (n - k) * log(1 - rate))
