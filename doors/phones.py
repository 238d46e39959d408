"""Which phone numbers are numbers, and when two are the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers

from schemas.text import plain

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_DECISIVE: Final = 6
_EXTENSION: Final = re.compile(
    r"(?P<number>.*[0-9])\s*(?:转接?|轉|分机号?|分機|内线|,|(?<=[0-9]{7})-(?=[0-9]{1,6}$))\s*[:.]?\s*(?P<extension>[0-9]{1,8})\s*"
)
"""Extensions as they are written here, beside those that the library reads; behind a whole number a dash is one too."""


def international(phone: str) -> str | None:
    """Write a phone number, read as dialled in China, in the one form in which it is compared; None when it is none.

    The extension is part of the number: behind one switchboard are many people.
    """
    number = plain(phone)
    if _MOBILE.fullmatch(number):
        return f"+86{number}" if _is_mobile(number[:_DECISIVE]) else None
    return _parsed(number)


def without_extension(phone: str) -> str | None:
    """Write a phone number in its one form as far as it can be called from outside; None when it is none."""
    number = international(phone)
    return number.partition(";")[0] if number else None


@lru_cache(maxsize=4096)
def _is_mobile(prefix: str) -> bool:
    """A mobile number is decided by its first digits, and there are few of those."""
    return _parsed(prefix.ljust(11, "0")) is not None


@lru_cache(maxsize=4096)
def _parsed(phone: str) -> str | None:
    found = _EXTENSION.fullmatch(phone)
    try:
        number = phonenumbers.parse(f"{found['number']};ext={found['extension']}" if found else phone, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{whole};ext={number.extension}" if number.extension else whole
