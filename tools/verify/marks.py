"""What numbers of a source stand for, in as few bytes as that takes: a city has hundreds of millions of them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Final, NamedTuple

_ID: Final = 16
_WHOLE: Final = 32
_FARTHEST: Final = 1_000_000
"""So many numbers that are missing are kept as room; beyond that it is cheaper to keep each one apart."""


class Mark(NamedTuple):
    """What a number stands for: the event's id, whom it concerns, and the MD5 of its body."""

    id: str
    subject: str
    digest: bytes


class Marks(MutableMapping[int, Mark]):
    """The marks of one source by number, which mostly follow one another; they are told in the order of numbers."""

    __slots__ = ("_apart", "_count", "_first", "_packed", "_subjects")

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._first = 0
        self._packed = bytearray()
        self._subjects: list[str | None] = []
        self._count = 0
        self._apart: dict[int, Mark] = {}

    def __setitem__(self, number: int, mark: Mark) -> None:
        packed = _packed(mark)
        if not self._subjects:
            self._first = number
        place = number - self._first
        if packed is None or not 0 <= place < len(self._subjects) + _FARTHEST:
            self._apart[number] = mark
            return
        if (room := place + 1 - len(self._subjects)) > 0:
            self._subjects.extend([None] * room)
            self._packed.extend(bytes(_WHOLE * room))
        self._count += self._subjects[place] is None
        self._subjects[place] = mark.subject
        self._packed[_WHOLE * place : _WHOLE * (place + 1)] = packed

    def __getitem__(self, number: int) -> Mark:
        place = number - self._first
        subject = self._subjects[place] if 0 <= place < len(self._subjects) else None
        if subject is None:
            return self._apart[number]
        start = _WHOLE * place
        name = self._packed[start : start + _ID].hex()
        id_ = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
        return Mark(id_, subject, bytes(self._packed[start + _ID : start + _WHOLE]))

    def __delitem__(self, number: int) -> None:
        place = number - self._first
        if 0 <= place < len(self._subjects) and self._subjects[place] is not None:
            self._subjects[place] = None
            self._count -= 1
        else:
            del self._apart[number]

    def __len__(self) -> int:
        return self._count + len(self._apart)

    def __iter__(self) -> Iterator[int]:
        packed = (self._first + place for place, subject in enumerate(self._subjects) if subject is not None)
        return iter(sorted([*packed, *self._apart])) if self._apart else packed

    @property
    def first(self) -> int | None:
        """The lowest number; None where there is none."""
        return next(iter(self), None)

    @property
    def last(self) -> int:
        """The highest number; 0 where there is none."""
        packed = self._first + len(self._subjects) - 1 if self._subjects else 0
        return max((packed, *self._apart))


class NumberMarks:
    """Numbers that were seen, which mostly follow one another: a byte for each."""

    __slots__ = ("_first", "_flags")

    def __init__(self) -> None:
        """None were."""
        self._first = 0
        self._flags = bytearray()

    def add(self, number: int) -> None:
        """Note one."""
        if not self._flags:
            self._first = number
        if (before := self._first - number) > 0:
            self._flags[:0] = bytes(before)
            self._first = number
        if (room := number - self._first + 1 - len(self._flags)) > 0:
            self._flags.extend(bytes(room))
        self._flags[number - self._first] = 1

    def __contains__(self, number: int) -> bool:
        place = number - self._first
        return 0 <= place < len(self._flags) and bool(self._flags[place])


def _packed(mark: Mark) -> bytes | None:
    """Id and digest in thirty-two bytes; None for an id that is none of ours."""
    if len(mark.id) != 36 or len(mark.digest) != _WHOLE - _ID or mark.id != mark.id.lower():  # noqa: PLR2004 - a UUID's
        return None
    try:
        return bytes.fromhex(mark.id.replace("-", "")) + mark.digest
    except ValueError:
        return None
