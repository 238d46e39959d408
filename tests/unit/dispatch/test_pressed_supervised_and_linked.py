"""Nudge, supervision, interview by persons and by the ladder; merge, incident, split."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.registry import department_topic
from schemas.values import Actor, Channel, Clock, Place, Ruling, TicketState
from services.dispatch.core.commands import Ask, Begin
from services.dispatch.core.regions import Nudged, Quiet
from tests.support.dispatch import given
from tests.support.dispatch.examples import INTERVIEW
from tests.support.dispatch.story import (
    FINAL,
    INCIDENT,
    LEAD,
    OTHER,
    RECEIPT,
    SUPPORTER,
    TICKET,
    Story,
    opened,
    registered,
    rules_with,
)

ASKED: dict[str, Any] = {"ticket": TICKET, "origin": OTHER, "by": Actor()}


def _press(story: Story) -> Story:
    return story.act(i.FollowUp(ticket=TICKET, mode="press", text="快点。"))


def test_a_press_is_counted_and_nudges_whoever_holds_the_ticket() -> None:
    pressed = _press(given.in_progress())
    pressed.then(d.FollowUpAdded, d.Nudged)
    assert pressed.said(d.Nudged).department == LEAD
    _press(given.pending_dispatch()).then(d.FollowUpAdded, d.Nudged)
    assert _press(given.pending_dispatch()).said(d.Nudged).department is None


def test_nudges_in_vain_become_supervision_and_what_the_lead_does_answers_them() -> None:
    rules = replace(rules_with(), after=lambda since, _span: since)
    once = _press(opened(rules).lead(i.Accept))
    assert isinstance(once.ticket.supervision, Nudged)
    _press(once).then(d.FollowUpAdded, d.Nudged, d.SupervisionOrdered)
    assert isinstance(once.lead(i.NoteProgress, text="已派人。").ticket.supervision, Quiet)


def test_the_ladder_answers_a_missed_clock() -> None:
    story = given.in_progress()
    story.clock(c.ClockBreached, Clock.HANDLING).then(d.Overdue, d.Nudged)
    missed = story.clock(c.ClockBreached, Clock.CITIZEN, "office:p-he")
    missed.then(d.Overdue, d.SupervisionOrdered)
    missed.clock(c.ClockBreached, Clock.CITIZEN, "office:p-he").then()
    story.clock(c.ClockBreached, Clock.REVIEW, "office:p-lu").then()


def test_an_interview_follows_a_supervision_order() -> None:
    story = given.in_progress()
    story.office(i.Interview, reason="久拖。", **INTERVIEW).refused("not_supervised")
    ordered = story.office(i.Supervise, reason="久拖。").then(d.SupervisionOrdered)
    ordered.office(i.Supervise, reason="久拖。").refused("supervised_already")
    told = [each.message for each in ordered.told if isinstance(each.message, Order)]
    assert any(order.supervised and order.role == "lead" for order in told)
    answered = ordered.lead(i.AnswerSupervision, report="已整改。").then(d.SupervisionAnswered)
    answered.lead(i.AnswerSupervision, report="已整改。").refused("nothing_to_answer")
    answered.office(i.Interview, reason="不实。", **INTERVIEW).then(d.Interviewed)
    answered.office(i.EndSupervision, result="已落实。").then(d.SupervisionEnded)


def test_a_callback_review_is_answered_like_a_supervision_order() -> None:
    ordered = given.callback_pending().office(i.ReviewCallback, reason="核实。").then(d.CallbackReviewOrdered)
    ordered.office(i.ReviewCallback, reason="核实。").refused("reviewed_already")
    answered = ordered.lead(i.AnswerSupervision, report="已联系。").then(d.SupervisionAnswered)
    answered.office(i.EndSupervision, result="属实。").then(d.SupervisionEnded)


def test_only_the_same_requester_is_merged() -> None:
    story = given.in_progress()
    take = {**ASKED, "reason": "重复。", "receipt": RECEIPT}
    story.asked(r.TakeMerge(**take, requester="h-1")).then(d.MergeTaken)
    story.asked(r.TakeMerge(**take, requester="h-2")).then(d.RequestRefused)
    story.asked(r.TakeMerge(**take)).then(d.RequestRefused)
    given.closed().asked(r.TakeMerge(**take, requester="h-1")).then(d.RequestRefused)
    story.asked(r.TakeMerge(**take, requester="h-1", accused=(LEAD,))).then(d.RequestRefused)
    accusing = opened(accused=("market",)).office(i.Assign, lead=LEAD).lead(i.Accept)
    accusing.asked(r.TakeMerge(**take, requester="h-1", departments=("market",))).then(d.RequestRefused)


def test_a_merge_that_is_refused_leaves_the_ticket_where_it_was_and_tells_the_office() -> None:
    asked = given.in_progress().office(i.Merge, into=OTHER, reason="重复。").then(d.MergeAsked)
    refused = asked.asked(r.MergeAnswered(**ASKED, taken=False, reason="不是同一诉求人。", receipt=RECEIPT))
    refused.refused("other_ticket_refused")
    assert refused.ticket.state is TicketState.IN_PROGRESS
    refused.office(i.Merge, into=OTHER, reason="重复。").then(d.MergeAsked)


def test_unmerging_goes_on_where_it_stood_with_its_tasks() -> None:
    before = given.in_progress().ticket
    again = given.merged().office(i.Unmerge, reason="不是一件事。").then(d.Unmerged)
    assert (again.ticket.standing, again.ticket.tasks) == (before.standing, before.tasks)
    assert isinstance(again.told[-1].message, r.DropMerge)


def test_who_took_a_ticket_in_shares_its_end_and_hears_its_nudges() -> None:
    took = given.callback_pending().asked(r.TakeMerge(**ASKED, requester="h-1", reason="重复。", receipt=RECEIPT))
    ends = [each.message for each in took.called().told if isinstance(each.message, r.EndOfMerged)]
    assert [(end.ticket, end.outcome) for end in ends] == [(OTHER, "called_back")]
    pressed = _press(given.merged())
    assert [type(each.message) for each in pressed.told][-1] is r.PassOnFollowUp
    ended = given.merged().asked(r.EndOfMerged(**ASKED, outcome="called_back", ruling=Ruling.SOLVED))
    ended.then(d.MergedTicketEnded, state=TicketState.MERGED)


ENDS: list[tuple[Story, str, str | None, str | None]] = [
    (given.callback_pending(), "called_back", "已办结。", None),
    (given.rework(), "final_answer", "已尽力。", None),
    (given.in_progress(), "withdrawn", None, "不用了。"),
    (given.dispatched(), "transferred", None, "属市级。"),
    (given.pending_dispatch(), "not_accepted", None, "诉讼中。"),
    (given.survey_review(), "settled_at_unit", "已当场解决。", None),
    (given.merged(), "called_back", "已办结。", None),
]
WAYS: dict[str, Any] = {
    "final_answer": lambda x: x.office(
        i.GiveFinalAnswer, ground=FINAL, text="已尽力。", ruling=Ruling.EXPLAINED
    ).approved(),
    "withdrawn": lambda x: x.act(i.Withdraw(ticket=TICKET, reason="不用了。")),
    "transferred": lambda x: x.office(i.TransferOut, to="city", reason="属市级。"),
    "not_accepted": lambda x: x.office(i.RefuseTicket, ground="court", reason="诉讼中。"),
    "settled_at_unit": lambda x: x.office(i.SettleAtUnit, reply="已当场解决。"),
}


@pytest.mark.parametrize(("story", "outcome", "reply", "reason"), ENDS)
def test_however_a_ticket_ends_those_merged_into_it_hear_how(
    story: Story, outcome: str, reply: str | None, reason: str | None
) -> None:
    if story is given.merged():
        # given a ticket that took one in before it was merged itself
        took = given.in_progress().asked(r.TakeMerge(**ASKED, requester="h-1", reason="重复。", receipt=RECEIPT))
        third: dict[str, Any] = {"ticket": TICKET, "origin": "26091403000191", "by": Actor()}
        asked = took.office(i.Merge, into="26091403000191", reason="重复。")
        merged = asked.asked(r.MergeAnswered(**third, taken=True, reason="已并入", receipt=RECEIPT)).then(d.Merged)
        ended = merged.asked(r.EndOfMerged(**third, outcome=outcome, reply=reply)).then(d.MergedTicketEnded)
    else:
        took = story.asked(r.TakeMerge(**ASKED, requester="h-1", reason="重复。", receipt=RECEIPT)).then(d.MergeTaken)
        ended = WAYS.get(outcome, lambda x: x.called())(took)
    (end,) = [each.message for each in ended.told if isinstance(each.message, r.EndOfMerged)]
    assert (end.ticket, end.outcome, end.reply, end.reason) == (OTHER, outcome, reply, reason)

    # and the merged ticket says so about itself
    after = given.merged().asked(end.model_copy(update={"ticket": TICKET, "origin": OTHER})).then(d.MergedTicketEnded)
    said = after.said(d.MergedTicketEnded)
    assert (said.outcome, said.reply, said.reason, said.to) == (outcome, reply, reason, end.to)


def _taken_over(merged: Story, survivor: Story) -> Story:
    """The request of a ticket that wants to be merged, as the other one hears it."""
    (asked,) = [each.message for each in merged.office(i.Merge, into=OTHER, reason="重复。").told]
    assert isinstance(asked, r.TakeMerge)
    return survivor.asked(asked.model_copy(update={"ticket": TICKET, "origin": OTHER}))


def test_what_a_merged_ticket_says_reaches_whoever_works_on_the_one_that_stays() -> None:
    # given a duplicate that says more than the first report did, some of it later
    place = Place(text="四平路3号楼电梯", subdistrict="siping")
    more = opened(text="机柜门坏了。", place=place).lead(i.Accept).act(
        i.FollowUp(ticket=TICKET, mode="add", text="按钮也失灵。")
    )  # fmt: skip
    took = _taken_over(more, given.in_progress()).then(d.MergeTaken)
    # then lead and supporter have it in their orders
    orders = {each.topic: each.message for each in took.told if isinstance(each.message, Order)}
    assert set(orders) == {department_topic(LEAD), department_topic(SUPPORTER)}
    for order in orders.values():
        assert [(said.place.text, said.text) for said in order.supplements or ()] == [
            (place.text, "机柜门坏了。"), (place.text, "按钮也失灵。")
        ]  # fmt: skip
    # and so has whoever is given the ticket later, and whoever takes it in in its turn
    assert took.lead(i.NoteProgress, text="已派人。").told[0].message.supplements == order.supplements  # type: ignore[attr-defined]
    third = _taken_over(took, given.in_progress()).ticket.supplements
    assert [said.text for said in third] == [registered().text, "机柜门坏了。", "按钮也失灵。"]
    # until the two go their own ways again
    dropped = took.asked(r.DropMerge(**ASKED)).then(d.MergeDropped)
    assert [each.message.supplements for each in dropped.told if isinstance(each.message, Order)] == [None, None]


def test_what_a_merged_ticket_says_is_seen_on_the_desk() -> None:
    took = _taken_over(opened(text="机柜门坏了。"), given.pending_dispatch()).then(d.MergeTaken)
    (task,) = [each.message for each in took.told if isinstance(each.message, DeskTask)]
    assert task.open
    assert [said.text for said in task.supplements or ()] == ["机柜门坏了。"]


def test_a_split_ticket_closes_with_the_last_of_its_parts() -> None:
    split = given.split()
    parts = [each.message for each in split.told if isinstance(each.message, r.OpenPart)]
    assert [part.ticket for part in parts] == [f"{TICKET}-1", f"{TICKET}-2"]
    part = Story(split.rules).when(Ask(parts[0]))
    assert (part.ticket.matter.part_of, part.ticket.matter.upstream) == (TICKET, given.CITY)
    part.office(i.Split, parts=(i.Part(text="一。"), i.Part(text="二。")), reason="再拆。").refused("part_already")

    end: dict[str, Any] = {"ticket": TICKET, "by": Actor(), "outcome": "called_back"}
    one = split.asked(r.ReportPart(**end, origin=f"{TICKET}-1", ruling=Ruling.UNSOLVED)).then(d.PartEnded)
    one.asked(r.ReportPart(**end, origin=f"{TICKET}-1", ruling=Ruling.SOLVED)).then()
    both = one.asked(r.ReportPart(**end, origin=f"{TICKET}-2", ruling=Ruling.SOLVED))
    both.then(d.PartEnded, d.Closed, state=TicketState.CLOSED)
    assert both.said(d.Closed).ruling is Ruling.UNSOLVED


def test_a_number_that_nobody_knows_is_answered_and_can_still_become_a_ticket() -> None:
    take = r.TakeMerge(**ASKED, requester="h-1", reason="重复。", receipt=RECEIPT)
    asked = Story(rules_with()).when(Ask(take)).then(d.RequestRefused)
    assert isinstance(asked.told[-1].message, r.MergeAnswered)
    assert asked.when(Begin(registered())).ticket.state is TicketState.DISPATCHED


def _heard_by(story: Story, accused: str) -> list[str]:
    return [each.topic for each in story.told if each.topic == department_topic(accused)]


def test_what_a_ticket_took_in_is_kept_from_the_accused_wherever_it_goes() -> None:
    taken = r.TakeMerge(**ASKED, requester="h-1", accused=("market",), reason="重复。", receipt=RECEIPT)
    took = given.pending_dispatch().asked(taken)

    (merge,) = (each.message for each in took.office(i.Merge, into="26091403000191", reason="重复。").told)
    assert isinstance(merge, r.TakeMerge)
    assert merge.accused == ("market",)
    asked = [each.message for each in took.office(i.JoinIncident, incident=INCIDENT).told]
    assert [each.accused for each in asked if isinstance(each, r.AdmitMember)] == [("market",)]
    parts = (i.Part(text="一。", category="0101-02"), i.Part(text="二。", category="0101-03"))
    opened_parts = [each.message for each in took.office(i.Split, parts=parts, reason="两件事。").told]
    assert [each.accused for each in opened_parts if isinstance(each, r.OpenPart)] == [("market",)] * 2
    took.office(i.Assign, lead="market").refused("accused")


def test_what_was_added_to_a_merged_ticket_is_kept_from_the_accused_after_unmerging_too() -> None:
    taken = r.TakeMerge(**ASKED, requester="h-1", accused=("market",), reason="重复。", receipt=RECEIPT)
    passed_on = r.PassOnFollowUp(**ASKED, receipt=RECEIPT, channel=Channel.HOTLINE, mode="add", text="举报补充。")
    dropped = given.in_progress().asked(taken).asked(passed_on).asked(r.DropMerge(**ASKED)).then(d.MergeDropped)

    assert [note.text for note in dropped.ticket.notes] == ["举报补充。"]
    again = dropped.office(i.Assign, lead="market").refused("accused")
    assert _heard_by(again, "market") == []


def test_what_a_requester_still_provides_on_a_merged_ticket_is_passed_on() -> None:
    asked = given.in_progress().lead(i.AskForInfo, question="几号楼？").office(i.Merge, into=OTHER, reason="重复。")
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=True, reason="已并入", receipt=RECEIPT)
    merged = asked.asked(answer)
    assert merged.ticket.state is TicketState.MERGED
    told = merged.act(i.ProvideInfo(ticket=TICKET, text="3号楼。"))
    assert told.said(d.FollowUpAdded).text == "3号楼。"
    assert [each.message.text for each in told.told if isinstance(each.message, r.PassOnFollowUp)] == ["3号楼。"]


def test_an_interview_is_on_record_with_when_with_whom_and_what_came_of_it() -> None:
    ordered = given.in_progress().office(i.Supervise, reason="久拖不决。")
    missing = ordered.office(i.Interview, reason="不实。").refused("interview_incomplete")
    assert "约谈时间（held_at）、参加人（persons）、约谈结果（agreed）" in missing.said(d.ActionRefused).reason
    later = {**INTERVIEW, "held_at": ordered.at + timedelta(days=1)}
    ordered.office(i.Interview, reason="不实。", **later).refused("held_in_the_future")
    held = ordered.office(i.Interview, reason="不实。", **INTERVIEW).said(d.Interviewed)
    assert (held.persons, held.agreed) == (("房管局分管领导",), "三日内办结。")
