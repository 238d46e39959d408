"""Words that stop the machine: what a text, or a place, says that no program may answer by itself."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, WithJsonSchema

from rulebook.base import CategoryCode, Code, Model, Text
from rulebook.directory import Department
from rulebook.needed import Needed, lacks, needed
from rulebook.places import PlaceIndex
from schemas.text import seen
from vocabulary import Chinese

_SENTENCE: Final = re.compile(r"[^。！？；]+")
_CLEARED: Final = "\0"
_PARTS: Final = re.compile(r"\\(?P<escaped>.)|\(\?(?:[:=!]|<[=!])|\{(?=[\d,])\d*,?\d*\}|(?P<other>.)", re.DOTALL)
"""A pattern's escapes, groups, counts, and everything else one by one."""
_MARKS: Final = str.maketrans(",!?;", "，！？；")
"""Punctuation in one form, so that a pattern can say where a clause ends."""


def _pattern(text: str) -> str:
    try:
        found = re.compile(text)
    except re.error as error:
        raise ValueError(Chinese(f"正则表达式，从第 {(error.pos or 0) + 1} 个字符起读不下去")) from error
    if found.search("") is not None:
        raise ValueError(Chinese("至少要有一个字符才合得上的正则表达式"))
    if never := "".join(dict.fromkeys(each for each in _literals(text) if _plain(each) != each)):
        raise ValueError(
            Chinese(f"照比对的样子写的正则表达式（无空白、半角、小写字母，标点用，！？；），{never!r} 永远合不上")
        )
    return text


def _literals(pattern: str) -> Iterator[str]:
    """Every character that stands for itself."""
    for found in _PARTS.finditer(pattern):
        if escaped := found["escaped"]:
            yield from "" if escaped.isalnum() else escaped
        elif (other := found["other"]) and other != "?":
            yield other


Pattern = Annotated[
    str, AfterValidator(_pattern), WithJsonSchema({"type": "string", "minLength": 1, "format": "regex"})
]
"""A regular expression; texts are compared without spaces, full-width forms as ordinary ones, in small letters."""


class StopGroup(Model):
    """Words that mean the same to the centre: what they are called, why they stop the machine, what follows."""

    code: Code
    name: Text
    reason: Text
    urgent: bool = False
    foreign: bool = False
    accuses: bool = False
    category: CategoryCode | None = None
    refer: Code | None = None
    words: tuple[Pattern, ...]
    in_place: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()


class StopWords(Model):
    """All groups, the most pressing first."""

    groups: tuple[StopGroup, ...]


class Recognised(NamedTuple):
    """A word of a group as it stood in a text; `named` are the departments that the same sentence names."""

    group: StopGroup
    word: str
    named: tuple[str, ...]


class _Word(NamedTuple):
    """One pattern of a group, by their numbers, and what it cannot do without."""

    group: int
    number: int
    wanted: Needed


@dataclass(frozen=True)
class _Sieve:
    """Which patterns a text can fit at all, by its characters: most texts fit none, and cost no search."""

    always: tuple[_Word, ...]
    by_character: Mapping[str, tuple[_Word, ...]]
    known: frozenset[str]

    @classmethod
    def of(cls, groups: Sequence[StopGroup]) -> Self:
        always, by_character = list[_Word](), defaultdict[str, list[_Word]](list)
        for group, each in enumerate(groups):
            for number, pattern in enumerate(each.words):
                word = _Word(group, number, needed(pattern))
                if not word.wanted:
                    always.append(word)
                for character in min(word.wanted, key=len, default=()):
                    by_character[character].append(word)
        found = {character: tuple(words) for character, words in by_character.items()}
        return cls(tuple(always), found, frozenset(found))

    def left(self, text: str) -> Mapping[int, Sequence[int]]:
        """The numbers of the patterns that are left, by group, in their order."""
        characters = set(text)
        through = {(word.group, word.number) for word in self.always}
        for character in characters & self.known:
            for group, number, wanted in self.by_character[character]:
                if not lacks(characters, wanted):
                    through.add((group, number))
        found = defaultdict[int, list[int]](list)
        for group, number in sorted(through):
            found[group].append(number)
        return found


@dataclass(frozen=True)
class Listener:
    """Every group ready to be looked for, with the names of the district's own places and departments."""

    groups: tuple[StopGroup, ...]
    sieve: _Sieve
    own: re.Pattern[str]
    departments: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, stop_words: StopWords, places: PlaceIndex, departments: tuple[Department, ...], area: str) -> Self:
        """Prepare the groups; a road that a sub-district is named after is the district's own."""
        roads = {name.removesuffix("街道") for name in places.subdistricts}
        own = sorted({*places.streets, *places.subdistricts, *roads, area}, key=len, reverse=True)
        names = tuple((name, each.code) for each in departments for name in (each.name, *each.also))
        return cls(
            stop_words.groups, _Sieve.of(stop_words.groups), re.compile("|".join(map(re.escape, own)) or r"(?!)"), names
        )

    def recognised(self, text: str, place: str = "", *, located: bool = True) -> tuple[Recognised, ...]:
        """Find the first word of each group in a text or a place; a place that is `located` is the district's."""
        plain, where = _plain(text), _plain(place)
        left = self.sieve.left(f"{plain}{where}{_CLEARED}")
        if not left and located:
            return ()
        found = (
            self._first(group, tuple(group.words[each] for each in left.get(number, ())), plain, where, located)
            for number, group in enumerate(self.groups)
            if number in left or not located
        )
        return tuple(each for each in found if each is not None)

    def _first(
        self,
        group: StopGroup,
        words: tuple[str, ...],
        text: str,
        place: str,
        located: bool,  # noqa: FBT001 - passed on
    ) -> Recognised | None:
        """Look for those words of the group that the text can fit: the others can not be the first."""
        if group.foreign:
            text, place = self._without_own(text), self._without_own(place)
        for found in (_word(words, group.unless, text), _word(words, group.unless, place)):
            if found is not None:
                return Recognised(group, found[0], self._named(group, found))
        found = None if located else _word(group.in_place, group.unless, place)
        return None if found is None else Recognised(group, found[0], ())

    def _without_own(self, text: str) -> str:
        return self.own.sub(lambda name: _CLEARED * len(name[0]), text)

    def _named(self, group: StopGroup, found: re.Match[str]) -> tuple[str, ...]:
        if not group.accuses:
            return ()
        inside = (each for each in _SENTENCE.finditer(found.string) if each.start() <= found.start() < each.end())
        said = "".join(each[0] for each in inside)
        return tuple(dict.fromkeys(code for name, code in self.departments if name in said))


@cache
def _alone(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", seen(text)).casefold().split()).translate(_MARKS)


def _word(words: tuple[str, ...], unless: tuple[str, ...], text: str) -> re.Match[str] | None:
    """The first word that does not lie inside an exception; of two that begin together the one that is written first.

    Each pattern is looked for alone: which of them a text can fit differs from text to text, and to compile what is
    left for each costs ten times as much as to look.
    """
    found = [each for word in words for each in _alone(word).finditer(text)]
    if not found:
        return None
    spared = [each.span() for exception in unless for each in _alone(exception).finditer(text)]
    left = (each for each in found if not any(a <= each.start() and each.end() <= b for a, b in spared))
    return min(left, key=lambda each: each.start(), default=None)
