"""Which phone numbers are numbers, and when two are the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_DECISIVE: Final = 6


def international(phone: str) -> str | None:
    """Write a phone number, read as dialled in China, in the one international form; None when it is none."""
    if _MOBILE.fullmatch(phone):
        return f"+86{phone}" if _is_mobile(phone[:_DECISIVE]) else None
    return _parsed(phone)


@lru_cache(maxsize=4096)
def _is_mobile(prefix: str) -> bool:
    """A mobile number is decided by its first digits, and there are few of those."""
    return _parsed(prefix.ljust(11, "0")) is not None


@lru_cache(maxsize=4096)
def _parsed(phone: str) -> str | None:
    try:
        number = phonenumbers.parse(phone, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
