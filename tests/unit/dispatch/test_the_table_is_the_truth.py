"""Every pair of state and command: what the table calls legal leads where it says, all else is refused and says why."""

from __future__ import annotations

from typing import get_args

import pytest

from schemas import dispatch as d
from schemas import inbound, requests
from schemas.message import MODELS
from schemas.values import TicketState
from services.dispatch.core import clocks, guards, links
from services.dispatch.core.commands import Act, Ask, Tick, kind_of, request_kind
from services.dispatch.core.evolve import evolve
from services.dispatch.core.transitions import KINDS, LEGAL, SAME, TABLE
from services.dispatch.core.words import EXPECTED, STATES
from services.dispatch.core.words import KINDS as WORDS
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import Story

PAIRS = [(state, kind) for state in given.STORIES for kind in KINDS]
LED_FOR_DUES = frozenset({TicketState.SURVEY_REVIEW, TicketState.PENDING_DISPATCH})
"""No department takes part there, so that a department's clock says nothing."""


def _played(state: TicketState, kind: str) -> tuple[Story, Story]:
    before = prepared(given.at(state), kind)
    command = EXAMPLES[kind](before)
    assert isinstance(command, Act | Tick | Ask)
    assert kind_of(command) == kind
    return before, before.when(command)


@pytest.mark.parametrize(("state", "kind"), [pair for pair in PAIRS if pair in LEGAL])
def test_what_is_legal_leads_where_the_table_says(state: TicketState, kind: str) -> None:
    before, after = _played(state, kind)
    row = LEGAL[state, kind]
    if kind == "due_changed" and before.ticket.led_by is None:
        assert after.facts == ()
        return
    if kind in ("supervise", "answer_supervision", "interview", "end_supervision") and before.ticket.led_by is None:
        pytest.skip("asked of the requester before anybody led")

    assert after.facts
    too_late = kind == "merge_answered" and row.targets == {SAME}
    assert too_late or not isinstance(after.facts[-1], d.ActionRefused | d.RequestRefused), after.facts[-1]
    reached = SAME if after.ticket.state is state else after.ticket.state
    assert reached in row.targets or after.ticket.state in row.targets


@pytest.mark.parametrize(("state", "kind"), [pair for pair in PAIRS if pair not in LEGAL])
def test_what_is_not_legal_is_refused_with_a_reason_and_changes_nothing(state: TicketState, kind: str) -> None:
    before, after = _played(state, kind)

    assert after.ticket.model_copy(update={"before": before.ticket.before}) == before.ticket
    if kind in {action.model_fields["do"].default for action in get_args(inbound.OnExisting)}:
        (fact,) = after.facts
        assert isinstance(fact, d.ActionRefused)
        assert fact.code in ("illegal_in_state", "not_yours")
        assert fact.code == "not_yours" or STATES[state] in fact.reason
        assert fact.code == "not_yours" or EXPECTED[state] in fact.reason
    elif kind in ("take_merge", "admit_member"):
        (answer,) = after.facts
        assert isinstance(answer, d.RequestRefused)
    else:
        assert after.facts == ()


def test_every_state_but_the_passing_one_has_a_story() -> None:
    assert set(given.STORIES) == set(TicketState) - {TicketState.REGISTERED}


def test_every_action_and_every_request_stands_in_the_table_and_has_words() -> None:
    actions = {action.model_fields["do"].default for action in get_args(inbound.OnExisting)}
    asked = {
        request_kind(model)
        for model in MODELS.values()
        if issubclass(model, requests.TicketRequest) and model is not requests.OpenPart
    }
    assert actions | asked <= set(KINDS)
    assert set(KINDS) <= set(WORDS)
    assert set(KINDS) == set(EXAMPLES)


def test_every_guard_of_the_table_exists_and_every_guard_is_used() -> None:
    named = {guard for row in TABLE for guard in row.guards}
    known = set(guards.GUARDS) | set(links.GUARDS) | set(clocks.GUARDS)
    assert named == known


def test_no_two_rows_speak_of_the_same_pair() -> None:
    pairs = [(source, row.kind) for row in TABLE for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_evolve_takes_any_fact_in_any_state() -> None:
    facts = [fact for state in given.STORIES for fact in given.at(state).all_facts]
    for state in given.STORIES:
        for fact in facts:
            evolve(given.at(state).state, fact, given.at(state).at)
