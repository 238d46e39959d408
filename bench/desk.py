"""The office in the browser under load: two hundred people with live lists, beside twenty tickets a second."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import cycle, islice
from typing import Final

import aiohttp

from bench import cpu
from bench.figures import Figure, percentile
from bench.parties import SpeakingParties
from bench.place import Late
from chassis.http import SESSION
from rulebook import Policy, load_policy
from rulebook.codes import APART
from tools.local.instance import Announce, Instance
from tools.prepare.logins import trial_password

_PEOPLE: Final = 200
_A_SECOND: Final = 20
_AIM: Final = 300.0
_WAITING: Final = 300
"""Tickets that nobody answers, so that the lists are full."""
_OPEN_AT_ONCE: Final = 2_000
_TURNS: Final = 10.0
"""Seconds between two pages that one person opens; what changes on the open one is fetched besides, as browsers do."""
_TOKEN: Final = re.compile(r'name="token" value="([0-9a-f]+)"')
_ROW: Final = re.compile(r'id="row-([^"]+)"')
_LIVE: Final = re.compile(r'data-live="([^"]+)"')


@dataclass(slots=True)
class _Seen:
    """Milliseconds that pages and rows took, and what went wrong."""

    pages: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    changes: int = 0
    refused: int = 0


async def measure(instance: Instance, seconds: float, announce: Announce) -> list[Figure]:
    """How long a page takes while all of them are there and tickets come in."""
    instance.start_services()
    policy, seen = load_policy(instance.policy), _Seen()
    parties = SpeakingParties(instance, _OPEN_AT_ONCE, per_second=_A_SECOND)
    announce(f"The desk: {_WAITING} tickets to look at")
    await parties.call_without_answer(_WAITING)
    async with _sessions(instance, policy) as sessions:
        announce(f"The desk: {_PEOPLE} people and {_A_SECOND} tickets a second for {seconds:.0f} s")
        idle, began = cpu.spent(instance), time.perf_counter()
        people = [
            asyncio.create_task(_sit(web, home, seen, random.Random(place)))  # noqa: S311 - who opens a page when
            for place, (web, home) in enumerate(islice(cycle(sessions), _PEOPLE))
        ]
        tickets = int(seconds * _A_SECOND)
        await parties.play(tickets)
        took, spent = time.perf_counter() - began, cpu.since(instance, idle)
        for each in people:
            each.cancel()
        over = await asyncio.gather(*people, return_exceptions=True)
    await parties.close()
    instance.stop(*instance.plan.services)
    if gone := [each for each in over if not isinstance(each, asyncio.CancelledError)]:
        raise Late(f"{len(gone)} of {_PEOPLE} people had to leave: {gone[0]!r}")
    note = f"{_PEOPLE} live lists, {tickets / took:.0f} tickets/s closed, {len(seen.pages):,} pages"
    return [
        Figure("a page of the desk, 95 %", percentile(seen.pages, 0.95), "ms", _AIM, "less", note),
        Figure("… median", percentile(seen.pages, 0.5), "ms"),
        Figure(
            "… a row that changed, 95 %", percentile(seen.rows or [0.0], 0.95), "ms", note=f"{len(seen.rows):,} rows"
        ),
        Figure("… processor time of the desk", spent["desk"] / took, "cores", note=_shares(spent, took)),
        Figure("… pages that were not shown", seen.refused, "pages", 0, "less", f"{seen.changes:,} changes heard"),
    ]


def _shares(spent: Mapping[str, float], took: float) -> str:
    others = {name: seconds / took for name, seconds in spent.items() if name != "desk"}
    return ", ".join(f"{name} {cores:.2f}" for name, cores in sorted(others.items(), key=lambda each: -each[1]))


@contextlib.asynccontextmanager
async def _sessions(instance: Instance, policy: Policy) -> AsyncIterator[Sequence[tuple[aiohttp.ClientSession, str]]]:
    """Log in whoever acts in the office, and each department; where each of them begins."""
    password, url = trial_password(instance.secrets), instance.url("desk_http")
    names = [(each.name, "/queue") for each in policy.office.people if not APART.issuperset(each.roles)]
    names += [(each.name, "/orders") for each in policy.departments]
    async with contextlib.AsyncExitStack() as opened:
        found = []
        for name, home in names:
            web = await opened.enter_async_context(
                aiohttp.ClientSession(
                    url,
                    cookie_jar=aiohttp.CookieJar(unsafe=True),
                    connector=aiohttp.TCPConnector(limit=0),
                    timeout=aiohttp.ClientTimeout(total=None),
                )
            )
            async with web.get("/login") as answer:
                token = _TOKEN.findall(await answer.text())[0]
            data = {"token": token, "person": name, "password": password, "next": home}
            async with web.post("/login", data=data, allow_redirects=False):
                pass
            if any(cookie.key == SESSION for cookie in web.cookie_jar):
                found.append((web, home))
        yield found


async def _sit(web: aiohttp.ClientSession, home: str, seen: _Seen, dice: random.Random) -> None:
    """One person: opens a page, hears what changes on it, and opens it anew after a while."""
    await asyncio.sleep(dice.uniform(0, _TURNS))
    while True:
        began = time.perf_counter()
        async with web.get(home) as answer:
            page = await answer.text()
        seen.pages.append(1000 * (time.perf_counter() - began))
        live = _LIVE.search(page)
        if answer.status != HTTPStatus.OK or live is None:
            seen.refused += 1
            await asyncio.sleep(1)
            continue
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(dice.uniform(0.5, 1.5) * _TURNS):
                await _hear(web, f"{home}/rows", live[1].replace("&amp;", "&"), set(_ROW.findall(page)), seen)


async def _hear(web: aiohttp.ClientSession, rows: str, live: str, shown: set[str], seen: _Seen) -> None:
    async with web.get(live) as stream:
        async for line in stream.content:
            if not line.startswith(b"data: "):
                continue
            changed = json.loads(line[6:])["rows"]
            seen.changes += len(changed)
            for key in shown & changed.keys():
                began = time.perf_counter()
                async with web.get(f"{rows}/{key.replace('-', '/', 1)}") as answer:
                    await answer.read()
                seen.rows.append(1000 * (time.perf_counter() - began))
