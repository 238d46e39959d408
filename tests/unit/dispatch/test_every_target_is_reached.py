"""No row of the table names a state that its command never leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import pytest

from schemas.values import TicketState
from services.dispatch.core.episode import SAME, Target
from services.dispatch.core.table import LEGAL, TABLE
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.story import Story
from tests.support.dispatch.ways import WAYS, Way
from tools.layout import ROOT
from tools.pages.lifecycle import PICTURES, drawn

Reached: TypeAlias = frozenset[tuple[TicketState, str, Target]]
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


@pytest.fixture(scope="module")
def reached() -> Reached:
    return frozenset({*_plainly(), *((_state(way.given()), way.kind, way.to) for way in WAYS)})


def test_every_move_from_state_to_state_is_in_a_picture(reached: Reached) -> None:
    shown = {move for picture in PICTURES for move in drawn(picture)}
    moves = {(source, kind, target) for source, kind, target in reached if target not in (SAME, source)}
    assert sorted(moves - shown) == [], "name their episodes in a picture of tools/pages/lifecycle.py"


def test_every_state_is_in_a_picture() -> None:
    page = (ROOT / "docs/lifecycle.md").read_text("utf-8")
    assert [state for state in TicketState if state is not TicketState.REGISTERED and f"--> {state}:" not in page] == []


def test_every_target_of_every_row_is_reached_from_one_of_its_states(reached: Reached) -> None:
    idle = [
        f"{row.kind} from {sorted(row.sources)} never leads to {target}"
        for row in TABLE
        for target in row.targets
        if not any((source, row.kind, target) in reached for source in row.sources)
    ]
    assert idle == []
