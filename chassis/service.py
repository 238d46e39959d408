"""What a service is made of, and what it sees of the world while it decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

from schemas.envelope import Envelope
from schemas.message import Message
from schemas.registry import Topic

if TYPE_CHECKING:
    import asyncpg
    import asyncpg.pool

    from chassis.clock import Clock
    from chassis.contacts import Naming, Vault
    from chassis.published_tail import PublishedTail
    from schemas.sealed import Veil
    from sealing.records import RecordSeal

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Instant: TypeAlias = datetime
"""Always aware."""
MOST_AT_ONCE: Final = 2_000
"""Of what no record brings, so much in one transaction: whoever comes next waits for no more."""


class Record(NamedTuple):
    """One message as it came from Kafka; `timestamp` is the moment at which the broker appended it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp: Instant


class Cause(NamedTuple):
    """What makes something happen: its id, the story that it belongs to, and the moment by which it is judged."""

    id: str
    correlation: str
    time: Instant
    traceparent: str = ""


class Foreign(NamedTuple):
    """A record from outside that nobody has read yet, and the lane that it came in on."""

    lane: str
    record: Record


class Heard(NamedTuple):
    """A record of one of our own topics, read, and the lane that it came in on."""

    lane: str
    record: Record
    envelope: Envelope
    message: Message

    @property
    def cause(self) -> Cause:
        """The lineage that whatever follows from this record inherits."""
        envelope = self.envelope
        return Cause(envelope.id, envelope.correlation, envelope.time, envelope.traceparent)


class Say(NamedTuple):
    """One message to publish: decided under the lock of `lane`, keyed by `key`, caused by `cause`.

    `veil` hides what its texts must not say when it leaves.
    """

    lane: str
    topic: str
    key: str
    message: Message
    cause: Cause
    veil: Veil | None = None


class Tell(NamedTuple):
    """A further topic that hears of a fact, besides the service's own; `veil` as in `Say`."""

    topic: str
    key: str
    message: Message
    veil: Veil | None = None


class DeadLetter(NamedTuple):
    """A record that could not be taken: `reason` is a machine's word, `detail` a person's, without personal data."""

    lane: str
    record: Record
    reason: str
    detail: str
    subject: str | None = None


@dataclass(slots=True)
class Lane:
    """An open lane, under its lock.

    `counters` are written back; `now` never steps back; timers fire up to `horizon`, if there is one; `cache` lasts
    for as long as nobody else wrote in the lane, so that what is cached in it is what the database says.
    """

    name: str
    now: Instant
    counters: dict[str, int]
    horizon: Instant | None = None
    cache: dict[str, Any] = field(default_factory=dict)


class NextTimer(NamedTuple):
    """The one timer that a state waits for; the name tells two of the same moment apart."""

    due: Instant
    name: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One lane transaction, seen from the work done inside it: its connection and the lanes that it has locked.

    Of what no record brings (timers, outcomes of effects outside) it takes at most `at_once`. Records that are put
    aside are kept under `seal`; `contacts` opens contacts where the service may. While a restored service hears again
    what it answered already, `tail` is what it said then: nothing is decided anew.
    """

    connection: Connection
    lanes: Mapping[str, Lane]
    seal: RecordSeal
    at_once: int = MOST_AT_ONCE
    contacts: Vault | None = None
    tail: PublishedTail | None = None


@dataclass(frozen=True, slots=True)
class TimerChanges:
    """What a transaction did to timers: the earliest one set in each lane, and how late each fired one was."""

    armed: Mapping[str, Instant] = field(default_factory=dict)
    fired: Sequence[tuple[str, Instant]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work decided: what to say, in order, what could not be taken, and one word per item for the log."""

    says: Sequence[Say] = ()
    dead_letters: Sequence[DeadLetter] = ()
    words: Sequence[str] = ()
    timers: TimerChanges = TimerChanges()


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """Raised by work that cannot take one record: the record becomes a dead letter (internal: parks its ticket)."""

    def __init__(self, reason: str, detail: str) -> None:
        """`reason` is a machine's word, `detail` a person's; neither holds personal data."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


Work: TypeAlias = Callable[[Transaction, Sequence[Heard | Foreign]], Awaitable[Outcome]]
"""All that a service does, inside the transaction. Items are in order per lane; none at all means: look at timers."""


class Fact(NamedTuple):
    """A fact that the service said itself, and why."""

    lane: str
    key: str
    message: Message
    cause: Cause


class Recall(NamedTuple):
    """How a service that remembers by folding its own facts takes them from its topic: what `work` would have done."""

    topic: str
    work: Callable[[Transaction, Sequence[Fact]], Awaitable[Outcome]]


def place_in_cause(topic: str, partition: int, offset: int) -> str:
    """How the cause of what follows from a record of outsiders ends: with the place of that record."""
    return f"@{topic}/{partition}/{offset}"


class Publisher(Protocol):
    """Puts a message on a topic and returns when the broker has acknowledged it; the key says where, unless told."""

    async def __call__(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]],
        *,
        partition: int | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class EdgeContext:
    """What an edge may use: the service's database, the clock, and a producer that waits for the broker."""

    pool: Pool
    clock: Clock
    publish: Publisher


Edge: TypeAlias = Callable[[EdgeContext], Awaitable[None]]
"""Runs beside the lanes for as long as the service runs; cancelled at its end; an exception ends the process."""


Poll: TypeAlias = Callable[[Connection, Sequence[str]], Awaitable[Sequence[str]]]
"""Tells in which of these lanes the database holds something for the work that came by no topic; asked every second."""


Precompute: TypeAlias = Callable[[Connection, Sequence[Lane], Instant], Awaitable[bool]]
"""Works out a little of what falls due by a moment, while nothing else is to be done; tells whether more is left."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its composition root describes it; `name` is also its schema, its role and its consumer group.

    `inputs` are names of `topics`. Each partition of a topic that outsiders write or read is a lane of its own, and its
    records are read by the work itself.
    `hears` are the types of our own messages that the work looks at, all by default: others are counted, not read.
    A service whose states want timers says in `timers` how it looks ahead. One that may open contacts does so by
    `contacts`; to any other they are masks. Contacts in what is said are put down where `naming` tells how.
    `recall` is how its states are taken from its own topic where the database was restored from an older copy; without
    it what it hears is decided again, and recognised by what it said then.
    """

    name: str
    inputs: Sequence[str]
    topics: Sequence[Topic]
    work: Work
    policy: str = ""
    timers: Precompute | None = None
    migrations: Path | None = None
    edges: Sequence[Edge] = ()
    poll: Poll | None = None
    hears: frozenset[type[Message]] | None = None
    contacts: Vault | None = None
    naming: Naming | None = None
    recall: Recall | None = None
