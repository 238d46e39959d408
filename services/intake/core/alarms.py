"""What of a submission somebody has to see whom nobody else tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from schemas.values import PartyKind
from services.intake.core.reading import Reading
from services.intake.core.state import Decision

REFUSED: Final = "city_refused"
"""The alarm of something that the city handed down and that cannot be taken."""
UNLIKE: Final = "unlike"
"""The alarm of a submission of which, after a restore, nobody can tell how it was decided."""
Alarm: TypeAlias = Callable[[str, str, str], None]
"""Hears which alarm it is, of which submission, and what is the matter with it."""


def alarm_of(reading: Reading, decision: Decision, *, again: bool) -> str | None:
    """Which alarm a decision rings; `again` says that it was made before, and rang then."""
    if decision.unlike:
        return UNLIKE
    # Nobody reads the receipts of the city as whoever types reads theirs.
    return REFUSED if reading.party.kind is PartyKind.CITY and decision.word == "refused" and not again else None
