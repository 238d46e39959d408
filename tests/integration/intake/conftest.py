"""intake as a process of its own, between the real broker and the real database, and the outside that speaks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.envelope import Envelope, EnvelopeError, decode
from schemas.inbound import Action, Register
from schemas.message import Message
from schemas.principals import ADMIN, OPERATORS
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.registry import DISPATCH, TICKETS, channel_topic, department_topic, inbound_topic, model_of
from schemas.values import Contact, Kind, Party, PartyKind, Place
from tools.client.kafka import listener, producer
from tools.local.instance import Instance

_PATIENCE = 20.0
_CHANNELS = ("hotline", "survey", "wechat", "office", "callback", "city")
_phones = count(13_800_000_000)


@dataclass
class Outside:
    """Everybody outside, and dispatch: speaks on any topic that intake hears, hears everything that it says."""

    system: Instance
    sender: AIOKafkaProducer
    ears: AIOKafkaConsumer
    pool: asyncpg.Pool[asyncpg.Record]
    heard: list[tuple[str, Envelope, Message]] = field(default_factory=list)

    async def put(
        self,
        party: Party,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        *,
        topic: str | None = None,
        partition: int = 0,
    ) -> None:
        await self.sender.send_and_wait(
            topic or inbound_topic(party), value, key=b"x", headers=headers, partition=partition
        )

    async def say(
        self, party: Party, action: Action, submission: str | None = None, *, partition: int = 0, source: str = "test"
    ) -> str:
        submission = submission or str(uuid4())
        headers = Envelope(submission, source, action.type_name, datetime.now(UTC), "").headers()
        await self.put(party, action.to_json(), headers, partition=partition)
        return submission

    async def hear(self, wanted: Callable[[Message], bool]) -> tuple[Envelope, Message]:
        """Wait for a message, whether it was said already or not."""
        async with asyncio.timeout(_PATIENCE):
            seen = 0
            while True:
                for _, envelope, message in self.heard[seen:]:
                    if wanted(message):
                        return envelope, message
                seen = len(self.heard)
                for place, records in (await self.ears.getmany(timeout_ms=100)).items():
                    self.heard += [(place.topic, *_read(record.headers, record.value)) for record in records]

    async def answer(self, submission: str) -> ReceiptGiven | ReceiptRefused:
        """Wait for the first receipt of a submission."""

        def wanted(message: Message) -> bool:
            return isinstance(message, ReceiptGiven | ReceiptRefused) and message.submission == submission

        _, message = await self.hear(wanted)
        assert isinstance(message, ReceiptGiven | ReceiptRefused)
        return message

    async def given(self, submission: str) -> ReceiptGiven:
        answer = await self.answer(submission)
        assert isinstance(answer, ReceiptGiven), answer
        return answer

    async def refused(self, submission: str) -> ReceiptRefused:
        answer = await self.answer(submission)
        assert isinstance(answer, ReceiptRefused), answer
        return answer

    async def report(self, party: Party, **changes: object) -> str:
        """Report a problem of somebody new; returns the ticket's number."""
        given = await self.given(await self.say(party, a_report(**changes)))
        return given.tickets[0]


def _read(headers: list[tuple[str, bytes]], value: bytes | None) -> tuple[Envelope, Message]:
    envelope, body = decode(headers, value)
    model = model_of(envelope.type)
    if model is None:
        raise EnvelopeError("ce_type", "a message of ours")
    return envelope, model.model_validate_json(body)


def a_report(**changes: object) -> Register:
    """A report that is right in every way, by somebody who never called before."""
    given = {
        "kind": Kind.COMPLAIN,
        "contact": Contact(phone=str(next(_phones))),
        "place": Place(text="平凉路100弄3号"),
        "text": "楼道里的灯坏了一个星期没有人来修",
    }
    return Register.model_validate(given | changes)


HOTLINE, SURVEY, WECHAT, OFFICE, HOUSING = (
    *(Party(kind=kind) for kind in (PartyKind.HOTLINE, PartyKind.SURVEY, PartyKind.WECHAT, PartyKind.OFFICE)),
    Party(kind=PartyKind.DEPARTMENT, department="housing"),
)


TRIAL = {
    "LIUHEN_MODE": "trial",
    "LIUHEN_WECHAT_TOKEN_FILE": "",
    "LIUHEN_SURVEY_TOKEN_FILE": "",
}
"""Tokens that the tests know."""


@pytest.fixture(scope="module")
def intake(system: Instance) -> Iterator[Instance]:
    """The service runs for as long as a module's tests."""
    (process,) = system.start_services(["intake"], environment=TRIAL)
    yield system
    system.stop(process.name)


@pytest.fixture
async def outside(intake: Instance) -> AsyncIterator[Outside]:
    topics = (TICKETS, DISPATCH, department_topic("housing"), *map(channel_topic, _CHANNELS))
    async with AsyncExitStack() as stack:
        sender = await stack.enter_async_context(producer(intake.broker(ADMIN)))
        ears = await stack.enter_async_context(listener(intake.broker(OPERATORS), topics))
        pool = asyncpg.create_pool(intake.postgres_dsn("intake"), min_size=0, server_settings={"search_path": "intake"})
        yield Outside(intake, sender, ears, await stack.enter_async_context(pool))


@pytest.fixture
def report() -> Register:
    """A report by somebody new, over and over the same within a test."""
    return a_report()
