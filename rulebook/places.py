"""From what people say about a place to the sub-district that it lies in."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from rulebook.codes import DepartmentKind
from rulebook.directory import Department, Street

_NUMBER = re.compile(r"\s*(\d{1,4})\s*(?:号|弄|支弄)")


@dataclass(frozen=True)
class PlaceIndex:
    """The names of a district's places, and one pattern that finds the longest of them in a text."""

    streets: dict[str, tuple[Street, ...]]
    subdistricts: dict[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, streets: Iterable[Street], departments: Iterable[Department]) -> Self:
        """Build the index; sub-districts are known by their name followed by 街道."""
        by_name: dict[str, tuple[Street, ...]] = {}
        for street in streets:
            by_name[street.name] = (*by_name.get(street.name, ()), street)
        territory = (d for d in departments if d.kind is DepartmentKind.SUBDISTRICT)
        subdistricts = {f"{d.name.removesuffix('街道')}街道": d.code for d in territory}
        longest_first = sorted([*by_name, *subdistricts], key=len, reverse=True)
        pattern = "|".join(re.escape(name) for name in longest_first)
        return cls(by_name, subdistricts, re.compile(pattern or r"(?!)"))

    def compound(self, text: str) -> str | None:
        """Return the one compound that a text names, or None."""
        plain = unicodedata.normalize("NFKC", text)
        named = {found.group() for found in self.pattern.finditer(plain)}
        compounds = {name for name in named if any(street.kind == "compound" for street in self.streets.get(name, ()))}
        return compounds.pop() if len(compounds) == 1 else None

    def subdistrict(self, text: str, day: date) -> str | None:
        """Return the one sub-district that a text speaks of, as the places are called and cut on a day, or None."""
        plain = unicodedata.normalize("NFKC", text)
        exact: set[str] = set()
        vague: set[str] = set()
        for found in self.pattern.finditer(plain):
            name = found.group()
            if name in self.subdistricts:
                vague.add(self.subdistricts[name])
                continue
            stretches = self._in_force(name, day)
            if not stretches:
                continue
            number = _NUMBER.match(plain, found.end())
            areas = _areas(stretches, None if number is None else int(number.group(1)))
            (vague if number is None and stretches[0].kind == "road" else exact).update(areas)
        decisive = exact or vague
        return decisive.pop() if len(decisive) == 1 else None

    def _in_force(self, name: str, day: date) -> tuple[Street, ...]:
        """The stretches that a name stands for on a day: what was renamed is found under its old name too."""
        passed: set[str] = set()
        while name in self.streets and name not in passed:
            found = tuple(each for each in self.streets[name] if each.valid_on(day))
            if found:
                return found
            passed.add(name)
            name = self.streets[name][-1].successor or ""
        return ()


def _areas(stretches: tuple[Street, ...], number: int | None) -> set[str]:
    return {street.subdistrict for street in stretches if number is None or street.holds(number)}
