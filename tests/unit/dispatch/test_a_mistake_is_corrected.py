"""A correction keeps what stood beside what stands, and takes back what had followed from the mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.values import (
    Actor,
    Contact,
    ContactKeys,
    Grade,
    Place,
    RequesterKind,
    Ruling,
    Solved,
    TicketState,
    Tier,
    Unruled,
    Verified,
)
from services.dispatch.core.commands import Act
from services.dispatch.core.regions import Exempt, Owed
from tests.support.dispatch import given
from tests.support.dispatch.story import (
    AGENT,
    BY_HAND,
    CATEGORY,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    opened,
    person_for,
    received,
    rules_with,
)

MISCLICK: dict[str, Any] = {"solved": Solved.SOLVED, "result": Grade.SATISFIED, "reason": "回访员误点。"}


def messages(story: Story, model: type) -> list[Any]:
    return [each.message for each in story.told if isinstance(each.message, model)]


# --- what was raised -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [TicketState.PENDING_DISPATCH, TicketState.IN_PROGRESS, TicketState.CLOSED], ids=str)
def test_what_stood_is_kept_beside_what_stands(state: TicketState) -> None:
    story = given.at(state)
    corrected = story.office(i.Correct, text="物业费上涨三成。", reason="记录有误。")
    fact = corrected.said(d.Corrected)
    assert (fact.old.text, fact.new.text, fact.reason) == ("物业费涨价没有公示。", "物业费上涨三成。", "记录有误。")
    assert corrected.ticket.matter.text == "物业费上涨三成。"
    assert all(order.text == "物业费上涨三成。" for order in messages(corrected, Order))
    corrected.office(i.Correct, text="物业费上涨三成。", reason="再次更正。").refused("nothing_to_correct")


def test_a_corrected_number_is_the_one_that_is_called_and_the_name_stays() -> None:
    corrected = given.callback_pending().office(i.Correct, contact=Contact(phone="13900000000"), reason="号码记错。")
    (call,) = messages(corrected, CallbackRequest)
    assert (call.happened, call.attempts) == ("requested", 3)
    assert call.contact == Contact(name="王阿姨", phone="13900000000")
    assert corrected.said(d.Corrected).old.contact == Contact(name="王阿姨", phone="13800000000")


def corrected_contact(story: Story, contact: Contact, **keys: str) -> Story:
    by = person_for(i.Correct)
    action = i.Correct(ticket=TICKET, by=by, contact=contact, reason="号码记错。")
    message = received(action).model_copy(update={"requester": ContactKeys(**keys)})
    return story.when(Act(message))


def test_whose_ticket_it_is_follows_the_corrected_number_and_the_history_keeps_both() -> None:
    corrected = corrected_contact(given.in_progress(), Contact(phone="13900000000"), phone="h-2")
    fact = corrected.said(d.Corrected)
    assert (fact.old.requester, fact.new.requester) == ("h-1", "h-2")
    take: dict[str, Any] = {"ticket": TICKET, "origin": OTHER, "by": Actor(), "reason": "重复。", "receipt": RECEIPT}
    corrected.asked(r.TakeMerge(**take, requester="h-2")).then(d.MergeTaken)
    corrected.asked(r.TakeMerge(**take, requester="h-1")).then(d.RequestRefused)
    asked = corrected.office(i.Merge, into=OTHER, reason="重复。")
    assert [each.message.requester for each in asked.told if isinstance(each.message, r.TakeMerge)] == ["h-2"]


@pytest.mark.parametrize(
    ("before", "given_now", "keys", "whose", "account"),
    [
        (Contact(phone="13800000000"), Contact(name="李阿姨"), {}, None, None),
        (Contact(phone="13800000000"), Contact(wechat="w-2"), {"wechat": "w"}, None, "w"),
        (Contact(wechat="w-1"), Contact(wechat="w-2"), {"wechat": "w"}, "w", "w"),
        (Contact(wechat="w-1"), Contact(phone="13900000000"), {"phone": "p"}, "p", "h-1"),
    ],
    ids=["a name", "an account beside the number", "an account alone", "a number beside the account"],
)
def test_the_telephone_counts_first(
    before: Contact, given_now: Contact, keys: dict[str, str], whose: str | None, account: str | None
) -> None:
    corrected = corrected_contact(opened(contact=before), given_now, **keys)
    fact = corrected.said(d.Corrected)
    assert (fact.new.requester, fact.new.account) == (whose, account)
    assert corrected.ticket.matter.requester == (whose or "h-1")


def test_who_wants_to_stay_unknown_is_known_by_no_number_that_is_corrected() -> None:
    """The door records none at the registration either; whoever brings one is told what holds."""
    unknown = opened(requester_kind=RequesterKind.ANONYMOUS, requester=None)
    refused = corrected_contact(unknown, Contact(phone="13900000000"), phone="h-2").refused("anonymous")
    assert "实名另行登记" in refused.said(d.ActionRefused).reason
    unknown.office(i.Correct, text="物业费上涨三成。", reason="记录有误。").then(d.Corrected)


def test_the_trace_is_told_both_numbers_as_everybody_may_read_them() -> None:
    fact = corrected_contact(given.in_progress(), Contact(phone="13912345678"), phone="h-2").said(d.Corrected)
    assert fact.phones == d.CorrectedPhones(old="138****0000", new="139****5678")
    named = corrected_contact(given.in_progress(), Contact(name="李阿姨")).said(d.Corrected)
    assert named.phones is None


# --- who was reached by a wrong number was somebody else --------------------------------------------------------------

RIGHT = Contact(phone="13900000000")


def reached(method: str) -> Story:
    return given.in_progress().lead(i.MakeFirstContact, reached=True, method=method, note="说明来意。")


@pytest.mark.parametrize("method", ["phone", "message"])
def test_a_first_contact_by_a_number_that_was_wrong_is_owed_again(method: str) -> None:
    owed = corrected_contact(reached(method), RIGHT, phone="h-2").then(d.Corrected, d.FirstContactOwed)
    assert owed.ticket.contact == Owed()
    order = next(each for each in messages(owed, Order) if each.happened == "first_contact_owed")
    assert order.first_contact == "owed"
    owed.lead(i.MakeFirstContact, reached=True, method="phone").then(d.FirstContactMade)


def test_one_at_the_place_stands_and_so_does_one_whose_number_is_only_spelt_otherwise() -> None:
    corrected_contact(reached("visit"), RIGHT, phone="h-2").then(d.Corrected)
    corrected_contact(reached("phone"), Contact(phone="138-0000-0000"), phone="h-1").then(d.Corrected)
    corrected_contact(reached("phone"), Contact(name="李阿姨")).then(d.Corrected)


def test_what_was_reviewed_is_owed_by_nobody_any_more() -> None:
    corrected_contact(given.callback_pending(), RIGHT, phone="h-2").then(d.Corrected)


# --- a way to the requester, where there was none --------------------------------------------------------------------

NOBODY_THERE: dict[str, Any] = {"contact": Contact(name="王阿姨"), "requester": None}
LATER = Contact(phone="13900000000")


def calls(story: Story, action: i.FollowUp | i.ProvideInfo, **keys: str) -> Story:
    message = received(action, matched=False).model_copy(update={"requester": ContactKeys(**keys)})
    return story.when(Act(message))


@pytest.mark.parametrize("state", ["dispatched", "accepted", "tried", "suspended", "reported"])
def test_a_number_that_is_corrected_owes_the_first_contact_again(state: str) -> None:
    story = opened(**NOBODY_THERE)
    if state != "dispatched":
        story = given.without_task(story.lead(i.Accept))
    if state == "tried":
        story = story.lead(i.MakeFirstContact, reached=False, method="visit")
    if state == "suspended":
        until = story.at + timedelta(days=20)
        asked = story.lead(i.RequestSuspension, ground="awaiting-works", until=until, reason="等待施工。")
        story = asked.office(i.RuleOnSuspension, granted=True, reason="同意。")
    if state == "reported":
        story = story.lead(i.ReportHandled, reply="已办结。")
    assert isinstance(story.ticket.contact, Exempt)
    owed = corrected_contact(story, LATER, phone="h-2").then(d.Corrected, d.FirstContactOwed)
    assert (owed.said(d.FirstContactOwed).department, owed.ticket.contact) == (LEAD, Owed())
    assert {order.happened for order in messages(owed, Order)} >= {"corrected", "first_contact_owed"}
    owed.lead(i.MakeFirstContact, reached=True, method="phone").then(d.FirstContactMade)


def test_what_was_contacted_or_is_over_owes_no_first_contact() -> None:
    met = opened(**NOBODY_THERE).lead(i.MakeFirstContact, reached=True, method="visit")
    corrected_contact(met, LATER, phone="h-2").then(d.Corrected)
    queued = opened(rules_with(**BY_HAND, dispatch=Passing.QUEUE), **NOBODY_THERE)
    corrected_contact(queued, LATER, phone="h-2").then(d.Corrected)
    done = given.without_task(opened(**NOBODY_THERE)).lead(i.ReportHandled, reply="已办结。")
    over = done.office(i.Review, accepted=True)
    corrected_contact(over, LATER, phone="h-2").then(d.Corrected)


@pytest.mark.parametrize("speaks", ["press", "add", "answer"])
def test_a_number_that_a_verified_caller_leaves_later_is_taken_where_there_was_none(speaks: str) -> None:
    story = given.without_task(opened(**NOBODY_THERE).lead(i.Accept))
    how: dict[str, Any] = {"ticket": TICKET, "contact": LATER, "agent": AGENT, "text": "请联系我。"}
    how["verified"] = Verified.DETAILS_CONFIRMED
    action = i.ProvideInfo(**how) if speaks == "answer" else i.FollowUp.model_validate({**how, "mode": speaks})
    left = calls(story, action, phone="h-2")
    fact = left.said(d.Corrected)
    assert (fact.by.person, fact.new.contact) == (AGENT, Contact(name="王阿姨", phone="13900000000"))
    assert (left.ticket.matter.requester, left.ticket.contact) == ("h-2", Owed())
    # a second number is not taken in this way: that is a correction
    another = action.model_copy(update={"contact": Contact(phone="13700000000")})
    assert not any(isinstance(each, d.Corrected) for each in calls(left, another, phone="h-3").facts)


@pytest.mark.parametrize(
    "values", [{"verified": None}, {"verified": Verified.NUMBER_MATCHED}, {"agent": None}], ids=str
)
def test_a_number_that_nobody_verified_is_not_taken(values: dict[str, Any]) -> None:
    how = {"ticket": TICKET, "contact": LATER, "agent": AGENT, "text": "请联系我。", "mode": "press"}
    said = calls(opened(**NOBODY_THERE), i.FollowUp.model_validate({**how, "verified": "called_back", **values}))
    assert not any(isinstance(each, d.Corrected | d.FirstContactOwed) for each in said.facts)
    assert said.ticket.matter.contact == Contact(name="王阿姨")


def test_a_place_that_was_missing_is_completed_and_the_subdistrict_follows() -> None:
    rules = rules_with()
    lost = opened(rules, category="0101-01", place=Place(text="某处"))
    assert lost.ticket.state is TicketState.PENDING_DISPATCH
    found = lost.office(i.Correct, place=Place(text="四平路100号", subdistrict="siping"), reason="来电补充地址。")
    assert found.said(d.Corrected).old.place == Place(text="某处")
    assert found.ticket.matter.place.subdistrict == "siping"
    assert found.ticket.state is TicketState.DISPATCHED
    assert isinstance(found.facts[0], d.Corrected)


def test_a_corrected_place_of_a_dispatched_ticket_asks_the_desk_and_moves_no_order_by_itself() -> None:
    story = opened(category="0101-01", place=Place(text="四平路100号", subdistrict="siping")).lead(i.Accept)
    before = story.ticket.order
    assert before is not None
    there = Place(text="国权路1号", subdistrict="wujiaochang")
    moved = story.office(i.Correct, place=there, reason="地址记错。").then(d.Corrected)
    assert (moved.ticket.order, moved.said(d.Corrected).lead) == (before, "wujiaochang")
    (task,) = messages(moved, DeskTask)
    assert (task.task, task.open, task.department, task.lead) == ("redispatch", True, before.lead, "wujiaochang")

    away = moved.office(i.Assign, lead="wujiaochang")
    assert [task.open for task in messages(away, DeskTask) if task.task == "redispatch"] == [False]
    kept = moved.office(i.Assign, lead=before.lead)
    assert kept.said(d.Dispatched).same_lead
    assert [task.open for task in messages(kept, DeskTask) if task.task == "redispatch"] == [False]


AT_FIRST, IN_TRUTH = Place(text="四平路100号", subdistrict="siping"), Place(text="国权路1号", subdistrict="wujiaochang")


def _called_back(*, moved_to: Place, before: bool) -> Story:
    """Given what was dealt with and closed, and a place that was corrected before the callback or after it."""
    story = opened(category="0101-01", place=AT_FIRST).lead(i.Accept)
    supporter = story.department("housing", i.ReportTaskDone, reply="已配合。").lead(i.MakeFirstContact, reached=True)
    handled = supporter.lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True)
    if before:
        ended = handled.office(i.Correct, place=moved_to, reason="地址记错。").called()
    else:
        ended = handled.called().office(i.Correct, place=moved_to, reason="地址记错。")
    assert (ended.ticket.state, ended.ticket.matter.place) == (TicketState.CLOSED, moved_to)
    return ended


@pytest.mark.parametrize("before", [True, False])
def test_what_comes_back_with_another_place_goes_to_whom_that_has_responsible(*, before: bool) -> None:
    """Nobody was asked to move an order on which nobody worked: whom it was wrongly given to does not get it again."""
    reopened = _called_back(moved_to=IN_TRUTH, before=before).office(i.Reopen, reason="市民再次反映。")
    assert reopened.said(d.Dispatched).lead == "wujiaochang"
    # a later end is that of an order which was given by what stands
    assert not reopened.ticket.moved


def test_what_comes_back_waits_for_a_dispatcher_where_nobody_dispatches_by_rule() -> None:
    queued = replace(_called_back(moved_to=IN_TRUTH, before=False), rules=rules_with(**BY_HAND, dispatch=Passing.QUEUE))
    reopened = queued.office(i.Reopen, reason="市民再次反映。").then(d.Reopened, d.DispatchAwaited)
    assert reopened.ticket.state is TicketState.PENDING_DISPATCH


def test_what_comes_back_with_its_place_spelt_otherwise_goes_to_whoever_led_it() -> None:
    spelt = _called_back(moved_to=Place(text="四平路100弄", subdistrict="siping"), before=False)
    assert spelt.office(i.Reopen, reason="市民再次反映。").said(d.Dispatched).lead == "siping"


def test_a_corrected_category_has_its_own_tier_by_the_rule_that_categories_have() -> None:
    by_hand = rules_with(**BY_HAND, dispatch=Passing.QUEUE)
    policy = by_hand.policy
    urgent = next(each.code for each in policy.categories if each.tier is Tier.URGENT)
    raised = opened(by_hand).office(i.Correct, category=urgent, reason="分类选错。")
    assert raised.said(d.Corrected).old.category == CATEGORY
    assert raised.said(d.Classified).tier is Tier.URGENT
    assert raised.said(d.UrgentCalled)
    after = given.closed().office(i.Correct, category=urgent, reason="分类选错。").then(d.Corrected)
    assert after.ticket.matter.tier is not Tier.URGENT


def test_a_reply_is_corrected_once_there_is_one_and_told_again_where_it_was_told() -> None:
    given.in_progress().office(i.Correct, reply="已换灯。", reason="写错。").refused("no_reply_yet")
    unheard = given.handled().office(i.Correct, reply="已换灯两盏。", reason="漏写。")
    assert (unheard.ticket.reply, unheard.said(d.Corrected).told) == ("已换灯两盏。", None)
    told = given.closed().office(i.Correct, reply="已换灯两盏。", reason="漏写。")
    assert (told.said(d.Corrected).old.reply, told.said(d.Corrected).told) == ("已办结。", True)


# --- answers of the callback -----------------------------------------------------------------------------------------


def test_a_mistaken_unsolved_takes_back_the_rework_and_closes_as_it_would_have() -> None:
    corrected = given.rework().office(i.Correct, **MISCLICK)
    corrected.then(d.Corrected, d.ReworkWithdrawn, d.Closed, state=TicketState.CLOSED)
    withdrawn, closed = corrected.said(d.ReworkWithdrawn), corrected.said(d.Closed)
    assert (withdrawn.department, withdrawn.round, withdrawn.answers.solved) == (LEAD, 1, Solved.SOLVED)
    assert (closed.outcome, closed.ruling) == ("called_back", Ruling.SOLVED)
    assert withdrawn.handled_at == given.handled().at
    assert (corrected.ticket.rounds, corrected.ticket.failures) == (0, 0)
    assert {order.happened for order in messages(corrected, Order)} >= {"rework_withdrawn", "closed"}


@pytest.mark.parametrize(
    "so_far",
    [
        lambda story: story.lead(i.AskForInfo, question="哪一层？"),
        lambda story: story.lead(i.ReportHandled, reply="再次办结。"),
    ],
    ids=["asked", "reported"],
)
def test_a_rework_is_taken_back_until_it_is_accepted(so_far: Any) -> None:
    corrected = so_far(given.rework()).office(i.Correct, **MISCLICK)
    assert (corrected.ticket.state, corrected.said(d.ReworkWithdrawn).round) == (TicketState.CLOSED, 1)


def test_a_rework_that_was_done_stays_done() -> None:
    done = given.rework().lead(i.ReportHandled, reply="再次办结。").office(i.Review, accepted=True)
    corrected = done.office(i.Correct, **MISCLICK).then(d.Corrected, state=TicketState.CALLBACK_PENDING)
    assert corrected.ticket.heard[0].solved is Solved.SOLVED


def test_a_supervision_order_for_failed_callbacks_goes_with_the_mistake() -> None:
    story = given.callback_pending()
    for _ in range(2):
        story = story.called(Solved.NOT, Grade.DISSATISFIED).lead(i.ReportHandled, reply="再办。")
        story = story.office(i.Review, accepted=True)
    third = story.called(Solved.NOT, Grade.DISSATISFIED)
    assert third.said(d.SupervisionOrdered).cause == "callbacks"
    corrected = third.office(i.Correct, **MISCLICK)
    corrected.then(d.Corrected, d.SupervisionEnded, d.ReworkWithdrawn, d.Closed, state=TicketState.CLOSED)
    assert corrected.said(d.SupervisionEnded).reason == d.CALLBACK_CORRECTED


def test_a_mistaken_solved_orders_the_rework() -> None:
    corrected = given.closed().office(i.Correct, solved=Solved.NOT, reason="录音复核为未解决。")
    corrected.then(d.Corrected, d.ReworkOrdered, state=TicketState.REWORK)
    assert (corrected.said(d.ReworkOrdered).department, corrected.said(d.ReworkOrdered).round) == (LEAD, 1)
    assert [order.role for order in messages(corrected, Order)] == ["lead"]
    back = corrected.office(i.Correct, solved=Solved.SOLVED, reason="再次复核。")
    back.then(d.Corrected, d.ReworkWithdrawn, d.Closed, state=TicketState.CLOSED)


def test_in_the_archive_the_answer_counts_and_nothing_is_reworked() -> None:
    archived = given.at(TicketState.ARCHIVED)
    archived.office(i.Correct, solved=Solved.NOT, reason="录音复核。").then(d.Corrected, state=TicketState.ARCHIVED)


def test_the_ruling_follows_the_corrected_answers_unless_a_person_ruled() -> None:
    closed = given.closed()
    partly = closed.office(i.Correct, solved=Solved.PARTLY, reason="录音复核。").then(d.Corrected)
    assert (partly.ticket.ruling, partly.said(d.Corrected).unruled) == (None, Unruled.PARTLY)
    assert [(task.task, task.open) for task in messages(partly, DeskTask)] == [("outcome_ruling", True)]
    solved = partly.office(i.Correct, solved=Solved.SOLVED, reason="再次复核。").then(d.Corrected)
    assert (solved.ticket.ruling, solved.ticket.awaits_ruling) == (Ruling.SOLVED, False)
    ruled = closed.office(i.RuleOnOutcome, ruling=Ruling.EXPLAINED, reason="已说明。")
    kept = ruled.office(i.Correct, solved=Solved.PARTLY, reason="录音复核。").then(d.Corrected)
    assert kept.ticket.ruling is Ruling.EXPLAINED


def test_what_was_never_said_cannot_be_corrected() -> None:
    given.callback_pending().office(i.Correct, **MISCLICK).refused("no_such_answer")
    given.rework().office(i.Correct, round=3, **MISCLICK).refused("no_such_answer")
    stranger = person_for(i.Adjudicate)
    given.rework().act(i.Correct(ticket=TICKET, by=stranger, **MISCLICK)).refused("role_missing")
    given.at(TicketState.WITHDRAWN).office(i.Correct, text="别的。", reason="写错。").refused("illegal_in_state")
    given.in_progress().office(i.Correct, category="9999-99", reason="写错。").refused("unknown_category")
