"""A live queue stays open and costs the door at each change: one person has a few of them, and all together so many."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from rulebook import Policy
from services.desk.edges.pages.live import STREAMS
from tests.support.security.doors import Browser, Doors

MOST = 10


async def test_one_person_keeps_no_more_live_queues_than_a_browser_opens(doors: Doors, policy: Policy) -> None:
    async with (
        doors.desk(policy) as door,
        Browser.at(door) as own,
        Browser.at(door) as other,
        AsyncExitStack() as open_,
    ):
        await own.logs_in(doors)
        await other.logs_in(doors, "沈知远")
        # given as many as one person may have
        lives = [await open_.enter_async_context(own.web.get("/queue/events")) for _ in range(MOST)]
        assert {live.content_type for live in lives} == {"text/event-stream"}
        # when the same person opens another, then it is refused with what to do, and the page goes on without
        async with own.web.get("/queue/events") as refused:
            assert refused.status == 429
            assert f"已打开{MOST}个" in await refused.text()
        assert await own.where("/queue") == ""
        # and nobody else is held up
        async with other.web.get("/queue/events") as live:
            assert live.content_type == "text/event-stream"
        # and where one is closed there is room again
        lives[0].close()

        async def has_room() -> bool:
            async with own.web.get("/queue/events") as live:
                return live.status == 200

        async with asyncio.timeout(5):
            while not await has_room():
                pass


async def test_all_together_keep_no_more_than_the_door_bears(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as door, Browser.at(door) as own, Browser.at(door) as other:
        door.app[STREAMS].of_the_door = 1
        await own.logs_in(doors)
        await other.logs_in(doors, "沈知远")
        async with own.web.get("/queue/events") as live, other.web.get("/queue/events") as refused:
            assert (live.status, refused.status) == (200, 503)
            assert "暂不自动更新" in await refused.text()
