"""The table of sla's reactions, and what several of them say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chassis.reactions import Reactions
from rulebook import OwedBy, Policy
from rulebook.clocks import WHATEVER_BECOMES
from schemas.owner import Owner
from schemas.values import Clock, DepartmentCode
from services.sla.core.commands import Command, End, Names, Start

NEEDS_INFO: Final = "needs-info"
ON_THE_WAY: Final = frozenset({Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE})
"""What runs until a problem of a visit is passed on."""

Commands = Sequence[Command]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose time a clock is, as the policy says of a moment."""

    policy: Policy
    at: datetime

    def __call__(self, clock: Clock, concerned: Owner | None = None) -> Owner:
        """The owner of a clock; `concerned` is the department or the visiting unit that the fact is about."""
        match self.policy.limit(clock).owner:
            case OwedBy.REQUESTER:
                return Owner.of("requester")
            case OwedBy.CALLBACK:
                return Owner.of("callback")
            case OwedBy.LEAD | OwedBy.SUPPORTING | OwedBy.VISITING_UNIT | OwedBy.DUTY_OFFICER if concerned is not None:
                return concerned
            case OwedBy.LEAD | OwedBy.SUPPORTING | OwedBy.VISITING_UNIT | OwedBy.OFFICE | OwedBy.DUTY_OFFICER:
                person = self.policy.owner_of(clock, self.at)
                return Owner.of("office", person.id if person else clock.value)


clocks: Final = Reactions[Whose, Commands]()


def these(*clocks: Clock) -> Names:
    """A set of clock names."""
    return frozenset(clocks)


def end(reason: str, sparing: Names = frozenset()) -> End:
    """Every open clock ends, but for these, and for what a person says whatever became of the ticket."""
    return End(reason, sparing | WHATEVER_BECOMES)


def of_department(clock: Clock, department: DepartmentCode, whose: Whose) -> Start:
    """A department's clock starts."""
    return Start(clock, whose(clock, Owner.of_department(department)))
