"""Put intake together and run it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import structlog

from chassis.clock import Clock
from chassis.contacts import Naming
from chassis.metrics import ALARMS
from chassis.redaction import Covering, covering
from chassis.run import run
from chassis.service import Service
from chassis.settings import from_environment
from rulebook import Policy, load_policy
from schemas import registry
from schemas.dispatch import AttachmentRemoved, ContactForgotten, Redacted, redacted_by
from schemas.registry import TopicKind
from services.intake import store
from services.intake.core.alarms import REFUSED, UNLIKE
from services.intake.core.state import DoorConfig
from services.intake.edges.fetching import fetch
from services.intake.edges.http import serve
from services.intake.edges.sweeping import sweep
from services.intake.reactions import listens_to
from services.intake.settings import IntakeSettings
from services.intake.work import Taking, compare_anew, door_of, newsroom_of, working

_HERE: Final = Path(__file__).parent


def compose(settings: IntakeSettings, policy: Policy) -> Service:
    """Describe the service."""
    topics = registry.topics((department.code for department in policy.departments), settings)
    config, newsroom = config_of(settings, policy), newsroom_of(policy)
    taking = Taking(config, Clock.parse(settings.clock), settings.redaction_key, tell_operations)
    return Service(
        name="intake",
        inputs=(*(topic.name for topic in topics if topic.kind is TopicKind.INBOUND), registry.DISPATCH),
        topics=topics,
        work=covering(
            working(taking, newsroom),
            Covering(settings.redaction_key, redacted_by, store.WORDS, store.RECORDS, compare_anew, contacts=True),
        ),
        policy=policy.version,
        migrations=_HERE / "sql",
        edges=(
            serve(settings, config),
            sweep(settings.keeper(), policy.limits.attachments),
            *((fetch(settings, config),) if settings.city else ()),
        ),
        hears=listens_to(newsroom) | {AttachmentRemoved, ContactForgotten, Redacted},
        contacts=settings.contacts(),
        naming=Naming(config.secrets.identities, config.secrets.mark),
    )


def config_of(settings: IntakeSettings, policy: Policy) -> DoorConfig:
    """Bring together what decisions rest on."""
    return door_of(policy, settings.secret.get_secret_value().encode())


def tell_operations(alarm: str, submission: str, about: str) -> None:
    """Let what nobody outside sees be seen; the lane goes on."""
    ALARMS.labels("intake", alarm).inc()
    structlog.get_logger().error(alarm, submission=submission, about=about)


def main() -> int:
    """Run until told to end; returns the exit code."""
    settings = from_environment(IntakeSettings)
    for alarm in (REFUSED, UNLIKE):
        ALARMS.labels("intake", alarm)
    return run(compose(settings, load_policy(settings.policy)), settings)


if __name__ == "__main__":
    sys.exit(main())
