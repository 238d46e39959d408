"""One spelling for what can be written in many ways, character for character, so that what is found keeps its place.

Digits are those of a keyboard, whatever script, circle, square or numeral they were written in (１, ①, 一, 壹, 幺);
letters are the ordinary ones. What is told apart by nothing that anybody sees is spelt alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from schemas.text import INVISIBLE

_NUMERALS: Final = {
    numeral: str(digit)
    for digit, numerals in enumerate(
        ("〇零○", "一壹弌幺", "二贰貳弍两兩", "三叁參弎", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for numeral in numerals
}
_UNITS: Final = {"拾": "十", "佰": "百", "仟": "千"}
_SPELT: Final = (
    # Radicals, circled and bracketed forms, ideographs that only look like others, full width, letters of formulas.
    (0x00B2, 0x00BA), (0x2070, 0x2090), (0x2460, 0x2500), (0x2F00, 0x2FE0), (0x3021, 0x302A), (0x3220, 0x3248),
    (0x3280, 0x32B1), (0xF900, 0xFB00), (0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x2F800, 0x2FA20),
)  # fmt: skip
_LAST_DIGIT: Final = 0x1FBFA


def _spellings() -> Iterator[tuple[str, str]]:
    for first, end in _SPELT:
        for letter in map(chr, range(first, end)):
            shown = unicodedata.normalize("NFKC", letter).strip("().")
            if len(shown) == 1 and shown != letter:
                yield letter, _NUMERALS.get(shown, _UNITS.get(shown, shown))
    for letter in map(chr, range(0x80, _LAST_DIGIT)):
        if letter.isdigit():
            yield letter, str(unicodedata.digit(letter))
    yield from _NUMERALS.items()
    yield from _UNITS.items()


_SPELLINGS: Final = dict(_spellings())
_RARE: Final = "\U00010000-\U0010ffff"
"""Beyond the basic plane a class of a pattern is walked through one by one: all of it is one range, looked up later."""


def _class(letters: Iterable[str]) -> str:
    return "".join(re.escape(letter) for letter in letters if letter <= "\uffff") + _RARE


_SPELT_OTHERWISE: Final = re.compile(f"[{_class(_SPELLINGS)}]")

DIGITS: Final = "0-9" + _class(letter for letter, shown in _SPELLINGS.items() if shown.isascii() and shown.isdecimal())
"""Whatever can be spelt as a digit, as part of a class of a pattern."""
UNSEEN: Final = rf"{INVISIBLE}\u20e3"
"""What stands between characters and shows nothing of its own, as part of a class of a pattern."""


def spelt(text: str) -> str:
    """The text in its one spelling: as long as it was, each character where it stood."""
    return text if text.isascii() else _SPELT_OTHERWISE.sub(_spelling, text)


def _spelling(letter: re.Match[str]) -> str:
    return _SPELLINGS.get(letter[0], letter[0])
