"""What every text must be that we read, keep, compare or word: storable as UTF-8, visible, no longer than its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, TypeAlias

ELLIPSIS: Final = "…"
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
INVISIBLE: Final = (
    # Control characters that are no space, soft hyphen and joiners, fillers and blanks that count as letters,
    # directions, variations, tags, what annotates and shapes; a test holds the list against the Unicode data.
    r"\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The characters that show nothing and are no space, as a class of a pattern."""
_UNSEEN: Final = re.compile(f"[{INVISIBLE}]")
_SHOWN: Final = re.compile(rf"[^\s{INVISIBLE}]")
COMMANDS: Final = (
    # Control characters but tab and line feed, marks of direction, separators of lines, halves of surrogate pairs,
    # what annotates, and tags.
    r"\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)
"""The characters that command instead of being seen, as a class of a pattern."""
_COMMANDS: Final = re.compile(f"[{COMMANDS}]")
_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F
_DASH: Final = re.compile("[\u2010-\u2015\u2212]")
_DIGIT: Final = re.compile(r"\d")
_Way: TypeAlias = "tuple[_Way | None, str | int]"
"""The last name or place on the way to a part of a document, and the way before it."""


def storable(text: str) -> bool:
    """Whether a text can be written as UTF-8 and kept in a database: no NUL, no half of a surrogate pair."""
    return "\0" not in text if text.isascii() else _UNSTORABLE.search(text) is None


def mended(text: str) -> str:
    """The text with a replacement character for each that cannot be stored."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def unstorable(document: object) -> tuple[str, str] | None:
    """Find a text in parsed JSON that cannot be stored, names of fields included: the way to it, and the character."""
    # The way to a part is written only once one is found: names are as long as outsiders make them.
    waiting: list[tuple[_Way | None, object]] = [(None, document)]
    while waiting:
        way, found = waiting.pop()
        parts: Iterable[tuple[str | int, object]] = ()
        match found:
            case str() if bad := _UNSTORABLE.search(found):
                return _written(way), bad[0]
            case dict():
                if bad := next(filter(None, map(_UNSTORABLE.search, found)), None):
                    return _written(way), bad[0]
                parts = found.items()
            case list():
                parts = enumerate(found)
            case _:
                pass
        waiting.extend(((way, name), part) for name, part in parts if isinstance(part, str | dict | list))
    return None


def _written(way: _Way | None) -> str:
    names: list[str] = []
    while way is not None:
        before, name = way
        names.append(str(name))
        way = before
    return ".".join(reversed(names))


def fitted(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS


def seen(text: str) -> str:
    """The text without what nobody sees, its spaces and line breaks each one space: how a name or a place is kept."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_UNSEEN.sub("", text).split())


def blank(text: str) -> bool:
    """Whether a text shows nothing at all, however many characters it has."""
    return _SHOWN.search(text) is None


def readable(text: str) -> bool:
    """Whether a text can name something: some of it is seen, and none of it is more than seen."""
    if text.isascii():
        return text.isprintable() and not text.isspace() and text != ""
    return text.isprintable() and not blank(text)


def plain(text: str) -> str:
    """The form in which what names something is compared: what is seen of it, each character in its one form.

    Full-width forms are the ordinary ones; digits of every script and dashes of every length are those of a keyboard.
    """
    shown = seen(text)
    if shown.isascii():
        return shown
    return _DIGIT.sub(_plain_digit, _DASH.sub("-", seen(unicodedata.normalize("NFKC", shown))))


def _plain_digit(digit: re.Match[str]) -> str:
    return str(unicodedata.decimal(digit[0]))


def harmless(text: str) -> str:
    """The text with a picture of each character that commands instead of being seen; line breaks and tabs stay.

    What commands a terminal, turns the direction of reading, or breaks lines where nobody expects it.
    """
    if _COMMANDS.search(text) is None:
        return text
    return _COMMANDS.sub(_pictured, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text on one line and harmless, as a heading needs it."""
    return harmless(" ".join(text.split()))


def _pictured(command: re.Match[str]) -> str:
    code = ord(command[0])
    if code == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    return chr(_PICTURES + code) if code < ord(" ") else _REPLACEMENT
