"""What the HTTP door answers, as types: OpenAPI is made of them, and a walk of the running door holds them."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import AwareDatetime
from typing_extensions import TypedDict

from schemas.attachments import AttachmentId, Media
from schemas.values import Code, DepartmentCode, Receipt, TicketId, TicketState

State = Literal["pending", "accepted", "refused"]


class Taken(TypedDict):
    """The broker has the submission; what becomes of it stands at `href`.

    `repeated` says that it was known already, and `state` is then what became of it.
    """

    receipt: Receipt
    state: State
    href: str
    repeated: bool


class News(TypedDict):
    """What the requester was told of a step of the ticket."""

    at: AwareDatetime
    happened: Code
    state: TicketState
    text: str


class Ticket(TypedDict):
    """One ticket of a submission: its number alone where the contact that came along is not the requester's.

    While it is open `promised` is until when it is done, in words, where that can be said now, and `missed` the date
    that was promised and went by; of `goodwill` it is until when it is answered. `lead` is which department has or had
    to do it, `ended_at` when it came to an end that can be asked about.
    """

    ticket: TicketId
    open: NotRequired[bool]
    state: NotRequired[TicketState]
    promised: NotRequired[str]
    missed: NotRequired[str]
    goodwill: NotRequired[bool]
    lead: NotRequired[DepartmentCode]
    ended_at: NotRequired[AwareDatetime]
    news: NotRequired[list[News]]


class Brought(TypedDict):
    """An attachment that the submission named: as its uploader calls it, or without a name once it was deleted."""

    id: AttachmentId
    name: str | None
    media: Media
    size: int


class Standing(TypedDict):
    """What became of a submission: pending, accepted or refused, and then why."""

    receipt: Receipt
    state: State
    received_at: AwareDatetime
    action: NotRequired[Code]
    follow_up: NotRequired[bool]
    tickets: NotRequired[list[Ticket]]
    attachments: NotRequired[list[Brought]]
    code: NotRequired[Code]
    field: NotRequired[str | None]
    reason: NotRequired[str]
