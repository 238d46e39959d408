"""dispatch as a process of its own, between the real broker and the real database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chassis.publish import Producer, Wire
from rulebook import load_policy
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.envelope import Envelope, decode, derived_id, partition_of
from schemas.layout import ONE_MACHINE
from schemas.message import Message
from schemas.owner import Owner
from schemas.principals import ADMIN, OPERATORS
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.registry import CALLBACKS, CLOCKS, DESK, DISPATCH, TICKETS, department_topic, model_of
from schemas.tickets import ActionReceived, Registered
from schemas.values import Clock, Grade, OfficialDue, Party, PartyKind, Person, TicketState
from tools.client.kafka import listener
from tools.local.instance import Instance
from worktime import SHANGHAI

PATIENCE = 40.0
NOW = datetime(2026, 9, 14, 9, 30, tzinfo=SHANGHAI)
RECEIPT = "R0123456789AB"
LEAD, SUPPORTER, CATEGORY = "housing", "siping", "0101-02"
WHO = {
    "p-gu": Person(id="p-gu", name="顾承业"),
    "p-xu": Person(id="p-xu", name="徐文珏"),
    "p-ruan": Person(id="p-ruan", name="阮志强"),
}
DESK_WORKER = Person(id="d-1", name="经办人")
_numbers = count(1)
_sources = count(1)


@dataclass
class Dispatch:
    """Tells dispatch what came in and what the clocks say, and hears all that it says."""

    system: Instance
    producer: Producer
    ears: Any
    pool: asyncpg.Pool[asyncpg.Record]
    source: str
    at: datetime = NOW
    sequences: dict[tuple[str, int], int] = field(default_factory=dict)
    heard: list[tuple[str, Envelope, Message]] = field(default_factory=list)

    def number(self) -> str:
        """The number of a ticket that nobody knows yet."""
        return f"260914{next(_numbers):08d}"

    async def tell(self, topic: str, key: str, message: Message) -> None:
        """One message of intake or sla."""
        partition = partition_of(key, ONE_MACHINE.lanes)
        number = self.sequences[topic, partition] = self.sequences.get((topic, partition), 0) + 1
        self.at += timedelta(minutes=1)
        identity = derived_id(self.source, topic, partition, number)
        envelope = Envelope(identity, self.source, message.type_name, self.at, key, number, key, identity)
        await self.producer.send([Wire(topic, partition, key.encode(), message.to_json(), envelope.headers())])

    async def registered(self, **values: object) -> str:
        """A call was recorded."""
        given = {
            "ticket": self.number(),
            "receipt": RECEIPT,
            "channel": "hotline",
            "kind": "complain",
            "requester_kind": "resident",
            "requester": "h-1",
            "contact": {"name": "王阿姨", "phone": "13800000000"},
            "place": {"text": "四平路街道某小区", "subdistrict": "siping"},
            "text": "物业费涨价没有公示。",
            "category": CATEGORY,
            "occurred_at": self.at,
        }
        fact = Registered.model_validate(given | values)
        await self.tell(TICKETS, fact.ticket, fact)
        return fact.ticket

    async def act(self, party: Party, action: Any) -> None:
        """A party acts."""
        received = ActionReceived(ticket=action.ticket, receipt=RECEIPT, party=party, action=action)
        await self.tell(TICKETS, action.ticket, received)

    async def department(self, code: str, action: type[i.DepartmentAction], ticket: str, **values: object) -> None:
        """A department acts."""
        party = Party(kind=PartyKind.DEPARTMENT, department=code)
        await self.act(party, action.model_validate({"ticket": ticket, "by": DESK_WORKER, **values}))

    async def office(self, action: type[i.OnTicket], ticket: str, who: str = "p-xu", **values: object) -> None:
        """A person of the office acts."""
        await self.act(
            Party(kind=PartyKind.OFFICE), action.model_validate({"ticket": ticket, "by": WHO[who], **values})
        )

    async def until(self, wanted: Callable[[list[tuple[str, Message]]], bool], ticket: str) -> list[Message]:
        """Wait until what was said of a ticket, on whichever topic, is enough."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(said := [(t, m) for t, e, m in self.heard if e.subject == ticket]):
                for records in (await self.ears.getmany(timeout_ms=100)).values():
                    self.heard += [_read(each.topic, each.headers, each.value) for each in records]
        return [message for _, message in said]

    async def says(self, ticket: str, *kinds: type[Message]) -> list[Message]:
        """Wait until each of these kinds was said of a ticket."""
        return await self.until(lambda said: {type(message) for _, message in said} >= set(kinds), ticket)

    async def order_of(self, department: str, ticket: str, happened: str) -> Order:
        """Wait until a department hears that something happened to its order."""
        topic = department_topic(department)

        def found(said: list[tuple[str, Message]]) -> list[Order]:
            return [m for t, m in said if t == topic and isinstance(m, Order) and m.happened == happened]

        await self.until(lambda said: bool(found(said)), ticket)
        return found([(t, m) for t, e, m in self.heard if e.subject == ticket])[-1]


