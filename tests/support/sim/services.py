"""Two services of a made-up city: a door that takes what outsiders send, and a life that counts and has timers.

Both are made of pure functions and of the chassis, as the real ones are; they hear one another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, TypeAdapter

from chassis.decider import Decider
from chassis.fold import folding
from chassis.precompute import precomputing
from chassis.service import Cause, Foreign, Heard, Outcome, Refused, Say, Service, Tell, Transaction
from chassis.store import TopicPartition
from schemas.envelope import derived_id
from schemas.message import Message
from schemas.registry import Topic, TopicKind
from tests.support.chassis.toy import Counted, Poke, Tally, decide, evolve, fired, react, timer, topic

LANES: Final = 2
CALLS, DOOR, LIFE = "sim.calls", "sim.door", "sim.life"
ANSWERS, PUBLIC = "sim.answers", "sim.public"
TOPICS: Final[tuple[Topic, ...]] = (
    topic(CALLS, TopicKind.INBOUND, LANES),
    topic(DOOR, TopicKind.INTERNAL, LANES),
    topic(LIFE, TopicKind.INTERNAL, LANES),
    topic(ANSWERS, TopicKind.PUBLIC, 1),
    topic(PUBLIC, TopicKind.PUBLIC, 1),
)


class Answers(BaseModel):
    """What the door remembers of a key: how many answers it passed on."""

    total: int = 0


def _answered(state: Answers | None, heard: Counted, _: Cause) -> Sequence[Message]:
    total = state.total if state else 0
    return (Counted(n=heard.n, total=total + 1, fired=heard.fired),)


def _passed_on(_: Answers | None, fact: Message, __: datetime) -> Answers:
    return Answers(total=fact.total if isinstance(fact, Counted) else 0)


def _hears(heard: Heard) -> Sequence[tuple[str, Counted]]:
    return ((heard.envelope.subject, heard.message),) if isinstance(heard.message, Counted) else ()


ANSWERING: Final = Decider(topic=ANSWERS, state=TypeAdapter(Answers), react=_hears, decide=_answered, evolve=_passed_on)


def _told(_: Tally, fact: Message, __: Cause) -> Sequence[Tell]:
    return (Tell(PUBLIC, "all", fact),) if isinstance(fact, Counted) and fact.n % 2 == 0 else ()


COUNTING: Final = Decider(
    topic=LIFE,
    state=TypeAdapter(Tally),
    react=react,
    decide=decide,
    evolve=evolve,
    tell=_told,
    timer=timer,
    fired=fired,
)


async def _door(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
    taken = [_taken(item) for item in items if isinstance(item, Foreign)]
    outcome = await folding(ANSWERING)(transaction, [item for item in items if isinstance(item, Heard)])
    return Outcome([*taken, *outcome.says], words=("taken",) * len(items), timers=outcome.timers)


def _taken(item: Foreign) -> Say:
    try:
        said = json.loads(item.record.value or b"")
    except ValueError:
        raise Refused("not-text", "the value is not JSON") from None
    cause = Cause(derived_id("call", str(said["n"])), said["key"], item.record.timestamp)
    return Say(item.lane, DOOR, said["key"], Poke(n=said["n"], wait=said["wait"]), cause)


SERVICES: Final = {
    "door": Service("door", (CALLS, LIFE), TOPICS, _door, policy="sim-1"),
    "life": Service("life", (DOOR,), TOPICS, folding(COUNTING), policy="sim-1", timers=precomputing(COUNTING)),
}


def inputs_of(service: Service) -> list[TopicPartition]:
    """Every partition that a service reads."""
    partitions = {each.name: each.partitions for each in service.topics}
    return [(name, partition) for name in service.inputs for partition in range(partitions[name])]
