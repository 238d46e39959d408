"""The newest order of each department and ticket, as it is kept: where it stands, when it is due, and its own words.

An order is looked into, and not read as a model: the desk hears every order of every department.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from pydantic_core import from_json, to_json

from schemas.envelope import Envelope
from schemas.values import CARRIED_ON, ENDED, Instant

NEWEST_STEPS: Final = 16
"""Steps of an order that are remembered of its end, whatever was repeated there."""
FIRST_STEPS: Final = 4
"""Steps that are of its begin."""
_AT_REST: Final = ENDED | CARRIED_ON
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When an order without a due time is due: behind all others."""

Standing = Literal["open", "over", "left"]
Sealing = Callable[[dict[str, Any]], dict[str, Any]]


class OrderRow(NamedTuple):
    """The newest order of a department and ticket; `steps` are what happened by it, newest first, a line for each.

    A line has the version of the ticket, what happened, when, and the clock that it is about, if any, with blanks
    between them.
    """

    department: str
    ticket: str
    source: str
    sequence: int
    state: str
    standing: Standing
    due: Instant
    incident: str | None
    steps: str
    body: str


def kept(department: str, envelope: Envelope, body: bytes, sealing: Sealing) -> OrderRow:
    """Make the row of an order; `sealing` seals a contact of its ticket."""
    document: dict[str, Any] = from_json(body)
    document["contact"] = sealing(document["contact"])
    return OrderRow(
        department,
        document["ticket"],
        envelope.source,
        envelope.sequence,
        document["state"],
        _standing(document),
        min(map(_reminded, document.get("due", ())), default=NEVER),
        document.get("incident"),
        " ".join(_step(document, envelope.time)),
        to_json(document).decode(),
    )


def _step(document: Mapping[str, Any], at: Instant) -> Iterator[str]:
    yield str(document.get("version", 0))
    yield document["happened"]
    yield at.isoformat()
    if document.get("clock"):
        yield document["clock"]


def after(earlier: OrderRow, later: OrderRow) -> OrderRow:
    """Make one row of two about the same order, in the order in which they were told."""
    steps = [*later.steps.splitlines(), *earlier.steps.splitlines()]
    first = steps[max(NEWEST_STEPS, len(steps) - FIRST_STEPS) :]
    return later._replace(steps="\n".join([*steps[:NEWEST_STEPS], *first]))


def _standing(document: Mapping[str, Any]) -> Standing:
    if document["role"] == "none":
        return "left"
    return "over" if document["state"] in _AT_REST and not document.get("supervised") else "open"


def _reminded(one: Mapping[str, Any]) -> datetime:
    due = one["due"]
    return datetime.fromisoformat(due.get("at") or due["earliest"])
