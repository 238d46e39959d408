"""A date as people are told of it: marked while it is not settled, and left out once a later one overtakes it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.promise import due_in_words
from schemas.values import Clock, Due, ProvisionalDue, remind_by
from services.notify.core.profile import Profile
from services.notify.core.values import deadline

_REMEMBERED: Final = 2_000
_BEGINS: Final = "\ue001"
_ENDS: Final = "\ue002"
_MARKS: Final = re.compile(f"[{_BEGINS}{_ENDS}]")
_CLAUSE: Final = re.compile(f"[，。；：][^，。；：{_BEGINS}]*{_BEGINS}[^{_ENDS}]*{_ENDS}[^，。；]*(?=[，。；])")
"""A promised date with the words around it, from one stop or comma to the next, of which one stays."""


class Date(NamedTuple):
    """A date that can be told: its day and hour, how it is said in full, and whether a calendar can still move it."""

    day: str
    in_full: str
    tentative: bool = False

    @property
    def promised(self) -> str:
        """The date as it is promised to whoever asked: marked, so that it can be left out once it holds no more."""
        return f"{_BEGINS}{self.in_full}{_ENDS}" if self.in_full else ""


@lru_cache(_REMEMBERED)
def dated(due: Due) -> Date:
    """Say when something is due; each fact of a ticket asks anew, and nearly always about the same moment."""
    day = deadline(remind_by(due))
    return Date(day, due_in_words(due, deadline), isinstance(due, ProvisionalDue))


def due_of(profile: Profile, clock: Clock) -> str:
    """Say when a clock that is remembered is due."""
    due = profile.due_of(clock)
    return dated(due).in_full if due else ""


def as_read(text: str) -> str:
    """The text without the marks of its promised dates."""
    return _MARKS.sub("", text)


def without_promise(text: str) -> str:
    """The text without the clauses that promise a date."""
    return _CLAUSE.sub("", text)
