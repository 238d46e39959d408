"""Whatever state a ticket is in, its requester reads what that means for them and what they can do."""

from __future__ import annotations

import pytest

from schemas.values import TicketState
from services.intake.edges.pages.showing import MEANINGS


@pytest.mark.parametrize("state", TicketState)
def test_every_state_is_explained(state: TicketState) -> None:
    assert MEANINGS[state]["means"].endswith("。")
    assert MEANINGS[state]["next"].endswith("。")
