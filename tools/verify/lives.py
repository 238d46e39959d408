"""The promises about a ticket's life: who holds it, whose the time was, who never hears of it, and what ends with it.

A life is what the trace noted; it is held against what stands on the public topics and in the clocks of sla.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from schemas import dispatch as d
from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.tickets import Answered, Registered
from schemas.values import Clock, TicketState
from services.trace.for_tools import AT_REST, NOBODY, Span, Step, Summary, steps_of
from worktime import Calendar, OfficeHours, split_minutes

_DEPARTMENT: Final = "department:"
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


class Ordered(NamedTuple):
    """What a department heard last of a ticket."""

    at: datetime
    role: str
    state: TicketState


class Ticking(NamedTuple):
    """A clock that runs, stands still, or is overdue."""

    id: str
    clock: Clock
    owner: str


@dataclass(frozen=True)
class Life:
    """One ticket: its registration and the facts of its life in order, and the departments that notices went to."""

    ticket: str
    registered: bool
    steps: Sequence[Step]
    noticed: frozenset[str] = frozenset()

    @property
    def summary(self) -> Summary:
        """Where it stands by its facts."""
        return self.steps[-1].after if self.steps else Summary(self.ticket)

    @property
    def state(self) -> TicketState:
        return TicketState(self.summary.state)


@dataclass(frozen=True)
class Around:
    """What others know of a ticket: departments by their newest order, the desk, the callback agency, sla, trace."""

    orders: Mapping[str, Ordered] = field(default_factory=dict)
    desk: Mapping[str, bool] = field(default_factory=dict)
    callback: str | None = None
    clocks: Sequence[Ticking] = ()
    standing: tuple[str, str] | None = None


Check = Callable[[Life, Around], Iterator[str]]


def life_of(ticket: str, facts: Sequence[tuple[datetime, Message]]) -> Life:
    """Make a life of what the trace noted of a ticket."""
    noticed = (fact.audience for _, fact in facts if isinstance(fact, NoticeRequested))
    return Life(
        ticket,
        any(isinstance(fact, Registered | Answered) for _, fact in facts),
        steps_of(facts),
        frozenset(name.removeprefix(_DEPARTMENT) for name in noticed if name.startswith(_DEPARTMENT)),
    )


def ended_is_ended_at_departments(life: Life, around: Around) -> Iterator[str]:
    """A ticket that ended, or that others carry on, is open at no department."""
    if life.steps and life.state in AT_REST:
        for department, order in around.orders.items():
            if order.role != "none" and order.state not in AT_REST:
                yield f"is {life.state}, but {department} has it as {order.state}"


def ended_has_no_clocks(life: Life, around: Around) -> Iterator[str]:
    """With a ticket all its clocks end, but for the window to reopen it, a promise for later, and the citizen's clock
    of a split one.
    """
    spared = {
        TicketState.CLOSED: {Clock.REOPEN_WINDOW, Clock.COMMITMENT},
        TicketState.ARCHIVED: {Clock.COMMITMENT},
        TicketState.SPLIT: {Clock.CITIZEN},
    }
    if life.steps and life.state in AT_REST:
        for ticking in around.clocks:
            if ticking.clock not in spared.get(life.state, set()):
                yield f"is {life.state}, but the clock {ticking.id} of {ticking.owner} goes on"


def one_department_leads(_life: Life, around: Around) -> Iterator[str]:
    """No two departments lead a ticket at once."""
    leads = sorted(code for code, order in around.orders.items() if order.role == "lead" and order.state not in AT_REST)
    if len(leads) > 1:
        yield f"is led by {' and '.join(leads)} at once"


_AT_THE_DESK: Final = {
    "unit_pass_on": "unit_pass_on",
    "survey_office": "survey_office",
    "dispatch": "dispatching",
    "return_ruling": "return_ruling",
    "adjudication": "adjudication",
    "review": "review",
}
"""Under which task the office hears of what a ticket waits for."""
_IN_PASSING: Final = frozenset({"registration", "closing"})
"""What a ticket waits for only within the decision of one moment."""


def somebody_owes_it(life: Life, around: Around) -> Iterator[str]:
    """Every open ticket has a holder who knows of it; every registered one is open or ended."""
    if not life.steps:
        if life.registered:
            yield "was registered, and dispatch never opened it"
        return
    holder, waits_for = life.summary.holder, life.summary.waits_for
    if life.state in AT_REST:
        return
    if holder == NOBODY:
        yield f"is {life.state} and nobody holds it"
    elif waits_for in _IN_PASSING:
        yield f"is {life.state} and was left waiting for {waits_for}"
    elif waits_for in _AT_THE_DESK and not around.desk.get(_AT_THE_DESK[waits_for]):
        yield f"waits for {waits_for} and the desk does not know"
    elif holder.startswith(_DEPARTMENT):
        order = around.orders.get(holder.removeprefix(_DEPARTMENT))
        if order is None or order.role != "lead" or order.state in AT_REST:
            yield f"is held by {holder}, who does not know"
    elif waits_for == "callback" and around.callback in (None, "cancelled"):
        yield "waits for the callback, and the agency does not know"


def every_wait_is_timed(life: Life, around: Around) -> Iterator[str]:
    """Whatever an open ticket waits for, a clock of sla counts: waiting without end is owed by nobody."""
    if life.steps and life.state not in AT_REST and not around.clocks:
        yield f"waits for {life.summary.waits_for} and no clock counts"


def accused_never_told(life: Life, around: Around) -> Iterator[str]:
    """Whom a ticket accuses gets no order and no notice of it, from the moment at which the accusation is known."""
    for department, since in accused_of(life).items():
        order = around.orders.get(department)
        if order is not None and order.at > since and (since == _EARLIEST or order.role != "none"):
            yield f"accuses {department}, and an order went there"
        if department in life.noticed and since == _EARLIEST:
            yield f"accuses {department}, and a notice went there"


def accused_of(life: Life) -> Mapping[str, datetime]:
    """Whom a ticket accuses since when, members and merged ones included."""
    found: dict[str, datetime] = {}
    for at, fact, _ in life.steps:
        match fact:
            case d.Opened():
                found |= dict.fromkeys(fact.accused, _EARLIEST)
            case d.MergeTaken() | d.MemberJoined():
                found = {**dict.fromkeys(fact.accused, at), **found}
            case _:
                pass
    return found


def listens_to(life: Life) -> Mapping[str, datetime]:
    """Whose words come to a ticket, and since when: those that it took in, and the one that it is a part of."""
    found: dict[str, datetime] = {}
    for at, fact, _ in life.steps:
        match fact:
            case d.Opened(part_of=str() as whole):
                found[whole] = at
            case d.MergeTaken():
                found.setdefault(fact.other, at)
            case _:
                pass
    return found


@dataclass
class Whispers:
    """Who accuses whom and who listens to whom, of all tickets: an accusation must not travel to whom it is about."""

    accused: dict[str, Mapping[str, datetime]] = field(default_factory=dict)
    listens: dict[str, Mapping[str, datetime]] = field(default_factory=dict)
    orders: dict[str, Mapping[str, Ordered]] = field(default_factory=dict)

    def note(self, life: Life, around: Around) -> None:
        """Remember what matters of one ticket; nearly all accuse nobody and listen to nobody."""
        if accused := accused_of(life):
            self.accused[life.ticket] = accused
        if listens := listens_to(life):
            self.listens[life.ticket] = listens
            self.orders[life.ticket] = around.orders

    def leaks(self) -> Iterator[tuple[str, str]]:
        """Each ticket that an accusation reached through others, and whom it went to there."""
        for ticket in self.listens:
            own = self.accused.get(ticket, {})
            for (department, other), since in self._heard(ticket).items():
                order = self.orders[ticket].get(department)
                if department not in own and order is not None and order.at > since:
                    yield ticket, f"listens to {other}, which accuses {department}, and an order went there"

    def _heard(self, ticket: str) -> Mapping[tuple[str, str], datetime]:
        found: dict[tuple[str, str], datetime] = {}
        reached: dict[str, datetime] = {ticket: _EARLIEST}
        waiting = [ticket]
        while waiting:
            here = waiting.pop()
            for other, at in self.listens.get(here, {}).items():
                since = max(at, reached[here])
                if other in reached and reached[other] <= since:
                    continue
                reached[other] = since
                waiting.append(other)
                found |= {(who, other): max(since, known) for who, known in self.accused.get(other, {}).items()}
        return found


def trace_agrees(life: Life, around: Around) -> Iterator[str]:
    """Where trace says that a ticket stands is what its entries fold to."""
    wanted = (life.summary.state, life.summary.holder)
    if life.steps and around.standing != wanted:
        yield f"stands at {around.standing} in trace, and its facts lead to {wanted}"


CHECKS: Final[Mapping[str, Check]] = {
    "结束的工单在部门处也已结束 (a closed ticket is never open at a department)": ended_is_ended_at_departments,
    "同一时刻只有一个牵头单位 (one department leads)": one_department_leads,
    "工单结束，时限随之结束 (every clock of an ended ticket ended)": ended_has_no_clocks,
    "没有无人负责的工单 (nothing is owed by nobody)": somebody_owes_it,
    "在办必有时限 (every wait is counted by a clock)": every_wait_is_timed,
    "被反映单位不知情 (the accused are never told)": accused_never_told,
    "台账与留痕一致 (where a ticket stands is the fold of its trace)": trace_agrees,
}
"""Each promise in a sentence, and how it is checked."""


def ball_adds_up(steps: Sequence[Step], spans: Sequence[Span], hours: OfficeHours, calendar: Calendar) -> Iterator[str]:
    """The stretches of a life lie end to end, but for rests, and their minutes are those of the whole."""
    if not steps:
        return
    moments = [steps[0].at]
    for at, _, _ in steps[1:]:
        moments.append(max(moments[-1], at))
    rests = [at for at, (_, fact, _) in zip(moments, steps, strict=True) if type(fact) in _RESTS]
    for before, after in pairwise(spans):
        if after.start < before.end:
            yield f"{before.party} and {after.party} both held it at {after.start}"
        elif after.start > before.end and before.end not in rests:
            yield f"nobody held it from {before.end} to {after.start}, though it had not ended"
    if spans and (spans[0].start < moments[0] or spans[-1].end > moments[-1]):
        yield "somebody held it before it began, or after the last fact"
    if spans and spans[-1].end < moments[-1] and spans[-1].end not in rests:
        yield f"nobody held it after {spans[-1].end}, though it had not ended"
    whole = sum(split_minutes([start, end], calendar, hours)[0] for start, end in _stretches(spans))
    parts = sum(span.minutes for span in spans)
    if parts != whole:
        yield f"the parts of its office time are {parts} minutes, the whole is {whole}"


_RESTS: Final = frozenset(
    {
        d.AnsweredOnLine,
        d.SettledAtUnit,
        d.Closed,
        d.NotAccepted,
        d.Withdrawn,
        d.Transferred,
        d.Merged,
        d.SplitUp,
    }
)
"""The facts with which a ticket comes to rest."""


def _stretches(spans: Sequence[Span]) -> Iterator[tuple[datetime, datetime]]:
    start: datetime | None = None
    for span, following in zip_longest(spans, spans[1:]):
        start = start or span.start
        if following is None or following.start != span.end:
            yield start, span.end
            start = None
