"""A breach that was declared and then contradicted by a fact that the door had received earlier is withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import dispatch as d
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockExtended,
    ClockLapsed,
    ClockMet,
    ClockPaused,
    ClockRederived,
    ClockStopped,
)
from schemas.values import Clock, Tier
from services.sla.core.state import Breached, Paused, Running
from tests.support.sla.story import APPROVER, Ticket, moment


@pytest.fixture
def breached(dispatched: Ticket) -> Ticket:
    """Handling and the citizen's limit were declared missed at 17:30 on 10 September."""
    dispatched.hear("2026-09-03 11:00", d.FirstContactMade, department="housing", method="phone")
    dispatched.wait("2026-09-10 18:00")
    assert isinstance(dispatched.open()["handling"], Breached)
    return dispatched


def test_handled_before_the_due_time_and_heard_after_it(breached: Ticket) -> None:
    reported = moment("2026-09-10 17:29")
    said = breached.late(reported, d.Handled)
    assert {f.clock for f in said if isinstance(f, BreachWithdrawn)} == {Clock.CITIZEN, Clock.HANDLING}
    said = breached.hear("2026-09-10 18:30", d.HandledAccepted, department="housing", handled_at=reported)
    assert {(f.clock, f.late) for f in said if isinstance(f, ClockMet) and f.clock is not Clock.REVIEW} == {
        (Clock.CITIZEN, False),
        (Clock.HANDLING, False),
    }


def test_accepted_with_an_earlier_report_withdraws_even_when_the_report_was_not_heard(breached: Ticket) -> None:
    accepted = {"department": "housing", "handled_at": moment("2026-09-10 17:29")}
    said = breached.late("2026-09-10 17:29", d.HandledAccepted, **accepted)
    kinds = [(type(fact), fact.clock) for fact in said]
    assert kinds.index((BreachWithdrawn, Clock.HANDLING)) < kinds.index((ClockMet, Clock.HANDLING))


def test_a_report_in_time_that_is_sent_back_is_a_breach_again(breached: Ticket) -> None:
    breached.late("2026-09-10 17:29", d.Handled)
    said = breached.hear("2026-09-11 09:10", d.HandledSentBack, department="housing", reason="未办")
    assert {f.clock for f in said if isinstance(f, ClockBreached)} == {Clock.CITIZEN, Clock.HANDLING}
    assert all(f.due == breached.open()[f.clock_id].due for f in said if isinstance(f, ClockBreached))


def test_handled_after_the_due_time_withdraws_nothing(breached: Ticket) -> None:
    said = breached.hear("2026-09-10 18:30", d.Handled)
    assert not any(isinstance(fact, BreachWithdrawn) for fact in said)


