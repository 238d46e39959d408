"""Model and keywords together: how likely each category is, and the signs of how far that can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from classification.confidence import Confidence, Signs, odds
from classification.model import Model, Read, Scores

TRUST_IN_KEYWORDS: Final = 4.0
"""How much a keyword's certainty multiplies what the model says of its category."""
ENOUGH_PAIRS: Final = 4
"""Different pairs of Chinese characters that a model must know before it is trusted fully, where no keyword speaks."""
_LOWEST: Final = -2.0
"""Below every score that a linear head gives."""
LEVELLED: Final = 1 / 3
"""The power of a share beside the first's that makes the score of a runner-up."""


@dataclass(frozen=True)
class Weighed:
    """How likely each label of the model is, by the model's order, and that none is; and the likeliest ones."""

    shares: Scores
    none: float
    signs: Signs

    def trusted(self, confidence: Confidence, most: int) -> list[tuple[int, float]]:
        """Return the likeliest labels with their scores; the first's is how often such a one was right.

        The order is that of the shares. What the first leaves goes to the next ones, levelled, for where the first is
        wrong they are nearer than their shares say; scores sum to at most 1.
        """
        best = [int(at) for at in np.argsort(-self.shares, kind="stable")[:most] if self.shares[at] > 0]
        if not best:
            return []
        first, sure = float(self.shares[best[0]]), confidence.of(self.signs)
        level = [sure * (float(self.shares[at]) / first) ** LEVELLED for at in best[1:]]
        total = sum(level)
        fits = min(1.0, (1 - sure) / total) if total else 0.0
        return [(best[0], sure), *((at, each * fits) for at, each in zip(best[1:], level, strict=True))]


def weigh(model: Model, read: Read, keywords: Mapping[str, float], usable: Scores) -> Weighed:
    """Weigh what the model and the keywords say of a text; `usable` is 1 for a label that may be suggested, else 0."""
    shares, none = model.likely(read)
    speaks = np.zeros(len(model.labels))
    place = model.place
    for category, certainty in keywords.items():
        if category in place:
            speaks[place[category]] = certainty
    shares = shares * (1 + TRUST_IN_KEYWORDS * speaks)
    total = shares.sum() + none
    shares, none = shares / total * usable, none / total
    return Weighed(shares, none, _signs(model, read, shares, none, speaks))


def _signs(model: Model, read: Read, shares: Scores, none: float, speaks: Scores) -> Signs:
    top = int(shares.argmax())
    far = model.first_of != model.first_of[top]
    score, first, keyword = float(read.leaves[top]), float(shares[top]), float(speaks[top])
    others, scores = shares.copy(), read.leaves.copy()
    others[top], scores[top] = 0.0, _LOWEST
    return Signs(
        first=odds(first),
        second=odds(float(others.max())),
        top_score=score,
        next_score=float(scores.max()),
        far_score=float(scores.max(where=far, initial=_LOWEST)),
        none=odds(none) if model.knows_none else 0.0,
        known=read.known / max(read.pairs, 1),
        length=math.log1p(read.pairs),
        keyword=keyword,
        far_keyword=float(speaks.max(where=far, initial=0.0)),
        enough=1.0 if speaks.any() else min(1.0, read.known / ENOUGH_PAIRS),
    )
