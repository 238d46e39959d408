"""What operators do to lanes: each is one change in the database that the lane's worker notices within a second."""

from __future__ import annotations

from typing import NamedTuple

from chassis.contacts import Vault
from chassis.publish import Producer, wires
from chassis.service import Connection
from chassis.store import Event, TopicPartition, event_columns, event_of

_AT_ONCE = 1_000


async def resume(connection: Connection, lane: str) -> bool:
    """Let a paused lane go on, its cause being out of the way; tells whether it was paused."""
    done = await connection.execute("update lane set paused = null where name = $1 and paused is not null", lane)
    return done == "UPDATE 1"


async def mend(connection: Connection, topic: str, partition: int, source: str) -> None:
    """Let the lane of an own topic skip what follows a gap until the missing message of a source comes again.

    To be called before the producer's service republishes from the missing message on.
    """
    async with connection.transaction():
        lane = await connection.fetchval(
            "select lane from input where topic = $1 and partition = $2 for update", topic, partition
        )
        await connection.execute(
            "insert into heard (topic, partition, source, lane, sequence, id, mending)"
            " values ($1, $2, $3, $4, 0, '', true)"
            " on conflict (topic, partition, source) do update set mending = true",
            topic,
            partition,
            source,
            lane,
        )
        await resume(connection, lane)


class Sender(NamedTuple):
    """Who sends again: for which service, and what opens the contacts that outsiders are told."""

    producer: Producer
    service: str
    contacts: Vault | None


async def republish(
    connection: Connection,
    sender: Sender,
    tp: TopicPartition,
    lane: str,
    first: int,
) -> int:
    """Send a lane's recorded events of a topic's partition again, from a sequence number on; tells how many."""
    sent, (topic, partition) = 0, tp
    while events := await _recorded(connection, lane, topic, partition, first + sent):
        await sender.producer.send(await wires(events, sender.service, sender.contacts, connection))
        sent += len(events)
    return sent


async def _recorded(connection: Connection, lane: str, topic: str, partition: int, first: int) -> list[Event]:
    rows = await connection.fetch(
        f"select {event_columns()} from event"  # noqa: S608 - our own column names
        " where lane = $1 and topic = $2 and partition = $3 and sequence >= $4 order by sequence limit $5",
        lane,
        topic,
        partition,
        first,
        _AT_ONCE,
    )
    return [event_of(row) for row in rows]


async def rebase(connection: Connection, topic: str, partition: int, next_offset: int = 0) -> None:
    """Let an input go on in another log than before; on own topics `ce_sequence` drops what was heard."""
    async with connection.transaction():
        lane = await connection.fetchval(
            "update input set next_offset = $3, cluster_id = null, topic_id = null where topic = $1 and partition = $2"
            " returning lane",
            topic,
            partition,
            next_offset,
        )
        await resume(connection, lane)


async def replay(connection: Connection, key: str) -> int:
    """Let the parked records of a ticket be heard again, in order; tells how many there are."""
    rows = await connection.fetch("update parked set replay = true where parked_key = $1 returning place", key)
    return len(rows)
