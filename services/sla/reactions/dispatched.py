"""Who leads and who supports: dispatched, disputed, contacted, asked."""

from __future__ import annotations

from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Clock
from services.sla.core.commands import (
    Contradict,
    Decided,
    HandOn,
    Lead,
    Meet,
    Pause,
    Release,
    Resume,
    Retier,
    Revive,
    Start,
    Stop,
)
from services.sla.reactions.tables import NEEDS_INFO, ON_THE_WAY, Commands, Whose, clocks, of_department, these


@clocks.on(d.Dispatched)
def _dispatched(fact: d.Dispatched, whose: Whose) -> Commands:
    """What was promised to be checked of another lead is nobody's any more."""
    check = Clock.DISPATCH_CHECK
    return (
        Meet(these(Clock.DISPATCHING, Clock.REDISPATCH)),
        Stop(ON_THE_WAY if fact.same_lead else ON_THE_WAY | {Clock.COMMITMENT_CHECK}, "dispatched"),
        Retier(fact.tier),
        Lead(Owner.of_department(fact.lead), fact.tier, fact.binding),
        *((Start(check, whose(check), afresh=True),) if fact.drawn else ()),
    )


@clocks.on(d.DispatchChecked)
def _dispatch_checked(fact: d.DispatchChecked, whose: Whose) -> Commands:
    again = Clock.REDISPATCH
    return Meet(these(Clock.DISPATCH_CHECK)), *((Start(again, whose(again)),) if fact.waits else ())


clocks.on(d.AutomationEnded)(lambda _, whose: (Start(Clock.AUTOMATION, whose(Clock.AUTOMATION)),))
clocks.on(d.AlikeNoticed)(lambda _, whose: (Start(Clock.ALIKE, whose(Clock.ALIKE)),))
clocks.on(d.AlikeGathered, d.AlikeDismissed, d.IncidentJoined)(lambda _, __: (Meet(these(Clock.ALIKE)),))
clocks.on(d.AutomationRestored, d.LeftToPeople)(lambda _, __: (Meet(these(Clock.AUTOMATION)),))


@clocks.on(d.DepartmentReplaced)
def _department_replaced(fact: d.DepartmentReplaced, _whose: Whose) -> Commands:
    return (HandOn(Owner.of_department(fact.replaced), Owner.of_department(fact.department)),)


@clocks.on(d.Accepted)
def _accepted(fact: d.Accepted, _whose: Whose) -> Commands:
    """Whoever counts as having accepted because the window lapsed did nothing in time."""
    return () if fact.lapsed else (Meet(these(Clock.RETURN_WINDOW)),)


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
        of_department(Clock.RETURN_WINDOW, fact.department, whose),
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


clocks.on(d.FirstContactMade)(lambda _, __: (Meet(these(Clock.FIRST_CONTACT)),))
clocks.on(d.FirstContactExempt)(lambda _, __: (Stop(these(Clock.FIRST_CONTACT), "exempt"),))
clocks.on(d.FirstContactOwed)(lambda fact, whose: (of_department(Clock.FIRST_CONTACT, fact.department, whose),))
clocks.on(d.ProgressNoted)(
    lambda fact, _: (Meet(these(Clock.URGENT_FIRST_REPORT), Owner.of_department(fact.department)),)
)


@clocks.on(d.InfoAsked)
def _info_asked(_: d.InfoAsked, whose: Whose) -> Commands:
    return Start(Clock.NEEDS_INFO, whose(Clock.NEEDS_INFO)), Pause(NEEDS_INFO)


clocks.on(d.InfoProvided)(lambda _, __: (Meet(these(Clock.NEEDS_INFO)), Resume(NEEDS_INFO)))
clocks.on(d.InfoTimedOut)(lambda _, __: (Stop(these(Clock.NEEDS_INFO), "timed_out"), Resume(NEEDS_INFO)))


clocks.on(d.SupportTaskOpened)(lambda fact, whose: (of_department(Clock.SUPPORTING_TASK, fact.department, whose),))


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
