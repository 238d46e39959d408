"""What each state means for the citizen whose ticket it is, and what is offered in it, as standing.yaml says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from schemas.files import read_yaml
from schemas.values import TicketState
from services.intake.core.offers import Offer


class Meaning(TypedDict):
    """Who has the ticket now, what the citizen can do, what the state means and what comes next."""

    who: Literal["lead", "centre", "survey", "you", "nobody"]
    offers: tuple[Offer, ...]
    means: str
    next: str


def checked(meanings: Mapping[TicketState, Meaning]) -> Mapping[TicketState, Meaning]:
    """Return what every state means; a ValueError names the states of which nothing is said."""
    if missing := [state.value for state in TicketState if state not in meanings]:
        raise ValueError(f"standing.yaml lacks {missing}: say what they mean for the citizen whose ticket it is")
    return meanings


MEANINGS: Final = checked(
    TypeAdapter(dict[TicketState, Meaning]).validate_python(read_yaml(Path(__file__).parent / "standing.yaml"))
)


def offered(state: TicketState, ended: datetime | None, now: datetime, window: timedelta) -> tuple[Offer, ...]:
    """List what can be done in a state; what has ended can be asked about as long as the window is open."""
    found = MEANINGS[state]["offers"]
    over = ended is None or now > ended + window
    return tuple(each for each in found if not (each is Offer.REOPEN and over))
