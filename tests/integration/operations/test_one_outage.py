"""Two hundred people about one outage: a handful of acts, each caller called back on their own, every promise kept."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.inbound import (
    AcceptIncident,
    Action,
    OpenIncident,
    Register,
    ReportIncidentHandled,
    ReviewIncident,
)
from schemas.principals import principal_of
from schemas.values import Contact, Kind, Party, PartyKind, Person, Place
from services.intake.for_tools import incident_of
from tools.client.kafka import Voice, producer

pytestmark = pytest.mark.timeout(400)

CALLERS = 200
LEAD = "housing"
OFFICE, HOTLINE = Party(kind=PartyKind.OFFICE), Party(kind=PartyKind.HOTLINE)
DEPARTMENT = Party(kind=PartyKind.DEPARTMENT, department=LEAD)
DISPATCHER, REVIEWER = Person(id="p-xu", name="徐文珏"), Person(id="p-lu", name="陆惠芬")
CLERK = Person(id="housing-1", name="陈立")
SOURCE = "test/outage"


def say(operations: Any, party: Party, *said: tuple[str, Action]) -> None:
    """Let a party say actions, each under a name."""

    async def spoken() -> None:
        async with producer(operations.instance.broker(principal_of(party))) as sender:
            voice = Voice(sender, party, SOURCE, lambda: datetime.now(UTC))
            await asyncio.gather(*(voice.say(action, submission=name) for name, action in said))

    asyncio.run(spoken())


def waits(operations: Any, incident: str, state: str) -> None:
    """Wait until every member of the incident stands there."""
    operations.wait(
        "select from trace.summary where incident = $1 and state = $2 having count(*) = $3", incident, state, CALLERS
    )


def call(number: int) -> tuple[str, Register]:
    return f"call-{number}", Register(
        kind=Kind.HELP,
        contact=Contact(phone=str(13_800_000_000 + number)),
        place=Place(text=f"平凉路100弄{number % 20 + 1}号"),
        text=f"整个小区都没有电，{number % 20 + 1}号楼电梯也停了",
        category="0104-03",
        agent=Person(id="a-1", name="林悦"),
    )


def test_200_callers_about_one_outage_are_handled_once_and_called_back_each(operations: Any) -> None:
    # given two hundred calls
    say(operations, HOTLINE, *(call(number) for number in range(CALLERS)))
    known = "select unnest(tickets) from intake.submission where source = $1 and action = 'register'"
    operations.wait(f"select from ({known}) x having count(*) = $2", SOURCE, CALLERS)
    tickets = tuple(str(row[0]) for row in operations.sql(known, SOURCE))
    operations.wait(
        "select from trace.summary where ticket = any($1) and holder <> '' having count(*) = $2", tickets, CALLERS
    )

    # when one act makes an incident of them, and one each accepts, reports and reviews it
    incident = incident_of(OFFICE, SOURCE, "open")
    say(operations, OFFICE, ("open", OpenIncident(by=DISPATCHER, title="平凉路停电", lead=LEAD, tickets=tickets)))
    operations.wait("select from trace.summary where incident = $1 having count(*) = $2", incident, CALLERS)
    say(operations, DEPARTMENT, ("accept", AcceptIncident(incident=incident, by=CLERK)))
    waits(operations, incident, "in_progress")
    reply = "线路已抢修，全部恢复供电。"
    say(operations, DEPARTMENT, ("handled", ReportIncidentHandled(incident=incident, by=CLERK, reply=reply)))
    waits(operations, incident, "handled")
    say(operations, OFFICE, ("review", ReviewIncident(incident=incident, by=REVIEWER, accepted=True)))

    # then each caller is to be called back on their own, and hears nobody else's number
    waits(operations, incident, "callback_pending")
    acts = operations.sql("select id from intake.submission where source = $1 and action <> 'register'", SOURCE)
    assert sorted(str(row[0]) for row in acts) == ["accept", "handled", "open", "review"]
    refused = operations.sql("select from trace.entry where type like '%action-refused%' and ticket = any($1)", tickets)
    assert refused == []

    # and every promise is kept
    checked = operations.run("verify", "--json")
    assert [each for each in json.loads(checked.stdout) if not each["kept"]] == []
