"""Whatever state a ticket is in, its requester reads what that means for them and what they can do."""

from __future__ import annotations

import pytest

from schemas.values import TicketState
from services.intake.edges.pages.meanings import MEANINGS, checked


@pytest.mark.parametrize("state", TicketState)
def test_every_state_is_explained(state: TicketState) -> None:
    assert MEANINGS[state]["means"].endswith("。")
    assert MEANINGS[state]["next"].endswith("。")


def test_a_state_of_which_nothing_is_said_stops_the_start_and_is_named() -> None:
    with pytest.raises(ValueError, match=r"standing\.yaml lacks \['closed'\]: say what"):
        checked({state: meaning for state, meaning in MEANINGS.items() if state is not TicketState.CLOSED})
