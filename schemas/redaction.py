"""Redaction (涂去): a passage is known by a keyed hash alone, and stars stand wherever it stood."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.spoken import Json, reworded

BLOCK: Final = "█"
SHORTEST: Final = 2
"""A single character stands in too many places to be a passage."""


class Passage(NamedTuple):
    """What was redacted: a keyed hash of it, and how many characters it had."""

    seal: str
    length: int


def seal_of(passage: str, secret: bytes) -> str:
    """Hash a passage: whoever has no key learns nothing from it, however few passages there can be."""
    return hmac.digest(secret, passage.encode(), hashlib.sha256).hex()[:32]


def blocked(text: str, passage: str) -> str:
    """The text with blocks wherever a passage stands in it; the text keeps its length."""
    return text.replace(passage, BLOCK * len(passage))


def is_blocked(passage: str) -> bool:
    """Whether nothing is left to read."""
    return not passage.strip(BLOCK)


class Overlay:
    """Finds redacted passages of one ticket in texts, by their hashes, and puts blocks there."""

    def __init__(self, passages: Iterable[Passage], secret: bytes) -> None:
        """`secret` is the key under which they were hashed; they come in the order in which they were redacted."""
        self._passages = tuple(dict.fromkeys(passages))
        self._text = lru_cache(512)(self._covered)
        self._secret = secret

    def text(self, text: str) -> str:
        """The text with blocks for what was redacted."""
        return self._text(text)

    def document(self, document: Json) -> Json:
        """A parsed message or state with blocks in what people said; the same object where there is nothing."""
        return reworded(document, self.text)

    def body(self, body: str) -> str:
        """JSON text with blocks in what people said; the same text where there is nothing."""
        document = json.loads(body)
        covered = self.document(document)
        return body if covered is document else json.dumps(covered, ensure_ascii=False, separators=(",", ":"))

    def _covered(self, text: str) -> str:
        for seal, length in self._passages:
            place = 0
            while place + length <= len(text):
                window = text[place : place + length]
                if not is_blocked(window) and seal_of(window, self._secret) == seal:
                    text = text[:place] + BLOCK * length + text[place + length :]
                    place += length
                else:
                    place += 1
        return text
