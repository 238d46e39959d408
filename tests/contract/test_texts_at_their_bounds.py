"""A text that is legal where it is written is legal wherever it is told onward, with words around it or without."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from doors.own import mark_of
from schemas import dispatch as d
from schemas import inbound as i
from schemas.clocks import ClockFact
from schemas.envelope import Envelope
from schemas.examples import example
from schemas.inbound import Action
from schemas.message import Message, contracts
from schemas.public import ReceiptRefused, TicketNews
from schemas.values import TEXT_LIMIT, Actor, Party, PartyKind, TicketState
from services.dispatch.core.commands import Act, Ask, Begin, Command, Tick
from services.dispatch.core.table import LEGAL
from services.intake.core.reading import Reading, read
from services.intake.core.state import KnownTicket
from services.intake.reactions import SubmissionId
from services.intake.reactions import react as tell_channel
from services.intake.work import newsroom_of
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording
from services.notify.reactions import react as tell_people
from services.trace.core.rows import Summary
from services.trace.reactions import summed
from tests.support.bounds import LETTER, stretched
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import RECEIPT, TICKET, Story, rules_with, shipped

NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
FULL = LETTER * TEXT_LIMIT
KNOWN = KnownTicket(TICKET, RECEIPT, "wechat", None, open=True, registered=NOW, reply=FULL)
NEWSROOM = newsroom_of(shipped())
WORDING = Wording(shipped())
ACTIONS = [model for model in contracts().values() if issubclass(model, Action)]
FACTS = [model for model in contracts().values() if issubclass(model, d.DispatchFact)]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda model: model.__name__)
def test_what_is_at_its_bound_is_read_at_the_door(action: type[Action]) -> None:
    party = Party(
        kind=max(action.spoken_by), department="housing" if PartyKind.DEPARTMENT in action.spoken_by else None
    )
    headers = Envelope("id", "door/test", action.type_name, NOW, "").headers()
    headers.append(mark_of(b"key", party, "door/test", "id"))  # only a door speaks for citizens
    full = stretched(example(action)).model_dump_json(exclude={"do"}, exclude_none=True)
    reading = read(party, headers, full.encode(), b"key")
    assert isinstance(reading, Reading)
    assert isinstance(reading.action, action)


def full(command: Command) -> Command:
    """The command with its texts at their bounds, and names as they are: unknown people are refused."""
    match command:
        case Begin(fact):
            return Begin(stretched(fact, only=TEXT_LIMIT))
        case Act(fact):
            return Act(stretched(fact, only=TEXT_LIMIT))
        case Tick(fact):
            return Tick(stretched(fact, only=TEXT_LIMIT))
        case Ask(fact):
            return Ask(stretched(fact, only=TEXT_LIMIT))
        case _:
            return command


def told_onward(facts: tuple[Message, ...]) -> None:
    """Let everybody who hears a fact react to it."""
    for fact in facts:
        type(fact).model_validate_json(fact.to_json())
        for answer in tell_channel(fact, NOW, KNOWN, NEWSROOM).says:
            assert answer.message.to_json()
        profile, wishes = tell_people(Profile(ticket=TICKET, reply=FULL), fact, NOW, WORDING.book)
        for wish in wishes:
            assert WORDING.notice(wish, profile, "cause", NOW) is not None
        if not isinstance(fact, ClockFact):
            summed(Summary(TICKET), fact, NOW)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_what_is_at_its_bound_is_decided_and_told_onward(kind: str) -> None:
    legal = [state for state in given.STORIES if (state, kind) in LEGAL]
    played = [_played(given.at(state), kind) for state in legal] or [_played(Story(rules_with()), kind)]
    # What two states have in common is told onward once.
    facts = {type(fact): fact for story in played for fact in story.facts}
    told = {(tell.topic, type(tell.message)): tell.message for story in played for tell in story.told}
    told_onward(tuple(facts.values()))
    for message in told.values():
        type(message).model_validate_json(message.to_json())


def _played(before: Story, kind: str) -> Story:
    before = prepared(before, kind)
    return before.when(full(EXAMPLES[kind](before)))


@pytest.mark.parametrize("fact", FACTS, ids=lambda model: model.__name__)
def test_every_fact_at_its_bound_is_told_onward(fact: type[Message]) -> None:
    told_onward((stretched(example(fact)),))


def test_what_does_not_fit_is_cut_with_an_ellipsis_and_stands_whole_at_the_door() -> None:
    reply = LETTER * (TEXT_LIMIT - 4)
    fact = d.HandledAccepted(ticket=TICKET, by=Actor(), department="housing", handled_at=NOW)
    reaction = tell_channel(fact, NOW, KNOWN._replace(reply=reply), NEWSROOM)
    (news,) = (answer.message for answer in reaction.says)
    assert isinstance(news, TicketNews)
    assert len(news.text) == TEXT_LIMIT
    assert news.text == "房管局答复：" + LETTER * (TEXT_LIMIT - 7) + "…"
    assert reaction.news is not None
    assert reaction.news.text == "房管局答复：" + reply


def test_a_refusal_that_lists_what_it_refuses_is_cut_too() -> None:
    story = given.at(TicketState.PENDING_DISPATCH)
    act = EXAMPLES["assign"](story)
    assert isinstance(act, Act)
    nobody = tuple(f"nobody-{number}" for number in range(4_000))
    action = act.fact.action
    assert isinstance(action, i.Assign)
    action = action.model_copy(update={"supporting": nobody})
    (refused,) = story.when(Act(act.fact.model_copy(update={"action": action}))).facts
    assert isinstance(refused, d.ActionRefused)
    assert len(refused.reason) == TEXT_LIMIT
    assert refused.reason.endswith("…")
    (answer,) = tell_channel(refused, NOW, KNOWN, NEWSROOM, SubmissionId("test", "s-1")).says
    assert isinstance(answer.message, ReceiptRefused)


def test_every_action_is_among_the_examples() -> None:
    named = {str(action.model_fields["do"].default) for action in get_args(i.OnExisting)}
    assert named <= EXAMPLES.keys()
