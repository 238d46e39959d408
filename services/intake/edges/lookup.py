"""What the HTTP door looks up and notes, outside any lane transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from chassis.service import Instant, Pool
from schemas.numbering import LENGTH, parts_of
from schemas.values import TicketState
from services.intake.core.promises import Promise
from services.intake.core.reading import Reading
from services.intake.core.state import KnownAttachment
from services.intake.edges.answered import News, Standing, Ticket
from services.intake.store.attachments import ATTACHMENTS

_SPOKE: Final = (
    "case when s.spoke_as = '{{}}' then s.shown else exists (select from ticket t"
    " where t.id = coalesce((select id from ticket where id = s.tickets[1]), left(s.tickets[1], {whole}))"
    " and (s.party = 'hotline' or s.party = t.channel) and ({})) end"
)
_BY_NUMBER: Final = _SPOKE.format("t.requester = any(s.spoke_as)", whole=LENGTH)
"""With a number: that number, which came along, is the ticket's, not only the account beside it."""
_SHOWN: Final = _SPOKE.format("t.requester = any(s.spoke_as) or t.account = any(s.spoke_as)", whole=LENGTH)
"""Who spoke about a ticket by its channel, or by the hotline, is shown its news as long as they are its requester."""


_BROUGHT: Final = (
    "(select json_agg(json_build_object('id', a.id, 'name', a.name, 'media', a.media, 'size', a.size)"
    " order by a.uploaded_at, a.id) from attachment a where a.receipt = s.receipt)"
)


class Put(NamedTuple):
    """A submission that the HTTP door took before; `sent` when the broker is known to have it."""

    receipt: str
    digest: bytes
    outline: Mapping[str, str]
    sent: bool


async def claim(pool: Pool, reading: Reading, at: Instant) -> Put | None:
    """Take an id for this content before it goes anywhere; what stands under the id where somebody took it before.

    Of two requests at the same moment one finds the row of the other.
    """
    done = await pool.execute(
        "insert into put (party, source, id, digest, outline, receipt, at, sent)"
        " select $1, $2, $3, $4, $5, $6, $7, false"
        " where not exists (select from submission where party = $1 and source = $2 and id = $3)"
        " on conflict do nothing",
        *(*_key(reading), reading.digest, json.dumps(dict(reading.outline)), reading.receipt, at),
    )
    return None if done == "INSERT 0 1" else await _earlier(pool, reading)


async def _earlier(pool: Pool, reading: Reading) -> Put | None:
    row = await pool.fetchrow(
        "select receipt, digest, outline, true as sent from submission where party = $1 and source = $2 and id = $3"
        " union all select receipt, digest, outline, sent from put where party = $1 and source = $2 and id = $3"
        " limit 1",
        *_key(reading),
    )
    return Put(row["receipt"], row["digest"], json.loads(row["outline"]), row["sent"]) if row is not None else None


async def attachments(pool: Pool, ids: Sequence[str]) -> dict[str, KnownAttachment]:
    """Find which of these attachments can be named, and by whom."""
    return {row["id"]: KnownAttachment(*row) for row in await pool.fetch(ATTACHMENTS, ids)}


async def note_sent(pool: Pool, reading: Reading) -> None:
    """Remember that the broker has a submission."""
    await pool.execute("update put set sent = true where party = $1 and source = $2 and id = $3", *_key(reading))


def _key(reading: Reading) -> tuple[str, str, str]:
    return str(reading.party), reading.source, reading.id


async def standing(pool: Pool, party: str, receipt: str, shown: str = _SHOWN) -> Standing | None:
    """Tell what became of a submission of this party, and the news of its tickets; None for no such receipt.

    Whoever named a ticket without being its requester gets the number back and nothing else of it.
    """
    row = await pool.fetchrow(
        f"select action, tickets, follow_up, {shown} as shown, {_BROUGHT} as brought, code, field, reason, at"  # noqa: S608 - constants
        " from submission s where receipt = $2 and party = $1 order by at limit 1",
        *(party, receipt),
    )
    if row is None:
        at = await pool.fetchval("select at from put where receipt = $2 and party = $1 and sent", party, receipt)
        return None if at is None else Standing(receipt=receipt, state="pending", received_at=at)
    answer = Standing(receipt=receipt, state="accepted", received_at=row["at"], action=row["action"])
    if row["code"] is not None:
        return {**answer, "state": "refused", "code": row["code"], "field": row["field"], "reason": row["reason"]}
    known = [Ticket(ticket=ticket) for ticket in row["tickets"]]
    tickets = await _tickets(pool, row["tickets"], of_one=shown == _BY_NUMBER) if row["shown"] else known
    answer = {**answer, "follow_up": row["follow_up"], "tickets": tickets}
    return {**answer, "attachments": json.loads(row["brought"])} if row["brought"] else answer


async def opened(pool: Pool, receipt: str, factor: str) -> Standing | None:
    """Tell what became of a submission for whoever brings what opens it beside its receipt; None for anybody else."""
    party = await pool.fetchval("select party from submission where receipt = $1 and factor = $2", receipt, factor)
    return None if party is None else await standing(pool, party, receipt, _BY_NUMBER)


async def _tickets(pool: Pool, named: list[str], *, of_one: bool) -> list[Ticket]:
    """Tell where tickets and the parts that they were split into stand, and their news.

    To one requester, `of_one`, a part whose number was corrected is not theirs any more.
    """
    ids = [*named, *(part for ticket in named for part in parts_of(ticket))]
    theirs = f"(select w.requester from ticket w where w.id = left(t.id, {LENGTH}))"  # noqa: S608 - constants
    mine = f" and (t.id = any($2::text[]) or t.requester is not distinct from {theirs})" if of_one else ""
    known = await pool.fetch(
        "select id, open, stands, promised, promise, lead, ended from ticket t"  # noqa: S608 - constants
        f" where id = any($1::text[]){mine} order by id",
        *(ids, *([named] if of_one else [])),
    )
    news = await pool.fetch(
        "select ticket, at, happened, state, text from news where ticket = any($1::text[]) order by place",
        [ticket["id"] for ticket in known],
    )
    tickets = [
        Ticket(
            ticket=ticket["id"],
            open=ticket["open"],
            state=TicketState(ticket["stands"].rpartition("/")[2]),
            news=[
                News(at=one["at"], happened=one["happened"], state=one["state"], text=one["text"])
                for one in news
                if one["ticket"] == ticket["id"]
            ],
        )
        for ticket in known
    ]
    for ticket, each in zip(known, tickets, strict=True):
        if ticket["promised"] and ticket["open"]:
            each["promised"] = ticket["promised"]
        if ticket["promise"] and ticket["open"]:
            _qualify(each, Promise.model_validate_json(ticket["promise"]))
        if ticket["lead"]:
            each["lead"] = ticket["lead"]
        if ticket["ended"]:
            each["ended_at"] = ticket["ended"]
    return tickets


def _qualify(ticket: Ticket, promise: Promise) -> None:
    """Say whether an earlier date went by, and whether an answer is all that is promised."""
    if promise.missed:
        ticket["missed"] = promise.missed
    if promise.goodwill:
        ticket["goodwill"] = True
