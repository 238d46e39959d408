"""Looks for a schedule that breaks a promise, makes it as small as it stays broken, and tells it as a story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.support.sim.plan import Plan, planned
from tests.support.sim.schedule import Schedule, Verdict


class Found(NamedTuple):
    """A broken promise: the seed, the smallest schedule of it, and what happens there."""

    seed: int
    plan: Plan
    verdict: Verdict

    def story(self) -> str:
        """What happens, line by line, and what is broken in the end."""
        head = f"seed {self.seed}: {len(self.plan.calls)} calls, {len(self.plan.faults)} blows"
        return "\n".join((head, *self.verdict.story, *(f"BROKEN  {words}" for words in self.verdict.broken)))


def run(plan: Plan) -> Verdict:
    """Run one schedule."""
    return Schedule(plan).run()


def search(seeds: Iterable[int], ran: Callable[[Verdict], None] = lambda _: None) -> Iterator[Found]:
    """Yield what breaks, shrunk."""
    for seed in seeds:
        plan = planned(seed)
        verdict = run(plan)
        ran(verdict)
        if verdict.broken:
            yield shrunk(plan, verdict)


def shrunk(plan: Plan, verdict: Verdict) -> Found:
    """Leave out blows and calls, one after the other, for as long as something stays broken."""
    smaller = True
    while smaller:
        smaller = False
        for less in _less(plan):
            again = run(less)
            if again.broken:
                plan, verdict, smaller = less, again, True
                break
    return Found(plan.seed, plan, verdict)


def _less(plan: Plan) -> Iterator[Plan]:
    for place in range(len(plan.faults)):
        yield plan._replace(faults=plan.faults[:place] + plan.faults[place + 1 :])
    for place in range(len(plan.calls)):
        yield plan._replace(calls=plan.calls[:place] + plan.calls[place + 1 :])
