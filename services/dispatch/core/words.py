"""What a refusal tells its author of a state: what the ticket waits for, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

import vocabulary
from schemas.values import TicketState as S
from services.dispatch.core.standing import AnyStanding

STATES: Final = vocabulary.STATES
KINDS: Final = vocabulary.STEPS

EXPECTED: Final[Mapping[S, str]] = {standing.state: standing.expected for standing in get_args(AnyStanding)}


def not_now(state: S, kind: str) -> str:
    """Say why an action is not legal in a state, and what is expected instead."""
    return f"工单处于“{STATES[state]}”，现在不能{KINDS[kind]}；{EXPECTED[state]}。"
