"""The door's tables of submissions and of what is known of tickets: one function per statement, all set-based."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import asyncpg
from pydantic_core import from_json, to_json

from chassis.packing import said, unpacked
from chassis.redaction import WordsTable
from chassis.service import Connection, Foreign, Instant, Record
from chassis.store import columns, place_of
from doors.refusals import Refusal
from schemas.redaction import Passage
from schemas.tickets import Registered
from sealing.records import RecordSeal
from services.intake.core.numbers import Numbering
from services.intake.core.reading import Reading
from services.intake.core.repeats import Candidates
from services.intake.core.state import KnownTicket, SubmissionKey, Verdict
from services.intake.reactions import NewsRow, RefusedLater, SubmissionId

_TICKET = ", ".join(KnownTicket._fields)

WORDS: Final = (
    WordsTable("ticket", "id", ("place", "words", "reply")),
    WordsTable("news", "ticket", ("text",)),
    WordsTable("citizen_act", "ticket", ("said",)),
)
"""Where the door keeps what people said, by ticket."""
RECORDS: Final = ("refused_record",)
"""Where it keeps records as they came."""


async def load_verdicts(connection: Connection, keys: Sequence[SubmissionKey]) -> dict[SubmissionKey, Verdict]:
    """Find which of these submissions were decided before."""
    rows = await connection.fetch(
        "select s.* from unnest($1::text[], $2::text[], $3::text[]) k(party, source, id)"
        " join submission s using (party, source, id)",
        *columns(keys, 3),
    )
    return {(row["party"], row["source"], row["id"]): verdict_of(row) for row in rows}


def verdict_of(row: asyncpg.Record) -> Verdict:
    """Read what became of a submission from its row."""
    refusal = Refusal(row["code"], row["field"], row["reason"]) if row["code"] is not None else None
    return Verdict(
        digest=row["digest"],
        receipt=row["receipt"],
        action=row["action"],
        tickets=tuple(row["tickets"]),
        follow_up=row["follow_up"],
        shown=row["shown"],
        spoke_as=tuple(row["spoke_as"]),
        refusal=refusal,
        outline=json.loads(row["outline"]),
    )


async def insert_verdicts(
    connection: Connection, verdicts: Iterable[tuple[SubmissionKey, Verdict, str, Instant]]
) -> None:
    """Record what became of submissions, in one order for all lanes.

    Raises a serialization failure, which is tried again, when another lane decided on one of them at the same time.
    """
    rows = [
        (
            *(*key, v.digest, to_json(dict(v.outline)).decode(), v.receipt, lane, at, v.action, "\n".join(v.tickets)),
            *(v.follow_up, v.shown, "\n".join(v.spoke_as), *(v.refusal or (None,) * 3), v.factor),
        )
        for key, v, lane, at in sorted(verdicts, key=lambda row: row[0])
    ]
    done = await connection.execute(
        "insert into submission (party, source, id, digest, outline, receipt, lane, at, action, tickets, follow_up,"
        " shown, spoke_as, code, field, reason, factor) select party, source, id, digest, outline, receipt, lane, at,"
        " action, string_to_array(tickets, E'\\n'), follow_up, shown, string_to_array(spoke_as, E'\\n'), code, field,"
        " reason, factor from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::json[], $6::text[],"
        " $7::text[], $8::timestamptz[], $9::text[], $10::text[], $11::bool[], $12::bool[], $13::text[], $14::text[],"
        " $15::text[], $16::text[], $17::text[]) s(party, source, id, digest, outline, receipt, lane, at, action,"
        " tickets, follow_up, shown, spoke_as, code, field, reason, factor) on conflict do nothing",
        *columns(rows, 17),
    )
    if done != f"INSERT 0 {len(rows)}":
        raise asyncpg.SerializationError("another lane took the same submission at the same time")


async def numbering(connection: Connection, lane: str, key: bytes, had: int | None = None) -> Numbering:
    """How a lane numbers its tickets: as it did before, or by the lowest number that no lane has yet, and this key.

    `had` is the number that a lane is known to have had before the table lost it.
    """
    await connection.execute("select pg_advisory_xact_lock(hashtext('numbering'))")
    row = await connection.fetchrow(
        "with given as (insert into numbering (lane, number, key)"
        "  select $1, coalesce($3::smallint, max(number) + 1, 0), $2 from numbering"
        "  on conflict (lane) do nothing returning number, key)"
        " select number, key from given union all select number, key from numbering where lane = $1",
        lane,
        key,
        had,
    )
    if row is None:
        raise LookupError(lane)
    return Numbering(row["number"], row["key"])


async def load_answered(connection: Connection, receipts: Iterable[str]) -> dict[str, SubmissionId]:
    """Find by what their authors call the submissions with these receipts."""
    rows = await connection.fetch(
        "select receipt, source, id from submission where receipt = any($1::text[])", sorted(receipts)
    )
    return {row["receipt"]: SubmissionId(row["source"], row["id"]) for row in rows}


async def refuse_later(connection: Connection, refused: Sequence[RefusedLater]) -> None:
    """Let submissions that were taken say that they were refused since, and why."""
    await connection.execute(
        "with x as (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])"
        "   x(receipt, action, code, reason)),"
        " mine as (select s.party, s.source, s.id, x.code, x.reason from submission s join x using (receipt)"
        "   where (s.action = x.action or s.follow_up) and s.code is null"
        "   order by s.party, s.source, s.id for update of s)"
        " update submission s set code = mine.code, reason = mine.reason, tickets = '{}', follow_up = false from mine"
        " where (s.party, s.source, s.id) = (mine.party, mine.source, mine.id)",
        *columns(refused, len(RefusedLater._fields)),
    )


async def open_by(connection: Connection, factors: Mapping[str, str | None]) -> None:
    """Let receipts of registrations open by another number; what was said later opens by the number that came along."""
    await connection.execute(
        "update submission s set factor = x.factor from unnest($1::text[], $2::text[]) x(receipt, factor)"
        " where s.receipt = x.receipt and s.shown and s.spoke_as = '{}'",
        *columns(sorted(factors.items()), 2),
    )


async def forget(connection: Connection, tickets: Sequence[str]) -> None:
    """Empty what contacts of these tickets said, by what they were compared, and what opened their receipts."""
    await connection.execute(
        "update contact set box = null, known_by = '{}', forgotten_at = clock_timestamp()"
        " where ticket = any($1::text[]) and box is not null",
        tickets,
    )
    await connection.execute("update ticket set requester = null, account = null where id = any($1::text[])", tickets)
    emptied = await connection.fetch(
        "update submission set factor = null, spoke_as = '{}' where tickets && $1::text[] returning receipt", tickets
    )
    receipts = [row["receipt"] for row in emptied]
    await connection.execute("delete from citizen_session where receipt = any($1::text[])", receipts)
    await connection.execute("delete from citizen_act where opened_by = any($1::text[])", receipts)


async def insert_refused(
    connection: Connection, refused: Iterable[tuple[Foreign, Reading, Refusal, Instant]], seal: RecordSeal
) -> None:
    """Keep records that were refused, each value sealed: as they came, but without who wants to stay unknown."""
    await connection.executemany(
        'insert into refused_record (receipt, code, field, reason, topic, partition, "offset", key, value,'
        " header_names, header_values, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            (
                *(reading.receipt, *why, *item.record[:3]),
                *_named_or_not(item.record, reading, seal),
                [name for name, _ in item.record.headers],
                [value or b"" for _, value in item.record.headers],
                at,
            )
            for item, reading, why, at in refused
        ],
    )


def _named_or_not(record: Record, reading: Reading, seal: RecordSeal) -> tuple[bytes | None, bytes | None]:
    """The key, and the value sealed."""
    key, value = (record.key, record.value) if reading.unnamed is None else (None, reading.unnamed)
    return key, seal.sealed(value, *place_of(*record[:3]))


class Found(NamedTuple):
    """What is known of tickets, and those of which something was redacted."""

    tickets: dict[str, KnownTicket]
    redacted: frozenset[str]


async def load_tickets(connection: Connection, ids: Iterable[str]) -> Found:
    """Find what is known of these tickets."""
    rows = await connection.fetch(
        f"select {_TICKET}, exists (select from redaction r where r.ticket = t.id)"  # noqa: S608 - our own column names
        " from ticket t where id = any($1::text[])",
        list(ids),
    )
    tickets = {row["id"]: KnownTicket(*[*row][:-1]) for row in rows}
    return Found(tickets, frozenset(row["id"] for row in rows if row[-1]))


async def insert_redactions(connection: Connection, redacted: Sequence[tuple[str, Passage]]) -> None:
    """Remember what is redacted."""
    await connection.executemany(
        "insert into redaction (ticket, seal, length) values ($1, $2, $3) on conflict do nothing",
        [(ticket, *passage) for ticket, passage in redacted],
    )


async def redactions(connection: Connection, tickets: Collection[str]) -> Sequence[tuple[str, Passage]]:
    """Find what was redacted of tickets, in that order."""
    rows = await connection.fetch(
        "select ticket, seal, length from redaction where ticket = any($1::text[]) order by place", sorted(tickets)
    )
    return [(row["ticket"], Passage(row["seal"], row["length"])) for row in rows]


async def load_open_tickets(connection: Connection, asked: Iterable[Candidates], since: Instant) -> list[KnownTicket]:
    """Find all open tickets that these reports may repeat, however many a requester has."""
    rows = await connection.fetch(
        f"select distinct {', '.join('t.' + name for name in KnownTicket._fields)}"  # noqa: S608 - our own column names
        " from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[])"
        " r(requester, shortest, longest, category, upstream) cross join lateral"
        " (select * from ticket t where t.requester = r.requester and t.open and t.registered >= $6"
        "  and char_length(t.words) between r.shortest and r.longest"
        "  and (r.upstream is null or t.upstream = r.upstream)"
        "  and (t.category = r.category or t.category is null or r.category is null)) t",
        *columns(sorted(asked, key=repr), len(Candidates._fields)),
        since,
    )
    return [KnownTicket(*row) for row in rows]


async def load_ended_tickets(connection: Connection, requesters: Iterable[str], since: Instant) -> list[KnownTicket]:
    """Find the tickets of these requesters that ended since then."""
    rows = await connection.fetch(
        f"select {_TICKET} from ticket where requester = any($1::text[]) and ended >= $2",  # noqa: S608 - our own column names
        sorted(requesters),
        since,
    )
    return [KnownTicket(*row) for row in rows]


async def insert_tickets(connection: Connection, tickets: Sequence[KnownTicket]) -> None:
    await connection.execute(
        f"insert into ticket ({_TICKET}) select * from unnest($1::text[], $2::text[], $3::text[],"  # noqa: S608 - ours
        " $4::text[], $5::bool[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],"
        " $12::timestamptz[], $13::text[], $14::timestamptz[], $15::text[], $16::text[], $17::text[], $18::text[])",
        *columns(tickets, len(KnownTicket._fields)),
    )


async def update_tickets(connection: Connection, tickets: Sequence[KnownTicket]) -> None:
    """Write what can change of a ticket: where it stands and who has it, its category, its reply, whose it is."""
    await connection.execute(
        "update ticket t set open = x.open, reply = x.reply, category = x.category, ended = x.ended,"
        " stands = x.stands, requester = x.requester, account = x.account, promised = x.promised,"
        " lead = x.lead, promise = x.promise"
        " from unnest($1::text[], $2::bool[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],"
        " $8::text[], $9::text[], $10::text[], $11::text[])"
        " x(id, open, reply, category, ended, stands, requester, account, promised, lead, promise)"
        " where t.id = x.id",
        [ticket.id for ticket in tickets],
        [ticket.open for ticket in tickets],
        [ticket.reply for ticket in tickets],
        [ticket.category for ticket in tickets],
        [ticket.ended for ticket in tickets],
        [ticket.stands for ticket in tickets],
        [ticket.requester for ticket in tickets],
        [ticket.account for ticket in tickets],
        [ticket.promised for ticket in tickets],
        [ticket.lead for ticket in tickets],
        [ticket.promise for ticket in tickets],
    )


async def insert_news(connection: Connection, news: Sequence[NewsRow]) -> None:
    await connection.execute(
        "insert into news (ticket, at, happened, state, text)"
        " select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])",
        *columns(news, len(NewsRow._fields)),
    )


async def registered_words(connection: Connection, ticket: str) -> tuple[str, str | None] | None:
    """What was registered under a number as it is kept now: the text, and the text of the place."""
    kept = await connection.fetchval(
        f"select {said()} from event where key = $1 and type = $2",  # noqa: S608 - our own columns
        ticket,
        Registered.type_name,
    )
    if kept is None:
        return None
    body = from_json(unpacked(kept))
    return body["text"], (body.get("place") or {}).get("text")


async def compare_with(connection: Connection, ticket: str, words: str, place: str) -> None:
    """Compare further contacts with these words and this place."""
    await connection.execute("update ticket set words = $2, place = $3 where id = $1", ticket, words, place)
