"""What somebody types for a department, category or outside body: its name, a part of it, or the initials in pinyin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin

from doors.refusals import Refusal, refusal
from schemas.text import fitted, one_line

_SHOWN = 40
_MOST_NAMED = 6


class Named(NamedTuple):
    """Something with a code, which nobody types, and names, which people do; the first is what it is called."""

    code: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.names[0]

    @property
    def initials(self) -> str:
        """The initials of its name in pinyin, such as fgj."""
        return initials(self.name)


@cache
def initials(name: str) -> str:
    """The first letter of the pinyin of each character, in lower case."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def meant(said: str, known: Sequence[Named], field: str, label: str) -> str | Refusal:
    """Find the code of what was typed: a whole name wins over a part, a part over initials.

    A Refusal names what it could be where several are, and what to do where none is.
    """
    said = said.strip()
    letters = said.lower()
    for found in (
        [each for each in known if said in each.names],
        [each for each in known if any(said in name for name in each.names)],
        [each for each in known if letters == each.initials],
        [each for each in known if each.initials.startswith(letters)],
    ):
        if len(found) == 1:
            return found[0].code
        if found:
            return _several(said, found, field, label)
    words = f"{label}中没有“{_quoted(said)}”。"
    return refusal("unknown_value", field, words, "请写名称、名称的一部分或者拼音首字母，从列出的里面选。")


def _several(said: str, found: Iterable[Named], field: str, label: str) -> Refusal:
    names = [each.name for each in found]
    listed = "、".join(names[:_MOST_NAMED]) + ("等" if len(names) > _MOST_NAMED else "")
    return refusal("unknown_value", field, f"{label}“{_quoted(said)}”可以是：{listed}。", "请多写几个字，只指一个。")


def _quoted(said: str) -> str:
    return fitted(one_line(said), _SHOWN)
