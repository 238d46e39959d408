"""Everybody outside, at full speed: callers, one department, the desk and the callback agency answer at once.

They read only public topics and write only inbound ones, as real ones would, but through one connection for all;
nobody sleeps, hesitates or errs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from bench.journal import SOURCE, Journal, Spoken
from bench.life import CATEGORY, LEAD, actions
from bench.place import Late
from chassis.publish import Producer, Wire
from schemas.envelope import Envelope, partition_of
from schemas.inbound import Action, Register
from schemas.principals import LETTERS, OPERATORS
from schemas.registry import CALLBACKS, DESK, department_topic, inbound_topic, partitions_of
from schemas.values import Contact, Kind, Party, PartyKind, Place
from tools.client.kafka import listener
from tools.local.instance import Instance

_HOTLINE: Final = Party(kind=PartyKind.HOTLINE)
_TEXT: Final = "小区门口行道树上有很多刺毛虫，老人孩子经过时被蜇伤，希望绿化部门尽快安排人员打药。"
_AGAIN_SECONDS: Final = 0.5
_LAST: Final = 4
_ANSWERS: Final = {"dispatched": 0, "accepted": 1, "first_contact_made": 2, "review": 3, "requested": _LAST}
"""What is heard, and the step of a ticket's life that answers it."""


class SpeakingParties:
    """Plays all parties; `open_at_once` bounds how many tickets are under way."""

    def __init__(
        self,
        instance: Instance,
        open_at_once: int,
        patience: float = 60.0,
        per_second: float | None = None,
        journal: Journal | None = None,
    ) -> None:
        """`patience` is how many seconds may pass in which nothing is heard that wants an answer.

        No more than `per_second` people call; all at once where it is None. What is said is noted in the journal first,
        where there is one.
        """
        self._ears = instance.broker(OPERATORS)
        self._journal = journal
        self.closed = 0
        """How many tickets were seen closed."""
        self._open_at_once = open_at_once
        self._patience = patience
        self._per_second = per_second
        self._producer = Producer(instance.broker(LETTERS), "bench")
        self._callers = 13_000_000_000 + int(time.time()) % 10_000 * 100_000

    async def play(self, tickets: int) -> list[float]:
        """Let so many people call, and see all of it closed; the seconds from the first call to each closing."""
        raised, closed, before = 0, dict[str, float](), self.closed
        answered: set[tuple[str, int]] = set()
        async with AsyncExitStack() as stack:
            consumer = await self._listening(stack)
            await asyncio.gather(*(consumer.position(place) for place in consumer.assignment()))
            began = moved = time.perf_counter()
            while len(closed) < tickets:
                more = max(0, min(self._called_by(tickets, began), len(closed) + self._open_at_once) - raised)
                raised += more
                wires = [self._call() for _ in range(more)]
                fetched = {} if wires else await consumer.getmany(timeout_ms=200, max_records=5_000)
                for record in (record for records in fetched.values() for record in records):
                    heard = json.loads(record.value)
                    # What was said before may be said again after a crash; it counts where it was answered.
                    if heard.get("happened") == "closed" and (heard["ticket"], _LAST) in answered:
                        closed.setdefault(heard["ticket"], time.perf_counter() - began)
                        self.closed = before + len(closed)
                    wires += _answers(heard, answered)
                if wires:
                    await self._say(wires)
                    moved = time.perf_counter()
                elif time.perf_counter() - moved > self._patience:
                    raise Late(f"{len(closed):,} of {tickets:,} tickets were closed, then nothing came")
        return sorted(closed.values())

    async def _listening(self, stack: AsyncExitStack) -> AIOKafkaConsumer:
        """A consumer of what is said from now on, as soon as the broker is there."""
        while True:
            heard = listener(self._ears, [department_topic(LEAD), DESK, CALLBACKS], new_only=True)
            try:
                return await stack.enter_async_context(heard)
            except (KafkaError, OSError):
                await asyncio.sleep(_AGAIN_SECONDS)

    def _called_by(self, tickets: int, began: float) -> int:
        """How many of so many people have called by now."""
        if self._per_second is None:
            return tickets
        return min(tickets, int((time.perf_counter() - began) * self._per_second) + 1)

    async def call_without_answer(self, tickets: int) -> None:
        """Let people call about what has no category yet; nobody answers what was said before a play."""
        await self._say([self._call(category=None) for _ in range(tickets)])

    async def _say(self, wires: Sequence[Wire]) -> None:
        """Say it until the broker has it: whoever speaks again under the same id is heard once."""
        spoken = [_spoken(wire) for wire in wires]
        if self._journal is not None:
            self._journal.sending(spoken)
        while True:
            try:
                await self._producer.send(wires)
            except (KafkaError, OSError):
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                break
        if self._journal is not None:
            self._journal.taken(spoken)

    async def call(self, times: int) -> None:
        """Let so many people call, whose tickets are followed by nobody here."""
        await self._say([self._call() for _ in range(times)])

    async def close(self) -> None:
        await self._producer.close()

    def _call(self, category: str | None = CATEGORY) -> Wire:
        self._callers += 1
        call = Register(
            kind=Kind.HELP,
            contact=Contact(name="王女士", phone=str(self._callers)),
            place=Place(text="四平路200号", road="四平路", number=200),
            text=_TEXT,
            category=category,
        )
        return _wire(_HOTLINE, call, str(self._callers))


def _answers(heard: dict[str, Any], answered: set[tuple[str, int]]) -> Iterator[Wire]:
    step = _ANSWERS.get(heard["task"] if heard.get("open") else heard.get("happened", ""))
    ticket = heard.get("ticket")
    if step is None or ticket is None or (ticket, step) in answered:
        return
    answered.add((ticket, step))
    party, action = actions(ticket)[step]
    yield _wire(party, action, ticket)


def _wire(party: Party, action: Action, key: str) -> Wire:
    topic = inbound_topic(party)
    envelope = Envelope(str(uuid4()), f"{SOURCE}{party}", action.type_name, datetime.now(UTC), key)
    return Wire(topic, partition_of(key, partitions_of(topic)), key.encode(), action.to_json(), envelope.headers())


def _spoken(wire: Wire) -> Spoken:
    headers = dict(wire.headers)
    return Spoken(headers["ce_source"].decode(), headers["ce_id"].decode())
