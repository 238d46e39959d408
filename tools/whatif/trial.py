"""The whole question: recorded tickets under the present rules and under others. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rulebook import Policy
from tools.whatif.compare import Comparison, compare
from tools.whatif.cores import cores_of
from tools.whatif.record import Recorded, suggest_as_recorded
from tools.whatif.world import World
from worktime import Calendar


class Rulebook(NamedTuple):
    """A policy and the calendar that stands beside it."""

    policy: Policy
    calendar: Calendar


def try_(recorded: Recorded, present: Rulebook, other: Rulebook, until: datetime) -> Comparison:
    """Let what came in live twice, and compare; a lead's acts are taken by whoever leads under the other rules."""
    one = _world(recorded, present, present).live(recorded.inputs, until)
    two = _world(recorded, present, other, frozenset(one.led)).live(recorded.inputs, until)
    return compare(recorded.told, one, two)


def _world(recorded: Recorded, present: Rulebook, rules: Rulebook, led: frozenset[str] = frozenset()) -> World:
    suggest = suggest_as_recorded(recorded, present.policy, rules.policy)
    return World(cores_of(rules.policy, rules.calendar, suggest), led, recorded.ruled)
