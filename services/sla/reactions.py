"""What each fact of a ticket's life asks of its clocks. A fact that has no entry here asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chassis.reactions import Reactions
from rulebook import OwedBy, Policy
from rulebook.clocks import OF_ORDER, WHATEVER_BECOMES
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.referral import Referral
from schemas.values import Actor, Clock, DepartmentCode, TicketId, Tier, WatchOrder
from services.sla.core.commands import (
    Appoint,
    Command,
    Contradict,
    Decided,
    End,
    Extend,
    HandOn,
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

_ALL: Final = frozenset(Clock)
_HANDLED: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})
_PASSING: Final = {"unit": Clock.UNIT_PASS_ON, "survey_office": Clock.SURVEY_OFFICE}
_OUTLIVING: Final = frozenset({Clock.COMMITMENT, Clock.COMMITMENT_CHECK, Clock.CALLBACK_REVIEW, Clock.ANSWER_REVIEW})
"""What outlives the closing: a promise for later, and the review of what the city heard (any other ended before)."""
_AFTERWARDS: Final = _OUTLIVING | {Clock.DUTY_ACKNOWLEDGEMENT, Clock.REOPENING, Clock.OUTCOME_RULING}
"""What a ticket that has ended can still wait for when its window lapses."""
_ON_THE_WAY: Final = frozenset(_PASSING.values())


def commands(fact: Message, policy: Policy, at: datetime) -> tuple[TicketId, Commands] | None:
    """The ticket of a fact and what it asks of its clocks; None for what asks nothing."""
    if not isinstance(fact, d.DispatchFact):
        return None
    found = clocks.to(fact, Whose(policy, at))
    return None if found is None else (fact.ticket, found)


def these(*clocks: Clock) -> Names:
    """A set of clock names."""
    return frozenset(clocks)


def end(reason: str, sparing: Names = frozenset()) -> End:
    """Every open clock ends, but for these, and for what a person says whatever became of the ticket."""
    return End(reason, sparing | WHATEVER_BECOMES)


def named(actor: Actor) -> str | None:
    """Who did it: the person where there is one, or the rule."""
    return actor.person.id if actor.person else actor.by_rule


# --- recorded, passed on, dispatched ---------------------------------------------------------------------------------


@clocks.on(d.Opened)
def _opened(fact: d.Opened, whose: Whose) -> Commands:
    clock = Clock.CITIZEN
    return (Start(clock, whose(clock), at=fact.registered_at, tier=fact.tier, upstream=fact.upstream),)


@clocks.on(d.PassOnAwaited)
def _pass_on_awaited(fact: d.PassOnAwaited, whose: Whose) -> Commands:
    clock = _PASSING[fact.stage]
    return (Start(clock, whose(clock, Owner.of("unit", fact.unit) if fact.unit else None)),)


clocks.on(d.PassedOn)(lambda fact, _: (Meet(these(_PASSING[fact.stage])),))


@clocks.on(d.SettledAtUnit)
def _settled_at_unit(_fact: d.SettledAtUnit, whose: Whose) -> Commands:
    return (
        Meet(these(Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.CITIZEN)),
        end("settled"),
        Start(Clock.REOPEN_WINDOW, whose(Clock.REOPEN_WINDOW)),
    )


@clocks.on(d.Classified)
def _classified(fact: d.Classified, _whose: Whose) -> Commands:
    if fact.tier is Tier.URGENT:
        return (Retier(fact.tier),)
    return Stop(these(Clock.DUTY_ACKNOWLEDGEMENT), "tier"), Retier(fact.tier)


clocks.on(d.MergeTaken)(lambda fact, _: (Retier(fact.tier),) if fact.tier else ())


@clocks.on(d.StopWordsFound)
def _stop_words_found(fact: d.StopWordsFound, whose: Whose) -> Commands:
    retier = (Retier(fact.tier),) if fact.tier else ()
    return *retier, *((Start(Clock.STOP_WORDS, whose(Clock.STOP_WORDS)),) if fact.waits else ())


clocks.on(d.StopWordsSeenTo)(lambda _, __: (Meet(these(Clock.STOP_WORDS)),))


@clocks.on(d.UrgentCalled)
def _urgent_called(fact: d.UrgentCalled, whose: Whose) -> Commands:
    clock = Clock.DUTY_ACKNOWLEDGEMENT
    owner = whose(clock, Owner.of("office", fact.person.id))
    return (Stop(these(clock), "called_again"), Start(clock, owner, at=fact.known_at, tier=Tier.URGENT, afresh=True))


clocks.on(d.UrgentAcknowledged)(lambda _, __: (Meet(these(Clock.DUTY_ACKNOWLEDGEMENT)),))
clocks.on(d.DispatchAwaited)(lambda _, whose: (Start(Clock.DISPATCHING, whose(Clock.DISPATCHING)),))


@clocks.on(d.Dispatched)
def _dispatched(fact: d.Dispatched, whose: Whose) -> Commands:
    """What was promised to be checked of another lead is nobody's any more."""
    check = Clock.DISPATCH_CHECK
    return (
        Meet(these(Clock.DISPATCHING, Clock.REDISPATCH)),
        Stop(_ON_THE_WAY if fact.same_lead else _ON_THE_WAY | {Clock.COMMITMENT_CHECK}, "dispatched"),
        Retier(fact.tier),
        Lead(Owner.of_department(fact.lead), fact.tier, fact.binding),
        *((Start(check, whose(check), afresh=True),) if fact.drawn else ()),
    )


