"""What is recognised goes to a person: on top of the desk, with the word, urgent where policy says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.values import Actor, Channel, Place, TicketState, Tier, VisitRef
from services.dispatch.core.commands import Ask
from services.dispatch.core.regions import Acknowledged, Calling
from services.dispatch.core.rules import Guess
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, BY_HAND, LEAD, TICKET, Story, opened, registered, rules_with

WAGES, THREAT = "0801-01", "0701-07"
CRY = "公司拖欠工资半年，再不给钱我就从楼顶跳楼。"
BRIBE = "四平路街道的干部收受摊主红包。"


def guessing(category: str = WAGES) -> Any:
    return replace(
        rules_with(**BY_HAND), suggest=lambda _text: Guess(category, 1.0, "words", certain=True, alternatives=())
    )


def desk(story: Story, task: str = "dispatching") -> DeskTask:
    found = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    return next(each for each in found if each.task == task and each.open)


def orders(story: Story) -> list[Order]:
    return [each.message for each in story.told if isinstance(each.message, Order)]


def test_a_threat_in_a_wage_complaint_calls_somebody_and_waits_on_the_desk_with_the_word() -> None:
    story = opened(guessing(), category=None, text=CRY)
    story.then(d.Opened, d.StopWordsFound, d.DispatchAwaited, d.UrgentCalled, state=TicketState.PENDING_DISPATCH)
    assert story.said(d.Opened).tier is Tier.URGENT
    task = desk(story)
    assert [(each.group, each.word) for each in task.stop_words or ()] == [("self-harm", "跳楼")]
    assert (task.suggestion, task.alternatives, task.refer) == (THREAT, (WAGES,), "police-110")
    assert story.said(d.DispatchAwaited).reason == "stop_words"


def test_a_category_that_an_agent_typed_sends_no_cry_for_help_away() -> None:
    story = opened(category=WAGES, text=CRY)
    assert story.ticket.state is TicketState.PENDING_DISPATCH
    assert desk(story).suggestion == THREAT


def test_a_threat_weighs_more_than_another_district_whatever_was_said_first() -> None:
    threat = "再不给我就从楼上跳下去。"
    away = opened(place=Place(text="虹口区四川北路12号"), text="路灯不亮。", category=WAGES)
    at_once = opened(place=Place(text="虹口区四川北路12号"), text=f"不给钱，{threat}", category=WAGES)
    corrected = away.office(i.Correct, text=f"不给钱，{threat}", reason="漏记。")
    for story in (at_once, adding(away, threat), corrected):
        task = desk(story)
        assert (task.suggestion, task.refer, task.tier) == (THREAT, "police-110", Tier.URGENT)
        assert [each.group for each in task.stop_words or ()] == ["self-harm", "elsewhere"]
        assert isinstance(story.ticket.urgency, Calling)


def test_a_place_in_another_district_is_not_dispatched_here() -> None:
    story = opened(place=Place(text="虹口区四川北路12号"), text="路灯不亮。")
    assert story.ticket.state is TicketState.PENDING_DISPATCH
    assert (desk(story).refer, desk(story).tier) == ("other-district", Tier.COMPLEX)


def test_from_the_survey_somebody_is_called_before_anybody_passed_it_on() -> None:
    visit = VisitRef(visitor="v-1", unit="unit-01", visited_at=AT)
    story = opened(channel=Channel.SURVEY, visit=visit, text="楼道里一股煤气味。")
    assert isinstance(story.ticket.urgency, Calling)
    assert story.office(i.PassOn).office(i.PassOn).ticket.state is TicketState.PENDING_DISPATCH


def test_a_part_is_heeded_like_a_whole() -> None:
    complaint = registered(f"{TICKET}-1", text=CRY, category=WAGES).complaint
    asked = r.OpenPart(**complaint, ticket=f"{TICKET}-1", origin=TICKET, by=Actor(), tier=Tier.COMPLEX)
    story = Story(rules_with(**BY_HAND)).when(Ask(asked))
    assert story.ticket.state is TicketState.PENDING_DISPATCH
    assert isinstance(story.ticket.urgency, Calling)


def test_classifying_sends_it_nowhere_and_only_an_assignment_does() -> None:
    story = opened(category=WAGES, text=CRY).office(i.Classify, category="0101-02")
    story.then(d.Classified, state=TicketState.PENDING_DISPATCH)
    assert story.office(i.Assign, lead="police").ticket.state is TicketState.DISPATCHED


def test_an_upheld_return_of_such_a_matter_comes_to_the_desk_again() -> None:
    story = opened(category=WAGES, text="门口一帮人在打架。").office(i.Assign, lead="labour")
    asked = story.lead(i.RequestReturn, ground="not-our-duty", reason="不属我局。", suggested="police")
    back = asked.office(i.RuleOnReturn, upheld=True, reason="同意。")
    assert back.ticket.state is TicketState.PENDING_DISPATCH


# --- what comes later ------------------------------------------------------------------------------------------------


def adding(story: Story, text: str) -> Story:
    return story.act(i.FollowUp(ticket=TICKET, mode="add", text=text))


def test_danger_in_a_later_word_makes_urgent_calls_somebody_and_waits_until_a_person_saw_to_it() -> None:
    story = adding(given.in_progress(), "有人被困在里面。")
    story.then(d.FollowUpAdded, d.StopWordsFound, d.UrgentCalled, state=TicketState.IN_PROGRESS)
    assert story.ticket.matter.tier is Tier.URGENT
    assert [each.word for each in desk(story, "stop_words").stop_words or ()] == ["被困"]
    assert orders(story)[-1].tier is Tier.URGENT
    seen = story.office(i.SeeToStopWords, note="已通知119。")
    seen.then(d.StopWordsSeenTo)
    seen.office(i.SeeToStopWords, note="已通知119。").refused("nothing_recognised")


def test_whoever_knew_only_of_what_was_said_before_is_called_again() -> None:
    known = opened(tier=Tier.URGENT).office(i.AcknowledgeUrgent)
    assert isinstance(known.ticket.urgency, Acknowledged)
    again = adding(known, "现在着火了。")
    assert again.said(d.UrgentCalled).reason == "stop_words"
    assert isinstance(again.ticket.urgency, Calling)


def test_an_answer_of_the_requester_is_heeded_before_the_machine_goes_on() -> None:
    asked = given.pending_dispatch().office(i.AskRequester, question="哪里？")
    ready = replace(asked, rules=rules_with(**BY_HAND))
    story = ready.act(i.ProvideInfo(ticket=TICKET, text="再不管我就跳楼。"))
    assert story.ticket.state is TicketState.PENDING_DISPATCH
    assert isinstance(story.ticket.urgency, Calling)


def test_what_an_agent_had_written_down_wrongly_is_heeded_once_it_is_right() -> None:
    corrected = given.in_progress().office(i.Correct, text="老人被困在电梯里。", reason="记录有误。")
    assert isinstance(corrected.ticket.urgency, Calling)
    elsewhere = given.pending_dispatch().office(i.Correct, place=Place(text="虹口区四川北路12号"), reason="记录有误。")
    assert [each.group for each in elsewhere.ticket.stop_words.found] == ["elsewhere"]
    ready = replace(elsewhere, rules=rules_with(**BY_HAND))
    assert ready.office(i.Classify, category=WAGES).ticket.state is TicketState.PENDING_DISPATCH


def test_what_is_said_of_misconduct_later_is_read_by_no_department() -> None:
    story = adding(given.in_progress(), "你们局的干部收受开发商红包。")
    assert not [each for each in orders(story) if "红包" in each.model_dump_json()]
    assert "红包" not in str(story.ticket.notes)
    assert desk(story, "stop_words").tier is Tier.COMPLEX
    order = story.lead(i.NoteProgress, text="已上门。")
    assert "红包" not in orders(order)[-1].model_dump_json()


# --- never to whom it accuses ----------------------------------------------------------------------------------------


def test_a_report_of_misconduct_goes_to_no_department_that_it_names() -> None:
    story = opened(category="1601-01", text=BRIBE)
    assert story.ticket.state is TicketState.PENDING_DISPATCH
    assert story.said(d.StopWordsFound).named == ("siping",)
    assert desk(story).refer == "discipline"
    story.office(i.Assign, lead="siping").refused("named_in_report")
    story.office(i.Assign, lead=LEAD, supporting=("siping",)).refused("named_in_report")
    assert story.office(i.Assign, lead=LEAD).ticket.state is TicketState.DISPATCHED
    assert story.office(i.TransferOut, to="discipline", reason="属违纪线索。").ticket.state is TicketState.TRANSFERRED


def test_a_person_clears_a_department_by_saying_why() -> None:
    story = opened(category="1601-01", text=BRIBE).office(i.Assign, lead="siping", despite="被反映的是物业，不是街道。")
    assert story.said(d.StopWordsSeenTo).cleared == ("siping",)
    assert story.ticket.led_by is not None
    assert story.ticket.led_by.lead == "siping"


def test_nobody_clears_whom_the_requester_accuses() -> None:
    story = opened(category="1601-01", text=BRIBE, accused=("siping",))
    story.office(i.Assign, lead="siping", despite="不是街道。").refused("accused")
