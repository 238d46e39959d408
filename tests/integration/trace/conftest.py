"""A trace that hears made-up timelines, through its own work on a real database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import TestClient, TestServer

from chassis.clock import Clock as Time
from chassis.logins import Doorkeeper
from chassis.service import EdgeContext, Heard, Lane, Outcome, Pool, Record, Transaction
from rulebook import Policy, load_policy
from schemas import clocks as c
from schemas import dispatch as d
from schemas import registry
from schemas import tickets as t
from schemas.envelope import Envelope, derived_id
from schemas.message import Message
from schemas.notices import NoticeFact
from schemas.owner import Owner
from schemas.rules import RulesFact
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Contacted,
    Grade,
    Kind,
    OfficialDue,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    Ruling,
    Solved,
    Tier,
)
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from services.trace.__main__ import answers_of
from services.trace.edges.answers import Answers
from services.trace.edges.http import application
from services.trace.work import note
from tools.local.database import Database
from tools.prepare.logins import LOGINS, prepare_trial, trial_token

POLICY = Path(__file__).resolve().parents[3] / "policy"
SEAL = RecordSeal(MasterKeys("of-our-own", os.urandom), os.urandom)
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
TICKET, RECEIPT = "26030200000017", "R0123456789AB"
OFFICE = Actor(party=Party(kind=PartyKind.OFFICE), person=Person(id="p-xu", name="徐敏"))
HOUSING = Actor(party=Party(kind=PartyKind.DEPARTMENT, department="housing"), person=Person(id="h-1", name="陈工"))
RULE = Actor(by_rule="automation")
PLACE = Place(text="平凉路100弄3号", subdistrict="pingliang")


def topic_of(fact: Message) -> str:
    match fact:
        case d.DispatchFact():
            return registry.DISPATCH
        case c.ClockFact():
            return registry.CLOCKS
        case NoticeFact():
            return registry.NOTICES
        case RulesFact():
            return registry.RULES
        case _:
            return registry.TICKETS


@dataclass
class Story:
    """Tells facts as the services would: in order, each topic and partition with contiguous sequences."""

    ticket: str = TICKET
    lane: str = "0"
    now: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 9:00 in Shanghai
    items: list[Heard] = field(default_factory=list)
    numbers: dict[str, count[int]] = field(default_factory=dict)

    def wait(self, **spent: float) -> Story:
        self.now += timedelta(**spent)
        return self

    def tell(self, *facts: Message, skip: int = 0, cause: str = "") -> Story:
        for fact in facts:
            topic = topic_of(fact)
            numbers = self.numbers.setdefault(topic, count(1))
            for _ in range(skip):
                next(numbers)
            number = next(numbers)
            envelope = Envelope(
                id=derived_id(topic, self.ticket, number),
                source=f"liuhen/{topic.split('.')[1]}/{self.lane}",
                type=fact.type_name,
                time=self.now,
                subject=self.ticket,
                sequence=number,
                correlation=self.ticket,
                causation=cause or (self.items[-1].envelope.id if self.items else ""),
            )
            recorded = self.now + timedelta(milliseconds=len(self.items))
            record = Record(
                topic,
                int(self.lane),
                number - 1,
                self.ticket.encode(),
                fact.to_json(),
                tuple(envelope.headers()),
                recorded,
            )
            self.items.append(Heard(self.lane, record, envelope, fact))
        return self

    def registered(self, **said: Any) -> Story:
        asked: dict[str, Any] = {"receipt": RECEIPT, "channel": Channel.HOTLINE, "kind": Kind.COMPLAIN, "place": PLACE}
        who: dict[str, Any] = {
            "requester_kind": RequesterKind.RESIDENT,
            "requester": "5c0ffee5",
            "contact": Contact(name="王小明", phone="+8613800000000"),
        }
        words = {**asked, **who, "text": "楼道堆物，多次反映没有人管", **said}
        self.tell(t.Registered(ticket=self.ticket, **words, occurred_at=self.now))
        return self.tell(d.Opened(ticket=self.ticket, by=RULE, **words, tier=Tier.SIMPLE))

    def dispatched(self, lead: str = "housing", order: int = 1) -> Story:
        return self.tell(
            d.Dispatched(
                ticket=self.ticket,
                by=OFFICE,
                order=order,
                lead=lead,
                tier=Tier.SIMPLE,
                category="0301-01",
                reason="by-hand",
            )
        )

    def clock(self, name: Clock, due: datetime, owner: str = "department:housing") -> Story:
        started = c.ClockStarted(
            ticket=self.ticket,
            clock_id=name.value,
            clock=name,
            owner=Owner(owner),
            started_at=self.now,
            tier=Tier.SIMPLE,
            due=OfficialDue(at=due),
            explanation={},
        )
        return self.tell(started)

    def handled(self) -> Story:
        self.tell(d.Handled(ticket=self.ticket, by=HOUSING, department="housing", reply="已清理", round=0))
        accepted = d.HandledAccepted(ticket=self.ticket, by=OFFICE, department="housing", handled_at=self.now)
        return self.wait(minutes=20).tell(accepted)

    def called_back(self, result: Grade = Grade.SATISFIED) -> Story:
        self.tell(d.CallbackAwaited(ticket=self.ticket, by=RULE, round=0, attempts=0))
        said: dict[str, Any] = {
            "contacted": Contacted.YES,
            "solved": Solved.SOLVED,
            "attitude": result,
            "result": result,
        }
        return self.wait(hours=1).tell(d.CallbackRecorded(ticket=self.ticket, by=OFFICE, round=0, **said))

    def closed(self, ruling: Ruling = Ruling.SOLVED) -> Story:
        return self.tell(d.Closed(ticket=self.ticket, by=RULE, outcome="called-back", ruling=ruling, lead="housing"))


class Ear:
    """Lets trace hear, one transaction each."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def hear(self, *stories: Story) -> Outcome:
        items = [item for story in stories for item in story.items]
        return await self.take(items)

    async def take(self, items: list[Heard], lanes: dict[str, Lane] | None = None) -> Outcome:
        """Hear in lanes that were just opened, or in those that somebody held on to."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await note(Transaction(connection, lanes or self.lanes(items), SEAL), items)

    @staticmethod
    def lanes(items: list[Heard]) -> dict[str, Lane]:
        now = datetime(2026, 3, 2, tzinfo=UTC)
        return {item.lane: Lane(name=item.lane, now=now, counters={}) for item in items}


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database.dsn("trace"), min_size=1, max_size=3) as pool:
        yield pool


@pytest.fixture
def ear(pool: Pool) -> Ear:
    return Ear(pool)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture(scope="session")
def answers(policy: Policy) -> Answers:
    return answers_of(policy, POLICY)


@pytest.fixture
def keeper(tmp_path: Path, policy: Policy) -> Doorkeeper:
    """Who tells people apart: everybody of the policy has a token, and their own name is where it is kept."""
    people = [each.id for each in policy.office.people]
    prepare_trial(tmp_path, [*people, *(f"department.{each.code}" for each in policy.departments), "p-nobody"])
    return Doorkeeper(tmp_path / LOGINS, b"a key of this test")


@pytest.fixture
def login(keeper: Doorkeeper) -> Callable[[str], dict[str, str]]:
    """What a person shows at the door."""
    return lambda person: {"Authorization": f"Bearer {trial_token(keeper.file.parent, person)}"}


@pytest.fixture
async def web(
    pool: Pool, answers: Answers, keeper: Doorkeeper, login: Callable[[str], dict[str, str]]
) -> AsyncIterator[TestClient[Any, Any]]:
    """The HTTP edge on a real port, a week after the stories began and standing still; a dispatcher asks."""

    async def publish(
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]],
        *,
        partition: int | None = None,  # noqa: ARG001
    ) -> None:
        raise AssertionError(f"trace publishes nothing: {topic} {key!r} {value!r} {headers}")

    context = EdgeContext(pool, Time(NOW, 1e-9), publish)
    async with TestClient(TestServer(application(context, answers, keeper)), headers=login("p-xu")) as client:
        yield client
