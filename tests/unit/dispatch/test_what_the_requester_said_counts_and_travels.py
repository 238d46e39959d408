"""What was said at callbacks and contacts: ruled on only where it was said, and read by whoever goes on from there."""

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
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Contacted,
    Grade,
    Kind,
    Party,
    PartyKind,
    Person,
    RequesterKind,
    Ruling,
    Solved,
    TicketState,
    Unruled,
    WatchOrder,
)
from services.dispatch.core.commands import Act
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, TICKET, Story, opened, person_for, received, rules_with

UNSOLVED: dict[str, Any] = {"solved": Solved.NOT, "satisfaction": Grade.DISSATISFIED}


def pending(**values: Any) -> Story:
    done = given.without_task(opened(**values).lead(i.Accept)).lead(i.ReportHandled, reply="已办结。")
    return done.office(i.Review, accepted=True)


def tasks(story: Story) -> list[DeskTask]:
    return [each.message for each in story.told if isinstance(each.message, DeskTask)]


def orders(story: Story) -> list[Order]:
    return [each.message for each in story.told if isinstance(each.message, Order)]


def answered(story: Story, solved: Solved, result: Grade, **values: Any) -> Story:
    four: dict[str, Any] = {"contacted": Contacted.YES, "solved": solved, "attitude": Grade.SATISFIED, "result": result}
    return story.callback(i.RecordCallback, **four, **values)


# --- ruled on only where it was said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("solved", "why"), [(Solved.PARTLY, Unruled.PARTLY), (Solved.NOT_RATED, Unruled.NOT_RATED)], ids=str
)
def test_where_the_requester_did_not_say_whether_it_is_solved_a_person_is_asked(solved: Solved, why: Unruled) -> None:
    closed = answered(pending(), solved, Grade.NOT_RATED).then(d.CallbackRecorded, d.Closed, state=TicketState.CLOSED)
    fact = closed.said(d.Closed)
    assert (fact.ruling, fact.unruled, fact.awaits_ruling) == (None, why, True)
    assert [(task.task, task.open) for task in tasks(closed)] == [("outcome_ruling", True)]

    ruled = closed.office(i.RuleOnOutcome, ruling=Ruling.EXPLAINED, reason="已向诉求人说明。").then(d.OutcomeRuled)
    assert ruled.ticket.ruling is Ruling.EXPLAINED
    assert [(task.task, task.open) for task in tasks(ruled)] == [("outcome_ruling", False)]


def test_a_refusal_to_rate_is_nobodys_word_but_the_agents() -> None:
    nothing: dict[str, Any] = {"solved": Solved.NOT_RATED, "attitude": Grade.NOT_RATED, "result": Grade.NOT_RATED}
    closed = pending().callback(i.RecordCallback, contacted=Contacted.NOT_RATED, note="不愿评价，挂断。", **nothing)
    (task,) = tasks(closed)
    assert (task.said, task.noted) == (None, "不愿评价，挂断。")
    again = closed.office(i.Reopen, reason="又坏了。")
    assert [order.said for order in orders(again)] == [None] * len(orders(again))


def test_who_rated_something_said_what_is_noted() -> None:
    (task,) = tasks(answered(pending(), Solved.PARTLY, Grade.NOT_RATED, note="修了一半。"))
    assert (task.said, task.noted) == ("修了一半。", None)


def test_whoever_cannot_be_reached_said_nothing() -> None:
    story = pending()
    for _ in range(3):
        story = replace(story.callback(i.NoteUnreached, note="关机。"), at=story.at + timedelta(days=1))
    assert (story.said(d.Closed).ruling, story.said(d.Closed).unruled) == (None, Unruled.UNREACHABLE)
    assert story.said(d.CallbackTried).note == "关机。"


def test_a_ruling_that_is_asked_for_waits_in_the_archive_too() -> None:
    closed = answered(pending(), Solved.PARTLY, Grade.AVERAGE)
    archived = closed.clock(c.ClockLapsed, Clock.REOPEN_WINDOW, "requester").then(d.Archived)
    assert tasks(archived) == []
    ruled = archived.office(i.RuleOnOutcome, ruling=Ruling.SOLVED, reason="已核实。").then(d.OutcomeRuled)
    assert [task.open for task in tasks(ruled)] == [False]


