"""What follows from what a person said stands in the form of a dispatch; what is only likely is offered beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rulebook import Policy, load_policy
from schemas.public import DeskTask
from schemas.values import Kind, StopWord, Tier
from services.desk.core.advice import Advice, advice, certain, needs_eyes
from tests.support.desk import MORNING

LAMP, STALL, ASSISTIVE = "0102-04", "0203-02", "1201-04"
"""Led by a bureau, by the street of the place, by another bureau."""
FIRE = StopWord(group="fire", name="火情", reason="由人判断。", word="着火")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(Path("policy"))


def waiting(**fields: Any) -> DeskTask:
    given = {"task": "dispatching", "open": True, "ticket": "26090100000019", "since": MORNING, "text": "楼道灯不亮"}
    return DeskTask.model_validate({**given, "tier": Tier.COMPLEX, "kind": Kind.HELP, **fields})


def typed(told: DeskTask, policy: Policy) -> Advice | None:
    return certain(told, advice(told, policy))


def test_the_category_that_a_person_gave_fills_the_form(policy: Policy) -> None:
    found = typed(waiting(category=LAMP, suggestion=STALL), policy)
    assert found is not None
    assert found.category.code == LAMP


def test_what_is_only_suggested_fills_nothing(policy: Policy) -> None:
    told = waiting(suggestion=LAMP, alternatives=(ASSISTIVE,))
    assert advice(told, policy)
    assert typed(told, policy) is None


def test_where_the_likeliest_has_no_lead_the_next_one_does_not_take_its_place(policy: Policy) -> None:
    """The street leads, and nobody knows in which one the place is."""
    told = waiting(category=STALL, suggestion=ASSISTIVE)
    assert [each.lead is None for each in advice(told, policy)] == [True, False]
    assert typed(told, policy) is None


@pytest.mark.parametrize("said", [{"stop_words": (FIRE,)}, {"refer": "other-district"}])
def test_what_a_person_has_to_look_at_fills_nothing_whatever_it_was_registered_as(
    policy: Policy, said: dict[str, Any]
) -> None:
    told = waiting(category=LAMP, **said)
    assert needs_eyes(told)
    assert typed(told, policy) is None


LATER = {"ticket": "26090100000035", "place": {"text": "平凉路100号"}, "text": "楼道灯坏了"}


def test_what_was_said_later_counts_and_goes_before_what_no_word_speaks_for(policy: Policy) -> None:
    # given a ticket that was suggested by how it began, about which somebody said more since
    told = waiting(text="还是那件事", suggestion=ASSISTIVE, supplements=(LATER,))

    found = [each.category.code for each in advice(told, policy)]

    # then what was said since stands before what no word speaks for, which is still offered
    assert LAMP in found
    assert found.index(LAMP) < found.index(ASSISTIVE)
    # but what a person gave stays first
    assert advice(told.model_copy(update={"category": ASSISTIVE}), policy)[0].category.code == ASSISTIVE


def test_without_later_words_what_was_suggested_is_offered_as_it_was(policy: Policy) -> None:
    told = waiting(suggestion=ASSISTIVE)
    assert [each.category.code for each in advice(told, policy)] == [ASSISTIVE]
