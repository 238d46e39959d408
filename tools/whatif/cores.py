"""The pure cores of the services under one rulebook, as the services themselves make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chassis.decider import Decider
from rulebook import Policy
from services.dispatch import for_tools as dispatch
from services.sla import for_tools as sla
from worktime import Calendar


class Cores(NamedTuple):
    """The core of dispatch, that of sla under a calendar, and the calendar to begin with."""

    dispatch: dispatch.Core
    clocks: Callable[[Calendar], Decider[sla.Clocks, sla.ClockCommand]]
    calendar: Calendar


def cores_of(policy: Policy, calendar: Calendar, suggest: dispatch.Suggest) -> Cores:
    """Make the cores for a policy and the calendar that it starts from."""
    core = dispatch.core_under(policy, calendar, suggest)
    return Cores(core, lambda published: sla.core_under(policy, published), calendar)
