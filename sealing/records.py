"""Records that were put aside, sealed whole: nobody knows what stands in what could not be read.

A sealed value begins with the names of the tickets and incidents that it speaks of, in the clear, so that what must be
covered later is found without opening all. One that speaks of many says so instead.
"""

from __future__ import annotations

import re
from typing import Final

from sealing.boxes import KEY_BYTES, Chance, about, opened, sealed
from sealing.masters import WRAPPED_BYTES, Kms, Wrapped, rewrapped

_MARK: Final = b"\x00LHS1"
"""No JSON begins like this."""
_NAMES: Final = re.compile(
    rb"(?<![0-9A-Za-z])(?:\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{8}(?:-[1-9])?|M[0-9A-HJKMNP-TV-Z]{12})"
    rb"(?![0-9A-Za-z])"
)
_MOST_NAMES: Final = 40
_MANY: Final = b"*"
_OWNER: Final = "records"
_MOST_SEALS: Final = 1 << 20
"""A data key is used so often at most; chance may repeat a nonce after some 2³² times."""
_LENGTH: Final = 4
NAMES_MANY: Final = _MARK + len(_MANY).to_bytes(_LENGTH) + _MANY
"""How a sealed value begins that speaks of too many tickets to name them."""
SEAL_BYTES: Final = 1024
"""By so many bytes at most a sealed value is longer than it was."""


class RecordSeal:
    """Seals values of records and opens them; what is not sealed is given back as it is."""

    def __init__(self, kms: Kms, chance: Chance) -> None:
        """Have data keys wrapped by `kms`: a new one when the master key is another, and after a million seals."""
        self._kms = kms
        self._chance = chance
        self._key = b""
        self._wrapped = Wrapped(b"", b"")
        self._seals = 0

    def sealed(self, value: bytes | None, *place: str) -> bytes | None:
        """Seal a value for the place of its record; None stays None, and a sealed value is sealed once more."""
        if value is None:
            return None
        if not self._key or self._wrapped.master != self._kms.newest or self._seals >= _MOST_SEALS:
            self._key, self._seals = self._chance(KEY_BYTES), 0
            self._wrapped = self._kms.wrap(self._key, _OWNER)
        self._seals += 1
        named = sorted(set(_NAMES.findall(value)))
        names = b" ".join(named) if len(named) <= _MOST_NAMES else _MANY
        head = _MARK + len(names).to_bytes(_LENGTH) + names + bytes(self._wrapped)
        return head + sealed(self._key, value, _place(names, place), self._chance)

    def opened(self, value: bytes | None, *place: str) -> bytes | None:
        """Open what was sealed for this place; BrokenSealError or UnknownMasterError where it cannot be opened."""
        if value is None or not is_sealed(value):
            return value
        names, wrapped, box = _parts(value)
        key = self._key if wrapped == self._wrapped else self._kms.unwrap(wrapped, _OWNER)
        return opened(key, box, _place(names, place))

    def rewrapped(self, value: bytes) -> bytes:
        """The same sealed value with its data key under the newest master key."""
        if not is_sealed(value):
            return value
        names, wrapped, box = _parts(value)
        anew = rewrapped(wrapped, _OWNER, self._kms)
        return _MARK + len(names).to_bytes(_LENGTH) + names + bytes(anew) + box


def is_sealed(value: bytes) -> bool:
    """Whether a value is one that was sealed here."""
    return value.startswith(_MARK)


def master_of(value: bytes) -> bytes:
    """Tell which master key wrapped the data key of a sealed value."""
    return _parts(value)[1].master


def _place(names: bytes, place: tuple[str, ...]) -> bytes:
    return about(*place, names.decode("ascii"))


def _parts(value: bytes) -> tuple[bytes, Wrapped, bytes]:
    start = len(_MARK) + _LENGTH
    end = start + int.from_bytes(value[len(_MARK) : start])
    return value[start:end], Wrapped.of(value[end : end + WRAPPED_BYTES]), value[end + WRAPPED_BYTES :]
