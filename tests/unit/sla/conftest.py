"""Tickets under the policy and the calendar that the project ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook import Policy, load_policy
from rulebook.deriving import ClockRules
from schemas import dispatch as d
from tests.support.sla.story import Ticket
from worktime import Calendar, load_calendar


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that the project ships."""
    return load_policy(Path("policy"))


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The calendar that the project ships: official to the end of 2026."""
    return load_calendar(Path("policy/calendar"))


@pytest.fixture(scope="session")
def rules(policy: Policy, calendar: Calendar) -> ClockRules:
    """Policy and calendar together."""
    return ClockRules(policy, calendar)


@pytest.fixture
def ticket(rules: ClockRules) -> Ticket:
    """A ticket that nothing is known of."""
    return Ticket(rules)


@pytest.fixture
def dispatched(ticket: Ticket) -> Ticket:
    """A complex matter, registered and dispatched to the housing bureau on Thursday, 3 September 2026."""
    ticket.hear("2026-09-03 10:00", d.Opened)
    ticket.hear("2026-09-03 10:20", d.Dispatched)
    return ticket
