"""How things are named: a ticket by fourteen digits, a part of it by one more, an incident by what opened it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

LENGTH: Final = 14
"""Digits of a number: date, lane, sequence, check digit."""
_PARTS: Final = "123456789"
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_INCIDENT_LENGTH: Final = 12


def without_part(ticket: str) -> str:
    """Name the ticket that a part was split from; of one that is no part, itself."""
    return ticket[:LENGTH]


def parts_of(ticket: str) -> Iterator[str]:
    """Name the parts that a whole ticket can have been split into; of a part, none."""
    if len(ticket) == LENGTH:
        yield from (f"{ticket}-{part}" for part in _PARTS)


def incident_of(opened_by: bytes) -> str:
    """Derive the code of an incident from what opens it: the same each time that is decided."""
    return "M" + crockford(blake2b(opened_by, digest_size=8).digest(), _INCIDENT_LENGTH)


def crockford(digest: bytes, length: int) -> str:
    """Say the lower bits of a digest in so many of Crockford's letters and digits."""
    number = int.from_bytes(digest, "big")
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(length)))
