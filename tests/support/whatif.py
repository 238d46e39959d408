"""A short history as a running system would have recorded it: made by the cores under the present rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from schemas.inbound import FollowUp, IncidentAction, OnExisting
from schemas.tickets import ActionReceived, IncidentActionReceived, Registered
from schemas.values import Channel, Contact, Kind, Party, PartyKind, Person, Place, RequesterKind
from tools.whatif.cores import cores_of
from tools.whatif.recording import Recording, gather
from tools.whatif.trial import Ruleset
from tools.whatif.world import Input, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
TICKET = "26090100000019"
INCIDENT = "M0123456789AB"
LONG_AGO = datetime(2026, 1, 1, tzinfo=SHANGHAI)
CLERK = Person(id="housing-1", name="陈立")
_numbers = count(1)


def moment(text: str) -> datetime:
    """An instant of Shanghai: `2026-09-01 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def registered(at: str, ticket: str = TICKET, **fields: Any) -> Input:
    """A call about a matter that a bureau leads by the catalogue."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "ticket": ticket,
        "receipt": f"R{number:012}",
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAIN,
        "requester_kind": RequesterKind.RESIDENT,
        "contact": Contact(phone="13800000000"),
        "place": Place(text="国和路100号", subdistrict="wujiaochang"),
        "text": "楼道积水",
        "occurred_at": moment(at),
        **fields,
    }
    return Input(moment(at), f"event-{number}", Registered.model_validate(given))


def done(at: str, department: str, action: type[Any], ticket: str = TICKET, **fields: Any) -> Input:
    """An act of a department."""
    number = next(_numbers)
    said: OnExisting = action(ticket=ticket, by=CLERK, **fields)
    party = Party(kind=PartyKind.DEPARTMENT, department=department)
    fact = ActionReceived(ticket=ticket, receipt=f"R{number:012}", party=party, action=said)
    return Input(moment(at), f"event-{number}", fact)


def by_office(at: str, action: type[Any], person: str, ticket: str = TICKET, **fields: Any) -> Input:
    """An act of a person of the office."""
    number = next(_numbers)
    said: OnExisting = action(ticket=ticket, by=Person(id=person, name=person), **fields)
    fact = ActionReceived(ticket=ticket, receipt=f"R{number:012}", party=Party(kind=PartyKind.OFFICE), action=said)
    return Input(moment(at), f"event-{number}", fact)


def on_incident(at: str, action: IncidentAction, department: str | None = None) -> Input:
    """An act on an incident, by the office or by a department."""
    number = next(_numbers)
    kind = PartyKind.DEPARTMENT if department else PartyKind.OFFICE
    party = Party(kind=kind, department=department)
    receipt = f"R{number:012}"
    return Input(
        moment(at),
        f"event-{number}",
        IncidentActionReceived(incident=INCIDENT, receipt=receipt, party=party, action=action),
    )


def pressed(at: str, ticket: str = TICKET) -> Input:
    """The requester presses, from the number that is known."""
    number = next(_numbers)
    said = FollowUp(ticket=ticket, mode="press", text="快点")
    party, receipt = Party(kind=PartyKind.HOTLINE), f"R{number:012}"
    fact = ActionReceived(ticket=ticket, receipt=receipt, party=party, action=said, matched=True)
    return Input(moment(at), f"event-{number}", fact)


def recorded(inputs: Sequence[Input], rules: Ruleset, until: str, since: datetime = LONG_AGO) -> Recording:
    """What a system under these rules would have recorded of inputs."""
    lived = World(cores_of(rules.policy, rules.calendar, lambda _: None)).live(inputs, moment(until))
    facts = [
        Input(each.at, f"{ticket}/{place}", each.fact)
        for ticket, happened in lived.facts.items()
        for place, each in enumerate(happened)
    ]
    return gather([*inputs, *facts], since)
