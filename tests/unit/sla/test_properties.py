"""Whatever happens to a ticket, in whatever order, these hold of its clocks."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st

from rulebook.deriving import ClockRules
from schemas import dispatch as d
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockExtended,
    ClockFact,
    ClockLapsed,
    ClockMet,
    ClockPaused,
    ClockRederived,
    ClockResumed,
    ClockStarted,
)
from schemas.values import Clock, Tier, Upstream, breach_by
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks, timer
from tests.support.sla.story import APPROVER, TICKET, Ticket, moment

Step = tuple[type[d.DispatchFact], dict[str, Any]]

OWNER: Final = re.compile(r"department:[a-z-]+|office:p-[a-z]+|unit:unit-\d\d|requester|callback")
START: Final = moment("2026-09-24 10:00")
HOUSING: Final = {"department": "housing"}
STEPS: Final[list[Step]] = [
    (d.Classified, {"category": "0101-01", "tier": Tier.URGENT}),
    (d.Classified, {"category": "0101-01", "tier": Tier.SIMPLE}),
    (d.Classified, {"category": "0101-01", "tier": Tier.PARTICULARLY_COMPLEX}),
    (d.DispatchAwaited, {"reason": "no_category"}),
    (d.Dispatched, {}),
    (d.Dispatched, {"lead": "greening", "binding": True}),
    (d.Accepted, HOUSING),
    (d.ReturnRequested, {}),
    (d.ReturnUpheld, HOUSING | {"reason": "非你局"}),
    (d.ReturnOverruled, HOUSING | {"reason": "属你局"}),
    (d.AdjudicationOpened, {"departments": ["housing", "greening"], "reason": "twice"}),
    (d.Adjudicated, {"lead": "housing", "reason": "归口"}),
    (d.FirstContactMade, HOUSING | {"method": "phone"}),
    (d.InfoAsked, HOUSING | {"question": "?"}),
    (d.InfoAsked, {"question": "?"}),
    (d.InfoProvided, {"text": "!"}),
    (d.InfoTimedOut, {}),
    (d.SupportTaskOpened, {"department": "greening", "blocking": True}),
    (d.SupportTaskDone, {"department": "greening", "reply": "好"}),
    (d.SupportTaskSentBack, {"department": "greening", "reason": "否"}),
    (d.Handled, {}),
    (d.HandledSentBack, HOUSING | {"reason": "否"}),
    (d.HandledAccepted, HOUSING),
    (d.ExtensionRequested, {}),
    (d.ExtensionGranted, HOUSING | {"days": 3, "reason": "可", "by": APPROVER}),
    (d.ExtensionRefused, HOUSING | {"reason": "否"}),
    (d.SuspensionRequested, {"until": START + timedelta(days=40)}),
    (d.Suspended, {"until": START + timedelta(days=40), "by": APPROVER}),
    (d.SuspensionRefused, HOUSING | {"reason": "否"}),
    (d.SuspensionEnded, HOUSING | {"reason": "到期"}),
    (d.Committed, HOUSING | {"promised": START + timedelta(days=30), "text": "月底"}),
    (d.CallbackAwaited, {"round": 0, "attempts": 3}),
    (d.CallbackAppointed, {"at": START + timedelta(days=20)}),
    (d.CallbackGivenUp, {"attempts": 3}),
    (d.ReworkOrdered, HOUSING | {"round": 1, "reason": "unsolved"}),
    (d.SupervisionOrdered, HOUSING | {"reason": "逾期", "number": 1}),
    (d.SupervisionAnswered, HOUSING | {"report": "已办"}),
    (d.CallbackReviewOrdered, HOUSING | {"reason": "复核"}),
    (d.Merged, {"into": "26091403000183", "reason": "重复"}),
    (d.Unmerged, {"into": "26091403000183", "reason": "不同"}),
    (d.Reopened, {"reason": "复发", "count": 1}),
]
SENT: Final = (
    st.datetimes(timezones=st.just(UTC))
    | st.datetimes(datetime(2003, 1, 1), datetime(2052, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone told beside
)
"""Whatever instant somebody outside may write, the years next to the calendar's ends above all."""
ENDS: Final[list[Step]] = [
    (d.Closed, {}),
    (d.Withdrawn, {"reason": "已解决"}),
    (d.NotAccepted, {"ground": "court", "reason": "诉讼"}),
    (d.Transferred, {"to": "city", "reason": "市级"}),
    (d.Merged, {"into": "26091403000183", "reason": "重复"}),
]
Plan = list[tuple[Step, int]]
PLANS: Final = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4000)), max_size=14)


