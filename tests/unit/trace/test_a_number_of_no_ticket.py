"""What is refused on a number that no ticket has leaves its trace, and makes no ticket of it."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.dispatch import ActionRefused
from schemas.inbound import Nudge
from schemas.message import Message
from schemas.tickets import ActionReceived
from schemas.values import Actor, Party, PartyKind, Person
from services.trace.reactions import steps_of
from services.trace.work import Rows

NOBODYS = "26090100000019"
AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
OFFICE = Party(kind=PartyKind.OFFICE)
XU = Person(id="p-xu", name="徐静")
RECEIPT = "R0123456789AB"
SAID: tuple[Message, ...] = (
    ActionReceived(
        ticket=NOBODYS, receipt=RECEIPT, party=OFFICE, action=Nudge(ticket=NOBODYS, by=XU, reason="请抓紧办理。")
    ),
    ActionRefused(
        ticket=NOBODYS,
        by=Actor(party=OFFICE, person=XU),
        receipt=RECEIPT,
        party=OFFICE,
        action="nudge",
        code="unknown_ticket",
        reason="没有编号为26090100000019的工单。",
    ),
)


def test_it_is_no_row_of_the_trace() -> None:
    rows = Rows()
    for fact in SAID:
        rows.take(fact, AT)
    assert not rows.changed_summaries


def test_it_is_no_life_that_promises_are_held_against() -> None:
    assert steps_of((AT, fact) for fact in SAID) == []
