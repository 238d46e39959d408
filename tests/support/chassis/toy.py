"""A service that counts what it hears, run as a process of its own by the tests of the chassis.

usage: toy.py NAME INPUT OUTPUT OUTWARD FOREIGN
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, StringConstraints, TypeAdapter

from chassis.decider import Decider
from chassis.fold import folding, recalling
from chassis.precompute import precomputing
from chassis.run import run
from chassis.service import Cause, Foreign, Heard, NextTimer, Outcome, Refused, Service, Tell, Transaction, Work
from chassis.settings import Settings
from schemas.message import Message
from schemas.registry import Topic, TopicKind

LANES = 4
SLOW_SECONDS = 0.05
"""For so long the toy thinks about a poke that says `slow`, and nothing else of it has its turn meanwhile."""
UNSTORABLE = {b"a lone surrogate": ["\ud800"], b"a NUL": ["\0"]}
"""What the toy writes for a foreign value; the database takes none of it."""


class ToyFact(Message, owner="toy"):
    """What the toy says."""


class Poke(ToyFact):
    """What the toy hears; `wait` asks for a timer so many seconds later."""

    n: int
    text: str = ""
    wait: float | None = None


class Counted(ToyFact):
    """What the toy makes of it."""

    n: int
    total: int
    text: Annotated[str, StringConstraints(max_length=100)] = ""
    wait: float | None = None
    fired: bool = False


class Tally(BaseModel):
    """What the toy remembers of a key."""

    total: int = 0
    alarm: datetime | None = None


def react(heard: Heard) -> Sequence[tuple[str, Poke]]:
    match heard.message:
        case Poke() as poke:
            return ((heard.envelope.subject, poke),)
        case _:
            return ()


def decide(state: Tally | None, poke: Poke, _: Cause) -> Sequence[Message]:
    if poke.text == "slow":
        time.sleep(SLOW_SECONDS)
    if poke.text == "bug":
        raise ZeroDivisionError(poke.text)
    if poke.text == "refused":
        raise Refused("unwelcome", "the toy does not take this")
    total = state.total if state else 0
    text = f"heard: {poke.text}" if poke.text.startswith("long") else poke.text
    return (Counted(n=poke.n, total=total + 1, text=text, wait=poke.wait, fired=poke.text == "fired"),)


def evolve(state: Tally | None, fact: Message, at: datetime) -> Tally:
    match fact:
        case Counted(total=total, wait=None, fired=fired):
            return Tally(total=total, alarm=None if fired or state is None else state.alarm)
        case Counted(total=total, wait=float(wait)):
            return Tally(total=total, alarm=at + timedelta(seconds=wait))
        case _:
            return state or Tally()


def timer(state: Tally) -> NextTimer | None:
    return None if state.alarm is None else NextTimer(state.alarm, "alarm")


def fired(_: NextTimer) -> Poke:
    return Poke(n=-1, text="fired")


def with_foreign(work: Work) -> Work:
    """Foreign records are refused when they are not UTF-8, and said otherwise."""

    async def both(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        for item in items:
            if isinstance(item, Foreign) and (item.record.value is None or b"\xff" in item.record.value):
                raise Refused("not-text", "the value is not text")
            if not isinstance(item, Foreign) or item.record.value is None:
                continue
            if (texts := UNSTORABLE.get(item.record.value)) is not None:
                await transaction.connection.fetchval("select cardinality($1::text[])", texts)
            if item.record.value == b"too long for an index":
                await transaction.connection.execute(
                    "insert into heard (topic, partition, source, lane, sequence, id) values ('', 0, $1, $2, 0, '')",
                    secrets.token_hex(10_000),
                    item.lane,
                )
        outcome = await work(transaction, items)
        return Outcome(outcome.says, words=("taken",) * len(items), timers=outcome.timers)

    return both


def topic(name: str, kind: TopicKind, partitions: int = LANES, writer: str = "toy") -> Topic:
    return Topic(name, kind, (writer,), (), partitions, MappingProxyType({"max.message.bytes": "4194304"}), "toy")


def decider(said: str, outward: str) -> Decider[Tally, Poke]:
    """What the toy is made of."""

    def tell(_: Tally, fact: Message, __: Cause) -> Sequence[Tell]:
        return (Tell(outward, "all", fact),) if isinstance(fact, Counted) and fact.text == "outward" else ()

    return Decider(
        topic=said,
        state=TypeAdapter(Tally),
        react=react,
        decide=decide,
        evolve=evolve,
        tell=tell,
        timer=timer,
        fired=fired,
    )


def service(name: str, heard: str, said: str, outward: str, foreign: str) -> Service:
    """The toy as a service of its own topics."""
    made = decider(said, outward)
    topics = (
        topic(heard, TopicKind.INTERNAL),
        topic(said, TopicKind.INTERNAL, writer=name),
        topic(outward, TopicKind.PUBLIC, 1, writer=name),
        topic(foreign, TopicKind.INBOUND, 1),
    )
    inputs = (heard, foreign)
    return Service(
        name,
        inputs,
        topics,
        with_foreign(folding(made)),
        policy="toy-1",
        timers=precomputing(made),
        recall=recalling(made),
    )


if __name__ == "__main__":
    sys.exit(run(service(*sys.argv[1:6]), Settings()))
