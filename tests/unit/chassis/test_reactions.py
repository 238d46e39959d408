"""A table of reactions gives each fact to the function that was entered for it, and to no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chassis.reactions import Changes, Reactions
from schemas import dispatch as d
from schemas.values import Actor

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
HANDLED = d.Handled(ticket="26091407000015", by=Actor(by_rule="test"), department="housing", reply="已处理", round=0)
ARCHIVED = d.Archived(ticket="26091407000015", by=Actor(by_rule="test"))
INFO_TIMED_OUT = d.InfoTimedOut(ticket="26091407000015", by=Actor(by_rule="test"))


def test_a_fact_asks_for_what_was_entered_for_it() -> None:
    table = Reactions[str, str]()
    table.on(d.Handled)(lambda fact, known: f"{known} {fact.reply}")
    table.on(d.Archived, d.InfoTimedOut)(lambda _, known: known)

    assert table.facts == {d.Handled, d.Archived, d.InfoTimedOut}
    assert table.to(HANDLED, "房管局") == "房管局 已处理"
    assert table.to(ARCHIVED, "房管局") == table.to(INFO_TIMED_OUT, "房管局") == "房管局"


def test_a_fact_that_is_not_entered_asks_for_nothing_and_changes_nothing() -> None:
    reactions, changes, state = Reactions[str, str](), Changes[list[str]](), ["as it was"]

    assert reactions.to(HANDLED, "房管局") is None
    assert changes.after(state, HANDLED, NOON) is state


def test_a_state_begins_with_the_fact_that_begins_it_and_with_no_other() -> None:
    table = Changes[tuple[str, ...]]()
    table.begins(d.Handled)(lambda fact, _: (fact.reply,))
    table.on(d.Archived)(lambda state, _, __: (*state, "archived"))

    assert table.after(None, ARCHIVED, NOON) is None
    assert table.after(None, HANDLED, NOON) == ("已处理",)
    assert table.after(("已处理",), ARCHIVED, NOON) == ("已处理", "archived")
    assert table.after(("已处理", "archived"), HANDLED, NOON) == ("已处理",)


def test_a_fact_is_entered_once() -> None:
    reactions, changes = Reactions[str, str](), Changes[str]()
    reactions.on(d.Handled)(lambda _, known: known)
    changes.on(d.Handled)(lambda state, _, __: state)

    with pytest.raises(TypeError, match="Handled is entered twice"):
        reactions.on(d.Archived, d.Handled)(lambda _, known: known)
    with pytest.raises(TypeError, match="Handled is entered twice"):
        changes.begins(d.Handled)(lambda fact, _: fact.reply)
