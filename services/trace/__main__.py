"""Put trace together and run it."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from rulebook import Policy, load_policy
from schemas import registry
from services.trace.edges.answers import Answers
from services.trace.edges.calendars import Calendars
from services.trace.edges.gauges import gauges
from services.trace.edges.http import serve
from services.trace.edges.reconciling import reconcile
from services.trace.edges.words import Words
from services.trace.settings import TraceSettings
from services.trace.work import noting
from worktime import OfficeHours, Period, load_calendar

INPUTS = (registry.TICKETS, registry.DISPATCH, registry.CLOCKS, registry.NOTICES, registry.RULES)


def compose(settings: TraceSettings, policy: Policy) -> Service:
    """Describe the service."""
    return Service(
        name="trace",
        inputs=INPUTS,
        topics=registry.topics((department.code for department in policy.departments), settings),
        work=noting(settings.redaction_key),
        policy=policy.version,
        migrations=Path(__file__).with_name("sql"),
        edges=(
            serve(settings, answers_of(policy, settings.policy)),
            gauges,
            *((reconcile(settings),) if settings.city else ()),
        ),
    )


def answers_of(policy: Policy, directory: Path) -> Answers:
    """Make the answers that a policy's names, calendars and office hours give."""
    periods = tuple(Period(opens=hours.opens, closes=hours.closes) for hours in policy.office.hours)
    return Answers(Words(policy), Calendars(load_calendar(directory / "calendar")), OfficeHours(periods=periods))


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(TraceSettings)
    return run(compose(settings, load_policy(settings.policy)), settings)


if __name__ == "__main__":
    sys.exit(main())
