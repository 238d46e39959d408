"""Somebody on duty is told of an urgent matter, by day and night, until somebody says that they know."""

from __future__ import annotations

from typing import Literal

from schemas.dispatch.base import DispatchFact, Pressing
from schemas.values import Code, Person, Utterance


class UrgentCalled(Pressing):
    """Whoever is next on the duty roster is told at once of an urgent matter, the `call`-th time, and why.

    `by_default` says that no shift of the roster covers the moment, so that those were called who stand in for a gap.
    It is the `turn`-th call of this alarm; where it is the last one the alarm is `standing`: nobody is called after it
    until something else happens, and it waits at the desk. `said` is what made it urgent last; None where the text of
    the matter itself did.
    """

    call: int
    person: Person
    reason: Code
    by_default: bool = False
    said: Utterance | None = None
    turn: int = 1
    standing: Literal[True] | None = None


class UrgentAcknowledged(DispatchFact):
    """A person on duty (`by`) knows of the urgent matter and sees to it; `call` is the call that reached somebody."""

    call: int