def live(rules: ClockRules, plan: Plan) -> tuple[Ticket, datetime]:
    """A ticket that lived through a plan: what happened, and how many minutes after what was before."""
    ticket, at = Ticket(rules), START
    ticket.hear(at, d.Opened)
    for (fact, fields), minutes in plan:
        at += timedelta(minutes=minutes)
        more = {"handled_at": at - timedelta(minutes=30)} if fact is d.HandledAccepted else {}
        check_dues(ticket, ticket.hear(at, fact, **fields, **more))
    return ticket, at


def check_dues(ticket: Ticket, said: list[ClockFact]) -> None:
    """Every due time that stands now was the last one said of its clock, and each move was said with its reason."""
    for fact in said:
        if isinstance(fact, ClockStarted | ClockResumed | ClockExtended | ClockRederived):
            later = [f for f in said[said.index(fact) + 1 :] if f.clock_id == fact.clock_id and hasattr(f, "due")]
            clock = ticket.open().get(fact.clock_id)
            assert later or clock is None or clock.due == fact.due


@given(plan=PLANS)
def test_every_open_clock_has_an_owner_and_an_id_of_its_own(rules: ClockRules, plan: Plan) -> None:
    ticket, _ = live(rules, plan)
    assert all(OWNER.fullmatch(clock.owner) for clock in ticket.open().values())
    ids = [fact.clock_id for fact in ticket.said if isinstance(fact, ClockStarted)]
    assert len(ids) == len(set(ids))


@given(plan=PLANS)
def test_the_citizens_clock_never_pauses_never_resets_and_is_one(rules: ClockRules, plan: Plan) -> None:
    ticket, _ = live(rules, plan)
    citizens = [fact for fact in ticket.said if fact.clock is Clock.CITIZEN]
    assert not any(isinstance(fact, ClockPaused | ClockExtended) for fact in citizens)
    assert Counter(type(fact) for fact in citizens)[ClockStarted] == 1
    for fact in citizens:
        if isinstance(fact, ClockStarted | ClockResumed | ClockRederived):
            told = fact.explanation["budget"]
            assert (told["pauses"], told["extensions"], told["fresh_starts"]) == ([], [], [])
            assert datetime.fromisoformat(told["started_at"]) == START


@given(plan=PLANS)
def test_the_citizens_due_time_moves_for_a_tier_alone(rules: ClockRules, plan: Plan) -> None:
    ticket, _ = live(rules, plan)
    moves = {fact.because for fact in ticket.said if isinstance(fact, ClockRederived) and fact.clock is Clock.CITIZEN}
    assert moves <= {"tier"}


@given(plan=PLANS)
def test_no_due_time_is_said_to_move_to_where_it_was(rules: ClockRules, plan: Plan) -> None:
    ticket, _ = live(rules, plan)
    assert not [fact for fact in ticket.said if isinstance(fact, ClockRederived) and fact.due == fact.was]


@given(plan=PLANS, end=st.sampled_from(ENDS), lag=st.integers(0, 5000))
def test_no_clock_runs_for_a_ticket_that_has_ended(rules: ClockRules, plan: Plan, end: Step, lag: int) -> None:
    ticket, at = live(rules, plan)
    fact, fields = end
    if fact is d.Closed:
        # What outlives the closing is a review of the city's verdict alone: dispatch ends any other before it.
        ticket.hear(at + timedelta(minutes=lag), d.SupervisionEnded, result="工单已结束")
    ticket.hear(at + timedelta(minutes=lag), fact, **fields)
    assert {clock.clock for clock in ticket.open().values()} <= {Clock.REOPEN_WINDOW, Clock.REFERRAL, Clock.COMMITMENT}
    assert fact is d.Closed or Clock.COMMITMENT not in {clock.clock for clock in ticket.open().values()}
    ticket.wait(at + timedelta(days=90))
    assert ticket.open().keys() <= {"referral"}


