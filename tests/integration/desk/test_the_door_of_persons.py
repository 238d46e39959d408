"""Whoever is logged in acts under their own name, and learns at the door what became of it: of real services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from chassis.clock import Clock
from liuhen.desk.queue import newest
from rulebook import load_policy
from schemas.inbound import Register
from schemas.principals import OPERATORS
from schemas.public import Order
from schemas.registry import department_topic, inbound_topic
from schemas.values import Contact, Kind, Party, PartyKind, Place
from services.intake.core.numbers import check_digit
from tests.support.desk import standing
from tools.client.kafka import Voice, listener, producer, read
from tools.local.instance import Instance
from tools.prepare.logins import trial_token

HOTLINE: Final = Party(kind=PartyKind.HOTLINE)
UNKNOWN: Final = "2609010000001" + check_digit("2609010000001")
_SERVICES: Final = ("intake", "dispatch", "desk")
_phones = count(13_700_000_000)


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    """The services that an act passes through run for as long as a module's tests."""
    started = system.start_services(_SERVICES)
    yield system
    system.stop(*(process.name for process in started))


@pytest.fixture
async def web(running: Instance) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(running.url("desk_http")) as session:
        yield session


class Person:
    """Somebody who is logged in."""

    def __init__(self, web: aiohttp.ClientSession, token: str) -> None:
        self.web = web
        self.shown = {"Authorization": f"Bearer {token}"}

    async def acts(self, key: str | None = None, **content: Any) -> tuple[int, dict[str, Any]]:
        headers = {**self.shown, "Idempotency-Key": key or str(uuid4())}
        async with self.web.post("/v1/acts", json=content, headers=headers) as answer:
            return answer.status, await answer.json()

    async def asks(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.web.get(path, headers=self.shown) as answer:
            return answer.status, await answer.json()

    async def settled(self, act: str) -> dict[str, Any]:
        """Ask until the act is answered."""
        async with asyncio.timeout(30):
            while True:
                _, told = await self.asks(f"/v1/acts/{act}")
                if told["state"] != "pending":
                    return told
                await asyncio.sleep(0.1)

    async def became(self, **content: Any) -> dict[str, Any]:
        code, told = await self.acts(**content)
        assert code == 202, told
        return await self.settled(told["act"])

    async def searches(self, phone: str) -> tuple[int, dict[str, Any]]:
        async with self.web.post("/v1/callers", json={"phone": phone}, headers=self.shown) as answer:
            return answer.status, await answer.json()

    async def reveals(self, ticket: str, /, **content: Any) -> tuple[int, dict[str, Any]]:
        headers = {**self.shown, "Idempotency-Key": str(uuid4())}
        async with self.web.post(f"/v1/contacts/{ticket}/reveal", json=content, headers=headers) as answer:
            return answer.status, await answer.json()

    async def knows(self, ticket: str, happened: str) -> dict[str, Any]:
        """Ask until a step happened to an order of this desk's department."""
        async with asyncio.timeout(30):
            while True:
                code, told = await self.asks(f"/v1/orders/{ticket}")
                if code == 200 and happened in {step["happened"] for step in told["steps"]}:
                    return told
                await asyncio.sleep(0.1)

    async def waits(self, ticket: str, task: str) -> dict[str, Any]:
        """Ask until something waits of a ticket."""
        async with asyncio.timeout(30):
            while True:
                code, told = await self.asks(f"/v1/tasks?task={task}&limit=1000")
                assert code == 200, told
                for each in told["tasks"]:
                    if each["ticket"] == ticket:
                        found: dict[str, Any] = each
                        return found
                await asyncio.sleep(0.1)


@pytest.fixture
def xu(web: aiohttp.ClientSession, running: Instance) -> Person:
    return Person(web, trial_token(running.secrets, "p-xu"))


@pytest.fixture
def housing(web: aiohttp.ClientSession, running: Instance) -> Person:
    return Person(web, trial_token(running.secrets, "department.housing"))


@pytest.fixture
async def ticket(running: Instance, xu: Person) -> str:
    """A call that waits for the dispatcher."""
    return await registered(running, xu, next(_phones))


async def registered(running: Instance, xu: Person, number: int, *, confidential: bool = False) -> str:
    """Let somebody call from a number; returns the ticket once it waits for the dispatcher."""
    text = f"楼道里的灯坏了一个星期没有人来修，第{next(_phones)}次来电"
    report = Register(
        kind=Kind.COMPLAIN,
        contact=Contact(phone=str(number)),
        place=Place(text="国和路100号"),
        text=text,
        confidential=confidential,
    )
    async with producer(running.broker("hotline")) as sender:
        await Voice(sender, HOTLINE, "test", Clock.parse(running.clock).now).say(report)
    async with asyncio.timeout(30):
        while True:
            _, told = await xu.asks("/v1/tasks?task=dispatching&limit=1000")
            for each in told["tasks"]:
                if each["text"] == text:
                    return str(each["ticket"])
            await asyncio.sleep(0.1)


async def test_an_act_is_on_the_topic_of_the_office_in_the_name_of_who_is_logged_in(
    running: Instance, xu: Person, ticket: str
) -> None:
    waits = await xu.waits(ticket, "dispatching")

    told = await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing", if_seen=waits["version"])

    assert (told["state"], told["tickets"], told["about"]) == ("accepted", [ticket], ticket)
    found = await said(running, told["act"])
    assert (found["by"], found["if_seen"]) == ({"id": "p-xu", "name": "徐文珏"}, waits["version"])
    code, others = await Person(xu.web, trial_token(running.secrets, "p-fang")).asks(f"/v1/acts/{told['act']}")
    assert (code, others["code"]) == (404, "unknown_act")


async def test_a_department_acts_for_itself_and_hears_of_it(xu: Person, housing: Person, ticket: str) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")

    by = {"id": "housing-1", "name": "陈立"}
    told = await housing.became(do="accept", ticket=ticket, by=by)

    assert told["state"] == "accepted"
    assert (await housing.acts(do="assign", uncategorised=True, ticket=ticket, lead="housing"))[0] == 422
    assert (await housing.asks("/v1/tasks"))[0] == 403


async def test_a_department_sees_at_the_door_what_its_topic_says(
    running: Instance, xu: Person, housing: Person, ticket: str
) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")
    await housing.became(do="accept", ticket=ticket, by={"id": "housing-1", "name": "陈立"})
    at_the_door = await housing.knows(ticket, "accepted")

    # what the department's own user reads, of its own topic
    said = await standing(running.broker("department.housing"), department_topic("housing"))
    (order,) = [each for each in newest(said, Order, lambda each: each.ticket) if each.ticket == ticket]
    assert at_the_door["order"] == json.loads(order.to_json())
    assert at_the_door["order"]["contact"]["phone"].startswith("137")
    assert [step["happened"] for step in at_the_door["steps"]][-2:] == ["accepted", "dispatched"]
    assert at_the_door["shown"] is None


async def test_a_department_lists_its_own_orders_and_of_others_not_even_that_they_are(
    running: Instance, xu: Person, housing: Person, ticket: str
) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")
    await housing.knows(ticket, "dispatched")

    _, whole = await housing.asks("/v1/orders?limit=1000")
    found, place = [], ""
    while True:
        _, page = await housing.asks(f"/v1/orders?limit=1{place}")
        found += page["orders"]
        if page["next"] is None:
            break
        place = f"&after={page['next'].replace('+', '%2B')}"
    assert found == whole["orders"]
    assert whole["total"] == len(found)
    tickets = {each["order"]["ticket"] for each in found}
    assert ticket in tickets
    _, dispatched = await housing.asks("/v1/orders?state=dispatched&limit=1000")
    assert {each["order"]["state"] for each in dispatched["orders"]} == {"dispatched"}
    _, closed = await housing.asks("/v1/orders?state=closed")
    assert (closed["orders"], closed["total"]) == ([], 0)

    greening = Person(housing.web, trial_token(running.secrets, "department.greening"))
    code, told = await greening.asks(f"/v1/orders/{ticket}")
    assert (code, told["code"]) == (404, "unknown_ticket")
    assert ticket not in {each["order"]["ticket"] for each in (await greening.asks("/v1/orders"))[1]["orders"]}
    assert [(await xu.asks(path))[0] for path in ("/v1/orders", f"/v1/orders/{ticket}")] == [403, 403]
    assert (await housing.asks("/v1/orders?after=nowhere"))[0] == 422


async def test_what_is_no_longer_a_departments_leaves_its_list(xu: Person, housing: Person, ticket: str) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")
    await housing.knows(ticket, "dispatched")
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="greening")

    async with asyncio.timeout(30):
        while (await housing.asks(f"/v1/orders/{ticket}"))[1]["order"]["role"] != "none":  # noqa: ASYNC110 - of a door
            await asyncio.sleep(0.1)
    for path in ("/v1/orders?limit=1000", "/v1/orders?state=dispatched&limit=1000"):
        assert ticket not in {each["order"]["ticket"] for each in (await housing.asks(path))[1]["orders"]}


