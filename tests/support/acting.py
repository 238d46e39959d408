"""Acts of others at the door of persons, by program, until a ticket stands where a story begins."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import uuid4

import aiohttp

from tools.local.instance import Instance
from tools.prepare.logins import trial_token

_PATIENCE: Final = 60
_LOOK_AGAIN: Final = 0.1
_WHO: Final = {"id": "fg-01", "name": "陈立"}


async def acts(running: Instance, login: str, **content: Any) -> None:
    """Let somebody act, and wait until what they may see says that it was taken."""
    headers = {"Authorization": f"Bearer {trial_token(running.secrets, login)}", "Idempotency-Key": str(uuid4())}
    async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession(running.url("desk_http"), headers=headers) as web:
        async with web.post("/v1/acts", json=content) as answer:
            assert answer.status == 202, await answer.text()
            href = (await answer.json())["href"]
        while True:
            async with web.get(href) as answer:
                told = await answer.json()
            assert told["state"] != "refused", told
            if told["state"] == "accepted":
                return
            await asyncio.sleep(_LOOK_AGAIN)


async def has_order(running: Instance, department: str, ticket: str, state: str) -> None:
    """Wait until a department has an order that stands so."""
    headers = {"Authorization": f"Bearer {trial_token(running.secrets, f'department.{department}')}"}
    async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession(running.url("desk_http"), headers=headers) as web:
        while True:
            async with web.get(f"/v1/orders/{ticket}") as answer:
                if answer.status == 200 and (await answer.json())["order"]["state"] == state:
                    return
            await asyncio.sleep(_LOOK_AGAIN)


async def reported(running: Instance, ticket: str, reply: str) -> None:
    """Let the housing bureau have the ticket, call the requester and report that it is done; the centre agrees."""
    await acts(running, "p-xu", do="assign", ticket=ticket, lead="housing", uncategorised=True)
    await has_order(running, "housing", ticket, "dispatched")
    await acts(running, "department.housing", do="accept", ticket=ticket, by=_WHO)
    await has_order(running, "housing", ticket, "in_progress")
    await acts(running, "department.housing", do="make_first_contact", ticket=ticket, by=_WHO, reached=True)
    await acts(running, "department.housing", do="report_handled", ticket=ticket, by=_WHO, reply=reply)
    await has_order(running, "housing", ticket, "handled")
    await acts(running, "p-lu", do="review", ticket=ticket, accepted=True)
    await has_order(running, "housing", ticket, "callback_pending")
