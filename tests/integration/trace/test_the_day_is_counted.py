"""The board counts as closed what was closed: not what was merged, withdrawn or refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.service import Pool
from schemas import dispatch as d
from schemas.values import Actor
from services.trace.edges.browser import looking

BY = Actor(by_rule="test")


async def test_what_was_merged_or_withdrawn_today_is_not_closed_today(story: Any, ear: Any, pool: Pool) -> None:
    # given a ticket that ended without being closed, and one that was closed
    begin = story.now
    await ear.hear(story.registered().tell(d.Merged(ticket=story.ticket, by=BY, into="26030200000025", reason="重复")))
    await ear.hear(type(story)("26030200000033", "1").registered(receipt="R0123456789AC").closed())

    until = begin + timedelta(days=30)
    assert (await looking.today(pool, begin - timedelta(days=1), until)).closed == 1
    assert (await looking.day(pool, begin - timedelta(days=1), until)).closed == 1
