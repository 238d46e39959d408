"""What many pages ask at one moment is read once, and nobody is told what was so before they saw a change."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest

from services.desk.edges.pages.live import Feed, Horizon, News, SessionCheck
from services.desk.edges.pages.together import Together


class Reading:
    """Tells how often it was read."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        return self.times


async def test_what_many_ask_at_one_moment_is_read_once() -> None:
    together, reading = Together(), Reading()
    assert await asyncio.gather(*(together.read("counts", reading) for _ in range(200))) == [1] * 200


async def test_after_a_change_it_is_read_anew() -> None:
    horizon, reading = Horizon(), Reading()
    first = [await horizon.shared("counts", reading) for _ in range(2)]
    await horizon.move(7)
    assert [*first, await horizon.shared("counts", reading)] == [1, 1, 2]


async def test_what_could_not_be_read_is_read_anew_for_whoever_asks_next() -> None:
    async def fail() -> NoReturn:
        raise ConnectionError

    together, reading = Together(), Reading()
    with pytest.raises(ConnectionError):
        await together.read("counts", fail)
    assert await together.read("counts", reading) == 1


async def test_who_listens_is_not_looked_up_at_each_change_but_when_a_session_ended() -> None:
    horizon, asked = Horizon(), []

    async def may_hear() -> bool:
        asked.append(horizon.ended)
        return horizon.ended == 0

    async def read(_since: int, _until: int) -> News:
        return News({}, {})

    feed = Feed("office", "p-xu", may_hear, read, lambda _: {})
    check = SessionCheck(feed, horizon)
    assert [await check.may_still_hear() for _ in range(50)] == [True] * 50
    assert asked == [0]
    # when somebody logs out at any door
    horizon.ended = 12
    assert not await check.may_still_hear()