def test_an_extension_that_was_asked_in_time_and_heard_late(breached: Ticket) -> None:
    said = breached.late("2026-09-10 17:00", d.ExtensionRequested)
    assert {f.clock for f in said if isinstance(f, BreachWithdrawn)} == {Clock.HANDLING}
    said = breached.hear("2026-09-11 10:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert any(isinstance(fact, ClockExtended) for fact in said)
    assert isinstance(breached.open()["handling"], Running)


def test_an_extension_that_is_granted_on_a_declared_breach_withdraws_it(breached: Ticket) -> None:
    said = breached.hear("2026-09-11 10:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    assert [type(fact) for fact in said] == [BreachWithdrawn, ClockExtended]


def test_a_supervision_order_that_is_taken_back_was_never_missed(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-07 10:00", d.SupervisionOrdered, department="housing", reason="逾期", number=1)
    dispatched.hear("2026-09-07 10:00", d.CallbackReviewOrdered, department="housing", reason="复核")
    dispatched.wait("2026-09-11 09:00")
    said = dispatched.late("2026-09-11 10:00", d.SupervisionEnded, result="收回", reason="breach_withdrawn")
    assert [(type(fact), fact.clock) for fact in said] == [
        (BreachWithdrawn, Clock.SUPERVISION),
        (ClockStopped, Clock.SUPERVISION),
    ]
    assert "callback_review" in dispatched.open()


def test_a_pause_from_before_the_due_time(breached: Ticket) -> None:
    said = breached.late("2026-09-10 17:00", d.InfoAsked, department="housing", question="门牌号？")
    assert [type(f) for f in said if f.clock is Clock.HANDLING] == [BreachWithdrawn, ClockPaused]
    assert isinstance(breached.open()["handling"], Paused)
    assert isinstance(breached.open()["citizen"], Breached)


def test_a_pause_from_after_it_leaves_the_breach(breached: Ticket) -> None:
    breached.hear("2026-09-11 10:00", d.InfoAsked, department="housing", question="门牌号？")
    assert isinstance(breached.open()["handling"], Breached)


def test_a_tier_set_before_the_due_time(breached: Ticket) -> None:
    said = breached.late("2026-09-10 17:00", d.Classified, category="0101-01", tier=Tier.PARTICULARLY_COMPLEX)
    assert [type(f) for f in said if f.clock is Clock.HANDLING] == [BreachWithdrawn, ClockRederived]
    assert breached.due("handling") == "2026-09-23 17:30"


ENDS: list[tuple[type[d.DispatchFact], dict[str, Any]]] = [
    (d.Withdrawn, {"reason": "已解决"}),
    (d.NotAccepted, {"ground": "court", "reason": "诉讼"}),
    (d.Closed, {}),
]


@pytest.mark.parametrize(("fact", "fields"), ENDS)
def test_an_end_before_the_due_time(breached: Ticket, fact: type[d.DispatchFact], fields: dict[str, Any]) -> None:
    said = breached.late("2026-09-10 17:00", fact, **fields)
    assert [type(f) for f in said if f.clock is Clock.HANDLING] == [BreachWithdrawn, ClockStopped]


def test_a_contact_made_in_time(dispatched: Ticket) -> None:
    dispatched.wait("2026-09-04 18:00")
    said = dispatched.late("2026-09-04 16:00", d.FirstContactMade, department="housing", method="phone")
    assert [type(fact) for fact in said] == [BreachWithdrawn, ClockMet]
    assert isinstance(said[1], ClockMet)
    assert not said[1].late


def test_an_answer_that_came_before_a_window_lapsed_meets_it_after_all(dispatched: Ticket) -> None:
    dispatched.hear("2026-09-03 11:00", d.InfoAsked, department="housing", question="门牌号？")
    assert any(isinstance(fact, ClockLapsed) for fact in dispatched.wait("2026-09-30 00:00"))
    said = dispatched.late("2026-09-10 12:00", d.InfoProvided, text="12号")
    assert [(f.clock, f.late) for f in said if isinstance(f, ClockMet)] == [(Clock.NEEDS_INFO, False)]


def test_a_return_that_was_asked_before_the_window_lapsed_meets_it_after_all(dispatched: Ticket) -> None:
    dispatched.wait("2026-09-04 18:00")
    said = dispatched.late("2026-09-04 17:00", d.ReturnRequested)
    assert Clock.RETURN_WINDOW in {f.clock for f in said if isinstance(f, ClockMet) and not f.late}


def test_a_window_that_lapsed_is_not_met_by_the_acceptance_that_is_presumed_of_it(dispatched: Ticket) -> None:
    # given an order that nobody accepted: its window lapses, and by that very moment it counts as accepted
    lapses = dispatched.wait("2026-09-04 17:30")
    assert [fact.clock for fact in lapses if isinstance(fact, ClockLapsed)] == [Clock.RETURN_WINDOW]
    said = dispatched.late("2026-09-04 17:30", d.Accepted, department="housing", presumed=True)
    assert not [fact for fact in said if isinstance(fact, ClockMet)]
    # and an acceptance that was in time, and heard late, meets it still
    late = dispatched.late("2026-09-04 17:00", d.Accepted, department="housing")
    assert [(fact.clock, fact.late) for fact in late if isinstance(fact, ClockMet)] == [(Clock.RETURN_WINDOW, False)]
