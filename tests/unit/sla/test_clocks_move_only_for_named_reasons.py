"""The department's due time moves for a pause, an extension, a tier, a calendar or a late decision, and no more."""

from __future__ import annotations

from collections.abc import Iterable

from rulebook.codes import Start, Unit
from rulebook.deriving import ClockRules
from rulebook.limits import Budget
from schemas import dispatch as d
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockExtended,
    ClockFact,
    ClockMet,
    ClockPaused,
    ClockRederived,
    ClockResumed,
    ClockStarted,
    ClockStopped,
)
from schemas.values import Actor, Clock, Person, Tier
from services.sla.core.state import AnyClock, Breached, Paused
from tests.support.sla.story import APPROVER, Ticket, moment
from worktime import Explanation, explain_lines

UNTIL = moment("2026-09-30 12:00")


def with_handling(rules: ClockRules, budget: Budget, *, extendable: bool = True) -> ClockRules:
    limits = rules.policy.limits
    changed = rules.limit(Clock.HANDLING).model_copy(update={"budget": budget, "extendable": extendable})
    clocks = tuple(changed if limit.clock is Clock.HANDLING else limit for limit in limits.clocks)
    policy = rules.policy.model_copy(update={"limits": limits.model_copy(update={"clocks": clocks})})
    return ClockRules(policy, rules.calendar)


def breaches(said: Iterable[ClockFact]) -> set[str]:
    return {fact.clock_id for fact in said if isinstance(fact, ClockBreached)}


def test_the_departments_clock_stands_still_while_suspended_and_the_citizens_does_not(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.FirstContactMade, department="housing", method="phone")
    dispatched.hear("2026-09-07 09:00", d.SuspensionRequested, until=UNTIL)
    dispatched.hear("2026-09-07 10:00", d.Suspended, until=UNTIL, by=APPROVER)
    said = dispatched.hear("2026-09-14 10:00", d.SuspensionEnded, department="housing", reason="判决生效")
    assert breaches(dispatched.said) == {"citizen"}
    (resumed,) = [fact for fact in said if isinstance(fact, ClockResumed)]
    assert resumed.clock is Clock.HANDLING
    assert dispatched.due("handling") == "2026-09-17 17:30"
    lines = explain_lines(Explanation.model_validate(resumed.explanation["budget"]))
    assert any("litigation" in line and "p-fang" in line for line in lines)


def test_the_suspension_ends_by_its_date(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.Suspended, until=UNTIL, by=APPROVER)
    assert dispatched.due("suspension") == "2026-09-30 12:00"
    dispatched.wait(UNTIL)
    assert "suspension" not in dispatched.open()


def test_waiting_for_the_requester_pauses_the_department(dispatched: Ticket) -> None:
    said = dispatched.hear("2026-09-07 10:00", d.InfoAsked, department="housing", question="门牌号？")
    assert Clock.HANDLING in {fact.clock for fact in said if isinstance(fact, ClockPaused)}
    dispatched.hear("2026-09-08 10:00", d.InfoProvided, text="12号")
    assert dispatched.due("handling") == "2026-09-11 17:30"
    assert dispatched.due("citizen") == "2026-09-10 17:30"


def test_two_pauses_that_overlap_end_with_the_last(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.InfoAsked, department="housing", question="门牌号？")
    dispatched.hear("2026-09-07 14:00", d.Suspended, until=UNTIL, by=APPROVER)
    said = dispatched.hear("2026-09-08 10:00", d.InfoProvided, text="12号")
    still = [fact for fact in said if isinstance(fact, ClockPaused) and fact.clock is Clock.HANDLING]
    assert [(fact.ground, fact.instead_of) for fact in still] == [("litigation", "needs-info")]
    assert isinstance(dispatched.open()["handling"], Paused)
    dispatched.hear("2026-09-14 10:00", d.SuspensionEnded, department="housing", reason="判决生效")
    assert dispatched.due("handling") == "2026-09-17 17:30"


