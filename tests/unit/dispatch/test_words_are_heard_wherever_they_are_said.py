"""A cry for help is heard wherever somebody writes it down: at callbacks and contacts, in reports, after the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.registry import department_topic
from schemas.tickets import Answered
from schemas.values import (
    ENDED,
    Actor,
    Channel,
    Contact,
    Contacted,
    Grade,
    Kind,
    Place,
    RequesterKind,
    Ruling,
    Solved,
    Supplement,
    TicketState,
    Tier,
)
from services.dispatch.core.commands import BeginAnswered
from services.dispatch.core.regions import Calling, NotUrgent
from tests.support.dispatch import given
from tests.support.dispatch.story import AGENT, AT, LEAD, OTHER, RECEIPT, TICKET, Story, opened, rules_with

CRY = "他说再没人管就从楼顶跳楼。"
BRIBE = "你们局的干部收受开发商红包。"


def on_top(story: Story) -> list[str]:
    """The words that stand on the task at the top of the desk."""
    found = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    return [word.word for each in found if each.task == "stop_words" and each.open for word in each.stop_words or ()]


def orders(story: Story, department: str = LEAD) -> list[Order]:
    topic = department_topic(department)
    return [each.message for each in story.told if each.topic == topic and isinstance(each.message, Order)]


def written_to_departments(story: Story) -> str:
    return "".join(each.message.model_dump_json() for each in story.told if isinstance(each.message, Order))


def callbacks(story: Story) -> list[CallbackRequest]:
    return [each.message for each in story.told if isinstance(each.message, CallbackRequest)]


def called_back(note: str, solved: Solved = Solved.SOLVED) -> Story:
    return given.callback_pending().callback(
        i.RecordCallback,
        contacted=Contacted.YES,
        solved=solved,
        attitude=Grade.SATISFIED,
        result=Grade.SATISFIED,
        note=note,
    )


# --- while somebody has the ticket -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (i.MakeFirstContact, {"reached": True, "method": "phone", "note": CRY}),
        (i.MakeFirstContact, {"reached": False, "method": "phone", "note": CRY}),
        (i.NoteProgress, {"text": CRY}),
        (i.Commit, {"text": CRY, "promised": AT + timedelta(days=3)}),
        (i.AskForInfo, {"question": CRY}),
    ],
)
def test_what_a_department_writes_down_is_heard(action: type[i.DepartmentAction], said: dict[str, object]) -> None:
    story = given.in_progress().lead(action, **said)
    assert on_top(story) == ["跳楼"]
    assert story.ticket.matter.tier is Tier.URGENT
    assert isinstance(story.ticket.urgency, Calling)


def test_a_report_of_what_is_known_already_brings_nobody_to_the_desk_again() -> None:
    known = given.in_progress().act(i.FollowUp(ticket=TICKET, mode="add", text="车棚着火了。"))
    known.lead(i.NoteProgress, text="火灾已扑灭，着火原因正在调查。").then(d.ProgressNoted)


def test_what_is_said_at_a_callback_that_was_in_vain_is_heard() -> None:
    story = given.callback_pending().callback(i.NoteUnreached, note="家人接听，称本人服毒。")
    assert on_top(story) == ["服毒"]


def test_a_merged_tickets_words_go_to_the_top_of_the_ticket_that_goes_on() -> None:
    asked = r.TakeMerge(
        ticket=TICKET,
        origin=OTHER,
        by=Actor(),
        requester="h-1",
        accused=(),
        tier=Tier.COMPLEX,
        supplements=(Supplement(ticket=OTHER, place=Place(text="四平路100号"), text="配电箱冒浓烟。"),),
        reason="同一诉求",
        receipt=RECEIPT,
    )
    story = given.in_progress().asked(asked)
    story.then(d.MergeTaken, d.StopWordsFound, d.UrgentCalled)
    assert on_top(story) == ["冒浓烟"]


# --- as the ticket ends, and after -----------------------------------------------------------------------------------


def test_what_is_said_at_the_callback_closes_nothing_before_a_person_has_seen_to_it() -> None:
    story = called_back(CRY)
    story.then(d.CallbackRecorded, d.ClosingHeld, d.StopWordsFound, d.UrgentCalled, state=TicketState.HANDLED)
    assert on_top(story) == ["跳楼"]
    assert story.ticket.matter.tier is Tier.URGENT
    assert [each.happened for each in callbacks(story)] == ["cancelled"]
    known = story.office(i.AcknowledgeUrgent).then(d.UrgentAcknowledged, state=TicketState.HANDLED)
    known.office(i.Review, accepted=True).refused("waits_to_close")
    seen = known.office(i.SeeToStopWords, note="已报110，家属已到场。")
    seen.then(d.StopWordsSeenTo, d.Closed, state=TicketState.CLOSED)
    assert seen.said(d.Closed).ruling is Ruling.SOLVED
    assert [each.open for each in (t.message for t in seen.told) if isinstance(each, DeskTask)] == [False]


def test_what_nobody_on_duty_knows_of_is_not_closed_though_somebody_at_the_desk_saw_to_it() -> None:
    seen = called_back(CRY).office(i.SeeToStopWords, note="已联系家属。").then(d.StopWordsSeenTo)
    seen.office(i.AcknowledgeUrgent).then(d.UrgentAcknowledged, d.Closed, state=TicketState.CLOSED)


def test_what_fails_at_the_callback_goes_back_to_work_at_once_and_the_alarm_stays() -> None:
    story = called_back(CRY, Solved.NOT)
    story.then(d.CallbackRecorded, d.ReworkOrdered, d.StopWordsFound, d.UrgentCalled, state=TicketState.REWORK)


def test_the_last_call_in_vain_closes_nothing_that_nobody_has_seen_to() -> None:
    first = given.callback_pending().callback(i.NoteUnreached, note="家人接听，称本人服毒。")
    second = replace(first, at=first.at + timedelta(days=1)).callback(i.NoteUnreached)
    last = replace(second, at=second.at + timedelta(days=1)).callback(i.NoteUnreached)
    last.then(d.CallbackTried, d.CallbackGivenUp, d.ClosingHeld, state=TicketState.HANDLED)
    seen = last.office(i.SeeToStopWords, note="已到场。").office(i.AcknowledgeUrgent)
    assert seen.said(d.Closed).outcome == "unreachable"


def test_of_whom_nobody_can_call_the_case_is_not_closed_while_the_alarm_is_open() -> None:
    unknown = opened(contact=Contact(), channel=Channel.HOTLINE)
    handled = given.without_task(unknown.lead(i.Accept)).lead(i.ReportHandled, reply="现场有煤气味，已通知。")
    held = handled.office(i.Review, accepted=True)
    held.then(d.HandledAccepted, d.ClosingHeld, state=TicketState.HANDLED)
    seen = held.office(i.SeeToStopWords, note="燃气公司已到场。").office(i.AcknowledgeUrgent)
    seen.then(d.UrgentAcknowledged, d.CallbackExempt, d.Closed, state=TicketState.CLOSED)


def test_correcting_an_answer_ends_no_alarm() -> None:
    reworked = called_back(CRY, Solved.NOT)
    corrected = {"solved": "solved", "result": "satisfied", "reason": "录入有误。"}
    reworked.office(i.Correct, **corrected).refused("alarm_open")
    assert isinstance(reworked.ticket.urgency, Calling)
    seen = reworked.office(i.AcknowledgeUrgent).office(i.SeeToStopWords, note="已上门。")
    seen.office(i.Correct, **corrected).then(d.Corrected, d.ReworkWithdrawn, d.Closed, state=TicketState.CLOSED)


def test_who_declines_to_rate_is_heard() -> None:
    assert on_top(called_back("拒绝评价，称" + CRY, Solved.NOT_RATED)) == ["跳楼"]


def test_who_takes_a_matter_back_is_heard() -> None:
    story = given.in_progress().act(i.Withdraw(ticket=TICKET, reason="不用你们管了，我不想活了。"))
    story.then(d.WithdrawalAsked, d.StopWordsFound, d.UrgentCalled, state=TicketState.IN_PROGRESS)
    assert on_top(story) == ["不想活"]
    assert story.ticket.matter.tier is Tier.URGENT
    kept = story.office(i.DeclineWithdrawal, reason="已联系家属，继续办理。")
    assert isinstance(kept.ticket.urgency, Calling)


@pytest.mark.parametrize(
    "alarm",
    [
        lambda: given.in_progress().act(i.FollowUp(ticket=TICKET, mode="add", text=CRY)),
        lambda: given.in_progress().act(i.FollowUp(ticket=TICKET, mode="add", text=CRY)).office(i.AcknowledgeUrgent),
        lambda: given.in_progress().office(i.Classify, tier="urgent"),
    ],
)
def test_what_nobody_has_seen_to_is_not_taken_back_on_a_word(alarm: Callable[[], Story]) -> None:
    story = alarm().act(i.Withdraw(ticket=TICKET, reason="好了，不用来了。"))
    story.then(d.WithdrawalAsked, state=TicketState.IN_PROGRESS)
    assert story.office(i.ConfirmWithdrawal).ticket.state is TicketState.WITHDRAWN


@pytest.mark.parametrize("state", sorted(ENDED))
def test_a_call_about_a_closed_ticket_is_heard_though_it_is_refused(state: TicketState) -> None:
    story = given.at(state).act(i.Withdraw(ticket=TICKET, reason=CRY))
    assert isinstance(story.facts[0], d.ActionRefused)
    assert on_top(story) == ["跳楼"]
    assert isinstance(story.ticket.urgency, Calling)


def test_a_call_that_asks_to_reopen_is_heard() -> None:
    story = given.closed().office(i.Reopen, reason="来电称楼道又冒浓烟。")
    assert story.ticket.matter.tier is Tier.URGENT
    assert on_top(story) == ["冒浓烟"]


def test_a_call_that_was_answered_on_the_line_is_heard() -> None:
    fact = Answered(
        ticket=TICKET,
        receipt=RECEIPT,
        channel=Channel.HOTLINE,
        kind=Kind.CONSULT,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(phone="13800000000"),
        text="问低保怎么办，说办不下来就服毒。",
        answer="已告知材料清单。",
        agent=AGENT,
    )
    story = Story(rules_with()).when(BeginAnswered(fact))
    story.then(d.AnsweredOnLine, d.StopWordsFound, d.UrgentCalled, state=TicketState.ANSWERED)
    assert on_top(story) == ["服毒"]


def test_what_a_department_writes_about_a_ticket_that_is_not_its_own_is_not_heard() -> None:
    story = given.in_progress().department("labour", i.NoteProgress, text=CRY)
    assert [type(fact) for fact in story.facts] == [d.ActionRefused]
    assert isinstance(story.ticket.urgency, NotUrgent)


# --- misconduct ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solved", [Solved.SOLVED, Solved.NOT])
def test_misconduct_said_at_a_callback_is_read_by_no_department(solved: Solved) -> None:
    story = called_back(BRIBE, solved)
    assert story.said(d.CallbackRecorded).withheld
    assert "红包" not in written_to_departments(story)
    assert on_top(story) == ["收受"]
    if solved is Solved.NOT:
        noted = story.lead(i.NoteProgress, text="已上门。")
        assert "红包" not in written_to_departments(noted)


@pytest.mark.parametrize(
    "story",
    [
        given.in_progress().act(i.Withdraw(ticket=TICKET, reason=BRIBE)),
        given.closed().office(i.Reopen, reason=BRIBE),
    ],
)
def test_misconduct_said_in_withdrawing_or_reopening_is_read_by_no_department(story: Story) -> None:
    assert "红包" not in written_to_departments(story)
    assert on_top(story)


def test_a_correction_that_speaks_of_misconduct_withholds_whom_it_names_as_a_registration_does() -> None:
    text = "房管局的干部收受开发商红包。"
    story = given.in_progress().office(i.Correct, text=text, reason="漏记。")
    assert story.said(d.StopWordsFound).named == (LEAD,)
    (order,) = orders(story)
    assert (order.role, order.happened) == ("none", "released")
    assert "红包" not in order.model_dump_json()
    story.lead(i.NoteProgress, text="已上门。").refused("not_yours")
    story.office(i.Assign, lead=LEAD).refused("named_in_report")
    assert on_top(story)


def test_a_corrected_text_takes_the_task_of_a_supporter_that_it_names() -> None:
    supported = opened().office(i.Assign, lead=LEAD, supporting=("siping",))
    story = supported.office(i.Correct, text="四平路街道的干部收受摊主红包。", reason="漏记。")
    assert story.said(d.SupportTaskEnded).department == "siping"
    assert not story.ticket.tasks
    assert [each.role for each in orders(story, "siping")] == ["none"]
    assert "红包" not in orders(story, "siping")[0].model_dump_json()
    assert orders(story)[-1].text == "四平路街道的干部收受摊主红包。"
