"""`liuhen.rules.v1`: a calendar or an order to derive again, in every partition; new rights, in one. Owner: desk.

Each publication is a source of its own, `liuhen/rules/<version>`, with sequence 1 in each partition where it stands.
"""

from __future__ import annotations

import json
from datetime import date

from schemas.message import Message
from schemas.values import Clock, Code, Name, Person, Text, Value


class RulesFact(Message, owner="rules"):
    """A change of the rules that open clocks must follow; a named person answers for it."""

    by: Person


class NamedDay(Value):
    """One day of a published calendar, in the terms of the holiday-cn format."""

    name: Name
    date: date
    off: bool


class CalendarPublished(RulesFact):
    """The official calendar of a year arrived: provisional clocks are derived again."""

    year: int
    papers: tuple[str, ...] = ()
    days: tuple[NamedDay, ...]
    version: str

    def notice(self) -> str:
        """The notice as a text in the holiday-cn format."""
        days = [{"name": day.name, "date": day.date.isoformat(), "isOffDay": day.off} for day in self.days]
        return json.dumps({"year": self.year, "papers": self.papers, "days": days}, ensure_ascii=False)


class RederivationOrdered(RulesFact):
    """Open clocks of these names (all when empty) are to be derived again under the policy that now stands."""

    clocks: tuple[Clock, ...] = ()
    policy: str
    code: Code
    reason: Text


class HeldRole(Value):
    """A role that somebody of the office holds, from a day until a day, both included; lent to them by `stead`."""

    person: Person
    role: Code
    stead: Code | None = None
    begins: date | None = None
    ends: date | None = None


class Allowance(Value):
    """An act that a role may do; `urgent_only` on urgent tickets alone."""

    act: Code
    role: Code
    urgent_only: bool = False


class RightsChanged(RulesFact):
    """From here on the door goes by these rights: roles granted and taken, and acts that roles may do and may no more.

    The first one grants all that there is. `by` is who applied the policy.
    """

    policy: str
    version: str
    granted: tuple[HeldRole, ...] = ()
    taken: tuple[HeldRole, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    forbidden: tuple[Allowance, ...] = ()
