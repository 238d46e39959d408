"""How the small model is made and measured; the running service does not import this."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from classification.corpus import TrainingDataError, fingerprint
from classification.suggest import Model, Suggester, grams, probabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from classification.corpus import Example
    from rulebook import Policy

FEATURES: Final = 20_000
HELD_OUT: Final = 0.25
TEMPERATURES: Final = tuple(round(0.02 * 1.15**step, 4) for step in range(32))


def train(examples: Sequence[Example], seed: int = 1) -> Model:
    """Train on all examples; the temperature comes from a part that was held out first.

    Whole groups are held out where examples have groups, so that the scores are those of sentences never seen.
    """
    seen, unseen = split(examples, seed)
    trial = _fit(seen, seed, 1.0)
    temperature = _temperature(trial, unseen)
    return _fit(examples, seed, temperature)


def split(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Part examples into those to learn from and those to be asked about, whole groups together.

    Examples without a group are parted in equal shares of each label; if only some have one, the others are learned.
    """
    from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit  # noqa: PLC0415 - slow to import

    grouped = [at for at, example in enumerate(examples) if example.group is not None]
    if grouped:
        groups = [examples[at].group for at in grouped]
        parts = GroupShuffleSplit(1, test_size=HELD_OUT, random_state=seed).split(groups, groups=groups)
        asked = {grouped[at] for at in next(iter(parts))[1]}
    else:
        labels = [example.label for example in examples]
        if min(Counter(labels).values()) < 2:  # noqa: PLR2004 - one on each side
            raise TrainingDataError("each label needs at least two examples, one to learn and one to ask.")
        parts = StratifiedShuffleSplit(1, test_size=HELD_OUT, random_state=seed).split(labels, labels)
        asked = {int(at) for at in next(iter(parts))[1]}
    learned = [example for at, example in enumerate(examples) if at not in asked]
    return learned, [example for at, example in enumerate(examples) if at in asked]


def _fit(examples: Sequence[Example], seed: int, temperature: float) -> Model:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to import
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - slow to import

    vectorizer: Any = TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=2, max_features=FEATURES)
    try:
        matrix = vectorizer.fit_transform([example.text for example in examples])
    except ValueError as error:
        raise TrainingDataError(f"too few texts to learn from: {error}") from error
    classifier: Any = LinearSVC(C=1.0, tol=1e-2, random_state=seed).fit(matrix, [example.label for example in examples])
    weights, intercept = classifier.coef_, classifier.intercept_
    if len(weights) == 1:
        weights, intercept = np.vstack([-weights, weights]), np.concatenate([-intercept, intercept])
    names = vectorizer.get_feature_names_out()
    return Model(
        labels=tuple(str(label) for label in classifier.classes_),
        vocabulary={str(gram): row for row, gram in enumerate(names)},
        idf=np.asarray(vectorizer.idf_, dtype=np.float32),
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        intercept=np.asarray(intercept, dtype=np.float32),
        temperature=temperature,
        trained_on=fingerprint(examples),
    )


def _temperature(model: Model, unseen: Sequence[Example]) -> float:
    """Return the temperature at which the truth of unseen examples is least surprising."""
    rows = {label: at for at, label in enumerate(model.labels)}
    known = [example for example in unseen if example.label in rows]
    if not known:
        return 1.0
    scores = np.stack([model.decide(example.text) for example in known])
    truth = np.array([rows[example.label] for example in known])

    def surprise(temperature: float) -> float:
        likely: NDArray[np.float64] = probabilities(scores, temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return min(TEMPERATURES, key=surprise)


@dataclass(frozen=True)
class LabelResult:
    """How one label fared: of those called so how many were, of those that were how many were called so."""

    label: str
    asked: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """How a model fared on examples that it had never seen.

    `certain` says for some scores which share of the texts reached them and how many of these were right.
    """

    learned: int
    asked: int
    accuracy: float
    macro_f1: float
    labels: tuple[LabelResult, ...]
    confusion: tuple[tuple[int, ...], ...]
    certain: tuple[tuple[float, float, float], ...]


THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)


def evaluate(examples: Sequence[Example], seed: int = 1, policy: Policy | None = None) -> Evaluation:
    """Hold out a part, train on the rest, and ask about what was held out; with a policy as dispatch would ask.

    Raises ModelRefusedError when the labels are not the policy's categories.
    """
    learned, asked = split(examples, seed)
    answer = _answerer(train(learned, seed), policy)
    labels = sorted({example.label for example in examples})
    place = {label: at for at, label in enumerate(labels)}
    confusion = np.zeros((len(labels), len(labels)), dtype=int)
    scores, right = [], []
    for example in asked:
        label, score = answer(example.text)
        confusion[place[example.label], place[label]] += 1
        scores.append(score)
        right.append(label == example.label)
    results = tuple(_result(label, at, confusion) for at, label in enumerate(labels))
    met = [result for result in results if result.asked]
    return Evaluation(
        learned=len(learned),
        asked=len(asked),
        accuracy=float(np.mean(right)),
        macro_f1=float(np.mean([result.f1 for result in met])),
        labels=results,
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        certain=tuple(_certain(limit, np.array(scores), np.array(right)) for limit in THRESHOLDS),
    )


def _answerer(model: Model, policy: Policy | None) -> Callable[[str], tuple[str, float]]:
    suggester = None if policy is None else Suggester(policy, model)

    def answer(text: str) -> tuple[str, float]:
        if suggester is not None:
            suggestion = suggester.suggest(text)
            return suggestion.category or model.labels[0], suggestion.score
        found = model.probabilities(text)
        best = int(found.argmax())
        return model.labels[best], float(found[best])

    return answer


def _result(label: str, at: int, confusion: NDArray[np.int_]) -> LabelResult:
    hit, called, asked = int(confusion[at, at]), int(confusion[:, at].sum()), int(confusion[at].sum())
    precision = hit / called if called else 0.0
    recall = hit / asked if asked else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return LabelResult(label, asked, precision, recall, f1)


def _certain(limit: float, scores: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float, float]:
    reached = scores >= limit
    return limit, float(reached.mean()), float(right[reached].mean()) if reached.any() else 0.0
