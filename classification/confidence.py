"""How far the likeliest category can be trusted: a logistic curve over signs, fitted where the truth was held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_SURE: Final = 1e-6


class Signs(NamedTuple):
    """What tells a good suggestion from a bad one: shares, scores, how much is known, what keywords say.

    `far` is the best of another first level. `enough` is 1 where the text says enough to be about anything: it is no
    sign among the others, but what they are worth.
    """

    first: float
    second: float
    top_score: float
    next_score: float
    far_score: float
    none: float
    known: float
    length: float
    keyword: float
    far_keyword: float
    enough: float


@dataclass(frozen=True)
class Confidence:
    """Platt's curve with more than one sign: each is centred and scaled, weighed, and added up.

    Signs beyond what was seen when it was fitted (`low` to `high`) count as the last that was seen.
    """

    weights: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    intercept: tuple[float]

    def of(self, signs: Signs) -> float:
        """Return how likely the first category is the right one, from 0 to 1."""
        total = self.intercept[0]
        for weight, low, high, sign in zip(self.weights, self.low, self.high, signs[:-1], strict=True):
            total += weight * min(max(sign, low), high)
        return signs.enough / (1 + math.exp(-max(min(total, 30.0), -30.0)))


_OTHERS: Final = len(Signs._fields) - 2
UNFITTED: Final = Confidence((1.0, *(0.0,) * _OTHERS), (-30.0, *(0.0,) * _OTHERS), (30.0, *(0.0,) * _OTHERS), (0.0,))
"""Takes the share of the first for its confidence."""


def odds(share: float) -> float:
    """Return the logarithm of the odds of a share."""
    held = min(max(share, _SURE), 1 - _SURE)
    return math.log(held / (1 - held))


def fit(signs: Sequence[Signs], right: Sequence[bool]) -> Confidence:
    """Fit the curve to suggestions of which it is known whether they were right; without both kinds it is unfitted."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if len(set(right)) < 2:  # noqa: PLR2004 - right ones and wrong ones
        return UNFITTED
    table = np.array([each[:-1] for each in signs], dtype=np.float64)
    centre, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    found = LogisticRegression(C=1.0, max_iter=1000).fit((table - centre) / spread, right)
    weights: NDArray[np.float64] = found.coef_[0] / spread
    return Confidence(
        weights=tuple(map(float, weights)),
        low=tuple(map(float, table.min(axis=0))),
        high=tuple(map(float, table.max(axis=0))),
        intercept=(float(found.intercept_[0] - weights @ centre),),
    )
