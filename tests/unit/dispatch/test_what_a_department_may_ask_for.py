"""What an order says that its department may ask for follows from guards that ask the ticket alone, by their type."""

from __future__ import annotations

from typing import get_args

import pytest

from schemas.inbound import DepartmentAction, OnExisting
from schemas.values import Actor, Party, PartyKind, TicketState
from services.dispatch.core.allowed import ACTIONS, may
from services.dispatch.core.commands import Act
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal, StateGuard, state_guard
from services.dispatch.core.table import TABLE
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, ORDERED
from tests.support.dispatch.story import LEAD, SUPPORTER

OF_THE_ACT = frozenset(
    {"kind", "cause", "heard", "receipt", "matched", "requester", "attached", "as_member", "in_time", "approver"}
)
"""What a draft knows by the act that is being taken."""


def _refused(draft: Draft) -> Refusal | None:
    return Refusal("nobody_leads", draft.ticket.id)


def test_a_guard_of_the_ticket_alone_asks_the_same_with_an_act_and_without() -> None:
    story = given.at(TicketState.DISPATCHED)
    draft = Draft(story.ticket, story.rules, story.at, lambda ticket, *_: ticket)
    guard = state_guard(_refused)
    act = EXAMPLES["request_return"](story)
    assert isinstance(act, Act)
    assert guard(draft, act.fact) == guard(draft) == guard.ask(draft) == Refusal("nobody_leads", story.ticket.id)
    assert (guard.__name__, guard.__module__) == ("_refused", __name__)


def test_each_act_of_departments_is_held_against_what_asks_the_ticket_alone() -> None:
    assert set(ACTIONS.values()) == {each for each in get_args(OnExisting) if issubclass(each, DepartmentAction)}
    unasked = {
        row.kind
        for row in TABLE
        if row.kind in ACTIONS and not any(isinstance(guard, StateGuard) for guard in row.guards)
    }
    assert unasked == set(), "nothing but the act itself speaks against these: orders would always offer them"


class _WithoutAct(Draft):
    """A draft that nobody asked for anything: whatever is read of an act is a fault."""

    def __getattribute__(self, name: str) -> object:
        if name in OF_THE_ACT:
            pytest.fail(f"a guard of the ticket alone read {name}, which is of the act")
        return super().__getattribute__(name)


@pytest.mark.parametrize("state", sorted(given.STORIES))
def test_what_asks_the_ticket_alone_reads_nothing_of_the_act(state: TicketState) -> None:
    # given a ticket in this state, and every guard that is asked of it before anybody acts
    story = given.at(state)
    by = Actor(party=Party(kind=PartyKind.DEPARTMENT, department=LEAD))
    draft = _WithoutAct(story.ticket, story.rules, story.at, lambda ticket, *_: ticket, by=by)
    guards = {
        guard
        for row in TABLE
        if row.kind in ACTIONS and state in row.sources
        for guard in row.guards
        if isinstance(guard, StateGuard)
    }
    # when they are asked, then none of them looks at what nobody has sent yet
    for guard in guards:
        guard.ask(draft)


def test_only_who_owes_an_answer_to_a_supervision_order_is_offered_to_answer_it() -> None:
    calm = given.at(TicketState.IN_PROGRESS)
    watched = ORDERED(calm)
    offers = {
        (story is watched, department): "answer_supervision" in may(story.ticket, department, story.at, story.rules)
        for story in (calm, watched)
        for department in (LEAD, SUPPORTER)
    }
    assert [who for who, offered in offers.items() if offered] == [(True, LEAD)]
