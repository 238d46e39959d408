"""What is asked and not granted: an action of the outside, or a request of another ticket; the asker hears why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import requests as r
from schemas.naming import snake_case
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived
from schemas.values import Actor
from services.dispatch.core.draft import BY_POLICY
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.regions import Alone, Joining, MergeWanted, NoMergeAsked
from services.dispatch.core.ticket import Ticket

episode = Episode("refusals")

ANSWERED: Final = (r.TakeMerge,)
"""The requests whose asker waits for an answer in any case."""


def action_refused(
    received: ActionReceived, by: Actor, refused: Refusal, version: int | None = None
) -> d.ActionRefused:
    """Say to whoever asked that an action is not taken."""
    return d.ActionRefused(
        ticket=received.ticket,
        by=by,
        receipt=received.receipt,
        party=received.party,
        action=received.action.do,
        code=refused.code,
        reason=refused.reason,
        version=version,
    )


def request_refused(request: TicketRequest, refused: Refusal) -> d.RequestRefused:
    """Say that another ticket's request is not granted."""
    return d.RequestRefused(
        ticket=request.ticket,
        by=BY_POLICY,
        origin=request.origin,
        request=snake_case(type(request).__name__),
        code=refused.code,
        reason=refused.reason,
        receipt=getattr(request, "receipt", ""),
    )


@episode.fact(d.ActionRefused)
def _action_refused(ticket: Ticket, fact: d.ActionRefused, _at: datetime) -> Ticket:
    """A refusal changes nothing, but for what this ticket itself had asked of another one."""
    if isinstance(ticket.merging, MergeWanted) and ticket.merging.receipt == fact.receipt:
        return replace(ticket, merging=NoMergeAsked())
    if isinstance(ticket.incident, Joining) and ticket.incident.receipt == fact.receipt:
        return replace(ticket, incident=Alone(left=ticket.incident.left))
    return ticket


def _answers(_ticket: Ticket, fact: d.RequestRefused) -> Iterator[TicketRequest]:
    yield answer_to(fact)


def answer_to(fact: d.RequestRefused) -> TicketRequest:
    """What the asking ticket hears."""
    to, me, by, receipt, reason = fact.origin, fact.ticket, fact.by, fact.receipt, fact.reason
    match fact.request:
        case "take_merge":
            return r.MergeAnswered(ticket=to, origin=me, by=by, taken=False, reason=reason, receipt=receipt)
        case _:
            return r.DropMerge(ticket=to, origin=me, by=by)


@episode.fact(d.RequestRefused, asks=_answers)
def _request_refused(ticket: Ticket, fact: d.RequestRefused, _at: datetime) -> Ticket:
    """A merge that was granted too late is over; to refuse what others ask changes nothing."""
    return replace(ticket, merging=NoMergeAsked()) if fact.request == "merge_answered" else ticket
