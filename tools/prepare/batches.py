"""What the broker takes at once: it refuses whole what would make more than ten thousand records of its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
AT_ONCE: Final = 200
"""So many topics, each with its partitions and settings, or so many users or rules."""


def batches(items: Sequence[T], most: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut into runs of at most so many, in order."""
    return (items[start : start + most] for start in range(0, len(items), most))