def _read(topic: str, headers: Any, value: bytes | None) -> tuple[str, Envelope, Message]:
    envelope, body = decode(headers, value)
    model = model_of(envelope.type)
    assert model is not None
    return topic, envelope, model.model_validate_json(body)


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    """The service runs for as long as this module's tests."""
    system.start_services(["dispatch"], environment={"LIUHEN_CLOCK": f"{NOW.isoformat()}@1@{time.time()}"})
    yield system
    system.stop("dispatch")


@pytest.fixture
async def dispatch(running: Instance) -> AsyncIterator[Dispatch]:
    producer = Producer(running.broker(ADMIN), "story")
    topics = [DISPATCH, DESK, CALLBACKS, *(department_topic(code) for code in (LEAD, SUPPORTER, "market"))]
    async with (
        listener(running.broker(OPERATORS), topics) as ears,
        asyncpg.create_pool(
            running.postgres_dsn("dispatch"), min_size=0, server_settings={"search_path": "dispatch"}
        ) as pool,
    ):
        yield Dispatch(running, producer, ears, pool, f"liuhen/story/d{next(_sources)}")
    await producer.close()


async def test_a_ticket_goes_from_the_door_to_closed(dispatch: Dispatch) -> None:
    ticket = await dispatch.registered()
    order = await dispatch.order_of(LEAD, ticket, "task_opened")
    assert (order.role, order.state, order.blocking_tasks) == ("lead", TicketState.DISPATCHED, (SUPPORTER,))
    assert (await dispatch.order_of(SUPPORTER, ticket, "task_opened")).role == "supporting"

    due = OfficialDue(at=NOW + timedelta(days=7))
    clock = {"clock_id": "handling", "clock": Clock.HANDLING, "owner": f"department:{LEAD}", "tier": "complex"}
    started = {"ticket": ticket, "started_at": NOW, "due": due, "explanation": {}, **clock}
    await dispatch.tell(CLOCKS, ticket, c.ClockStarted.model_validate(started))
    noted = await dispatch.order_of(LEAD, ticket, "due_changed")
    assert [each.due for each in noted.due if each.clock is Clock.HANDLING] == [due]

    await dispatch.department(LEAD, i.Accept, ticket)
    await dispatch.department(LEAD, i.MakeFirstContact, ticket, reached=True)
    await dispatch.department(LEAD, i.ReportHandled, ticket, reply="已处理。")
    said = await dispatch.says(ticket, d.ActionRefused)
    assert [m.code for m in said if isinstance(m, d.ActionRefused)] == ["blocking_tasks_open"]

    await dispatch.department(SUPPORTER, i.ReportTaskDone, ticket, reply="已配合。")
    await dispatch.department(LEAD, i.ReportHandled, ticket, reply="已处理。")
    said = await dispatch.says(ticket, d.Handled, DeskTask)
    assert any(isinstance(m, DeskTask) and m.task == "review" and m.open for m in said)

    await dispatch.office(i.Review, ticket, accepted=True)
    (asked,) = [m for m in await dispatch.says(ticket, CallbackRequest) if isinstance(m, CallbackRequest)]
    assert asked.reply == "已处理。"
    recorded = {"contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": Grade.FAIRLY}
    callback = i.RecordCallback.model_validate({"ticket": ticket, "by": DESK_WORKER, **recorded})
    await dispatch.act(Party(kind=PartyKind.CALLBACK), callback)

    said = await dispatch.says(ticket, d.Closed)
    assert [m.ruling for m in said if isinstance(m, d.Closed)] == ["solved"]
    released = await dispatch.order_of(LEAD, ticket, "closed")
    assert (released.role, released.state) == ("none", TicketState.CLOSED)


async def test_tickets_ask_one_another_across_lanes(dispatch: Dispatch) -> None:
    first, second = await dispatch.registered(), await dispatch.registered()
    stranger = await dispatch.registered(requester="h-2")

    await dispatch.office(i.Merge, second, into=first, reason="重复反映。")
    await dispatch.says(second, d.Merged)
    await dispatch.says(first, d.MergeTaken)
    assert (await dispatch.order_of(LEAD, second, "merged")).role == "none"

    await dispatch.office(i.Merge, stranger, into=first, reason="重复反映。")
    said = await dispatch.says(stranger, d.ActionRefused)
    assert [m.code for m in said if isinstance(m, d.ActionRefused)] == ["other_ticket_refused"]

    await dispatch.office(i.TransferOut, first, to="police-110", reason="涉嫌违法。")
    (ended,) = [m for m in await dispatch.says(second, d.MergedTicketEnded) if isinstance(m, d.MergedTicketEnded)]
    assert (ended.into, ended.outcome, ended.reason, ended.to) == (first, "transferred", "涉嫌违法。", "police-110")

    await dispatch.office(i.JoinIncident, stranger, incident="M0000000000ZZ")
    said = await dispatch.until(
        lambda said: sum(isinstance(message, d.ActionRefused) for _, message in said) > 1, stranger
    )
    assert "没有编号" in [m.reason for m in said if isinstance(m, d.ActionRefused)][-1]


