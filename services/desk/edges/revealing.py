"""Looking at a contact is an act, and here one request: it is said, and what is shown of it comes with the answer."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web

from chassis.clock import stopwatch
from chassis.http import json_answer
from chassis.problems import HttpProblem
from doors.people import Known
from doors.reading import document_of, dumped
from doors.refusals import refusal
from services.desk.edges import acting, lookup
from services.desk.edges.keys import CONTEXT, WHO, WORDS

_PATIENCE: Final = 3.0
"""Seconds in which an act that nobody has to approve is decided; afterwards it is asked for like any other."""
_LOOK_AGAIN: Final = 0.05
_FILLED_IN: Final = ("do", "ticket")


async def reveal(request: web.Request) -> web.StreamResponse:
    """POST /v1/contacts/{ticket}/reveal: the contact of a ticket, with a ground and a reason; 202 while it waits."""
    who = request[WHO]
    taken = await acting.take(request, _content(who, request.match_info["ticket"], await request.read()))
    became = await _settled(request, taken.id)
    if became.get("state") == "refused":
        raise HttpProblem(422, became["code"], became["field"], became["reason"], act=taken.id)
    return json_answer(became) if "shown" in became else acting.pending(taken)


def _content(who: Known, ticket: str, body: bytes) -> bytes:
    """The act that is meant: what the address says already is not said twice; what is no object the door refuses."""
    document = document_of(body)
    if not isinstance(document, dict):
        return body
    for name in _FILLED_IN:
        if name in document:
            raise HttpProblem(422, *refusal("unknown_field", name, f"{name} 由地址决定，请去掉。"))
    return dumped(
        document | {"do": "look_at_contact" if who.department is None else "ask_for_contact", "ticket": ticket}
    )


async def _settled(request: web.Request, act: str) -> dict[str, Any]:
    """What became of an act once it was refused, or something was shown; as it stands when that takes too long."""
    pool, until = request.app[CONTEXT].pool, stopwatch() + _PATIENCE
    while True:
        became = (
            await lookup.standing(pool, request[WHO], act, request.app[WORDS], request.app[CONTEXT].clock.now()) or {}
        )
        if became.get("state") == "refused" or "shown" in became or stopwatch() > until:
            return became
        await asyncio.sleep(_LOOK_AGAIN)
