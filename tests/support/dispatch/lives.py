"""Made-up lives: a ticket that begins somewhere, and to which anything may happen next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from rulebook.clocks import LAPSING
from rulebook.codes import Passing
from schemas import clocks as c
from schemas import inbound as i
from schemas.values import Clock, Solved, Tier
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES
from tests.support.dispatch.story import AT, BY_HAND, LEAD, SUPPORTER, Story, opened, rules_with


def by_hand() -> Story:
    """A ticket whose supporters' tasks are reviewed, and whose ladder asks a person for every step."""
    rules = rules_with(**BY_HAND, task_review=Passing.QUEUE)
    ladder = rules.policy.ladder
    rungs = tuple(rung.model_copy(update={"automatic": False}) for rung in ladder.rungs)
    policy = rules.policy.model_copy(update={"ladder": ladder.model_copy(update={"rungs": rungs})})
    return opened(replace(rules, policy=policy)).lead(i.Accept)


def supported() -> Story:
    return by_hand().department(SUPPORTER, i.ReportTaskDone, reply="已配合。")


def urgent() -> Story:
    return opened(tier=Tier.URGENT)


def threatened() -> Story:
    return given.in_progress().office(i.Correct, text="再不解决我就跳楼。", reason="听录音补记。")


def misled() -> Story:
    return given.in_progress().office(i.Correct, category="0301-01", reason="分类有误。")


def unruled() -> Story:
    return given.callback_pending().called(Solved.NOT_RATED)


def late_at_the_unit() -> Story:
    return given.survey_review().clock(c.ClockBreached, Clock.UNIT_PASS_ON, "unit:unit-01")


def promised() -> Story:
    story = given.in_progress()
    return story.when(EXAMPLES["commit"](story)).clock(c.ClockLapsed, Clock.COMMITMENT)


def reviewed() -> Story:
    asked = given.in_progress().office(i.ReviewCallback, reason="核实回访。")
    return asked.lead(i.AnswerSupervision, report="已核实。")


def supervised() -> Story:
    asked = given.in_progress().office(i.Supervise, reason="久拖不决。")
    return asked.lead(i.AnswerSupervision, report="已整改。")


def not_called() -> Story:
    return given.callback_pending().clock(c.ClockBreached, Clock.CALLBACK, "callback")


def more_time() -> Story:
    return given.in_progress().lead(i.RequestExtension, days=3, ground="needs-works", reason="要施工。")


def standing_still() -> Story:
    until = {"until": AT + timedelta(days=20), "ground": "awaiting-works", "reason": "等待施工。"}
    return given.in_progress().lead(i.RequestSuspension, **until)


def to_be_approved() -> Story:
    longest = {"category": "0101-02", "tier": Tier.PARTICULARLY_COMPLEX}
    return given.pending_dispatch().office(i.Classify, **longest)


def to_be_withdrawn() -> Story:
    late = given.in_progress().clock(c.ClockBreached, Clock.HANDLING)
    return late.when(EXAMPLES["withdraw"](late))


def unanswered() -> Story:
    return by_hand().office(i.Supervise, reason="久拖不决。").clock(c.ClockBreached, Clock.SUPERVISION)


def too_long() -> Story:
    return by_hand().clock(c.ClockBreached, Clock.CITIZEN, "office:p-he")


def drawn() -> Story:
    """What policy dispatched, and a person is to check."""
    rules = rules_with()
    check = rules.automation.check.model_copy(update={"share": 1.0})
    automation = rules.automation.model_copy(update={"check": check})
    return opened(replace(rules, policy=rules.policy.model_copy(update={"automation": automation})))


def noticed() -> Story:
    """Of many callers about one thing."""
    story = given.in_progress()
    return story.when(EXAMPLES["notice_alike"](story))


def fallen_back() -> Story:
    """With whose check a category fell back."""
    story = given.in_progress()
    return story.when(EXAMPLES["say_fallen_back"](story))


def missed() -> Story:
    return by_hand().clock(c.ClockBreached, Clock.HANDLING)


BEGINNINGS: Final[tuple[Callable[[], Story], ...]] = (
    drawn,
    noticed,
    fallen_back,
    unanswered,
    too_long,
    standing_still,
    to_be_approved,
    to_be_withdrawn,
    supervised,
    not_called,
    more_time,
    missed,
    late_at_the_unit,
    promised,
    reviewed,
    by_hand,
    supported,
    urgent,
    threatened,
    misled,
    unruled,
    given.pending_dispatch,
    given.survey_review,
    given.dispatched,
    given.in_progress,
    given.handled,
    given.callback_pending,
    given.rework,
    given.closed,
    given.return_requested,
    given.adjudicating,
    given.suspended,
    given.merged,
    given.split,
)
OWNERS: Final = {Clock.CALLBACK: "callback", Clock.UNIT_PASS_ON: "unit:unit-01", Clock.CITIZEN: "office:p-he"}


def happens_next(story: Story, chance: Random) -> Story:
    """Something that somebody may try, or that a clock says; what is refused is told too, and changes nothing."""
    if chance.random() < 0.25:
        clock = chance.choice(list(Clock))
        owner = OWNERS.get(clock, f"department:{SUPPORTER if clock is Clock.SUPPORTING_TASK else LEAD}")
        says = c.ClockLapsed if clock in LAPSING else chance.choice((c.ClockBreached, c.BreachWithdrawn))
        return story.clock(says, clock, owner)
    kind = chance.choice([kind for kind in EXAMPLES if kind != "register"])
    return story.when(EXAMPLES[kind](story))
