"""Which category a text is about: keyword rules of the catalogue and a small linear model, in under a millisecond."""

from __future__ import annotations

import json
import math
import unicodedata
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from rulebook import Policy

FORMAT: Final = 1
LONGEST: Final = 1000
"""Characters of a text that are looked at; what comes after them changed no figure."""
ENOUGH_PAIRS: Final = 4
"""Different pairs of Chinese characters that a model must know before it is trusted fully: figures prove nothing."""
ENOUGH_OF_THE_TEXT: Final = 1 / 3
"""How much of the Chinese pairs of a text a model must know before it is trusted fully: a few may be chance."""
TRUST_IN_RULES: Final = 4.0
"""How much a keyword's certainty multiplies what the model says of its category."""


class Method(StrEnum):
    """How a suggestion came about."""

    RULES = "rules"
    MODEL = "model"
    RULES_AND_MODEL = "rules-and-model"
    NONE = "none"


class ModelRefusedError(Exception):
    """A stored model that must not be used; the text says why and what to do."""


@dataclass(frozen=True)
class Candidate:
    """A category and how likely it is, from 0 to 1."""

    category: str
    score: float


@dataclass(frozen=True)
class Suggestion:
    """The likeliest category and the next ones; without any hint the category is None and the score 0."""

    category: str | None
    score: float
    method: Method
    runners_up: tuple[Candidate, ...]

    @property
    def margin(self) -> float:
        """How far the first is ahead of the second."""
        return self.score - (self.runners_up[0].score if self.runners_up else 0.0)


def grams(text: str) -> list[str]:
    """Return the characters and pairs of neighbouring characters of a text, in one writing, without spaces."""
    plain = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).casefold().split())
    return [*plain, *(plain[at : at + 2] for at in range(len(plain) - 1))]


