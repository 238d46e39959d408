"""Which category a text is about, several that it may be, or none of them: in under a millisecond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import numpy as np

from classification.keywords import Keywords
from classification.model import ADVICE, Model, ModelRefusedError, Scores
from classification.weighing import weigh
from rulebook import Policy

SETTLED: Final = 0.5
"""A category is suggested where it is more likely than everything else together."""
_NEVER: Final = 2.0


class Method(StrEnum):
    """How a suggestion came about."""

    RULES = "rules"
    MODEL = "model"
    RULES_AND_MODEL = "rules-and-model"
    NONE = "none"


class Outcome(StrEnum):
    """What a suggestion says: one category, several that it may be, or none of them."""

    ONE = "one"
    SEVERAL = "several"
    NONE = "none"


@dataclass(frozen=True)
class Candidate:
    """A category and how likely it is, from 0 to 1."""

    category: str
    score: float


@dataclass(frozen=True)
class Suggestion:
    """The likeliest category and the next ones, with the identity of the model that was asked.

    Where no category is more likely than all else, the category is None and the score 0, and those that it may be are
    the runners-up; without any of these nothing in the catalogue fits. Scores sum to at most 1.
    """

    category: str | None
    score: float
    method: Method
    runners_up: tuple[Candidate, ...]
    model: str | None = None

    @property
    def margin(self) -> float:
        """How far the first is ahead of the second."""
        return self.score - (self.runners_up[0].score if self.runners_up else 0.0) if self.category else 0.0

    @property
    def outcome(self) -> Outcome:
        """Whether there is one category, are several, or is none."""
        if self.category is not None:
            return Outcome.ONE
        return Outcome.SEVERAL if self.runners_up else Outcome.NONE


@dataclass(frozen=True, eq=False)
class Suggester:
    """Suggests categories of one policy's catalogue; without a model by its keywords alone.

    Of a model's categories those count that the catalogue has. Raises ModelRefusedError when it has none of them.
    """

    policy: Policy
    model: Model | None

    def __post_init__(self) -> None:
        if self.model is not None and not self._usable.any():
            unknown = "、".join(self.model.labels[:5])
            raise ModelRefusedError(f"模型认识的分类目录里一个也没有：{unknown}。{ADVICE}")

    @classmethod
    def load(cls, path: Path | None, policy: Policy) -> Self:
        """Read the model, if a path is given.

        Raises ModelRefusedError when it must not be used with this policy.
        """
        return cls(policy, None if path is None else Model.load(path))

    @cached_property
    def _keywords(self) -> Keywords:
        return Keywords.of(self.policy)

    @cached_property
    def _usable(self) -> Scores:
        labels = self.model.labels if self.model is not None else ()
        return np.array([float(self.policy.category(label) is not None) for label in labels])

    def suggest(self, text: str) -> Suggestion:
        """Suggest a category for a text, or those that it may be; the same text always gets the same suggestion."""
        certain = self._keywords.weigh(text)
        if self.model is None:
            ordered = sorted((Candidate(code, weight) for code, weight in certain.items()), key=_first)
            return self._suggested(ordered, certain, nothing_fits=False)
        read = self.model.read(text)
        weighed = weigh(self.model, read, certain, self._usable)
        found = weighed.trusted(self.model.confidence, self._most)
        ordered = [Candidate(self.model.labels[at], score) for at, score in found]
        return self._suggested(
            ordered, certain, nothing_fits=not certain and (read.known == 0 or weighed.none > SETTLED)
        )

    def is_certain(self, suggestion: Suggestion) -> bool:
        """Tell whether policy dispatches by this suggestion without a person."""
        category, score = suggestion.category, suggestion.score
        if category is None or score < self.least(category):
            return False
        return self.policy.automation.suggestion.trusts(category, score, suggestion.margin)

    def least(self, category: str) -> float:
        """The score below which a category never goes by itself; beyond 1 where it never does.

        It is the policy's, or, if that is higher, the one from which on the model was right often enough on texts that
        were held out. A category without such a threshold waits for a person, unless nothing real was held out at all:
        then the checks by persons that the policy names are what there is.
        """
        threshold = self.policy.automation.suggestion.threshold
        if self.model is None or self.model.thresholds is None:
            return threshold
        return max(threshold, self.model.thresholds.get(category, _NEVER))

    def _suggested(self, ordered: list[Candidate], certain: Mapping[str, float], *, nothing_fits: bool) -> Suggestion:
        model = self.model.identity if self.model is not None else None
        shown = [Candidate(each.category, round(each.score, 4)) for each in ordered][: self._most]
        if shown and ordered[0].score >= SETTLED:
            first, *others = shown
            return Suggestion(first.category, first.score, self._method(first, certain), tuple(others), model)
        several = () if nothing_fits else tuple(shown)
        return Suggestion(None, 0.0, self._method(several[0], certain) if several else Method.NONE, several, model)

    @property
    def _most(self) -> int:
        return self.policy.automation.suggestion.shown + 1

    def _method(self, first: Candidate, certain: Mapping[str, float]) -> Method:
        if self.model is None:
            return Method.RULES
        return Method.RULES_AND_MODEL if first.category in certain else Method.MODEL


def _first(candidate: Candidate) -> tuple[float, str]:
    return -candidate.score, candidate.category
