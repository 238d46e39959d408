"""What each fact of a ticket's life means for its clocks: the whole of it on one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rulebook import Policy
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Actor, Clock, DepartmentCode, TicketId
from services.sla.core.commands import (
    Appoint,
    Command,
    Contradict,
    Decided,
    End,
    Extend,
    Meet,
    Names,
    Order,
    Pause,
    Release,
    Resume,
    Retier,
    Revive,
    Start,
    Stop,
)
from services.sla.core.facts import UNDUE
from services.sla.core.state import MERGED

NEEDS_INFO: Final = "needs-info"
EXTENSION: Final = "extension"
SUSPENSION: Final = "suspension"

Office = Callable[[Clock], Owner]
"""The person of the office whom policy names for a clock."""

Reaction = Callable[[Any, Office], Sequence[Command]]

_REQUESTER: Final = Owner.of("requester")
_AGENCY: Final = Owner.of("callback")
_ALL: Final = frozenset(Clock)
_HANDLED: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})
_PASSING: Final = {"unit": Clock.UNIT_PASS_ON, "survey_office": Clock.SURVEY_OFFICE}
_PROMISED: Final = frozenset({Clock.COMMITMENT})
_ON_THE_WAY: Final = frozenset(_PASSING.values())


def commands(fact: Message, policy: Policy) -> tuple[TicketId, Sequence[Command]] | None:
    """The ticket of a fact and what it asks of its clocks; None for what asks nothing."""
    reaction = TABLE.get(type(fact))
    if reaction is None or not isinstance(fact, d.DispatchFact):
        return None

    def office(clock: Clock) -> Owner:
        person = policy.owner_of(clock)
        return Owner.of("office", person.id if person else clock.value)

    return fact.ticket, reaction(fact, office)


def these(*clocks: Clock) -> Names:
    """A set of clock names."""
    return frozenset(clocks)


def named(actor: Actor) -> str | None:
    """Who did it: the person where there is one, or the rule."""
    return actor.person.id if actor.person else actor.by_rule


# --- recorded, passed on, dispatched ---------------------------------------------------------------------------------


def _opened(fact: d.Opened, office: Office) -> Sequence[Command]:
    clock = Clock.CITIZEN
    return (Start(clock, office(clock), at=fact.registered_at, tier=fact.tier, upstream=fact.upstream),)


def _pass_on_awaited(fact: d.PassOnAwaited, office: Office) -> Sequence[Command]:
    clock = _PASSING[fact.stage]
    at_unit = clock is Clock.UNIT_PASS_ON and fact.unit is not None
    return (Start(clock, Owner.of("unit", fact.unit) if at_unit else office(clock)),)


def _settled(_fact: d.SettledAtUnit, _office: Office) -> Sequence[Command]:
    return (
        Meet(these(Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.CITIZEN)),
        End("settled"),
        Start(Clock.REOPEN_WINDOW, _REQUESTER),
    )


def _dispatched(fact: d.Dispatched, _office: Office) -> Sequence[Command]:
    return (
        Meet(these(Clock.DISPATCHING)),
        Stop(_ON_THE_WAY, "dispatched"),
        Retier(fact.tier),
        Order(Owner.of_department(fact.lead), fact.tier, fact.binding),
    )


# --- disputed --------------------------------------------------------------------------------------------------------


def _return_requested(_fact: d.ReturnRequested, office: Office) -> Sequence[Command]:
    clock = Clock.RETURN_RULING
    return Meet(these(Clock.RETURN_WINDOW)), Start(clock, office(clock)), Contradict(clock, "asked_in_time")


def _return_upheld(_fact: d.ReturnUpheld, _office: Office) -> Sequence[Command]:
    return Release("return_upheld"), Meet(these(Clock.RETURN_RULING, Clock.ADJUDICATION))


def _return_overruled(fact: d.ReturnOverruled, _office: Office) -> Sequence[Command]:
    return (
        Decided(Clock.RETURN_RULING),
        Meet(these(Clock.RETURN_RULING)),
        Start(Clock.RETURN_WINDOW, Owner.of_department(fact.department)),
    )


def _adjudication_opened(_fact: d.AdjudicationOpened, office: Office) -> Sequence[Command]:
    clock = Clock.ADJUDICATION
    return (
        Meet(these(Clock.RETURN_WINDOW)),
        Start(clock, office(clock)),
        Contradict(clock, "asked_in_time"),
        Stop(these(Clock.RETURN_RULING), "adjudication"),
    )


def _adjudicated(fact: d.Adjudicated, _office: Office) -> Sequence[Command]:
    return (
        Release("adjudicated", sparing_owner=Owner.of_department(fact.lead)),
        Decided(Clock.ADJUDICATION),
        Meet(these(Clock.ADJUDICATION)),
    )


# --- asked of the requester, of supporters ---------------------------------------------------------------------------


def _info_asked(fact: d.InfoAsked, _office: Office) -> Sequence[Command]:
    waiting = these() if fact.department else _ON_THE_WAY | {Clock.DISPATCHING}
    return Start(Clock.NEEDS_INFO, _REQUESTER), Pause(NEEDS_INFO, also=waiting)


def _task(clock: Clock, department: DepartmentCode, *, afresh: bool = False) -> Start:
    return Start(clock, Owner.of_department(department), afresh=afresh)


def _task_done(fact: d.SupportTaskDone, office: Office) -> Sequence[Command]:
    met, clock = Meet(these(Clock.SUPPORTING_TASK), Owner.of_department(fact.department)), Clock.REVIEW
    return (met, Start(clock, office(clock), about=fact.department)) if fact.awaits_review else (met,)


# --- handled, extended, suspended ------------------------------------------------------------------------------------


def _handled(_fact: d.Handled, office: Office) -> Sequence[Command]:
    clock = Clock.REVIEW
    return (
        Stop(these(clock), "handled"),
        Start(clock, office(clock)),
        Contradict(clock, "reported_in_time"),
        Meet(these(Clock.URGENT_FIRST_REPORT)),
        Stop(these(Clock.RETURN_WINDOW), "handled"),
    )


def _handled_accepted(fact: d.HandledAccepted, _office: Office) -> Sequence[Command]:
    return (
        Meet(_HANDLED, at=fact.handled_at),
        Meet(these(Clock.REVIEW)),
        Stop(these(Clock.FIRST_CONTACT), "handled"),
    )


def _asked(about: str, office: Office) -> Sequence[Command]:
    clock = Clock.APPROVAL
    return Start(clock, office(clock), about=about), Contradict(clock, "asked_in_time")


def _refused(about: str) -> Sequence[Command]:
    return Decided(Clock.APPROVAL, about), Meet(these(Clock.APPROVAL), about=about)


def _request_lapsed(fact: d.RequestLapsed, _office: Office) -> Sequence[Command]:
    clock = Clock.APPROVAL
    return Decided(clock, fact.what, never=True), Stop(these(clock), "lapsed", about=fact.what)


def _granted(fact: d.ExtensionGranted, _office: Office) -> Sequence[Command]:
    return (
        *(Extend(amount, unit, named(fact.by), fact.ground) for amount, unit in fact.spans),
        Decided(Clock.APPROVAL, EXTENSION),
        Meet(these(Clock.APPROVAL), about=EXTENSION),
    )


def _suspended(fact: d.Suspended, office: Office) -> Sequence[Command]:
    clock = Clock.SUSPENSION
    return (
        Pause(fact.ground, named(fact.by), asked=SUSPENSION),
        Meet(these(Clock.APPROVAL), about=SUSPENSION),
        Start(clock, office(clock), named=fact.until, afresh=True),
    )


def _supervision_ended(fact: d.SupervisionEnded, _office: Office) -> Sequence[Command]:
    if fact.reason == d.BREACH_WITHDRAWN:
        return (Stop(these(Clock.SUPERVISION), UNDUE),)
    return (Stop(these(Clock.SUPERVISION, Clock.CALLBACK_REVIEW), "ended"),)


# --- the end, and after it -------------------------------------------------------------------------------------------


def _closed(_fact: d.Closed, _office: Office) -> Sequence[Command]:
    return End("closed", sparing=_PROMISED), Start(Clock.REOPEN_WINDOW, _REQUESTER)


TABLE: Final[Mapping[type[Message], Reaction]] = {
    d.Opened: _opened,
    d.PassOnAwaited: _pass_on_awaited,
    d.PassedOn: lambda fact, _: (Meet(these(_PASSING[fact.stage])),),
    d.SettledAtUnit: _settled,
    d.Classified: lambda fact, _: (Retier(fact.tier),),
    d.DispatchAwaited: lambda _, office: (Start(Clock.DISPATCHING, office(Clock.DISPATCHING)),),
    d.Dispatched: _dispatched,
    d.Accepted: lambda _, __: (Meet(these(Clock.RETURN_WINDOW)),),
    d.ReturnRequested: _return_requested,
    d.ReturnUpheld: _return_upheld,
    d.ReturnOverruled: _return_overruled,
    d.AdjudicationOpened: _adjudication_opened,
    d.Adjudicated: _adjudicated,
    d.FirstContactMade: lambda _, __: (Meet(these(Clock.FIRST_CONTACT)),),
    d.FirstContactExempt: lambda _, __: (Stop(these(Clock.FIRST_CONTACT), "exempt"),),
    d.ProgressNoted: lambda fact, _: (Meet(these(Clock.URGENT_FIRST_REPORT), Owner.of_department(fact.department)),),
    d.InfoAsked: _info_asked,
    d.InfoProvided: lambda _, __: (Meet(these(Clock.NEEDS_INFO)), Resume(NEEDS_INFO)),
    d.InfoTimedOut: lambda _, __: (Stop(these(Clock.NEEDS_INFO), "timed_out"), Resume(NEEDS_INFO)),
    d.SupportTaskOpened: lambda fact, _: (_task(Clock.SUPPORTING_TASK, fact.department),),
    d.SupportTaskDone: _task_done,
    d.SupportTaskAccepted: lambda fact, _: (Meet(these(Clock.REVIEW), about=fact.department),),
    d.SupportTaskSentBack: lambda fact, _: (
        Meet(these(Clock.REVIEW), about=fact.department),
        Revive(these(Clock.SUPPORTING_TASK), owner=Owner.of_department(fact.department)),
    ),
    d.SupportTaskEnded: lambda fact, _: (
        Stop(these(Clock.REVIEW), "ended", about=fact.department),
        Stop(these(Clock.SUPPORTING_TASK), "ended", Owner.of_department(fact.department)),
    ),
    d.Handled: _handled,
    d.HandledAccepted: _handled_accepted,
    d.HandledSentBack: lambda _, __: (Decided(Clock.REVIEW), Meet(these(Clock.REVIEW))),
    d.ExtensionRequested: lambda _, office: _asked(EXTENSION, office),
    d.ExtensionGranted: _granted,
    d.ExtensionRefused: lambda _, __: _refused(EXTENSION),
    d.RequestLapsed: _request_lapsed,
    d.SuspensionRequested: lambda _, office: _asked(SUSPENSION, office),
    d.Suspended: _suspended,
    d.SuspensionRefused: lambda _, __: _refused(SUSPENSION),
    d.SuspensionEnded: lambda _, __: (Stop(these(Clock.SUSPENSION), "ended"), Resume(sparing=NEEDS_INFO)),
    d.Committed: lambda fact, _: (
        Start(Clock.COMMITMENT, Owner.of_department(fact.department), named=fact.promised, afresh=True),
    ),
    d.CommitmentChecked: lambda _, __: (Meet(these(Clock.COMMITMENT)),),
    d.CallbackAwaited: lambda _, __: (Start(Clock.CALLBACK, _AGENCY),),
    d.CallbackAppointed: lambda fact, _: (Appoint(fact.at),),
    d.CallbackRecorded: lambda _, __: (Meet(these(Clock.CALLBACK)),),
    d.CallbackGivenUp: lambda _, __: (Meet(these(Clock.CALLBACK)),),
    d.CallbackExempt: lambda _, __: (Stop(these(Clock.CALLBACK), "exempt"),),
    d.ReworkOrdered: lambda fact, _: (_task(Clock.REWORK, fact.department),),
    d.SupervisionOrdered: lambda fact, _: (_task(Clock.SUPERVISION, fact.department, afresh=True),),
    d.SupervisionAnswered: lambda fact, _: (
        Meet(these(Clock.SUPERVISION, Clock.CALLBACK_REVIEW), Owner.of_department(fact.department)),
    ),
    d.SupervisionEnded: _supervision_ended,
    d.CallbackReviewOrdered: lambda fact, _: (_task(Clock.CALLBACK_REVIEW, fact.department),),
    d.Closed: _closed,
    d.NotAccepted: lambda _, __: (End("not_accepted"),),
    d.Withdrawn: lambda _, __: (End("withdrawn"),),
    d.Transferred: lambda _, __: (End("transferred"),),
    d.Merged: lambda _, __: (End(MERGED),),
    d.Unmerged: lambda _, __: (Revive(_ALL, MERGED),),
    d.SplitUp: lambda _, __: (End("split", sparing=these(Clock.CITIZEN)),),
    d.Reopened: lambda _, __: (Meet(these(Clock.REOPEN_WINDOW)), Revive(these(Clock.CITIZEN))),
    d.Archived: lambda _, __: (End("archived", sparing=_PROMISED),),
}
