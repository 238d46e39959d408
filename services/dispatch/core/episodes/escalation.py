"""A step of the ladder that a person has to order: proposed, until it is taken or its cause is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from schemas import dispatch as d
from schemas.values import DeskTaskKind
from services.dispatch.core.base import replace
from services.dispatch.core.episode import Episode

if TYPE_CHECKING:
    from services.dispatch.core.ticket import Ticket

LadderStep = Literal["nudge", "supervise", "interview"]

episode = Episode("escalation")


@dataclass(frozen=True, kw_only=True)
class NotProposed:
    """The ladder asks nobody for anything."""

    at: Literal["not_proposed"] = "not_proposed"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The ladder asks for a step: for the breach of the clock `breach`, or for what stays unanswered."""

    at: Literal["proposed"] = "proposed"
    step: LadderStep
    breach: str | None = None

    @property
    def desk(self) -> DeskTaskKind:
        """The step waits for whoever orders it."""
        return DeskTaskKind(self.step)


Escalation = Annotated[NotProposed | Proposed, Field(discriminator="at")]


@episode.fact(d.EscalationProposed)
def _proposed(ticket: Ticket, fact: d.EscalationProposed, _at: datetime) -> Ticket:
    return replace(ticket, escalation=Proposed(step=fact.step, breach=fact.breach))


def unproposed(ticket: Ticket, *steps: LadderStep) -> Ticket:
    """Nobody is asked any more for a step of the ladder, or for one of these."""
    asked = ticket.escalation
    if isinstance(asked, NotProposed) or (steps and asked.step not in steps):
        return ticket
    return replace(ticket, escalation=NotProposed())


def unproposed_for(ticket: Ticket, breach: str) -> Ticket:
    """Nobody is asked any more for a step that this breach called for."""
    asked = ticket.escalation
    return unproposed(ticket) if isinstance(asked, Proposed) and asked.breach == breach else ticket
