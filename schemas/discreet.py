"""What whoever asked reads of others: their numbers are hidden by their look but for those that an office gives out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from schemas.recognised import BETWEEN, hidden, recognised
from schemas.spelling import DIGITS, spelt

_ENOUGH: Final = re.compile(f"(?:[{DIGITS}][{BETWEEN}()（）]{{0,3}}){{10}}")
_GAP: Final = f"[{BETWEEN}]{{0,3}}"
_PHONE: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:(?:\+{_GAP}|00)?86{_GAP})?"
    rf"(?:1[3-9](?:{_GAP}[0-9]){{9}}|\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?{_GAP}[2-9](?:{_GAP}[0-9]){{6,7}})"
    r"(?![0-9A-Za-z])"
)
"""A mobile, or a landline with its area code, as people write them."""
_GIVEN_OUT: Final = re.compile(
    "(?:咨询|服务|办公|值班|监督|报修|预约|热线|窗口)(?:热线|电话|号码)?[是为:：=\\s（(]{0,4}$"
)
"""Words right before a number that an office gives out."""
_BEFORE: Final = 12
_PHONE_SHOWS: Final = (3, 2)
_CARD_SHOWS: Final = (0, 4)


def discreet(text: str, given_out: Collection[str]) -> str:
    """The text with numbers of persons hidden; it keeps its length.

    Of an identity or bank card the last four digits stay, of a telephone the first three and the last two; whole stay
    those of `given_out`, and what the words before it call an office's.
    """
    if _ENOUGH.search(text) is None:
        return text
    for _, start, end in recognised(text):
        text = text[:start] + hidden(text[start:end], *_CARD_SHOWS) + text[end:]
    for start, end in tuple(_phones(spelt(text), given_out)):
        text = text[:start] + hidden(text[start:end], *_PHONE_SHOWS) + text[end:]
    return text


def _phones(written: str, given_out: Collection[str]) -> Iterator[tuple[int, int]]:
    for found in _PHONE.finditer(written):
        digits = "".join(letter for letter in found[0] if letter.isdecimal())
        named = _GIVEN_OUT.search(written, max(found.start() - _BEFORE, 0), found.start())
        if named is None and digits not in given_out:
            yield found.span()
