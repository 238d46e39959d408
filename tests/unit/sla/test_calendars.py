"""Holidays, make-up days, the turn into an unpublished year, and what a new calendar or a new policy changes."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.service import Cause, Refused
from rulebook import Policy
from rulebook.deriving import ClockRules
from schemas import dispatch as d
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockDueSoon,
    ClockMet,
    ClockRederived,
    ClockResumed,
    ClockStarted,
)
from schemas.owner import Owner
from schemas.values import Clock, OfficialDue, Person, ProvisionalDue, Tier
from services.sla.core.commands import Recalendar, Rederive, Start
from services.sla.core.state import Paused, Running
from services.sla.work import Ruled, decider
from tests.support.sla.story import TICKET, Ticket, moment
from worktime import Calendar, Explanation, Notice, NoticeDay, explain_lines
from worktime.festivals import statutory_days

PUBLISHER = Person(id="p-he", name="何静宜")


@pytest.fixture
def published(rules: ClockRules) -> ClockRules:
    """The same rules once a plain notice of 2027 has been published: statutory days off, nothing moved."""
    days = tuple(NoticeDay(name=name, date=day, is_off_day=True) for day, name in sorted(statutory_days(2027).items()))
    return ClockRules(rules.policy, rules.calendar.with_notice(Notice(year=2027, papers=(), days=days)))


@pytest.mark.parametrize(
    ("opened", "tier", "due"),
    [
        ("2026-02-12 10:00", Tier.SIMPLE, "2026-02-13 17:30"),
        ("2026-02-13 10:00", Tier.SIMPLE, "2026-02-14 17:30"),
        ("2026-02-14 10:00", Tier.SIMPLE, "2026-02-24 17:30"),
        ("2026-02-13 10:00", Tier.COMPLEX, "2026-02-27 17:30"),
        ("2026-02-16 10:00", Tier.COMPLEX, "2026-02-28 17:30"),
        ("2026-02-27 10:00", Tier.SIMPLE, "2026-02-28 17:30"),
        ("2026-09-18 10:00", Tier.SIMPLE, "2026-09-20 17:30"),
        ("2026-09-30 10:00", Tier.COMPLEX, "2026-10-13 17:30"),
        ("2026-10-09 10:00", Tier.SIMPLE, "2026-10-10 17:30"),
    ],
)
def test_the_working_days_of_2026(ticket: Ticket, opened: str, tier: Tier, due: str) -> None:
    ticket.hear(opened, d.Opened, tier=tier)
    assert ticket.due("citizen") == due


def test_the_explanation_names_the_days_that_were_skipped(ticket: Ticket) -> None:
    (started,) = ticket.hear("2026-02-13 10:00", d.Opened)
    assert isinstance(started, ClockStarted)
    told = Explanation.model_validate(started.explanation["budget"])
    text = "\n".join(explain_lines(told))
    assert "春节" in text
    assert "调休" in text
    assert told.policy_version == ticket.rules.policy.version
    assert told.calendar_version == ticket.rules.calendar.version


def test_two_tickets_of_one_day_are_explained_alike_but_for_their_start(rules: ClockRules) -> None:
    first, second = Ticket(rules), Ticket(rules)
    (one,) = first.hear("2026-09-03 10:00", d.Opened)
    (other,) = second.hear("2026-09-03 15:00", d.Opened)
    assert isinstance(one, ClockStarted)
    assert isinstance(other, ClockStarted)
    told = Explanation.model_validate(other.explanation["budget"])
    assert told.started_at == moment("2026-09-03 15:00")
    assert told.days == Explanation.model_validate(one.explanation["budget"]).days


def provisional(ticket: Ticket, clock: str) -> ProvisionalDue:
    due = ticket.open()[clock].due
    assert isinstance(due, ProvisionalDue)
    return due


def test_a_due_time_beyond_the_published_year_is_provisional(ticket: Ticket) -> None:
    ticket.hear("2026-12-28 10:00", d.Opened)
    due = provisional(ticket, "citizen")
    assert due.earliest == due.latest == moment("2027-01-05 17:30")


def test_before_an_unpublished_festival_it_has_two_bounds(ticket: Ticket) -> None:
    ticket.hear("2027-01-28 10:00", d.Opened)
    due = provisional(ticket, "citizen")
    assert (due.earliest, due.latest) == (moment("2027-02-02 17:30"), moment("2027-02-16 17:30"))


def test_reminders_go_by_the_earliest_and_breaches_by_the_latest(ticket: Ticket) -> None:
    ticket.hear("2027-01-28 10:00", d.Opened)
    due = provisional(ticket, "citizen")
    (soon,) = ticket.wait(due.earliest)
    assert isinstance(soon, ClockDueSoon)
    (breach,) = ticket.wait(due.latest)
    assert isinstance(breach, ClockBreached)
    assert breach.due == due


def test_a_calendar_makes_provisional_due_times_official_each_with_an_event(
    ticket: Ticket, published: ClockRules
) -> None:
    ticket.hear("2026-12-28 10:00", d.Opened)
    ticket.hear("2026-12-28 10:20", d.Dispatched)
    ticket.rules = published
    said = ticket.ask(moment("2026-12-28 11:00"), Recalendar(PUBLISHER))
    assert {(type(fact), fact.clock_id) for fact in said} == {(ClockRederived, "citizen"), (ClockRederived, "handling")}
    for fact in said:
        assert isinstance(fact, ClockRederived)
        assert fact.because == "calendar"
        assert isinstance(fact.was, ProvisionalDue)
        assert isinstance(fact.due, OfficialDue)
        assert fact.explanation["budget"]["calendar_version"] == published.calendar.version
    assert ticket.ask(moment("2026-12-28 11:00"), Recalendar(PUBLISHER)) == []


def test_a_calendar_that_arrives_after_the_official_due_time_brings_the_breach_at_once(
    ticket: Ticket, published: ClockRules
) -> None:
    ticket.hear("2027-01-28 10:00", d.Opened)
    arrived = moment("2027-02-12 09:00")
    ticket.wait(arrived)
    assert isinstance(ticket.open()["citizen"], Running)
    ticket.rules = published
    moved, breached = ticket.ask(arrived, Recalendar(PUBLISHER))
    assert isinstance(moved, ClockRederived)
    assert moved.due == OfficialDue(at=moment("2027-02-04 17:30"))
    assert isinstance(breached, ClockBreached)


@pytest.fixture
def corrected(published: ClockRules) -> ClockRules:
    """A second notice of 2027, which gives Monday, 4 January off as well."""
    off = NoticeDay(name="元旦", date=date(2027, 1, 4), is_off_day=True)
    days = tuple(NoticeDay(name=name, date=day, is_off_day=True) for day, name in sorted(statutory_days(2027).items()))
    return ClockRules(published.policy, published.calendar.with_notice(Notice(year=2027, papers=(), days=(*days, off))))


def test_a_corrected_calendar_moves_every_open_due_time_that_it_changes(
    ticket: Ticket, published: ClockRules, corrected: ClockRules
) -> None:
    ticket.rules = published
    ticket.hear("2026-12-28 10:00", d.Opened)
    ticket.hear("2026-12-28 10:20", d.Dispatched)
    assert isinstance(ticket.open()["handling"].due, OfficialDue)
    ticket.rules = corrected
    said = ticket.ask(moment("2026-12-28 11:00"), Recalendar(PUBLISHER))
    assert {(fact.clock, fact.because) for fact in said if isinstance(fact, ClockRederived)} == {
        (Clock.CITIZEN, "calendar"),
        (Clock.HANDLING, "calendar"),
    }
    assert ticket.due("handling") == "2027-01-06 17:30"


def test_a_corrected_calendar_takes_back_a_breach_of_a_day_that_was_off(
    ticket: Ticket, published: ClockRules, corrected: ClockRules
) -> None:
    ticket.rules = published
    ticket.hear("2026-12-28 10:00", d.Opened)
    ticket.wait("2027-01-05 18:00")
    ticket.rules = corrected
    said = ticket.ask(moment("2027-01-05 18:00"), Recalendar(PUBLISHER))
    assert [type(fact) for fact in said] == [BreachWithdrawn, ClockRederived, ClockDueSoon]
    assert [type(fact) for fact in ticket.wait("2027-01-06 17:30")] == [ClockBreached]


def test_an_order_to_derive_again_leaves_a_clock_that_stands_still_under_the_same_limit(
    ticket: Ticket, corrected: ClockRules
) -> None:
    ticket.hear("2026-12-28 10:00", d.Opened, tier=Tier.URGENT)
    ticket.hear("2026-12-28 10:20", d.Dispatched, tier=Tier.URGENT)
    ticket.hear(
        "2026-12-28 11:00", d.Suspended, department="housing", ground="litigation", until=moment("2027-01-20 12:00")
    )
    assert isinstance(ticket.open()["handling"], Paused)
    assert ticket.ask(moment("2026-12-28 15:00"), Rederive(frozenset(), "policy", PUBLISHER)) == []
    ticket.rules = corrected
    assert ticket.ask(moment("2026-12-28 15:00"), Recalendar(PUBLISHER)) == []


def test_what_is_met_between_the_bounds_is_met_in_time(ticket: Ticket) -> None:
    ticket.hear("2027-01-28 10:00", d.Opened)
    said = ticket.hear("2027-02-12 10:00", d.SettledAtUnit, reply="已办")
    assert [fact.late for fact in said if isinstance(fact, ClockMet)] == [False]


def test_a_changed_policy_concerns_new_clocks_only(dispatched: Ticket, longer: ClockRules) -> None:
    dispatched.rules = longer
    assert dispatched.due("handling") == "2026-09-10 17:30"
    dispatched.hear("2026-09-04 10:00", d.InfoAsked, department="housing", question="门牌号？")
    dispatched.hear("2026-09-04 10:00", d.InfoProvided, text="12号")
    assert dispatched.due("handling") == "2026-09-10 17:30"
    dispatched.hear("2026-09-07 10:00", d.Dispatched, lead="greening", order=2)
    assert dispatched.due("handling-2") == "2026-09-15 17:30"


def test_an_order_derives_open_clocks_again_under_the_new_policy(dispatched: Ticket, longer: ClockRules) -> None:
    dispatched.rules = longer
    (moved,) = dispatched.ask(
        moment("2026-09-04 10:00"), Rederive(frozenset({Clock.HANDLING}), "policy-2026-2", PUBLISHER)
    )
    assert isinstance(moved, ClockRederived)
    assert (moved.clock_id, moved.because, moved.ordered_by) == ("handling", "policy-2026-2", PUBLISHER)
    assert dispatched.due("handling") == "2026-09-11 17:30"
    assert moved.explanation["budget"]["policy_version"] == "next"


@pytest.fixture
def longer(policy: Policy, calendar: Calendar) -> ClockRules:
    """A later policy that gives six working days for a complex matter."""
    handling = policy.limit(Clock.HANDLING)
    budget = handling.budget.model_copy(update={"amount": 6})
    clocks = tuple(
        limit.model_copy(update={"budget": budget}) if limit.clock is Clock.HANDLING else limit
        for limit in policy.limits.clocks
    )
    limits = policy.limits.model_copy(update={"clocks": clocks})
    fields = {name: getattr(policy, name) for name in Policy.model_fields}
    return ClockRules(Policy.model_construct(**(fields | {"limits": limits, "version": "next"})), calendar)


def test_a_moment_beyond_the_calendar_parks_its_ticket_and_ends_nothing(policy: Policy, rules: ClockRules) -> None:
    cause = Cause("c-1", TICKET, moment("2050-12-30 10:00"))
    asked = Ruled(TICKET, Start(Clock.HANDLING, Owner("department:housing")), rules)
    with pytest.raises(Refused, match="outside 2004-01-01 to 2050-12-31"):
        decider(policy, {}, ()).decide(None, asked, cause)


def test_a_supporting_task_that_was_late_and_is_sent_back_before_its_new_due_time_is_late_no_more(
    rules: ClockRules, dispatched: Ticket
) -> None:
    task = {"department": "greening"}
    dispatched.hear("2026-09-03 11:00", d.SupportTaskOpened, blocking=True, **task)
    dispatched.hear("2026-09-09 09:00", d.SupportTaskDone, reply="已修剪", **task)
    off = {**statutory_days(2026), date(2026, 9, 8): "专项假"}
    days = tuple(NoticeDay(name=name, date=day, is_off_day=True) for day, name in sorted(off.items()))
    dispatched.rules = ClockRules(rules.policy, rules.calendar.with_notice(Notice(year=2026, papers=(), days=days)))
    said = dispatched.late("2026-09-09 10:00", d.SupportTaskSentBack, reason="未清运", **task)
    assert [type(fact) for fact in said] == [BreachWithdrawn, ClockResumed]
    assert dispatched.due("supporting_task") == "2026-09-09 17:30"
    assert [fact.clock_id for fact in dispatched.wait("2026-09-09 17:30") if isinstance(fact, ClockBreached)] == [
        "supporting_task"
    ]
