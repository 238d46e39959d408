"""Rows of before bodies were packed, and packed ones, are read, published and covered alike."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from chassis import store
from tests.support.rows import words_of
from tools.local.database import Database

_AT = datetime(2026, 9, 14, 2, tzinfo=UTC)
_SAID = '{"text":"楼道里的灯不亮","ticket":"26091400427299"}'
_OF_BEFORE = (
    "insert into event (lane, number, topic, partition, sequence, outward, key, id, type, time, correlation, causation,"
    " policy, traceparent, body, recorded)"
    " values ('packing', 1, 't', 0, 1, false, 'k', gen_random_uuid(), 'x', $1, '', '', '', '', $2, $1)"
)


async def test_a_row_of_before_and_a_packed_one_are_read_alike(database: Database) -> None:
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "dispatch"})
    # given a lane with an event of before, and one of today
    await store.create_lanes(connection, {"packing": []})
    await connection.execute(_OF_BEFORE, _AT, _SAID)
    rest = ("t", 0, 2, False, "k", uuid4(), "x", _AT, "", "", "", "")
    await store.insert_events(connection, [store.Event("packing", 2, *rest, _SAID, _AT)])
    # when they are to be published
    events = await store.unpublished(connection, "packing", 10)
    # then both say it word for word, and today's row is packed
    assert [event.body for event in events] == [_SAID, _SAID]
    rows = await connection.fetch(
        "select body is null as gone, octet_length(packed) as bytes from event where lane = 'packing' order by number"
    )
    assert [row["gone"] for row in rows] == [False, True]
    assert rows[1]["bytes"] < len(_SAID.encode())
    assert sum("楼道里的灯不亮" in row for row in await words_of(connection, "event")) == 2
    # and a row says one thing
    with pytest.raises(asyncpg.CheckViolationError, match="event_said_once"):
        await connection.execute("update event set body = '{}' where lane = 'packing' and number = 2")
    await connection.close()