async def test_a_ruling_is_kept_and_cited(dispatch: Dispatch) -> None:
    like = {"category": "0101-04", "place": {"text": "控江路街道", "subdistrict": "kongjiang"}}
    ground = {"ground": "not-our-duty", "reason": "不属于本单位职责。"}
    ticket = await dispatch.registered(**like)
    await dispatch.department("market", i.RequestReturn, ticket, **ground)
    await dispatch.office(i.RuleOnReturn, ticket, upheld=False, reason="属你局职责。")
    await dispatch.says(ticket, d.ReturnOverruled)
    # What is published was committed before.
    assert await dispatch.pool.fetchval("select count(*) from ruling where ticket = $1", ticket) == 1

    again = await dispatch.registered(**like)
    said = await dispatch.says(again, d.Dispatched)
    assert [m.precedents for m in said if isinstance(m, d.Dispatched)] == [(ticket,)]

    await dispatch.department("market", i.RequestReturn, again, **ground)
    said = await dispatch.says(again, d.ReturnRequested)
    (asked,) = [m for m in said if isinstance(m, d.ReturnRequested)]
    assert (asked.against_precedent, asked.precedents) == (True, (ticket,))

    await dispatch.office(i.RuleOnReturn, again, upheld=True, reason="同意。")
    said = await dispatch.says(again, d.ApprovalRequested)
    assert [m.wanted.do for m in said if isinstance(m, d.ApprovalRequested)] == ["rule_on_return"]

    # The desk is left as it was found: other tests read the same topic.
    await dispatch.office(i.RuleOnReturn, again, upheld=False, reason="属你局职责。")
    await dispatch.says(again, d.ReturnOverruled)


async def test_a_gas_leak_calls_one_after_the_other_on_duty_until_somebody_knows(dispatch: Dispatch) -> None:
    ticket = await dispatch.registered(category="0403-03", text="楼道里煤气味很重。")
    said = await dispatch.says(ticket, d.UrgentCalled, DeskTask)
    (called,) = [message for message in said if isinstance(message, d.UrgentCalled)]
    assert (called.call, called.person.id) == (1, "p-min")
    assert "urgent_call" in {task.task for task in said if isinstance(task, DeskTask) and task.open}

    clock = Clock.DUTY_ACKNOWLEDGEMENT
    due = OfficialDue(at=dispatch.at + timedelta(minutes=10))
    lapsed = c.ClockLapsed(ticket=ticket, clock_id=clock.value, clock=clock, owner=Owner("office:p-min"), due=due)
    await dispatch.tell(CLOCKS, ticket, lapsed)
    await dispatch.until(lambda said: sum(isinstance(m, d.UrgentCalled) for _, m in said) == 2, ticket)
    await dispatch.office(i.AcknowledgeUrgent, ticket, "p-ruan")
    said = await dispatch.says(ticket, d.UrgentAcknowledged)

    (known,) = [message for message in said if isinstance(message, d.UrgentAcknowledged)]
    assert (known.call, known.by.person) == (2, WHO["p-ruan"])


async def test_who_looks_at_many_contacts_at_once_waits_for_an_approver(dispatch: Dispatch) -> None:
    most = load_policy(Path("policy")).limits.looking.per_hour
    tickets = [await dispatch.registered() for _ in range(most + 1)]
    for place, ticket in enumerate(tickets):
        look = i.LookAtContact(ticket=ticket, by=WHO["p-xu"], ground="verifying-caller", reason="须核对来电号码。")
        receipt = f"R{place:012d}"
        said = ActionReceived(ticket=ticket, receipt=receipt, party=Party(kind=PartyKind.OFFICE), action=look)
        # one moment for all: they are of the same hour
        dispatch.at -= timedelta(minutes=1)
        await dispatch.tell(TICKETS, ticket, said)
    answers = d.ContactShown, d.ApprovalRequested
    heard = [
        await dispatch.until(lambda said: any(isinstance(each, answers) for _, each in said), ticket)
        for ticket in tickets
    ]
    waiting = [each for said in heard for each in said if isinstance(each, d.ApprovalRequested)]
    assert len(waiting) == 1
