"""What a fact of a ticket's life, a timer or the rules ask of its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.more_time import TimeUnit
from schemas.owner import Owner
from schemas.values import Clock, Person, Tier, Upstream

Names = frozenset[Clock]


@dataclass(frozen=True, slots=True)
class Start:
    """Start a clock, unless its owner has one already; `afresh` ends that one first."""

    clock: Clock
    owner: Owner
    about: str | None = None
    at: datetime | None = None
    tier: Tier | None = None
    upstream: Upstream | None = None
    named: datetime | None = None
    afresh: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """A department leads: clocks of another lead end, its own run on or start."""

    owner: Owner
    tier: Tier
    binding: bool


@dataclass(frozen=True, slots=True)
class Meet:
    """What these clocks ask for was done, `at` where that was earlier than it was told."""

    clocks: Names
    owner: Owner | None = None
    about: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """These clocks fall away."""

    clocks: Names
    reason: str
    owner: Owner | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Every open clock falls away, but for these."""

    reason: str
    sparing: Names = frozenset()


@dataclass(frozen=True, slots=True)
class HandOn:
    """An owner is gone: what runs or stands still goes on as another one's; what was missed stays with the first."""

    before: Owner
    after: Owner


@dataclass(frozen=True, slots=True)
class Release:
    """The lead's clocks end, unless they are this owner's; a breach during the dispute is the dispute's."""

    reason: str
    sparing_owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Clocks that pause by policy stand still; `asked` names the request that was granted by it."""

    ground: str
    approver: str | None = None
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """What stood still on this ground, or on any but `sparing`, runs on."""

    ground: str | None = None
    sparing: str | None = None


@dataclass(frozen=True, slots=True)
class Extend:
    """So much more time was granted."""

    amount: int
    unit: TimeUnit
    approver: str | None
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class Contradict:
    """What was asked or reported in time takes back a breach that was declared since."""

    by: Clock
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was asked or reported in time was decided against; if late, or never, the wait is not the department's."""

    by: Clock
    about: str | None = None
    never: bool = False


@dataclass(frozen=True, slots=True)
class Revive:
    """What ended these clocks was undone; `reason` is what they were stopped for, None for what was met."""

    clocks: Names
    reason: str | None = None
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Appoint:
    """The requester wants to be called at another time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Retier:
    """The ticket is of this tier now."""

    tier: Tier


@dataclass(frozen=True, slots=True)
class Recalendar:
    """A calendar arrived; `by` published it."""

    by: Person


@dataclass(frozen=True, slots=True)
class Rederive:
    """Derive these clocks (all when none is named) again under the policy that stands; `by` ordered it."""

    clocks: Names
    because: str
    by: Person


Command = (
    Start | Lead | Meet | Stop | End | HandOn | Release | Pause | Resume | Extend | Contradict | Decided | Revive
    | Appoint | Retier | Recalendar | Rederive
)  # fmt: skip
"""Decided under rules; what timers bring about needs none."""
