"""What somebody may have meant who wrote a code that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final, Protocol

_SHOWN: Final = 3
_ALIKE: Final = 0.5
_LONGEST: Final = 40
"""Characters of what was written that are compared: no code and no name is longer."""


class Coded(Protocol):
    """Whatever has a code, and is called something."""

    @property
    def code(self) -> str:
        """How it is written."""

    @property
    def name(self) -> str:
        """What people call it."""


def nearest(written: str, choices: Iterable[Coded]) -> str:
    """Name the choices that are most like what was written, by code or by name, as a sentence; '' where there are none.

    Where nothing is like it, the first ones are shown as examples of how a code looks.
    """
    known = list(choices)
    wanted = written[:_LONGEST].casefold()
    if not known:
        return ""
    likeness = [_likeness(wanted, each) for each in known]
    ranked = sorted(range(len(known)), key=likeness.__getitem__, reverse=True)
    alike = [known[place] for place in ranked[:_SHOWN] if likeness[place] >= _ALIKE]
    shown = "、".join(f"{each.name}（{each.code}）" for each in alike or known[:_SHOWN])
    return f"{'相近的有' if alike else '例如'}：{shown}。"


def _likeness(wanted: str, choice: Coded) -> float:
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    best = 0.0
    for form in (choice.code.casefold(), choice.name.casefold()):
        if form == wanted:
            return 1.0
        matcher.set_seq1(form)
        if matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best
