"""Whom the callback agency has to call: the newest request of each ticket, and how often nobody was reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from rulebook.deriving import ClockRules
from schemas.dispatch import CallbackTried
from schemas.envelope import Envelope
from schemas.public import CallbackRequest
from schemas.values import Clock, Due, Instant, OfficialDue, Tier, breach_by, remind_by

Sealing = Callable[[dict[str, Any]], dict[str, Any]]


class CallbackRow(NamedTuple):
    """The newest request of a ticket; without a body where nobody has to be called any more."""

    ticket: str
    source: str
    sequence: int
    happened: str
    round: int
    since: Instant
    due: Instant
    late: Instant
    body: str | None


class CallbackTry(NamedTuple):
    """An attempt at which nobody was reached: which one it was, when, who made it, and what they noted."""

    ticket: str
    at: Instant
    attempt: int
    who: str | None
    note: str | None


def requested(
    envelope: Envelope, request: CallbackRequest, body: str, sealing: Sealing, rules: ClockRules
) -> CallbackRow:
    """Make the row of a request; `sealing` seals a contact of its ticket."""
    document = from_json(body)
    document["contact"] = sealing(document["contact"])
    due = _due(request, envelope.time, rules)
    kept = None if request.happened == "cancelled" else to_json(document).decode()
    said_by = envelope.source, envelope.sequence
    times = envelope.time, remind_by(due), breach_by(due)
    return CallbackRow(request.ticket, *said_by, request.happened, request.round, *times, kept)


def _due(request: CallbackRequest, at: Instant, rules: ClockRules) -> Due:
    """At the hour that was appointed, else by the centre's limit; at once where that has been missed."""
    match request.happened:
        case "requested":
            # The request does not say how difficult the matter was, and the limit is nearly the same for all.
            return rules.due_of_new(Clock.CALLBACK, Tier.COMPLEX, at, None)
        case _:
            return OfficialDue(at=request.at or at)


def tried(ticket: str, at: Instant, fact: CallbackTried) -> CallbackTry:
    """What is kept of an attempt."""
    return CallbackTry(ticket, at, fact.attempt, fact.by.person.name if fact.by.person else None, fact.note)
