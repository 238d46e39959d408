"""What came down from the city, as trace noted it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final, TypeAlias

from chassis.packing import said, unpacked
from chassis.service import Connection, Pool
from schemas.tickets import Registered
from schemas.values import CARRIED_ON, ENDED, TicketState
from services.trace.core.citys_list import OurTicket
from worktime import SHANGHAI

_OURS: Final = f"""
select s.ticket, s.upstream, s.state, (
    select {said("e")} from entry e where e.ticket = s.ticket and e.type = $4 limit 1
), s.city_solved, s.city_satisfaction
from summary s
where s.upstream is not null and s.part_of is null
  and (s.upstream = any($1::text[]) or s.state <> all($2::text[]) or s.registered_at >= $3)
order by s.registered_at, s.ticket
"""  # noqa: S608 - our own columns


Asked: TypeAlias = "Connection | Pool"


async def ours(asked: Asked, numbers: Iterable[str], since: date) -> list[OurTicket]:
    """Find what came down from the city: with these numbers, open, or registered since a day.

    The parts of a split stand in their whole.
    """
    over = [state.value for state in ENDED | CARRIED_ON]
    begins = datetime.combine(since, time(), SHANGHAI)
    rows = await asked.fetch(_OURS, [*numbers], over, begins, Registered.type_name)
    return [_read(*row) for row in rows]


def _read(
    ticket: str, number: str, state: str, kept: bytes | None, solved: str | None, graded: str | None
) -> OurTicket:
    due = _due_of(unpacked(kept)) if kept else None
    return OurTicket(ticket, number, TicketState(state), due, solved, graded)


def _due_of(registered: str) -> datetime | None:
    due = (json.loads(registered).get("upstream") or {}).get("due")
    return datetime.fromisoformat(due) if due else None
