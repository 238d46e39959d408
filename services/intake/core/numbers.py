"""Numbers that people copy down: tickets and receipts."""

from __future__ import annotations

from collections.abc import MutableMapping, MutableSequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Final, NamedTuple

from schemas import numbering
from schemas.numbering import crockford, without_part
from schemas.values import Party

_RECEIPT_LENGTH: Final = 20
_LARGEST: Final = 99_999
_LEFT: Final = 250
_RIGHT: Final = 400
_TURNS: Final = 6
_LARGEST_DIGIT: Final = 9
_DATED: Final = 6


def receipt_of(party: Party, source: str, submission: str, key: bytes) -> str:
    """Derive the receipt of a submission, known before it is decided: a hundred bits that need the key to be guessed.

    It is the same for as long as the key is.
    """
    digest = blake2b(_named(party, source, submission), key=key, person=b"receipt", digest_size=16).digest()
    return "R" + crockford(digest, _RECEIPT_LENGTH)


def incident_of(party: Party, source: str, submission: str) -> str:
    """Derive the code of the incident that a submission opens: whoever opens it can name it before it is answered."""
    return numbering.incident_of(_named(party, source, submission))


def _named(party: Party, source: str, submission: str) -> bytes:
    return "\0".join((str(party), source, submission)).encode()


def check_digit(digits: str) -> str:
    """Compute the Luhn digit that a wrong or two exchanged digits give away."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > _LARGEST_DIGIT else value
    return str(-total % 10)


def is_number(ticket: str) -> bool:
    """Tell whether a ticket number, or that of a part, has its right check digit."""
    whole = without_part(ticket)
    return check_digit(whole[:-1]) == whole[-1]


def day_of(ticket: str, zone: tzinfo) -> datetime | None:
    """Tell when the day began that a number names; None where it names none."""
    try:
        return datetime.strptime(ticket[:_DATED], "%y%m%d").replace(tzinfo=zone)
    except ValueError:
        return None


def lane_digits(ticket: str) -> int:
    """The two digits of a number by which those of its lane differ from all others."""
    return int(ticket[_DATED : _DATED + 2])


class Numbering(NamedTuple):
    """How a lane numbers its tickets: its two digits, and the key that scatters its count."""

    number: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ticket numbers of one lane: date, lane, scattered count, check digit; the lane's `counters` remember it.

    Where a lane gives more than 99,999 numbers in a day it goes on with the next day's, so none is given twice.
    """

    numbering: Numbering | None
    counters: MutableMapping[str, int]
    zone: tzinfo
    given: MutableSequence[str] = field(default_factory=list)
    """The numbers that were given to this submission before, where it is heard again."""

    def next(self, received: datetime) -> str:
        """Give the next number; LookupError in the lane of somebody who registers nothing."""
        number = self._next(received)
        if not self.given:
            return number
        return self.given.pop(self.given.index(number) if number in self.given else 0)

    def _next(self, received: datetime) -> str:
        if self.numbering is None:
            raise LookupError("this lane numbers no tickets")
        today = received.astimezone(self.zone).date().toordinal()
        day, count = self.counters.get("day", 0), self.counters.get("number", 0) + 1
        if today > day:
            day, count = today, 1
        elif count > _LARGEST:
            day, count = day + 1, 1
        self.counters["day"], self.counters["number"] = day, count
        dated = f"{date.min + timedelta(days=day - 1):%y%m%d}{self.numbering.number:02}"
        digits = f"{dated}{scattered(count, dated, self.numbering.key):05}"
        return digits + check_digit(digits)


def scattered(count: int, day: str, key: bytes) -> int:
    """Give each count below 100,000 a place of its own among as many, in an order that nobody knows without the key.

    A Feistel network over 250 × 400: each round shifts one half by a keyed hash of the other, so it can be undone.
    """
    left, right = divmod(count, _RIGHT)
    for turn in range(0, _TURNS, 2):
        left = (left + _hash(key, day, turn, right)) % _LEFT
        right = (right + _hash(key, day, turn + 1, left)) % _RIGHT
    return left * _RIGHT + right


def _hash(key: bytes, day: str, turn: int, half: int) -> int:
    return int.from_bytes(blake2b(f"{day}/{turn}/{half}".encode(), key=key, digest_size=8).digest(), "big")
