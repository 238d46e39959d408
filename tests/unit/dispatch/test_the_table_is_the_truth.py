"""Every pair of state and command: what the table calls legal leads where it says, all else is refused and says why."""

from __future__ import annotations

from dataclasses import replace
from inspect import getmembers, isfunction
from types import ModuleType
from typing import Final, get_args

import pytest

from schemas import dispatch as d
from schemas import inbound, requests
from schemas.message import MODELS
from schemas.naming import snake_case
from schemas.values import ENDED, TicketState
from services.dispatch.core import decide, table, who
from services.dispatch.core.commands import Act, Ask, Begin, Tick, kind_of
from services.dispatch.core.episode import SAME, Episode, StateGuard
from services.dispatch.core.episodes import acceptance
from services.dispatch.core.evolve import evolve
from services.dispatch.core.standing import AnyStanding, AtAnEnd
from services.dispatch.core.table import EPISODES, FACTS, KINDS, LEGAL, TABLE, OutOfTableError
from services.dispatch.core.words import EXPECTED, STATES
from services.dispatch.core.words import KINDS as WORDS
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import Story

MODULES: Final = tuple(module for _, module in getmembers(table, lambda each: isinstance(each, ModuleType)))
PAIRS = [(state, kind) for state in given.STORIES for kind in KINDS]
LED_FOR_DUES = frozenset({TicketState.SURVEY_REVIEW, TicketState.PENDING_DISPATCH})
"""No department takes part there, so that a department's clock says nothing."""


def _played(state: TicketState, kind: str) -> tuple[Story, Story]:
    before = prepared(given.at(state), kind)
    command = EXAMPLES[kind](before)
    assert isinstance(command, Begin | Act | Tick | Ask)
    assert kind_of(command) == kind
    return before, before.when(command)


@pytest.mark.parametrize(("state", "kind"), [pair for pair in PAIRS if pair in LEGAL])
def test_what_is_legal_leads_where_the_table_says(state: TicketState, kind: str) -> None:
    before, after = _played(state, kind)
    row = LEGAL[state, kind]
    if kind == "due_changed" and before.ticket.led_by is None:
        assert after.facts == ()
        return
    supervising = kind in ("supervise", "answer_supervision", "interview", "end_supervision")
    if supervising and before.ticket.led_by is None and state not in ENDED:
        pytest.skip("asked of the requester before anybody led")

    assert after.facts
    too_late = kind == "merge_answered" and row.targets == {SAME}
    assert too_late or not isinstance(after.facts[0], d.ActionRefused | d.RequestRefused), after.facts[0]
    reached = SAME if after.ticket.state is state else after.ticket.state
    assert reached in row.targets or after.ticket.state in row.targets


@pytest.mark.parametrize(("state", "kind"), [pair for pair in PAIRS if pair not in LEGAL])
def test_what_is_not_legal_is_refused_with_a_reason_and_changes_nothing(state: TicketState, kind: str) -> None:
    before, after = _played(state, kind)

    assert replace(after.ticket, before=before.ticket.before) == before.ticket
    if kind in {action.model_fields["do"].default for action in get_args(inbound.OnExisting)}:
        (fact,) = after.facts
        assert isinstance(fact, d.ActionRefused)
        assert fact.code in ("illegal_in_state", "not_yours")
        assert fact.code == "not_yours" or STATES[state] in fact.reason
        assert fact.code == "not_yours" or EXPECTED[state] in fact.reason
    elif kind == "invite_member":
        (fact,) = after.facts
        assert isinstance(fact, d.ActionRefused)
        assert (fact.action, fact.code) == ("attach_to_incident", "illegal_in_state")
    elif kind == "take_merge":
        (answer,) = after.facts
        assert isinstance(answer, d.RequestRefused)
    else:
        assert after.facts == ()


def test_every_state_but_the_passing_one_has_a_story() -> None:
    assert set(given.STORIES) == set(TicketState) - {TicketState.REGISTERED}


def test_the_states_that_end_a_life_are_those_in_which_nobody_owes_anything() -> None:
    standings = get_args(AnyStanding)

    assert {standing.state for standing in standings} == set(TicketState)
    assert {standing.state for standing in standings if issubclass(standing, AtAnEnd)} == ENDED


def test_every_action_and_every_request_stands_in_the_table_and_has_words() -> None:
    actions = {action.model_fields["do"].default for action in get_args(inbound.OnExisting)}
    asked = {snake_case(model.__name__) for model in MODELS.values() if issubclass(model, requests.TicketRequest)}
    assert actions | asked <= set(KINDS)
    assert set(KINDS) <= set(WORDS)
    assert set(KINDS) == set(EXAMPLES)


def test_every_guard_of_the_table_exists_and_every_guard_is_used() -> None:
    named = {guard for row in TABLE for guard in row.guard_names}
    written = {
        name
        for module in (who, *MODULES)
        for name, found in getmembers(module, lambda found: isfunction(found) or isinstance(found, StateGuard))
        if found.__module__ == module.__name__
        and found.__annotations__.get("return") == "Refusal | None"
        and not name.startswith("_")
    }
    assert written - named == {"keeps_from_accused"} - named
    assert named - written == {"requester_known", "from_city", "not_too_many_notes"} & named


def test_every_fact_of_a_tickets_life_stands_in_one_episode() -> None:
    facts = [row.heard for each in EPISODES for row in each.facts]
    opening = {d.Opened, d.AnsweredOnLine}

    assert len(facts) == len(set(facts))
    assert {*facts} | opening == {model for model in MODELS.values() if issubclass(model, d.DispatchFact)}
    assert opening.isdisjoint(FACTS)


def test_a_decision_that_leads_where_its_row_does_not_say_is_an_error_in_tests_and_an_alarm_in_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a row that is wrong: accepting an order leads to work, and not to where it was
    before = given.at(TicketState.DISPATCHED)
    wrong = Episode("wrong")
    wrong.action(inbound.Accept, {TicketState.DISPATCHED})(acceptance.accept)
    (step,) = wrong.steps
    monkeypatch.setattr(decide, "LEGAL", {**LEGAL, (TicketState.DISPATCHED, "accept"): step})
    # when the order is accepted under the rules of a test, and under rules that tell operations
    with pytest.raises(OutOfTableError, match="accept led from dispatched to in_progress"):
        before.lead(inbound.Accept)
    heard: list[Exception] = []
    after = replace(before, rules=replace(before.rules, alarm=heard.append)).lead(inbound.Accept)
    # then the ticket goes on in life, and the alarm was told
    after.then(d.Accepted, state=TicketState.IN_PROGRESS)
    assert len(heard) == 1


def test_no_two_rows_speak_of_the_same_pair() -> None:
    pairs = [(source, row.kind) for row in TABLE for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_evolve_takes_any_fact_in_any_state() -> None:
    facts = [fact for state in given.STORIES for fact in given.at(state).all_facts]
    for state in given.STORIES:
        for fact in facts:
            evolve(given.at(state).state, fact, given.at(state).at)
