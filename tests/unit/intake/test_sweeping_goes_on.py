"""Whoever takes away what nobody named waits for a database that is away, and does not end the service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg

from chassis.broker import Broker
from chassis.clock import REAL
from chassis.publish import EdgeProducer
from chassis.service import EdgeContext
from doors.attachments.keeping import Folder
from rulebook import load_policy
from services.intake.edges.sweeping import sweep

NOWHERE = "postgresql://intake@127.0.0.1:1/liuhen"


async def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    limits = load_policy(Path("policy")).limits.attachments
    async with asyncpg.create_pool(NOWHERE, min_size=0) as pool:
        context = EdgeContext(pool, REAL, EdgeProducer(Broker("127.0.0.1:1", "intake", "")))
        sweeping = asyncio.ensure_future(sweep(Folder(tmp_path), limits)(context))
        ended, _ = await asyncio.wait({sweeping}, timeout=1.0)
        assert ended == set(), sweeping.exception()
        sweeping.cancel()
        await asyncio.wait({sweeping})