@given(plan=PLANS)
def test_nothing_that_time_brings_about_is_dated_before_what_caused_it(rules: ClockRules, plan: Plan) -> None:
    ticket, at = Ticket(rules), START
    opened: Step = (d.Opened, {})
    for (fact, fields), minutes in [(opened, 0), *plan]:
        ticket.wait(at + timedelta(minutes=minutes) - timedelta(microseconds=1))
        at += timedelta(minutes=minutes)
        more = {"handled_at": at} if fact is d.HandledAccepted else {}
        ticket.late(at, fact, **fields, **more)
        wanted = timer(ticket.state) if ticket.state is not None else None
        assert wanted is None or wanted.due >= at


@given(plan=PLANS)
@example(
    plan=[
        ((d.Classified, {"category": "0101-01", "tier": Tier.URGENT}), 0),
        ((d.SupportTaskOpened, {"department": "greening", "blocking": True}), 0),
        ((d.SupportTaskDone, {"department": "greening", "reply": "好"}), 721),
        ((d.SupportTaskSentBack, {"department": "greening", "reason": "否"}), 0),
    ]
)
def test_nothing_is_declared_early_or_twice(rules: ClockRules, plan: Plan) -> None:
    ticket, at = live(rules, plan)
    ticket.wait(at + timedelta(days=200))
    standing: Counter[str] = Counter()
    for fact in ticket.said:
        if isinstance(fact, ClockBreached | ClockLapsed):
            assert breach_by(fact.due) <= at + timedelta(days=200)
            standing[fact.clock_id] += 1
        elif isinstance(fact, BreachWithdrawn):
            standing[fact.clock_id] -= 1
        assert standing[fact.clock_id] in (0, 1)


@given(plan=PLANS)
def test_the_state_is_the_fold_of_what_was_said(rules: ClockRules, plan: Plan) -> None:
    ticket, at = Ticket(rules), START
    folded: Clocks | None = None
    opened: Step = (d.Opened, {})
    for (fact, fields), minutes in [(opened, 0), *plan]:
        at += timedelta(minutes=minutes)
        more = {"handled_at": at} if fact is d.HandledAccepted else {}
        for said in ticket.late(at, fact, **fields, **more):
            folded = evolve(folded, said, at)
    assert folded is not None
    assert Clocks.model_validate_json(folded.model_dump_json()) == ticket.state


@given(minutes=st.integers(1, 20_000), lag=st.integers(0, 20_000))
def test_how_late_a_fact_is_heard_changes_no_verdict(rules: ClockRules, minutes: int, lag: int) -> None:
    at = START + timedelta(minutes=minutes)
    verdicts = []
    for heard_at in (at, at + timedelta(minutes=lag)):
        ticket = Ticket(rules)
        ticket.hear(START, d.Opened)
        ticket.hear(START, d.Dispatched)
        ticket.wait(heard_at - timedelta(microseconds=1))
        ticket.late(at, d.FirstContactMade, department="housing", method="phone")
        ticket.late(at, d.HandledAccepted, department="housing", handled_at=at)
        met = {fact.clock: fact.late for fact in ticket.said if isinstance(fact, ClockMet)}
        breaches = Counter(fact.clock for fact in ticket.said if isinstance(fact, ClockBreached))
        breaches.subtract(fact.clock for fact in ticket.said if isinstance(fact, BreachWithdrawn))
        verdicts.append((met, +breaches))
        assert all(late == (breaches[clock] == 1) for clock, late in met.items())
    assert verdicts[0] == verdicts[1]


