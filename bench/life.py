"""Prepared input: the facts of the door for whole lives of tickets, as intake would put them on its topic."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from chassis.broker import Broker
from chassis.publish import Producer, Wire
from schemas import inbound as i
from schemas.envelope import Envelope, derived_id, partition_of
from schemas.inbound import TicketAction
from schemas.layout import ONE_MACHINE
from schemas.message import Message
from schemas.registry import TICKETS
from schemas.tickets import ActionReceived, Registered
from schemas.values import (
    Channel,
    Contact,
    Contacted,
    Grade,
    Kind,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    Solved,
)

CATEGORY: Final = "0301-04"
LEAD: Final = "greening"
STEPS: Final = 6
"""So many facts of the door make a life: registered, accepted, contacted, handled, reviewed, called back."""

_AT_ONCE: Final = 2_000
_DEPARTMENT: Final = Party(kind=PartyKind.DEPARTMENT, department=LEAD)
_OFFICE: Final = Party(kind=PartyKind.OFFICE)
_AGENCY: Final = Party(kind=PartyKind.CALLBACK)
_BY: Final = Person(id="bench-1", name="周敏")
_REVIEWER: Final = Person(id="p-lu", name="陆惠芬")
_TEXT: Final = "小区门口行道树上有很多刺毛虫，老人孩子经过时被蜇伤，希望绿化部门尽快安排人员打药。"


def registered(ticket: str, now: datetime) -> Registered:
    return Registered(
        ticket=ticket,
        receipt=_receipt(ticket, 0),
        channel=Channel.HOTLINE,
        kind=Kind.HELP,
        requester_kind=RequesterKind.RESIDENT,
        requester=f"hash-{ticket}",
        contact=Contact(name="王女士", phone="+8613800000000"),
        place=Place(text="四平路200号", road="四平路", number=200),
        text=_TEXT,
        category=CATEGORY,
        occurred_at=now,
    )


def actions(ticket: str) -> list[tuple[Party, TicketAction]]:
    """What happens to a ticket that was dispatched, until it is closed."""
    called = {
        "contacted": Contacted.YES,
        "solved": Solved.SOLVED,
        "attitude": Grade.SATISFIED,
        "result": Grade.SATISFIED,
    }
    return [
        (_DEPARTMENT, i.Accept(ticket=ticket, by=_BY)),
        (_DEPARTMENT, i.MakeFirstContact(ticket=ticket, by=_BY, reached=True)),
        (_DEPARTMENT, i.ReportHandled(ticket=ticket, by=_BY, reply="已安排养护单位打药，三日后复查，已告知诉求人。")),
        (_OFFICE, i.Review(ticket=ticket, by=_REVIEWER, accepted=True)),
        (_AGENCY, i.RecordCallback.model_validate({"ticket": ticket, "by": _BY, **called})),
    ]


class Door:
    """Stands in for intake: a source of its own, whose sequences go on from round to round."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._source = f"bench-{uuid4().hex[:8]}"
        self._sequences: Counter[int] = Counter()
        self._first = 99_000_000_000_000 + int(time.time()) % 1_000_000 * 1_000_000
        self._tickets = 0

    async def feed(self, tickets: int) -> int:
        """Put the whole lives of so many new tickets on the tickets topic; returns how many facts that is."""
        wires = list(self._wires([self.number() for _ in range(tickets)]))
        producer = Producer(self._broker, "bench")
        for start in range(0, len(wires), _AT_ONCE):
            await producer.send(wires[start : start + _AT_ONCE])
        await producer.close()
        return len(wires)

    def number(self) -> str:
        """A ticket's number that nobody has."""
        self._tickets += 1
        return f"{self._first + self._tickets:014d}"

    def _wires(self, tickets: list[str]) -> Iterator[Wire]:
        now = datetime.now(UTC)
        for ticket in tickets:
            yield self.wire(ticket, 0, registered(ticket, now))
        lives = {ticket: actions(ticket) for ticket in tickets}
        for step in range(STEPS - 1):
            for ticket in tickets:
                party, action = lives[ticket][step]
                receipt = _receipt(ticket, step + 1)
                yield self.wire(
                    ticket, step + 1, ActionReceived(ticket=ticket, receipt=receipt, party=party, action=action)
                )

    def wire(self, ticket: str, step: int, fact: Message) -> Wire:
        """One fact as intake would say it, the next of its source."""
        partition = partition_of(ticket, ONE_MACHINE.lanes)
        self._sequences[partition] += 1
        envelope = Envelope(
            id=derived_id(f"{self._source}/{ticket}", step),
            source=f"{self._source}/{partition}",
            type=fact.type_name,
            time=datetime.now(UTC),
            subject=ticket,
            sequence=self._sequences[partition],
            correlation=ticket,
            causation=_receipt(ticket, step),
            policy="bench",
        )
        return Wire(TICKETS, partition, ticket.encode(), fact.to_json(), envelope.headers())


def _receipt(ticket: str, step: int) -> str:
    return f"R{ticket[6:]}{step:04d}"
