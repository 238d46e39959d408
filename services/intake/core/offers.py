"""What a citizen can do with a ticket on their page, as messages; when, says `standing.yaml` of the page."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, assert_never

from schemas.inbound import AnswerCallback, FollowUp, ProvideInfo, Withdraw
from schemas.values import TicketId


class Offer(StrEnum):
    """Answer the callback, provide what was asked for, add something, ask to reopen, take it back."""

    ANSWER = "answer"
    INFORM = "inform"
    ADD = "add"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


QUESTIONS: Final = ("contacted", "solved", "attitude", "result")
"""What is answered at a callback, by the names that the answers have."""


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
