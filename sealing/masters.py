"""Master keys wrap data keys; they never touch data, and what they wrapped says which of them did."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from sealing.boxes import KEY_BYTES, NONCE_BYTES, TAG_BYTES, Chance, about, opened, sealed

ID_BYTES: Final = 4
WRAPPED_BYTES: Final = ID_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
_WORD: Final = re.compile(r"\S{8,}")
_PURPOSE: Final = "data key"


class UnknownMasterError(Exception):
    """The data key was wrapped by a master key that is not among those of this instance."""


class Wrapped(NamedTuple):
    """A data key as it may be kept and sent: the id of the master key, and the box that only that one opens."""

    master: bytes
    box: bytes

    def __bytes__(self) -> bytes:
        """Put both into `WRAPPED_BYTES` bytes."""
        return self.master + self.box

    @classmethod
    def of(cls, raw: bytes) -> Wrapped:
        """Read what `bytes` made; ValueError for any other number of bytes."""
        if len(raw) != WRAPPED_BYTES:
            raise ValueError(f"a wrapped key has {WRAPPED_BYTES} bytes, not {len(raw)}")
        return cls(raw[:ID_BYTES], raw[ID_BYTES:])


class Kms(Protocol):
    """Who keeps the master keys: a file of the instance, or a service that never hands them out."""

    @property
    def newest(self) -> bytes:
        """The id of the master key that wraps from now on."""
        ...

    def wrap(self, key: bytes, owner: str) -> Wrapped:
        """Wrap a data key for its owner under the newest master key."""
        ...

    def unwrap(self, wrapped: Wrapped, owner: str) -> bytes:
        """Give back the data key; UnknownMasterError or BrokenSealError where that cannot be."""
        ...


class MasterKeys:
    """Master keys that are known as words, the newest first; each word is hashed into a key and, apart, into its id."""

    def __init__(self, words: str, chance: Chance) -> None:
        """Take the words, with blanks between them; ValueError unless there is one, of eight characters at least."""
        found = words.split()
        if not found or not all(map(_WORD.fullmatch, found)):
            raise ValueError("master keys are words of eight characters or more, with blanks between them")
        self._keys: Mapping[bytes, bytes] = {_hash(b"id", word)[:ID_BYTES]: _hash(b"key", word) for word in found}
        self._chance = chance

    @property
    def newest(self) -> bytes:
        """The id of the first."""
        return next(iter(self._keys))

    def wrap(self, key: bytes, owner: str) -> Wrapped:
        """Wrap under the first."""
        master = self.newest
        return Wrapped(master, sealed(self._keys[master], key, about(_PURPOSE, owner), self._chance))

    def unwrap(self, wrapped: Wrapped, owner: str) -> bytes:
        """Unwrap by the one that wrapped it."""
        key = self._keys.get(wrapped.master)
        if key is None:
            raise UnknownMasterError(f"no master key {wrapped.master.hex()} here")
        return opened(key, wrapped.box, about(_PURPOSE, owner))


def rewrapped(wrapped: Wrapped, owner: str, kms: Kms) -> Wrapped:
    """The same data key under the newest master key; what it sealed stays as it is."""
    return wrapped if wrapped.master == kms.newest else kms.wrap(kms.unwrap(wrapped, owner), owner)


def _hash(purpose: bytes, word: str) -> bytes:
    return hashlib.blake2b(word.encode(), digest_size=KEY_BYTES, person=b"liuhen " + purpose).digest()
