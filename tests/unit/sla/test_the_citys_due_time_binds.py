"""Of two due times the earlier wins: what the city asks for binds the department as it binds the centre."""

from __future__ import annotations

from schemas import dispatch as d
from schemas.clocks import ClockBreached, ClockExtended, ClockRetiered, ClockStarted
from schemas.values import Clock, Tier, Upstream
from services.trace.edges.answers import Answers
from services.trace.edges.calendars import Calendars
from services.trace.edges.words import Words
from tests.support.sla.story import APPROVER, Ticket, moment

CITY = Upstream(number="SH-1", due=moment("2026-09-07 12:00"))


def test_a_department_is_told_the_citys_due_time_where_it_is_earlier(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    said = ticket.hear("2026-09-03 10:20", d.Dispatched)
    (handling,) = [fact for fact in said if isinstance(fact, ClockStarted) and fact.clock is Clock.HANDLING]
    ticket.hear("2026-09-03 10:20", d.SupportTaskOpened, department="greening", blocking=True)
    assert ticket.due("handling") == ticket.due("supporting_task") == "2026-09-07 12:00"
    assert handling.explanation["binding"] == "upstream"
    assert [(cap["kind"], cap["number"]) for cap in handling.explanation["caps"]] == [("upstream", "SH-1")]


def test_an_extension_cannot_move_a_department_beyond_the_citys_due_time(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-04 10:00", d.ExtensionRequested)
    said = ticket.hear("2026-09-04 11:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    (extended,) = [fact for fact in said if isinstance(fact, ClockExtended)]
    assert extended.explanation["binding"] == "upstream"
    assert ticket.due("handling") == "2026-09-07 12:00"


def test_a_tier_that_gives_more_time_leaves_the_citys_due_time(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    said = ticket.hear("2026-09-03 11:00", d.Classified, category="0101-01", tier=Tier.PARTICULARLY_COMPLEX)
    assert ticket.due("handling") == ticket.due("citizen") == "2026-09-07 12:00"
    # and nobody is told that it moved
    assert {type(fact) for fact in said} == {ClockRetiered}
    assert {fact.clock for fact in said} >= {Clock.CITIZEN, Clock.HANDLING}


def test_a_lead_that_is_named_after_the_citys_due_time_has_its_own_limit(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-03 10:30", d.FirstContactMade, department="housing", method="phone")
    ticket.hear("2026-09-07 10:00", d.ReturnRequested)
    ticket.hear("2026-09-07 14:00", d.ReturnUpheld, department="housing", reason="非你局")
    ticket.hear("2026-09-07 14:10", d.Dispatched, lead="greening", order=2)
    assert ticket.due("handling-2") == "2026-09-14 17:30"
    assert {"citizen"} == {fact.clock for fact in ticket.said if isinstance(fact, ClockBreached)}


def test_rework_and_a_reopened_order_after_the_citys_due_time_are_not_born_breached(ticket: Ticket) -> None:
    reported = moment("2026-09-04 15:00")
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-03 10:30", d.FirstContactMade, department="housing", method="phone")
    ticket.hear(reported, d.Handled)
    ticket.hear("2026-09-04 16:00", d.HandledAccepted, department="housing", handled_at=reported)
    ticket.hear("2026-09-07 14:00", d.ReworkOrdered, department="housing", round=1, reason="unsolved")
    assert ticket.due("rework") == "2026-09-10 17:30"
    ticket.hear("2026-09-08 10:00", d.Closed)
    ticket.hear("2026-09-09 10:00", d.Reopened, reason="复发", count=1)
    ticket.hear("2026-09-09 10:00", d.Dispatched, order=2)
    assert ticket.due("handling-2") == "2026-09-16 17:30"
    assert not [fact for fact in ticket.said if isinstance(fact, ClockBreached)]


def test_the_citys_due_time_that_passes_while_a_department_stands_still_is_not_its_lateness(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-03 10:30", d.FirstContactMade, department="housing", method="phone")
    ticket.hear("2026-09-04 09:00", d.InfoAsked, department="housing", question="门牌号？")
    ticket.hear("2026-09-08 09:00", d.InfoProvided, text="12号")
    assert ticket.due("handling") == "2026-09-14 17:30"
    assert {"citizen"} == {fact.clock for fact in ticket.said if isinstance(fact, ClockBreached)}


def test_standing_still_until_before_the_citys_due_time_leaves_it_standing(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-04 09:00", d.InfoAsked, department="housing", question="门牌号？")
    ticket.hear("2026-09-07 09:00", d.InfoProvided, text="12号")
    assert ticket.due("handling") == "2026-09-07 12:00"


def test_an_extension_that_is_granted_after_the_citys_due_time_charges_the_wait_to_the_centre(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    ticket.hear("2026-09-03 10:30", d.FirstContactMade, department="housing", method="phone")
    ticket.hear("2026-09-07 10:00", d.ExtensionRequested)
    ticket.hear("2026-09-08 10:00", d.ExtensionGranted, department="housing", days=3, reason="可", by=APPROVER)
    ticket.wait("2026-09-09 10:00")
    assert {"citizen", "approval"} == {fact.clock for fact in ticket.said if isinstance(fact, ClockBreached)}


def test_why_due_names_the_citys_number_and_says_that_it_decided(ticket: Ticket) -> None:
    ticket.hear("2026-09-03 10:00", d.Opened, upstream=CITY)
    said = ticket.hear("2026-09-03 10:20", d.Dispatched)
    (handling,) = [fact for fact in said if isinstance(fact, ClockStarted) and fact.clock is Clock.HANDLING]
    policy = ticket.rules.policy
    lines = Answers(Words(policy), Calendars(ticket.rules.calendar), ticket.rules.hours).lines(handling.explanation)
    assert "市级时限 SH-1" in lines[-1]
    assert lines[-1].endswith("，以此为准")
