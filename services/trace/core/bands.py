"""Bands, not ranks: how far a unit's figure lies from its class's.

Where the units of a class differ by no more than chance lets them, the exact binomial tail says so. Where all of them
differ by more (overdispersion: some have the harder matters), the limits are as much wider, and only who stands out
from these differences has a band: z = 2√n(asin√p − asin√p₀)/√φ, as Spiegelhalter puts it for health services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import asin, exp, lgamma, log, sqrt
from typing import Final, NamedTuple

LEAST: Final = 10
"""Of fewer than so many a share says nothing of a unit."""
_OUTSIDE: Final = 0.025
_FAR_OUTSIDE: Final = 0.001
"""What each tail may hold: 95 % and 99.8 % of units that are like their class lie between the two."""
_Z_OUTSIDE: Final = 1.959964
_Z_FAR_OUTSIDE: Final = 3.090232
"""The same tails of the normal distribution."""
_WINSORISED: Final = 0.1
"""The share of units at each end that count no more than the next one: who stands out must not widen the limits."""
_FEWEST: Final = 5
"""Of fewer units how they differ among themselves cannot be told."""


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


def dispersion(shares: Iterable[Share]) -> float:
    """How much more the units of a class differ than chance lets them (φ); 1 where they do not."""
    shares = [*shares]
    rate = class_rate(shares)
    enough = [share for share in shares if share.of >= LEAST]
    if rate is None or rate in (0.0, 1.0) or len(enough) < _FEWEST:
        return 1.0
    return max(1.0, sum(z * z for z in _winsorised([distance(share, rate) for share in enough])) / len(enough))


def _winsorised(values: Sequence[float]) -> Iterable[float]:
    ends = int(_WINSORISED * len(values))
    ordered = sorted(values)
    lowest, highest = ordered[ends], ordered[-1 - ends]
    return (min(max(value, lowest), highest) for value in ordered)


def distance(share: Share, rate: float) -> float:
    """How far a share lies from a rate, in standard deviations, on the scale on which those are equal for all rates."""
    return 2 * sqrt(share.of) * (asin(sqrt(share.counted / share.of)) - asin(sqrt(rate)))


def bands(shares: Mapping[str, Share]) -> dict[str, Band | None]:
    """The band of each unit of a class; None for one that has too few."""
    rate, spread = class_rate(shares.values()), dispersion(shares.values())
    return {
        unit: None if rate is None or share.of < LEAST else band(share, rate, spread) for unit, share in shares.items()
    }


def band(share: Share, rate: float, spread: float = 1.0) -> Band:
    """Where a share lies of units whose true rate is their class's, or lies around it with a spread of more than 1."""
    if spread > 1:
        z = distance(share, rate) / sqrt(spread)
        return _outside(low=z < -_Z_OUTSIDE, high=z > _Z_OUTSIDE, far=abs(z) > _Z_FAR_OUTSIDE)
    low = sum(_chance(k, share.of, rate) for k in range(share.counted + 1))
    high = sum(_chance(k, share.of, rate) for k in range(share.counted, share.of + 1))
    return _outside(low=low < _OUTSIDE, high=high < _OUTSIDE, far=min(low, high) < _FAR_OUTSIDE)


def _outside(*, low: bool, high: bool, far: bool) -> Band:
    if low:
        return Band.FAR_BELOW if far else Band.BELOW
    if high:
        return Band.FAR_ABOVE if far else Band.ABOVE
    return Band.WITHIN


def expected(mixes: Mapping[str, Mapping[str, Share]]) -> dict[str, float]:
    """How many each unit of a class would have if it were, category by category, like the class together."""
    rates: dict[str, float | None] = {}
    for category in {name for mix in mixes.values() for name in mix}:
        rates[category] = class_rate(mix[category] for mix in mixes.values() if category in mix)
    return {
        unit: sum(share.of * (rates[category] or 0.0) for category, share in mix.items()) for unit, mix in mixes.items()
    }


def _chance(k: int, n: int, rate: float) -> float:
    """Of n trials exactly k; through logarithms, for n is tens of thousands in a year."""
    if rate in (0.0, 1.0):
        return float(k == n * rate)
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(rate) + (n - k) * log(1 - rate))
