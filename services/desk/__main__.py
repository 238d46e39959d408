"""Put the desk together and run it."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.redaction import Covering, covering
from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from rulebook import Policy, load_policy
from rulebook.deriving import ClockRules
from schemas import registry
from schemas.dispatch import AnsweredOnLine, CallbackTried, ContactForgotten, Corrected, Opened, Redacted, redacted_by
from schemas.rules import CalendarPublished
from schemas.values import PartyKind
from services.desk import store
from services.desk.edges.http import serve
from services.desk.edges.sweeping import sweep
from services.desk.settings import DeskSettings
from services.desk.work import noting
from worktime import load_calendar


def inputs(policy: Policy) -> tuple[str, ...]:
    """Name what it hears: what waits for office and callbacks, how acts are answered, redactions, working days."""
    answers = (registry.department_topic(department.code) for department in policy.departments)
    own = (registry.channel_topic(party) for party in (PartyKind.OFFICE, PartyKind.CALLBACK))
    return (registry.DESK, registry.CALLBACKS, *own, *answers, registry.DISPATCH, registry.RULES)


def compose(settings: DeskSettings, policy: Policy) -> Service:
    """Describe the service."""
    return Service(
        name="desk",
        inputs=inputs(policy),
        topics=registry.topics((department.code for department in policy.departments), settings),
        work=covering(
            noting(
                settings.words(),
                settings.redaction_key,
                ClockRules(policy, load_calendar(settings.policy / "calendar")),
            ),
            Covering(settings.redaction_key, redacted_by, store.WORDS),
        ),
        policy=policy.version,
        migrations=Path(__file__).with_name("sql"),
        edges=(serve(settings, policy), sweep),
        hears=frozenset(
            {AnsweredOnLine, CalendarPublished, CallbackTried, ContactForgotten, Corrected, Opened, Redacted}
        ),
    )


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(DeskSettings)
    return run(compose(settings, load_policy(settings.policy)), settings)


if __name__ == "__main__":
    sys.exit(main())
