"""The chassis's own tables: one function per statement, all of them set-based."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.packing import packed, said, unpacked
from chassis.service import Connection, DeadLetter, Instant, Record
from schemas.envelope import Envelope
from sealing.records import RecordSeal

TopicPartition = tuple[str, int]
"""A topic and one of its partitions."""


class Event(NamedTuple):
    """One row of the events table: all that its Kafka message consists of, and where it goes."""

    lane: str
    number: int
    topic: str
    partition: int
    sequence: int
    outward: bool
    key: str
    id: str | UUID
    type: str
    time: Instant
    correlation: str
    causation: str
    policy: str
    traceparent: str
    body: str
    recorded: Instant

    def headers(self, service: str) -> list[tuple[str, bytes]]:
        """The CloudEvents headers of the message, the same however often it is published."""
        lane, _, _, _, sequence, _, key, id_, type_, time, correlation, causation, policy, traceparent, _, _ = self
        source = f"liuhen/{service}/{lane}"
        return Envelope(
            str(id_), source, type_, time, key, sequence, correlation, causation, policy, traceparent
        ).headers()


_BODY: Final = Event._fields.index("body")
_KEPT: Final = tuple("packed" if name == "body" else name for name in Event._fields)


def event_columns(row: str = "") -> str:
    """The SQL of an event's columns, as `event_of` reads them; `row` names the table where several are read."""
    return ", ".join(said(row) if name == "body" else f"{row}.{name}" if row else name for name in Event._fields)


def event_of(row: Iterable[Any]) -> Event:
    """Read an event back from its row."""
    values = list(row)
    values[_BODY] = unpacked(values[_BODY])
    return Event(*values)


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into the columns that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


async def ping(connection: Connection) -> None:
    """Return when the database does its work; raises as any statement does when it does not."""
    await connection.execute("select 1")


async def create_lanes(connection: Connection, lanes: Mapping[str, Iterable[TopicPartition]]) -> None:
    """Make the rows of lanes and inputs that do not exist yet."""
    await connection.execute("select pg_advisory_xact_lock(hashtext(current_schema()))")
    for name, inputs in sorted(lanes.items()):
        await connection.execute("insert into lane (name) values ($1) on conflict do nothing", name)
        for topic, partition in inputs:
            await connection.execute(
                "insert into input (topic, partition, lane) values ($1, $2, $3) on conflict do nothing",
                topic,
                partition,
                name,
            )


