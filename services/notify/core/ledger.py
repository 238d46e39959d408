"""What became of each notice of a ticket: requested once, perhaps accepted, then delivered or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

from chassis.service import Cause
from schemas.message import Message
from schemas.notices import (
    NoticeAccepted,
    NoticeAttemptFailed,
    NoticeDelivered,
    NoticeDropped,
    NoticeGivenUp,
    NoticeRequested,
    NoticeUnconfirmed,
    NoticeUndelivered,
)
from services.notify.core.notice import Notice

Status = Literal["requested", "accepted", "delivered", "undelivered", "unconfirmed", "given_up", "dropped"]
Outcome: TypeAlias = (
    NoticeAccepted
    | NoticeDelivered
    | NoticeUndelivered
    | NoticeUnconfirmed
    | NoticeAttemptFailed
    | NoticeGivenUp
    | NoticeDropped
)
_WAITS: Final = frozenset[Status]({"requested", "accepted"})
_FOLLOWS: Final[Mapping[type[Message], frozenset[Status]]] = {
    NoticeAccepted: frozenset({"requested"}),
    NoticeDelivered: _WAITS | {"undelivered", "unconfirmed"},
    NoticeUndelivered: _WAITS | {"unconfirmed"},
    NoticeUnconfirmed: _WAITS,
    NoticeAttemptFailed: _WAITS,
    NoticeGivenUp: _WAITS,
    NoticeDropped: _WAITS,
}
"""After which standing of a notice each outcome is news: that it arrived is the last word, however late it comes."""


REMEMBERED: Final = 100
"""So many notices of a ticket are remembered, the last that anything was heard of."""


class NoticeLedger(BaseModel):
    """The notices of one ticket by key, each with how it stands; the last ones, for some tickets have ten thousand."""

    model_config = ConfigDict(frozen=True)

    notices: Mapping[str, Status] = {}


class Request(NamedTuple):
    """Somebody is to be told something."""

    ticket: str
    notice: Notice


class Report(NamedTuple):
    """What an attempt outside came to, or what the other side reports of it."""

    fact: Outcome


Command = Request | Report


def decide(state: NoticeLedger | None, command: Command, _: Cause) -> Sequence[Message]:
    """A notice is requested once; what is reported of one that is finished, or unknown, changes nothing.

    Where not all are remembered, one that is unknown was requested long ago.
    """
    notices = state.notices if state else {}
    match command:
        case Request(ticket, notice):
            return () if notice.key in notices else (_requested(ticket, notice),)
        case Report(fact):
            unknown: Status | None = "requested" if len(notices) >= REMEMBERED else None
            return (fact,) if notices.get(fact.notice, unknown) in _FOLLOWS[type(fact)] else ()


def _requested(ticket: str, notice: Notice) -> NoticeRequested:
    return NoticeRequested(
        ticket=ticket,
        notice=notice.key,
        audience=notice.to.audience,
        template=notice.template,
        way=notice.to.way.value,
        not_before=notice.not_before,
    )


def evolve(state: NoticeLedger | None, fact: Message, _: datetime) -> NoticeLedger:
    """Fold one fact; total."""
    before = state or NoticeLedger()
    match fact:
        case NoticeRequested():
            status: Status = "requested"
        case NoticeAccepted():
            status = "accepted"
        case NoticeDelivered():
            status = "delivered"
        case NoticeUndelivered():
            status = "undelivered"
        case NoticeUnconfirmed():
            status = "unconfirmed"
        case NoticeGivenUp():
            status = "given_up"
        case NoticeDropped():
            status = "dropped"
        case _:
            return before
    others = [(key, known) for key, known in before.notices.items() if key != fact.notice]
    return NoticeLedger(notices=dict([*others, (fact.notice, status)][-REMEMBERED:]))
