"""A share of what policy dispatches is checked by a person; a category that is often wrong goes back to the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook.codes import Passing
from rulebook.rules import Automation, Check, wilson
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.values import Actor, DeskTaskKind, Place, TicketState
from services.dispatch.core.categories import Category, decide_category, evolve_category
from services.dispatch.core.commands import OfCategory
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.regions import Drawn, Joining, NotDrawn
from services.dispatch.core.rules import Guess, Rules
from services.dispatch.core.seen import seen
from services.dispatch.core.telling import tell
from services.dispatch.reactions import LISTENS_TO
from tests.support.dispatch.story import (
    AT,
    BY_HAND,
    CATEGORY,
    INCIDENT,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    opened,
    person_for,
    rules_with,
    shipped,
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
    assert story.ticket.check == Drawn(order=1, category=CATEGORY, lead=LEAD, since=story.at)


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


def test_what_a_person_assigned_since_is_not_taken_away_by_the_check_and_the_desk_sees_it() -> None:
    moved = opened(checking()).office(i.Assign, lead="market", category="0101-03")
    story = moved.office(i.CheckDispatch, right=False, category=WAGES, lead="labour").then(d.DispatchChecked)
    assert story.ticket.order is not None
    assert (story.ticket.order.lead, story.ticket.matter.category) == ("market", "0101-03")
    assert ("redispatch", True) in tasks(story)
    assert story.ticket.would_lead == "labour"
    counts = [told.message for told in story.told if isinstance(told.message, r.CountCheck)]
    assert [(each.category, each.right) for each in counts] == [(CATEGORY, False)]


def test_whoever_says_wrong_names_the_lead_where_nothing_else_does() -> None:
    nowhere = opened(checking(), place=Place(text="某处"))
    nowhere.office(i.CheckDispatch, right=False, category="0101-01").refused("lead_missing")
    named = nowhere.office(i.CheckDispatch, right=False, category="0101-01", lead="siping")
    assert named.said(d.Dispatched).lead == "siping"


def test_a_merged_ticket_is_checked_too_and_its_category_is_restored_there() -> None:
    rules = checking()
    asked = opened(rules).office(i.Merge, into=OTHER, reason="重复。")
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=BY, taken=True, reason="已并入", receipt=RECEIPT)
    merged = asked.asked(answer)
    assert merged.ticket.state is TicketState.MERGED
    assert seen(merged.ticket).desk == (DeskTaskKind.DISPATCH_CHECK,)
    checked = merged.office(i.CheckDispatch, right=True).then(d.DispatchChecked)
    assert ("dispatch_check", False) in tasks(checked)
    fell = r.SayFallenBack(
        ticket=TICKET, origin=TICKET, by=BY, category=CATEGORY, checked=30, correct=20, at_least=0.5, floor=0.8
    )
    assert ("automation", True) in tasks(checked.asked(fell))
    checked.asked(fell).office(i.RestoreAutomation, reason="已更正。").then(d.AutomationRestored)


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
            category = evolve_category(category, fact, AT)
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
    assert evolve(state, fact, AT) == Category(category=CATEGORY, checks=(), restored_at=AT)
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


# --- held for any course of events ------------------------------------------------------------------------------------


@given(checked=st.integers(1, 1_000), data=st.data())
def test_the_interval_holds_the_share_and_what_it_leaves_open_is_what_the_normal_law_says(
    checked: int, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, checked))
    low, high = wilson(right, checked)
    assert -1e-12 <= low <= right / checked + 1e-12
    assert right / checked - 1e-12 <= high <= 1 + 1e-12
    for end in (low, high):
        # each end is the share from which what was seen lies exactly so many standard deviations away
        assert (right / checked - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / checked, abs=1e-9)
    assert list(wilson(checked - right, checked)) == pytest.approx([1 - high, 1 - low], abs=1e-12)
    assert right == checked or wilson(right + 1, checked)[0] > low


def test_what_was_dispatched_before_it_was_restored_counts_no_more_however_late_it_is_checked() -> None:
    """Thirty wrong orders that wait for their check would take a mended category back at once."""
    rules = checking(minimum=30, newest=200)
    restored = evolve_category(
        counted(rules, "-" * 30)[0], d.CategoryRestored(category=CATEGORY, origin=TICKET, by=BY), AT
    )
    late = r.CountCheck(category=CATEGORY, origin=TICKET, by=BY, right=False, dispatched_at=AT - timedelta(hours=1))
    assert decide_category(restored, late, rules) == ()
    since = late.model_copy(update={"dispatched_at": AT + timedelta(hours=1)})
    assert [type(fact) for fact in decide_category(restored, since, rules)] == [d.CheckCounted]


def test_the_check_says_when_policy_dispatched() -> None:
    story = opened(checking(share=1.0))
    checked = story.act(i.CheckDispatch(ticket=TICKET, by=person_for(i.CheckDispatch), right=True))
    (count,) = [each.message for each in checked.told if isinstance(each.message, r.CountCheck)]
    assert count.dispatched_at == checked.said(d.DispatchChecked).dispatched_at == story.at


def test_of_five_hundred_that_policy_dispatches_a_twentieth_waits_for_a_check() -> None:
    """Chance is an argument: who is drawn follows from the number, so this run is the same every time."""
    share = shipped().automation.check.share
    policy = rules_with(dispatch=Passing.AUTOMATIC)
    numbers = [f"260914{number:08d}" for number in range(500)]
    drawn = [number for number in numbers if ("dispatch_check", True) in tasks(opened(policy, ticket=number))]
    assert drawn == [number for number in numbers if shipped().automation.check.draws(number)]
    assert share == 0.05
    assert 10 <= len(drawn) <= 40


@given(
    events=st.lists(st.sampled_from("+++++-r"), max_size=120),
    minimum=st.integers(5, 30),
    extra=st.integers(0, 30),
)
def test_a_category_falls_back_by_the_written_rule_once_until_it_is_restored(
    events: list[str], minimum: int, extra: int
) -> None:
    rules = checking(minimum=minimum, newest=minimum + extra, floor=0.5)
    category: Category | None = None
    since: list[bool] = []
    fallen = False
    for event in events:
        if event == "r":
            asked: r.CategoryRequest = r.RestoreCategory(category=CATEGORY, origin=TICKET, by=BY)
            expected: list[type[d.CategoryFact]] = [d.CategoryRestored] if fallen else []
            since, fallen = ([], False) if fallen else (since, fallen)
        else:
            asked = r.CountCheck(category=CATEGORY, origin=TICKET, by=BY, right=event == "+")
            since = [*since, event == "+"]
            newest = since[-(minimum + extra) :]
            falls_now = not fallen and len(newest) >= minimum and wilson(sum(newest), len(newest))[0] < 0.5
            expected = [d.CheckCounted, d.CategoryFellBack] if falls_now else [d.CheckCounted]
            fallen = fallen or falls_now
        said = decide_category(category, asked, rules)
        assert [type(fact) for fact in said] == expected
        for fact in said:
            category = evolve_category(category, fact, AT)
        assert (category is not None and category.fallen_back) is fallen


@given(number=st.integers(0, 10**14 - 1), share=st.floats(0, 1), more=st.floats(0, 1))
def test_whoever_is_drawn_at_a_share_is_drawn_at_any_greater_one(number: int, share: float, more: float) -> None:
    low, high = sorted((share, more))
    few, many = (checking(share=each).automation.check for each in (low, high))
    assert not few.draws(f"{number:014}") or many.draws(f"{number:014}")
    assert checking(share=1).automation.check.draws(f"{number:014}")
    assert not checking(share=0).automation.check.draws(f"{number:014}")
