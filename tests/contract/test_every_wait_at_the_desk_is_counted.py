"""What waits at the desk is counted by the centre's clocks, or the policy says why not: after each step of a life."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from random import Random
from typing import Final

from rulebook import load_policy
from rulebook.deriving import ClockRules
from rulebook.desk import TASKS
from schemas.message import Message
from schemas.values import Clock, TicketState
from services.dispatch.core.desk import desk_tasks
from services.sla.core.decide import decide
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks
from services.sla.reactions import commands
from tests.support.dispatch.lives import BEGINNINGS, happens_next
from tests.support.dispatch.story import Story
from tools.layout import POLICY
from worktime import load_calendar

RULES: Final = ClockRules(load_policy(POLICY), load_calendar(POLICY / "calendar"))
TASKS_OF: Final = {
    clock: {task for task, asked in TASKS.items() if asked.clock is clock}
    for clock in {asked.clock for asked in TASKS.values() if asked.clock is not None}
}
STANDING_STILL: Final = {Clock.UNIT_PASS_ON, Clock.SURVEY_OFFICE, Clock.DISPATCHING}
"""While the requester is asked what is missing, nothing waits at the desk, and these do not run."""
STEPS: Final = 25
LIVES: Final = 5


def test_every_task_has_a_clock_with_an_owner_or_the_policy_says_why_not() -> None:
    policy = RULES.policy
    unlimited = set(policy.limits.without_limit)

    assert {task for task, asked in TASKS.items() if asked.clock is None} == unlimited
    assert all(len(policy.limits.without_limit[task]) > 10 for task in unlimited)


def test_whatever_happens_what_waits_is_counted_and_nothing_is_counted_that_does_not_wait() -> None:
    counted: set[Clock] = set()
    for beginning, seed in product(BEGINNINGS, range(LIVES)):
        chance, story = Random(seed), beginning()  # noqa: S311 - made-up lives
        clocks = heard(None, story, story.all_facts)
        for _ in range(STEPS):
            agree(clocks, story)
            counted |= {clock.clock for clock in clocks.open()}
            story = happens_next(story, chance)
            clocks = heard(clocks, story, story.facts)
    assert counted >= set(TASKS_OF)


def heard(clocks: Clocks | None, story: Story, facts: Iterable[Message]) -> Clocks:
    """What sla makes of facts as dispatch told them; no time passes but by what the story says."""
    for fact in facts:
        found = commands(fact, RULES.policy, story.at)
        for command in found[1] if found else ():
            for said in decide(RULES, clocks, command, story.ticket.id, story.at):
                clocks = evolve(clocks, said, story.at)
    assert clocks is not None
    return clocks


def agree(clocks: Clocks, story: Story) -> None:
    names = [type(fact).__name__ for fact in story.all_facts][-6:]
    waits = set(desk_tasks(story.ticket))
    open_ = {clock.clock for clock in clocks.open()}
    for clock, tasks in TASKS_OF.items():
        still = story.ticket.state is TicketState.NEEDS_INFO and clock in STANDING_STILL
        assert still or bool(waits & tasks) == (clock in open_), (clock, story.ticket.state, names)
