"""People who report by the city's app: over HTTP, again under the same key until the door says that it took it."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import Final
from uuid import uuid4

import aiohttp

from bench.journal import Journal, Spoken
from bench.place import Late
from bench.wired import Wired

_PATH: Final = "/v1/wechat/reports"
_SOURCE: Final = "door/wechat"
_PAUSE_SECONDS: Final = 0.25
_WITHIN: Final = aiohttp.ClientTimeout(total=5)
_TAKEN: Final = 202
_PATIENCE: Final = 400.0
_WRONG: Final = range(400, 500)
_BUSY: Final = 429


class RefusedError(Exception):
    """The door refused what is right."""


async def calling(instance: Wired, over: asyncio.Event, journal: Journal) -> None:
    """Report one thing after the other until it is over, each until it is taken."""
    token = (instance.secrets / "wechat-token").read_text("ascii").strip()
    headers = {"Authorization": f"Bearer {token}"}
    phones = count(13_100_000_000 + uuid4().int % 90_000_000)
    async with aiohttp.ClientSession(instance.door, headers=headers, timeout=_WITHIN) as web:
        while not over.is_set():
            spoken = Spoken(_SOURCE, str(uuid4()))
            journal.sending([spoken])
            report: dict[str, object] = {
                "kind": "help",
                "text": "楼道里的灯坏了，晚上看不见台阶",
                "category": "0301-01",
                "contact": {"phone": str(next(phones))},
                "place": {"text": "平凉路100弄3号"},
            }
            receipt = await _taken(web, spoken.id, report)
            journal.taken([spoken], receipt)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _taken(web: aiohttp.ClientSession, key: str, report: dict[str, object]) -> str:
    """The receipt, asked for again and again; Late where the door takes nothing for longer than any blow lasts."""
    until = time.monotonic() + _PATIENCE
    while (receipt := await _post(web, key, report)) is None:
        if time.monotonic() > until:
            raise Late(f"a report by HTTP: not taken within {_PATIENCE:.0f} s")
        await asyncio.sleep(_PAUSE_SECONDS)
    return receipt


async def _post(web: aiohttp.ClientSession, key: str, report: dict[str, object]) -> str | None:
    """The receipt; None where nobody can tell whether it was taken."""
    try:
        async with web.post(_PATH, json=report, headers={"Idempotency-Key": key}) as answer:
            answered = await answer.json()
            if answer.status in _WRONG and answer.status != _BUSY:
                raise RefusedError(answered)
            return str(answered["receipt"]) if answer.status == _TAKEN else None
    except (OSError, TimeoutError, aiohttp.ClientError):
        return None
