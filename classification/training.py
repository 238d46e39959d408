"""How the small model is made; the running service does not import this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classification.confidence import UNFITTED, Confidence, Signs, fit
from classification.corpus import Example, TrainingDataError, fingerprint
from classification.keywords import Keywords
from classification.model import NONE, Card, Model, Read, Scores, grams, softmax
from classification.weighing import weigh
from rulebook import Policy
from rulebook.rules import Proof

FEATURES: Final = 20_000
FOLDS: Final = 4
TEMPERATURES: Final = tuple(round(0.02 * 1.15**step, 4) for step in range(32))
FLOOR: Final = 0.95
"""What the lower end of Wilson's interval has to reach for a category to have a threshold."""
PAIRED: Final = 0.2
"""Two matters in one breath, made of two texts, as a share of the texts that confidence is learned from."""


def train(
    examples: Sequence[Example],
    seed: int = 1,
    policy: Policy | None = None,
    *,
    source: str = "file",
    measured: bool = True,
) -> Model:
    """Train on all examples; temperatures, confidence and thresholds come from parts that were held out in turn.

    Whole groups are held out where examples have groups, so that the scores are those of sentences never seen. With a
    policy, first levels and keywords are its catalogue's. Without `measured` there are no thresholds: what was held out
    says nothing of real texts.
    """
    learned = [example for example in examples if not example.several]
    labels = _labels(learned, policy)
    keywords = None if policy is None else Keywords.of(policy)
    held = [
        (example, trial.read(example.text), trial)
        for trial, asked in _trials(examples, labels, seed)
        for example in asked
    ]
    model = _fit(learned, labels, seed)
    temperatures = _temperatures(model, [(example, read) for example, read, _ in held if not example.several])
    judged = list(_judged(held, temperatures, keywords, seed))
    confidence = fit([each.signs for each in judged], [each.right for each in judged]) if judged else UNFITTED
    return replace(
        model,
        temperatures=temperatures,
        confidence=confidence,
        thresholds=thresholds(confidence, judged) if measured else None,
        card=Card(source, fingerprint(examples), len(examples), len(labels.leaves)),
    )


@dataclass(frozen=True)
class Labels:
    """The leaves by first level, and the first levels."""

    leaves: tuple[str, ...]
    firsts: tuple[str, ...]
    level: Mapping[str, str]


def _labels(examples: Sequence[Example], policy: Policy | None) -> Labels:
    known = {example.label for example in examples}
    level = {label: _level(label, policy) for label in known}
    leaves = tuple(sorted(known - {NONE}, key=lambda label: (level[label], label)))
    return Labels(leaves, tuple(sorted(set(level.values()))), level)


def _level(label: str, policy: Policy | None) -> str:
    if label == NONE:
        return NONE
    category = policy.category(label) if policy is not None else None
    return category.level1 if category is not None else ""


def _trials(examples: Sequence[Example], labels: Labels, seed: int) -> Iterator[tuple[Model, list[Example]]]:
    for learned, asked in folds(examples, seed):
        yield _fit([example for example in learned if not example.several], labels, seed), asked


def folds(examples: Sequence[Example], seed: int, parts: int = FOLDS) -> Iterator[tuple[list[Example], list[Example]]]:
    """Hold out each part in turn, whole groups together; where some examples have a group, the others always learn.

    Raises TrainingDataError when a label cannot be parted.
    """
    from sklearn.model_selection import GroupKFold, StratifiedKFold  # noqa: PLC0415 - slow to import

    grouped = [at for at, example in enumerate(examples) if example.group is not None]
    if grouped:
        groups = [examples[at].group for at in grouped]
        if len(set(groups)) < parts:
            return
        found = [
            [grouped[at] for at in asked]
            for _, asked in _shuffled(GroupKFold, parts, seed).split(groups, groups=groups)
        ]
    else:
        named = [example.label for example in examples]
        if min(Counter(named).values()) < 2:  # noqa: PLR2004 - one on each side
            raise TrainingDataError("每个分类至少要两段文字，一段学习，一段测量。")
        smallest = min(parts, *Counter(named).values())
        found = [list(asked) for _, asked in _shuffled(StratifiedKFold, smallest, seed).split(named, named)]
    for part in found:
        asked = {int(at) for at in part}
        yield (
            [example for at, example in enumerate(examples) if at not in asked],
            [example for at, example in enumerate(examples) if at in asked],
        )


def _shuffled(kind: Any, parts: int, seed: int) -> Any:
    return kind(parts, shuffle=True, random_state=seed)


