"""Rights as they are said: the roles people hold, with their dates, the acts a role may do; and how they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from rulebook.codes import Step
from rulebook.directory import Delegation, Person
from rulebook.policy import Policy
from schemas.rules import Allowance, HeldRole, RightsChanged
from schemas.values import Person as Named


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything that decides who of the office may do what on any day."""

    held: frozenset[HeldRole] = frozenset()
    allowed: frozenset[Allowance] = frozenset()

    def after(self, change: RightsChanged) -> Rights:
        """What they are after a change."""
        held = (self.held - {*change.taken}) | {*change.granted}
        return Rights(held, (self.allowed - {*change.forbidden}) | {*change.allowed})

    def held_on(self, day: date) -> tuple[HeldRole, ...]:
        """List the roles that are held on a day, sorted by person."""
        return tuple(sorted((each for each in self.held if _on(each, day)), key=_of_held))

    def may_on(self, day: date) -> Iterator[tuple[Named, Allowance]]:
        """List who may do what on a day, in their own right or in another's stead, sorted by person and act."""
        found = {
            (each.person, allowance)
            for each in self.held_on(day)
            for allowance in self.allowed
            if each.role == allowance.role
        }
        yield from sorted(found, key=lambda each: (each[0].id, *_of_allowed(each[1])))

    def who_may(self, act: str, day: date) -> frozenset[Named]:
        """Name who may do something on a day, if only on what is urgent."""
        roles = {each.role for each in self.allowed if each.act == act}
        return frozenset(each.person for each in self.held if each.role in roles and _on(each, day))


def rights_of(policy: Policy) -> Rights:
    """Read the rights of a policy, of all days."""
    people = {each.id: each for each in policy.office.people}
    own = (
        HeldRole(person=_named(each), role=role, begins=each.valid_from, ends=each.valid_to)
        for each in people.values()
        for role in each.roles
    )
    lent = (_lent(each, people[each.to]) for each in policy.office.delegations if each.to in people)
    allowed = (
        Allowance(act=act, role=role, urgent_only=role in policy.office.urgent_only.get(act, ()))
        for act in (*policy.office.may, *Step)
        for role in policy.roles_for(act)
    )
    return Rights(frozenset((*own, *lent)), frozenset(allowed))


def change(before: Rights, policy: Policy, by: Named, version: str) -> RightsChanged | None:
    """Say what a policy makes of rights; None where it changes nothing."""
    after = rights_of(policy)
    if after == before:
        return None
    return RightsChanged(
        by=by,
        policy=policy.version,
        version=version,
        granted=_sorted_held(after.held - before.held),
        taken=_sorted_held(before.held - after.held),
        allowed=_sorted_allowed(after.allowed - before.allowed),
        forbidden=_sorted_allowed(before.allowed - after.allowed),
    )


def folded(changes: Iterable[RightsChanged]) -> Rights:
    """What rights are after changes, in their order."""
    rights = Rights()
    for each in changes:
        rights = rights.after(each)
    return rights


def _lent(delegation: Delegation, to: Person) -> HeldRole:
    """Who is not there cannot stand in for anybody."""
    begins = max(filter(None, (delegation.begins, to.valid_from)))
    ends = min(filter(None, (delegation.ends, to.valid_to)))
    return HeldRole(person=_named(to), role=delegation.role, stead=delegation.of, begins=begins, ends=ends)


def _named(person: Person) -> Named:
    return Named(id=person.id, name=person.name)


def _on(held: HeldRole, day: date) -> bool:
    return (held.begins is None or held.begins <= day) and (held.ends is None or day <= held.ends)


def _sorted_held(held: Iterable[HeldRole]) -> tuple[HeldRole, ...]:
    return tuple(sorted(held, key=_of_held))


def _sorted_allowed(allowed: Iterable[Allowance]) -> tuple[Allowance, ...]:
    return tuple(sorted(allowed, key=_of_allowed))


def _of_held(held: HeldRole) -> tuple[str, str, str, str]:
    return held.person.id, held.role, held.stead or "", str(held.begins)


def _of_allowed(allowance: Allowance) -> tuple[str, str]:
    return allowance.act, allowance.role
