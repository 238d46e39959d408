"""Each clock starts with the fact that the rulebook names, belongs to a named owner, and ends when its matter does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rulebook import Limit, OwedBy
from rulebook.deriving import ClockRules
from schemas import dispatch as d
from schemas.clocks import (
    ClockBreached,
    ClockDueSoon,
    ClockFact,
    ClockLapsed,
    ClockMet,
    ClockPaused,
    ClockStarted,
    ClockStopped,
)
from schemas.values import Clock, Person, Tier, Upstream, remind_by
from tests.support.sla.story import APPROVER, Ticket, moment


def test_the_citizens_clock_starts_with_the_ticket(ticket: Ticket) -> None:
    (started,) = ticket.hear("2026-09-03 10:00", d.Opened)
    assert isinstance(started, ClockStarted)
    assert (started.clock, started.owner, started.started_at) == (
        Clock.CITIZEN,
        "office:p-he",
        moment("2026-09-03 10:00"),
    )
    assert ticket.due("citizen") == "2026-09-10 17:30"


def test_a_part_of_a_split_ticket_counts_from_when_its_whole_was_registered(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, registered_at=moment("2026-09-01 10:00"))
    assert ticket.due("citizen") == "2026-09-08 17:30"


def test_an_earlier_upstream_due_time_wins_and_is_named(ticket: Ticket) -> None:
    upstream = Upstream(number="SH-1", due=moment("2026-09-07 12:00"))
    (started,) = ticket.hear("2026-09-03 10:00", d.Opened, upstream=upstream)
    assert isinstance(started, ClockStarted)
    assert ticket.due("citizen") == "2026-09-07 12:00"
    assert started.explanation["binding"] == "upstream"
    assert [cap["kind"] for cap in started.explanation["caps"]] == ["ceiling", "upstream"]


def test_a_later_upstream_due_time_changes_nothing(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=Upstream(number="SH-1", due=moment("2026-12-01 12:00")))
    assert ticket.due("citizen") == "2026-09-10 17:30"


def test_dispatch_starts_the_departments_clocks(dispatched: Ticket) -> None:
    dues = {name: dispatched.due(name) for name in dispatched.open()}
    assert dues == {
        "citizen": "2026-09-10 17:30",
        "first_contact": "2026-09-04 17:30",
        "handling": "2026-09-10 17:30",
        "return_window": "2026-09-04 17:30",
    }
    owners = {name: clock.owner for name, clock in dispatched.open().items() if name != "citizen"}
    assert set(owners.values()) == {"department:housing"}


def test_an_urgent_matter_runs_in_hours_through_the_night(ticket: Ticket) -> None:
    ticket.hear("2026-09-30 22:00", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-09-30 22:05", d.Dispatched, tier=Tier.URGENT)
    dues = {name: ticket.due(name) for name in ticket.open()}
    assert dues == {
        "citizen": "2026-10-01 22:00",
        "first_contact": "2026-10-01 00:05",
        "handling": "2026-10-01 22:05",
        "return_window": "2026-09-30 22:35",
        "urgent_first_report": "2026-10-01 00:05",
    }


def test_whoever_is_called_of_something_urgent_has_ten_minutes_by_night_to_say_that_they_know(ticket: Ticket) -> None:
    ticket.hear("2026-10-02 02:10", d.Opened, tier=Tier.URGENT)
    call: dict[str, Any] = {"person": {"id": "p-min", "name": "闵建国"}, "reason": "became_urgent"}
    (started,) = ticket.hear("2026-10-02 02:10", d.UrgentCalled, call=1, **call)
    assert (started.clock_id, started.owner) == ("duty_acknowledgement", "office:p-min")
    assert ticket.due("duty_acknowledgement") == "2026-10-02 02:20"
    (lapsed,) = ticket.wait("2026-10-02 02:20")
    assert isinstance(lapsed, ClockLapsed)
    ticket.hear("2026-10-02 02:20", d.UrgentCalled, call=2, **call)
    (met,) = ticket.hear("2026-10-02 02:25", d.UrgentAcknowledged, call=2)
    assert isinstance(met, ClockMet)
    assert ticket.wait("2026-10-02 03:00") == []


def test_the_last_call_of_an_alarm_stands_and_nobody_is_counted_for_it(ticket: Ticket) -> None:
    ticket.hear("2026-10-02 02:10", d.Opened, tier=Tier.URGENT)
    call: dict[str, Any] = {"person": {"id": "p-min", "name": "闵建国"}, "reason": "became_urgent"}
    ticket.hear("2026-10-02 02:10", d.UrgentCalled, call=1, **call)
    ticket.hear("2026-10-02 02:20", d.UrgentCalled, call=2, turn=2, standing=True, **call)
    assert "duty_acknowledgement" not in ticket.open()


def test_nobody_owes_an_answer_to_a_call_that_is_over(ticket: Ticket) -> None:
    ticket.hear("2026-10-02 02:10", d.Opened, tier=Tier.URGENT)
    call: dict[str, Any] = {"person": {"id": "p-min", "name": "闵建国"}, "reason": "became_urgent"}
    ticket.hear("2026-10-02 02:10", d.UrgentCalled, call=1, **call)
    ticket.hear("2026-10-02 02:12", d.Classified, category="0101-02", tier=Tier.COMPLEX)
    assert "duty_acknowledgement" not in ticket.open()


def test_a_binding_order_has_no_return_window(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:20", d.Dispatched, binding=True)
    assert "return_window" not in ticket.open()


def test_reminder_then_breach_each_at_its_moment(dispatched: Ticket) -> None:
    said = dispatched.wait("2026-09-04 17:30")
    assert [(type(fact), fact.clock_id) for fact in said] == [
        (ClockDueSoon, "first_contact"),
        (ClockDueSoon, "return_window"),
        (ClockBreached, "first_contact"),
        (ClockLapsed, "return_window"),
    ]
    assert "return_window" not in dispatched.open()


def test_what_is_done_at_the_due_time_is_in_time(dispatched: Ticket) -> None:
    (*_, met) = dispatched.hear("2026-09-04 17:30", d.FirstContactMade, department="housing", method="phone")
    assert isinstance(met, ClockMet)
    assert not met.late
    assert not any(isinstance(fact, ClockBreached) for fact in dispatched.said)


def test_what_is_done_after_it_is_met_late(dispatched: Ticket) -> None:
    (*_, met) = dispatched.hear("2026-09-04 17:31", d.FirstContactMade, department="housing", method="phone")
    assert isinstance(met, ClockMet)
    assert met.late


def test_accepted_handled_meets_citizen_and_department_at_the_moment_of_the_report(dispatched: Ticket) -> None:
    reported = moment("2026-09-10 17:00")
    dispatched.hear(reported, d.Handled)
    said = dispatched.hear("2026-09-11 09:30", d.HandledAccepted, department="housing", handled_at=reported)
    met = {fact.clock: fact for fact in said if isinstance(fact, ClockMet)}
    assert (met[Clock.CITIZEN].at, met[Clock.CITIZEN].late) == (reported, False)
    assert (met[Clock.HANDLING].at, met[Clock.HANDLING].late) == (reported, False)
    assert not dispatched.open()


def test_handled_that_is_sent_back_does_not_count(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-10 17:00", d.Handled)
    assert not any(
        isinstance(fact, ClockBreached) and fact.clock is Clock.HANDLING for fact in dispatched.wait("2026-09-11 09:29")
    )
    said = dispatched.hear("2026-09-11 09:30", d.HandledSentBack, department="housing", reason="未联系")
    assert {fact.clock for fact in said if isinstance(fact, ClockBreached)} == {Clock.CITIZEN, Clock.HANDLING}


WRONG: dict[str, Any] = {"order": 1, "was_led_by": "housing", "right": False, "lead": "greening"}
FELL_BACK: dict[str, Any] = {"category": "0101-02", "checked": 20, "correct": 15, "at_least": 0.53, "floor": 0.85}
OFFICE: list[tuple[type[d.DispatchFact], dict[str, Any], str, str]] = [
    (d.PassOnAwaited, {"stage": "unit", "unit": "unit-07"}, "unit_pass_on", "unit:unit-07"),
    (d.PassOnAwaited, {"stage": "survey_office"}, "survey_office", "office:p-yuan"),
    (d.DispatchAwaited, {"reason": "no_category"}, "dispatching", "office:p-xu"),
    (d.ReturnRequested, {}, "return_ruling", "office:p-gu"),
    (d.AdjudicationOpened, {"departments": ["housing", "greening"], "reason": "twice"}, "adjudication", "office:p-gu"),
    (d.Handled, {}, "review", "office:p-lu"),
    (d.ExtensionRequested, {}, "approval", "office:p-fang"),
    (d.SuspensionRequested, {"until": moment("2026-10-30 12:00")}, "approval", "office:p-fang"),
    (d.Suspended, {"until": moment("2026-10-30 12:00")}, "suspension", "office:p-fang"),
    (d.CallbackAwaited, {"round": 0, "attempts": 3}, "callback", "office:p-tao"),
    (d.InfoAsked, {"question": "门牌号？"}, "needs_info", "requester"),
    (d.SupportTaskOpened, {"department": "greening", "blocking": True}, "supporting_task", "department:greening"),
    (
        d.SupervisionOrdered,
        {"department": "housing", "reason": "逾期", "number": 1},
        "supervision",
        "department:housing",
    ),
    (d.CallbackReviewOrdered, {"department": "housing", "reason": "复核"}, "callback_review", "department:housing"),
    (d.ReworkOrdered, {"department": "housing", "round": 1, "reason": "unsolved"}, "rework", "department:housing"),
    (
        d.Committed,
        {"department": "housing", "promised": moment("2026-10-30 12:00"), "text": "月底完工"},
        "commitment",
        "department:housing",
    ),
    (d.Closed, {}, "reopen_window", "requester"),
    (d.Closed, {"ruling": None, "unruled": "partly", "awaits_ruling": True}, "outcome_ruling", "office:p-lu"),
    (d.Corrected, {"old": {}, "new": {}, "reason": "更正", "awaits_ruling": True}, "outcome_ruling", "office:p-lu"),
    (d.WithdrawalAsked, {"reason": "不用了", "channel": "hotline"}, "withdrawal", "office:p-he"),
    (
        d.ReopeningAsked,
        {"receipt": "R0123456789AB", "channel": "hotline", "text": "又坏了", "count": 1},
        "reopening",
        "office:p-xu",
    ),
    (d.Transferred, {"to": "police-110", "reason": "警情"}, "referral", "office:p-xu"),
    (d.StopWordsFound, {"found": (), "waits": True}, "stop_words", "office:p-xu"),
    (d.Dispatched, {"drawn": True}, "dispatch_check", "office:p-lu"),
    (d.Corrected, {"old": {}, "new": {}, "reason": "更正", "lead": "greening"}, "redispatch", "office:p-xu"),
    (d.DispatchChecked, WRONG | {"waits": True}, "redispatch", "office:p-xu"),
    (d.AlikeNoticed, {"callers": 3, "days": 7, "tickets": ()}, "alike", "office:p-xu"),
    (d.AutomationEnded, FELL_BACK, "automation", "office:p-he"),
    (d.CommitmentDue, {"department": "housing"}, "commitment_check", "office:p-lu"),
    (
        d.SupervisionAnswered,
        {"department": "housing", "report": "已整改", "answers": "supervision"},
        "answer_review",
        "office:p-he",
    ),
]


@pytest.mark.parametrize(("fact", "fields", "clock", "owner"), OFFICE)
def test_every_clock_has_its_start_and_its_owner(
    dispatched: Ticket, fact: type[d.DispatchFact], fields: dict[str, Any], clock: str, owner: str
) -> None:
    dispatched.hear("2026-09-03 11:00", fact, **fields)
    assert dispatched.open()[clock].owner == owner


def under(rules: ClockRules, clock: Clock, **changed: Any) -> Ticket:
    """A ticket under a policy that says otherwise of one clock."""
    limits = rules.policy.limits
    clocks = tuple(Limit(**{**dict(each), **changed}) if each.clock is clock else each for each in limits.clocks)
    policy = rules.policy.model_copy(update={"limits": limits.model_copy(update={"clocks": clocks})})
    ticket = Ticket(ClockRules(policy, rules.calendar))
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    return ticket


def test_whose_lateness_it_is_the_policy_says(rules: ClockRules) -> None:
    agency = under(rules, Clock.CALLBACK, owner=OwedBy.CALLBACK)
    agency.hear("2026-09-03 11:00", d.CallbackAwaited, round=0, attempts=3)
    assert agency.open()["callback"].owner == "callback"
    office = under(rules, Clock.UNIT_PASS_ON, owner=OwedBy.OFFICE)
    office.hear("2026-09-03 11:00", d.PassOnAwaited, stage="unit", unit="unit-07")
    assert office.open()["unit_pass_on"].owner == "office:unit_pass_on"


def test_a_date_that_is_named_ends_a_clock_only_where_the_policy_says_so(rules: ClockRules) -> None:
    promise = {"department": "housing", "promised": moment("2026-10-30 12:00"), "text": "月底完工"}
    by_date, by_budget = (under(rules, Clock.COMMITMENT, named_date=named) for named in (True, False))
    for ticket in (by_date, by_budget):
        ticket.hear("2026-09-03 11:00", d.Committed, **promise)
    assert by_date.due("commitment") == "2026-10-30 12:00"
    assert by_budget.due("commitment") == "2027-03-03 00:00"


ENDS: list[tuple[type[d.DispatchFact], dict[str, Any]]] = [
    (d.Closed, {}),
    (d.NotAccepted, {"ground": "court", "reason": "诉讼"}),
    (d.Withdrawn, {"reason": "已解决"}),
    (d.Transferred, {"to": "city", "reason": "市级"}),
    (d.Merged, {"into": "26091403000183", "reason": "重复"}),
    (d.SettledAtUnit, {"reply": "已办"}),
]


def test_a_cry_after_the_end_is_seen_to_within_minutes_also_by_night(dispatched: Ticket) -> None:
    # given a complex matter that has ended, with no clock that the cry could make urgent
    dispatched.hear("2026-09-03 11:00", d.Handled)
    dispatched.hear("2026-09-03 11:30", d.Closed)
    # when somebody cries at night
    dispatched.hear("2026-09-05 03:10", d.StopWordsFound, found=(), tier=Tier.URGENT, called_for=True, waits=True)
    # then a person sees to it within the minutes of what is urgent, not in the office hours of Monday
    assert (dispatched.due("stop_words"), dispatched.open()["stop_words"].tier) == ("2026-09-05 03:40", Tier.URGENT)


@pytest.mark.parametrize(("fact", "fields"), ENDS)
def test_nothing_runs_once_the_ticket_has_ended(
    dispatched: Ticket, fact: type[d.DispatchFact], fields: dict[str, Any]
) -> None:
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, department="greening", blocking=True)
    dispatched.hear("2026-09-03 11:30", fact, **fields)
    assert set(dispatched.open()) <= {"reopen_window", "referral"}
    assert all(isinstance(said, ClockStopped | ClockMet | ClockStarted) for said in dispatched.said[-8:])


def test_the_review_of_a_supporting_task_is_the_centres_and_holds_up_nobody(dispatched: Ticket) -> None:
    task = {"department": "greening"}
    dispatched.hear("2026-09-03 10:40", d.FirstContactMade, department="housing", method="phone")
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, blocking=True, **task)
    dispatched.hear("2026-09-10 09:30", d.SupportTaskDone, reply="已修剪", awaits_review=True, **task)
    review = dispatched.open()["review"]
    assert (review.owner, review.about) == ("office:p-lu", "greening")
    said = dispatched.wait("2026-09-10 17:30")
    assert {Clock.HANDLING, Clock.REVIEW} <= {fact.clock for fact in said if isinstance(fact, ClockBreached)}
    (met,) = dispatched.hear("2026-09-11 09:00", d.SupportTaskAccepted, **task)
    assert (type(met), met.clock, getattr(met, "late", None)) == (ClockMet, Clock.REVIEW, True)


def test_the_review_of_the_whole_replaces_those_of_the_tasks(dispatched: Ticket) -> None:
    task = {"department": "greening"}
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, blocking=True, **task)
    dispatched.hear("2026-09-03 14:00", d.SupportTaskDone, reply="已修剪", awaits_review=True, **task)
    dispatched.hear("2026-09-03 15:00", d.Handled)
    assert [clock.about for clock in dispatched.open().values() if clock.clock is Clock.REVIEW] == [None]


def test_a_split_ticket_keeps_the_citizens_clock_alone(dispatched: Ticket) -> None:
    parts = {"parts": [f"26091403000175-{n}" for n in (1, 2)], "texts": ["灯", "水"], "categories": ["", ""]}
    dispatched.hear("2026-09-03 11:00", d.SplitUp, reason="两件事", **parts)
    assert set(dispatched.open()) == {"citizen"}


def test_the_reopen_window_lapses_without_blame(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-08 10:00", d.Closed)
    said = dispatched.wait("2026-09-30 00:00")
    assert [type(fact) for fact in said] == [ClockDueSoon, ClockLapsed]
    assert dispatched.open() == {}


def test_a_promised_date_is_the_due_time_and_a_new_promise_replaces_it(dispatched: Ticket) -> None:
    promise = {"department": "housing", "text": "完工"}
    dispatched.hear("2026-09-04 10:00", d.Committed, promised=moment("2026-09-20 18:00"), **promise)
    dispatched.hear("2026-09-05 10:00", d.Committed, promised=moment("2026-09-25 18:00"), **promise)
    assert dispatched.due("commitment-2") == "2026-09-25 18:00"
    assert "commitment" not in dispatched.open()


def test_a_promise_cannot_be_further_away_than_the_policy_allows(dispatched: Ticket) -> None:
    promised = moment("2028-09-20 18:00")
    dispatched.hear("2026-09-04 10:00", d.Committed, department="housing", promised=promised, text="完工")
    assert dispatched.due("commitment") == "2027-03-04 00:00"


def test_a_callback_appointment_moves_the_callback(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.CallbackAwaited, round=0, attempts=3)
    assert dispatched.due("callback") == "2026-09-09 17:30"
    dispatched.hear("2026-09-08 10:00", d.CallbackAppointed, at=moment("2026-09-14 15:00"))
    assert dispatched.due("callback") == "2026-09-16 17:30"


def test_two_approvals_are_told_apart(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-04 10:00", d.ExtensionRequested)
    dispatched.hear("2026-09-04 10:05", d.SuspensionRequested, until=moment("2026-10-30 12:00"))
    dispatched.hear("2026-09-04 10:10", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert [clock.about for clock in dispatched.open().values() if clock.clock is Clock.APPROVAL] == ["suspension"]


def test_the_urgent_report_is_met_by_a_note_of_the_lead(ticket: Ticket) -> None:
    ticket.hear("2026-09-30 22:00", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-09-30 22:05", d.Dispatched, tier=Tier.URGENT)
    (*_, met) = ticket.hear("2026-09-30 23:00", d.ProgressNoted, department="housing", text="已到现场")
    assert isinstance(met, ClockMet)
    assert (met.clock, met.late) == (Clock.URGENT_FIRST_REPORT, False)


def test_a_promise_for_later_outlives_the_closing(dispatched: Ticket) -> None:
    promised = moment("2026-11-30 12:00")
    dispatched.hear("2026-09-03 11:00", d.Committed, department="housing", promised=promised, text="停暖后更换")
    dispatched.hear("2026-09-08 10:00", d.Closed)
    dispatched.hear("2026-09-23 10:00", d.Archived)
    assert set(dispatched.open()) == {"commitment"}
    assert [type(fact) for fact in dispatched.wait(promised)][-1] is ClockLapsed


def test_a_review_of_what_the_city_heard_is_timed_after_the_closing_and_answered_by_name(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.Closed, outcome="called_back")
    dispatched.hear(
        "2026-09-08 10:00", d.CallbackReviewOrdered, department="housing", reason="市级回访：未解决。", city=True
    )
    assert dispatched.due("callback_review") == "2026-09-11 17:30"
    dispatched.hear("2026-09-09 10:00", d.Archived)
    assert "callback_review" in dispatched.open()
    dispatched.hear(
        "2026-09-10 10:00", d.SupervisionAnswered, department="housing", report="已核实。", answers="callback_review"
    )
    assert "callback_review" not in dispatched.open()


def test_an_answer_to_one_order_leaves_the_clock_of_the_other(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.SupervisionOrdered, department="housing", reason="久拖不决。", number=1)
    dispatched.hear("2026-09-07 11:00", d.CallbackReviewOrdered, department="housing", reason="核实。")
    dispatched.hear(
        "2026-09-08 10:00", d.SupervisionAnswered, department="housing", report="已整改。", answers="supervision"
    )
    assert {"supervision", "callback_review"} & set(dispatched.open()) == {"callback_review"}
    dispatched.hear("2026-09-09 10:00", d.SupervisionEnded, result="好。", ended="supervision")
    assert "callback_review" in dispatched.open()


def test_nobodys_time_runs_before_they_could_know_of_the_order(dispatched: Ticket) -> None:
    """In one second of catching up came an order of eleven days ago, its reminder and its breach."""
    known = moment("2026-09-25 10:00")
    ordered = {"department": "housing", "reason": "久拖不决。", "number": 1, "known_at": known}
    said = dispatched.late("2026-09-14 10:00", d.SupervisionOrdered, **ordered)
    (started,) = said
    assert isinstance(started, ClockStarted)
    assert (started.clock, started.started_at) == (Clock.SUPERVISION, known)
    assert remind_by(started.due) > known
    on_duty = {"call": 1, "person": Person(id="p-min", name="闵建国"), "reason": "became_urgent", "known_at": known}
    (call,) = dispatched.late("2026-09-14 10:00", d.UrgentCalled, **on_duty)
    assert isinstance(call, ClockStarted)
    assert remind_by(call.due) == known + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("order", "values"),
    [
        (d.SupervisionOrdered, {"reason": "久拖不决。", "number": 1}),
        (d.CallbackReviewOrdered, {"reason": "核实。"}),
        (d.ReworkOrdered, {"round": 1, "reason": "unsolved"}),
    ],
)
def test_no_order_of_the_ladder_runs_before_it_could_be_known(
    dispatched: Ticket, order: type[d.DispatchFact], values: dict[str, Any]
) -> None:
    known = moment("2026-09-25 10:00")
    said = dispatched.late("2026-09-14 10:00", order, department="housing", known_at=known, **values)
    assert [fact.started_at for fact in said if isinstance(fact, ClockStarted)] == [known]
    assert not [fact for fact in said if type(fact).__name__ in ("ClockDueSoon", "ClockBreached")]


def test_a_rework_that_is_taken_back_was_never_late(dispatched: Ticket) -> None:
    answers = {"round": 0, "contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": "satisfied"}
    dispatched.hear("2026-09-07 10:00", d.ReworkOrdered, department="housing", round=1, reason="unsolved")
    assert "rework" in dispatched.open()
    dispatched.wait("2026-09-15 10:00")
    taken_back = {"department": "housing", "round": 1, "reason": "回访已更正", "answers": answers}
    said = dispatched.hear("2026-09-15 10:00", d.ReworkWithdrawn, **taken_back)
    assert [type(fact).__name__ for fact in said if fact.clock.value == "rework"] == ["BreachWithdrawn", "ClockStopped"]


def test_a_rework_out_of_a_closed_ticket_ends_the_window_to_reopen_it(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.Closed, outcome="called_back")
    assert "reopen_window" in dispatched.open()
    dispatched.hear("2026-09-08 10:00", d.ReworkOrdered, department="housing", round=1, reason="unsolved")
    assert set(dispatched.open()) == {"rework"}


def test_first_contact_that_is_owed_again_has_its_whole_time_from_then_on(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 10:20", d.FirstContactExempt, department="housing", reason="no_number")
    assert "first_contact" not in dispatched.open()
    started = dispatched.hear("2026-09-07 10:00", d.FirstContactOwed, department="housing")[-1]
    assert isinstance(started, ClockStarted)
    assert (started.owner, started.started_at) == ("department:housing", moment("2026-09-07 10:00"))
    assert dispatched.due(started.clock_id) == "2026-09-08 17:30"


def test_a_first_contact_by_a_wrong_number_is_owed_anew_in_its_whole_time(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 10:20", d.FirstContactMade, department="housing", method="phone")
    assert "first_contact" not in dispatched.open()
    started = dispatched.hear("2026-09-07 10:00", d.FirstContactOwed, department="housing")[-1]
    assert isinstance(started, ClockStarted)
    assert dispatched.due(started.clock_id) == "2026-09-08 17:30"


def test_what_starts_while_its_owners_work_stands_still_stands_still_with_it(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 10:20", d.FirstContactExempt, department="housing", reason="no_number")
    dispatched.hear("2026-09-04 10:00", d.Suspended, until=moment("2026-09-14 17:30"))
    started, paused = dispatched.hear("2026-09-07 10:00", d.FirstContactOwed, department="housing")[-2:]
    assert isinstance(started, ClockStarted)
    assert isinstance(paused, ClockPaused)
    assert (paused.clock_id, paused.ground) == (started.clock_id, "litigation")
    assert not any(fact.clock_id == started.clock_id for fact in dispatched.wait("2026-09-14 17:29"))
    dispatched.hear("2026-09-15 10:00", d.SuspensionEnded, department="housing", reason="到期")
    assert dispatched.due(started.clock_id) == "2026-09-16 17:30"


WISH: dict[str, Any] = {"receipt": "R0123456789AB", "channel": "hotline", "text": "又坏了"}
RULED: dict[str, Any] = {"ruling": None, "unruled": "partly", "awaits_ruling": True}


def met(said: list[ClockFact], clock: str) -> bool:
    """Whether what a clock asks for was done, and in time."""
    return any(isinstance(fact, ClockMet) and fact.clock == clock and not fact.late for fact in said)


@pytest.mark.parametrize(
    ("answer", "fields"),
    [(d.WithdrawalDeclined, {"reason": "请稍候"}), (d.Withdrawn, {"reason": "不用了", "confirmed": True})],
)
def test_a_wish_to_withdraw_is_answered_in_a_working_day_and_the_work_goes_on(
    dispatched: Ticket, answer: type[d.DispatchFact], fields: dict[str, Any]
) -> None:
    dispatched.hear("2026-09-11 10:00", d.WithdrawalAsked, reason="不用了", channel="hotline")
    assert dispatched.due("withdrawal") == "2026-09-14 17:30"
    assert "handling" in dispatched.open()
    assert met(dispatched.hear("2026-09-14 17:30", answer, **fields), "withdrawal")
    assert "withdrawal" not in dispatched.open()


def test_a_wish_to_reopen_is_answered_by_the_first_call_however_often_it_is_said(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.Closed)
    dispatched.hear("2026-09-08 10:00", d.ReopeningAsked, count=1, **WISH)
    assert dispatched.hear("2026-09-09 10:00", d.ReopeningAsked, count=2, **WISH) == []
    assert dispatched.due("reopening") == "2026-09-09 17:30"
    late = dispatched.wait("2026-09-09 17:30")
    assert [fact.clock for fact in late if isinstance(fact, ClockBreached)] == [Clock.REOPENING]
    (*_, done) = dispatched.hear("2026-09-10 10:00", d.ReopeningDeclined, reason="已修好")
    assert isinstance(done, ClockMet)
    assert done.late


def test_what_the_centre_owes_outlives_the_window_and_ends_with_the_reopening(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.Closed, **RULED)
    dispatched.hear("2026-09-21 10:00", d.ReopeningAsked, count=1, **WISH)
    dispatched.hear("2026-09-22 00:00", d.Archived)
    assert set(dispatched.open()) == {"outcome_ruling", "reopening"}
    said = dispatched.hear("2026-09-22 10:00", d.Reopened, reason="又坏了", count=1)
    assert met(said, "reopening")
    assert {"outcome_ruling", "reopening"}.isdisjoint(dispatched.open())


@pytest.mark.parametrize(
    ("ends", "fields"),
    [
        (d.OutcomeRuled, {"ruling": "solved", "reason": "已核实"}),
        (d.Corrected, {"old": {}, "new": {}, "reason": "更正", "ruling": "solved"}),
        (d.Corrected, {"old": {}, "new": {}, "reason": "更正", "unruled": "not_rated"}),
        (d.ReworkOrdered, {"department": "housing", "round": 1, "reason": "unsolved", "reopens": True}),
    ],
)
def test_a_ruling_is_awaited_until_there_is_one_or_none_is_asked_for(
    dispatched: Ticket, ends: type[d.DispatchFact], fields: dict[str, Any]
) -> None:
    dispatched.hear("2026-09-07 10:00", d.Closed, **RULED)
    assert dispatched.due("outcome_ruling") == "2026-09-09 17:30"
    dispatched.hear("2026-09-08 10:00", ends, **fields)
    assert "outcome_ruling" not in dispatched.open()


def test_a_referral_is_written_down_in_a_working_day_once_it_is_whole(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:20", d.Transferred, to="police-110", reason="警情")
    assert ticket.due("referral") == "2026-09-04 17:30"
    ticket.hear("2026-09-03 11:00", d.ReferralRecorded, to="police-110", record={"said": "已派警。"})
    assert "referral" in ticket.open()
    said = ticket.hear("2026-09-03 12:00", d.ReferralRecorded, to="police-110", record={}, complete=True)
    assert met(said, "referral")


def test_a_referral_that_is_whole_from_the_first_owes_nothing(ticket: Ticket) -> None:
    whole = {"reference": "7", "spoken_to": "王警官", "spoken_at": moment("2026-09-03 10:10"), "said": "已派警。"}
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear(
        "2026-09-03 10:20", d.Transferred, to="police-110", reason="警情", record={**whole, "contact_given": True}
    )
    assert "referral" not in ticket.open()


def test_a_part_that_comes_back_does_not_end_the_citys_review_of_its_whole(dispatched: Ticket) -> None:
    part = "26091403000175-1"
    dispatched.hear("2026-09-03 11:00", d.SplitUp, parts=[part], texts=["甲"], categories=[""], reason="两事")
    dispatched.hear("2026-09-07 10:00", d.Closed)
    dispatched.hear("2026-09-08 10:00", d.CallbackReviewOrdered, department="housing", reason="市级", city=True)
    dispatched.hear("2026-09-09 10:00", d.PartReopened, part=part)
    assert set(dispatched.open()) == {"citizen", "callback_review"}


def test_what_waits_for_an_approver_is_decided_in_minutes_at_any_hour_where_it_is_urgent(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 19:20", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-09-03 19:34", d.SuspensionRequested, until=moment("2026-10-30 12:00"))
    assert ticket.due("approval") == "2026-09-03 20:04"


Told = tuple[type[d.DispatchFact], dict[str, Any]]
SAID: list[tuple[str, Told, Told]] = [
    ("stop_words", (d.StopWordsFound, {"found": (), "waits": True}), (d.StopWordsSeenTo, {"note": "已联系本人。"})),
    ("dispatch_check", (d.Dispatched, {"drawn": True}), (d.DispatchChecked, WRONG)),
    ("automation", (d.AutomationEnded, FELL_BACK), (d.AutomationRestored, {"category": "0101-02", "reason": "已改"})),
    ("automation", (d.AutomationEnded, FELL_BACK), (d.LeftToPeople, {"category": "0101-02", "reason": "由人派"})),
]
OVER: list[Told] = [
    (d.Merged, {"into": "26091403000183", "reason": "同一事项"}),
    (d.Closed, {}),
    (d.Withdrawn, {"reason": "不用了"}),
    (d.NotAccepted, {"ground": "outside", "reason": "不属本区"}),
    (d.Transferred, {"to": "police-110", "reason": "警情"}),
    (d.SplitUp, {"parts": (), "texts": (), "categories": (), "reason": "两件事"}),
]


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize(("clock", "asked", "said"), SAID)
def test_what_a_person_has_to_say_of_it_is_owed_whatever_became_of_the_ticket(
    dispatched: Ticket, clock: str, asked: Told, said: Told, over: Told
) -> None:
    for minute, (fact, fields) in enumerate((asked, over)):
        dispatched.hear(f"2026-09-03 11:0{minute}", fact, **fields)
    assert clock in dispatched.open()
    fact, fields = said
    assert met(dispatched.hear("2026-09-03 11:20", fact, **fields), clock)
    assert clock not in dispatched.open()


def test_whether_another_should_lead_is_decided_by_who_gives_it_away_or_lets_it_stay(dispatched: Ticket) -> None:
    correction: dict[str, Any] = {"old": {}, "new": {}, "reason": "更正", "lead": "greening"}
    dispatched.hear("2026-09-03 11:00", d.Corrected, **correction)
    assert dispatched.due("redispatch") == "2026-09-03 16:15"
    assert met(dispatched.hear("2026-09-03 11:10", d.Dispatched, order=2, lead="greening"), "redispatch")
    dispatched.hear("2026-09-03 11:20", d.Corrected, **correction | {"lead": "housing"})
    late = dispatched.wait("2026-09-04 11:30")
    assert [fact.owner for fact in late if isinstance(fact, ClockBreached)] == ["office:p-xu"]
    dispatched.hear("2026-09-04 12:00", d.HandledAccepted, department="greening", handled_at=moment("2026-09-04 11:59"))
    assert not {name for name in dispatched.open() if name.startswith("redispatch")}


def test_an_answer_is_looked_at_for_each_order_and_no_more_once_it_is_asked_anew(dispatched: Ticket) -> None:
    for order in ("supervision", "callback_review"):
        answer = {"department": "housing", "report": "已整改", "answers": order}
        dispatched.hear("2026-09-03 11:00", d.SupervisionAnswered, **answer)
    looks = {clock.about for clock in dispatched.open().values() if clock.clock == "answer_review"}
    assert looks == {"supervision", "callback_review"}
    dispatched.hear("2026-09-03 11:30", d.SupervisionOrdered, department="housing", reason="不到位", number=2)
    assert {clock.about for clock in dispatched.open().values() if clock.clock == "answer_review"} == {
        "callback_review"
    }
    said = dispatched.hear("2026-09-03 11:40", d.SupervisionEnded, result="核实无误", ended="callback_review")
    assert met(said, "answer_review")
