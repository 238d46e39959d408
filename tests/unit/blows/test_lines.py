"""A line passes on what is said, and is harmed as it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.lines import Harm, Lines
from tools.local.ports import HOST, free_ports

NAME = "caller/echo"


class Call(NamedTuple):
    """A call to somebody who repeats what is said."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, words: bytes) -> None:
        self.writer.write(words)

    async def hears(self, words: bytes) -> bool:
        return await self.reader.readexactly(len(words)) == words


@pytest.fixture
def lines() -> Iterator[Lines]:
    with Lines() as lines:
        yield lines


@asynccontextmanager
async def call(lines: Lines) -> AsyncIterator[Call]:
    over = asyncio.Event()

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(100_000):
                writer.write(data)
        await hung_up(writer)
        over.set()

    ports = free_ports(["near", "far"])
    async with await asyncio.start_server(repeat, HOST, ports["far"]):
        lines.lay(NAME, ports["near"], ports["far"])
        reader, writer = await asyncio.open_connection(HOST, ports["near"])
        try:
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            yield Call(reader, writer)
        finally:
            lines.harm(NAME, None)
            await hung_up(writer)
            await over.wait()


def open_files() -> int:
    """How many files and connections this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def hung_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_what_is_said_comes_as_it_was_said(lines: Lines) -> None:
    async with call(lines) as its:
        words = bytes(range(256)) * 40_000
        its.say(words)
        assert await its.hears(words)


async def test_on_a_delayed_line_all_comes_later_and_in_order(lines: Lines) -> None:
    async with call(lines) as its:
        lines.harm(NAME, Harm.DELAYED)
        began = time.monotonic()
        its.say(b"one")
        assert await its.hears(b"one")
        assert time.monotonic() - began >= 2 * 0.2
        # what comes after the line is whole again does not overtake
        its.say(b"two")
        lines.harm(NAME, None)
        its.say(b"three")
        assert await its.hears(b"twothree")


async def test_what_is_said_on_a_frozen_line_comes_once_it_thaws(lines: Lines) -> None:
    async with call(lines) as its:
        lines.harm(NAME, Harm.FROZEN)
        its.say(b"one")
        answer = asyncio.ensure_future(its.hears(b"one"))
        assert not (await asyncio.wait([answer], timeout=0.1))[0]
        lines.harm(NAME, None)
        assert await answer


async def test_what_is_dropped_is_gone_and_who_spoke_meanwhile_is_cut_off(lines: Lines) -> None:
    async with call(lines) as its:
        lines.harm(NAME, Harm.DROPPED)
        its.say(b"one")
        answer = asyncio.ensure_future(its.reader.read(1))
        assert not (await asyncio.wait([answer], timeout=0.1))[0]
        lines.harm(NAME, None)
        with pytest.raises(ConnectionError):
            await answer


async def test_a_line_that_is_cut_is_cut_for_those_who_are_on_it(lines: Lines) -> None:
    async with call(lines) as its:
        lines.harm(NAME, Harm.RESET)
        with pytest.raises(ConnectionError):
            await its.reader.read(1)


async def test_a_half_closed_line_is_silent_on_one_side(lines: Lines) -> None:
    async with call(lines) as its:
        lines.harm(NAME, Harm.HALF_CLOSED)
        assert await its.reader.read(1) == b""
        # and what the far end says to it is lost
        its.say(b"one")
        its.writer.write_eof()
        assert await its.reader.read(1) == b""


async def test_a_call_that_both_sides_have_ended_is_not_kept_open(lines: Lines) -> None:
    async with call(lines) as its:
        before = open_files()
        its.writer.write_eof()
        assert await its.reader.read(1) == b""
        # then both ends of the line are gone, and that of the far party
        async with asyncio.timeout(60):
            while open_files() > before - 3:  # noqa: ASYNC110 - the line is in another thread
                await asyncio.sleep(0.01)


async def test_who_hung_up_while_all_was_dropped_is_hung_up_on_afterwards(lines: Lines) -> None:
    async with call(lines) as its:
        before = open_files()
        lines.harm(NAME, Harm.DROPPED)
        its.writer.write_eof()
        answer = asyncio.ensure_future(its.reader.read(1))
        assert not (await asyncio.wait([answer], timeout=0.1))[0]
        lines.harm(NAME, None)
        with pytest.raises(ConnectionError):
            await answer
        async with asyncio.timeout(60):
            while open_files() > before - 3:  # noqa: ASYNC110 - the line is in another thread
                await asyncio.sleep(0.01)


async def test_nobody_at_the_far_end_is_told_at_once(lines: Lines) -> None:
    ports = free_ports(["near", "far"])
    lines.lay(NAME, ports["near"], ports["far"])

    async def calls() -> None:
        reader, writer = await asyncio.open_connection(HOST, ports["near"])
        try:
            await reader.readexactly(1)
        finally:
            await hung_up(writer)

    with pytest.raises(ConnectionError):
        await calls()
