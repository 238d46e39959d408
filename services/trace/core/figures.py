"""What rates come to: the arithmetic of counted verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

P = TypeVar("P")


@dataclass(slots=True)
class Figures:
    """A rate of one part of the tickets: value is None where nothing counts."""

    numerator: float = 0
    denominator: int = 0
    counted: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


class Counted(NamedTuple):
    """So many rows of a part came to a verdict; the category, where they are counted by that too."""

    part: str | None
    verdict: str
    rows: int
    category: str | None = None


def figures(weights: Mapping[str, float], counts: Iterable[Counted]) -> dict[str | None, Figures]:
    """Work a rate out of counted verdicts, for each part of the tickets; the part of one that is not split is None.

    What has a weight counts; all else is left out, and named.
    """
    return _worked_out(weights, ((count.part, count) for count in counts))


def by_category(weights: Mapping[str, float], counts: Iterable[Counted]) -> dict[str | None, dict[str, Figures]]:
    """Work a rate out for each category of each part."""
    found: defaultdict[str | None, dict[str, Figures]] = defaultdict(dict)
    for (part, category), its in _worked_out(weights, (((each.part, each.category), each) for each in counts)).items():
        found[part][category or ""] = its
    return dict(found)


def _worked_out(weights: Mapping[str, float], counts: Iterable[tuple[P, Counted]]) -> dict[P, Figures]:
    found: defaultdict[P, Figures] = defaultdict(Figures)
    for part, (_, verdict, rows, _) in counts:
        its = found[part]
        weight = weights.get(verdict)
        if weight is None:
            its.excluded[verdict] = its.excluded.get(verdict, 0) + rows
        else:
            its.counted[verdict] = its.counted.get(verdict, 0) + rows
            its.denominator += rows
            its.numerator += weight * rows
    return dict(found)
