"""What became of each notice of a ticket: requested once, then delivered, dropped or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from chassis.service import Cause
from schemas.message import Message
from schemas.notices import NoticeAttemptFailed, NoticeDelivered, NoticeDropped, NoticeGivenUp, NoticeRequested
from services.notify.core.notice import Notice

Status = Literal["requested", "delivered", "given_up", "dropped"]


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
    """What an attempt outside came to."""

    fact: NoticeDelivered | NoticeAttemptFailed | NoticeGivenUp | NoticeDropped


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
            unknown = "requested" if len(notices) >= REMEMBERED else None
            return (fact,) if notices.get(fact.notice, unknown) == "requested" else ()


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
        case NoticeDelivered():
            status = "delivered"
        case NoticeGivenUp():
            status = "given_up"
        case NoticeDropped():
            status = "dropped"
        case _:
            return before
    others = [(key, known) for key, known in before.notices.items() if key != fact.notice]
    return NoticeLedger(notices=dict([*others, (fact.notice, status)][-REMEMBERED:]))
