"""How well categories are suggested for texts never learned: by category, at the threshold, beside a yardstick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from classification.corpus import Example
from classification.model import NONE, grams
from classification.suggest import Outcome, Suggester, Suggestion
from rulebook import Policy
from rulebook.directory import Category
from schemas.values import Tier

BINS: Final = 10
YARDSTICKS: Final = ("linear-svm", "calibrated-logistic-regression")


@dataclass(frozen=True)
class LabelFigures:
    """How one category fared: of those called so how many were, of those that were how many were called so.

    `least` is the score from which on it could go by itself; `reached` are the suggestions at or above it, of which
    `reached_right` were right.
    """

    label: str
    asked: int
    called: int
    right: int
    least: float
    reached: int
    reached_right: int

    @property
    def precision(self) -> float:
        return self.right / self.called if self.called else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.asked if self.asked else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.called + self.asked) if self.called + self.asked else 0.0

    @property
    def coverage(self) -> float:
        """The share of this category's texts that would have gone by themselves, and rightly."""
        return self.reached_right / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Certainty:
    """Of all texts, the share whose score was at least so high, and of these the share that was right."""

    score: float
    share: float
    right: float


@dataclass(frozen=True)
class Figures:
    """How suggestions fared on texts never learned.

    `accuracy` and `macro_f1` ask for the likeliest category whether or not it was suggested, of texts that one category
    is for. `settled` is the share of these for which one was suggested, `settled_right` how many of these were right.
    `odd` are texts that none or several categories are for; `odd_forced` of these got one category all the same.
    `calibration_error` is the expected one, over ten bins of the score.
    """

    asked: int
    accuracy: float
    macro_f1: float
    settled: float
    settled_right: float
    odd: int
    odd_forced: int
    calibration_error: float
    labels: tuple[LabelFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    certain: tuple[Certainty, ...]


LIMITS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def measure(suggester: Suggester, asked: Sequence[Example]) -> Figures:
    """Ask about texts whose truth is known, as dispatch would."""
    found = [(example, suggester.suggest(example.text)) for example in asked]
    plain = [(example, suggestion) for example, suggestion in found if not example.several and example.label != NONE]
    odd = [suggestion for example, suggestion in found if example.several or example.label == NONE]
    labels = _labels(suggester, plain, found)
    settled = [
        example.label == suggestion.category for example, suggestion in plain if suggestion.outcome is Outcome.ONE
    ]
    hits = [
        (suggestion.score, suggestion.category == example.label)
        for example, suggestion in found
        if suggestion.outcome is Outcome.ONE
    ]
    met = [each.f1 for each in labels if each.asked]
    return Figures(
        asked=len(asked),
        accuracy=_share([likeliest(suggestion) == example.label for example, suggestion in plain]),
        macro_f1=float(np.mean(met)) if met else 0.0,
        settled=len(settled) / max(len(plain), 1),
        settled_right=_share(settled),
        odd=len(odd),
        odd_forced=sum(suggestion.outcome is Outcome.ONE for suggestion in odd),
        calibration_error=calibration_error(hits),
        labels=labels,
        confusion=_confusion([each.label for each in labels], plain),
        certain=tuple(_certainty(limit, hits, len(found)) for limit in LIMITS),
    )


def catalogue_of(policy: Policy, labels: Sequence[str]) -> Policy:
    """The policy with a catalogue of these labels alone, for texts that were labelled by another catalogue."""
    categories = tuple(
        Category.model_construct(code=label, level1="", level2="", name=label, lead="", tier=Tier.COMPLEX, keywords=())
        for label in labels
    )
    return policy.model_copy(update={"categories": categories})


def likeliest(suggestion: Suggestion) -> str:
    """The first category, suggested or only shown; `none` where nothing fits."""
    return suggestion.category or (suggestion.runners_up[0].category if suggestion.runners_up else NONE)


def _confusion(names: Sequence[str], plain: Sequence[tuple[Example, Suggestion]]) -> tuple[tuple[int, ...], ...]:
    """True category by line, likeliest by column."""
    counts = Counter((example.label, likeliest(suggestion)) for example, suggestion in plain)
    return tuple(tuple(counts[line, column] for column in names) for line in names)


def _share(hits: Sequence[bool]) -> float:
    return float(np.mean(hits)) if hits else 0.0


def calibration_error(hits: Sequence[tuple[float, bool]]) -> float:
    """Return how far scores are from the share that was right, over bins, weighed by how many are in each."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for score, right in hits:
        bins.setdefault(min(int(score * BINS), BINS - 1), []).append((score, right))
    gaps = [abs(sum(score - right for score, right in each)) for each in bins.values()]
    return sum(gaps) / len(hits) if hits else 0.0


def _certainty(limit: float, hits: Sequence[tuple[float, bool]], asked: int) -> Certainty:
    reached = [right for score, right in hits if score >= limit]
    return Certainty(limit, len(reached) / max(asked, 1), _share(reached))


def _labels(
    suggester: Suggester, plain: Sequence[tuple[Example, Suggestion]], found: Sequence[tuple[Example, Suggestion]]
) -> tuple[LabelFigures, ...]:
    asked = Counter(example.label for example, _ in plain)
    called = Counter(likeliest(suggestion) for _, suggestion in plain)
    right = Counter(example.label for example, suggestion in plain if likeliest(suggestion) == example.label)
    reached, reached_right = Counter[str](), Counter[str]()
    for example, suggestion in found:
        if suggestion.category is not None and suggestion.score >= suggester.least(suggestion.category):
            reached[suggestion.category] += 1
            reached_right[suggestion.category] += suggestion.category == example.label
    names = sorted(asked.keys() | called.keys() | reached.keys())
    return tuple(
        LabelFigures(
            each, asked[each], called[each], right[each], suggester.least(each), reached[each], reached_right[each]
        )
        for each in names
    )


@dataclass(frozen=True)
class Yardstick:
    """How a plain classifier of scikit-learn fared on the same texts, having learned the same."""

    name: str
    accuracy: float
    macro_f1: float
    calibration_error: float | None


def yardsticks(learned: Sequence[Example], asked: Sequence[Example], seed: int = 1) -> tuple[Yardstick, ...]:
    """Train a linear SVM and a calibrated logistic regression on the same characters, and ask them the same."""
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 - slow to import
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import
    from sklearn.metrics import f1_score  # noqa: PLC0415 - slow to import
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - slow to import
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - slow to import

    plain = [each for each in asked if not each.several and each.label != NONE]
    texts = [each.text for each in learned if not each.several]
    names = [each.label for each in learned if not each.several]
    parts = 3 if min(Counter(names).values()) >= 3 else 2  # noqa: PLR2004 - as many folds as the rarest label allows
    kinds: tuple[Any, ...] = (
        LinearSVC(random_state=seed),
        CalibratedClassifierCV(LogisticRegression(C=10, max_iter=300), cv=parts, method="sigmoid"),
    )
    truth, found = [each.label for each in plain], []
    for name, kind in zip(YARDSTICKS, kinds, strict=True):
        pipe: Any = make_pipeline(TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=2), kind).fit(texts, names)
        predicted = [str(label) for label in pipe.predict([each.text for each in plain])]
        macro = float(f1_score(truth, predicted, average="macro", labels=sorted(set(truth)), zero_division=0))
        hits = [label == meant for label, meant in zip(predicted, truth, strict=True)]
        error = None
        if hasattr(pipe, "predict_proba"):
            sure = pipe.predict_proba([each.text for each in plain]).max(axis=1)
            error = calibration_error(list(zip(map(float, sure), hits, strict=True)))
        found.append(Yardstick(name, _share(hits), macro, error))
    return tuple(found)