@given(upstream=SENT, promised=SENT, until=SENT, appointed=SENT, minutes=st.integers(1, 4000))
def test_no_date_that_anybody_sends_ends_the_service(
    rules: ClockRules, upstream: datetime, promised: datetime, until: datetime, appointed: datetime, minutes: int
) -> None:
    ticket, span = Ticket(rules), timedelta(minutes=minutes)
    ticket.hear(START, d.Opened, upstream=Upstream(number="1", due=upstream))
    ticket.hear(START + span, d.Dispatched)
    ticket.late(START + 2 * span, d.Committed, **HOUSING, promised=promised, text="月底")
    ticket.late(START + 3 * span, d.SuspensionRequested, until=until)
    ticket.late(START + 4 * span, d.Suspended, until=until, by=APPROVER)
    ticket.late(START + 5 * span, d.SuspensionEnded, **HOUSING, reason="到期")
    ticket.late(START + 6 * span, d.Handled)
    ticket.late(START + 7 * span, d.HandledAccepted, **HOUSING, handled_at=START + 6 * span)
    ticket.late(START + 7 * span, d.CallbackAwaited, round=0, attempts=3)
    ticket.late(START + 8 * span, d.CallbackAppointed, at=appointed)
    month = START + 8 * span + timedelta(days=rules.policy.limits.callback_within_days + 15)
    assert breach_by(ticket.open()["callback"].due) < month


@given(at=SENT)
def test_a_city_due_time_before_the_calendar_begins_is_still_the_due_time(rules: ClockRules, at: datetime) -> None:
    ticket = Ticket(rules)
    ticket.hear(START, d.Opened, upstream=Upstream(number="1", due=at))
    due = breach_by(ticket.open()["citizen"].due)
    assert due == min(at, moment("2026-10-09 17:30"))


AWAY: Final[list[Step]] = [
    *ENDS,
    (d.Dispatched, {"lead": "greening", "binding": True}),
    (d.DepartmentReplaced, {"replaced": "housing", "department": "greening", "reason": "机构改革"}),
    (d.SplitUp, {"parts": [f"{TICKET}-1"], "texts": ["甲"], "categories": [""], "reason": "两事"}),
    (d.SupportTaskEnded, {"department": "greening"}),
]
"""Whatever takes a ticket, or a task of it, away from whoever had it."""


def missed(ticket: Ticket) -> set[str]:
    """The clocks of which a breach stands: said, and not taken back."""
    said: set[str] = set()
    for fact in ticket.said:
        if isinstance(fact, ClockBreached):
            said.add(fact.clock_id)
        elif isinstance(fact, BreachWithdrawn):
            said.discard(fact.clock_id)
    return said


def met(ticket: Ticket) -> set[str]:
    """The clocks that were met in time."""
    return {fact.clock_id for fact in ticket.said if isinstance(fact, ClockMet) and not fact.late}


_MOMENT = timedelta(microseconds=1)


@given(plan=PLANS, away=st.sampled_from(AWAY), which=st.integers(0, 9))
@example(plan=[((d.Dispatched, {}), 1)], away=AWAY[1], which=0)
@example(plan=[((d.DispatchAwaited, {"reason": "no_category"}), 0)], away=AWAY[len(ENDS)], which=0)
@example(plan=[((d.Classified, {"category": "0101-01", "tier": Tier.URGENT}), 0)], away=AWAY[len(ENDS)], which=0)
def test_what_is_due_in_the_moment_in_which_it_is_taken_away_is_late(
    rules: ClockRules, plan: Plan, away: Step, which: int
) -> None:
    ticket, at = live(rules, plan)
    dues = sorted({breach_by(clock.due) for clock in ticket.open().values() if breach_by(clock.due) > at})
    if not dues:
        return
    due = dues[which % len(dues)]
    in_that_moment, afterwards = (_taken_away(rules, plan, away, moment) for moment in (due, due + _MOMENT))
    # What the same fact meets, such as the limit for dispatching, was met in time.
    assert missed(in_that_moment) == missed(afterwards) - met(in_that_moment)


def _taken_away(rules: ClockRules, plan: Plan, away: Step, moment: datetime) -> Ticket:
    fact, fields = away
    ticket, _ = live(rules, plan)
    ticket.hear(moment, fact, **fields)
    ticket.wait(moment)
    return ticket