@clocks.on(d.DispatchChecked)
def _dispatch_checked(fact: d.DispatchChecked, whose: Whose) -> Commands:
    again = Clock.REDISPATCH
    return Meet(these(Clock.DISPATCH_CHECK)), *((Start(again, whose(again)),) if fact.waits else ())


clocks.on(d.AutomationEnded)(lambda _, whose: (Start(Clock.AUTOMATION, whose(Clock.AUTOMATION)),))
clocks.on(d.AutomationRestored, d.LeftToPeople)(lambda _, __: (Meet(these(Clock.AUTOMATION)),))


@clocks.on(d.DepartmentReplaced)
def _department_replaced(fact: d.DepartmentReplaced, _whose: Whose) -> Commands:
    return (HandOn(Owner.of_department(fact.replaced), Owner.of_department(fact.department)),)


@clocks.on(d.Accepted)
def _accepted(fact: d.Accepted, _whose: Whose) -> Commands:
    """Whoever counts as having accepted because the window lapsed did nothing in time."""
    return () if fact.presumed and not fact.binding else (Meet(these(Clock.RETURN_WINDOW)),)


# --- disputed --------------------------------------------------------------------------------------------------------


@clocks.on(d.ReturnRequested)
def _return_requested(_fact: d.ReturnRequested, whose: Whose) -> Commands:
    clock = Clock.RETURN_RULING
    return Meet(these(Clock.RETURN_WINDOW)), Start(clock, whose(clock)), Contradict(clock, "asked_in_time")


@clocks.on(d.ReturnUpheld)
def _return_upheld(_fact: d.ReturnUpheld, _whose: Whose) -> Commands:
    return Release("return_upheld"), Meet(these(Clock.RETURN_RULING, Clock.ADJUDICATION, Clock.REDISPATCH))


@clocks.on(d.ReturnOverruled)
def _return_overruled(fact: d.ReturnOverruled, whose: Whose) -> Commands:
    return (
        Decided(Clock.RETURN_RULING),
        Meet(these(Clock.RETURN_RULING, Clock.REDISPATCH)),
        _of_department(Clock.RETURN_WINDOW, fact.department, whose),
    )


@clocks.on(d.AdjudicationOpened)
def _adjudication_opened(_fact: d.AdjudicationOpened, whose: Whose) -> Commands:
    clock = Clock.ADJUDICATION
    return (
        Meet(these(Clock.RETURN_WINDOW)),
        Start(clock, whose(clock)),
        Contradict(clock, "asked_in_time"),
        Stop(these(Clock.RETURN_RULING), "adjudication"),
    )


@clocks.on(d.Adjudicated)
def _adjudicated(fact: d.Adjudicated, _whose: Whose) -> Commands:
    return (
        Release("adjudicated", sparing_owner=Owner.of_department(fact.lead)),
        Decided(Clock.ADJUDICATION),
        Meet(these(Clock.ADJUDICATION)),
    )


# --- contacted, asked of the requester, of supporters ----------------------------------------------------------------


clocks.on(d.FirstContactMade)(lambda _, __: (Meet(these(Clock.FIRST_CONTACT)),))
clocks.on(d.FirstContactExempt)(lambda _, __: (Stop(these(Clock.FIRST_CONTACT), "exempt"),))
clocks.on(d.FirstContactOwed)(lambda fact, whose: (_of_department(Clock.FIRST_CONTACT, fact.department, whose),))
clocks.on(d.ProgressNoted)(
    lambda fact, _: (Meet(these(Clock.URGENT_FIRST_REPORT), Owner.of_department(fact.department)),)
)


