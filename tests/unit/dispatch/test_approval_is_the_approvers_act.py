"""Whoever asks cannot approve: the act waits for an approver, who is somebody else and decides under their own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rulebook import Policy
from rulebook.codes import Role
from rulebook.directory import Delegation
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import DeskTask
from schemas.registry import DESK
from schemas.values import Clock, Party, PartyKind, Person, Ruling, TicketState, Tier
from tests.support.dispatch import given
from tests.support.dispatch.story import APPROVER, FINAL, RECEIPT, TICKET, Story, rules_with, shipped

DISPATCHER = Person(id="p-xu", name="徐文珏")
OTHER_APPROVER = Person(id="p-qian", name="钱秉章")
DEPUTY = Person(id="p-gu", name="顾承业")


def raise_tier(story: Story, by: Person = DISPATCHER) -> Story:
    return story.act(i.Classify(ticket=TICKET, by=by, tier=Tier.PARTICULARLY_COMPLEX, reason="涉及三个部门。"))


def tasks(story: Story) -> list[DeskTask]:
    return [each.message for each in story.told if each.topic == DESK and isinstance(each.message, DeskTask)]


def test_what_needs_approval_waits_in_the_approvers_queue_and_changes_nothing_yet() -> None:
    waits = raise_tier(given.in_progress()).then(d.ApprovalRequested, state=TicketState.IN_PROGRESS)
    assert waits.ticket.matter.tier is Tier.COMPLEX
    (task,) = tasks(waits)
    assert (task.task, task.open, task.requested_by) == ("approval", True, DISPATCHER)
    assert task.reason == "难易程度由复杂调为特别复杂，时限随之延长：涉及三个部门。"


def test_the_approver_decides_under_their_own_name_and_the_act_is_that_of_whoever_asked() -> None:
    done = raise_tier(given.in_progress()).approved().then(d.ApprovalGranted, d.Classified)
    granted, classified = done.said(d.ApprovalGranted), done.said(d.Classified)
    assert granted.by.person == APPROVER
    assert (classified.by.person, classified.raised_by.person) == (DISPATCHER, APPROVER)
    assert [task.open for task in tasks(done)] == [False]


def test_what_is_declined_is_not_done_and_its_reason_stands_in_the_trace() -> None:
    waits = raise_tier(given.in_progress())
    declined = waits.office(i.Decline, reason="五日足够。").then(d.ApprovalDeclined, d.ActionRefused)
    assert declined.ticket.matter.tier is Tier.COMPLEX
    assert declined.said(d.ApprovalDeclined).reason == "五日足够。"
    answer = declined.said(d.ActionRefused)
    assert (answer.receipt, answer.party, answer.action) == (RECEIPT, Party(kind=PartyKind.OFFICE), "classify")
    assert (answer.code, answer.reason) == ("not_approved", "未获批准：五日足够。")
    declined.approved().refused("nothing_asked")


def test_nobody_approves_their_own_request_and_hears_who_can() -> None:
    rework = given.rework()
    asked = rework.act(
        i.GiveFinalAnswer(ticket=TICKET, by=APPROVER, ground=FINAL, text="终结。", ruling=Ruling.UNREASONABLE)
    )
    refused = asked.approved().refused("own_request")
    reason = refused.said(d.ActionRefused).reason
    assert "钱秉章（p-qian）" in reason
    assert "方立群（p-fang）" not in reason
    asked.act(i.Decline(ticket=TICKET, by=APPROVER, reason="不妥。")).refused("own_request")
    done = asked.approved(OTHER_APPROVER)
    assert done.ticket.state is TicketState.CLOSED
    assert done.said(d.FinalAnswerGiven).approver.person == OTHER_APPROVER


def test_only_an_approver_approves() -> None:
    waits = raise_tier(given.in_progress())
    refused = waits.approved(Person(id="p-shen", name="沈知远")).refused("role_missing")
    assert "方立群（p-fang）" in refused.said(d.ActionRefused).reason


def test_one_request_waits_at_a_time() -> None:
    waits = raise_tier(given.in_progress())
    again = raise_tier(waits).refused("already_asked")
    assert "徐文珏" in again.said(d.ActionRefused).reason


@pytest.mark.parametrize("nothing", [i.Approve, i.Decline])
def test_where_nothing_waits_nothing_is_approved(nothing: type[i.OnTicket]) -> None:
    values = {"reason": "同意。"}
    given.in_progress().office(nothing, **values).refused("nothing_asked")


# --- what was asked for cannot be done any more ----------------------------------------------------------------------


def test_a_request_lapses_when_another_department_has_the_order() -> None:
    waits = raise_tier(given.in_progress())
    moved = waits.office(i.Assign, lead="market")
    assert [type(fact) for fact in moved.facts[-2:]] == [d.ApprovalLapsed, d.ActionRefused]
    assert moved.ticket.asked == ()


def test_a_tier_that_was_asked_for_before_the_dispatch_waits_through_it() -> None:
    dispatched = raise_tier(given.pending_dispatch()).office(i.Assign, lead="market").then(d.Dispatched)
    raised = dispatched.approved().then(d.ApprovalGranted, d.Classified)
    assert raised.ticket.matter.tier is Tier.PARTICULARLY_COMPLEX


def test_a_request_lapses_when_the_ticket_comes_where_it_cannot_be_done() -> None:
    waits = raise_tier(given.without_task(given.in_progress()))
    handled = waits.lead(i.ReportHandled, reply="已办结。").then(d.Handled, d.ApprovalLapsed, d.ActionRefused)
    assert not any(task.open for task in tasks(handled) if task.task == "approval")


def test_an_approver_hears_what_speaks_by_now_against_the_act() -> None:
    waits = given.pending_dispatch().office(i.Assign, lead="market", tier=Tier.PARTICULARLY_COMPLEX)
    waits.then(d.ApprovalRequested)
    rules = replace(waits.rules, policy=without(waits.rules.policy, "market"))
    refused = replace(waits, rules=rules).approved().refused("unknown_department")
    assert "请不予批准" in refused.said(d.ActionRefused).reason


def without(policy: Policy, code: str) -> Policy:
    left = tuple(each for each in policy.departments if each.code != code)
    return policy.model_copy(update={"directory": policy.directory.model_copy(update={"departments": left})})


# --- extensions and suspensions --------------------------------------------------------------------------------------


def test_a_department_does_not_grant_itself_more_time_under_the_approvers_name() -> None:
    running = given.in_progress().clock(c.ClockStarted, Clock.HANDLING)
    asked = running.lead(i.RequestExtension, days=3, ground="needs-works", reason="要施工。")
    (task,) = tasks(asked)
    assert task.requested_by == Person(id="d-1", name="经办人")
    asked.office(i.RuleOnExtension, granted=True, reason="同意。").then(d.ExtensionGranted)


# --- in another's stead ----------------------------------------------------------------------------------------------


def lent(story: Story, of: Person = APPROVER, to: Person = DEPUTY) -> Story:
    day = shipped().day(story.at)
    loan = Delegation.model_validate(
        {"role": Role.APPROVER, "of": of.id, "to": to.id, "from": day, "until": day + timedelta(days=1)}
    )
    office = story.rules.policy.office.model_copy(update={"delegations": (loan,)})
    policy = story.rules.policy.model_copy(update={"office": office})
    return replace(story, rules=replace(story.rules, policy=policy))


def test_a_role_is_held_in_anothers_stead_from_a_day_to_a_day_and_the_fact_says_so() -> None:
    waits = lent(raise_tier(given.in_progress()))
    granted = waits.approved(DEPUTY).then(d.ApprovalGranted, d.Classified).said(d.ApprovalGranted)
    assert (granted.by.person, granted.by.acting_for) == (DEPUTY, APPROVER)
    replace(waits, at=waits.at + timedelta(days=3)).approved(DEPUTY).refused("role_missing")
    raise_tier(given.in_progress()).approved(DEPUTY).refused("role_missing")


def test_whoever_stands_in_for_the_one_who_asked_does_not_decide_either() -> None:
    asked = lent(
        given.rework().act(
            i.GiveFinalAnswer(ticket=TICKET, by=APPROVER, ground=FINAL, text="终结。", ruling=Ruling.UNREASONABLE)
        )
    )
    asked.approved(DEPUTY).refused("own_request")


def test_whoever_has_left_acts_no_more() -> None:
    story = raise_tier(given.in_progress())
    gone = story.rules.policy.day(story.at) - timedelta(days=1)
    people = tuple(
        each.model_copy(update={"valid_to": gone}) if each.id == APPROVER.id else each
        for each in story.rules.policy.office.people
    )
    office = story.rules.policy.office.model_copy(update={"people": people})
    policy = story.rules.policy.model_copy(update={"office": office})
    refused = replace(story, rules=replace(story.rules, policy=policy)).approved().refused("person_not_there")
    assert "钱秉章（p-qian）" in refused.said(d.ActionRefused).reason


def test_recorded_acts_are_decided_again_in_the_same_way() -> None:
    story = given.in_progress()
    again = replace(story, rules=replace(rules_with(), asks_who=False))
    waits = raise_tier(again).then(d.ApprovalRequested)
    assert [each.kind for each in waits.ticket.asked] == ["classify"]
    waits.approved().then(d.ApprovalGranted, d.Classified)
