"""What the city's platform hands down, as the submission that its party makes of it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from doors.reading import dumped
from schemas.inbound import RecordCityVerdict, Register
from schemas.inbound.base import Action

_BY: Final = {"id": "city-12345", "name": "市热线办"}
Id = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[!-~]+$")]
Number = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class CityChange(BaseModel):
    """Something new at the city, with its place in all that is told; of another `kind` nothing is known here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    kind: str


class Order(BaseModel):
    """A work order that the city hands down: its number there, until when it is due, whether it is in confidence."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["order"]
    number: Number
    taken_at: str
    deadline: str | None = None
    confidential: bool = False
    wants: str
    caller: dict[str, Any] = {}
    place: str
    text: str
    category: str | None = None


class Verdict(BaseModel):
    """What the city's own callback heard of an order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["verdict"]
    number: Number
    solved: str
    satisfaction: str
    note: str | None = None


CHANGE: Final = TypeAdapter(CityChange)
WHAT: Final = TypeAdapter(Order | Verdict)
KNOWN: Final = frozenset({"order", "verdict"})


class Said(NamedTuple):
    """A submission of the city: its id, its type, and its content as it stands on the topic."""

    id: str
    model: type[Action]
    content: bytes


def order_said(order: Order) -> Said:
    """Register an order; its number is the submission's id, so that it is one ticket however often it is told."""
    upstream = {"number": order.number} | ({"due": order.deadline} if order.deadline else {})
    document: dict[str, object] = {
        "kind": order.wants,
        "requester_kind": "resident" if order.caller else "anonymous",
        "contact": order.caller,
        "place": {"text": order.place},
        "text": order.text,
        "confidential": order.confidential,
        "upstream": upstream,
        "occurred_at": order.taken_at,
    }
    if order.category:
        document["category"] = order.category
    return Said(f"order/{order.number}", Register, dumped(document))


def verdict_said(change: str, verdict: Verdict, ticket: str) -> Said:
    """Record a verdict on the ticket that an order became."""
    document = {"ticket": ticket, "by": _BY, "solved": verdict.solved, "satisfaction": verdict.satisfaction}
    if verdict.note:
        document["note"] = verdict.note
    return Said(f"verdict/{change}", RecordCityVerdict, dumped(document))