def test_policy_says_for_which_reasons_a_person_is_asked() -> None:
    policy = rules_with().policy
    quiet = policy.rates.model_copy(update={"person_rules_on": (Unruled.PARTLY,)})
    rules = replace(rules_with(), policy=policy.model_copy(update={"rates": quiet}))
    anonymous = opened(rules, requester_kind=RequesterKind.ANONYMOUS, requester=None)
    done = given.without_task(anonymous.lead(i.Accept)).lead(i.ReportHandled, reply="已办结。")
    closed = done.office(i.Review, accepted=True)
    assert (closed.said(d.Closed).ruling, closed.said(d.Closed).awaits_ruling) == (None, None)
    assert "outcome_ruling" not in [task.task for task in tasks(closed)]


def test_what_the_reviewer_ruled_stands_whoever_was_reached() -> None:
    done = given.without_task(opened(contact=Contact()).lead(i.Accept)).lead(i.ReportHandled, reply="已办结。")
    closed = done.office(i.Review, accepted=True, ruling=Ruling.SOLVED)
    assert (closed.said(d.Closed).ruling, closed.said(d.Closed).unruled) == (Ruling.SOLVED, None)


def test_a_whole_whose_part_was_not_ruled_on_is_not_ruled_on_either() -> None:
    split = given.split()
    parts = split.said(d.SplitUp).parts
    one = split.asked(_ended(parts[0], Ruling.SOLVED))
    both = one.asked(_ended(parts[1], None))
    assert (both.said(d.Closed).ruling, both.said(d.Closed).unruled) == (None, Unruled.PARTS)


def _ended(part: str, ruling: Ruling | None) -> Any:
    return r.ReportPart(ticket=TICKET, origin=part, by=Actor(), outcome="called_back", ruling=ruling)


# --- nobody is called in vain ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "called"),
    [
        ({"contact": Contact(name="王阿姨")}, False),
        ({"contact": Contact(address="3号楼")}, False),
        ({"contact": Contact(wechat="w-1"), "channel": Channel.WECHAT}, True),
        ({"contact": Contact(phone="13800000000")}, True),
    ],
    ids=str,
)
def test_a_caller_without_a_number_is_not_called_back(values: dict[str, Any], *, called: bool) -> None:
    story = pending(**values)
    assert (story.ticket.state is TicketState.CALLBACK_PENDING) == called
    if not called:
        assert story.said(d.CallbackExempt).reason == "no_number"
        assert story.said(d.Closed).unruled is Unruled.NO_NUMBER


# --- praise and suggestions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.PRAISE, Kind.SUGGEST], ids=str)
def test_praise_and_suggestions_are_answered_and_never_reworked(kind: Kind) -> None:
    said = answered(pending(kind=kind), Solved.NOT, Grade.DISSATISFIED, note="没有采纳。")
    said.then(d.CallbackRecorded, d.Closed, state=TicketState.CLOSED)
    assert said.said(d.CallbackRecorded).result is Grade.DISSATISFIED
    assert said.said(d.Closed).ruling is Ruling.FOR_REFERENCE


# --- words travel ----------------------------------------------------------------------------------------------------


def test_what_was_said_at_the_callback_stands_in_the_rework_order_and_on_the_reviewers_screen() -> None:
    reworked = answered(pending(), Solved.NOT, Grade.AVERAGE, note="楼下仍在漏水。")
    assert reworked.said(d.CallbackRecorded).note == "楼下仍在漏水。"
    assert reworked.said(d.ReworkOrdered).said == "楼下仍在漏水。"
    assert {order.said for order in orders(reworked)} == {"楼下仍在漏水。"}

    again = reworked.lead(i.ReportHandled, reply="已重做防水。")
    (review,) = tasks(again)
    assert (review.task, review.said) == ("review", "楼下仍在漏水。")


def test_what_was_said_at_the_first_contact_is_read_by_all_who_work_and_by_the_reviewer() -> None:
    made = given.in_progress().lead(i.MakeFirstContact, reached=True, note="约周六上午上门。")
    assert made.said(d.FirstContactMade).note == "约周六上午上门。"
    assert {order.notes[-1].text for order in orders(made)} == {"约周六上午上门。"}
    done = given.without_task(made).lead(i.ReportHandled, reply="已办结。")
    assert [task.contacted for task in tasks(done) if task.task == "review"] == ["约周六上午上门。"]
    tried = given.in_progress().lead(i.MakeFirstContact, reached=False, note="无人接听。")
    assert tried.said(d.FirstContactTried).note == "无人接听。"


