"""What a department of an old file claims to have done, it claims no earlier than the door takes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from rulebook import load_policy
from schemas.envelope import Envelope
from schemas.inbound import Register, ReportHandled
from schemas.public import ReceiptGiven
from schemas.values import Kind, Party, PartyKind, Person, Place, RequesterKind
from services.intake.for_tools import Door
from tools.layout import POLICY
from tools.replay.parties import claim

NOW: Final = datetime(2026, 11, 2, 1, tzinfo=UTC)
LONG_AGO: Final = NOW - timedelta(days=200)
DEPARTMENT: Final = Party(kind=PartyKind.DEPARTMENT, department="housing")


def test_of_what_was_closed_before_the_replay_the_claim_is_the_day_of_the_number() -> None:
    # given a row of the spring, which goes in today
    policy = load_policy(POLICY)
    door = Door(policy, b"k" * 32)
    report = Register(
        kind=Kind.COMPLAIN,
        requester_kind=RequesterKind.ANONYMOUS,
        place=Place(text="BRONX 10451"),
        text="HEAT/HOT WATER",
        occurred_at=LONG_AGO,
    )
    said = Envelope("row-1", "replay", Register.type_name, NOW, "").headers()
    _, answers = door.take(Party(kind=PartyKind.HOTLINE), said, report.to_json(), NOW)
    (given,) = [each.message for each in answers if isinstance(each.message, ReceiptGiven)]
    (ticket,) = given.tickets

    # when its department reports at once, and claims the day on which the file closed it
    handled = ReportHandled(ticket=ticket, by=Person(id="h-1", name="承办人"), reply="已处理。")
    claimed = claim(ticket, LONG_AGO + timedelta(days=3), policy)
    said = Envelope("done-1", "replay", ReportHandled.type_name, claimed, "").headers()
    _, answers = door.take(DEPARTMENT, said, handled.to_json(), NOW)

    # then the door takes it
    assert [each.message.tickets for each in answers if isinstance(each.message, ReceiptGiven)] == [(ticket,)]
    assert claim(ticket, NOW + timedelta(days=1), policy) == NOW + timedelta(days=1)
