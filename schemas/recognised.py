"""Identity-card and bank-card numbers in what people write: one rule that finds them, and how they are masked.

A number is digits, in whatever way they are written, with nothing, or with blanks, hyphens and what nobody sees,
between them. It begins and ends where its digits do, so that no part of a longer number is one. What it must be:

- an identity card: 17 digits and a digit or an X, of a province, born on a day that there is, whether or not the check
  character fits, for a number with a slip is still somebody's; or the old form of 15 digits without one, unless they
  are the fraction of a decimal such as a latitude;
- a bank card: 16 to 19 digits with a right Luhn digit, beginning as the cards do that are issued here;
- either, however its digits are, where the words before it say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.spelling import DIGITS, UNSEEN, spelt

BETWEEN: Final = rf" \t\u00a0\u2000-\u200a\u202f\u3000\-\u2010-\u2015\u2212\u00b7.\uff0d\uff0e_/{UNSEEN}"
"""What can stand between the digits of a number, as part of a class of a pattern."""
_FEWEST, _MOST = 15, 19
_LONG: Final = re.compile(f"[{DIGITS}][{DIGITS}{BETWEEN}]{{{_FEWEST - 2},}}[{DIGITS}]")
_RUN: Final = re.compile(f"[0-9](?:[{BETWEEN}]{{0,3}}+[0-9])+(?:[{BETWEEN}]{{0,3}}+[Xx])?")
_GROUP: Final = re.compile("[0-9]+|[Xx]")

_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_LONG_FORM: Final = 18
_CARD: Final = re.compile(
    # UnionPay; the old cards of the large banks; Visa, Mastercard and JCB, which have 16 digits.
    r"62\d{14,17}|9558\d{15}|(?:4\d{3}|5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|35(?:2[89]|[3-8]\d))\d{12}"
)
_NAMED: Final = re.compile(
    '(?:(?P<identity>身份证)|(?P<bank>银行卡|储蓄卡|信用卡|卡号))(?:号码?|卡号|账号|帐号)?[是为:：=\\s（(,，“"]{0,4}$'
)
"""Words right before a number that say what it is."""
_DECIMAL: Final = re.compile(r"(?<![0-9])[0-9]{2,3}\.$")
"""What stands before the fraction of a coordinate; behind a single digit and a dot stands an item of a list."""
_BEFORE: Final = 16
_FOURS: Final = 4
_ISSUER: Final = 6
_HEAD, _TAIL = 6, 4
_SHOWN: Final = frozenset("0123456789Xx")


class Sort(StrEnum):
    """What was recognised: 身份证号, 银行卡号."""

    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"


class Found(NamedTuple):
    """A number in a text: what it is, and from where to where it stands."""

    sort: Sort
    start: int
    end: int


def recognised(text: str) -> tuple[Found, ...]:
    """Find the identity-card and bank-card numbers of a text, in order."""
    if _LONG.search(text) is None:
        return ()
    written = spelt(text)
    return tuple(found for run in _RUN.finditer(written) for found in _in_run(written, run))


def masked(text: str) -> str:
    """The text with all but the first six and the last four digits of such numbers hidden; it keeps its length."""
    for sort, start, end in recognised(text):
        del sort
        text = text[:start] + hidden(text[start:end], _HEAD, _TAIL) + text[end:]
    return text


def gist(text: str, length: int) -> str:
    """How a text begins, so many characters of it; a number that is cut in two would not be recognised any more."""
    return masked(text)[:length]


def could_hold(text: str) -> bool:
    """Whether it is worth to look: somewhere stand digits enough."""
    return _LONG.search(text) is not None


def hidden(number: str, head: int, tail: int) -> str:
    """A number with all of its digits hidden but the first and the last so many."""
    digits = [place for place, letter in enumerate(spelt(number)) if letter in _SHOWN]
    hide = frozenset(digits[head : len(digits) - tail])
    return "".join("*" if place in hide else letter for place, letter in enumerate(number))


def _in_run(text: str, run: re.Match[str]) -> Iterator[Found]:
    """Try the groups of a run of digits, from each on as many as can be; what is found is not looked at again."""
    groups = [(each.start() + run.start(), each.end() + run.start()) for each in _GROUP.finditer(run[0])]
    first = 0
    while first < len(groups):
        found = next((each for last in _ends(groups, first) if (each := _number(text, groups[first : last + 1]))), None)
        if found is None:
            first += 1
        else:
            yield found
            first = next((place for place, (start, _) in enumerate(groups) if start >= found.end), len(groups))


def _ends(groups: list[tuple[int, int]], first: int) -> Iterator[int]:
    """The last groups with which a number that begins with this one can end, the longest number first."""
    length, ends = 0, []
    for last in range(first, len(groups)):
        length += groups[last][1] - groups[last][0]
        if length > _MOST:
            break
        if length >= _FEWEST:
            ends.append(last)
    return reversed(ends)


def _number(text: str, groups: list[tuple[int, int]]) -> Found | None:
    start, end = groups[0][0], groups[-1][1]
    digits = "".join(text[one:other] for one, other in groups).upper()
    if _is_identity_card(digits) and not (len(digits) == _FEWEST and _is_fraction(text, start)):
        return Found(Sort.IDENTITY_CARD, start, end)
    lengths = [other - one for one, other in groups]
    if _grouped_as_cards_are(lengths) and _CARD.fullmatch(digits) and _luhn(digits):
        return Found(Sort.BANK_CARD, start, end)
    named = _NAMED.search(text, max(start - _BEFORE, 0), start)
    if named is not None and _FEWEST <= len(digits) <= _MOST:
        return Found(Sort.IDENTITY_CARD if named["identity"] else Sort.BANK_CARD, start, end)
    return None


def _is_fraction(text: str, start: int) -> bool:
    return _DECIMAL.search(text, max(start - _FOURS - 1, 0), start) is not None


def _is_identity_card(number: str) -> bool:
    if _PROVINCE.match(number) is None:
        return False
    if len(number) == _FEWEST:
        return number.isdecimal() and _is_day(f"19{number[6:12]}")
    return len(number) == _LONG_FORM and number[:-1].isdecimal() and _is_day(number[6:14])


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= day.year < 2100  # noqa: PLR2004 - nobody who lives was born in another century


def _grouped_as_cards_are(lengths: list[int]) -> bool:
    """In one piece, in fours, or the issuer's six digits first; loose numbers in a row are no card."""
    if len(lengths) == 1:
        return True
    if len(lengths) == 2 and lengths[0] == _ISSUER:  # noqa: PLR2004 - the issuer and the rest
        return True
    return all(length == _FOURS for length in lengths[:-1]) and lengths[-1] <= _FOURS


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of two digits
    return total % 10 == 0
