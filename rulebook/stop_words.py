"""Words that stop the machine: what a text, or a place, says that no program may answer by itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, WithJsonSchema

from rulebook.base import CategoryCode, Code, Model, Text
from rulebook.directory import Department
from rulebook.places import PlaceIndex
from schemas.text import seen

_SENTENCE: Final = re.compile(r"[^。！？；]+")
_CLEARED: Final = "\0"
_MARKS: Final = str.maketrans(",!?;", "，！？；")
"""Punctuation in one form, so that a pattern can say where a clause ends."""


def _pattern(text: str) -> str:
    try:
        found = re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression; this is none: {error}") from error
    if found.search("") is not None:
        raise ValueError("a regular expression that some character has to fit; this one fits nothing at all")
    return text


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


@dataclass(frozen=True)
class _Compiled:
    group: StopGroup
    words: re.Pattern[str]
    in_place: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True)
class Listener:
    """Every group ready to be looked for, with the names of the district's own places and departments."""

    groups: tuple[_Compiled, ...]
    own: re.Pattern[str]
    departments: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, stop_words: StopWords, places: PlaceIndex, departments: tuple[Department, ...], area: str) -> Self:
        """Prepare the groups; a road that a sub-district is named after is the district's own."""
        roads = {name.removesuffix("街道") for name in places.subdistricts}
        own = sorted({*places.streets, *places.subdistricts, *roads, area}, key=len, reverse=True)
        compiled = (
            _Compiled(each, _any(each.words), _any(each.in_place), _any(each.unless)) for each in stop_words.groups
        )
        names = tuple((name, each.code) for each in departments for name in (each.name, *each.also))
        return cls(tuple(compiled), _any(tuple(map(re.escape, own))), names)

    def recognised(self, text: str, place: str = "", *, located: bool = True) -> tuple[Recognised, ...]:
        """Find the first word of each group in a text or a place; a place that is `located` is the district's."""
        plain, where = _plain(text), _plain(place)
        return tuple(found for each in self.groups if (found := self._first(each, plain, where, located)) is not None)

    def _first(self, each: _Compiled, text: str, place: str, located: bool) -> Recognised | None:  # noqa: FBT001 - passed on
        if each.group.foreign:
            text, place = self._without_own(text), self._without_own(place)
        for found in (_word(each.words, each.unless, text), _word(each.words, each.unless, place)):
            if found is not None:
                return Recognised(each.group, found[0], self._named(each.group, found))
        found = None if located else _word(each.in_place, each.unless, place)
        return None if found is None else Recognised(each.group, found[0], ())

    def _without_own(self, text: str) -> str:
        return self.own.sub(lambda name: _CLEARED * len(name[0]), text)

    def _named(self, group: StopGroup, found: re.Match[str]) -> tuple[str, ...]:
        if not group.accuses:
            return ()
        inside = (each for each in _SENTENCE.finditer(found.string) if each.start() <= found.start() < each.end())
        said = "".join(each[0] for each in inside)
        return tuple(dict.fromkeys(code for name, code in self.departments if name in said))


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", seen(text)).casefold().split()).translate(_MARKS)


def _word(words: re.Pattern[str], unless: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first word that does not lie inside an exception."""
    spared: tuple[tuple[int, int], ...] | None = None
    for found in words.finditer(text):
        if spared is None:
            spared = tuple(each.span() for each in unless.finditer(text))
        if not any(start <= found.start() and found.end() <= end for start, end in spared):
            return found
    return None