async def test_no_contact_stands_in_the_table_of_orders(
    running: Instance, xu: Person, housing: Person, ticket: str
) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")
    told = await housing.knows(ticket, "dispatched")

    connection = await asyncpg.connect(running.postgres_dsn())
    rows = await connection.fetch("select t::text from desk.held_order t where ticket = $1", ticket)
    await connection.close()
    assert rows
    assert told["order"]["contact"]["phone"]
    assert not [row for (row,) in rows if told["order"]["contact"]["phone"] in row]


async def test_a_contact_is_revealed_for_a_ground_and_a_reason_and_the_look_is_an_act(
    xu: Person, housing: Person, ticket: str
) -> None:
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")

    code, told = await xu.reveals(ticket, ground="first-contact", reason="来电人催问，须核对号码")
    assert (code, told["do"], told["state"]) == (200, "look_at_contact", "accepted"), told
    assert told["shown"]["contact"]["phone"].startswith("137")
    assert (await xu.asks(f"/v1/acts/{told['act']}"))[1]["shown"] == told["shown"]

    silent = await xu.reveals(ticket, ground="first-contact")
    twice = await xu.reveals(ticket, ticket=ticket, ground="first-contact", reason="来电人催问，须核对号码")
    by = {"id": "housing-1", "name": "陈立"}
    in_its_orders = await housing.reveals(ticket, ground="first-contact", reason="须先行联系诉求人", by=by)
    assert [(code, told["code"]) for code, told in (silent, twice)] == [(422, "missing_field"), (422, "unknown_field")]
    assert (in_its_orders[0], in_its_orders[1]["code"]) == (422, "not_confidential")


