"""What the system keeps of one person: which tickets, what they said of themselves there, and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from liuhen.letters import tables
from schemas.envelope import rfc3339
from schemas.values import Contact
from services.intake.for_tools import known_by
from tools.client import trace
from tools.client.addresses import Addresses
from tools.errors import SaidClearly

FORGETTABLE: Final = frozenset({"archived", "answered", "not_accepted", "withdrawn", "transferred", "merged"})
"""The states in which a ticket is over; whether it can still be reopened, its life knows."""


class TheirTicket(NamedTuple):
    """A ticket of theirs: its number, where it stands, and since when it is there."""

    ticket: str
    state: str
    registered_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nobody has to be reached because of it."""
        return self.state in FORGETTABLE


async def tickets_of(system: Addresses, contact: Contact) -> list[TheirTicket]:
    """Find the tickets of whoever has this number or account, the oldest first; SaidClearly for what is none."""
    keys = known_by(contact, system.door_key())
    if not keys:
        raise SaidClearly("电话号码不是有效的手机或固定电话号码（固定电话请带区号）；微信账号请用 --wechat。")
    async with tables(system, "intake") as connection:
        rows = await connection.fetch(
            "select ticket from contact where known_by && $1::text[]"
            " union select id from ticket where requester = any($1::text[]) or account = any($1::text[])",
            list(keys),
        )
    async with tables(system, "trace") as connection:
        found = await connection.fetch(
            "select ticket, state, registered_at from summary where ticket = any($1::text[])"
            " order by registered_at nulls first, ticket",
            [row["ticket"] for row in rows],
        )
    return [TheirTicket(*row) for row in found]


def written(moment: datetime | None) -> str | None:
    """An instant as it stands in JSON."""
    return None if moment is None else rfc3339(moment)


async def exported(system: Addresses, tickets: Sequence[TheirTicket]) -> dict[str, Any]:
    """All that is kept of these tickets' person, as whoever asks under the law is to have it."""
    numbers = [each.ticket for each in tickets]
    said, told = await _said(system, numbers), await _told(system, numbers)
    return {
        "tickets": [
            {
                "ticket": each.ticket,
                "state": each.state,
                "registered_at": written(each.registered_at),
                "contacts": said.get(each.ticket, []),
                "notices": told.get(each.ticket, []),
                "timeline": [
                    {"at": entry["at"], "who": entry["who"], "what": entry["words"]}
                    for entry in trace.timeline(each.ticket)
                ],
            }
            for each in tickets
        ]
    }


async def _said(system: Addresses, tickets: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    vault, found = system.contacts(), dict[str, list[dict[str, Any]]]()
    async with tables(system, "intake") as connection:
        rows = await connection.fetch(
            "select handle, ticket, box, kept_at, forgotten_at from contact where ticket = any($1::text[])"
            " order by kept_at, handle",
            tickets,
        )
    for handle, ticket, box, kept_at, forgotten_at in rows:
        told = vault.opened(handle, box) if box is not None else {}
        found.setdefault(ticket, []).append(
            {"given_at": written(kept_at), "forgotten_at": written(forgotten_at), **told}
        )
    return found


async def _told(system: Addresses, tickets: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """What they were sent, and by which way; messages to others about their ticket are no data of theirs."""
    found = dict[str, list[dict[str, Any]]]()
    async with tables(system, "notify") as connection:
        rows = await connection.fetch(
            "select ticket, way, subject, text, status from delivery"
            " where audience = 'requester' and ticket = any($1::text[]) order by place",
            tickets,
        )
    for ticket, way, subject, text, status in rows:
        found.setdefault(ticket, []).append({"way": way, "subject": subject, "text": text, "status": status})
    return found
