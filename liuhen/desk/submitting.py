"""Saying one action and hearing what became of it: at the door, and in the life of the ticket."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer

from liuhen.desk import words
from liuhen.desk.workplace import Workplace
from schemas.dispatch import ActionRefused
from schemas.inbound import Action
from schemas.message import Message
from schemas.public import ActionAnswer, Order, ReceiptGiven, ReceiptRefused
from schemas.registry import channel_topic, department_topic
from schemas.values import Party, PartyKind
from services.intake.for_tools import receipt_of
from tools.client import trace
from tools.client.kafka import Voice, listener, producer, read
from tools.client.trace import EntryAnswer
from tools.errors import SaidClearly
from vocabulary import STATES

SOURCE: Final = "liuhen/cli"
_LOOK_AGAIN: Final = 0.3
_SETTLE: Final = 2.0
_DISPATCH: Final = "liuhen.dispatch.v1"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something was not done: a machine's word, the field, and the reason in words."""

    code: str
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SubmissionAnswer:
    """What was answered to a submission so far: taken at the door, refused, or what followed from it."""

    submission: str
    receipt: str
    taken: bool = False
    tickets: tuple[str, ...] = ()
    follow_up: bool = False
    refusal: Rejection | None = None
    followed: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing more is waited for."""
        return self.refusal is not None or bool(self.followed)


def answers_of(party: Party) -> str:
    """Name the topic on which a party hears its answers."""
    return department_topic(party.department) if party.department else channel_topic(party.kind)


def note(answer: SubmissionAnswer, message: Message, action: Action) -> SubmissionAnswer:
    """Take in one message of the party's topic; what concerns others changes nothing."""
    match message:
        case ReceiptGiven() if message.submission == answer.submission:
            return replace(answer, taken=True, tickets=message.tickets, follow_up=message.follow_up)
        case ReceiptRefused() if answer.submission == message.submission or answer.receipt == message.receipt:
            return replace(answer, refusal=Rejection(message.code, message.field, message.reason))
        case ActionAnswer() if message.receipt == answer.receipt:
            return replace(answer, refusal=Rejection(message.code, message.field, message.reason))
        case Order() if message.ticket == getattr(action, "ticket", None) and _expected(action, message):
            return replace(answer, taken=True, tickets=(message.ticket,), followed=(state_of(message),))
        case _:
            return answer


def _expected(action: Action, order: Order) -> bool:
    wanted = words.file()["followed_by"].get(words.word_of(type(action)), ())
    return order.happened in wanted


def state_of(order: Order) -> str:
    """Say where an order stands."""
    return f"工单现为“{STATES[order.state]}”"


def follow(answer: SubmissionAnswer, entries: Sequence[EntryAnswer]) -> SubmissionAnswer:
    """Find in a ticket's trace what followed from the submission."""
    ours = [place for place, entry in enumerate(entries) if entry["body"].get("receipt") == answer.receipt]
    facts = [entry for entry in entries if entry["topic"] == _DISPATCH and entry["caused_by"] in ours]
    for fact in facts:
        if fact["type"] == ActionRefused.type_name:
            return replace(answer, refusal=Rejection(fact["body"]["code"], None, fact["body"]["reason"]))
    return replace(answer, followed=tuple(fact["words"] for fact in facts))


async def submit(place: Workplace, action: Action, *, submission: str | None, patience: float) -> SubmissionAnswer:
    """Say an action, and wait at most `patience` seconds for what becomes of it."""
    named = submission or str(uuid4())
    start = SubmissionAnswer(named, receipt_of(place.party, SOURCE, named))
    async with listener(place.addresses.kafka, [answers_of(place.party)]) as ears:
        for partition, end in (await ears.end_offsets(ears.assignment())).items():
            ears.seek(partition, end)
        async with producer(place.addresses.kafka) as sender:
            await Voice(sender, place.party, SOURCE, place.now).say(action, submission=named)
        return await _listen(place, ears, action, start, patience)


async def _listen(
    place: Workplace, ears: AIOKafkaConsumer, action: Action, answer: SubmissionAnswer, patience: float
) -> SubmissionAnswer:
    time = asyncio.get_running_loop().time
    until = time() + patience
    settled_by = until
    while not answer.settled and time() < min(until, settled_by):
        for records in (await ears.getmany(timeout_ms=int(_LOOK_AGAIN * 1000))).values():
            for record in records:
                news = read(record.topic, record.headers, record.value)
                answer = answer if news is None else note(answer, news.message, action)
        if answer.taken and not answer.settled:
            if place.addresses.trace_url and answer.tickets and place.party.kind is not PartyKind.DEPARTMENT:
                answer = await asyncio.to_thread(_traced, answer)
            else:
                settled_by = min(settled_by, time() + _SETTLE)
    return answer


def _traced(answer: SubmissionAnswer) -> SubmissionAnswer:
    try:
        return follow(answer, trace.timeline(answer.tickets[0]))
    except SaidClearly:
        return answer  # trace has not heard of it yet, or is away: the door's word stands
