"""Puts the demo on: an instance of its own on a fast clock, and the simulated people as separate processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

from chassis.clock import Clock
from tools.client.addresses import Addresses
from tools.client.desk import publish_calendar
from tools.client.login import acting_as
from tools.demo.reorganisation import plan_from, policy_until
from tools.layout import ROOT, home_of
from tools.local.instance import Announce, Instance
from tools.local.people import EVERYBODY, start_people
from tools.local.settings import LocalSettings
from tools.local.state import private
from worktime.hours import SHANGHAI

CALENDAR: Final = ROOT / "examples" / "calendar" / "2027.json"
_NAME: Final = "demo"
_PUBLISHER: Final = "p-he"
"""Who publishes the calendar: a supervisor of the policy."""

_EVENING_BEFORE: Final = timedelta(days=2, hours=6)
"""The clock starts on a Friday evening, so that the services are up before anybody speaks on Monday."""


@dataclass(frozen=True, slots=True)
class Play:
    """What is played: a story of so many tickets from a Monday on, at so many virtual seconds a second."""

    start: date
    days: int
    tickets: int
    seed: int
    speed: float

    @property
    def ends_at(self) -> datetime:
        """The virtual moment at which the story ends."""
        return datetime.combine(self.start + timedelta(days=self.days), time_of_day(), SHANGHAI)

    @property
    def calendar_at(self) -> datetime:
        """The virtual moment at which next year's calendar is published: a week in, at ten."""
        return datetime.combine(self.start + timedelta(days=7), time_of_day(10), SHANGHAI)

    @property
    def reorganised_on(self) -> date:
        """The day from which one department stands in for another: Tuesday of the third week."""
        return self.start + timedelta(days=15)

    @property
    def reorganised_at(self) -> datetime:
        """The virtual moment at which the office moves what is open: that day, before it opens."""
        return datetime.combine(self.reorganised_on, time_of_day(8), SHANGHAI)

    def clock(self) -> str:
        """A clock that everybody shares, beginning now on the evening before."""
        begins = datetime.combine(self.start, time_of_day(), SHANGHAI) - _EVENING_BEFORE
        return f"{begins.isoformat()}@{self.speed:g}@{time.time():.3f}"


@dataclass(slots=True)
class DemoSystem:
    """The demo's instance while it plays."""

    instance: Instance
    play: Play
    clock: Clock
    finished: Path

    def is_over(self) -> bool:
        """Whether everything was raised and the last day has passed."""
        return self.finished.exists() and self.clock.now() >= self.play.ends_at

    def publish_calendar(self) -> None:
        """Let the office publish the made-up calendar of the next year."""
        with acting_as(Addresses.of(self.instance.addresses()), _PUBLISHER):
            publish_calendar(CALENDAR.read_text("utf-8"))

    def plan(self) -> Path:
        """Write the plan by which the office moves what the department that goes has open."""
        return plan_from(self.play.reorganised_on, self.instance.home / "plan.yaml")

    def send_people_home(self) -> None:
        """Stop the simulated people; the system goes on by itself."""
        self.instance.stop(*EVERYBODY)


@contextmanager
def demo_system(play: Play, settings: LocalSettings, announce: Announce) -> Iterator[DemoSystem]:
    """Start everything from nothing, and end all of it afterwards; what it wrote stays in the instance's folder."""
    Instance(_NAME, settings=settings).remove()
    private(home_of(_NAME))
    policy = policy_until(play.reorganised_on, home_of(_NAME) / "policy")
    instance = Instance(_NAME, settings=settings, announce=announce, policy=policy)
    finished = instance.home / "finished"
    try:
        instance.start_foundations()
        instance.clock = play.clock()
        instance.start_services()
        instance.write_addresses()
        story = {
            "LIUHEN_START": play.start.isoformat(),
            "LIUHEN_LENGTH": str(play.days),
            "LIUHEN_TICKETS": str(play.tickets),
            "LIUHEN_SEED": str(play.seed),
            "LIUHEN_DONE": str(finished),
        }
        start_people(instance, EVERYBODY, story)
        yield DemoSystem(instance, play, Clock.parse(instance.clock), finished)
    finally:
        instance.end_all()
