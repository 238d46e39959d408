"""Where a replay runs: a system of its own, on ports that are free, with a clock that begins before the first row."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Final

from chassis.clock import stopwatch
from tools.client.kafka import BrokerOf
from tools.layout import POLICY, home_of
from tools.local.instance import Announce, Instance
from tools.local.people import ANSWERING, start_people
from tools.local.ports import with_free_ports
from tools.local.settings import LocalSettings
from tools.local.state import private
from tools.prepare.model import prepare_model
from tools.replay.mapping import FileMapping
from tools.replay.policies import assemble

_LEAST_LEAD: Final = 15.0
_LEAD_SHARE: Final = 1.2
"""The first row comes so many real seconds after the clock is set, or so many times what broker and database took to
start: in that time the services start, which takes longer where those did."""
_SHIFTS: Final = range(300, 12_000, 300)


@dataclass(frozen=True, slots=True)
class ReplaySystem:
    """A system that a replay may use, its own or a running one."""

    broker_of: BrokerOf
    clock: str
    policy: Path
    instance: Instance | None = None

    def require_alive(self) -> None:
        """Say clearly which process ended and how, if one did."""
        if self.instance is not None:
            self.instance.require_alive()


def clock_of(mapping: FileMapping, first: datetime | None, speed: float | None, lead: float) -> str:
    """A clock that reaches the first row when the services are up; `real` where rows go in as fast as they can."""
    wanted = speed or mapping.speed
    if mapping.speed is None or wanted is None or first is None:
        return "real"
    return f"{first.isoformat()}@{wanted:g}@{time.time() + lead:.3f}"


def free_name(base: str) -> str:
    """The first name of an instance that does not run: the base, or the base with a number."""
    names = chain((base,), (f"{base}-{number}" for number in count(2)))
    return next(name for name in names if not Instance(name).is_running())


@contextmanager
def replay_system(
    mapping: FileMapping, first: datetime | None, speed: float | None, settings: LocalSettings, announce: Announce
) -> Iterator[ReplaySystem]:
    """Start a system from nothing, and end all of it afterwards; what it wrote stays in the instance's folder.

    One that still runs, because somebody keeps it, is left alone.
    """
    name = free_name("replay" if settings.instance == "main" else f"{settings.instance}-replay")
    own = with_free_ports(settings, _SHIFTS).model_copy(update={"instance": name})
    Instance(name, settings=own).remove()
    private(home_of(name))
    instance = Instance(
        name, settings=own, announce=announce, policy=assemble(mapping.policy, home_of(name) / "policy")
    )
    try:
        if instance.policy == POLICY:
            prepare_model()
        began = stopwatch()
        instance.start_foundations()
        lead = max(_LEAST_LEAD, _LEAD_SHARE * (stopwatch() - began))
        instance.clock = clock_of(mapping, first, speed, lead)
        instance.start_services()
        instance.write_addresses()
        os.environ.update(instance.addresses())
        if mapping.life == "simulated":
            start_people(instance, ANSWERING)
        yield ReplaySystem(instance.broker, instance.clock, instance.policy, instance)
    finally:
        instance.end_all()
