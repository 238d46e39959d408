"""The demo's district as a system to sit down at: it lives on in slow motion, beside whoever acts in it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Final

from chassis.clock import wall
from tools.errors import SaidClearly
from tools.local.instance import Announce, Instance
from tools.local.people import EVERYBODY, start_people
from tools.local.settings import LocalSettings
from worktime.hours import SHANGHAI

NAME: Final = "live"
DAYS: Final = 21
TICKETS: Final = 1_500
"""So many are raised in these days: at ten times the real pace one in less than a minute of office time."""
_OPENS: Final = time_of_day(8, 50)
_UNHURRIED: Final = 8.0
"""The simulated office takes so much longer than in the demo, and leaves most for whoever sits down."""


def monday_morning(now: datetime) -> datetime:
    """The Monday of a moment's week, before the office opens."""
    here = now.astimezone(SHANGHAI)
    return datetime.combine(here.date() - timedelta(days=here.weekday()), _OPENS, SHANGHAI)


def start_live(settings: LocalSettings, announce: Announce) -> Instance:
    """Start everything from nothing with the people of the district; what an earlier play left is gone."""
    earlier = Instance(NAME, settings=settings)
    if earlier.is_running():
        raise SaidClearly(f"{NAME} 已在运行；用 liuhen down（make down）结束，再从头开始。")
    earlier.remove()
    instance = Instance(NAME, settings=settings, announce=announce)
    instance.require_free_ports()
    try:
        instance.start_foundations()
        begins = monday_morning(wall())
        instance.clock = f"{begins.isoformat()}@{settings.live:g}@{time.time():.3f}"
        instance.start_services()
        announce("请城区的人们上班")
        story = {"LIUHEN_START": begins.date().isoformat(), "LIUHEN_LENGTH": str(DAYS), "LIUHEN_TICKETS": str(TICKETS)}
        start_people(instance, EVERYBODY, {**story, "LIUHEN_UNHURRIED": f"{_UNHURRIED:g}"})
        instance.start_supervisor()
        instance.write_addresses()
    except BaseException:
        instance.end_all()
        raise
    return instance