@clocks.on(d.InfoAsked)
def _info_asked(fact: d.InfoAsked, whose: Whose) -> Commands:
    waiting = these() if fact.department else _ON_THE_WAY | {Clock.DISPATCHING}
    return Start(Clock.NEEDS_INFO, whose(Clock.NEEDS_INFO)), Pause(NEEDS_INFO, also=waiting)


clocks.on(d.InfoProvided)(lambda _, __: (Meet(these(Clock.NEEDS_INFO)), Resume(NEEDS_INFO)))
clocks.on(d.InfoTimedOut)(lambda _, __: (Stop(these(Clock.NEEDS_INFO), "timed_out"), Resume(NEEDS_INFO)))


def _of_department(clock: Clock, department: DepartmentCode, whose: Whose) -> Start:
    return Start(clock, whose(clock, Owner.of_department(department)))


clocks.on(d.SupportTaskOpened)(lambda fact, whose: (_of_department(Clock.SUPPORTING_TASK, fact.department, whose),))


@clocks.on(d.SupportTaskDone)
def _task_done(fact: d.SupportTaskDone, whose: Whose) -> Commands:
    met, clock = Meet(these(Clock.SUPPORTING_TASK), Owner.of_department(fact.department)), Clock.REVIEW
    return (met, Start(clock, whose(clock), about=fact.department)) if fact.awaits_review else (met,)


clocks.on(d.SupportTaskAccepted)(lambda fact, _: (Meet(these(Clock.REVIEW), about=fact.department),))


@clocks.on(d.SupportTaskSentBack)
def _task_sent_back(fact: d.SupportTaskSentBack, _whose: Whose) -> Commands:
    return (
        Meet(these(Clock.REVIEW), about=fact.department),
        Revive(these(Clock.SUPPORTING_TASK), owner=Owner.of_department(fact.department)),
    )


@clocks.on(d.SupportTaskEnded)
def _task_ended(fact: d.SupportTaskEnded, _whose: Whose) -> Commands:
    return (
        Stop(these(Clock.REVIEW), "ended", about=fact.department),
        Stop(these(Clock.SUPPORTING_TASK), "ended", Owner.of_department(fact.department)),
    )


# --- handled, extended, suspended, promised --------------------------------------------------------------------------


@clocks.on(d.Handled)
def _handled(_fact: d.Handled, whose: Whose) -> Commands:
    clock = Clock.REVIEW
    return (
        Stop(these(clock), "handled"),
        Start(clock, whose(clock)),
        Contradict(clock, "reported_in_time"),
        Meet(these(Clock.URGENT_FIRST_REPORT)),
        Stop(these(Clock.RETURN_WINDOW), "handled"),
    )


@clocks.on(d.HandledAccepted)
def _handled_accepted(fact: d.HandledAccepted, _whose: Whose) -> Commands:
    return (
        Meet(_HANDLED, at=fact.handled_at),
        Meet(these(Clock.REVIEW, Clock.REDISPATCH)),
        Stop(these(Clock.FIRST_CONTACT), "handled"),
    )


clocks.on(d.HandledSentBack)(lambda _, __: (Decided(Clock.REVIEW), Meet(these(Clock.REVIEW))))


def _asked(about: str, whose: Whose) -> Commands:
    clock = Clock.APPROVAL
    return Start(clock, whose(clock), about=about), Contradict(clock, "asked_in_time")


def _refused(about: str) -> Commands:
    return Decided(Clock.APPROVAL, about), Meet(these(Clock.APPROVAL), about=about)


clocks.on(d.ExtensionRequested)(lambda _, whose: _asked(EXTENSION, whose))


@clocks.on(d.ExtensionGranted)
def _extension_granted(fact: d.ExtensionGranted, _whose: Whose) -> Commands:
    return (
        *(Extend(amount, unit, named(fact.by), fact.ground) for amount, unit in fact.spans),
        Decided(Clock.APPROVAL, EXTENSION),
        Meet(these(Clock.APPROVAL), about=EXTENSION),
    )


clocks.on(d.ExtensionRefused)(lambda _, __: _refused(EXTENSION))
clocks.on(d.SuspensionRequested)(lambda _, whose: _asked(SUSPENSION, whose))