def test_an_extension_adds_working_days_and_names_its_approver(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-09 10:00", d.ExtensionRequested)
    said = dispatched.hear(
        "2026-09-09 11:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER
    )
    (extended,) = [fact for fact in said if isinstance(fact, ClockExtended)]
    assert (extended.days, extended.approved_by) == (3, "p-fang")
    assert dispatched.due("handling") == "2026-09-15 17:30"
    assert dispatched.due("citizen") == "2026-09-10 17:30"


def test_an_extension_of_an_urgent_matter_adds_hours_through_the_night(ticket: Ticket) -> None:
    ticket.hear("2026-09-30 22:00", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-09-30 22:05", d.Dispatched, tier=Tier.URGENT)
    said = ticket.hear("2026-10-01 09:00", d.ExtensionGranted, department="housing", hours=12, reason="可", by=APPROVER)
    (extended,) = [fact for fact in said if isinstance(fact, ClockExtended)]
    assert (extended.hours, extended.days) == (12, None)
    assert ticket.due("handling") == "2026-10-02 10:05"


def test_an_extension_of_a_limit_in_calendar_days_adds_calendar_days(rules: ClockRules) -> None:
    ticket = Ticket(with_handling(rules, Budget(amount=5, unit=Unit.CALENDAR_DAYS, start=Start.DAY_AFTER)))
    ticket.hear("2026-09-28 10:00", d.Opened)
    ticket.hear("2026-09-28 10:20", d.Dispatched)
    granted = {"department": "housing", "reason": "可", "by": APPROVER}
    ticket.hear("2026-09-29 11:00", d.ExtensionGranted, calendar_days=2, **granted)
    assert ticket.due("handling") == "2026-10-06 00:00"


def test_a_limit_that_policy_does_not_extend_is_not_extended(rules: ClockRules) -> None:
    ticket = Ticket(with_handling(rules, rules.limit(Clock.HANDLING).budget, extendable=False))
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-04 11:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert ticket.due("handling") == "2026-09-10 17:30"


def test_asked_in_time_and_granted_late_was_never_a_breach_of_the_department(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.FirstContactMade, department="housing", method="phone")
    dispatched.hear("2026-09-10 17:00", d.ExtensionRequested)
    dispatched.hear("2026-09-14 10:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert breaches(dispatched.said) == {"citizen", "approval"}
    assert dispatched.due("handling") == "2026-09-15 17:30"


def test_asked_in_time_and_refused_late_gives_back_what_was_left(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-10 16:30", d.ExtensionRequested)
    said = dispatched.hear("2026-09-14 10:00", d.ExtensionRefused, department="housing", reason="不可", by=APPROVER)
    (moved,) = [fact for fact in said if isinstance(fact, ClockRederived)]
    assert (moved.clock, moved.because) == (Clock.HANDLING, "decided_late")
    assert dispatched.due("handling") == "2026-09-14 17:30"


def test_asked_in_time_and_refused_in_time_leaves_the_due_time(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-10 16:30", d.ExtensionRequested)
    said = dispatched.hear("2026-09-11 09:10", d.ExtensionRefused, department="housing", reason="不可", by=APPROVER)
    assert "handling" in breaches(said)
    assert dispatched.due("handling") == "2026-09-10 17:30"


def test_a_request_that_lapses_is_owed_by_nobody_and_its_wait_is_not_the_departments(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-10 16:30", d.ExtensionRequested)
    dispatched.hear("2026-09-10 16:31", d.SuspensionRequested, until=UNTIL)
    said = dispatched.hear("2026-09-11 09:10", d.RequestLapsed, department="housing", what="extension", reason="办结")
    assert [(fact.clock, fact.about) for fact in said if isinstance(fact, ClockStopped)] == [
        (Clock.APPROVAL, "extension")
    ]
    (moved,) = [fact for fact in said if isinstance(fact, ClockRederived)]
    assert (moved.clock, moved.because) == (Clock.HANDLING, "undecided")
    assert dispatched.due("handling") == "2026-09-11 17:30"
    assert [clock.about for clock in dispatched.open().values() if clock.clock is Clock.APPROVAL] == ["suspension"]
    dispatched.hear("2026-09-11 09:10", d.RequestLapsed, department="housing", what="suspension", reason="办结")
    dispatched.hear("2026-09-11 09:10", d.Handled)
    dispatched.hear("2026-09-11 11:00", d.HandledAccepted, department="housing", handled_at=moment("2026-09-11 09:10"))
    assert "handling" not in breaches(dispatched.said)


def test_the_unit_is_not_late_while_it_waits_for_the_requester(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:00", d.PassOnAwaited, stage="unit", unit="unit-01")
    said = ticket.hear("2026-09-03 10:02", d.InfoAsked, question="是哪一幢？")
    assert [fact.clock for fact in said if isinstance(fact, ClockPaused)] == [Clock.UNIT_PASS_ON]
    ticket.hear("2026-09-04 10:00", d.InfoProvided, text="3号楼")
    assert ticket.due("unit_pass_on") == "2026-09-04 10:08"


def test_a_suspension_asked_in_time_and_granted_late_counts_from_the_asking(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-10 16:30", d.SuspensionRequested, until=UNTIL)
    said = dispatched.hear("2026-09-14 10:00", d.Suspended, until=UNTIL, by=APPROVER)
    (paused,) = [fact for fact in said if isinstance(fact, ClockPaused) and fact.clock is Clock.HANDLING]
    assert paused.since == moment("2026-09-10 16:30")
    dispatched.hear("2026-09-15 10:00", d.SuspensionEnded, department="housing", reason="撤诉")
    assert dispatched.due("handling") == "2026-09-15 17:30"


def test_an_overruled_return_leaves_the_clock_running(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.ReturnRequested)
    said = dispatched.hear("2026-09-04 11:00", d.ReturnOverruled, department="housing", reason="属你局")
    assert not any(isinstance(fact, ClockStarted) and fact.clock is Clock.HANDLING for fact in said)
    assert dispatched.due("handling") == "2026-09-10 17:30"
    assert dispatched.due("return_window-2") == "2026-09-07 17:30"
    said = dispatched.hear("2026-09-04 11:00", d.Dispatched, same_lead=True)
    assert not said


def test_an_upheld_return_charges_the_dispute_and_a_new_lead_starts_afresh(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 17:00", d.ReturnRequested)
    assert breaches(dispatched.wait("2026-09-08 09:00")) == {"return_ruling"}
    said = dispatched.hear("2026-09-08 09:30", d.ReturnUpheld, department="housing", reason="非你局")
    assert {fact.clock for fact in said if isinstance(fact, ClockStopped)} == {Clock.FIRST_CONTACT, Clock.HANDLING}
    dispatched.hear("2026-09-08 09:40", d.Dispatched, lead="construction", order=2)
    assert dispatched.open()["handling-2"].owner == "department:construction"
    assert dispatched.due("handling-2") == "2026-09-15 17:30"
    assert dispatched.due("citizen") == "2026-09-10 17:30"


def test_a_breach_that_was_declared_during_the_dispute_is_withdrawn_when_the_return_is_upheld(
    dispatched: Ticket,
) -> None:
    dispatched.wait("2026-09-04 17:30")
    said = dispatched.late("2026-09-04 17:00", d.ReturnRequested)
    assert {fact.clock for fact in said if isinstance(fact, BreachWithdrawn)} == {Clock.FIRST_CONTACT}


def test_an_adjudication_to_the_same_lead_lets_the_clock_run_on(dispatched: Ticket) -> None:
    opened = {"departments": ["housing", "greening"], "reason": "twice"}
    dispatched.hear("2026-09-04 10:00", d.ReturnRequested)
    dispatched.hear("2026-09-04 10:00", d.AdjudicationOpened, **opened)
    dispatched.hear("2026-09-04 16:00", d.Adjudicated, lead="housing", reason="物业归口")
    said = dispatched.hear("2026-09-04 16:00", d.Dispatched, binding=True, same_lead=True, order=2)
    assert not said
    assert dispatched.due("handling") == "2026-09-10 17:30"
    assert "return_window" not in dispatched.open()


def test_an_adjudication_to_another_releases_the_first(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.AdjudicationOpened, departments=["housing", "greening"], reason="twice")
    dispatched.hear("2026-09-04 16:00", d.Adjudicated, lead="greening", reason="绿化归口")
    assert set(dispatched.open()) == {"citizen"}


def test_a_higher_tier_shortens_both_clocks_and_says_so(dispatched: Ticket) -> None:
    said = dispatched.hear("2026-09-03 15:00", d.Classified, category="0101-01", tier=Tier.SIMPLE)
    assert {fact.because for fact in said if isinstance(fact, ClockRederived)} == {"tier"}
    assert dispatched.due("citizen") == "2026-09-04 17:30"
    assert dispatched.due("handling") == "2026-09-04 17:30"


def test_a_clock_that_no_tier_moves_says_nothing_of_it(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:05", d.DispatchAwaited, reason="no_category")
    said = ticket.hear("2026-09-03 10:06", d.Classified, category="0101-01", tier=Tier.SIMPLE)
    assert [(type(fact), fact.clock) for fact in said] == [(ClockRederived, Clock.CITIZEN)]


def test_an_appointment_for_the_same_time_moves_nothing(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.CallbackAwaited, round=0, attempts=3)
    at = moment("2026-09-08 15:00")
    assert dispatched.hear("2026-09-07 11:00", d.CallbackAppointed, at=at)
    assert dispatched.hear("2026-09-07 12:00", d.CallbackAppointed, at=at) == []


def test_a_lower_tier_lengthens_them_but_never_beyond_fifteen_days(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 15:00", d.Classified, category="0101-01", tier=Tier.PARTICULARLY_COMPLEX)
    assert dispatched.due("citizen") == "2026-09-23 17:30"


def test_a_matter_that_becomes_urgent_gives_the_department_hours_from_then(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.FirstContactMade, department="housing", method="phone")
    dispatched.hear("2026-09-07 20:00", d.Classified, category="0101-01", tier=Tier.URGENT)
    assert dispatched.due("handling") == "2026-09-08 20:00"
    assert dispatched.due("urgent_first_report") == "2026-09-07 22:00"
    assert dispatched.due("citizen") == "2026-09-04 10:00"


def test_an_extension_survives_a_tier_that_counts_in_another_kind_of_time(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert dispatched.due("handling") == "2026-09-15 17:30"
    dispatched.hear("2026-09-03 12:00", d.Classified, category="0101-01", tier=Tier.URGENT)
    assert dispatched.due("handling") == "2026-09-07 10:20"
    dispatched.hear("2026-09-03 13:00", d.Classified, category="0101-01", tier=Tier.COMPLEX)
    assert dispatched.due("handling") == "2026-09-15 17:30"


def test_hours_that_were_granted_are_whole_working_days_of_an_ordinary_tier(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-09-03 10:20", d.Dispatched, tier=Tier.URGENT)
    ticket.hear("2026-09-03 11:00", d.ExtensionGranted, department="housing", hours=30, reason="可", by=APPROVER)
    ticket.hear("2026-09-03 12:00", d.Classified, category="0101-01", tier=Tier.COMPLEX)
    assert ticket.due("handling") == "2026-09-14 17:30"


def test_why_due_names_the_ground_of_an_extension_and_no_approver_of_a_question(dispatched: Ticket) -> None:
    asker = Actor(person=Person(id="housing-1", name="经办人"))
    granted = {"department": "housing", "days": 3, "reason": "可", "by": APPROVER, "ground": "many-parties"}
    dispatched.hear("2026-09-03 11:00", d.ExtensionGranted, **granted)
    dispatched.hear("2026-09-03 12:00", d.InfoAsked, department="housing", question="几号楼？", by=asker)
    said = dispatched.hear("2026-09-03 14:00", d.InfoProvided, text="3号楼")
    (resumed,) = [fact for fact in said if isinstance(fact, ClockResumed) and fact.clock is Clock.HANDLING]
    told = Explanation.model_validate(resumed.explanation["budget"])
    assert [(each.ground, each.approver) for each in told.extensions] == [("many-parties", "p-fang")]
    assert [(each.pause.ground, each.pause.approver) for each in told.pauses] == [("needs-info", None)]


def test_merging_ends_the_clocks_and_unmerging_lets_them_go_on_where_they_stood(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.Merged, into="26091403000183", reason="重复")
    assert not dispatched.open()
    dispatched.hear("2026-09-07 10:00", d.Unmerged, into="26091403000183", reason="并非一事")
    assert dispatched.due("citizen") == "2026-09-10 17:30"
    assert dispatched.due("handling") == "2026-09-11 17:30"


def test_a_reopened_ticket_that_was_never_handled_still_has_its_first_limit(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.NotAccepted, ground="court", reason="诉讼")
    dispatched.hear("2026-09-07 10:00", d.Reopened, reason="应受理", count=1)
    assert dispatched.due("citizen") == "2026-09-10 17:30"


def test_what_a_reopening_finds_overdue_is_dated_by_the_reopening(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.Withdrawn, reason="已解决")
    reopened = moment("2026-09-15 09:00")
    said = dispatched.hear(reopened, d.Reopened, reason="复发", count=1)
    assert [type(fact) for fact in said if fact.clock is Clock.CITIZEN] == [ClockResumed, ClockBreached]
    dispatched.hear(reopened, d.SupervisionOrdered, department="housing", reason="逾期", number=1)
    assert dispatched.wait(reopened) == []
    assert dispatched.due("supervision") == "2026-09-18 17:30"


def test_a_reopened_ticket_reaches_the_department_with_clocks_of_its_own(dispatched: Ticket) -> None:
    reported = moment("2026-09-04 15:00")
    dispatched.hear(reported, d.Handled)
    dispatched.hear("2026-09-04 16:00", d.HandledAccepted, department="housing", handled_at=reported)
    dispatched.hear("2026-09-07 10:00", d.Closed)
    dispatched.hear("2026-09-08 10:00", d.Reopened, reason="复发", count=1)
    dispatched.hear("2026-09-08 10:00", d.Dispatched, order=2)
    assert dispatched.due("handling-2") == "2026-09-15 17:30"
    assert "citizen" not in dispatched.open()


def test_a_supporting_task_that_is_sent_back_runs_on(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, department="greening", blocking=True)
    dispatched.hear("2026-09-04 11:00", d.SupportTaskDone, department="greening", reply="已修剪")
    dispatched.hear("2026-09-07 11:00", d.SupportTaskSentBack, department="greening", reason="未清运")
    assert dispatched.due("supporting_task") == "2026-09-08 17:30"
    assert {"supporting_task"} <= breaches(dispatched.wait("2026-09-08 17:30"))
    assert isinstance(dispatched.open()["supporting_task"], Breached)


def test_a_supporting_task_that_was_late_and_is_sent_back_is_late_still_and_breached_once(dispatched: Ticket) -> None:
    task = {"department": "greening"}
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, blocking=True, **task)
    assert "supporting_task" in breaches(dispatched.hear("2026-09-09 09:00", d.SupportTaskDone, reply="已修剪", **task))
    (resumed,) = dispatched.late("2026-09-09 10:00", d.SupportTaskSentBack, reason="未清运", **task)
    assert isinstance(resumed, ClockResumed)
    assert isinstance(dispatched.open()["supporting_task"], Breached)
    assert "supporting_task" not in breaches(dispatched.wait("2026-10-20 17:30"))
    met = dispatched.late("2026-10-21 10:00", d.SupportTaskDone, reply="已清运", **task)
    assert [fact.late for fact in met if isinstance(fact, ClockMet)] == [True]


def test_rework_is_met_by_the_next_accepted_report(dispatched: Ticket) -> None:
    reported = moment("2026-09-04 15:00")
    dispatched.hear(reported, d.Handled)
    dispatched.hear("2026-09-04 16:00", d.HandledAccepted, department="housing", handled_at=reported)
    dispatched.hear("2026-09-07 10:00", d.ReworkOrdered, department="housing", round=1, reason="unsolved")
    again = moment("2026-09-08 15:00")
    dispatched.hear(again, d.Handled, round=1)
    said = dispatched.hear("2026-09-08 16:00", d.HandledAccepted, department="housing", handled_at=again)
    assert {fact.clock for fact in said if isinstance(fact, ClockMet)} == {Clock.REWORK, Clock.REVIEW}


def test_only_the_last_task_of_a_supporter_can_be_sent_back(dispatched: Ticket) -> None:
    task = {"department": "greening"}
    for at in ("2026-09-03 11:00", "2026-09-04 11:00"):
        dispatched.hear(at, d.SupportTaskOpened, blocking=True, **task)
        dispatched.hear(at, d.SupportTaskDone, reply="已修剪", **task)
    (resumed,) = dispatched.late("2026-09-04 12:00", d.SupportTaskSentBack, reason="未清运", **task)
    assert resumed.clock_id == "supporting_task-2"


def test_rework_can_be_extended_by_a_decision_of_the_office(dispatched: Ticket) -> None:
    reported = moment("2026-09-04 15:00")
    dispatched.hear(reported, d.Handled)
    dispatched.hear(reported, d.HandledAccepted, department="housing", handled_at=reported)
    dispatched.hear("2026-09-07 10:00", d.ReworkOrdered, department="housing", round=1, reason="unsolved")
    dispatched.hear("2026-09-08 10:00", d.ExtensionGranted, department="housing", days=2, reason="可", by=APPROVER)
    assert dispatched.due("rework") == "2026-09-14 17:30"


# --- a department goes, and its time goes on -------------------------------------------------------------------------

REPLACED = {"replaced": "housing", "department": "market", "reason": "机构改革方案"}


def named(ticket: Ticket, clock_id: str) -> AnyClock:
    assert ticket.state is not None
    return next(clock for clock in ticket.state.clocks if clock.id == clock_id)


def test_what_runs_goes_on_under_the_successor_and_is_not_started_afresh(dispatched: Ticket) -> None:
    before = dispatched.due("handling")
    old = named(dispatched, "handling")
    said = dispatched.hear("2026-09-04 10:00", d.DepartmentReplaced, **REPLACED)
    new = named(dispatched, "handling-2")
    assert [type(fact).__name__ for fact in said if fact.clock is Clock.HANDLING] == ["ClockStopped", "ClockStarted"]
    assert (str(new.owner), new.started_at) == ("department:market", old.started_at)
    assert dispatched.due("handling-2") == before


def test_what_stands_still_stands_still_and_runs_on_later(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.InfoAsked, department="housing", question="门牌号？")
    dispatched.hear("2026-09-07 10:00", d.DepartmentReplaced, **REPLACED)
    new = named(dispatched, "handling-2")
    assert new.status == "paused"
    dispatched.hear("2026-09-08 10:00", d.InfoProvided, text="12号")
    assert dispatched.due("handling-2") == "2026-09-14 17:30"


def test_what_was_missed_stays_with_whoever_missed_it(dispatched: Ticket) -> None:
    dispatched.wait("2026-09-11 09:00")
    said = dispatched.hear("2026-09-11 10:00", d.DepartmentReplaced, **REPLACED)
    late = named(dispatched, "handling")
    assert (late.status, str(late.owner)) == ("breached", "department:housing")
    assert not any(fact.clock is Clock.HANDLING for fact in said)
