"""What if …: the corners where two rules meet, each with the rule's answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.inbound import OFFICE_ACTIONS
from schemas.public import DeskTask, Order
from schemas.registry import department_topic
from schemas.values import Actor, Channel, Clock, Grade, Person, Solved, TicketState, Tier
from services.dispatch.core.rules import Rules, by_calendar
from tests.support.dispatch import given
from tests.support.dispatch.examples import MEMBER
from tests.support.dispatch.story import AT, INCIDENT, LEAD, SUPPORTER, TICKET, Story, opened, shipped
from worktime import Calendar

GROUND = {"ground": "not-our-duty", "reason": "不属于我局职责。"}


def _order(story: Story, department: str = LEAD) -> Order:
    """The newest order that a department heard in the last step."""
    topic = department_topic(department)
    return next(
        each.message for each in reversed(story.told) if each.topic == topic and isinstance(each.message, Order)
    )


def test_a_supervised_order_cannot_be_returned_inside_its_window_either() -> None:
    supervised = given.dispatched().office(i.Supervise, reason="媒体关注。").then(d.SupervisionOrdered)

    assert not _order(supervised).returnable
    supervised.lead(i.RequestReturn, **GROUND).refused("order_binds")
    answered = supervised.lead(i.AnswerSupervision, report="已派人。")
    assert not _order(answered).returnable
    answered.lead(i.RequestReturn, **GROUND).refused("order_binds")
    ended = answered.office(i.EndSupervision, result="已落实。")
    assert _order(ended).returnable, "without the supervision the window counts again"
    ended.lead(i.RequestReturn, **GROUND).then(d.ReturnRequested)


def _asks_for_both(story: Story) -> Story:
    """The lead asks to extend and to suspend, and nobody has decided yet."""
    extension = story.lead(i.RequestExtension, days=3, ground="needs-works", reason="要施工。")
    return extension.lead(i.RequestSuspension, ground="litigation", until=AT + timedelta(days=30), reason="诉讼。")


def _desk_closed(story: Story) -> set[str]:
    messages = [each.message for each in story.told]
    return {each.task for each in messages if isinstance(each, DeskTask) and not each.open}


BOTH = {"extension", "suspension"}
MOOT: dict[str, tuple[Callable[[Story], Story], set[str]]] = {
    "another lead": (lambda story: story.office(i.Assign, lead="market"), BOTH),
    "reported handled": (lambda story: given.without_task(story).lead(i.ReportHandled, reply="已办结。"), BOTH),
    "the requester is asked": (lambda story: story.lead(i.AskForInfo, question="哪一幢？"), {"suspension"}),
}


@pytest.mark.parametrize("name", MOOT)
def test_what_nobody_can_decide_any_more_lapses_and_the_department_is_told_why(name: str) -> None:
    happens, lapsed = MOOT[name]
    story = happens(_asks_for_both(given.in_progress()))

    facts = [fact for fact in story.facts if isinstance(fact, d.RequestLapsed)]
    assert {fact.what for fact in facts} == lapsed
    assert lapsed <= _desk_closed(story)
    told = [each.message for each in story.told if each.topic == department_topic(LEAD)]
    reasons = {order.reason for order in told if isinstance(order, Order) and order.happened == "request_lapsed"}
    assert reasons == {fact.reason for fact in facts}
    assert isinstance(story.office(i.RuleOnSuspension, granted=True, reason="同意。").facts[0], d.ActionRefused)


def test_an_extension_can_be_ruled_on_while_the_requester_is_asked() -> None:
    asked = _asks_for_both(given.in_progress()).lead(i.AskForInfo, question="哪一幢？")
    asked.office(i.RuleOnExtension, granted=True, reason="同意。").then(
        d.ExtensionGranted, state=TicketState.NEEDS_INFO
    )


def test_what_was_asked_lapses_with_a_return_that_was_asked_for_in_time() -> None:
    presumed = given.dispatched().clock(c.ClockLapsed, Clock.RETURN_WINDOW)
    asked = _asks_for_both(presumed)
    returned = replace(asked, at=presumed.at - timedelta(hours=1)).lead(i.RequestReturn, **GROUND)
    returned.then(d.RequestLapsed, d.RequestLapsed, d.ReturnRequested)


def test_with_an_upheld_return_the_supervision_of_its_lead_ends() -> None:
    supervised = given.return_requested().office(i.Supervise, reason="久拖。")
    upheld = supervised.office(i.RuleOnReturn, upheld=True, reason="同意。")
    assert isinstance(upheld.facts[0], d.SupervisionEnded)
    assert upheld.said(d.SupervisionEnded).result.startswith("同意退单")


def test_first_contact_is_taken_until_the_review_is_done() -> None:
    given.handled().lead(i.MakeFirstContact, reached=True).then(d.FirstContactMade, state=TicketState.HANDLED)


@pytest.mark.parametrize("reviewed", [False, True])
def test_a_supporter_for_whom_the_lead_need_not_wait_reports_after_the_lead(reviewed: bool) -> None:  # noqa: FBT001 - the case
    story = given.in_progress().office(i.Assign, lead=LEAD, supporting=("police",), blocking=False)
    handled = story.lead(i.ReportHandled, reply="已办结。")
    handled = handled.office(i.Review, accepted=True) if reviewed else handled
    done = handled.department("police", i.ReportTaskDone, reply="已配合。")
    assert isinstance(done.facts[0], d.SupportTaskDone)
    assert done.ticket.state is handled.ticket.state


def test_no_dispatcher_overrides_a_ruling_but_the_referee_can_rule_anew() -> None:
    ruled = given.adjudicating().office(i.Adjudicate, lead=LEAD, reason="三定方案。")

    ruled.office(i.Assign, lead="market").refused("ruling_binds")
    ruled.office(i.Assign, lead=LEAD, supporting=("police",)).then(d.SupportTaskOpened)
    anew = ruled.office(i.Adjudicate, lead="market", reason="职责调整。")
    anew.then(d.Adjudicated, d.Dispatched, d.Accepted, state=TicketState.IN_PROGRESS)
    anew.lead(i.RequestReturn, **GROUND).refused("order_binds")
    anew.office(i.Assign, lead=LEAD).refused("ruling_binds")
    given.in_progress().office(i.Adjudicate, lead="market", reason="职责调整。").refused("not_disputed")


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (Person(id="somebody", name="路人甲"), "unknown_person"),
        (Person(id="p-lu", name="冒名者"), "unknown_person"),
        (Person(id="p-he", name="何静宜"), "role_missing"),
    ],
)
def test_the_office_acts_by_named_persons_who_may(person: Person, code: str) -> None:
    for action in (
        i.Assign(ticket=TICKET, by=person, lead="market"),
        i.RefuseTicket(ticket=TICKET, by=person, ground="court", reason="已起诉。"),
    ):
        refused = given.pending_dispatch().act(action).refused(code)
        assert "徐文珏（p-xu）" in refused.said(d.ActionRefused).reason, "it says who may"
    reviewer = Person(id="p-lu", name="陆惠芬")
    given.handled().act(i.Review(ticket=TICKET, by=reviewer, accepted=True))
    given.handled().act(i.Review(ticket=TICKET, by=person, accepted=True)).refused(code)


def test_an_approver_under_another_name_answers_for_nothing() -> None:
    story = given.in_progress().office(i.Classify, tier=Tier.PARTICULARLY_COMPLEX)
    story.approved(Person(id="p-fang", name="冒名者")).refused("unknown_person")
    story.approved(Person(id="p-fang", name="方立群")).then(d.ApprovalGranted, d.Classified)


def test_every_act_of_the_office_names_somebody_who_may() -> None:
    assert all(shipped().who_may(action, AT) for action in OFFICE_ACTIONS)


def _press(story: Story) -> Story:
    return story.act(i.FollowUp(ticket=TICKET, mode="press", text="快点。"))


def test_what_the_centre_was_pressed_for_is_not_charged_to_the_department() -> None:
    centres = _press(_press(replace(given.pending_dispatch(), rules=_impatient())))
    sent = centres.office(i.Assign, lead=LEAD)
    once = _press(sent).then(d.FollowUpAdded, d.Nudged)
    assert once.said(d.Nudged).department == LEAD
    _press(once).then(d.FollowUpAdded, d.Nudged, d.SupervisionOrdered)

    another = once.office(i.Assign, lead="market")
    _press(another).then(d.FollowUpAdded, d.Nudged)


def test_a_press_while_the_centre_reviews_does_not_press_the_department() -> None:
    handled = replace(given.handled(), rules=_impatient())
    pressed = _press(_press(handled)).then(d.FollowUpAdded, d.Nudged)
    assert pressed.said(d.Nudged).department is None
    told = [each.message for each in pressed.told if isinstance(each.message, Order)]
    assert "nudged" not in {order.happened for order in told}


def _impatient() -> Rules:
    """Whoever was nudged twice is supervised, however short the wait."""
    return replace(given.pending_dispatch().rules, after=lambda since, _span: since)


def test_no_date_is_granted_that_policy_would_cut_off() -> None:
    calendar = replace(given.in_progress().rules, after=by_calendar(shipped(), Calendar.published()))
    story = replace(given.in_progress(), rules=calendar)
    suspend = {"ground": "litigation", "reason": "诉讼。"}

    far = story.lead(i.RequestSuspension, until=AT + timedelta(days=100), **suspend).refused("too_far_ahead")
    reason = far.said(d.ActionRefused).reason
    assert "until" in reason
    assert "90个自然日" in reason
    asked = story.lead(i.RequestSuspension, until=AT + timedelta(days=90), **suspend)
    asked.office(i.RuleOnSuspension, granted=True, until=AT + timedelta(days=100), reason="同意。").refused(
        "too_far_ahead"
    )
    asked.office(i.RuleOnSuspension, granted=True, reason="同意。").then(d.Suspended)
    story.lead(i.Commit, promised=AT + timedelta(days=200), text="明年完成。").refused("too_far_ahead")
    story.lead(i.Commit, promised=AT + timedelta(days=180), text="年内完成。").then(d.Committed)


def test_a_reopened_ticket_starts_over_whatever_was_reworked_before() -> None:
    """There is no rework without the callback's verdict, and no third failure before the third."""
    twice = given.rework().lead(i.ReportHandled, reply="再次办结。").office(i.Review, accepted=True)
    twice = twice.called(Solved.NOT, Grade.DISSATISFIED).lead(i.ReportHandled, reply="又办结。")
    reopened = twice.office(i.Review, accepted=True).called().office(i.Reopen, reason="又坏了。")

    handled = given.without_task(reopened).lead(i.ReportHandled, reply="办结。")
    handled.office(i.Review, accepted=False, ground="not-done").then(d.HandledSentBack, state=TicketState.IN_PROGRESS)
    failed = handled.office(i.Review, accepted=True).called(Solved.NOT, Grade.DISSATISFIED)
    failed.then(d.CallbackRecorded, d.ReworkOrdered, state=TicketState.REWORK)
    order = failed.said(d.ReworkOrdered)
    assert (order.round, order.failure) == (3, 1)
    again = failed.lead(i.ReportHandled, reply="办结。").office(i.Review, accepted=False, ground="not-done")
    again.then(d.HandledSentBack, state=TicketState.REWORK)