@clocks.on(d.Suspended)
def _suspended(fact: d.Suspended, whose: Whose) -> Commands:
    clock = Clock.SUSPENSION
    return (
        Pause(fact.ground, named(fact.by), asked=SUSPENSION),
        Meet(these(Clock.APPROVAL), about=SUSPENSION),
        Start(clock, whose(clock), named=fact.until, afresh=True),
    )


clocks.on(d.SuspensionRefused)(lambda _, __: _refused(SUSPENSION))
clocks.on(d.SuspensionEnded)(lambda _, __: (Stop(these(Clock.SUSPENSION), "ended"), Resume(sparing=NEEDS_INFO)))


@clocks.on(d.RequestLapsed)
def _request_lapsed(fact: d.RequestLapsed, _whose: Whose) -> Commands:
    clock = Clock.APPROVAL
    return Decided(clock, fact.what, never=True), Stop(these(clock), "lapsed", about=fact.what)


clocks.on(d.ApprovalRequested)(lambda fact, whose: _asked(fact.request.value, whose)[:1])
clocks.on(d.ApprovalGranted, d.ApprovalDeclined)(
    lambda fact, _: (Meet(these(Clock.APPROVAL), about=fact.request.value),)
)
clocks.on(d.ApprovalLapsed)(lambda fact, _: (Stop(these(Clock.APPROVAL), "lapsed", about=fact.request.value),))


@clocks.on(d.Committed)
def _committed(fact: d.Committed, whose: Whose) -> Commands:
    clock = Clock.COMMITMENT
    owner = whose(clock, Owner.of_department(fact.department))
    return (Start(clock, owner, named=fact.promised, afresh=True),)


clocks.on(d.CommitmentDue)(lambda _, whose: (Start(Clock.COMMITMENT_CHECK, whose(Clock.COMMITMENT_CHECK)),))
clocks.on(d.CommitmentChecked)(lambda _, __: (Meet(these(Clock.COMMITMENT, Clock.COMMITMENT_CHECK)),))


# --- called back, reworked, supervised -------------------------------------------------------------------------------


clocks.on(d.CallbackAwaited)(lambda _, whose: (Start(Clock.CALLBACK, whose(Clock.CALLBACK)),))
clocks.on(d.CallbackAppointed)(lambda fact, _: (Appoint(fact.at),))
clocks.on(d.CallbackRecorded, d.CallbackGivenUp)(lambda _, __: (Meet(these(Clock.CALLBACK)),))
clocks.on(d.CallbackExempt)(lambda _, __: (Stop(these(Clock.CALLBACK), "exempt"),))


@clocks.on(d.ReworkOrdered)
def _rework_ordered(fact: d.ReworkOrdered, whose: Whose) -> Commands:
    """One that follows from corrected answers comes after the closing: the window to reopen is over with it."""
    rework = _of_department(Clock.REWORK, fact.department, whose)
    over = these(Clock.REOPEN_WINDOW, Clock.REOPENING, Clock.OUTCOME_RULING)
    return replace(rework, at=fact.known_at), Stop(over, "rework")


clocks.on(d.ReworkWithdrawn)(lambda _, __: (Stop(these(Clock.REWORK), UNDUE),))


@clocks.on(d.CallbackReviewOrdered)
def _review_ordered(fact: d.CallbackReviewOrdered, whose: Whose) -> Commands:
    return (replace(_of_department(Clock.CALLBACK_REVIEW, fact.department, whose), at=fact.known_at),)


@clocks.on(d.SupervisionOrdered)
def _supervision_ordered(fact: d.SupervisionOrdered, whose: Whose) -> Commands:
    """Nobody's time runs before they could know of the order."""
    ordered = replace(_of_department(Clock.SUPERVISION, fact.department, whose), at=fact.known_at, afresh=True)
    return ordered, Stop(these(Clock.ANSWER_REVIEW), "ordered_again", about=WatchOrder.SUPERVISION)


@clocks.on(d.SupervisionAnswered)
def _supervision_answered(fact: d.SupervisionAnswered, whose: Whose) -> Commands:
    """Whoever ordered it looks at the answer."""
    clock = Clock.ANSWER_REVIEW
    looks = [Start(clock, whose(clock), about=order) for order in _orders(fact.answers)]
    return Meet(OF_ORDER[fact.answers], Owner.of_department(fact.department)), *looks


def _orders(which: WatchOrder | None) -> Sequence[WatchOrder]:
    return tuple(WatchOrder) if which is None else (which,)


