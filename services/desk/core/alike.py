"""Which earlier tickets are likely to be about what somebody says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_MOST: Final = 6


def nearest(place: str, text: str, found: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Choose the tickets nearest to a place and a text, the nearest first; of equally near ones the order stays.

    Near is the same place, and pairs of characters that both texts have.
    """
    said = _pairs(text)

    def nearness(one: Mapping[str, Any]) -> float:
        written = _pairs(one["text"] or "")
        shared = len(said & written) / (len(said | written) or 1)
        return shared + (2 if _same(place, one["place"] or "") else 0)

    return sorted(found, key=nearness, reverse=True)[:_MOST]


def _same(one: str, other: str) -> bool:
    return bool(one and other) and (one in other or other in one)


def _pairs(text: str) -> frozenset[str]:
    plain = "".join(text.split())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
