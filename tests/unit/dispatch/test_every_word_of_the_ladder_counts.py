"""Each field of the ladder does what it says: which breaches, after how many, how long unanswered, who orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rulebook.codes import Role, Step, Unit
from rulebook.limits import Span
from rulebook.rules import Rung
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import DeskTask
from schemas.values import Clock, Person
from services.dispatch.core.regions import NotProposed, Quiet
from services.dispatch.core.rules import Rules, by_calendar
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch import given
from tests.support.dispatch.examples import INTERVIEW
from tests.support.dispatch.story import LEAD, SUPPORTER, TICKET, Story, opened, rules_with, shipped
from worktime import Calendar

ONE_DAY, CENTRE = timedelta(days=1), "office:p-he"


def with_rung(step: Step, **changed: Any) -> Rules:
    """The shipped ladder with another rung, waiting counted on the calendar."""
    rules = rules_with()
    ladder = rules.policy.ladder
    rungs = tuple(_other(rung, changed) if rung.step is step else rung for rung in ladder.rungs)
    policy = rules.policy.model_copy(update={"ladder": ladder.model_copy(update={"rungs": rungs})})
    return replace(rules, policy=policy, after=by_calendar(policy, Calendar.published()))


def _other(rung: Rung, changed: dict[str, Any]) -> Rung:
    return Rung.model_validate({**dict(rung), **changed})


def at_work(rules: Rules) -> Story:
    return opened(rules).lead(i.Accept)


def press(story: Story, later: timedelta = timedelta(minutes=10)) -> Story:
    return story.act(i.FollowUp(ticket=TICKET, mode="press", text="快点。"), later=later)


def missed(story: Story, clock: Clock, owner: str = f"department:{LEAD}") -> Story:
    return story.clock(c.ClockBreached, clock, owner)


def opened_tasks(story: Story) -> list[tuple[str, bool]]:
    return [(each.message.task, each.message.open) for each in story.told if isinstance(each.message, DeskTask)]


def test_a_lead_is_not_pressed_for_a_supporters_lateness() -> None:
    late = missed(given.in_progress(), Clock.SUPPORTING_TASK, f"department:{SUPPORTER}").then(d.Overdue, d.Nudged)

    (pressed,) = [fact for fact in late.facts if isinstance(fact, d.Nudged)]
    assert pressed.department == SUPPORTER
    assert isinstance(late.state, Ticket)
    assert late.state.supervision == Quiet()


def test_on_breach_of_names_the_clocks_of_a_step() -> None:
    missed(at_work(with_rung(Step.NUDGE)), Clock.HANDLING).then(d.Overdue, d.Nudged)
    missed(at_work(with_rung(Step.NUDGE, on_breach_of=())), Clock.HANDLING).then(d.Overdue)
    missed(at_work(with_rung(Step.SUPERVISE)), Clock.CITIZEN, CENTRE).then(d.Overdue, d.SupervisionOrdered)
    missed(at_work(with_rung(Step.SUPERVISE, on_breach_of=())), Clock.CITIZEN, CENTRE).then(d.Overdue)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_after_count_is_how_many_nudges_bring_supervision(count: int) -> None:
    story = at_work(with_rung(Step.SUPERVISE, after_count=count, unanswered_for=None))
    for _ in range(count - 1):
        story = press(story).then(d.FollowUpAdded, d.Nudged)
    press(story).then(d.FollowUpAdded, d.Nudged, d.SupervisionOrdered)


def test_unanswered_for_is_how_long_nudges_must_have_been_in_vain() -> None:
    story = at_work(with_rung(Step.SUPERVISE, after_count=2, unanswered_for=Span(amount=1, unit=Unit.WORKING_DAYS)))
    twice = press(press(story)).then(d.FollowUpAdded, d.Nudged)
    press(twice, later=timedelta(hours=20)).then(d.FollowUpAdded, d.Nudged)
    press(twice, later=2 * ONE_DAY).then(d.FollowUpAdded, d.Nudged, d.SupervisionOrdered)
    # what the lead does answers them
    press(twice.lead(i.NoteProgress, text="已派人。"), later=2 * ONE_DAY).then(d.FollowUpAdded, d.Nudged)


def test_a_missed_clock_is_a_moment_to_look_for_what_went_unanswered() -> None:
    rules = with_rung(Step.SUPERVISE, after_count=2, unanswered_for=Span(amount=1, unit=Unit.WORKING_DAYS))
    twice = press(press(at_work(rules)))
    waited = replace(twice, at=twice.at + 3 * ONE_DAY)
    missed(waited, Clock.HANDLING).then(d.Overdue, d.Nudged, d.SupervisionOrdered)


def test_a_step_that_is_not_automatic_waits_for_whoever_orders_it() -> None:
    story = at_work(with_rung(Step.INTERVIEW)).office(i.Supervise, reason="久拖。")
    asked = missed(story, Clock.SUPERVISION).then(d.Overdue, d.EscalationProposed)
    assert asked.said(d.EscalationProposed).step == "interview"
    assert opened_tasks(asked) == [("interview", True)]
    missed(asked, Clock.CALLBACK_REVIEW).then(d.Overdue)  # asked for already

    supervisor = i.Interview(ticket=TICKET, by=Person(id="p-he", name="何静宜"), reason="久拖。", **INTERVIEW)
    asked.act(supervisor).refused("role_missing")
    held = asked.office(i.Interview, reason="久拖。", **INTERVIEW).then(d.Interviewed)
    assert opened_tasks(held) == [("interview", False)]


@pytest.mark.parametrize(
    "over",
    [
        lambda x: x.lead(i.AnswerSupervision, report="已整改。"),
        lambda x: x.office(i.EndSupervision, result="已落实。"),
        lambda x: x.clock(c.BreachWithdrawn, Clock.SUPERVISION),
        lambda x: x.act(i.Withdraw(ticket=TICKET, reason="不用了。")).office(i.ConfirmWithdrawal),
        lambda x: x.office(i.Assign, lead="market", note="由市场监管局牵头。"),
    ],
)
def test_nobody_is_asked_any_more_when_the_cause_is_gone(over: Any) -> None:
    story = at_work(with_rung(Step.INTERVIEW)).office(i.Supervise, reason="久拖。")
    gone = over(missed(story, Clock.SUPERVISION))
    assert isinstance(gone.state, Ticket)
    assert isinstance(gone.ticket.escalation, NotProposed)
    assert ("interview", False) in opened_tasks(gone)


def test_an_interview_after_orders_that_stay_unanswered() -> None:
    three = Span(amount=3, unit=Unit.WORKING_DAYS)
    rules = with_rung(Step.INTERVIEW, on_breach_of=(), after_count=2, unanswered_for=three, automatic=True)
    first = at_work(rules).office(i.Supervise, reason="久拖。")
    press(first, later=7 * ONE_DAY).then(d.FollowUpAdded, d.Nudged)  # the first order is one too few
    second = first.office(i.EndSupervision, result="已落实。").office(i.Supervise, reason="又拖。")
    press(second, later=2 * ONE_DAY).then(d.FollowUpAdded, d.Nudged)
    held = press(second, later=7 * ONE_DAY).then(d.FollowUpAdded, d.Nudged, d.Interviewed)
    press(held).then(d.FollowUpAdded, d.Nudged)  # once for each order
    answered = second.lead(i.AnswerSupervision, report="已整改。")
    press(answered, later=7 * ONE_DAY).then(d.FollowUpAdded, d.Nudged)


def test_supervision_that_is_not_automatic_is_asked_for_and_can_be_declined() -> None:
    rules = with_rung(Step.SUPERVISE, after_count=1, unanswered_for=None, automatic=False)
    asked = press(at_work(rules)).then(d.FollowUpAdded, d.Nudged, d.EscalationProposed)
    press(asked).then(d.FollowUpAdded, d.Nudged)
    assert opened_tasks(asked.office(i.Supervise, reason="久拖。")) == [("supervise", False)]
    assert opened_tasks(asked.office(i.EndSupervision, result="暂不督办。")) == [("supervise", False)]
    assert opened_tasks(asked.lead(i.NoteProgress, text="已派人。")) == [("supervise", False)]


@pytest.mark.parametrize(
    ("action", "person", "may"),
    [
        (i.Nudge, "p-xu", True),
        (i.Nudge, "p-he", True),
        (i.Nudge, "p-lu", False),
        (i.Supervise, "p-xu", False),
        (i.Supervise, "p-he", True),
        (i.Supervise, "p-fang", True),
    ],
)
def test_ordered_by_says_who_may_order_a_step_by_hand(action: type[i.OnTicket], person: str, may: bool) -> None:  # noqa: FBT001 - the case
    named = shipped().person(person)
    assert named is not None
    said: Any = action
    done = at_work(with_rung(Step.NUDGE)).act(
        said(ticket=TICKET, by=Person(id=person, name=named.name), reason="久拖。")
    )
    assert (type(done.facts[0]) is not d.ActionRefused) == may


def test_ordered_by_can_name_another_role() -> None:
    story = at_work(with_rung(Step.SUPERVISE, ordered_by=Role.DUTY_OFFICER))
    supervisor = Person(id="p-he", name="何静宜")
    story.act(i.Supervise(ticket=TICKET, by=supervisor, reason="久拖。")).refused("role_missing")
    duty = Person(id="p-min", name="闵建国")
    story.act(i.Supervise(ticket=TICKET, by=duty, reason="久拖。")).then(d.SupervisionOrdered)


def test_follow_ups_that_nudge_is_every_how_many_nudges() -> None:
    rules = with_rung(Step.SUPERVISE)
    ladder = rules.policy.ladder.model_copy(update={"follow_ups_that_nudge": 2})
    story = at_work(replace(rules, policy=rules.policy.model_copy(update={"ladder": ladder})))
    once = press(story).then(d.FollowUpAdded)
    press(once).then(d.FollowUpAdded, d.Nudged)
