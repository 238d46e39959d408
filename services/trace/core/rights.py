"""Who may ask trace what: by role in the office, and of a department what is its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rulebook.codes import Role


class Right(StrEnum):
    """What an address of the door is about."""

    TICKET = "ticket"
    """Where one ticket stands, and its clocks."""
    TIMELINE = "timeline"
    """Everything that was said about it, by whom."""
    LIST = "list"
    QUEUES = "queues"
    """What waits in the office, item by item."""
    SURVEY = "survey"
    RATES = "rates"
    NUMBERS = "numbers"
    """Which tickets stand behind a rate."""
    COUNTS = "counts"
    """How many there are, by state, and how many wait in each queue."""
    HEALTH = "health"
    """What was not heard."""
    RIGHTS = "rights"
    """Who could do what, and who said so."""


_ALL: Final = frozenset(Right)
_BY_ROLE: Final[Mapping[Role, frozenset[Right]]] = {
    **dict.fromkeys(Role, _ALL),
    Role.CONTRACTOR: frozenset({Right.TICKET, Right.TIMELINE, Right.LIST}),
    Role.CALLBACK_AGENT: frozenset(),
    Role.LEADER: frozenset({Right.LIST, Right.RATES, Right.NUMBERS, Right.COUNTS}),
    Role.OPERATOR: frozenset({Right.COUNTS, Right.HEALTH, Right.RIGHTS}),
}
_OF_DEPARTMENTS: Final = frozenset({Right.TICKET, Right.LIST, Right.RATES})
"""A timeline has what the office and other departments wrote among themselves; its own orders are on its topic."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is logged in: the roles of that day, or the department whose desk it is.

    `looks`: the policy lets them look at contacts, so that they may read what people say who asked in confidence.
    """

    person: str
    rights: frozenset[Right]
    department: str | None = None
    looks: bool = False

    def may(self, right: Right) -> bool:
        """Tell whether they may ask for this."""
        return right in self.rights


def of_office(person: str, roles: Collection[Role], looking: Collection[Role]) -> Reader:
    """Give somebody of the office what their roles give together; those of `looking` may look at contacts."""
    rights: frozenset[Right] = frozenset().union(*(_BY_ROLE[role] for role in roles))
    return Reader(person, rights, looks=any(role in looking for role in roles))


def of_department(person: str, department: str) -> Reader:
    """Give the desk of a department what is its own."""
    return Reader(person, _OF_DEPARTMENTS, department)
