"""Records that were put aside, sealed whole: nobody knows what stands in what could not be read.

A sealed value begins with the names of the tickets and incidents that it speaks of, in the clear, so that what must be
covered later is found without opening all. One that speaks of many says so instead.
"""

from __future__ import annotations

import re
from typing import Final

from sealing.boxes import Chance, about
from sealing.data_keys import DataKeys
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
_LENGTH: Final = 4
NAMES_MANY: Final = _MARK + len(_MANY).to_bytes(_LENGTH) + _MANY
"""How a sealed value begins that speaks of too many tickets to name them."""
SEAL_BYTES: Final = 1024
"""By so many bytes at most a sealed value is longer than it was."""


class RecordSeal:
    """Seals values of records and opens them; what is not sealed is given back as it is."""

    def __init__(self, kms: Kms, chance: Chance) -> None:
        """Have data keys wrapped by `kms`."""
        self._kms = kms
        self._keys = DataKeys(kms, chance, _OWNER)

    def sealed(self, value: bytes | None, *place: str) -> bytes | None:
        """Seal a value for the place of its record; None stays None, and a sealed value is sealed once more."""
        if value is None:
            return None
        named = sorted(set(_NAMES.findall(value)))
        names = b" ".join(named) if len(named) <= _MOST_NAMES else _MANY
        return _joined(names, *self._keys.sealed(value, _place(names, place)))

    def opened(self, value: bytes | None, *place: str) -> bytes | None:
        """Open what was sealed for this place; BrokenSealError or UnknownMasterError where it cannot be opened."""
        if value is None or not is_sealed(value):
            return value
        names, wrapped, box = _parts(value)
        return self._keys.opened(wrapped, box, _place(names, place))

    def rewrapped(self, value: bytes) -> bytes:
        """The same sealed value with its data key under the newest master key."""
        if not is_sealed(value):
            return value
        names, wrapped, box = _parts(value)
        return _joined(names, rewrapped(wrapped, _OWNER, self._kms), box)


def is_sealed(value: bytes) -> bool:
    """Whether a value is one that was sealed here."""
    return value.startswith(_MARK)


def master_of(value: bytes) -> bytes:
    """Tell which master key wrapped the data key of a sealed value."""
    return _parts(value)[1].master


def _place(names: bytes, place: tuple[str, ...]) -> bytes:
    return about(*place, names.decode("ascii"))


def _joined(names: bytes, wrapped: Wrapped, box: bytes) -> bytes:
    return _MARK + len(names).to_bytes(_LENGTH) + names + bytes(wrapped) + box


def _parts(value: bytes) -> tuple[bytes, Wrapped, bytes]:
    start = len(_MARK) + _LENGTH
    end = start + int.from_bytes(value[len(_MARK) : start])
    return value[start:end], Wrapped.of(value[end : end + WRAPPED_BYTES]), value[end + WRAPPED_BYTES :]
