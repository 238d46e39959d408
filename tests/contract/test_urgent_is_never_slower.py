"""What is urgent is due no later than what is not, whichever clock counts and whenever it begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from rulebook.deriving import ClockRules
from schemas.values import Clock, Tier, breach_by
from tests.support.dispatch.story import shipped
from tools.layout import POLICY
from worktime import load_calendar

RULES: Final = ClockRules(shipped(), load_calendar(POLICY / "calendar"))
_MONDAY: Final = datetime(2026, 9, 14, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_OF_AN_OFFICE_DAY: Final = [_MONDAY + timedelta(minutes=30 * number) for number in range(17)]


@pytest.mark.parametrize("clock", [each.clock for each in shipped().limits.clocks if Tier.URGENT in each.by_tier])
def test_an_urgent_limit_is_no_longer_than_the_usual_one(clock: Clock) -> None:
    for at in _OF_AN_OFFICE_DAY:
        urgent, usual = (RULES.due_of_new(clock, tier, at, None) for tier in (Tier.URGENT, Tier.COMPLEX))
        assert breach_by(urgent) <= breach_by(usual), f"{clock} from {at:%H:%M}"