@dataclass(frozen=True, eq=False)
class Model:
    """A trained linear model: weights by gram and label, and a temperature that makes its scores probabilities."""

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]
    temperature: float
    trained_on: str

    def decide(self, text: str) -> NDArray[np.float32]:
        """Return one score for each label, the higher the likelier."""
        return self._decide(self._learned(text))

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """Return how likely each label is; they add up to 1, and are all alike where nothing in a text is known."""
        counts = self._learned(text)
        known, all_ = _chinese_pairs(counts), _chinese_pairs(grams(text))
        trust = min(1.0, known / ENOUGH_PAIRS, known / max(all_ * ENOUGH_OF_THE_TEXT, 1))
        return trust * probabilities(self._decide(counts), self.temperature) + (1 - trust) / len(self.labels)

    def _learned(self, text: str) -> Counter[str]:
        return Counter(gram for gram in grams(text) if gram in self.vocabulary)

    def _decide(self, counts: Counter[str]) -> NDArray[np.float32]:
        if not counts:
            return self.intercept
        rows = np.fromiter((self.vocabulary[gram] for gram in counts), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self.idf[rows]
        values /= math.sqrt(float(values @ values))
        found: NDArray[np.float32] = values @ self.weights[rows] + self.intercept
        return found

    def save(self, path: Path) -> None:
        """Write the model with what it was trained on and by which version of scikit-learn."""
        meta = {
            "format": FORMAT,
            "sklearn": version("scikit-learn"),
            "trained_on": self.trained_on,
            "temperature": self.temperature,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(
                file,
                meta=np.array(json.dumps(meta)),
                labels=np.array(self.labels),
                grams=np.array(list(self.vocabulary)),
                idf=self.idf,
                weights=self.weights,
                intercept=self.intercept,
            )

    @classmethod
    def load(cls, path: Path, *, trained_on: str | None = None) -> Self:
        """Read a stored model.

        Raises ModelRefusedError when it is none, was made by another scikit-learn, or was trained on other data than
        `trained_on`.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
                meta = json.loads(str(arrays["meta"]))
        except FileNotFoundError:
            raise ModelRefusedError(f"{path}: no such model. {_ADVICE}") from None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelRefusedError(f"{path} is no stored model ({error}). {_ADVICE}") from error
        _accept(path, meta, trained_on)
        return cls(
            labels=tuple(str(label) for label in arrays["labels"]),
            vocabulary={str(gram): row for row, gram in enumerate(arrays["grams"])},
            idf=arrays["idf"],
            weights=arrays["weights"],
            intercept=arrays["intercept"],
            temperature=float(meta["temperature"]),
            trained_on=str(meta["trained_on"]),
        )


def _chinese_pairs(found: Iterable[str]) -> int:
    return len({gram for gram in found if len(gram) > 1 and not gram.isascii()})


_ADVICE: Final = "Train one with `liuhen classify train FILE`."


def _accept(path: Path, meta: Mapping[str, object], trained_on: str | None) -> None:
    here = {"format": FORMAT, "sklearn": version("scikit-learn")}
    if trained_on is not None:
        here["trained_on"] = trained_on
    for name, expected in here.items():
        if meta.get(name) != expected:
            raise ModelRefusedError(f"{path}: {name} is {meta.get(name)}, expected {expected}. {_ADVICE}")


def probabilities(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Turn scores, of one text or one row each, into probabilities; a higher temperature is less sure of itself."""
    scaled = scores.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    found: NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return found


@dataclass(frozen=True)
class Rules:
    """The catalogue's keywords, each with the categories that claim it."""

    claims: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Collect the keywords of a policy's catalogue."""
        claims: dict[str, tuple[str, ...]] = {}
        for category in policy.categories:
            for keyword in category.keywords:
                claims[keyword] = (*claims.get(keyword, ()), category.code)
        return cls(claims)

    def weigh(self, text: str) -> dict[str, float]:
        """Return for each category that a keyword speaks for how certain that is, from 0 to below 1.

        Longer keywords say more; one that several categories claim says less; one inside a longer one says nothing.
        """
        plain = unicodedata.normalize("NFKC", text)
        hits = [keyword for keyword in self.claims if keyword in plain]
        weights: defaultdict[str, float] = defaultdict(float)
        for keyword in hits:
            if any(keyword != longer and keyword in longer for longer in hits):
                continue
            claims = self.claims[keyword]
            for category in claims:
                weights[category] += (len(keyword) - 1) / len(claims)
        total = sum(weights.values())
        return {category: weight / (total + 1) for category, weight in weights.items()}


@dataclass(frozen=True, eq=False)
class Suggester:
    """Suggests categories of one policy's catalogue; without a model by its keywords alone."""

    policy: Policy
    model: Model | None

    def __post_init__(self) -> None:
        if self.model is None:
            return
        unknown = [label for label in self.model.labels if self.policy.category(label) is None]
        if unknown:
            raise ModelRefusedError(
                f"The model knows categories that the catalogue does not have: {', '.join(unknown[:5])}. {_ADVICE}"
            )

    @classmethod
    def load(cls, path: Path | None, policy: Policy) -> Self:
        """Read the model, if a path is given.

        Raises ModelRefusedError when it must not be used with this policy.
        """
        return cls(policy, None if path is None else Model.load(path))

    @cached_property
    def _rules(self) -> Rules:
        return Rules.of(self.policy)

    def suggest(self, text: str) -> Suggestion:
        """Suggest a category for a text; the same text always gets the same suggestion."""
        certain = self._rules.weigh(text)
        scores = dict(certain) if self.model is None else _joined(self.model, text, certain)
        shown = self.policy.automation.suggestion.shown
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[: shown + 1]
        if not best:
            return Suggestion(None, 0.0, Method.NONE, ())
        (category, score), *others = best
        runners_up = tuple(Candidate(code, round(value, 4)) for code, value in others)
        return Suggestion(category, round(score, 4), self._method(category, certain), runners_up)

    def is_certain(self, suggestion: Suggestion) -> bool:
        """Tell whether policy dispatches by this suggestion without a person."""
        return self.policy.automation.suggestion.trusts(suggestion.category, suggestion.score, suggestion.margin)

    def _method(self, category: str, certain: Mapping[str, float]) -> Method:
        if self.model is None:
            return Method.RULES
        return Method.RULES_AND_MODEL if category in certain else Method.MODEL


def _joined(model: Model, text: str, certain: Mapping[str, float]) -> dict[str, float]:
    found = model.probabilities(text)
    scores = {label: float(found[at]) for at, label in enumerate(model.labels)}
    for category, weight in certain.items():
        if category in scores:
            scores[category] *= 1 + TRUST_IN_RULES * weight
    total = sum(scores.values())
    return {label: score / total for label, score in scores.items()}
