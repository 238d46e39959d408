"""Who may do what on a day, and what becomes another when one policy takes the place of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rulebook.codes import Role, Step
from rulebook.policy import Policy
from schemas.values import Code


class HeldRole(NamedTuple):
    """A role that somebody holds, from a day until a day, both included; `stead` is in whose, where it is lent."""

    person: Code
    role: Role
    stead: Code | None
    begins: date | None
    ends: date | None


class Duty(NamedTuple):
    """Something that somebody may do; `stead` is in whose, where they may not in their own right."""

    person: Code
    act: str
    stead: Code | None = None


def roles_on(policy: Policy, day: date) -> Iterator[HeldRole]:
    """List the roles that are held on a day: each person's own ones, then those that are lent."""
    there = {person.id: person for person in policy.office.people if person.valid_on(day)}
    for person in there.values():
        for role in person.roles:
            yield HeldRole(person.id, role, None, person.valid_from, person.valid_to)
    for each in policy.office.delegations:
        if each.on(day) and each.to in there:
            yield HeldRole(each.to, each.role, each.of, each.begins, each.ends)


def duties_on(policy: Policy, day: date) -> tuple[Duty, ...]:
    """List everything that anybody of the office may do on a day, on tickets and beside them, sorted by person."""
    noon = datetime.combine(day, time(12), ZoneInfo(policy.office.zone))
    found = (
        Duty(person.id, act, stead.id if (stead := policy.acts_for(person.id, act, noon)) else None)
        for act in (*policy.office.may, *Step)
        for person in policy.who_may(act, noon)
    )
    return tuple(sorted(found, key=_order))


class DutyChanges(NamedTuple):
    """What becomes another on a day: who may do more, and who may no more."""

    granted: tuple[Duty, ...]
    taken: tuple[Duty, ...]


def changes(before: Policy, after: Policy, day: date) -> DutyChanges:
    """Compare two policies on a day; a right that is had in another's stead from then on is granted as such."""
    then, now = duties_on(before, day), duties_on(after, day)
    granted = tuple(each for each in now if each not in then)
    return DutyChanges(granted, tuple(each for each in then if each not in now))


def _order(duty: Duty) -> tuple[str, str, str]:
    return duty.person, duty.act, duty.stead or ""
