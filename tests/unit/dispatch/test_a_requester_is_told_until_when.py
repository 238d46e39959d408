"""What is said to a requester names the date of their own clock, as sla counts it, and of no other one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rulebook.deriving import ClockRules
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, OfficialDue, Tier, Upstream
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, CATEGORY, LEAD, Story, opened
from tools.layout import POLICY
from worktime import load_calendar


def counted(story: Story) -> Story:
    """The same under rules that know the calendar."""
    clocks = ClockRules(story.rules.policy, load_calendar(POLICY / "calendar"))
    return replace(story, rules=replace(story.rules, clocks=clocks))


def citizens(story: Story, tier: Tier, upstream: Upstream | None = None) -> object:
    clocks = story.rules.clocks
    assert clocks is not None
    return clocks.due_of_new(Clock.CITIZEN, tier, AT, upstream)


def test_an_order_names_the_date_of_the_citizens_clock_however_late_it_comes() -> None:
    waits = replace(counted(given.pending_dispatch()), at=AT + timedelta(days=1))
    sent = waits.office(i.Assign, lead=LEAD, category=CATEGORY)
    assert sent.said(d.Dispatched).deadline == citizens(sent, sent.ticket.matter.tier)


def test_another_tier_is_another_date_once_somebody_was_told_of_one() -> None:
    before = counted(given.pending_dispatch()).office(i.Classify, category=CATEGORY, tier=Tier.SIMPLE)
    assert before.said(d.Classified).deadline is None
    after = counted(given.in_progress()).office(i.Classify, category="0101-03", tier=Tier.SIMPLE)
    assert after.said(d.Classified).deadline == citizens(after, Tier.SIMPLE)


def test_the_citys_earlier_date_is_the_citizens() -> None:
    city = Upstream(number="S-1", due=AT + timedelta(hours=30))
    assert city.due is not None
    told = opened(counted(given.in_progress()).rules, upstream=city).said(d.Dispatched).deadline
    assert told == OfficialDue(at=city.due)


def test_a_date_that_is_over_is_promised_to_nobody() -> None:
    late = replace(counted(given.pending_dispatch()), at=AT + timedelta(days=60))
    assert late.office(i.Assign, lead=LEAD, category=CATEGORY).said(d.Dispatched).deadline is None


def test_whoever_is_asked_hears_until_when_they_can_answer() -> None:
    asked = counted(given.in_progress()).lead(i.AskForInfo, question="哪一幢？")
    deadline = asked.said(d.InfoAsked).deadline
    clocks = asked.rules.clocks
    assert clocks is not None
    assert deadline == clocks.due_of_new(Clock.NEEDS_INFO, asked.ticket.matter.tier, asked.at, None)
