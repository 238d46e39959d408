"""Put dispatch together and run it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import structlog

from chassis.metrics import ALARMS
from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from classification.suggest import Suggester
from rulebook import load_policy
from rulebook.deriving import ClockRules
from schemas import registry
from services.dispatch.core.rules import Guess, Rules, Suggest, by_calendar
from services.dispatch.reactions import LISTENS_TO
from services.dispatch.settings import DispatchSettings
from services.dispatch.work import recall_of, work_of
from worktime import load_calendar

_LEFT_THE_TABLE: Final = "left_the_table"
INPUTS = (registry.TICKETS, registry.CLOCKS, registry.REQUESTS)


def compose(settings: DispatchSettings, rules: Rules) -> Service:
    """Describe the service."""
    return Service(
        name="dispatch",
        inputs=INPUTS,
        topics=registry.topics((department.code for department in rules.policy.departments), settings),
        work=work_of(rules),
        policy=rules.policy.version,
        migrations=Path(__file__).with_name("sql"),
        hears=LISTENS_TO,
        contacts=settings.contacts(),
        recall=recall_of(rules),
    )


def suggestions(suggester: Suggester) -> Suggest:
    """Turn the suggester's answers into guesses of the core."""

    def suggest(text: str) -> Guess:
        found = suggester.suggest(text)
        others = tuple(each.category for each in found.runners_up)
        certain = suggester.is_certain(found)
        return Guess(found.category, found.score, found.method, certain, others, found.model)

    return suggest


def tell_operations(error: Exception) -> None:
    """Let a decision that left the table be seen; its ticket goes on."""
    ALARMS.labels("dispatch", _LEFT_THE_TABLE).inc()
    structlog.get_logger().error(_LEFT_THE_TABLE, detail=str(error))


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(DispatchSettings)
    policy = load_policy(settings.policy)
    calendar = load_calendar(settings.policy / "calendar")
    suggest = suggestions(Suggester.load(settings.model, policy))
    ALARMS.labels("dispatch", _LEFT_THE_TABLE)
    rules = Rules(
        policy,
        suggest,
        after=by_calendar(policy, calendar),
        clocks=ClockRules(policy, calendar),
        alarm=tell_operations,
        redaction_key=settings.redaction_key,
    )
    return run(compose(settings, rules), settings)


if __name__ == "__main__":
    sys.exit(main())
