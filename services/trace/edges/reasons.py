"""Why clocks are due when they are, as their facts say it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from chassis.packing import said, unpacked
from chassis.service import Pool
from schemas.clocks import ClockExtended, ClockRederived, ClockResumed, ClockRetiered, ClockStarted

_EXPLAINED: Final = (ClockStarted, ClockResumed, ClockExtended, ClockRetiered, ClockRederived)
"""The facts of a clock that say why it is due when it is."""


@dataclass(slots=True)
class Derived:
    """Why a clock is due when it is, and when and why it came to be due at another time, in order."""

    explanation: dict[str, Any] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)


async def derived(pool: Pool, ticket: str) -> dict[str, Derived]:
    """Read what the facts of a ticket's clocks say of their due times, by the clock; the newest explanation counts."""
    rows = await pool.fetch(
        f"select at, type, {said()} from entry where ticket = $1 and type = any($2::text[])"  # noqa: S608 - our own names
        ' order by recorded, sequence, "offset"',
        ticket,
        [fact.type_name for fact in _EXPLAINED],
    )
    found: dict[str, Derived] = {}
    for at, type_name, kept in rows:
        body = json.loads(unpacked(kept))
        clock = found.setdefault(body["clock_id"], Derived())
        clock.explanation = body["explanation"]
        if type_name == ClockRederived.type_name:
            clock.moves.append({"at": at, **body})
    return found
