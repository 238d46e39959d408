"""What of a requester those read who must not know who it is: a mask of the contact, and texts without it."""

from __future__ import annotations

import re
from typing import Final

from schemas.text import plain
from schemas.values import Contact

_SHOWN, _LAST, _WHOLE = 3, 4, 11
_NOT_DIGITS: Final = re.compile(r"\D")
_FEWEST: Final = 5
"""So many digits are a number that somebody can be called under."""


def masked_contact(contact: Contact) -> Contact:
    """The contact in a form by which nobody is found: 王**, 138****1234; of an address and an account nothing."""
    return Contact(
        name=None if contact.name is None else masked_name(contact.name),
        phone=None if contact.phone is None else masked_phone(contact.phone),
    )


def masked_name(name: str) -> str:
    """The first character of a name."""
    return name[:1] + "*" * max(min(len(name) - 1, 2), 1)


def masked_phone(phone: str) -> str:
    """The first three digits of a number, of a whole mobile number the last four too; an extension is hidden."""
    digits = _NOT_DIGITS.sub("", phone)
    if len(digits) == _WHOLE:
        return digits[:_SHOWN] + "*" * (_WHOLE - _SHOWN - _LAST) + digits[-_LAST:]
    return digits[:_SHOWN] + "*" * max(len(digits) - _SHOWN, 1)


class Seal:
    """Takes out of texts what a contact says: name, number, account and address, however the digits are written."""

    def __init__(self, *contacts: Contact) -> None:
        """Seal what any of these says."""
        patterns = [pattern for contact in contacts for pattern in _patterns(contact)]
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def __call__(self, text: str) -> str:
        """The text with stars for what it says of the requester."""
        return text if self._pattern is None else self._pattern.sub(_stars, text)


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])


def _patterns(contact: Contact) -> list[str]:
    """The longest first: an address holds shorter ones."""
    texts = [text for text in (contact.address, contact.wechat, contact.name) if text and len(text) > 1]
    patterns = [re.escape(text) for text in sorted(texts, key=len, reverse=True)]
    digits = _NOT_DIGITS.sub("", plain(contact.phone or ""))
    if len(digits) >= _FEWEST:
        loose = r"[\s\-‐-―－]{0,2}".join(_either(digit) for digit in digits)
        patterns.insert(0, loose)
    return patterns


def _either(digit: str) -> str:
    return f"[{digit}{chr(ord(digit) + 0xFEE0)}]"