async def test_the_tickets_of_a_caller_are_found_by_the_number_however_it_is_written(
    running: Instance, xu: Person, housing: Person
) -> None:
    number = next(_phones)
    ticket = await registered(running, xu, number)
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing")
    await housing.knows(ticket, "dispatched")

    async def found(person: Person, phone: str) -> list[dict[str, Any]]:
        code, told = await person.searches(phone)
        assert (code, told.get("total")) == (200, len(told.get("tickets", ()))), told
        tickets: list[dict[str, Any]] = told["tickets"]
        return tickets

    (one,) = await found(xu, f"+86 {number}")
    assert (one["ticket"], one["state"], one["lead"], one["place"]) == (ticket, "dispatched", "housing", "国和路100号")
    assert await found(xu, str(next(_phones))) == []
    agent = Person(xu.web, trial_token(running.secrets, "p-kong"))
    assert [each["ticket"] for each in await found(agent, str(number))] == [ticket]


async def test_that_somebody_reported_in_confidence_is_told_to_those_alone_who_may_look(
    running: Instance, xu: Person
) -> None:
    number = next(_phones)
    secret = await registered(running, xu, number, confidential=True)

    found = {}
    for login in ("p-xu", "p-kong"):
        _, told = await Person(xu.web, trial_token(running.secrets, login)).searches(str(number))
        found[login] = ({each["ticket"] for each in told["tickets"]}, told["total"])

    assert found == {"p-xu": ({secret}, 1), "p-kong": (set(), 0)}


async def test_who_searches_for_a_number_has_the_duty_is_counted_and_stops_somewhere(
    running: Instance, web: aiohttp.ClientSession, housing: Person
) -> None:
    leader = Person(web, trial_token(running.secrets, "p-zheng"))
    assert [(await each.searches("13800000000"))[0] for each in (leader, housing)] == [403, 403]
    shen = Person(web, trial_token(running.secrets, "p-shen"))
    for wrong in ("nobody", "12"):
        code, told = await shen.searches(wrong)
        assert (code, told["field"]) == (422, "phone")

    most = load_policy(Path("policy")).limits.looking.callers_per_hour
    codes = [(await shen.searches("13800000000"))[0] for _ in range(most + 1)]
    assert codes == [200] * most + [429]
    connection = await asyncpg.connect(running.postgres_dsn())
    kept = await connection.fetch("select * from desk.search where login = 'p-shen'")
    await connection.close()
    assert len(kept) == most
    assert not [row for row in kept if "13800000000" in str(row)]


