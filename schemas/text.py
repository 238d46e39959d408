"""What every text must be that we read, keep or word: storable as UTF-8, and no longer than its field."""

from __future__ import annotations

import re
from typing import Final

ELLIPSIS: Final = "…"
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> bool:
    """Whether a text can be written as UTF-8 and kept in a database: no NUL, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def mended(text: str) -> str:
    """The text with a replacement character for each that cannot be stored."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def unstorable(document: object) -> tuple[str, str] | None:
    """Find a text in parsed JSON that cannot be stored, names of fields included: the way to it, and the character."""
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        path, found = waiting.pop()
        match found:
            case str() if bad := _UNSTORABLE.search(found):
                return path, bad[0]
            case dict():
                for name in found:
                    if bad := _UNSTORABLE.search(name):
                        return path, bad[0]
                waiting.extend((f"{path}.{name}" if path else name, part) for name, part in found.items())
            case list():
                waiting.extend((f"{path}.{place}", part) for place, part in enumerate(found))
            case _:
                pass
    return None


def fitted(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS
