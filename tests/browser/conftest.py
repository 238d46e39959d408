"""What tests in a browser stand on: the services that an act passes through, a browser, and calls that wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from typing import Final, TypeAlias

import aiohttp
import pytest
from playwright.async_api import Browser

from chassis.clock import Clock
from schemas.inbound import Register
from schemas.values import Contact, Kind, Party, PartyKind, Place
from tests.support.browser import Clerk, chromium
from tools.client.kafka import Voice, producer
from tools.local.instance import Instance
from tools.prepare.logins import trial_token

_SERVICES: Final = ("intake", "dispatch", "desk")
_HOTLINE: Final = Party(kind=PartyKind.HOTLINE)
_phones = count(13_600_000_000)

Call: TypeAlias = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    """The services run for as long as a module's tests."""
    system.start_services(_SERVICES)
    yield system
    system.stop(*_SERVICES)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def xu(browser: Browser, running: Instance) -> Clerk:
    """A dispatcher, who has the queue open."""
    return await Clerk.at_work(browser, running, "徐文珏", "/queue")


@pytest.fixture
def call(running: Instance) -> Call:
    """Somebody calls; returns the ticket once it waits for a dispatcher."""

    async def said(text: str) -> str:
        phone = str(next(_phones))
        text = f"{text}，来电{phone[-4:]}"
        report = Register(kind=Kind.COMPLAIN, contact=Contact(phone=phone), place=Place(text="四平路100号"), text=text)
        async with producer(running.broker("hotline")) as sender:
            await Voice(sender, _HOTLINE, "test", Clock.parse(running.clock).now).say(report)
        headers = {"Authorization": f"Bearer {trial_token(running.secrets, 'p-xu')}"}
        async with asyncio.timeout(30), aiohttp.ClientSession(running.url("desk_http"), headers=headers) as web:
            while True:
                async with web.get("/v1/tasks?task=dispatching&limit=1000") as answer:
                    for each in (await answer.json())["tasks"]:
                        if each["text"] == text:
                            return str(each["ticket"])
                await asyncio.sleep(0.1)

    return said
