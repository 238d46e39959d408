"""Inside of a department an order goes to a section or a person, with notes that no citizen and nobody else reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Person, TicketState
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared, reorganised
from tests.support.dispatch.story import LEAD, SUPPORTER, TICKET, Story

HANDLER: Final = Person(id="h-7", name="钱工")
SECTION: Final = "物业管理科"


def heard(story: Story) -> dict[str, Order]:
    """What each department heard of the last step."""
    return {told.topic: told.message for told in story.told if isinstance(told.message, Order)}


def delegated(story: Story | None = None) -> Story:
    """Given an order that its lead passed on inside."""
    before = story or given.in_progress()
    return before.lead(i.Delegate, section=SECTION, handler=HANDLER, note="请今天上门。")


def test_an_order_is_passed_on_to_a_section_or_a_person_and_the_department_alone_hears_of_it() -> None:
    story = delegated().then(d.Delegated, state=TicketState.IN_PROGRESS)
    orders = heard(story)
    assert list(orders) == [department_topic(LEAD)]
    (order,) = orders.values()
    assert (order.happened, order.section, order.handler) == ("delegated", SECTION, HANDLER)
    assert [note.text for note in order.internal_notes or ()] == ["请今天上门。"]
    # the newest counts
    again = heard(story.lead(i.Delegate, section="综合科"))[department_topic(LEAD)]
    assert (again.section, again.handler) == ("综合科", None)
    # and it is taken back
    back = heard(story.lead(i.TakeBack, reason="本科室办理。"))[department_topic(LEAD)]
    assert (back.happened, back.section, back.handler) == ("delegation_taken_back", None, None)
    story.lead(i.TakeBack).lead(i.TakeBack).refused("not_delegated")


def test_it_goes_to_somebody_of_the_department() -> None:
    nobody = given.in_progress().lead(i.Delegate, note="谁来办？").refused("nobody_named")
    assert "科室" in nobody.said(d.ActionRefused).reason
    # one that lists its sections has those
    unknown = given.in_progress().lead(i.Delegate, section="不存在科").refused("unknown_section")
    assert SECTION in unknown.said(d.ActionRefused).reason
    # one that lists none names them as it likes
    given.in_progress().department(SUPPORTER, i.Delegate, section="城建办").then(d.Delegated)
    given.in_progress().department("police", i.Delegate, section="治安科").refused("not_yours")


def test_a_supporter_keeps_its_own_counsel_too() -> None:
    story = given.in_progress().department(SUPPORTER, i.NoteInternally, text="先等牵头单位。")
    assert list(heard(story)) == [department_topic(SUPPORTER)]
    # when something happens that both hear of
    both = heard(story.lead(i.NoteProgress, text="已上门。"))
    assert both[department_topic(LEAD)].internal_notes is None
    assert [each.text for each in both[department_topic(SUPPORTER)].internal_notes or ()] == ["先等牵头单位。"]


def test_what_is_done_inside_of_one_department_is_nobody_elses_second_hand() -> None:
    story = given.in_progress()
    seen = story.ticket.version
    noted = story.department(SUPPORTER, i.NoteInternally, text="先等牵头单位。")
    noted.lead(i.NoteProgress, text="已上门。", if_seen=seen).then(d.ProgressNoted)
    # but inside of the department a second hand notices the first
    other = i.Delegate(ticket=TICKET, by=HANDLER, section="综合科", if_seen=seen)
    said = delegated(story).act(other, LEAD).refused("changed_meanwhile").said(d.ActionRefused).reason
    assert "内部转办" in said
    # and what the same person did for all to see is not hidden by it
    done = story.department(SUPPORTER, i.ReportTaskDone, reply="已配合。")
    hidden = done.department(SUPPORTER, i.NoteInternally, text="归档。")
    hidden.lead(i.NoteProgress, text="已上门。", if_seen=seen).refused("changed_meanwhile")


@pytest.mark.parametrize("kind", ["delegate", "note_internally"])
def test_whoever_reviews_what_the_city_heard_passes_it_on_too(kind: str) -> None:
    closed = prepared(given.closed(), kind)
    after = closed.when(EXAMPLES[kind](closed))
    assert list(heard(after)) == [department_topic(LEAD)]


def test_nobody_has_it_any_more_when_the_department_has_not() -> None:
    moved = delegated().office(i.Assign, lead="market")
    assert not moved.ticket.inside[LEAD].is_delegated
    closed = delegated(given.without_task(given.in_progress())).lead(i.ReportHandled, reply="已办结。")
    closed = closed.office(i.Review, accepted=True).called()
    assert not closed.ticket.inside[LEAD].is_delegated
    # what was noted goes to the successor, and sections do not
    replaced = reorganised(delegated())
    after = replaced.office(i.ReplaceDepartment, department=LEAD, successor="market", reason="机构改革方案")
    assert LEAD not in after.ticket.inside
    order = heard(after)[department_topic("market")]
    assert (order.section, [each.text for each in order.internal_notes or ()]) == (None, ["请今天上门。"])


# --- what is written for the file, and what for the requester ---------------------------------------------------------


def test_progress_for_the_requester_is_another_text_than_the_note_for_the_file() -> None:
    story = given.in_progress().lead(i.NoteProgress, text="业委会不配合。", for_requester="已上门，正在协调。")
    fact = story.said(d.ProgressNoted)
    assert (fact.text, fact.for_requester) == ("业委会不配合。", "已上门，正在协调。")
    assert [note.text for note in story.ticket.notes] == ["业委会不配合。"]


def test_a_report_has_a_note_for_the_file_beside_the_reply() -> None:
    story = given.without_task(given.in_progress()).lead(
        i.ReportHandled, reply="灯已换好。", note="灯具为三无产品，已报备。"
    )
    assert (story.ticket.reply, [note.text for note in story.ticket.notes][-1]) == (
        "灯已换好。",
        "灯具为三无产品，已报备。",
    )
    called = story.office(i.Review, accepted=True)
    assert "三无" not in "".join(_said_outside(called))


def _said_outside(story: Story) -> Iterator[str]:
    """What is said to anybody but departments."""
    departments = {department_topic(LEAD), department_topic(SUPPORTER)}
    yield from (told.message.to_json().decode() for told in story.told if told.topic not in departments)


def test_what_is_noted_inside_stands_in_no_message_to_others() -> None:
    story = delegated(given.without_task(given.in_progress())).lead(i.NoteInternally, text="当事人难缠，谨慎答复。")
    for after in (
        story,
        story.lead(i.ReportHandled, reply="已办结。"),
        story.lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True),
        story.office(i.Split, parts=(i.Part(text="一。"), i.Part(text="二。")), reason="两件事。"),
        story.office(i.Merge, into="26091403000183", reason="重复。"),
    ):
        assert "难缠" not in "".join(_said_outside(after))
        assert "请今天上门" not in "".join(_said_outside(after))
