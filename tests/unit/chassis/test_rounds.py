"""What a service does beside its lanes goes on when a server was away, and ends with a bug."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from chassis.rounds import rounds


class _OverError(Exception):
    """What no server says: a bug."""


async def test_a_server_that_is_away_costs_a_round_and_a_bug_ends_them_all() -> None:
    # given a database that is away at the second round
    said: Iterator[Exception | None] = iter((None, ConnectionRefusedError(), None, _OverError()))
    done = 0

    async def once() -> None:
        nonlocal done
        done += 1
        if (error := next(said)) is not None:
            raise error

    # then the third comes nevertheless, and only a bug is the end
    with pytest.raises(_OverError):
        await rounds(once, 0)
    assert done == 4


async def test_nothing_is_done_between_two_rounds() -> None:
    done = 0

    async def once() -> None:
        nonlocal done
        done += 1

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(rounds(once, 3600), 0.05)
    assert done == 1
