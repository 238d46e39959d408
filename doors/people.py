"""Who somebody is who is logged in: a person of the office with the roles of that day, or the desk of a department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rulebook import Policy
from rulebook.codes import Role
from schemas.values import Party, PartyKind

_DESK: Final = "department."


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is logged in, as the policy knows them that day: with roles, or as the desk of a department.

    Whoever calls back for the agency has no other role, and acts for it.
    """

    login: str
    name: str
    roles: frozenset[Role] = frozenset()
    department: str | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether the policy knows them that day at all."""
        return bool(self.roles) or self.department is not None

    @property
    def party(self) -> Party:
        """Tell for whom they act."""
        if self.department is None:
            return Party(kind=PartyKind.CALLBACK if Role.CALLBACK_AGENT in self.roles else PartyKind.OFFICE)
        return Party(kind=PartyKind.DEPARTMENT, department=self.department)


def desk_of(login: str) -> str | None:
    """Name the department whose desk a login is; None for a person of the office."""
    return login.removeprefix(_DESK) if login.startswith(_DESK) else None


def known_as(policy: Policy, login: str, at: datetime) -> Known:
    """Find who a login is that day; somebody without roles where the policy knows no such person or department."""
    code = desk_of(login)
    if code is not None:
        found = policy.department(code)
        there = found is not None and found.valid_on(policy.day(at))
        return Known(login, policy.body_name(code), department=code if there else None)
    person = policy.person(login)
    return Known(login, person.name if person else login, policy.roles_of(login, at))