# --- the city's verdict ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [TicketState.CLOSED, TicketState.ARCHIVED, TicketState.HANDLED], ids=str)
def test_the_citys_verdict_has_the_last_lead_look_at_it_again(state: TicketState) -> None:
    heard = given.at(state).office(i.RecordCityVerdict, **UNSOLVED, note="路灯还是不亮。")
    heard.then(d.CityVerdictRecorded, d.CallbackReviewOrdered, state=state)
    order = heard.said(d.CallbackReviewOrdered)
    assert (order.department, order.said) == (LEAD, "路灯还是不亮。")
    (told,) = [each for each in orders(heard) if each.role == "lead"]
    assert (told.to_answer, told.returnable) == ((WatchOrder.CALLBACK_REVIEW,), False)

    answer = heard.lead(i.AnswerSupervision, report="已换灯。").then(d.SupervisionAnswered)
    assert [(task.task, task.open) for task in tasks(answer) if task.task == "callback_review"] == [
        ("callback_review", True)
    ]
    done = answer.office(i.EndSupervision, result="已核实。").then(d.SupervisionEnded, state=state)
    done.lead(i.AnswerSupervision, report="再报。").refused("nothing_to_answer")


def test_the_city_names_its_own_people_and_the_office_those_of_the_policy() -> None:
    closed, theirs = given.closed(), Person(id="city-12345", name="市热线办")
    verdict = i.RecordCityVerdict(ticket=TICKET, by=theirs, **UNSOLVED)
    from_city = received(verdict).model_copy(update={"party": Party(kind=PartyKind.CITY)})
    heard = closed.when(Act(from_city)).then(d.CityVerdictRecorded, d.CallbackReviewOrdered)
    assert heard.said(d.CityVerdictRecorded).by.party == Party(kind=PartyKind.CITY)
    closed.act(verdict).refused("unknown_person")


def test_a_content_city_asks_for_nothing_and_one_review_is_enough() -> None:
    closed = given.closed()
    content = closed.office(i.RecordCityVerdict, solved=Solved.SOLVED, satisfaction=Grade.FAIRLY)
    content.then(d.CityVerdictRecorded)
    once = closed.office(i.RecordCityVerdict, **UNSOLVED)
    once.office(i.RecordCityVerdict, **UNSOLVED).then(d.CityVerdictRecorded)


def test_a_review_of_the_citys_verdict_outlives_the_closing_and_its_lateness_stands_in_the_order() -> None:
    heard = given.callback_pending().office(i.RecordCityVerdict, **UNSOLVED)
    closed = heard.called().then(d.CallbackRecorded, d.Closed, state=TicketState.CLOSED)
    assert closed.ticket.review != given.closed().ticket.review
    late = closed.clock(c.ClockBreached, Clock.CALLBACK_REVIEW).then(d.Overdue)
    assert [order.to_answer for order in orders(late)] == [(WatchOrder.CALLBACK_REVIEW,)]
    closed.department("market", i.AnswerSupervision, report="不是我。").refused("not_yours")


# --- each answer is to one order -------------------------------------------------------------------------------------


def both() -> Story:
    return given.in_progress().office(i.Supervise, reason="久拖不决。").office(i.ReviewCallback, reason="核实。")


def test_where_two_orders_wait_an_answer_names_one_and_the_other_stays_open() -> None:
    both().lead(i.AnswerSupervision, report="已整改。").refused("which_order")
    one = both().lead(i.AnswerSupervision, report="已整改。", answers=WatchOrder.SUPERVISION)
    assert one.said(d.SupervisionAnswered).answers is WatchOrder.SUPERVISION
    assert [order.to_answer for order in orders(one) if order.role == "lead"] == [(WatchOrder.CALLBACK_REVIEW,)]
    one.lead(i.AnswerSupervision, report="再报。", answers=WatchOrder.SUPERVISION).refused("nothing_to_answer")
    two = one.lead(i.AnswerSupervision, report="已核实。")
    assert two.said(d.SupervisionAnswered).answers is WatchOrder.CALLBACK_REVIEW


def test_where_two_orders_run_the_supervisor_says_with_which_one_he_is_content() -> None:
    both().office(i.EndSupervision, result="好。").refused("which_order")
    one = both().office(i.EndSupervision, result="好。", order=WatchOrder.CALLBACK_REVIEW).then(d.SupervisionEnded)
    assert [order.to_answer for order in orders(one) if order.role == "lead"] == [(WatchOrder.SUPERVISION,)]
    one.office(i.EndSupervision, result="好。", order=WatchOrder.CALLBACK_REVIEW).refused("not_supervised")
    assert one.office(i.EndSupervision, result="好。").ticket.supervision.at == "quiet"


def test_who_may_rule_on_an_outcome_is_the_policys_to_say() -> None:
    closed = answered(pending(), Solved.PARTLY, Grade.AVERAGE)
    stranger = person_for(i.Adjudicate)
    closed.act(i.RuleOnOutcome(ticket=TICKET, by=stranger, ruling=Ruling.SOLVED, reason="好。")).refused("role_missing")
