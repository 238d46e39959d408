"""Departments beside their class: the band of each, and what would be expected of it by the categories that it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.trace.core.bands import Share, bands, class_rate, dispersion, expected
from services.trace.core.figures import Counted, Figures, by_category
from services.trace.edges.rates import Rate
from services.trace.edges.words import Words

_SAID: Final = ("class", "class_words", "class_rate", "dispersion", "band", "band_words", "expected", "ratio")
UNBANDED: Final[Mapping[str, Any]] = dict.fromkeys(_SAID)
"""What stands in these fields where a part has no class, or a rate no bands."""


def banded(rate: Rate, counts: Iterable[Counted], words: Words) -> dict[str | None, dict[str, Any]]:
    """Say the class of each department and its band there; a rate of weights, or a number alone, has no bands."""
    if rate.counts_only or not set(rate.weights.values()) <= {0.0, 1.0}:
        return {}
    classes: dict[str, dict[str, dict[str, Share]]] = {}
    for part, of_categories in by_category(rate.weights, counts).items():
        department = words.policy.department(part) if part else None
        mix = {category: _share(its) for category, its in of_categories.items() if its.denominator}
        if part and department and mix:
            classes.setdefault(department.kind, {})[part] = mix
    return {part: said for kind, mixes in classes.items() for part, said in _of_class(kind, mixes, words).items()}


def _of_class(kind: str, mixes: Mapping[str, Mapping[str, Share]], words: Words) -> dict[str, dict[str, Any]]:
    shares = {part: Share(*map(sum, zip(*mix.values(), strict=True))) for part, mix in mixes.items()}
    by_mix, found, spread = expected(mixes), bands(shares), dispersion(shares.values())
    return {
        part: {
            "class": kind,
            "class_words": words.of("department_kind", kind),
            "class_rate": class_rate(shares.values()),
            "dispersion": round(spread, 3),
            "band": found[part],
            "band_words": words.of("band", found[part]),
            "expected": round(by_mix[part], 3),
            "ratio": round(share.counted / by_mix[part], 3) if by_mix[part] else None,
        }
        for part, share in shares.items()
    }


def _share(its: Figures) -> Share:
    return Share(round(its.numerator), its.denominator)
