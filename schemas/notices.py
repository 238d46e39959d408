"""`liuhen.notices.v1`: what people were told. Owner: notify. No address and no text of a person stands in these."""

from __future__ import annotations

from typing import ClassVar

from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Code, Instant, TicketId


class NoticeFact(Message, owner="notices"):
    """A fact of one notice; `notice` is the idempotency key that every delivery attempt carries."""

    ticket: TicketId
    notice: str


class NoticeRequested(NoticeFact):
    """Somebody is to be told something: a template for an audience, by a way of delivery, not before an instant."""

    counted_by: ClassVar[str] = "way"

    audience: Owner
    template: Code
    way: Code
    not_before: Instant


class NoticeAccepted(NoticeFact):
    """The other side took the notice, and will report whether it arrived."""

    counted_by: ClassVar[str] = "way"

    way: Code
    attempts: int


class NoticeDelivered(NoticeFact):
    """The notice arrived, as the other side reports; where it does not report, it took it."""

    counted_by: ClassVar[str] = "way"

    way: Code
    attempts: int


class NoticeUndelivered(NoticeFact):
    """The other side took the notice, and reports that it did not arrive; it is told by the way `otherwise`, if any."""

    counted_by: ClassVar[str] = "way"

    way: Code
    error: Code
    otherwise: Code | None = None


class NoticeUnconfirmed(NoticeFact):
    """The other side took the notice and never reported; it is told by the way `otherwise`, if there is one."""

    counted_by: ClassVar[str] = "way"

    way: Code
    otherwise: Code | None = None


class NoticeAttemptFailed(NoticeFact):
    """An attempt failed and will be repeated."""

    counted_by: ClassVar[str] = "way"

    way: Code
    attempt: int
    error: Code
    next_at: Instant


class NoticeDropped(NoticeFact):
    """The moment that the notice was about was over before it could leave, so that it did not."""

    counted_by: ClassVar[str] = "way"

    way: Code


class NoticeGivenUp(NoticeFact):
    """The notice could not be handed over; it is told by the way `otherwise`, or a person has to see to it."""

    counted_by: ClassVar[str] = "way"

    way: Code
    attempts: int
    error: Code
    otherwise: Code | None = None
