"""What decisions are made under: the policy, a suggester of categories, and earlier rulings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.policy import Assignment, Policy, Undetermined, responsible
from schemas.policy.codes import GroundFor, Role
from schemas.values import DepartmentCode, Person, TicketId
from services.dispatch.core.ticket import Matter


class Guess(NamedTuple):
    """A category suggested from a text."""

    category: str
    score: float
    method: str
    certain: bool


class Precedent(NamedTuple):
    """An earlier ruling: who leads this category at this place, by which ticket."""

    ticket: TicketId
    lead: DepartmentCode


Suggest = Callable[[str], Guess | None]


def _no_suggestion(_text: str) -> Guess | None:
    return None


@dataclass(frozen=True)
class Rules:
    """Policy, suggester and precedents (by category and sub-district)."""

    policy: Policy
    suggest: Suggest = _no_suggestion
    precedents: Mapping[tuple[str, str], tuple[Precedent, ...]] = field(default_factory=dict)

    def lead_for(
        self, matter: Matter, *, besides: frozenset[DepartmentCode] = frozenset()
    ) -> Assignment | Undetermined:
        """Tell who leads by policy; never whom a confidential report accuses."""
        excluded = besides | (frozenset(matter.accused) if matter.confidential else frozenset())
        return responsible(self.policy, matter.category, matter.place.subdistrict, excluded)

    def precedents_for(self, matter: Matter) -> tuple[Precedent, ...]:
        """Earlier rulings on the like."""
        return self.precedents.get((matter.category or "", matter.place.subdistrict or ""), ())

    def may_approve(self, person: Person | None) -> bool:
        """Whether a person is a named approver."""
        return person is not None and self.policy.has_role(person.id, Role.APPROVER)

    def legal(self, purpose: GroundFor, ground: str) -> bool:
        """Whether a ground is one of the policy's."""
        return self.policy.ground(purpose, ground) is not None