def _fit(examples: Sequence[Example], labels: Labels, seed: int) -> Model:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to import

    vectorizer: Any = TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=2, max_features=FEATURES)
    try:
        matrix = vectorizer.fit_transform([example.text for example in examples])
    except ValueError as error:
        raise TrainingDataError(f"文字太少，学不了：{error}") from error
    named = [example.label for example in examples]
    leaves = _head(matrix, named, labels.leaves, seed)
    firsts = _head(matrix, [labels.level[label] for label in named], labels.firsts, seed)
    names = vectorizer.get_feature_names_out()
    place = {each: at for at, each in enumerate(labels.firsts)}
    return Model(
        labels=labels.leaves,
        firsts=labels.firsts,
        first_of=np.array([place[labels.level[label]] for label in labels.leaves], dtype=np.intp),
        vocabulary={str(gram): row for row, gram in enumerate(names)},
        idf=np.asarray(vectorizer.idf_, dtype=np.float32),
        weights=np.ascontiguousarray(np.hstack([leaves[0], firsts[0]]), dtype=np.float32),
        intercept=np.concatenate([leaves[1], firsts[1]]).astype(np.float32),
        temperatures=(1.0, 1.0),
        confidence=UNFITTED,
        thresholds=None,
        card=Card("file", "", 0, 0),
    )


def _head(matrix: Any, named: Sequence[str], wanted: Sequence[str], seed: int) -> tuple[Scores, Scores]:
    """Return weights and intercepts for the labels wanted, in their order; one without examples is never met."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - slow to import

    weights, intercept = np.zeros((matrix.shape[1], len(wanted))), np.full(len(wanted), -1.0)
    if len(set(named)) < 2:  # noqa: PLR2004 - one label leaves nothing to decide
        return weights, intercept
    found: Any = LinearSVC(C=1.0, tol=1e-2, random_state=seed).fit(matrix, named)
    rows, starts = found.coef_, found.intercept_
    if len(rows) == 1:
        rows, starts = np.vstack([-rows, rows]), np.concatenate([-starts, starts])
    place = {label: at for at, label in enumerate(wanted)}
    for row, start, label in zip(rows, starts, found.classes_, strict=True):
        if str(label) in place:
            weights[:, place[str(label)]], intercept[place[str(label)]] = row, start
    return weights, intercept


def _temperatures(model: Model, held: Sequence[tuple[Example, Read]]) -> tuple[float, float]:
    """Return the temperatures, for leaves and first levels, at which the truth of what was held out surprises least."""
    if not held:
        return 1.0, 1.0
    firsts = np.stack([read.firsts for _, read in held])
    level = {label: int(at) for label, at in zip(model.labels, model.first_of, strict=True)} | {
        NONE: len(model.firsts) if NONE not in model.firsts else model.firsts.index(NONE)
    }
    truth = np.array([level[example.label] for example, _ in held])
    first = min(TEMPERATURES, key=lambda t: _surprise(softmax(firsts, t), truth))
    within = [(read.leaves, model.place[example.label]) for example, read in held if example.label != NONE]
    leaf = min(TEMPERATURES, key=lambda t: _surprise_within(model, within, t))
    return leaf, first


def _surprise(shares: Scores, truth: NDArray[np.intp]) -> float:
    return float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean())


def _surprise_within(model: Model, held: Sequence[tuple[Scores, int]], temperature: float) -> float:
    """How surprising the true leaf is to who knows the first level."""
    total = 0.0
    for scores, truth in held:
        mates = model.first_of == model.first_of[truth]
        shares = softmax(scores[mates], temperature)
        total -= float(np.log(max(shares[int(mates[:truth].sum())], 1e-12)))
    return total


@dataclass(frozen=True)
class Judged:
    """A suggestion for a text held out: its category, the signs of how far to trust it, whether it was right."""

    category: str
    signs: Signs
    right: bool


def _judged(
    held: Sequence[tuple[Example, Read, Model]], temperatures: tuple[float, float], keywords: Keywords | None, seed: int
) -> Iterator[Judged]:
    rng = Random(seed)  # noqa: S311 - a choice of texts, not a secret
    whole = [each for each in held if each[0].label != NONE and not each[0].several]
    for example, read, trial in held:
        yield _judge(example.text, example.label, read, replace(trial, temperatures=temperatures), keywords)
    for _ in range(int(len(whole) * PAIRED)):
        (one, _, trial), (other, _, same) = rng.choice(whole), rng.choice(whole)
        if trial is same and one.label != other.label:
            said = f"{one.text}，{other.text}"
            yield _judge(said, NONE, trial.read(said), replace(trial, temperatures=temperatures), keywords)


def _judge(text: str, truth: str, read: Read, model: Model, keywords: Keywords | None) -> Judged:
    weighed = weigh(model, read, keywords.weigh(text) if keywords else {}, np.ones(len(model.labels)))
    best = model.labels[int(weighed.shares.argmax())]
    return Judged(best, weighed.signs, best == truth)


def thresholds(confidence: Confidence, judged: Sequence[Judged]) -> dict[str, float]:
    """Return for each category the least score from which on its interval reaches the floor."""
    by_category: dict[str, list[tuple[float, bool]]] = {}
    for each in judged:
        by_category.setdefault(each.category, []).append((confidence.of(each.signs), each.right))
    found: dict[str, float] = {}
    for category, scored in sorted(by_category.items()):
        right = 0
        for checked, (score, hit) in enumerate(sorted(scored, reverse=True), start=1):
            right += hit
            if Proof.model_construct(category=category, checked=checked, right=right).at_least >= FLOOR:
                found[category] = round(score, 4)
    return found
