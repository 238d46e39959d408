"""The state that a requester is told with a step of the ticket is the state in which the ticket is at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import pytest

from rulebook import Policy
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import TicketNews
from schemas.values import Actor, Clock, TicketState
from services.dispatch.core.evolve import evolve
from services.dispatch.core.ticket import Ticket
from services.intake.core.news import Newsroom
from services.intake.core.state import KnownTicket
from services.intake.reactions import concerns, react
from services.intake.work import newsroom_of
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, MEMBER, ORDERED, prepared
from tests.support.dispatch.story import AT, OTHER, RECEIPT, TICKET, Story

KNOWN: Final = KnownTicket(TICKET, RECEIPT, "hotline", "h-1", open=True, registered=AT)
STATES: Final = sorted(given.STORIES)


@pytest.fixture(scope="session")
def newsroom(policy: Policy) -> Newsroom:
    return newsroom_of(policy)


def _hear(
    known: KnownTicket, state: Ticket | None, facts: Iterator[d.DispatchFact], at: datetime, newsroom: Newsroom
) -> KnownTicket:
    """Let the door hear facts one by one; what it tells is held against the ticket as it is after each."""
    for fact in facts:
        after = evolve(state, fact, at)
        assert isinstance(after, Ticket)
        state = after
        if concerns(fact, newsroom) is None:
            continue
        reaction = react(fact, at, known, newsroom)
        known = reaction.ticket or known
        for answer in reaction.says:
            if isinstance(answer.message, TicketNews):
                assert answer.message.state is state.state, answer.message
    return known


def _facts(story: Story, *, last: bool = False) -> Iterator[d.DispatchFact]:
    return (fact for fact in (story.facts if last else story.all_facts) if isinstance(fact, d.DispatchFact))


def _life(story: Story, newsroom: Newsroom) -> KnownTicket:
    known = _hear(KNOWN, None, _facts(story), story.at, newsroom)
    assert known.state is story.ticket.state
    return known


@pytest.mark.parametrize("state", STATES)
def test_what_was_told_on_the_way_to_a_state_was_true(state: TicketState, newsroom: Newsroom) -> None:
    assert _life(given.at(state), newsroom).state is state


@pytest.mark.parametrize("state", STATES)
def test_what_any_step_in_any_state_tells_is_true(state: TicketState, newsroom: Newsroom) -> None:
    known = _life(given.at(state), newsroom)
    for kind in sorted(EXAMPLES.keys() - {"register"}):
        before = prepared(given.at(state), kind)
        after = before.when(EXAMPLES[kind](before))
        heard = _hear(known, before.ticket, _facts(after, last=True), after.at, newsroom)
        assert heard.state is after.ticket.state, kind


def _asked_again(story: Story) -> Story:
    asked = story.lead(i.AskForInfo, question="哪一幢？")
    return asked.act(i.ProvideInfo(ticket=TICKET, text="3号楼。"))


def _merged(story: Story) -> Story:
    asked = story.office(i.Merge, into=OTHER, reason="重复。")
    return asked.asked(
        r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=True, reason="已并入", receipt=RECEIPT)
    )


LIVES: Final = {
    "returned, overruled, accepted": lambda: (
        given.return_requested().office(i.RuleOnReturn, upheld=False, reason="属你局职责。").lead(i.Accept)
    ),
    "sent back by the review": lambda: given.handled().office(
        i.Review, accepted=False, ground="not-done", reason="未联系。"
    ),
    "a rework that was asked about, handled and sent back": lambda: (
        _asked_again(given.rework())
        .lead(i.ReportHandled, reply="又办了。")
        .office(i.Review, accepted=False, ground="not-done", reason="未联系。")
    ),
    "suspended and resumed": lambda: given.suspended().office(i.EndSuspension, reason="施工完成。"),
    "suspended, merged, unmerged, resumed": lambda: (
        _merged(given.suspended()).office(i.Unmerge, reason="不是一件事。").office(i.EndSuspension, reason="施工完成。")
    ),
    "the requester did not answer": lambda: (
        given.in_progress().lead(i.AskForInfo, question="哪一幢？").clock(c.ClockLapsed, Clock.NEEDS_INFO, "requester")
    ),
    "supervised, reopened and handled": lambda: given.closed().office(i.Reopen, reason="又坏了。"),
    "a wish that waits beside an open ticket": lambda: ORDERED(given.in_progress()).act(
        i.Withdraw(ticket=TICKET, reason="不用了。")
    ),
    "a member of an incident": lambda: MEMBER(given.dispatched()),
}


@pytest.mark.parametrize("life", LIVES)
def test_what_was_told_in_a_longer_life_was_true(life: str, newsroom: Newsroom) -> None:
    _life(LIVES[life](), newsroom)


def test_progress_before_anybody_accepted_is_not_told_as_work_in_progress(newsroom: Newsroom) -> None:
    known = _life(given.dispatched(), newsroom)
    fix = d.FixReported(ticket=TICKET, by=Actor(), incident="M0123456789AB", title="停电", text="已修复。")
    (answer,) = react(fix, AT, known, newsroom).says
    assert isinstance(answer.message, TicketNews)
    assert answer.message.state is TicketState.DISPATCHED


def test_a_final_answer_announces_no_callback(newsroom: Newsroom) -> None:
    """What is told of a callback is told when one is asked for, and then alone."""
    for model, outcome in newsroom._lines:
        _, line = newsroom._lines[model, outcome]
        assert ("回访您" in line.text) is (model is d.CallbackAwaited)
