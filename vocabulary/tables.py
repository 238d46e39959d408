"""Tables of words: one for each kind of code, read from words.yaml and held against the codes that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Generic, TypeVar

from schemas.files import read_yaml

FILE: Final = Path(__file__).with_name("words.yaml")

C = TypeVar("C", bound=str)


class NoWordError(KeyError):
    """A code was asked for that has no word: says which code, and which table wants a line."""

    def __str__(self) -> str:
        """Say it without the quotes that a KeyError puts around its text."""
        return str(self.args[0])


class VocabularyError(ValueError):
    """words.yaml and the code disagree on which codes there are."""


class Table(Mapping[C, str], Generic[C]):
    """The word of each code of one kind. NoWordError for a code that has none."""

    def __init__(self, name: str, words: Mapping[C, str]) -> None:
        self.name = name
        self._words: dict[str, str] = {str(code): word for code, word in words.items()}
        self._codes = tuple(words)

    def __getitem__(self, code: C) -> str:
        word = self._words.get(code)
        if word is None:
            raise NoWordError(f"{FILE.name}: table `{self.name}` has no word for `{code}`, add a line there")
        return word

    def __iter__(self) -> Iterator[C]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def said(self, code: str) -> str:
        """Say a code that another version may have written: one that is not known is called so."""
        return self._words.get(code, f"未知（{code}）")


@cache
def table(name: str) -> Table[str]:
    """Read a table whose codes stand where this package cannot see them; contract tests hold it against those."""
    found = _FILE.get(name)
    if found is None:
        raise VocabularyError(f"{FILE.name}: there is no table `{name}`")
    return Table(name, found)


def complete(name: str, codes: Iterable[C]) -> Table[C]:
    """Read a table that has a word for each of these codes and for no other; VocabularyError names what differs."""
    found, wanted = table(name), list(codes)
    known = {str(code) for code in wanted}
    missing, unknown = sorted(known - found.keys()), sorted(found.keys() - known)
    if missing or unknown:
        raise VocabularyError(
            f"{FILE.name}: table `{name}` lacks {missing}, and has lines for {unknown}, which are no codes"
        )
    return Table(name, {code: found[code] for code in wanted})


def _read() -> Mapping[str, Mapping[str, str]]:
    tables = read_yaml(FILE)
    families = tables.pop("fact")
    facts = {f"liuhen.{family}.{name}.v1": word for family, words in families.items() for name, word in words.items()}
    return {**tables, "fact": facts}


_FILE: Final = _read()
NAMES: Final = tuple(_FILE)
"""Every table of the file."""
