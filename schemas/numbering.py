"""How tickets are numbered: fourteen digits, and a digit more for each part of one that was split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

LENGTH: Final = 14
"""Digits of a number: date, lane, sequence, check digit."""
_PARTS: Final = "123456789"


def without_part(ticket: str) -> str:
    """Name the ticket that a part was split from; of one that is no part, itself."""
    return ticket[:LENGTH]


def parts_of(ticket: str) -> Iterator[str]:
    """Name the parts that a whole ticket can have been split into; of a part, none."""
    if len(ticket) == LENGTH:
        yield from (f"{ticket}-{part}" for part in _PARTS)
