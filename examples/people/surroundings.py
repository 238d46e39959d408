"""What every simulated party is given: where the broker is, the shared clock, the rulebook, habits and a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.broker import Access, Broker
from chassis.clock import Clock
from examples.district.outage import Outage, outage
from examples.people.agenda import Days
from rulebook import Policy, load_policy
from schemas.values import Person
from worktime.calendar import Calendar
from worktime.hours import OfficeHours, Period
from worktime.notices import read_notices

_ENOUGH = 100
"""So many matters leave room for an outage of which two hundred people call."""

_CALENDARS = Path(__file__).parent.parent / "calendar"


class Surroundings(BaseSettings):
    """Addresses from LIUHEN_* variables, as the runner writes them into its env file."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_", frozen=True, extra="ignore", arbitrary_types_allowed=True)

    kafka: str
    kafka_secrets: Path | None = None
    desk_url: str = ""
    clock: str = "real"
    policy: Path = Path("policy")
    seed: int = 12345
    start: date | None = None
    tickets: int = 0
    unhurried: float = 1.0
    """By how much longer the office takes than its habits say, so that others find something to do."""
    habits: Path = Path(__file__).with_name("habits.yaml")

    @cached_property
    def time(self) -> Clock:
        """The clock that everyone shares."""
        return Clock.parse(self.clock)

    @cached_property
    def rules(self) -> Policy:
        """The rulebook, which is public."""
        return load_policy(self.policy)

    @cached_property
    def days(self) -> Days:
        """Working time as the office keeps it."""
        hours = OfficeHours(
            periods=tuple(Period(opens=part.opens, closes=part.closes) for part in self.rules.office.hours)
        )
        calendar = Calendar.published()
        for notice in read_notices(_CALENDARS):
            calendar = calendar.with_notice(notice)
        return Days(calendar, hours)

    def broker(self, user: str) -> Broker:
        """The broker as one of its users reaches it."""
        return Access(self.kafka, self.kafka_secrets).as_user(user)

    @property
    def outage(self) -> Outage | None:
        """The outage that everybody hears of, in a story that is large enough for one."""
        if self.start is None or self.tickets < _ENOUGH:
            return None
        return outage(self.rules, seed=self.seed, start=self.start)

    def habits_of(self, party: str) -> dict[str, Any]:
        """The habits of one kind of party."""
        habits: dict[str, dict[str, Any]] = yaml.safe_load(self.habits.read_text(encoding="utf-8"))
        return habits[party]


@dataclass(frozen=True, slots=True)
class Staff:
    """Named people of a department, made from its code."""

    names: tuple[str, ...] = ("陈立", "周敏", "吴建国", "郑晓梅", "孙浩", "朱莉")

    def of(self, department: str, number: int) -> Person:
        """One person of a department."""
        at = number % len(self.names)
        return Person(id=f"{department}-{at + 1}", name=self.names[at])
