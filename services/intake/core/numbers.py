"""Numbers that people copy down: tickets and receipts."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Final

from schemas.values import Party

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_LENGTH: Final = 12
_LARGEST: Final = 99_999
_LARGEST_ORDINAL: Final = 99
_LARGEST_DIGIT: Final = 9
_NUMBER_LENGTH: Final = 14


def receipt_of(party: Party, source: str, submission: str) -> str:
    """Derive the receipt of a submission, which is the same for ever and known before the submission is decided."""
    digest = blake2b("\0".join((str(party), source, submission)).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    return "R" + "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_RECEIPT_LENGTH)))


def incident_of(receipt: str) -> str:
    """Derive the code of the incident that a submission opens from its receipt."""
    return f"M{receipt[1:]}"


def check_digit(digits: str) -> str:
    """Compute the Luhn digit that a wrong or two exchanged digits give away."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > _LARGEST_DIGIT else value
    return str(-total % 10)


def is_number(ticket: str) -> bool:
    """Tell whether a ticket number, or that of a part, has its right check digit."""
    whole = ticket[:_NUMBER_LENGTH]
    return check_digit(whole[:-1]) == whole[-1]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ticket numbers of one lane: date, lane, sequence, check digit. `counters` are the lane's and remember it.

    Where a lane gives more than 99,999 numbers in a day it goes on with the next day's, so none is given twice.
    """

    ordinal: int
    counters: MutableMapping[str, int]
    zone: tzinfo

    def next(self, received: datetime) -> str:
        """Give the next number; ValueError when the lane is too far back in the list of lanes to have any."""
        if self.ordinal > _LARGEST_ORDINAL:
            raise ValueError(f"lane {self.ordinal} cannot number tickets: two digits are all there is")
        today = received.astimezone(self.zone).date().toordinal()
        day, sequence = self.counters.get("day", 0), self.counters.get("number", 0) + 1
        if today > day:
            day, sequence = today, 1
        elif sequence > _LARGEST:
            day, sequence = day + 1, 1
        self.counters["day"], self.counters["number"] = day, sequence
        digits = f"{date.min + timedelta(days=day - 1):%y%m%d}{self.ordinal:02}{sequence:05}"
        return digits + check_digit(digits)
