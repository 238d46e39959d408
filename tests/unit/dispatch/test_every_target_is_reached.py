"""No row of the table names a state that its command never leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from schemas.values import TicketState
from services.dispatch.core.episode import SAME, Target
from services.dispatch.core.table import LEGAL, TABLE
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import Story
from tests.support.dispatch.ways import WAYS, Way

CASES: Final = [pytest.param(way, id=f"{way.kind}-{way.to}-{number}") for number, way in enumerate(WAYS)]


def _state(story: Story) -> TicketState:
    return story.ticket.state if isinstance(story.state, Ticket) else TicketState.REGISTERED


def _reached(before: Story, after: Story) -> Target:
    return SAME if _state(after) is _state(before) else _state(after)


@pytest.mark.parametrize("way", CASES)
def test_the_way_leads_there(way: Way) -> None:
    before = way.given()
    after = way.when(before)

    assert _reached(before, after) == way.to
    assert way.to in LEGAL[_state(before), way.kind].targets


def _plainly() -> Iterator[tuple[TicketState, str, Target]]:
    """Where the plain example of each kind leads from each state."""
    for state, kind in LEGAL:
        if state in given.STORIES:
            before = prepared(given.at(state), kind)
            yield state, kind, _reached(before, before.when(EXAMPLES[kind](before)))


def test_every_target_of_every_row_is_reached_from_one_of_its_states() -> None:
    reached = {*_plainly(), *((_state(way.given()), way.kind, way.to) for way in WAYS)}

    idle = [
        f"{row.kind} from {sorted(row.sources)} never leads to {target}"
        for row in TABLE
        for target in row.targets
        if not any((source, row.kind, target) in reached for source in row.sources)
    ]
    assert idle == []
