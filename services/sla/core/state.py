"""The clocks of one ticket, one frozen type for each state that a clock can be in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Final, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeIs

from chassis.service import NextTimer
from rulebook.deriving import Basis
from schemas.owner import Owner
from schemas.values import Clock, Due, Instant, ProvisionalDue, Tier, Upstream, breach_by

OF_THE_LEAD: Final = frozenset(
    {
        Clock.FIRST_CONTACT,
        Clock.RETURN_WINDOW,
        Clock.HANDLING,
        Clock.URGENT_FIRST_REPORT,
        Clock.SUPERVISION,
        Clock.REWORK,
        Clock.CALLBACK_REVIEW,
        Clock.COMMITMENT,
    }
)
"""These belong to the leading department and end when another one leads."""

HELD_UP_BY: Final[Mapping[Clock, frozenset[Clock]]] = {
    Clock.REVIEW: frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK}),
    Clock.APPROVAL: frozenset({Clock.HANDLING, Clock.REWORK}),
    Clock.RETURN_RULING: frozenset({Clock.FIRST_CONTACT, Clock.HANDLING}),
    Clock.ADJUDICATION: frozenset({Clock.FIRST_CONTACT, Clock.HANDLING}),
}
"""While the centre has not decided what was asked or reported in time, no breach of these is declared."""

_HOLDING_UP: Final[Mapping[Clock, frozenset[Clock]]] = {
    clock: frozenset(by for by, names in HELD_UP_BY.items() if clock in names)
    for clock in frozenset[Clock]().union(*HELD_UP_BY.values())
}

MERGED: Final = "merged"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


def sealed(basis: Basis) -> str:
    """A basis as the text that a clock carries."""
    return basis.model_dump_json(exclude_defaults=True)


@lru_cache(maxsize=2_000)
def _unsealed(text: str) -> Basis:
    return Basis.model_validate_json(text)


class TimedFields(TypedDict):
    """What a clock carries with it from one status to the next."""

    id: str
    clock: Clock
    owner: Owner
    about: str | None
    tier: Tier
    started_at: Instant
    sealed: str
    due: Due
    remind_at: Instant | None
    reminded: bool
    round: int


class Timed(_Frozen):
    """A clock; `due` is what was last said, `round` grows each time that it runs again after its due time.

    Most clocks are read, written and rung without ever being derived anew: `sealed` is their basis as text.
    """

    id: str
    clock: Clock
    owner: Owner
    about: str | None = None
    tier: Tier
    started_at: Instant
    sealed: str
    due: Due
    remind_at: Instant | None = None
    reminded: bool = False
    round: int = 0

    @property
    def basis(self) -> Basis:
        """What the due time is derived from."""
        return _unsealed(self.sealed)

    @property
    def carried(self) -> TimedFields:
        """What the clock takes along into another status: a field that is forgotten here is an error of types."""
        return {
            "id": self.id,
            "clock": self.clock,
            "owner": self.owner,
            "about": self.about,
            "tier": self.tier,
            "started_at": self.started_at,
            "sealed": self.sealed,
            "due": self.due,
            "remind_at": self.remind_at,
            "reminded": self.reminded,
            "round": self.round,
        }


class Running(Timed):
    """Somebody owes what it asks for, and the time is not up."""

    status: Literal["running"] = "running"


class Paused(Timed):
    """It stands still; `due` is what it was before."""

    status: Literal["paused"] = "paused"


class Breached(Timed):
    """The time is up and what it asks for is still owed."""

    status: Literal["breached"] = "breached"


class Met(Timed):
    """What it asked for was done; `late` when it had been breached."""

    status: Literal["met"] = "met"
    late: bool = False


class Stopped(Timed):
    """Nobody owes what it asked for any more; `late` when it had been breached."""

    status: Literal["stopped"] = "stopped"
    reason: str
    at: Instant
    late: bool


class Lapsed(Timed):
    """The window or term ran out."""

    status: Literal["lapsed"] = "lapsed"


Open = Running | Paused | Breached
AnyClock = Annotated[Running | Paused | Breached | Met | Stopped | Lapsed, Field(discriminator="status")]


_OPEN: Final = frozenset({"running", "paused", "breached"})


def is_open(clock: AnyClock) -> TypeIs[Open]:
    """Whether it still runs, stands still, or is overdue."""
    return clock.status in _OPEN


class Clocks(_Frozen):
    """All clocks of a ticket that can still matter; `started` counts them by name, ended ones included.

    `upstream` is what the city asks of the ticket; it came with the citizen's clock and outlives it.
    """

    ticket: str
    tier: Tier
    clocks: tuple[AnyClock, ...] = ()
    started: Mapping[Clock, int] = Field(default_factory=dict)
    disputed_since: Instant | None = None
    upstream: Upstream | None = None

    def open(self) -> Iterator[Open]:
        """What still runs, stands still, or is overdue."""
        return (clock for clock in self.clocks if is_open(clock))

    def named(self, *names: Clock, owner: Owner | None = None, about: str | None = None) -> Iterator[Open]:
        """The open clocks of these names, of one owner and about one thing where those are told."""
        return (
            clock
            for clock in self.open()
            if clock.clock in names and owner in (None, clock.owner) and about in (None, clock.about)
        )

    def with_clock(self, clock: AnyClock) -> Clocks:
        """The same with one clock in its new state; one that can no longer matter is forgotten."""
        before = tuple(other for other in self.clocks if other.id < clock.id)
        after = tuple(other for other in self.clocks if other.id > clock.id)
        middle = (clock,) if _matters(clock) else ()
        return self.model_copy(update={"clocks": (*before, *middle, *after)})

    @property
    def provisional(self) -> bool:
        """Whether a due time still rests on an unpublished calendar."""
        return any(type(clock.due) is ProvisionalDue for clock in self.open())


def held_up(state: Clocks, clock: Open) -> bool:
    """Whether the centre still has to decide something that was asked or reported before this clock's due time."""
    decisions = _HOLDING_UP.get(clock.clock)
    if decisions is None:
        return False
    due = breach_by(clock.due)
    return any(other.started_at <= due for other in state.open() if other.clock in decisions and not _of_a_task(other))


def _of_a_task(clock: Open) -> bool:
    """The review of one supporting task holds up nobody; that of the whole does."""
    return clock.clock is Clock.REVIEW and clock.about is not None


def timer(state: Clocks) -> NextTimer | None:
    """The one timer that the ticket needs: the earliest reminder or due time of all its clocks."""
    first: tuple[Instant, Running, str] | None = None
    for clock in state.clocks:
        if clock.status == "running":
            soon = None if clock.reminded else clock.remind_at
            if soon is not None and (first is None or soon < first[0]):
                first = soon, clock, "soon"
            due = breach_by(clock.due)
            if (first is None or due < first[0]) and not held_up(state, clock):
                first = due, clock, "due"
    return first and NextTimer(first[0], f"{first[1].id}.{first[2]}.{first[1].round}")


def _matters(clock: AnyClock) -> bool:
    match clock:
        case Running() | Paused() | Breached() | Lapsed():
            return True
        case Stopped():
            return clock.reason == MERGED or clock.clock is Clock.CITIZEN
        case Met():
            return clock.clock is Clock.SUPPORTING_TASK
