"""A state is the fold of its facts and its timers are what it wants: every way to differ is found."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chassis.service import NextTimer
from schemas.clocks import BreachWithdrawn, ClockBreached, ClockLapsed
from schemas.message import Message
from schemas.notices import NoticeDelivered, NoticeGivenUp, NoticeRequested
from schemas.owner import Owner
from schemas.values import Clock, OfficialDue
from services.notify.core.ledger import NoticeLedger
from tests.support.verify import LIFE, MONDAY, TICKET
from tools.verify.deliveries import delivered_once
from tools.verify.folds import FOLDS, Fact, fold_kept, runs_out_once, timer_kept
from tools.verify.rows import DeliveryRow, TimerRow

DUE = MONDAY + timedelta(days=1)
REQUESTED = NoticeRequested(
    ticket=TICKET, notice="n-1", audience=Owner("requester"), template="receipt", way="sms", not_before=MONDAY
)
DELIVERED = NoticeDelivered(ticket=TICKET, notice="n-1", way="sms", attempts=1)
GIVEN_UP = NoticeGivenUp(ticket=TICKET, notice="n-1", way="sms", attempts=5, error="timeout")


def folded(service: str, facts: list[Fact]) -> object:
    state = None
    for fact, at in facts:
        state = FOLDS[service].evolve(state, fact, at)
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("service", "facts"),
    [
        ("dispatch", [(fact, at) for at, fact in LIFE]),
        ("notify", [(REQUESTED, MONDAY), (DELIVERED, MONDAY)]),
    ],
)
def test_a_state_that_lost_a_fact_or_its_row_is_found(service: str, facts: list[Fact]) -> None:
    whole, short = folded(service, facts), folded(service, facts[:-1])
    read_back = FOLDS[service].state.validate_json(FOLDS[service].state.dump_json(whole))

    assert list(fold_kept(service, TICKET, read_back, facts)) == []
    assert [found.subject for found in fold_kept(service, TICKET, short, facts)] == [TICKET]
    assert [found.subject for found in fold_kept(service, TICKET, None, facts)] == [TICKET]


def test_a_state_that_was_changed_by_hand_is_found_and_the_field_is_named() -> None:
    (found,) = fold_kept("notify", TICKET, NoticeLedger(notices={"n-1": "given_up"}), [(REQUESTED, MONDAY)])

    assert "notices" in found.text


def breach(kind: type[ClockBreached | ClockLapsed] = ClockBreached) -> Message:
    return kind(ticket=TICKET, clock_id="handling", clock=Clock.HANDLING, owner=Owner("x"), due=OfficialDue(at=DUE))


def test_a_clock_that_ran_out_early_or_twice_is_found() -> None:
    withdrawn = BreachWithdrawn(
        ticket=TICKET, clock_id="handling", clock=Clock.HANDLING, owner=Owner("x"), reason="earlier_fact"
    )
    early = DUE - timedelta(microseconds=1)

    assert list(runs_out_once(TICKET, [(breach(), DUE), (withdrawn, DUE), (breach(), DUE)])) == []
    assert len(list(runs_out_once(TICKET, [(breach(), early)]))) == 1
    assert len(list(runs_out_once(TICKET, [(breach(ClockLapsed), early)]))) == 1
    assert len(list(runs_out_once(TICKET, [(breach(), DUE), (breach(), DUE)]))) == 1


def timer(status: str, *, due: datetime = DUE, now: datetime = DUE) -> TimerRow:
    return TimerRow(TICKET, "handling.due.0", due, status, now)


WANTED = NextTimer(DUE, "handling.due.0")


def test_timers_that_are_as_wanted_are_clean() -> None:
    assert list(timer_kept(TICKET, WANTED, timer("pending"), MONDAY)) == []
    assert list(timer_kept(TICKET, WANTED, timer("fired"), MONDAY)) == []
    assert list(timer_kept(TICKET, None, timer("fired"), MONDAY)) == []
    assert list(timer_kept(TICKET, None, timer("cancelled"), MONDAY)) == []
    assert list(timer_kept(TICKET, None, None, MONDAY)) == []


@pytest.mark.parametrize(
    ("wanted", "row", "overdue_at"),
    [
        pytest.param(WANTED, None, MONDAY, id="never set"),
        pytest.param(WANTED, timer("cancelled"), MONDAY, id="cancelled, yet wanted"),
        pytest.param(WANTED, timer("fired", due=MONDAY), MONDAY, id="set for another moment"),
        pytest.param(None, timer("pending"), MONDAY, id="pending, and nobody wants it"),
        pytest.param(WANTED, timer("pending"), DUE, id="forgotten"),
        pytest.param(None, timer("fired", now=MONDAY), MONDAY, id="fired early"),
    ],
)
def test_a_timer_that_is_not_as_wanted_is_found(
    wanted: NextTimer | None, row: TimerRow | None, overdue_at: datetime
) -> None:
    assert [found.subject for found in timer_kept(TICKET, wanted, row, overdue_at)] == [TICKET]


def delivery(status: str, *, delivered: int = 0, untold: int = 0) -> DeliveryRow:
    return DeliveryRow(TICKET, "n-1", "requester", status, delivered, untold)


def test_a_notice_with_one_request_and_one_end_is_clean() -> None:
    assert list(delivered_once(TICKET, [REQUESTED], [delivery("pending")])) == []
    assert list(delivered_once(TICKET, [REQUESTED, DELIVERED], [delivery("delivered", delivered=1)])) == []
    assert list(delivered_once(TICKET, [REQUESTED, GIVEN_UP], [delivery("given_up")])) == []
    assert list(delivered_once(TICKET, [REQUESTED], [delivery("delivered", delivered=1, untold=1)])) == []


@pytest.mark.parametrize(
    ("facts", "rows"),
    [
        pytest.param([REQUESTED, REQUESTED], [delivery("pending")], id="asked twice"),
        pytest.param([], [delivery("pending")], id="never asked"),
        pytest.param([REQUESTED, DELIVERED, DELIVERED], [delivery("delivered", delivered=1)], id="delivered twice"),
        pytest.param([REQUESTED, DELIVERED, GIVEN_UP], [delivery("delivered", delivered=1)], id="two ends"),
        pytest.param([REQUESTED], [], id="lost on the way"),
        pytest.param([REQUESTED], [delivery("delivered", delivered=1)], id="delivered and never told"),
        pytest.param([REQUESTED, DELIVERED], [delivery("delivered")], id="delivered by no attempt"),
    ],
)
def test_a_notice_without_exactly_one_end_is_found(facts: list[Message], rows: list[DeliveryRow]) -> None:
    found = list(delivered_once(TICKET, facts, rows))

    assert found
    assert {each.subject for each in found} == {TICKET}
