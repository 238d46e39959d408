"""What citizens do on their page: it goes to the topic that is theirs, and what became of it stands on the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal, NamedTuple

from aiohttp import web
from pydantic_core import to_json

from chassis.problems import HttpProblem
from chassis.service import Pool
from doors.own import mark_of
from schemas.acts import SETTLED
from schemas.envelope import Envelope
from schemas.inbound import AnswerCallback, FollowUp, ProvideInfo, Withdraw
from schemas.values import Instant, Party, PartyKind, Receipt, TicketId
from services.intake.core.offers import Offer
from services.intake.edges.sessions import Session
from services.intake.edges.taking import CONFIG, CONTEXT, take_from

_CITIZEN: Final = Party(kind=PartyKind.CITIZEN)
_SOURCE: Final = f"door/{PartyKind.CITIZEN}"
_A_DAY: Final = 30
"""So many acts a day by one receipt are a person's; beyond that somebody plays."""


class Filled(NamedTuple):
    """A form as it was filled in: for which ticket, what was written, what was chosen; `key` is that of the form."""

    offer: Offer
    ticket: TicketId
    said: str
    chosen: Mapping[str, str]
    key: str


class Done(NamedTuple):
    """What was done, and what became of it; `reason` says why it was refused."""

    receipt: Receipt
    ticket: TicketId
    offer: Offer
    said: str
    chosen: Mapping[str, str]
    at: Instant
    state: Literal["pending", "done", "refused"]
    reason: str | None


async def act(
    request: web.Request,
    session: Session,
    filled: Filled,
    action: AnswerCallback | FollowUp | ProvideInfo | Withdraw,
) -> None:
    """Send what was filled in, once for one form and content; a HttpProblem where it cannot be taken now."""
    context = request.app[CONTEXT]
    await _require_measure(context.pool, session)
    body = action.to_json()
    id_ = blake2b(b"\0".join((session.receipt.encode(), filled.key.encode(), body)), digest_size=16).hexdigest()
    envelope = Envelope(id_, _SOURCE, action.type_name, context.clock.now(), "")
    headers = [*envelope.headers(), mark_of(request.app[CONFIG].secrets.key, _CITIZEN, _SOURCE, id_)]
    taken = await take_from(request, _CITIZEN, headers, body)
    await context.pool.execute(
        "insert into citizen_act (receipt, opened_by, factor, ticket, offer, said, chosen)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        *(taken["receipt"], session.receipt, session.factor, filled.ticket, filled.offer.value, filled.said),
        to_json(dict(filled.chosen)).decode(),
    )


async def _require_measure(pool: Pool, session: Session) -> None:
    done = await pool.fetchval(
        "select count(*) from citizen_act where opened_by = $1 and at > clock_timestamp() - interval '1 day'",
        session.receipt,
    )
    if done >= _A_DAY:
        words = f"凭这个回执一天最多提交 {_A_DAY} 次，您填的还在，请明天再提交，或者拨打 12345。"
        raise HttpProblem(429, "too_many_requests", None, words)


async def done_by(pool: Pool, session: Session) -> Sequence[Done]:
    """List what was done under a receipt by whoever has its number now, the newest first."""
    rows = await pool.fetch(
        "select a.*, s.reason, coalesce(s.at, a.at) as moment, case when s.code is not null then 'refused'"
        " when s.receipt is not null and a.at < clock_timestamp() - $3::interval then 'done'"
        " when s.receipt is not null and exists (select from news n where n.ticket = a.ticket and n.at >= s.at)"
        " then 'done' else 'pending' end as became"
        " from citizen_act a left join submission s on s.receipt = a.receipt and s.party = $4"
        " where a.opened_by = $1 and a.factor = $2 order by a.at desc, a.receipt",
        *(session.receipt, session.factor, SETTLED, str(_CITIZEN)),
    )
    return [
        Done(
            receipt=row["receipt"],
            ticket=row["ticket"],
            offer=Offer(row["offer"]),
            said=row["said"],
            chosen=json.loads(row["chosen"]),
            at=row["moment"],
            state=row["became"],
            reason=row["reason"],
        )
        for row in rows
    ]
