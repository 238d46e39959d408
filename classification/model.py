"""The stored model: linear heads over characters, for first levels and for leaves, and what it says of itself."""

from __future__ import annotations

import hashlib
import json
import math
import os
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from classification.confidence import Confidence

FORMAT: Final = 2
LONGEST: Final = 1000
"""Characters of a text that are looked at; what comes after them changed no figure."""
NONE: Final = "none"
"""The label of a text that no category is for, and the first level of all such texts."""

Scores = NDArray[np.float64]


class ModelRefusedError(Exception):
    """A stored model that must not be used; the text says why and what to do."""


def grams(text: str) -> list[str]:
    """Return the characters and pairs of neighbouring characters of a text, in one writing, without spaces."""
    plain = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).casefold().split())
    return [*plain, *(plain[at : at + 2] for at in range(len(plain) - 1))]


@dataclass(frozen=True)
class Card:
    """What a model says of itself: where its texts came from, their hash and counts, from when to when they were.

    `source` is wordings, records or file; `made_on` and the days are dates, absent where the texts have none.
    """

    source: str
    trained_on: str
    texts: int
    categories: int
    made_on: str | None = None
    first_day: str | None = None
    last_day: str | None = None


@dataclass(frozen=True)
class Read:
    """What the heads make of a text: a score for each leaf and each first level, and how much of it they know."""

    leaves: Scores
    firsts: Scores
    pairs: int
    known: int


@dataclass(frozen=True, eq=False)
class Model:
    """Weights by gram for leaves and first levels, temperatures for both, and how far the result can be trusted.

    `labels` are ordered by first level. `thresholds` say from which score on a category was right often enough on texts
    that were held out; a category that is missing there waits for a person. None where nothing real was held out.
    """

    labels: tuple[str, ...]
    firsts: tuple[str, ...]
    first_of: NDArray[np.intp]
    vocabulary: Mapping[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]
    temperatures: tuple[float, float]
    confidence: Confidence
    thresholds: Mapping[str, float] | None
    card: Card

    def read(self, text: str) -> Read:
        """Score a text for each leaf and each first level."""
        counts = Counter(grams(text))
        known = {gram: often for gram, often in counts.items() if gram in self.vocabulary}
        scores = self._decide(known).astype(np.float64)
        size = len(self.labels)
        return Read(scores[:size], scores[size:], _chinese_pairs(counts), _chinese_pairs(known))

    def likely(self, read: Read) -> tuple[Scores, float]:
        """Return how likely each leaf is, by its first level, and how likely it is that none is; they sum to 1."""
        leaf, first = self.temperatures
        levels = softmax(read.firsts, first)
        raised = np.exp((read.leaves - read.leaves.max()) / leaf)
        within = raised / np.add.reduceat(raised, self._starts)[self._group]
        return levels[self.first_of] * within, float(levels[self._none]) if self._none is not None else 0.0

    @cached_property
    def identity(self) -> str:
        """A hash of everything that decides; two models of one identity suggest alike."""
        digest = hashlib.sha256()
        for name, array in sorted(self._arrays().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).data if array.dtype.kind == "f" else "\0".join(array).encode())
        digest.update(json.dumps(self._settings(), sort_keys=True).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where each label stands."""
        return {label: at for at, label in enumerate(self.labels)}

    @property
    def knows_none(self) -> bool:
        """Whether it has learned texts that no category is for."""
        return self._none is not None

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        return np.flatnonzero(np.r_[True, self.first_of[1:] != self.first_of[:-1]])

    @cached_property
    def _group(self) -> NDArray[np.intp]:
        return np.cumsum(np.isin(np.arange(len(self.labels)), self._starts)) - 1

    @cached_property
    def _none(self) -> int | None:
        return self.firsts.index(NONE) if NONE in self.firsts else None

    def _decide(self, counts: Mapping[str, int]) -> NDArray[np.float32]:
        if not counts:
            return self.intercept
        rows = np.fromiter((self.vocabulary[gram] for gram in counts), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self.idf[rows]
        values /= math.sqrt(float(values @ values))
        found: NDArray[np.float32] = values @ self.weights[rows] + self.intercept
        return found

    def _arrays(self) -> dict[str, NDArray[np.float32] | NDArray[np.str_]]:
        return {
            "labels": np.array(self.labels),
            "firsts": np.array(self.firsts),
            "level": np.array([self.firsts[at] for at in self.first_of]),
            "grams": np.array(list(self.vocabulary)),
            "idf": self.idf,
            "weights": self.weights,
            "intercept": self.intercept,
        }

    def _settings(self) -> dict[str, object]:
        return {
            "temperatures": self.temperatures,
            "confidence": asdict(self.confidence),
            "thresholds": self.thresholds,
        }

    def save(self, path: Path) -> None:
        """Write the model at once: who reads finds the one before or the whole new one, never a part."""
        meta = {"format": FORMAT, "sklearn": version("scikit-learn"), "identity": self.identity}
        meta |= {"card": asdict(self.card), **self._settings()}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                np.savez(file, allow_pickle=False, meta=np.array(json.dumps(meta)), **self._arrays())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, trained_on: str | None = None) -> Self:
        """Read a stored model.

        Raises ModelRefusedError when it is none, is damaged, was made by another scikit-learn, or was trained on other
        data than `trained_on`.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
                meta = json.loads(str(arrays["meta"]))
        except FileNotFoundError:
            raise ModelRefusedError(f"没有模型 {path}。{ADVICE}") from None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelRefusedError(f"{path} 不是存好的模型（{error}）。{ADVICE}") from error
        _accept(path, meta, trained_on)
        firsts = tuple(str(each) for each in arrays["firsts"])
        place = {each: at for at, each in enumerate(firsts)}
        leaf, first = meta["temperatures"]
        model = cls(
            labels=tuple(str(label) for label in arrays["labels"]),
            firsts=firsts,
            first_of=np.array([place[str(each)] for each in arrays["level"]], dtype=np.intp),
            vocabulary={str(gram): row for row, gram in enumerate(arrays["grams"])},
            idf=arrays["idf"],
            weights=arrays["weights"],
            intercept=arrays["intercept"],
            temperatures=(float(leaf), float(first)),
            confidence=Confidence(**{name: tuple(values) for name, values in meta["confidence"].items()}),
            thresholds=meta["thresholds"],
            card=Card(**meta["card"]),
        )
        if model.identity != meta["identity"]:
            raise ModelRefusedError(f"{path} 已损坏：内容与其哈希不符。{ADVICE}")
        return model


def _chinese_pairs(found: Mapping[str, int]) -> int:
    return sum(1 for gram in found if len(gram) > 1 and not gram.isascii())


ADVICE: Final = "请用 liuhen classify train FILE 训练一个。"


def _accept(path: Path, meta: Mapping[str, object], trained_on: str | None) -> None:
    for name, expected in {"format": FORMAT, "sklearn": version("scikit-learn")}.items():
        if meta.get(name) != expected:
            raise ModelRefusedError(f"{path} 的 {name} 是 {meta.get(name)}，应为 {expected}。{ADVICE}")
    card = meta["card"]
    found = card.get("trained_on") if isinstance(card, dict) else None
    if trained_on not in (None, found):
        raise ModelRefusedError(f"{path} 的 trained_on 是 {found}，应为 {trained_on}。{ADVICE}")


def softmax(scores: Scores, temperature: float) -> Scores:
    """Turn scores, of one text or one row each, into shares; a higher temperature is less sure of itself."""
    scaled = scores / temperature
    raised = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    found: Scores = raised / raised.sum(axis=-1, keepdims=True)
    return found
