"""Every guard of every row has an example that it alone speaks against: without it, the step would be taken."""

from __future__ import annotations

from typing import Final

import pytest

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Actor, TicketState
from services.dispatch.core.commands import Act, Ask, Command, Tick
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Refusal, Step
from services.dispatch.core.evolve import changed
from services.dispatch.core.table import LEGAL, TABLE
from tests.support.dispatch import wrongs
from tests.support.dispatch.story import Story
from tests.support.dispatch.wrongs import WRONGS, Wrong

CASES: Final = [
    pytest.param(wrong, state, id=f"{wrong.kind}-{wrong.guard}-{state}") for wrong in WRONGS for state in wrong.rows
]


def _against(step: Step, story: Story, command: Command) -> dict[str, Refusal]:
    """What each guard of a row says, of those that refuse."""
    draft, message = _draft(story, command)
    refused = {guard.__name__: guard(draft, message) for guard in step.guards}
    return {name: refusal for name, refusal in refused.items() if refusal is not None}


def _draft(story: Story, command: Command) -> tuple[Draft, Message]:
    draft = Draft(story.ticket, story.rules, story.at, changed)
    match command:
        case Act(fact):
            person = getattr(fact.action, "by", None)
            draft.by = Actor(party=fact.party, person=person)
            draft.matched = fact.matched is True
            return draft, fact.action
        case Ask(request):
            return draft, request
        case Tick(fact):
            return draft, fact
        case _:
            raise TypeError(command)


@pytest.mark.parametrize(("wrong", "state"), CASES)
def test_it_speaks_against_what_every_other_guard_lets_pass(wrong: Wrong, state: TicketState) -> None:
    # given a ticket and a command with one thing wrong
    story, command = wrong.played(state)
    # when each guard of the row is asked
    refused = _against(LEGAL[state, wrong.kind], story, command)
    # then this one alone refuses
    assert set(refused) == {wrong.guard}, refused
    # and the command changes nothing but that its author is told, unless it means nothing any more
    after = story.when(command)
    if wrong.code == wrongs.MOOT:
        assert refused[wrong.guard] == MOOT
        assert after.facts == ()
        return
    fact = after.facts[0]
    assert isinstance(fact, d.ActionRefused | d.RequestRefused)
    assert fact.code == refused[wrong.guard].code == wrong.code
    assert after.ticket.standing == story.ticket.standing


def test_every_guard_of_every_row_has_such_an_example() -> None:
    needed = {(row.kind, guard, state) for row in TABLE for guard in row.guard_names for state in row.sources}
    given = {(wrong.kind, wrong.guard, state) for wrong in WRONGS for state in wrong.rows}

    assert given == needed
