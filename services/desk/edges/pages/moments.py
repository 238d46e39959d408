"""The present of a page, and the end of its day."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.service import Instant
from doors.entering import ENTRANCE
from services.desk.edges.keys import CONTEXT


class Moments(NamedTuple):
    """The present, and the end of its day in the zone of the office."""

    now: Instant
    midnight: Instant


def moments_of(request: web.Request) -> Moments:
    """Tell what now is by the clock of the office."""
    now, zone = request.app[CONTEXT].clock.now(), ZoneInfo(request.app[ENTRANCE].policy.office.zone)
    return Moments(now, now.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=999_999))