async def test_a_second_hand_is_told_what_the_first_one_did(running: Instance, xu: Person, ticket: str) -> None:
    seen = (await xu.waits(ticket, "dispatching"))["version"]
    await xu.became(do="assign", uncategorised=True, ticket=ticket, lead="housing", if_seen=seen)
    other = Person(xu.web, trial_token(running.secrets, "p-shen"))

    _, told = await other.acts(do="assign", uncategorised=True, ticket=ticket, lead="greening", if_seen=seen)

    answer = await refused_at_last(other, told["act"])
    assert answer["code"] == "changed_meanwhile"
    assert "徐文珏" in answer["reason"]


async def test_what_is_refused_says_why(xu: Person) -> None:
    told = await xu.became(do="nudge", ticket=UNKNOWN, reason="没有进展")

    assert (told["state"], told["code"]) == ("refused", "unknown_ticket")
    assert "没有编号为" in told["reason"]


async def test_the_same_key_is_one_act_and_another_content_under_it_a_conflict(xu: Person) -> None:
    key, nudge = str(uuid4()), {"do": "nudge", "ticket": UNKNOWN, "reason": "没有进展"}

    (_, once), (_, again) = [await xu.acts(key, **nudge) for _ in range(2)]
    code, told = await xu.acts(key, **nudge | {"reason": "另一件事"})

    assert (once["act"], once["repeated"], again["repeated"]) == (again["act"], False, True)
    assert (code, told["code"], told["act"]) == (409, "conflicting_repeat", once["act"])


async def test_nobody_acts_without_a_login_or_beyond_their_duties(running: Instance, web: Any, xu: Person) -> None:
    assert (await Person(web, "lht.guessed").acts(do="nudge", ticket=UNKNOWN, reason="没有进展"))[0] == 401
    assert (await Person(web, "lht.guessed").asks("/v1/tasks"))[0] == 401
    contractor = Person(web, trial_token(running.secrets, "p-kong"))
    code, told = await contractor.acts(do="assign", ticket=UNKNOWN, lead="housing")
    assert (code, told["code"]) == (403, "not_permitted")
    assert "徐文珏" in told["detail"]
    by = {"id": "p-fang", "name": "方立群"}
    assert (await xu.acts(do="nudge", ticket=UNKNOWN, reason="没有进展", by=by))[0] == 403


async def test_an_act_needs_a_key_of_its_author(web: Any, xu: Person) -> None:
    async with web.post("/v1/acts", json={"do": "nudge"}, headers=xu.shown) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_id")


async def test_what_waits_is_listed_page_by_page(xu: Person, ticket: str) -> None:  # noqa: ARG001
    _, whole = await xu.asks("/v1/tasks?limit=1000")
    found, place = [], ""
    while True:
        _, page = await xu.asks(f"/v1/tasks?limit=1{place}")
        found += page["tasks"]
        if page["next"] is None:
            break
        place = f"&after={page['next'].replace('+', '%2B')}"

    assert found == whole["tasks"]
    assert whole["total"] == len(found) >= 1
    assert (await xu.asks("/v1/tasks?after=nowhere"))[0] == 422


async def refused_at_last(person: Person, act: str) -> dict[str, Any]:
    """Ask until the ticket's life refused what the door took."""
    async with asyncio.timeout(30):
        while True:
            told = await person.settled(act)
            if told["state"] == "refused":
                return told
            await asyncio.sleep(0.1)


async def said(running: Instance, act: str) -> dict[str, Any]:
    """Find an act on the office's topic."""
    topic = inbound_topic(Party(kind=PartyKind.OFFICE))
    async with asyncio.timeout(30), listener(running.broker(OPERATORS), [topic]) as ears:
        while True:
            for records in (await ears.getmany(timeout_ms=200)).values():
                for record in records:
                    found = read(topic, record.headers, record.value)
                    if found is not None and found.envelope.id == act:
                        return found.message.model_dump(mode="json")