async def lock_lanes(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    """Lock lanes, in order, for the rest of the transaction."""
    return await connection.fetch(
        "select name, now, turn, next_number, published, counters, paused from lane"
        " where name = any($1::text[]) order by name for update",
        names,
    )


async def load_inputs(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch("select * from input where lane = any($1::text[])", names)


async def load_heard(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch("select * from heard where lane = any($1::text[])", names)


async def load_positions(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch("select * from position where lane = any($1::text[])", names)


async def load_parked_keys(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch("select distinct lane, parked_key from parked where lane = any($1::text[])", names)


async def load_next_due(connection: Connection, names: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch(
        "select l.lane, (select min(due) from timer t where t.lane = l.lane and status = 'pending') as due"
        " from unnest($1::text[]) l(lane)",
        names,
    )


async def unpublished(connection: Connection, lane: str, limit: int) -> list[Event]:
    """The internal events of a lane after what is known to be published, in order."""
    rows = await connection.fetch(
        f"select {event_columns()} from event where lane = $1 and not outward"  # noqa: S608 - our own column names
        " and number > (select published from lane where name = $1) order by number limit $2",
        lane,
        limit,
    )
    return [event_of(row) for row in rows]


async def unpublished_outward(connection: Connection, lanes: Sequence[str], topic: str, limit: int) -> list[Event]:
    """The events for outsiders of one topic after what is known to be published, in order per lane."""
    rows = await connection.fetch(
        f"select {event_columns('e')}"  # noqa: S608 - our own column names
        " from unnest($1::text[]) l(lane) left join outlet o on o.lane = l.lane and o.topic = $2"
        " cross join lateral (select * from event e where e.outward and e.topic = $2 and e.lane = l.lane"
        " and e.number > coalesce(o.published, 0) order by e.number limit $3) e order by e.lane, e.number",
        lanes,
        topic,
        limit,
    )
    return [event_of(row) for row in rows]


async def outward_topics(connection: Connection, lanes: Sequence[str]) -> list[tuple[str, str]]:
    """Every (lane, topic for outsiders) that has something unpublished."""
    rows = await connection.fetch(
        "select p.lane, p.topic from (select distinct lane, topic from position where lane = any($1::text[])) p"
        " where exists (select from event e where e.outward and e.topic = p.topic and e.lane = p.lane and e.number >"
        " coalesce((select published from outlet o where o.lane = p.lane and o.topic = p.topic), 0))",
        lanes,
    )
    return [(row["lane"], row["topic"]) for row in rows]


async def insert_events(connection: Connection, events: Sequence[Event]) -> None:
    """Append events; copied, which costs half of what an insert does."""
    rows = [(*event[:_BODY], packed(event.body), *event[_BODY + 1 :]) for event in events]
    await connection.copy_records_to_table("event", records=rows, columns=_KEPT)


async def update_lanes(
    connection: Connection,
    lanes: Iterable[tuple[str, Instant, int, int, Mapping[str, int], str | None]],
    inputs: Iterable[tuple[str, int, int, int]],
    heard: Iterable[tuple[str, int, str, str, int, str, bool]],
    positions: Iterable[tuple[str, str, int, int]],
) -> None:
    """Write what a transaction did to its lanes, next offsets, heard sequences and positions, in one statement."""
    rows = [
        (name, now, number, published, json.dumps(counters), paused)
        for name, now, number, published, counters, paused in lanes
    ]
    await connection.execute(
        "with closed as (update lane l set turn = l.turn + 1, now = x.now, next_number = x.number,"
        "   published = greatest(l.published, x.published), counters = x.counters, paused = x.paused"
        "   from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::jsonb[], $6::text[])"
        "   x(name, now, number, published, counters, paused) where l.name = x.name),"
        " advanced as (update input i set next_offset = x.o, failures = x.f"
        "   from unnest($7::text[], $8::int[], $9::bigint[], $10::int[]) x(t, p, o, f)"
        "   where i.topic = x.t and i.partition = x.p),"
        " listened as (insert into heard (topic, partition, source, lane, sequence, id, mending)"
        "   select * from unnest($11::text[], $12::int[], $13::text[], $14::text[], $15::bigint[], $16::text[],"
        "   $17::bool[])"
        "   on conflict (topic, partition, source) do update"
        "   set sequence = excluded.sequence, id = excluded.id, mending = excluded.mending)"
        " insert into position (lane, topic, partition, sequence)"
        "   select * from unnest($18::text[], $19::text[], $20::int[], $21::bigint[])"
        "   on conflict (lane, topic, partition) do update set sequence = excluded.sequence",
        *columns(rows, 6),
        *columns(inputs, 4),
        *columns(heard, 7),
        *columns(positions, 4),
    )


async def save_published(connection: Connection, published: Mapping[str, int]) -> None:
    """Remember how far lanes are published; it only grows, so whoever says it last does no harm."""
    await connection.execute(
        "update lane l set published = greatest(l.published, x.p) from unnest($1::text[], $2::bigint[]) x(name, p)"
        " where l.name = x.name and x.p < l.next_number",
        list(published),
        list(published.values()),
    )


async def save_reached(connection: Connection, reached: Mapping[TopicPartition, int]) -> None:
    """Remember up to where topics are known to hold what is recorded; it only grows."""
    if reached:
        await connection.execute(
            "insert into reached (topic, partition, next_offset) select * from unnest($1::text[], $2::int[],"
            " $3::bigint[]) x(topic, partition, next_offset) order by topic, partition on conflict (topic, partition)"
            " do update set next_offset = greatest(reached.next_offset, excluded.next_offset)",
            *columns([(*tp, offset) for tp, offset in reached.items()], 3),
        )


async def load_reached(connection: Connection) -> dict[TopicPartition, int]:
    rows = await connection.fetch("select topic, partition, next_offset from reached")
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def all_positions(connection: Connection) -> dict[tuple[str, str, int], int]:
    """The last sequence number that each lane used for each partition, by lane, topic and partition."""
    rows = await connection.fetch("select lane, topic, partition, sequence from position")
    return {(row["lane"], row["topic"], row["partition"]): row["sequence"] for row in rows}


async def save_outbox_positions(connection: Connection, published: Mapping[tuple[str, str], int]) -> None:
    """Remember how far topics for outsiders are published."""
    await connection.execute(
        "insert into outlet (lane, topic, published) select * from unnest($1::text[], $2::text[], $3::bigint[])"
        " on conflict (lane, topic) do update set published = greatest(outlet.published, excluded.published)",
        [lane for lane, _ in published],
        [topic for _, topic in published],
        list(published.values()),
    )


def place_of(topic: str, partition: int, offset: int) -> tuple[str, str, str]:
    """The place of a record, as its value is sealed for."""
    return topic, str(partition), str(offset)


def _raw(record: Record, seal: RecordSeal) -> tuple[bytes | None, bytes | None, list[str], list[bytes]]:
    value = seal.sealed(record.value, *place_of(*record[:3]))
    return record.key, value, [name for name, _ in record.headers], [value for _, value in record.headers]


async def insert_dead_letters(
    connection: Connection, letters: Iterable[DeadLetter], at: Instant, seal: RecordSeal
) -> None:
    """Put records aside for good, each value sealed."""
    await connection.executemany(
        'insert into dead_letter (topic, partition, "offset", lane, reason, detail, subject, key, value, header_names,'
        " header_values, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
        [
            (
                *letter.record[:3],
                letter.lane,
                letter.reason,
                letter.detail,
                letter.subject,
                *_raw(letter.record, seal),
                at,
            )
            for letter in letters
        ],
    )


async def park(connection: Connection, parked: Iterable[tuple[str, DeadLetter]], at: Instant, seal: RecordSeal) -> None:
    """Put records aside under the key that waits, each value sealed; `place` keeps their order."""
    await connection.executemany(
        'insert into parked (topic, partition, "offset", lane, parked_key, reason, detail, key, value, header_names,'
        " header_values, appended, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " on conflict do nothing",
        [
            (
                *letter.record[:3],
                letter.lane,
                key,
                letter.reason,
                letter.detail,
                *_raw(letter.record, seal),
                letter.record.timestamp,
                at,
            )
            for key, letter in parked
        ],
    )


async def unpublished_dead_letters(
    connection: Connection, lanes: Sequence[str], limit: int, most: int
) -> list[asyncpg.Record]:
    """Dead letters to be published, in order, without the value where it has more than `most` bytes, and its `size`."""
    return await connection.fetch(
        'select topic, partition, "offset", reason, detail, key,'
        " case when octet_length(value) <= $3 then value end as value,"
        " octet_length(value) as size, header_names, header_values, at"
        ' from dead_letter where lane = any($1::text[]) and not published order by topic, partition, "offset" limit $2',
        lanes,
        limit,
        most,
    )


async def dead_value(connection: Connection, topic: str, partition: int, offset: int) -> bytes | None:
    """The value of one dead letter, however large it is."""
    value: bytes | None = await connection.fetchval(
        'select value from dead_letter where topic = $1 and partition = $2 and "offset" = $3', topic, partition, offset
    )
    return value


async def count_dead_letters(connection: Connection, lanes: Sequence[str]) -> list[asyncpg.Record]:
    return await connection.fetch(
        "select topic, reason, count(*) as letters from dead_letter where lane = any($1::text[]) group by 1, 2", lanes
    )


async def mark_dead_letters_published(connection: Connection, letters: Sequence[tuple[str, int, int]]) -> None:
    await connection.execute(
        "update dead_letter d set published = true from unnest($1::text[], $2::int[], $3::bigint[]) x(t, p, o)"
        ' where d.topic = x.t and d.partition = x.p and d."offset" = x.o',
        *columns(letters, 3),
    )


async def records_to_replay(connection: Connection, lane: str) -> list[asyncpg.Record]:
    """The parked records of a lane that an operator wants to be heard again, in the order in which they came."""
    return await connection.fetch("select * from parked where lane = $1 and replay order by place", lane)


async def lanes_to_replay(connection: Connection, lanes: Sequence[str]) -> list[str]:
    rows = await connection.fetch("select distinct lane from parked where replay and lane = any($1::text[])", lanes)
    return [row["lane"] for row in rows]


async def unpark(connection: Connection, records: Iterable[Record]) -> None:
    await connection.execute(
        "delete from parked d using unnest($1::text[], $2::int[], $3::bigint[]) x(t, p, o)"
        ' where d.topic = x.t and d.partition = x.p and d."offset" = x.o',
        *columns([record[:3] for record in records], 3),
    )


async def end_replay(connection: Connection, lane: str) -> None:
    """What is still parked stays parked until it is asked for again."""
    await connection.execute("update parked set replay = false where lane = $1 and replay", lane)


async def running(connection: Connection, lanes: Sequence[str]) -> list[str]:
    """Those of these lanes that are not paused."""
    rows = await connection.fetch("select name from lane where name = any($1::text[]) and paused is null", lanes)
    return [row["name"] for row in rows]


async def save_log_ids(connection: Connection, inputs: Iterable[tuple[str, int, str, str]]) -> None:
    """Note which log the next offset of an input belongs to."""
    await connection.execute(
        "update input i set cluster_id = x.c, topic_id = x.i from unnest($1::text[], $2::int[], $3::text[], $4::text[])"
        " x(t, p, c, i) where i.topic = x.t and i.partition = x.p and i.topic_id is null",
        *columns(inputs, 4),
    )


async def pause(connection: Connection, lane: str, words: str) -> None:
    await connection.execute("update lane set paused = $2 where name = $1", lane, words)


def record_of(row: asyncpg.Record, seal: RecordSeal) -> Record:
    """Rebuild the record that a parked or dead row keeps, its value opened."""
    headers = tuple(zip(row["header_names"], row["header_values"], strict=True))
    moment = row["appended"] if "appended" in row else row["at"]
    place = row["topic"], row["partition"], row["offset"]
    return Record(*place, row["key"], seal.opened(row["value"], *place_of(*place)), headers, moment)