def test_only_the_channel_that_knows_the_requester_takes_a_matter_back() -> None:
    given.in_progress().act(i.Withdraw(ticket=TICKET, reason="不用了。")).then(d.SupportTaskEnded, d.Withdrawn)
    by_wechat = opened(channel=Channel.WECHAT).act(i.Withdraw(ticket=TICKET, reason="不用了。"))
    # and does not tell by which other channel it came
    assert "微信" not in by_wechat.refused("not_verified").said(d.ActionRefused).reason


@pytest.mark.parametrize(
    "ended",
    [TicketState.WITHDRAWN, TicketState.MERGED, TicketState.SPLIT, TicketState.ARCHIVED, TicketState.TRANSFERRED],
)
def test_a_member_hears_of_the_fix_whatever_became_of_it(ended: TicketState) -> None:
    member = MEMBER(given.at(ended))
    fix = r.PassOnFix(ticket=TICKET, origin=INCIDENT, by=Actor(), title="停电", text="已修复。")
    fixed = member.asked(fix).then(d.FixReported, state=ended)
    assert not [each for each in fixed.told if isinstance(each.message, Order)], "no department owes anything"


def test_a_review_of_a_supporter_leaves_the_leads_report_alone() -> None:
    handled = given.handled()
    back = handled.office(i.Review, accepted=False, ground="not-done", department=SUPPORTER, reason="未配合。")
    back.then(d.SupportTaskSentBack, state=TicketState.HANDLED)
    back.department(SUPPORTER, i.ReportTaskDone, reply="已配合。").then(d.SupportTaskDone, state=TicketState.HANDLED)
    handled.office(i.Review, accepted=True, department="market").refused("nothing_to_review")
    lead = handled.office(i.Review, accepted=True, department=LEAD)
    lead.then(d.HandledAccepted, d.CallbackAwaited, state=TicketState.CALLBACK_PENDING)
    lead.office(i.Review, accepted=False, ground="not-done", department=SUPPORTER, reason="未配合。").then(
        d.SupportTaskSentBack
    )
