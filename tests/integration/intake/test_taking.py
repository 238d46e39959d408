"""What comes in is recorded once, numbered, and answered on the channel that it came by."""

from __future__ import annotations

from typing import Any

from schemas.tickets import Registered
from schemas.values import Party, PartyKind

HOTLINE = Party(kind=PartyKind.HOTLINE)


async def test_a_call_becomes_a_ticket_and_gets_a_receipt_with_its_number(outside: Any) -> None:
    number = await outside.report(HOTLINE)

    envelope, fact = await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == number)
    assert envelope.subject == number
    assert envelope.causation.startswith(f"{fact.receipt}@liuhen.inbound.hotline.v1/0/")
