"""Where somebody works: the party that they speak for, the running system, its rulebook, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from chassis.broker import Broker
from chassis.clock import Clock
from rulebook import Policy, load_policy
from rulebook.codes import DepartmentKind
from schemas.nearest import Coded, nearest
from schemas.principals import principal_of
from schemas.values import Party, PartyKind, Person
from services.trace.for_tools import Words
from tools.client.addresses import Addresses, load_addresses
from tools.client.login import person_of_office
from tools.errors import SaidClearly
from vocabulary import ROLES

AT_THE_DOOR = frozenset({PartyKind.OFFICE, PartyKind.DEPARTMENT})
"""Parties whose people act at the door of persons; the others have systems that write their topics."""
OWN_PEOPLE = frozenset({PartyKind.OFFICE})
"""Parties whose people the rulebook names; the others know theirs themselves."""


@dataclass(frozen=True)
class Workplace:
    """One party's place of work."""

    party: Party
    addresses: Addresses
    policy: Policy

    @classmethod
    def of(cls, party: Party) -> Workplace:
        """Return the place of a party in the system that runs; SaidClearly for a department that is none."""
        addresses = load_addresses()
        policy = load_policy(addresses.policy)
        if party.department is not None and policy.department(party.department) is None:
            raise _no_department(policy, party.department)
        return cls(party, addresses, policy)

    @property
    def broker(self) -> Broker:
        """The broker as the party reaches it."""
        return self.addresses.broker(principal_of(self.party))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the office."""
        return ZoneInfo(self.policy.office.zone)

    @property
    def closes(self) -> time:
        """The close of business."""
        return self.policy.office.hours[-1].closes

    @cached_property
    def words(self) -> Words:
        """The words for facts and codes."""
        return Words(self.policy)

    def now(self) -> datetime:
        """The moment that it is for everyone who shares the system's clock."""
        return Clock.parse(self.addresses.clock).now()

    def person(self, given: str) -> Person:
        """Tell who is meant: for the office by the id or name of the rulebook, elsewhere `id=name` or a name."""
        if self.party.kind not in OWN_PEOPLE:
            id_, _, name = given.partition("=")
            return Person(id=id_.strip(), name=(name or id_).strip())
        found = next((each for each in self.policy.office.people if given in (each.id, each.name)), None)
        if found is None:
            raise SaidClearly(f"规则中没有名为 {given} 的人员。有：\n{_people(self.policy)}")
        return Person(id=found.id, name=found.name)

    def choices(self, field: str) -> Sequence[Coded]:
        """List what a field may say, by its name; nothing for a field that the rulebook has no list for."""
        return choices_of(self.policy, field)

    def speaker(self, given: str | None) -> Person:
        """Tell who speaks: of the office who is logged in, elsewhere whom its own people name."""
        if self.party.kind in OWN_PEOPLE:
            return person_of_office()
        if given:
            return self.person(given)
        raise SaidClearly("请说明由谁操作：--as，或者环境变量 LIUHEN_PERSON，例如 --as w-01=王芳。")


def choices_of(policy: Policy, field: str) -> Sequence[Coded]:
    """List what a field may say under a policy, by its name."""
    match field:
        case "lead" | "supporting" | "department" | "suggested" | "suggested_department" | "accused" | "successor":
            return policy.departments
        case "subdistrict":
            return [each for each in policy.departments if each.kind is DepartmentKind.SUBDISTRICT]
        case "category":
            return policy.categories
        case "to":
            return policy.outside
        case _:
            return ()


def department_party(said: str) -> Party:
    """Tell which department is meant; SaidClearly, with the codes most like it, for what is no code."""
    try:
        return Party(kind=PartyKind.DEPARTMENT, department=said)
    except ValidationError:
        raise _no_department(load_policy(load_addresses().policy), said) from None


def _no_department(policy: Policy, said: str) -> SaidClearly:
    known = "\n".join(f"  {each.code}　{each.name}" for each in policy.departments)
    return SaidClearly(f"名录中没有承办单位 {said}。{nearest(said, policy.departments)}全部单位：\n{known}")


def _people(policy: Policy) -> str:
    return "\n".join(
        f"  {each.id}　{each.name}　{'、'.join(ROLES[role] for role in each.roles)}" for each in policy.office.people
    )
