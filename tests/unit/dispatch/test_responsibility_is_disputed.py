"""Return, ruling, adjudication, precedents: who has to do it, and who says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock, Person, TicketState, Tier
from services.dispatch.core.rules import Guess, Precedent
from tests.support.dispatch import given
from tests.support.dispatch.story import (
    APPROVER,
    BY_HAND,
    CATEGORY,
    LEAD,
    SUPPORTER,
    Story,
    opened,
    rules_with,
    shipped,
)

GROUND = {"ground": "not-our-duty", "reason": "不属于我局职责。"}


def test_a_return_needs_a_legal_ground() -> None:
    given.dispatched().lead(i.RequestReturn, ground="we-are-busy", reason="太忙。").refused("illegal_ground")


def test_an_accepted_order_is_not_returned() -> None:
    given.in_progress().lead(i.RequestReturn, **GROUND).refused("return_window_closed")


def test_a_lapsed_window_accepts_and_a_request_of_an_earlier_moment_still_counts() -> None:
    lapsed = given.dispatched().clock(c.ClockLapsed, Clock.RETURN_WINDOW)
    lapsed.then(d.Accepted, state=TicketState.IN_PROGRESS)
    assert lapsed.said(d.Accepted).presumed

    lapsed.lead(i.RequestReturn, **GROUND).refused("return_window_closed")
    early = replace(lapsed, at=lapsed.at - timedelta(minutes=30)).lead(i.RequestReturn, **GROUND)
    early.then(d.ReturnRequested, state=TicketState.RETURN_REQUESTED)


def test_the_window_of_an_earlier_lead_accepts_nothing() -> None:
    other = given.dispatched().office(i.Assign, lead="market")
    other.clock(c.ClockLapsed, Clock.RETURN_WINDOW, f"department:{LEAD}").then()


def test_an_upheld_return_goes_to_whom_the_ruling_names_and_the_former_lead_is_released() -> None:
    upheld = given.return_requested().office(i.RuleOnReturn, upheld=True, reason="同意。", lead="market")

    upheld.then(d.ReturnUpheld, d.SupportTaskEnded, d.Dispatched, state=TicketState.DISPATCHED)
    assert (upheld.ticket.order.lead if upheld.ticket.order else "") == "market"
    roles = {each.topic: each.message.role for each in upheld.told if isinstance(each.message, Order)}
    assert roles[department_topic(LEAD)] == "none"
    assert roles[department_topic(SUPPORTER)] == "none"
    assert roles[department_topic("market")] == "lead"


def test_an_upheld_return_goes_to_the_suggested_department_where_policy_dispatches_by_itself() -> None:
    asked = given.dispatched().lead(i.RequestReturn, suggested="market", **GROUND)
    upheld = asked.office(i.RuleOnReturn, upheld=True, reason="同意。")
    assert upheld.said(d.Dispatched).lead == "market"


def test_without_a_suggestion_an_upheld_return_waits_at_the_desk_rather_than_go_back() -> None:
    upheld = given.return_requested().office(i.RuleOnReturn, upheld=True, reason="同意。")
    assert all(fact.lead != LEAD for fact in upheld.facts if isinstance(fact, d.Dispatched))


def test_an_overruled_return_is_dispatched_to_the_same_lead_with_its_tasks() -> None:
    overruled = given.return_requested().office(i.RuleOnReturn, upheld=False, reason="属你局职责。")

    overruled.then(d.ReturnOverruled, d.Dispatched, state=TicketState.DISPATCHED)
    order = overruled.said(d.Dispatched)
    assert (order.lead, order.same_lead, order.binding, order.order) == (LEAD, True, False, 2)
    assert set(overruled.ticket.tasks) == {SUPPORTER}


def test_disputed_twice_is_adjudicated_and_the_ruling_binds() -> None:
    twice = given.adjudicating()
    twice.then(d.ReturnRequested, d.AdjudicationOpened, state=TicketState.ADJUDICATING)
    assert twice.said(d.AdjudicationOpened).reason == "disputed_twice"

    ruled = twice.office(i.Adjudicate, lead=LEAD, reason="三定方案。")
    ruled.then(d.Adjudicated, d.SupportTaskEnded, d.Dispatched, d.Accepted, state=TicketState.IN_PROGRESS)
    assert ruled.said(d.Dispatched).binding
    ruled.lead(i.RequestReturn, **GROUND).refused("order_binds")
    accepted = ruled.said(d.Accepted)
    assert (accepted.department, accepted.by.by_rule, accepted.binding) == (LEAD, "policy", True)
    assert not accepted.lapsed


def test_disputed_between_two_departments_is_adjudicated() -> None:
    other = given.return_requested().office(i.RuleOnReturn, upheld=True, reason="同意。", lead="market")
    disputed = other.lead(i.RequestReturn, **GROUND)
    disputed.then(d.ReturnRequested, d.AdjudicationOpened)
    assert disputed.said(d.AdjudicationOpened).departments == (LEAD, "market")


def test_only_a_referee_adjudicates() -> None:
    ticket = given.adjudicating()
    dispatcher = Person(id="p-xu", name="徐文珏")
    ticket.act(i.Adjudicate(ticket=ticket.ticket.id, by=dispatcher, lead=LEAD, reason="是。")).refused("role_missing")


def _knowing(*precedents: Precedent) -> Story:
    rules = replace(rules_with(), precedents={(CATEGORY, "siping"): precedents})
    return opened(rules)


def test_a_binding_ruling_leads_the_next_dispatch_of_the_like() -> None:
    story = _knowing(Precedent("26010100000018", "adjudicated", "market", "not-our-duty"))
    fact = story.said(d.Dispatched)
    assert (fact.lead, fact.reason, fact.precedents) == ("market", "precedent", ("26010100000018",))


def test_a_return_against_precedent_cites_it_and_waits_for_an_approver() -> None:
    story = _knowing(Precedent("26010100000018", "overruled", LEAD, "not-our-duty", LEAD))
    asked = story.lead(i.RequestReturn, **GROUND)
    fact = asked.said(d.ReturnRequested)
    assert (fact.against_precedent, fact.precedents) == (True, ("26010100000018",))

    waits = asked.office(i.RuleOnReturn, upheld=True, reason="同意。", lead="market")
    waits.then(d.ApprovalRequested, state=TicketState.RETURN_REQUESTED)
    done = waits.approved().then(d.ApprovalGranted, d.ReturnUpheld, d.SupportTaskEnded, d.Dispatched)
    assert done.said(d.ReturnUpheld).approver.person == APPROVER


def test_nobody_dispatches_to_the_accused() -> None:
    story = opened(accused=(LEAD,), confidential=True)
    story.then(d.Opened, d.DispatchAwaited, state=TicketState.PENDING_DISPATCH)
    assert story.said(d.DispatchAwaited).reason == "accused"
    story.office(i.Assign, lead=LEAD).refused("accused")
    story.office(i.Assign, lead="market", supporting=(LEAD,)).refused("accused")
    other = story.office(i.Assign, lead="market")
    other.department(LEAD, i.NoteProgress, text="了解一下。").refused("not_yours")


def test_raising_the_tier_waits_for_an_approver() -> None:
    story = given.in_progress()
    waits = story.office(i.Classify, tier="particularly_complex").then(d.ApprovalRequested)
    assert waits.ticket.matter.tier is Tier.COMPLEX
    raised = waits.approved()
    raised.then(d.ApprovalGranted, d.Classified)
    assert raised.said(d.Classified).raised_by.person == APPROVER
    story.office(i.Classify, tier="simple").then(d.Classified)


@pytest.mark.parametrize(
    ("category", "hint", "tier"),
    [
        (CATEGORY, Tier.URGENT, Tier.URGENT),
        (CATEGORY, Tier.SIMPLE, Tier.SIMPLE),
        (CATEGORY, Tier.PARTICULARLY_COMPLEX, Tier.COMPLEX),
        (None, Tier.PARTICULARLY_COMPLEX, Tier.COMPLEX),
        ("0401-03", Tier.SIMPLE, Tier.URGENT),
        ("0101-08", Tier.PARTICULARLY_COMPLEX, Tier.PARTICULARLY_COMPLEX),
        ("0101-08", None, Tier.PARTICULARLY_COMPLEX),
    ],
)
def test_a_channels_tier_counts_only_where_it_gives_less_time(
    category: str | None, hint: Tier | None, tier: Tier
) -> None:
    story = opened(category=category, tier=hint)
    said = story.said(d.Opened)
    assert said.tier is story.ticket.matter.tier is tier
    assert said.hinted_tier is (hint if hint is not tier else None)


def test_a_hint_does_not_make_a_category_that_was_suggested_less_urgent() -> None:
    rules = replace(rules_with(**BY_HAND), suggest=lambda _text: Guess("0401-03", 0.99, "words", certain=True))
    assert opened(rules, category=None, tier=Tier.SIMPLE).ticket.matter.tier is Tier.URGENT


def test_a_category_that_is_urgent_by_itself_makes_a_matter_urgent_under_way() -> None:
    urgent, ordinary = "0401-03", CATEGORY
    known = shipped().category(urgent)
    assert known is not None
    assert known.tier is Tier.URGENT
    changed = given.in_progress().office(i.Classify, category=urgent).then(d.Classified, d.UrgentCalled)
    assert changed.said(d.Classified).tier is Tier.URGENT
    set_by_hand = given.in_progress().office(i.Classify, tier="simple").office(i.Classify, category=urgent)
    assert set_by_hand.ticket.matter.tier is Tier.URGENT
    back = changed.office(i.Classify, category=ordinary)
    assert back.ticket.matter.tier is Tier.URGENT
    asked = changed.office(i.Classify, category=ordinary, tier=Tier.COMPLEX)
    assert asked.approved().ticket.matter.tier is Tier.COMPLEX


def _dues(story: Story, department: str = LEAD) -> set[Clock]:
    """The clocks that the newest order to a department lists."""
    topic = department_topic(department)
    told = [each.message for each in story.told if each.topic == topic and isinstance(each.message, Order)]
    return {due.clock for due in told[-1].due}


def test_an_order_lists_no_first_report_once_the_matter_is_not_urgent_any_more() -> None:
    urgent = opened(tier=Tier.URGENT).clock(c.ClockStarted, Clock.HANDLING)
    urgent = urgent.clock(c.ClockStarted, Clock.URGENT_FIRST_REPORT)
    assert _dues(urgent) == {Clock.HANDLING, Clock.URGENT_FIRST_REPORT}
    calm = urgent.office(i.Classify, tier="complex").approved()
    assert _dues(calm) == {Clock.HANDLING}
    calm.clock(c.ClockStarted, Clock.URGENT_FIRST_REPORT).then()


def test_an_order_that_binds_lists_no_return_window() -> None:
    asked = given.dispatched().clock(c.ClockStarted, Clock.RETURN_WINDOW)
    assert _dues(asked) == {Clock.RETURN_WINDOW}
    disputed = asked.lead(i.RequestReturn, **GROUND).office(i.RuleOnReturn, upheld=False, reason="属你局职责。")
    disputed = disputed.clock(c.ClockStarted, Clock.RETURN_WINDOW, clock_id="return_window-2")
    again = disputed.lead(i.RequestReturn, **GROUND)
    assert again.ticket.state is TicketState.ADJUDICATING
    ruled = again.office(i.Adjudicate, lead=LEAD, reason="归口管理。")
    assert _dues(ruled) == set()
    ruled.clock(c.ClockStarted, Clock.RETURN_WINDOW, clock_id="return_window-3").then()


def test_a_lead_that_gets_the_matter_back_is_told_of_no_clock_from_before_the_upheld_return() -> None:
    handling = given.dispatched().clock(c.ClockStarted, Clock.HANDLING)
    upheld = handling.lead(i.RequestReturn, **GROUND).office(i.RuleOnReturn, upheld=True, reason="同意。")
    assert not any(each.owner == f"department:{LEAD}" for each in upheld.ticket.dues.values())


REFUSED: dict[str, tuple[Callable[[], Story], str, str]] = {
    "accepted": (given.in_progress, "已签收", "延期"),
    "lapsed": (lambda: given.dispatched().clock(c.ClockLapsed, Clock.RETURN_WINDOW), "退单期限已过", "延期"),
    "supervised": (lambda: given.dispatched().office(i.Supervise, reason="久拖。"), "督办", "回复"),
    "adjudicated": (
        lambda: given.adjudicating().office(i.Adjudicate, lead=LEAD, reason="三定方案。"),
        "已经确责",
        "确责人",
    ),
    "reopened": (lambda: given.closed().office(i.Reopen, reason="又坏了。"), "重启办理", "改派"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_return_names_the_one_reason_that_applies_and_the_way_out(name: str) -> None:
    story, why, way_out = REFUSED[name]
    told = story().lead(i.RequestReturn, **GROUND).said(d.ActionRefused).reason
    assert why in told
    assert way_out in told
    others = {reason for _, reason, _ in REFUSED.values()} - {why}
    assert [other for other in others if other in told] == []


def test_an_order_is_returnable_exactly_while_its_lead_may_ask_for_that() -> None:
    fresh = given.dispatched()
    asked = given.return_requested()
    lapsed = fresh.clock(c.ClockLapsed, Clock.RETURN_WINDOW)

    assert [_says(story) for story in (fresh, asked, lapsed)] == [(True, True), (False, False), (False, False)]


def _says(story: Story) -> tuple[bool, bool]:
    """Whether the newest order says that it is returnable, and whether what may be done says so."""
    told = [each.message for each in story.told if each.topic == department_topic(LEAD)]
    order = [message for message in told if isinstance(message, Order)][-1]
    return order.returnable, "request_return" in (order.may or ())
