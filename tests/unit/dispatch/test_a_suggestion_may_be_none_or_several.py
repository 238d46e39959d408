"""Where no category is likelier than all else nobody is forced on a ticket; what is gone is suggested no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rulebook import Policy
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import DeskTask
from schemas.values import TicketState
from services.dispatch.core.rules import Guess, Rules
from tests.support.dispatch.story import AT, LEAD, Story, opened, shipped

SEVERAL = Guess(None, 0.0, "model", certain=False, alternatives=("0801-01", "0801-04"), model="abc123")


def suggesting(guess: Guess | None, policy: Policy | None = None) -> Story:
    return opened(Rules(policy or shipped(), lambda _text: guess), category=None)


def ended(policy: Policy, code: str, successor: str | None) -> Policy:
    """The policy of a day after a category's last."""
    last = policy.day(AT) - timedelta(days=1)
    categories = tuple(
        each.model_copy(update={"valid_to": last, "successor": successor}) if each.code == code else each
        for each in policy.categories
    )
    return policy.model_copy(update={"categories": categories})


def test_the_desk_is_shown_the_several_and_none_is_called_the_suggestion() -> None:
    story = suggesting(SEVERAL).then(d.Opened, d.DispatchAwaited, state=TicketState.PENDING_DISPATCH)

    awaited = story.said(d.DispatchAwaited)
    assert (awaited.reason, awaited.suggestion) == ("several_categories", None)
    assert (awaited.alternatives, awaited.model) == (("0801-01", "0801-04"), "abc123")
    (task,) = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    assert isinstance(task, DeskTask)
    assert (task.suggestion, task.alternatives) == (None, ("0801-01", "0801-04"))


def test_where_nothing_fits_nothing_is_shown() -> None:
    awaited = suggesting(None).then(d.Opened, d.DispatchAwaited).said(d.DispatchAwaited)

    assert (awaited.reason, awaited.suggestion, awaited.alternatives) == ("no_category", None, None)


@pytest.mark.parametrize("certain", [True, False])
def test_a_suggestion_can_be_counted_by_its_model(certain: bool) -> None:  # noqa: FBT001 - the case
    story = suggesting(Guess("0101-02", 0.91, "rules-and-model", certain, model="abc123"))

    assert story.said(d.CategorySuggested).model == "abc123"


def test_what_follows_a_category_that_ended_is_shown_and_never_taken_without_a_person() -> None:
    policy = ended(shipped(), "0101-02", "0101-01")

    story = suggesting(Guess("0101-02", 0.99, "model", certain=True, alternatives=("0101-01", "0104-06")), policy)

    suggested = story.said(d.CategorySuggested)
    assert (suggested.category, suggested.taken) == ("0101-01", False)
    assert story.said(d.DispatchAwaited).alternatives == ("0104-06",)


def test_a_category_that_ended_without_a_successor_leaves_the_others_to_choose_from() -> None:
    policy = ended(shipped(), "0101-02", None)

    story = suggesting(Guess("0101-02", 0.99, "model", certain=True, alternatives=("0104-06",)), policy)
    alone = suggesting(Guess("0101-02", 0.99, "model", certain=True), policy)

    assert story.said(d.DispatchAwaited).reason == "several_categories"
    assert story.said(d.DispatchAwaited).alternatives == ("0104-06",)
    assert alone.said(d.DispatchAwaited).reason == "no_category"


def test_several_with_words_that_stop_the_machine_are_shown_behind_what_these_mean() -> None:
    stopped = opened(suggesting(SEVERAL).rules, category=None, text="再不发工资我就从楼顶跳楼")

    awaited = stopped.said(d.DispatchAwaited)
    assert awaited.reason == "stop_words"
    assert awaited.suggestion == "0701-07"
    assert awaited.alternatives == ("0801-01", "0801-04")


@pytest.mark.parametrize("guess", [SEVERAL, Guess("0801-01", 0.5, "model", certain=False, model="abc123")])
def test_whoever_dispatches_names_a_category_or_says_that_none_fits(guess: Guess) -> None:
    waiting = suggesting(guess)

    refused = waiting.office(i.Assign, lead=LEAD).refused("category_missing")

    assert "劳动与社会保障/劳动权益/拖欠工资（0801-01）" in refused.said(d.ActionRefused).reason
    waiting.office(i.Assign, lead=LEAD, category="0801-04").then(d.Classified, d.Dispatched)
    none = waiting.office(i.Assign, lead=LEAD, uncategorised=True)
    assert (none.ticket.state, none.ticket.matter.category) == (TicketState.DISPATCHED, None)


def test_where_nothing_is_suggested_nobody_has_to_say_that_nothing_fits() -> None:
    assert suggesting(None).office(i.Assign, lead=LEAD).ticket.state is TicketState.DISPATCHED
