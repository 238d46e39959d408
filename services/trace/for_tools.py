"""What tools may use of trace: its words and answers, how facts fold, whose the ball was, calendars, its HTTP door.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Mapping

from rulebook import Policy
from services.trace.core.ball import BallSpan, LifeStep, ball_in_court
from services.trace.core.calendars import as_published
from services.trace.core.citys_list import CityTicket, Difference, OurTicket, differences
from services.trace.core.desk import is_urgent, marks
from services.trace.core.holder import AT_REST
from services.trace.core.rows import NOBODY, Summary
from services.trace.edges.answered import (
    ClocksAnswer,
    ClockStanding,
    ClockWords,
    CoverageAnswer,
    CoveredPart,
    DeskAnswer,
    DeviceRequestAnswer,
    DeviceRequestsAnswer,
    EntryAnswer,
    GapsAnswer,
    HalfHourAnswer,
    HalfHourTickets,
    HeldFor,
    MeAnswer,
    QueueAnswer,
    RateAnswer,
    RateBand,
    RateRow,
    RatesAnswer,
    RateTickets,
    ReceiptAnswer,
    RightsAnswer,
    SessionAnswer,
    StandingAnswer,
    StandingNames,
    StandingWords,
    SummaryAnswer,
    SummaryWords,
    TicketAnswer,
    TicketsAnswer,
    TimelineAnswer,
    VisitAnswer,
    VisitsAnswer,
    VisitWords,
    WayAnswer,
)
from services.trace.edges.from_city import ours as came_from_city
from services.trace.edges.rates import IN_TIME_OR_COUNTED, Rate, rates_of, referred_statement
from services.trace.edges.words import Words
from services.trace.reactions import clocks, orders, steps_of, summaries

__all__ = [
    "AT_REST",
    "IN_TIME_OR_COUNTED",
    "NOBODY",
    "BallSpan",
    "CityTicket",
    "ClockStanding",
    "ClockWords",
    "ClocksAnswer",
    "CoverageAnswer",
    "CoveredPart",
    "DeskAnswer",
    "DeviceRequestAnswer",
    "DeviceRequestsAnswer",
    "Difference",
    "EntryAnswer",
    "GapsAnswer",
    "HalfHourAnswer",
    "HalfHourTickets",
    "HeldFor",
    "LifeStep",
    "MeAnswer",
    "OurTicket",
    "QueueAnswer",
    "Rate",
    "RateAnswer",
    "RateBand",
    "RateRow",
    "RateTickets",
    "RatesAnswer",
    "ReceiptAnswer",
    "RightsAnswer",
    "SessionAnswer",
    "StandingAnswer",
    "StandingNames",
    "StandingWords",
    "Summary",
    "SummaryAnswer",
    "SummaryWords",
    "TicketAnswer",
    "TicketsAnswer",
    "TimelineAnswer",
    "VisitAnswer",
    "VisitWords",
    "VisitsAnswer",
    "WayAnswer",
    "Words",
    "as_published",
    "ball_in_court",
    "came_from_city",
    "clocks",
    "described",
    "differences",
    "is_urgent",
    "marks",
    "orders",
    "rates_of",
    "referred_statement",
    "steps_of",
    "summaries",
]


def described(policy: Policy) -> Mapping[str, object]:
    """Describe the HTTP door in OpenAPI, with the codes of a policy."""
    from services.trace.edges.http import described as of_door  # noqa: PLC0415 - programs that ask nothing start sooner

    return of_door(policy)
