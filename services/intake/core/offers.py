"""What a citizen can do with a ticket on their page, and as which message; the ticket's life has the last word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from schemas.inbound import AnswerCallback, FollowUp, ProvideInfo, Withdraw
from schemas.values import TicketId, TicketState


class Offer(StrEnum):
    """Answer the callback, provide what was asked for, add something, ask to reopen, take it back."""

    ANSWER = "answer"
    INFORM = "inform"
    ADD = "add"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


QUESTIONS: Final = ("contacted", "solved", "attitude", "result")
"""What is answered at a callback, by the names that the answers have."""
OPEN: Final = (Offer.ADD, Offer.WITHDRAW)
OFFERED: Final[Mapping[TicketState, tuple[Offer, ...]]] = {
    TicketState.REGISTERED: (),
    TicketState.SURVEY_REVIEW: OPEN,
    TicketState.PENDING_DISPATCH: OPEN,
    TicketState.DISPATCHED: OPEN,
    TicketState.RETURN_REQUESTED: OPEN,
    TicketState.ADJUDICATING: OPEN,
    TicketState.IN_PROGRESS: OPEN,
    TicketState.SUSPENDED: OPEN,
    TicketState.REWORK: OPEN,
    TicketState.NEEDS_INFO: (Offer.INFORM, Offer.WITHDRAW),
    TicketState.HANDLED: OPEN,
    TicketState.CALLBACK_PENDING: (Offer.ANSWER, Offer.ADD),
    TicketState.CLOSED: (Offer.REOPEN,),
    TicketState.NOT_ACCEPTED: (Offer.REOPEN,),
    TicketState.WITHDRAWN: (Offer.REOPEN,),
    TicketState.TRANSFERRED: (Offer.REOPEN,),
    TicketState.MERGED: (Offer.ADD,),
    TicketState.ARCHIVED: (),
    TicketState.ANSWERED: (),
    TicketState.SPLIT: (),
}
"""By state; of what was split the parts are acted on."""


def offered(state: TicketState, ended: datetime | None, now: datetime, window: timedelta) -> tuple[Offer, ...]:
    """List what can be done in a state; what has ended can be asked about as long as the window is open."""
    found = OFFERED[state]
    over = ended is None or now > ended + window
    return tuple(each for each in found if not (each is Offer.REOPEN and over))


def action_of(
    offer: Offer, ticket: TicketId, said: str, chosen: Mapping[str, str]
) -> AnswerCallback | FollowUp | ProvideInfo | Withdraw:
    """Make the message of what was filled in; a ValidationError for an answer that is none."""
    match offer:
        case Offer.ANSWER:
            answers = {name: chosen.get(name, "") for name in QUESTIONS}
            return AnswerCallback.model_validate({"ticket": ticket, "note": said or None, **answers})
        case Offer.INFORM:
            return ProvideInfo(ticket=ticket, text=said)
        case Offer.ADD | Offer.REOPEN:
            return FollowUp(ticket=ticket, mode="add", text=said)
        case Offer.WITHDRAW:
            return Withdraw(ticket=ticket, reason=said)
        case _:
            assert_never(offer)
