"""Data keys of one process: each made by chance, wrapped once, used for a million boxes at most."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from sealing.boxes import KEY_BYTES, Chance, opened, sealed
from sealing.masters import Kms, Wrapped

_MOST_BOXES: Final = 1 << 20
"""Chance may repeat a nonce after some 2³² boxes."""
_REMEMBERED: Final = 1_000


class DataKeys:
    """Seals under a data key that its box names, wrapped; opens what any process of the instance sealed."""

    def __init__(self, kms: Kms, chance: Chance, owner: str) -> None:
        """Have data keys wrapped by `kms` for `owner`: a new one when the newest master key is another."""
        self._kms = kms
        self._chance = chance
        self._owner = owner
        self._wrapped: Wrapped | None = None
        self._boxes = 0
        self._known: OrderedDict[Wrapped, bytes] = OrderedDict()

    def sealed(self, plain: bytes, place: bytes) -> tuple[Wrapped, bytes]:
        """Seal bytes for a place; returns the wrapped data key and the box."""
        if self._wrapped is None or self._wrapped.master != self._kms.newest or self._boxes >= _MOST_BOXES:
            key, self._boxes = self._chance(KEY_BYTES), 0
            self._wrapped = self._kms.wrap(key, self._owner)
            self._remember(self._wrapped, key)
        self._boxes += 1
        return self._wrapped, sealed(self._key(self._wrapped), plain, place, self._chance)

    def opened(self, wrapped: Wrapped, box: bytes, place: bytes) -> bytes:
        """Open a box that was sealed for this place; BrokenSealError or UnknownMasterError otherwise."""
        return opened(self._key(wrapped), box, place)

    def _key(self, wrapped: Wrapped) -> bytes:
        key = self._known.get(wrapped)
        if key is None:
            key = self._kms.unwrap(wrapped, self._owner)
            self._remember(wrapped, key)
        return key

    def _remember(self, wrapped: Wrapped, key: bytes) -> None:
        self._known[wrapped] = key
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
