"""The whole question: recorded tickets under the present rules and under others. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rulebook import Policy
from tools.whatif.compare import Comparison, compare
from tools.whatif.cores import cores_of
from tools.whatif.recording import Recording, suggest_as_recorded
from tools.whatif.world import World
from worktime import Calendar


class Ruleset(NamedTuple):
    """A policy and the calendar that stands beside it."""

    policy: Policy
    calendar: Calendar


def try_rules(recorded: Recording, present: Ruleset, other: Ruleset, until: datetime) -> Comparison:
    """Let what came in live twice, and compare; a lead's acts are taken by whoever leads under the other rules."""
    one = _world(recorded, present, present).live(recorded.inputs, until)
    two = _world(recorded, present, other, frozenset(one.led)).live(recorded.inputs, until)
    return compare(recorded.history, one, two)


def _world(recorded: Recording, present: Ruleset, rules: Ruleset, led: frozenset[str] = frozenset()) -> World:
    suggest = suggest_as_recorded(recorded, present.policy, rules.policy)
    return World(cores_of(rules.policy, rules.calendar, suggest), led, recorded.ruled)
