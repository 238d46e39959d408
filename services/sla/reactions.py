"""What each fact of a ticket's life asks of its clocks. A fact that has no entry here asks nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from chassis.reactions import Reactions
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
    Lead,
    Meet,
    Names,
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

Commands = Sequence[Command]

clocks: Final = Reactions[Office, Commands]()

_REQUESTER: Final = Owner.of("requester")
_AGENCY: Final = Owner.of("callback")
_ALL: Final = frozenset(Clock)
_HANDLED: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})
_PASSING: Final = {"unit": Clock.UNIT_PASS_ON, "survey_office": Clock.SURVEY_OFFICE}
_PROMISED: Final = frozenset({Clock.COMMITMENT})
_ON_THE_WAY: Final = frozenset(_PASSING.values())


def commands(fact: Message, policy: Policy) -> tuple[TicketId, Commands] | None:
    """The ticket of a fact and what it asks of its clocks; None for what asks nothing."""
    if not isinstance(fact, d.DispatchFact):
        return None

    def office(clock: Clock) -> Owner:
        person = policy.owner_of(clock)
        return Owner.of("office", person.id if person else clock.value)

    found = clocks.to(fact, office)
    return None if found is None else (fact.ticket, found)


def these(*clocks: Clock) -> Names:
    """A set of clock names."""
    return frozenset(clocks)


def named(actor: Actor) -> str | None:
    """Who did it: the person where there is one, or the rule."""
    return actor.person.id if actor.person else actor.by_rule


# --- recorded, passed on, dispatched ---------------------------------------------------------------------------------


@clocks.on(d.Opened)
def _opened(fact: d.Opened, office: Office) -> Commands:
    clock = Clock.CITIZEN
    return (Start(clock, office(clock), at=fact.registered_at, tier=fact.tier, upstream=fact.upstream),)


@clocks.on(d.PassOnAwaited)
def _pass_on_awaited(fact: d.PassOnAwaited, office: Office) -> Commands:
    clock = _PASSING[fact.stage]
    at_unit = clock is Clock.UNIT_PASS_ON and fact.unit is not None
    return (Start(clock, Owner.of("unit", fact.unit) if at_unit else office(clock)),)


clocks.on(d.PassedOn)(lambda fact, _: (Meet(these(_PASSING[fact.stage])),))


@clocks.on(d.SettledAtUnit)
def _settled_at_unit(_fact: d.SettledAtUnit, _office: Office) -> Commands:
    return (
        Meet(these(Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.CITIZEN)),
        End("settled"),
        Start(Clock.REOPEN_WINDOW, _REQUESTER),
    )


clocks.on(d.Classified)(lambda fact, _: (Retier(fact.tier),))
clocks.on(d.DispatchAwaited)(lambda _, office: (Start(Clock.DISPATCHING, office(Clock.DISPATCHING)),))


@clocks.on(d.Dispatched)
def _dispatched(fact: d.Dispatched, _office: Office) -> Commands:
    return (
        Meet(these(Clock.DISPATCHING)),
        Stop(_ON_THE_WAY, "dispatched"),
        Retier(fact.tier),
        Lead(Owner.of_department(fact.lead), fact.tier, fact.binding),
    )


clocks.on(d.Accepted)(lambda _, __: (Meet(these(Clock.RETURN_WINDOW)),))


# --- disputed --------------------------------------------------------------------------------------------------------


@clocks.on(d.ReturnRequested)
def _return_requested(_fact: d.ReturnRequested, office: Office) -> Commands:
    clock = Clock.RETURN_RULING
    return Meet(these(Clock.RETURN_WINDOW)), Start(clock, office(clock)), Contradict(clock, "asked_in_time")


@clocks.on(d.ReturnUpheld)
def _return_upheld(_fact: d.ReturnUpheld, _office: Office) -> Commands:
    return Release("return_upheld"), Meet(these(Clock.RETURN_RULING, Clock.ADJUDICATION))


@clocks.on(d.ReturnOverruled)
def _return_overruled(fact: d.ReturnOverruled, _office: Office) -> Commands:
    return (
        Decided(Clock.RETURN_RULING),
        Meet(these(Clock.RETURN_RULING)),
        Start(Clock.RETURN_WINDOW, Owner.of_department(fact.department)),
    )


@clocks.on(d.AdjudicationOpened)
def _adjudication_opened(_fact: d.AdjudicationOpened, office: Office) -> Commands:
    clock = Clock.ADJUDICATION
    return (
        Meet(these(Clock.RETURN_WINDOW)),
        Start(clock, office(clock)),
        Contradict(clock, "asked_in_time"),
        Stop(these(Clock.RETURN_RULING), "adjudication"),
    )


@clocks.on(d.Adjudicated)
def _adjudicated(fact: d.Adjudicated, _office: Office) -> Commands:
    return (
        Release("adjudicated", sparing_owner=Owner.of_department(fact.lead)),
        Decided(Clock.ADJUDICATION),
        Meet(these(Clock.ADJUDICATION)),
    )


# --- contacted, asked of the requester, of supporters ----------------------------------------------------------------


clocks.on(d.FirstContactMade)(lambda _, __: (Meet(these(Clock.FIRST_CONTACT)),))
clocks.on(d.FirstContactExempt)(lambda _, __: (Stop(these(Clock.FIRST_CONTACT), "exempt"),))
clocks.on(d.ProgressNoted)(
    lambda fact, _: (Meet(these(Clock.URGENT_FIRST_REPORT), Owner.of_department(fact.department)),)
)


@clocks.on(d.InfoAsked)
def _info_asked(fact: d.InfoAsked, _office: Office) -> Commands:
    waiting = these() if fact.department else _ON_THE_WAY | {Clock.DISPATCHING}
    return Start(Clock.NEEDS_INFO, _REQUESTER), Pause(NEEDS_INFO, also=waiting)


clocks.on(d.InfoProvided)(lambda _, __: (Meet(these(Clock.NEEDS_INFO)), Resume(NEEDS_INFO)))
clocks.on(d.InfoTimedOut)(lambda _, __: (Stop(these(Clock.NEEDS_INFO), "timed_out"), Resume(NEEDS_INFO)))


def _task(clock: Clock, department: DepartmentCode, *, afresh: bool = False) -> Commands:
    return (Start(clock, Owner.of_department(department), afresh=afresh),)


clocks.on(d.SupportTaskOpened)(lambda fact, _: _task(Clock.SUPPORTING_TASK, fact.department))


@clocks.on(d.SupportTaskDone)
def _task_done(fact: d.SupportTaskDone, office: Office) -> Commands:
    met, clock = Meet(these(Clock.SUPPORTING_TASK), Owner.of_department(fact.department)), Clock.REVIEW
    return (met, Start(clock, office(clock), about=fact.department)) if fact.awaits_review else (met,)


clocks.on(d.SupportTaskAccepted)(lambda fact, _: (Meet(these(Clock.REVIEW), about=fact.department),))


@clocks.on(d.SupportTaskSentBack)
def _task_sent_back(fact: d.SupportTaskSentBack, _office: Office) -> Commands:
    return (
        Meet(these(Clock.REVIEW), about=fact.department),
        Revive(these(Clock.SUPPORTING_TASK), owner=Owner.of_department(fact.department)),
    )


@clocks.on(d.SupportTaskEnded)
def _task_ended(fact: d.SupportTaskEnded, _office: Office) -> Commands:
    return (
        Stop(these(Clock.REVIEW), "ended", about=fact.department),
        Stop(these(Clock.SUPPORTING_TASK), "ended", Owner.of_department(fact.department)),
    )


# --- handled, extended, suspended, promised --------------------------------------------------------------------------


@clocks.on(d.Handled)
def _handled(_fact: d.Handled, office: Office) -> Commands:
    clock = Clock.REVIEW
    return (
        Stop(these(clock), "handled"),
        Start(clock, office(clock)),
        Contradict(clock, "reported_in_time"),
        Meet(these(Clock.URGENT_FIRST_REPORT)),
        Stop(these(Clock.RETURN_WINDOW), "handled"),
    )


@clocks.on(d.HandledAccepted)
def _handled_accepted(fact: d.HandledAccepted, _office: Office) -> Commands:
    return (
        Meet(_HANDLED, at=fact.handled_at),
        Meet(these(Clock.REVIEW)),
        Stop(these(Clock.FIRST_CONTACT), "handled"),
    )


clocks.on(d.HandledSentBack)(lambda _, __: (Decided(Clock.REVIEW), Meet(these(Clock.REVIEW))))


def _asked(about: str, office: Office) -> Commands:
    clock = Clock.APPROVAL
    return Start(clock, office(clock), about=about), Contradict(clock, "asked_in_time")


def _refused(about: str) -> Commands:
    return Decided(Clock.APPROVAL, about), Meet(these(Clock.APPROVAL), about=about)


clocks.on(d.ExtensionRequested)(lambda _, office: _asked(EXTENSION, office))


@clocks.on(d.ExtensionGranted)
def _extension_granted(fact: d.ExtensionGranted, _office: Office) -> Commands:
    return (
        *(Extend(amount, unit, named(fact.by), fact.ground) for amount, unit in fact.spans),
        Decided(Clock.APPROVAL, EXTENSION),
        Meet(these(Clock.APPROVAL), about=EXTENSION),
    )


clocks.on(d.ExtensionRefused)(lambda _, __: _refused(EXTENSION))
clocks.on(d.SuspensionRequested)(lambda _, office: _asked(SUSPENSION, office))


@clocks.on(d.Suspended)
def _suspended(fact: d.Suspended, office: Office) -> Commands:
    clock = Clock.SUSPENSION
    return (
        Pause(fact.ground, named(fact.by), asked=SUSPENSION),
        Meet(these(Clock.APPROVAL), about=SUSPENSION),
        Start(clock, office(clock), named=fact.until, afresh=True),
    )


clocks.on(d.SuspensionRefused)(lambda _, __: _refused(SUSPENSION))
clocks.on(d.SuspensionEnded)(lambda _, __: (Stop(these(Clock.SUSPENSION), "ended"), Resume(sparing=NEEDS_INFO)))


@clocks.on(d.RequestLapsed)
def _request_lapsed(fact: d.RequestLapsed, _office: Office) -> Commands:
    clock = Clock.APPROVAL
    return Decided(clock, fact.what, never=True), Stop(these(clock), "lapsed", about=fact.what)


@clocks.on(d.Committed)
def _committed(fact: d.Committed, _office: Office) -> Commands:
    return (Start(Clock.COMMITMENT, Owner.of_department(fact.department), named=fact.promised, afresh=True),)


clocks.on(d.CommitmentChecked)(lambda _, __: (Meet(these(Clock.COMMITMENT)),))


# --- called back, reworked, supervised -------------------------------------------------------------------------------


clocks.on(d.CallbackAwaited)(lambda _, __: (Start(Clock.CALLBACK, _AGENCY),))
clocks.on(d.CallbackAppointed)(lambda fact, _: (Appoint(fact.at),))
clocks.on(d.CallbackRecorded, d.CallbackGivenUp)(lambda _, __: (Meet(these(Clock.CALLBACK)),))
clocks.on(d.CallbackExempt)(lambda _, __: (Stop(these(Clock.CALLBACK), "exempt"),))
clocks.on(d.ReworkOrdered)(lambda fact, _: _task(Clock.REWORK, fact.department))
clocks.on(d.SupervisionOrdered)(lambda fact, _: _task(Clock.SUPERVISION, fact.department, afresh=True))
clocks.on(d.CallbackReviewOrdered)(lambda fact, _: _task(Clock.CALLBACK_REVIEW, fact.department))


@clocks.on(d.SupervisionAnswered)
def _supervision_answered(fact: d.SupervisionAnswered, _office: Office) -> Commands:
    return (Meet(these(Clock.SUPERVISION, Clock.CALLBACK_REVIEW), Owner.of_department(fact.department)),)


@clocks.on(d.SupervisionEnded)
def _supervision_ended(fact: d.SupervisionEnded, _office: Office) -> Commands:
    if fact.reason == d.BREACH_WITHDRAWN:
        return (Stop(these(Clock.SUPERVISION), UNDUE),)
    return (Stop(these(Clock.SUPERVISION, Clock.CALLBACK_REVIEW), "ended"),)


# --- the end, and after it -------------------------------------------------------------------------------------------


clocks.on(d.Closed)(lambda _, __: (End("closed", sparing=_PROMISED), Start(Clock.REOPEN_WINDOW, _REQUESTER)))
clocks.on(d.NotAccepted)(lambda _, __: (End("not_accepted"),))
clocks.on(d.Withdrawn)(lambda _, __: (End("withdrawn"),))
clocks.on(d.Transferred)(lambda _, __: (End("transferred"),))
clocks.on(d.Merged)(lambda _, __: (End(MERGED),))
clocks.on(d.Unmerged)(lambda _, __: (Revive(_ALL, MERGED),))
clocks.on(d.SplitUp)(lambda _, __: (End("split", sparing=these(Clock.CITIZEN)),))
clocks.on(d.Reopened)(lambda _, __: (Meet(these(Clock.REOPEN_WINDOW)), Revive(these(Clock.CITIZEN))))
clocks.on(d.Archived)(lambda _, __: (End("archived", sparing=_PROMISED),))
