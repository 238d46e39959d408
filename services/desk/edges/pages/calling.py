"""What pages look up of whom the callback agency has to call: those that are meant, one of them, changes, counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from chassis.contacts import WordSeal
from chassis.service import Instant, Pool
from schemas.public import CallbackRequest
from schemas.values import Due, breach_by
from services.desk.core.callbacks import CallbackTry
from services.desk.edges.pages.lookup import PAGE
from services.desk.edges.pages.moments import Moments, due_between

Show = Literal["late", "today", "appointed", "tried"]


class WantedCalls(NamedTuple):
    """Which calls a page asks for; what is None is no matter."""

    show: Show | None = None
    text: str | None = None


class Calling(NamedTuple):
    """One call that is owed: the request, since when and until when, and how many attempts were in vain."""

    request: CallbackRequest
    since: Instant
    due: Due
    version: str
    tried: int

    @property
    def key(self) -> str:
        """What the row is called on the page."""
        return f"{self.request.ticket}-callback"

    def is_late(self, now: Instant) -> bool:
        """Whether its time is over, whatever working days are published yet."""
        return breach_by(self.due) < now


_TRIED: Final = "(select count(*) from callback_try t where t.ticket = callback.ticket and t.at >= callback.since)"
_VERSION: Final = f"sequence || '.' || {_TRIED}"
"""What changes with each message about it, and with each attempt."""
_ROW: Final = f"ticket, since, due, late, {_VERSION} as version, body, {_TRIED} as tried"
_WANTED: Final = (
    "body is not null and case $1::text when 'late' then late < $3 when 'today' then late >= $3 and due < $4"
    f" when 'appointed' then happened = 'appointed' when 'tried' then {_TRIED} > 0 else $3 <= $4 end"
    " and ($2::text is null or ticket = $2 or strpos(body ->> 'text', $2) > 0 or strpos(body ->> 'reply', $2) > 0)"
)


async def calls(
    pool: Pool, wanted: WantedCalls, moments: Moments, page: int, words: WordSeal
) -> tuple[Sequence[Calling], int]:
    """List one page of the calls that are meant, due first, and count them all."""
    rows = await pool.fetch(
        f"select {_ROW}, count(*) over () as total from callback where {_WANTED}"  # noqa: S608 - our own condition
        " order by due, ticket limit $5 offset $6",
        *(*wanted, *moments, PAGE, (page - 1) * PAGE),
    )
    return [_calling(row, words) for row in rows], rows[0]["total"] if rows else 0


async def one(pool: Pool, ticket: str, words: WordSeal) -> Calling | None:
    """Find the call that is owed about a ticket; None where none is."""
    row = await pool.fetchrow(
        f"select {_ROW} from callback where ticket = $1 and body is not null",  # noqa: S608 - our own names
        ticket,
    )
    return None if row is None else _calling(row, words)


def _calling(row: Any, words: WordSeal) -> Calling:
    callback = CallbackRequest.model_validate(words.shown(json.loads(row["body"]), row["ticket"]))
    return Calling(callback, row["since"], due_between(row["due"], row["late"]), row["version"], row["tried"])


async def tries(pool: Pool, ticket: str) -> Sequence[CallbackTry]:
    """List the attempts at which nobody was reached, the newest first, those of earlier rounds behind."""
    rows = await pool.fetch(
        "select ticket, at, attempt, who, note from callback_try where ticket = $1 order by at desc", ticket
    )
    return [CallbackTry(*row) for row in rows]


async def version(pool: Pool, ticket: str) -> str | None:
    """Tell the version of a request as a page says it; None where nobody has to be called any more."""
    found: str | None = await pool.fetchval(
        f"select {_VERSION} from callback where ticket = $1 and body is not null",  # noqa: S608 - ours
        ticket,
    )
    return found


async def changed(pool: Pool, wanted: WantedCalls, moments: Moments, since: int, until: int) -> Mapping[str, int]:
    """Name what changed from one transaction up to another, as rows are called, and whether it is owed and meant."""
    rows = await pool.fetch(
        f"select ticket, coalesce({_WANTED}, false) as meant from callback"  # noqa: S608 - our own condition
        " where changed >= $5::bigint::text::xid8 and changed < $6::bigint::text::xid8 order by changed, ticket",
        *(*wanted, *moments, since, until),
    )
    return {f"{row['ticket']}-callback": int(row["meant"]) for row in rows}


async def counts(pool: Pool, moments: Moments) -> Mapping[str, int]:
    """Count the calls that are owed: all under '', and by what a page can show of them."""
    (row,) = await pool.fetch(
        "select count(*) as whole, count(*) filter (where late < $1) as late,"  # noqa: S608 - our own names
        " count(*) filter (where late >= $1 and due < $2) as today,"
        f" count(*) filter (where happened = 'appointed') as appointed, count(*) filter (where {_TRIED} > 0) as tried"
        " from callback where body is not null",
        *moments,
    )
    return {"": row["whole"], **row}
