"""A share of what policy dispatches is checked by a person; a category that is often wrong goes back to the desk."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from rulebook.rules import Automation, Check, wilson
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.values import Actor, TicketState
from services.dispatch.core.categories import Category, decide_category, evolve_category
from services.dispatch.core.commands import OfCategory
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.regions import Drawn, Joining, NotDrawn
from services.dispatch.core.rules import Guess, Rules
from services.dispatch.core.telling import tell
from services.dispatch.reactions import LISTENS_TO
from tests.support.dispatch.story import (
    AT,
    BY_HAND,
    CATEGORY,
    INCIDENT,
    LEAD,
    RECEIPT,
    TICKET,
    Story,
    opened,
    rules_with,
)

BY = Actor(by_rule="policy")
WAGES = "0801-01"
JOINS = Joining(incident=INCIDENT, receipt=RECEIPT)


def checking(**values: Any) -> Rules:
    """The shipped policy, which lets so many be checked."""
    rules = rules_with()
    check = Check.model_validate({**dict(rules.automation.check), "share": 1, **values})
    automation = Automation.model_validate({**dict(rules.automation), "check": check})
    return replace(rules, policy=rules.policy.model_copy(update={"automation": automation}))


def guessing(rules: Rules) -> Rules:
    return replace(rules, suggest=lambda _text: Guess(WAGES, 1.0, "words", certain=True, alternatives=()))


def tasks(story: Story) -> list[tuple[str, bool]]:
    messages = [told.message for told in story.told]
    return [(each.task, each.open) for each in messages if isinstance(each, DeskTask)]


# --- drawn -----------------------------------------------------------------------------------------------------------


def test_who_is_drawn_follows_from_the_number_alone_and_is_about_the_share() -> None:
    check, numbers = rules_with().automation.check, [str(number) for number in range(20_000)]
    drawn = [number for number in numbers if check.draws(number)]
    assert drawn == [n for n in numbers if int(sha256(n.encode()).hexdigest()[:16], 16) / 2**64 < check.share]
    assert len(drawn) / len(numbers) == pytest.approx(0.05, abs=0.005)


def test_what_policy_dispatched_and_is_drawn_waits_at_the_desk_for_a_check() -> None:
    story = opened(checking())
    assert story.ticket.state is TicketState.DISPATCHED
    assert story.said(d.Dispatched).drawn
    assert ("dispatch_check", True) in tasks(story)
    assert story.ticket.check == Drawn(order=1, category=CATEGORY, lead=LEAD)


def test_what_is_not_drawn_or_was_dispatched_by_a_person_is_not_checked() -> None:
    assert isinstance(opened(checking(share=0)).ticket.check, NotDrawn)
    by_hand = opened(rules_with(**BY_HAND)).office(i.Assign, lead=LEAD)
    assert by_hand.said(d.Dispatched).drawn is None
    by_hand.office(i.CheckDispatch, right=True).refused("not_drawn")


def test_a_check_says_whether_the_category_came_from_the_text() -> None:
    story = opened(guessing(checking()), category=None, text="公司拖欠工资。")
    assert story.said(d.Dispatched).suggested
    assert story.office(i.CheckDispatch, right=True).said(d.DispatchChecked).suggested


# --- checked ---------------------------------------------------------------------------------------------------------


def test_a_right_one_changes_nothing_and_is_counted_for_its_category() -> None:
    story = opened(checking()).office(i.CheckDispatch, right=True)
    story.then(d.DispatchChecked, state=TicketState.DISPATCHED)
    assert ("dispatch_check", False) in tasks(story)
    (asked,) = [each.message for each in story.told if isinstance(each.message, r.CountCheck)]
    assert (asked.key, asked.right) == (f"C{CATEGORY}", True)
    story.office(i.CheckDispatch, right=True).refused("checked_already")


def test_a_wrong_one_goes_to_whoever_should_have_had_it() -> None:
    story = opened(checking()).office(i.CheckDispatch, right=False, category=WAGES, lead="labour", note="是欠薪。")
    assert isinstance(story.facts[0], d.DispatchChecked)
    assert (story.ticket.matter.category, story.said(d.Dispatched).lead) == (WAGES, "labour")
    assert story.said(d.Dispatched).reason == "checked"
    counts = [told.message for told in story.told if isinstance(told.message, r.CountCheck)]
    assert [(each.category, each.right) for each in counts] == [(CATEGORY, False)]


def test_of_a_wrong_category_the_catalogue_says_who_should_have_it() -> None:
    story = opened(checking()).office(i.CheckDispatch, right=False, category=WAGES)
    assert story.said(d.Dispatched).lead != LEAD
    assert story.said(d.DispatchChecked).lead == story.said(d.Dispatched).lead


def test_what_is_handled_already_is_counted_and_stays_with_whoever_handled_it() -> None:
    taken = opened(checking()).lead(i.Accept)
    ready = replace(taken, state=replace(taken.ticket, tasks={}))
    story = ready.lead(i.ReportHandled, reply="已办结。").office(i.CheckDispatch, right=False, lead="market")
    assert isinstance(story.facts[0], d.DispatchChecked)
    assert story.ticket.order is not None
    assert story.ticket.order.lead == LEAD
    assert not [each for each in story.told if isinstance(each.message, Order) and each.message.lead == "market"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"right": False}, "says_not_what"),
        ({"right": False, "category": CATEGORY, "lead": LEAD}, "says_not_what"),
        ({"right": True, "lead": "market"}, "right_or_wrong"),
        ({"right": False, "category": "9999-99"}, "unknown_category"),
        ({"right": False, "lead": "moon"}, "unknown_department"),
    ],
)
def test_who_says_wrong_says_what_instead(said: dict[str, Any], code: str) -> None:
    opened(checking()).office(i.CheckDispatch, **said).refused(code)


# --- fallen back -----------------------------------------------------------------------------------------------------


def counted(rules: Rules, checks: str, category: Category | None = None) -> tuple[Category, list[d.CategoryFact]]:
    said: list[d.CategoryFact] = []
    for check in checks:
        asked = r.CountCheck(category=CATEGORY, origin=TICKET, by=BY, right=check == "+")
        for fact in decide_category(category, asked, rules):
            category = evolve_category(category, fact)
            said.append(fact)
    assert category is not None
    return category, said


def falls(said: list[d.CategoryFact]) -> list[d.CategoryFellBack]:
    return [fact for fact in said if isinstance(fact, d.CategoryFellBack)]


def test_a_category_falls_back_with_the_check_that_takes_the_interval_below_the_floor() -> None:
    rules = checking(minimum=30, floor=0.8, newest=200)
    category, said = counted(rules, "+" * 28 + "-")
    assert not falls(said)
    category, said = counted(rules, "-", category)
    (fell,) = falls(said)
    assert (fell.checked, fell.correct) == (30, 28)
    assert fell.at_least == round(wilson(28, 30)[0], 4) < 0.8
    assert category.fallen_back
    assert not falls(counted(rules, "--", category)[1])


def test_fewer_than_the_minimum_say_nothing_however_many_are_wrong() -> None:
    assert not falls(counted(checking(minimum=30), "-" * 29)[1])


def test_only_the_newest_checks_count_so_that_old_ones_hide_nothing() -> None:
    rules = checking(minimum=30, newest=30)
    assert falls(counted(rules, "+" * 500 + "---")[1])


def test_people_are_told_on_the_ticket_whose_check_it_was_until_somebody_lets_policy_again() -> None:
    rules = checking()
    state, said = counted(rules, "+" * 27 + "---")
    (told,) = tell(state, falls(said)[0], AT, rules)
    assert isinstance(told.message, r.SayFallenBack)
    story = opened(rules).asked(told.message).then(d.AutomationEnded)
    assert ("automation", True) in tasks(story)
    restored = story.office(i.RestoreAutomation, reason="已更正目录。").then(d.AutomationRestored)
    assert ("automation", False) in tasks(restored)
    (asked,) = [each.message for each in restored.told if isinstance(each.message, r.RestoreCategory)]
    (fact,) = decide(state, OfCategory(asked), AT, rules)
    assert evolve(state, fact, AT) == Category(category=CATEGORY, checks=())
    assert {r.CountCheck, r.RestoreCategory} <= LISTENS_TO
    restored.office(i.RestoreAutomation, reason="再来一次。").refused("nothing_fell_back")


def test_what_fell_back_waits_at_the_desk_whoever_gave_the_category() -> None:
    rules = replace(guessing(checking()), fallen_back=frozenset({WAGES, CATEGORY}))
    story = opened(rules).then(d.Opened, d.DispatchAwaited, state=TicketState.PENDING_DISPATCH)
    assert story.said(d.DispatchAwaited).reason == "fallen_back"
    suggested = opened(rules, category=None, text="公司拖欠工资。")
    suggested.then(d.Opened, d.CategorySuggested, d.DispatchAwaited, state=TicketState.PENDING_DISPATCH)
    assert not suggested.said(d.CategorySuggested).taken
    assert suggested.said(d.DispatchAwaited).suggestion == WAGES
    assert story.office(i.Assign, lead=LEAD).ticket.state is TicketState.DISPATCHED


def test_a_floor_that_the_minimum_never_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        checking(minimum=30, floor=0.95)
    with pytest.raises(ValueError, match="newest"):
        checking(minimum=30, newest=20)


def test_a_rule_of_an_incident_sends_nothing_in_which_words_were_found_since() -> None:
    waiting = opened(checking(), category=None)
    joining = replace(waiting, state=replace(waiting.ticket, incident=JOINS))
    cried = joining.act(i.FollowUp(ticket=TICKET, mode="add", text="再不管我就跳楼。"))
    admitted = r.MemberAnswered(
        ticket=TICKET, origin=INCIDENT, by=BY, admitted=True, reason="已加入", title="停电", lead=LEAD
    )
    assert joining.asked(admitted).ticket.state is TicketState.DISPATCHED
    assert cried.asked(admitted).ticket.state is TicketState.PENDING_DISPATCH
