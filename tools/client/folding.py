"""Which steps of a long life are shown: those that matter stay in sight, whatever was said again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.registry import DISPATCH
from services.trace.for_tools import EntryAnswer

FIRST: Final = 20
"""Steps at the begin of a life that are always shown."""
NEWEST: Final = 300
"""Steps at its end that are; nobody reads more on a terminal."""
_OFTEN: Final = 3
"""What was said more often than that is shown twice: when it was said first, and last."""


class ShownStep(NamedTuple):
    """One step at its place in the whole life; `times` is how often the same was said, `first` when it was first."""

    place: int
    entry: EntryAnswer
    times: int = 1
    first: str = ""


def folded(entries: Sequence[EntryAnswer]) -> Sequence[ShownStep]:
    """Choose the steps that are shown: of a long life its begin, its end, and between them what moved the ticket."""
    if len(entries) <= FIRST + NEWEST:
        return [ShownStep(place, entry) for place, entry in enumerate(entries, 1)]
    kept = [*_once(entries)]
    middle = [each for each in kept[FIRST:-NEWEST] if each.entry["topic"] == DISPATCH]
    return kept if len(kept) <= FIRST + NEWEST else [*kept[:FIRST], *middle, *kept[-NEWEST:]]


def _once(entries: Sequence[EntryAnswer]) -> Sequence[ShownStep]:
    times = Counter(map(_same, entries))
    begun: dict[tuple[str, str, str], str] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for place, entry in enumerate(entries, 1):
        key = _same(entry)
        seen[key] += 1
        first = begun.setdefault(key, entry["at"])
        if times[key] <= _OFTEN or seen[key] == 1:
            found.append(ShownStep(place, entry))
        elif seen[key] == times[key]:
            found.append(ShownStep(place, entry, times[key], first))
    return found


def _same(entry: EntryAnswer) -> tuple[str, str, str]:
    return entry["type"], entry["who"], entry["words"]
