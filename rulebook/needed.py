"""Which characters a pattern cannot do without, so that most texts are told not to fit before any pattern runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

Needed = tuple[frozenset[str], ...]
"""Of each of these sets every text that fits has at least one character; () where nothing is known."""

_LOOKS_AROUND: Final = ("(?=", "(?!", "(?<=", "(?<!")
_CLASSES: Final = "dDwWsSbB"
_TIMES: Final = re.compile(r"\{(?=[\d,])(\d*),?\d*\}|[*+?]")


class _UnreadError(Exception):
    """Something that this reader does not know: nothing can be said of the pattern."""


def needed(pattern: str) -> Needed:
    """What every text has that some part of fits a pattern; () also where the pattern says more than is read here."""
    reader = _Reader(pattern)
    try:
        found = reader.alternatives()
    except (_UnreadError, IndexError):
        return ()
    return found if reader.at == len(pattern) else ()


def lacks(text: set[str], wanted: Sequence[frozenset[str]]) -> bool:
    """Whether a text of these characters lacks something that is needed."""
    for each in wanted:  # noqa: SIM110 - asked a hundred times for each text, and twice as quick
        if each.isdisjoint(text):
            return True
    return False


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> Needed:
        """One of several: what is surely there is one of the characters that each of them needs."""
        branches = [tuple(self._sequence())]
        while self._takes("|"):
            branches.append(tuple(self._sequence()))
        if len(branches) == 1:
            return branches[0]
        if not all(branches):
            return ()
        return (frozenset().union(*(min(each, key=len) for each in branches)),)

    def _sequence(self) -> Iterator[frozenset[str]]:
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            found = self._atom()
            if self._is_repeated_at_least_once():
                yield from found

    def _atom(self) -> Needed:
        rest = self.pattern[self.at :]
        if rest[0] == "(":
            return self._group(rest)
        self.at += 1
        match rest[0]:
            case "[":
                return self._class()
            case "\\":
                self.at += 1
                return self._escaped(rest[1])
            case "." | "^" | "$":
                return ()
            case character:
                return (frozenset(character),)

    def _group(self, rest: str) -> Needed:
        opens = next((each for each in (*_LOOKS_AROUND, "(?:") if rest.startswith(each)), "(")
        if opens == "(" and rest.startswith("(?"):
            raise _UnreadError
        self.at += len(opens)
        inside = self.alternatives()
        if not self._takes(")"):
            raise _UnreadError
        return () if opens in _LOOKS_AROUND else inside

    def _class(self) -> Needed:
        """A class of single characters; of ranges, escapes and what is left out nothing is said."""
        nothing_said, characters = self._takes("^"), set[str]()
        while not (characters and self._takes("]")):
            character = self.pattern[self.at]
            nothing_said = nothing_said or character in "\\-"
            self.at += 2 if character == "\\" else 1
            characters.add(character)
        return () if nothing_said else (frozenset(characters),)

    def _escaped(self, character: str) -> Needed:
        if character in _CLASSES:
            return ()
        if character.isalnum():
            raise _UnreadError
        return (frozenset(character),)

    def _is_repeated_at_least_once(self) -> bool:
        found = _TIMES.match(self.pattern, self.at)
        if found is None:
            return True
        self.at = found.end()
        if self.pattern[self.at : self.at + 1] in ("?", "+"):
            self.at += 1
        return found[0] == "+" or (found[0][0] == "{" and int(found[1] or 0) > 0)

    def _takes(self, character: str) -> bool:
        if self.pattern[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True
