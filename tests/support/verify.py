"""A ticket's whole life as honest evidence, made of the real messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas import dispatch as d
from schemas.envelope import Envelope, derived_id
from schemas.message import Message
from schemas.registry import DISPATCH
from schemas.values import Actor, Channel, Contact, Kind, Place, RequesterKind, Ruling, Tier
from tools.client.log import TopicRecord
from tools.verify.contents import contents_of
from tools.verify.rows import EventRow

TICKET = "26030200000017"
BY = Actor(by_rule="test")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai


def opened(*accused: str) -> d.Opened:
    return d.Opened(
        ticket=TICKET,
        by=BY,
        receipt="R0123456789AB",
        channel=Channel.HOTLINE,
        kind=Kind.REPORT,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        place=Place(text="平凉路100弄"),
        text="路灯不亮",
        tier=Tier.COMPLEX,
        confidential=bool(accused),
        accused=accused,
    )


def dispatched(lead: str = "housing") -> d.Dispatched:
    return d.Dispatched(ticket=TICKET, by=BY, order=1, lead=lead, tier=Tier.COMPLEX, reason="by-hand")


def closed() -> d.Closed:
    return d.Closed(ticket=TICKET, by=BY, outcome="handled", ruling=Ruling.SOLVED, lead="housing")


LIFE: tuple[tuple[datetime, Message], ...] = (
    (MONDAY, opened()),
    (MONDAY + timedelta(minutes=10), dispatched()),
    (MONDAY + timedelta(minutes=30), d.Accepted(ticket=TICKET, by=BY, department="housing")),
)


def stood(number: int, message: Message, *, topic: str = DISPATCH, offset: int | None = None) -> TopicRecord:
    """A message as dispatch's lane 0 says it."""
    identity = derived_id(topic, TICKET, number)
    envelope = Envelope(identity, "liuhen/dispatch/0", message.type_name, MONDAY, TICKET, number, TICKET, "cause")
    place = number - 1 if offset is None else offset
    return TopicRecord(topic, 0, place, envelope, envelope.headers(), message.to_json())


def written(record: TopicRecord, number: int) -> EventRow:
    """The row that a record was published from."""
    envelope = record.envelope
    assert envelope is not None
    mark = next(iter(contents_of([record._replace(offset=0)]).marks.values()))[envelope.sequence]
    topic, sequence, identity = record.topic, envelope.sequence, envelope.id
    body = (record.value or b"{}").decode()
    place = ("dispatch", "0", number, topic, 0, sequence)
    return EventRow(*place, identity, TICKET, envelope.type, mark.digest, MONDAY, body)
