"""What was raised, by whom, where: the fields that registering, opening, a part of a split and the ticket share."""

from __future__ import annotations

from typing import TypedDict

from schemas.values import (
    CategoryCode,
    Channel,
    Contact,
    DepartmentCode,
    Kind,
    Place,
    Receipt,
    RequesterKind,
    Text,
    Upstream,
    Value,
)


class ComplaintFields(TypedDict):
    """The shared fields, to be handed on from one message to the next."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None
    contact: Contact
    place: Place
    text: Text
    category: CategoryCode | None
    confidential: bool
    accused: tuple[DepartmentCode, ...]
    upstream: Upstream | None


class Complaint(Value):
    """The matter itself, flat in every message that carries it; `accused` must never hear of it."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    contact: Contact
    place: Place
    text: Text
    category: CategoryCode | None = None
    confidential: bool = False
    accused: tuple[DepartmentCode, ...] = ()
    upstream: Upstream | None = None

    @property
    def complaint(self) -> ComplaintFields:
        """The shared fields by name: what is added above and forgotten here is an error of types."""
        return {
            "receipt": self.receipt,
            "channel": self.channel,
            "kind": self.kind,
            "requester_kind": self.requester_kind,
            "requester": self.requester,
            "contact": self.contact,
            "place": self.place,
            "text": self.text,
            "category": self.category,
            "confidential": self.confidential,
            "accused": self.accused,
            "upstream": self.upstream,
        }
