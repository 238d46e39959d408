"""The doctor looks at the real system: nothing to say of a sound one, and the next step where something is wrong."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import asyncpg

from tests.support.operations import Operations
from tools.local import workers


def _until_found(operations: Operations, about: str) -> list[dict[str, str]]:
    until = time.monotonic() + 60
    while not (found := [each for each in _findings(operations) if each["about"] == about]):
        assert time.monotonic() < until
    return found


def _findings(operations: Operations) -> list[dict[str, str]]:
    told: list[dict[str, str]] = json.loads(operations.run("doctor", "--json").stdout)
    return told


def test_a_dead_worker_is_found_with_what_waits_and_what_to_do(operations: Operations) -> None:
    # given a sound system
    assert [each for each in _findings(operations) if each["severity"] == "critical"] == []
    # when a service is dead and a call comes in
    workers.stop(operations.instance, "notify", at_once=True)
    operations.report(13_900_112_233)
    # then the doctor says so as soon as the broker misses it, and its exit code says how urgent it is
    (finding,) = _until_found(operations, "notify")
    assert "liuhen worker start notify" in finding["then"]
    assert operations.run("doctor").exit_code == 2
    # and once that was done it is sound again
    workers.start(operations.instance, "notify")
    assert all(each["severity"] != "critical" for each in _findings(operations))


def test_a_broken_promise_and_a_verify_of_long_ago_are_told(operations: Operations) -> None:
    # given a system that was verified two days ago, and not since
    dsn = operations.instance.postgres_dsn("trace")
    found = "insert into verified values (now() - $1::interval, now(), null, 3, $2::int, $2::int)"

    async def note(age: timedelta, broken: int) -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("delete from verified")
            await connection.execute(found, age, broken)
        finally:
            await connection.close()

    asyncio.run(note(timedelta(hours=48), 0))
    # then the doctor says what to run
    (late,) = _until_found(operations, "核验")
    assert "48 小时没有核验" in late["words"]
    assert "liuhen verify" in late["then"]
    # and what verify found today is told first
    asyncio.run(note(timedelta(), 2))
    (broken,) = _until_found(operations, "核验")
    assert (broken["severity"], broken["words"]) == ("critical", "最近一次发现 2 项承诺没有守住")
