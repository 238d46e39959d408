"""Against zombies: a worker that froze in the middle keeps its locks until somebody ends its session."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

from chassis.failures import transient
from chassis.service import Connection, Pool

T = TypeVar("T")
_log: Final = structlog.get_logger()


async def evicting_zombies(work: Coroutine[Any, Any, T], connection: Connection, pool: Pool, seconds: float) -> T:
    """Do work on a connection; whoever blocks it for longer than `seconds` loses its session."""
    pid = connection.get_server_pid()
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=seconds))[0]:
            await _end_blockers(pid, pool, seconds)
    except BaseException:
        task.cancel()
        await asyncio.wait({task})
        raise
    return task.result()


async def _end_blockers(pid: int, pool: Pool, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds), pool.acquire() as connection:
            ended = await connection.fetchval(
                "select count(*) from unnest(pg_blocking_pids($1)) blocker where pg_terminate_backend(blocker)", pid
            )
    except Exception as error:
        if not transient(error):
            raise
    else:
        if ended:
            _log.warning("ended sessions that held our lanes", sessions=ended)
