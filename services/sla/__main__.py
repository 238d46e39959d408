"""Put sla together and run it."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.fold import recalling
from chassis.precompute import precomputing
from chassis.redaction import Covering, covering
from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from rulebook import Policy, load_policy
from schemas import registry
from schemas.dispatch import redacted_by
from services.sla.edges.gauges import gauges
from services.sla.settings import SlaSettings
from services.sla.work import decider, work_of
from worktime import Calendar, load_calendar

INPUTS = (registry.DISPATCH, registry.RULES)


def compose(settings: SlaSettings, policy: Policy, base: Calendar) -> Service:
    """Describe the service."""
    return Service(
        name="sla",
        inputs=INPUTS,
        topics=registry.topics((department.code for department in policy.departments), settings),
        work=covering(work_of(policy, base), Covering(settings.redaction_key, redacted_by)),
        policy=policy.version,
        timers=precomputing(decider(policy, {}, ())),
        recall=recalling(decider(policy, {}, ())),
        migrations=Path(__file__).with_name("sql"),
        edges=(gauges(base),),
    )


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(SlaSettings)
    policy = load_policy(settings.policy)
    return run(compose(settings, policy, load_calendar(settings.policy / "calendar")), settings)


if __name__ == "__main__":
    sys.exit(main())
