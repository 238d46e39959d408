"""A box: bytes that nobody reads, changes or moves to another place without the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

Chance = Callable[[int], bytes]
"""So many bytes that nobody can guess."""

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class BrokenSealError(Exception):
    """The box was not sealed with this key for this place, or it was changed since."""


def about(*place: str) -> bytes:
    """Name the place that a box belongs to, for instance a ticket and a field; different places never read alike."""
    return to_json(place)


def sealed(key: bytes, plain: bytes, place: bytes, chance: Chance) -> bytes:
    """Seal bytes for a place: a nonce of chance, then AES-256-GCM with the place as associated data."""
    nonce = chance(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def opened(key: bytes, box: bytes, place: bytes) -> bytes:
    """Open a box that was sealed for this place; BrokenSealError otherwise."""
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise BrokenSealError("a box is longer than its nonce and tag")
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], place)
    except InvalidTag:
        raise BrokenSealError("another key, another place, or changed bytes") from None
