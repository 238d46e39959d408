"""What was recognised in a text, so that it can be marked where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Word(NamedTuple):
    """A word to be marked: how it stands in the text, of which sort it is, and what it means."""

    text: str
    sort: str
    meaning: str


class Piece(NamedTuple):
    """A stretch of a text; without a word where nothing was recognised in it."""

    text: str
    word: Word | None = None


def marked(text: str, words: Iterable[Word]) -> Sequence[Piece]:
    """Cut a text where words stand: the pieces together are the text, and where words overlap the earlier wins.

    Of words that begin at one place the one that comes first in `words` wins.
    """
    pieces: list[Piece] = []
    known = [word for word in words if word.text]
    at = begun = 0
    while at < len(text):
        word = next((each for each in known if text.startswith(each.text, at)), None)
        if word is None:
            at += 1
            continue
        if begun < at:
            pieces.append(Piece(text[begun:at]))
        at += len(word.text)
        pieces.append(Piece(word.text, word))
        begun = at
    return [*pieces, Piece(text[begun:])] if begun < len(text) else pieces
