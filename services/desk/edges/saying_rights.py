"""Rights are facts: before the door opens under other rights than before, it notes them, and then says so."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from chassis.failures import transient
from chassis.service import EdgeContext, Pool
from doors.entering import ENTRANCE
from rulebook import Policy
from rulebook.rights import change, folded
from schemas.registry import RULES
from schemas.rules import RightsChanged
from schemas.values import Person
from services.desk.core import rules
from services.desk.core.rules import RulesChange
from services.desk.edges.keys import CONTEXT

APPLIED_BY: Final = web.AppKey("applied_by", str)
"""Who applied the policy, as the door's surroundings say."""
NOBODY: Final = Person(id="unnamed", name="未署名")
_AGAIN: Final = 2.0
_log: Final = structlog.get_logger()


async def saying(app: web.Application) -> AsyncIterator[None]:
    """Note what changed before anybody comes in, and tell it until the broker has it."""
    context, policy = app[CONTEXT], app[ENTRANCE].policy
    await note(context.pool, policy, _named(policy, app[APPLIED_BY]), context.clock.now())
    teller = asyncio.create_task(_tell(context, policy))
    yield
    teller.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await teller


def _named(policy: Policy, said: str) -> Person:
    found = policy.person(said)
    return Person(id=said, name=found.name if found else said) if said else NOBODY


async def note(pool: Pool, policy: Policy, by: Person, at: datetime) -> None:
    """Note what a policy makes of the rights that were said last; of several workers that begin at once one does."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("lock table said_rights in share row exclusive mode")
        rows = await connection.fetch("select body::text from said_rights order by number")
        before = folded(RightsChanged.model_validate_json(body) for (body,) in rows)
        digest = hashlib.sha256(policy.version.encode()).hexdigest()[:8]
        changed = change(before, policy, by, f"rights-{at:%Y%m%d%H%M%S%f}-{digest}")
        if changed is not None:
            await connection.execute(
                "insert into said_rights (version, at, policy, body) values ($1, $2, $3, $4::text::json)",
                *(changed.version, at, policy.version, changed.to_json().decode()),
            )


async def _tell(context: EdgeContext, policy: Policy) -> None:
    while True:
        try:
            await tell(context, policy)
        except Exception as error:
            if not transient(error):
                raise
            _log.warning("rights not told yet", error=type(error).__name__)
        else:
            return
        await asyncio.sleep(_AGAIN)


async def tell(context: EdgeContext, policy: Policy) -> None:
    """Say what was noted and is not known to be said; said twice, it is one fact of its source."""
    rows = await context.pool.fetch("select version, at, body::text from said_rights where not told order by number")
    for version, at, body in rows:
        fact = RightsChanged.model_validate_json(body)
        envelope, *_ = rules.copies(RulesChange(fact, version), at, policy, 1)
        key = rules.kind_of(fact).encode()
        await context.publish(RULES, key, fact.to_json(), envelope.headers(), partition=0)
        await context.pool.execute("update said_rights set told = true where version = $1", version)
