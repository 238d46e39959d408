"""A supporting department's "done" is reviewed as policy says: at the desk, or together with the lead's report."""

from __future__ import annotations

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import DeskTask
from schemas.values import TicketState
from services.dispatch.core.regions import Doing, Done
from tests.support.dispatch.story import BY_HAND, LEAD, SUPPORTER, Story, opened, rules_with

SECOND = "greening"


def at_work(task_review: Passing = Passing.QUEUE) -> Story:
    story = opened(rules_with(**BY_HAND, task_review=task_review)).lead(i.Accept)
    return story.office(i.Assign, lead=LEAD, supporting=(SUPPORTER, SECOND), blocking=True)


def done(story: Story, department: str = SUPPORTER) -> Story:
    return story.department(department, i.ReportTaskDone, reply="已配合。").then(d.SupportTaskDone)


def desk(story: Story) -> list[tuple[bool, str | None]]:
    tasks = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    return [(task.open, task.department) for task in tasks if task.task == "task_review"]


def test_where_policy_reviews_by_itself_nothing_waits_and_it_can_still_be_sent_back() -> None:
    story = done(at_work(Passing.AUTOMATIC))
    assert desk(story) == []
    story.office(i.Review, accepted=True, department=SUPPORTER).refused("nothing_to_review")
    story.office(i.Review, accepted=False, ground="not-done", department=SUPPORTER, reason="未完成。").then(
        d.SupportTaskSentBack
    )


def test_where_policy_asks_for_review_it_waits_at_the_desk_until_it_is_accepted() -> None:
    story = done(at_work())
    assert desk(story) == [(True, SUPPORTER)]
    story.office(i.Review, accepted=True, department=SECOND).refused("nothing_to_review")
    accepted = story.office(i.Review, accepted=True, department=SUPPORTER).then(d.SupportTaskAccepted)
    assert desk(accepted) == [(False, SUPPORTER)]
    accepted.office(i.Review, accepted=True, department=SUPPORTER).refused("nothing_to_review")


def test_what_is_sent_back_is_open_again_and_blocks_the_lead() -> None:
    both = done(done(at_work(), SECOND))
    back = both.office(i.Review, accepted=False, ground="not-done", department=SUPPORTER, reason="未完成。").then(
        d.SupportTaskSentBack
    )
    assert isinstance(back.ticket.tasks[SUPPORTER], Doing)
    back.lead(i.ReportHandled, reply="已办结。").refused("blocking_tasks_open")
    again = done(back)
    assert isinstance(again.ticket.tasks[SUPPORTER], Done)


def test_several_tasks_are_reviewed_one_after_the_other() -> None:
    first = done(at_work(), SECOND)
    second = done(first)
    assert desk(first) == [(True, SECOND)]
    one = min((SUPPORTER, SECOND), key=list(second.ticket.tasks).index)
    other = SECOND if one == SUPPORTER else SUPPORTER
    next_one = second.office(i.Review, accepted=True, department=one).then(d.SupportTaskAccepted)
    assert desk(next_one) == [(True, other)]
    last = next_one.office(i.Review, accepted=True, department=other)
    assert desk(last) == [(False, other)]


def test_the_review_of_the_whole_covers_the_tasks() -> None:
    both = done(done(at_work(), SECOND))
    handled = both.lead(i.ReportHandled, reply="已办结。").then(d.Handled, state=TicketState.HANDLED)
    assert [is_open for is_open, _ in desk(handled)] == [False]
    back = handled.office(i.Review, accepted=False, ground="not-done", reason="未修好。").then(d.HandledSentBack)
    assert desk(back) == []
    back.office(i.Review, accepted=False, ground="not-done", department=SUPPORTER, reason="未完成。").then(
        d.SupportTaskSentBack
    )
