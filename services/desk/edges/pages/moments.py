"""The present of a page, the end of its day, and until when something is due as tables keep it."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.service import Instant
from doors.entering import ENTRANCE
from schemas.values import Due, OfficialDue, ProvisionalDue
from services.desk.edges.keys import CONTEXT


class Moments(NamedTuple):
    """The present, and the end of its day in the zone of the office."""

    now: Instant
    midnight: Instant


def moments_of(request: web.Request) -> Moments:
    """Tell what now is by the clock of the office."""
    now, zone = request.app[CONTEXT].clock.now(), ZoneInfo(request.app[ENTRANCE].policy.office.zone)
    return Moments(now, now.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=999_999))


def due_between(earliest: Instant, latest: Instant) -> Due:
    """Until when something is due of which both instants are known: one and the same where that is official."""
    return OfficialDue(at=earliest) if earliest == latest else ProvisionalDue(earliest=earliest, latest=latest)