@clocks.on(d.SupervisionEnded)
def _supervision_ended(fact: d.SupervisionEnded, _whose: Whose) -> Commands:
    look = these(Clock.ANSWER_REVIEW)
    if fact.reason in d.TAKEN_BACK:
        return Stop(these(Clock.SUPERVISION), UNDUE), Stop(look, UNDUE, about=WatchOrder.SUPERVISION)
    return Stop(OF_ORDER[fact.ended], "ended"), *[Meet(look, about=order) for order in _orders(fact.ended)]


# --- the end, and after it -------------------------------------------------------------------------------------------


@clocks.on(d.Closed)
def _closed(fact: d.Closed, whose: Whose) -> Commands:
    window, ruling = Clock.REOPEN_WINDOW, Clock.OUTCOME_RULING
    asked = (Start(ruling, whose(ruling)),) if fact.awaits_ruling else ()
    return end("closed", sparing=_OUTLIVING), Start(window, whose(window)), *asked


clocks.on(d.OutcomeRuled)(lambda _, __: (Meet(these(Clock.OUTCOME_RULING)),))


@clocks.on(d.Corrected)
def _corrected(fact: d.Corrected, whose: Whose) -> Commands:
    """Corrected answers can take a ruling along, give one, or leave it to a person; who would lead is asked anew."""
    return *_led_anew(fact, whose), *_ruled_anew(fact, whose)


def _led_anew(fact: d.Corrected, whose: Whose) -> Commands:
    clock = Clock.REDISPATCH
    if fact.lead is not None:
        return (Start(clock, whose(clock)),)
    another = fact.new.place is not None or fact.new.category is not None
    return (Stop(these(clock), "corrected"),) if another else ()


def _ruled_anew(fact: d.Corrected, whose: Whose) -> Commands:
    clock = Clock.OUTCOME_RULING
    if fact.awaits_ruling:
        return (Start(clock, whose(clock)),)
    return (Stop(these(clock), "corrected"),) if fact.ruling is not None or fact.unruled is not None else ()


clocks.on(d.NotAccepted)(lambda _, __: (end("not_accepted"),))
clocks.on(d.WithdrawalAsked)(lambda _, whose: (Start(Clock.WITHDRAWAL, whose(Clock.WITHDRAWAL)),))
clocks.on(d.WithdrawalDeclined)(lambda _, __: (Meet(these(Clock.WITHDRAWAL)),))
clocks.on(d.Withdrawn)(lambda _, __: (Meet(these(Clock.WITHDRAWAL)), end("withdrawn")))
clocks.on(d.ReopeningAsked)(lambda _, whose: (Start(Clock.REOPENING, whose(Clock.REOPENING)),))
clocks.on(d.ReopeningDeclined)(
    lambda _, __: (
        Meet(these(Clock.REOPENING)),
        Stop(these(Clock.DUTY_ACKNOWLEDGEMENT), "reopening_declined"),
    )
)


@clocks.on(d.Transferred)
def _transferred(fact: d.Transferred, whose: Whose) -> Commands:
    """Whoever refers a matter writes down what was said to the others."""
    clock = Clock.REFERRAL
    open_still = (fact.record or Referral()).missing
    return end("transferred"), *((Start(clock, whose(clock)),) if open_still else ())


clocks.on(d.ReferralRecorded)(lambda fact, _: (Meet(these(Clock.REFERRAL)),) if fact.complete else ())
clocks.on(d.Merged)(lambda _, __: (end(MERGED),))
clocks.on(d.Unmerged)(lambda _, __: (Revive(_ALL, MERGED),))
clocks.on(d.SplitUp)(lambda _, __: (end("split", sparing=these(Clock.CITIZEN)),))
clocks.on(d.PartReopened)(
    lambda _, __: (
        Meet(these(Clock.REOPEN_WINDOW)),
        end("split", sparing=these(Clock.CITIZEN, Clock.CALLBACK_REVIEW, Clock.ANSWER_REVIEW)),
        Revive(these(Clock.CITIZEN)),
    )
)
clocks.on(d.Reopened)(
    lambda _, __: (
        Meet(these(Clock.REOPEN_WINDOW, Clock.REOPENING)),
        Stop(these(Clock.REFERRAL, Clock.OUTCOME_RULING), "reopened"),
        Revive(these(Clock.CITIZEN)),
    )
)
clocks.on(d.Archived)(lambda _, __: (end("archived", sparing=_AFTERWARDS),))
