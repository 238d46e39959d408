"""Put notify together and run it."""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.redaction import Covering, covering
from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from rulebook import Policy, load_policy
from schemas import registry
from schemas.dispatch import redacted_by
from services.notify import store
from services.notify.core.wording import Wording
from services.notify.edges.channels import delivering
from services.notify.edges.reports import serve
from services.notify.reactions import LISTENS_TO
from services.notify.settings import NotifySettings
from services.notify.work import recall, telling

INPUTS = (registry.TICKETS, registry.DISPATCH, registry.CLOCKS)


def compose(settings: NotifySettings, policy: Policy) -> Service:
    """Describe the service."""
    return Service(
        name="notify",
        inputs=INPUTS,
        topics=registry.topics((department.code for department in policy.departments), settings),
        work=covering(telling(Wording(policy)), Covering(settings.redaction_key, redacted_by, store.WORDS)),
        policy=policy.version,
        migrations=Path(__file__).with_name("sql"),
        edges=(delivering(settings, policy), serve(settings)),
        hears=LISTENS_TO,
        poll=store.unreported_lanes,
        recall=recall(),
    )


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(NotifySettings)
    return run(compose(settings, load_policy(settings.policy)), settings)


if __name__ == "__main__":
    sys.exit(main())
