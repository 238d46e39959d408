"""Time is real, or the same faster time for everybody."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import Clock, ClockError


def test_the_real_clock_is_the_time_of_day() -> None:
    assert abs(Clock.parse("real").now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_an_accelerated_clock_is_the_same_for_all_who_share_its_setting() -> None:
    text = f"2026-09-14T08:00:00+08:00@3600@{time.time() - 10}"
    one, other = Clock.parse(text), Clock.parse(text)
    assert abs(one.now() - other.now()) < timedelta(hours=1)
    assert timedelta(hours=10) <= one.now() - datetime(2026, 9, 14, 0, tzinfo=UTC) < timedelta(hours=12)


def test_waits_are_divided_by_the_speed() -> None:
    clock = Clock(datetime(2026, 9, 14, tzinfo=UTC), 3600.0, time.time())
    assert clock.seconds_until(clock.now() + timedelta(hours=1)) == pytest.approx(1.0, abs=0.1)


async def test_sleeping_ends_not_before_the_moment() -> None:
    clock = Clock(datetime(2026, 9, 14, tzinfo=UTC), 3600.0, time.time())
    moment = clock.now() + timedelta(minutes=5)
    await asyncio.wait_for(clock.sleep_until(moment), 5)
    assert clock.now() >= moment


@pytest.mark.parametrize("text", ["", "fast", "2026-09-14@1@0", "2026-09-14T08:00:00+08:00@0@0", "x@1@0", "a@b@c@d"])
def test_what_is_no_clock_is_refused(text: str) -> None:
    with pytest.raises(ClockError):
        Clock.parse(text)
