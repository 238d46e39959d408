"""What stands in the tables of one service, read under its own role and whole, as it was at one moment."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Any, Final, NamedTuple

import asyncpg

from chassis.contacts import KEPT_IN, Opening, Vault, handles_in, opened_outside
from chassis.packing import said, unpacked
from schemas.dispatch import CategoryFellBack, CategoryRestored, Dispatched, Redacted
from schemas.registry import DISPATCH
from services.trace.for_tools import Rate, referred_statement
from tools.client.backlog import NextOffset, next_offsets
from tools.verify.attachments import AttachmentRow
from tools.verify.submissions import Submission, Verdict

_AT_ONCE = 5_000


_MOMENTS: Final = timedelta(seconds=10)
_SEALED: Final = re.compile('"(sealed|veil)"')
_ALWAYS: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
"""From when, until when, and as if it were when."""


class EventRow(NamedTuple):
    """One row of a service's event table.

    `digest` is the MD5 of its body as it was said, None where somebody was forgotten of whom it says something.
    """

    service: str
    lane: str
    number: int
    topic: str
    partition: int
    sequence: int
    id: str
    key: str
    type: str
    digest: bytes | None
    body: str = ""


class HeardRow(NamedTuple):
    """How far a service heard a source."""

    service: str
    topic: str
    partition: int
    source: str
    sequence: int


class EntryRow(NamedTuple):
    """One entry of trace."""

    topic: str
    partition: int
    source: str
    sequence: int
    id: str
    ticket: str


class HistoryRow(NamedTuple):
    """One fact of a history: its type, its body as JSON text, the moment by which it is judged."""

    type: str
    body: str
    at: datetime


class RedactionRow(NamedTuple):
    """One redaction: of which ticket, keyed hash and length of the passage, and the moment by which it is judged."""

    ticket: str
    seal: str
    length: int
    at: datetime


class TimerRow(NamedTuple):
    """One timer of a key as the table has it; `now` is its lane's own time."""

    key: str
    name: str
    due: datetime
    status: str
    now: datetime | None


class DeliveryRow(NamedTuple):
    """One message to one addressee, and how many of its attempts delivered it, or await being told of."""

    ticket: str
    notice: str
    audience: str
    status: str
    delivered: int
    untold: int


class Tables:
    """The tables of one service."""

    def __init__(self, service: str, connection: asyncpg.Connection[asyncpg.Record], contacts: Vault) -> None:
        """Read on this connection, whose search path is the service's schema; `contacts` opens what is sealed there."""
        self.service = service
        self._connection = connection
        self._contacts = contacts

    def at_one_moment(self) -> Any:
        """All that is read inside of this context is as it was when the first of it was read."""
        return self._connection.transaction(isolation="repeatable_read", readonly=True)

    async def _fetch(self, query: str, *values: object) -> Sequence[Any]:
        return [tuple(row.values()) for row in await self._connection.fetch(query, *values)]

    async def next_numbers(self) -> dict[tuple[str, str], int]:
        """The number that each lane gives to its next event."""
        rows = await self._fetch("select name, next_number from lane")
        return {(self.service, lane): number for lane, number in rows}

    async def events(self) -> AsyncIterator[EventRow]:
        """Every event that the service recorded, streamed."""
        async with self._connection.transaction():
            async for row in self._connection.cursor(
                f"select lane, number, topic, partition, sequence, id::text, key, type, {said()}, outward"  # noqa: S608 - our own columns
                " from event order by lane, number",
                prefetch=_AT_ONCE,
            ):
                lane, number, topic, partition, sequence, id_, key, name, kept, outward = row.values()
                body = unpacked(kept)
                digest = await self._told(body) if outward and _SEALED.search(body) else _md5(body)
                yield EventRow(self.service, lane, number, topic, partition, sequence, id_, key, name, digest, body)

    async def counted_although_referred(self, rates: Sequence[Rate]) -> list[tuple[str, str]]:
        """Tickets that were referred to others and count in one of these rates: ticket and rate."""
        found = []
        for rate in rates:
            rows = await self._fetch(referred_statement(rate), *_ALWAYS, list(rate.weights))
            found += [(ticket, rate.name) for (ticket,) in rows]
        return found

    async def dispatched_although_fallen_back(self, reasons: Collection[str]) -> list[tuple[str, str]]:
        """Orders that policy gave, for one of these reasons, of a category that had fallen back: ticket and category.

        Read off the trace, by when facts came to stand on their topic: what was decided in the same moments in another
        lane may not have known yet.
        """
        fell: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for kept, since, until in await self._fetch(
            f"select {said()}, recorded, (select min(r.recorded) from entry r where r.type = $2"  # noqa: S608 - our own columns
            " and r.ticket = entry.ticket and r.recorded >= entry.recorded) from entry where type = $1",
            CategoryFellBack.type_name,
            CategoryRestored.type_name,
        ):
            fell[json.loads(unpacked(kept))["category"]].append((since + _MOMENTS, until or _ALWAYS[1]))
        if not fell:
            return []
        found = []
        async for ticket, recorded, kept in self._each(
            f"select ticket, recorded, {said()} from entry where type = $1 and recorded > $2 order by ticket",  # noqa: S608 - our own columns
            Dispatched.type_name,
            min(since for spans in fell.values() for since, _ in spans),
        ):
            body = json.loads(unpacked(kept))
            by_policy = body.get("reason") in reasons and not (body.get("by") or {}).get("person")
            spans = fell.get(body.get("category"), ()) if by_policy else ()
            found += [(ticket, body["category"]) for since, until in spans if since < recorded < until]
        return sorted(found)

    async def _each(self, query: str, *values: object) -> AsyncIterator[Sequence[Any]]:
        """Stream rows; inside of a transaction."""
        async for row in self._connection.cursor(query, *values, prefetch=_AT_ONCE):
            yield tuple(row.values())

    async def _told(self, sealed: str) -> bytes | None:
        """The MD5 of what outsiders were told of an event, contacts opened; None where somebody was forgotten since."""
        opening = await self._contacts.opening(self._connection, [sealed])
        if not all(opening.get(handle) for handle in handles_in(sealed)):
            return None
        return _md5(opened_outside(sealed, opening))

    async def contacts(self) -> Opening:
        """What all contacts say that are kept, by their handles."""
        rows = await self._fetch(f"select handle, box from {KEPT_IN} where box is not null")  # noqa: S608 - our own name
        return {handle: self._contacts.opened(handle, box) for handle, box in rows}

    async def attachments(self) -> dict[str, AttachmentRow]:
        """Every attachment that was uploaded, by its id."""
        rows = await self._fetch(
            "select id, sha256, uploaded_at, receipt, removed_at is not null, gone from attachment"
        )
        return {id_: AttachmentRow(*row) for id_, *row in rows}

    async def heard(self) -> list[HeardRow]:
        """How far it heard each source."""
        return [
            HeardRow(self.service, *row)
            for row in await self._fetch("select topic, partition, source, sequence from heard")
        ]

    async def next_offsets(self) -> list[NextOffset]:
        """Where it goes on in each input."""
        return await next_offsets(self.service, self._connection)

    async def verdicts(self) -> dict[Submission, Verdict]:
        """What the door decided on all that was submitted."""
        rows = await self._fetch("select party, source, id, receipt, code is not null from submission")
        return {(intern(party), intern(source), id_): Verdict(*decided) for party, source, id_, *decided in rows}

    async def acts(self) -> dict[str, tuple[str, str]]:
        """What was said at the door of persons: by its id the login, and the party for which it was said."""
        return {act: (login, party) for act, login, party in await self._fetch("select id, login, party from act")}

    async def put(self) -> list[tuple[str, str, str]]:
        """What the HTTP door said it had taken, by party, source and id."""
        return [*await self._fetch("select party, source, id from put where sent")]

    async def acts_taken(self) -> list[tuple[str, str]]:
        """What the door of persons said it had taken: the party for which it was said, and its id."""
        return [*await self._fetch("select party, id from act where sent")]

    async def dead_places(self) -> set[tuple[str, int, int]]:
        """The places of the records that became dead letters."""
        return set(await self._fetch('select topic, partition, "offset" from dead_letter'))

    async def parked_keys(self) -> list[str]:
        """The keys that are parked because a record of theirs could not be read."""
        return [key for (key,) in await self._fetch("select distinct parked_key from parked")]

    async def paused_lanes(self) -> list[tuple[str, str]]:
        """The lanes that stand still, and why."""
        return [*await self._fetch("select name, paused from lane where paused is not null")]

    async def overdue_timers(self, at: datetime) -> int:
        """Count the timers that were due by a moment and still wait."""
        query = "select count(*) from timer where status = 'pending' and due <= $1"
        return int(await self._connection.fetchval(query, at))

    async def states(self) -> dict[str, str]:
        """The state of every key, as JSON text."""
        rows = await self._fetch("select key, body::text from state")
        return dict(rows)

    async def timers(self) -> list[TimerRow]:
        """Every timer, whatever became of it."""
        query = "select t.key, t.name, t.due, t.status, l.now from timer t join lane l on l.name = t.lane"
        return [TimerRow(*row) for row in await self._fetch(query)]

    async def histories(self, topic: str) -> AsyncIterator[tuple[str, list[HistoryRow]]]:
        """Each key with its facts on one topic in the order in which they were decided; inside of a transaction."""
        query = f"select key, type, {said()}, time from event where topic = $1 order by key, lane, number"  # noqa: S608 - our own columns
        async for key, rows in _grouped(self._connection.cursor(query, topic, prefetch=_AT_ONCE)):
            yield key, [HistoryRow(name, unpacked(kept), at) for name, kept, at in rows]

    async def redactions(self) -> list[RedactionRow]:
        """Everything that was redacted, in the order in which it was decided."""
        query = f"select key, {said()}, time from event where topic = $1 and type = $2 order by recorded, number"  # noqa: S608 - our own columns
        rows = await self._fetch(query, DISPATCH, Redacted.type_name)
        read = ((key, Redacted.model_validate_json(unpacked(kept)), at) for key, kept, at in rows)
        return [RedactionRow(key, redacted.seal, redacted.length, at) for key, redacted, at in read]

    async def rows_about(self, tickets: Collection[str]) -> AsyncIterator[tuple[str, str, str]]:
        """Every row of every table of the service that names one of these tickets, as text, with ticket and table."""
        names = await self._fetch(
            "select c.relname, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'packed')"
            " from pg_class c where c.relnamespace = current_schema()::regnamespace"
            " and c.relkind in ('r', 'p') and not c.relispartition order by c.relname"
        )
        any_of = "|".join(map(re.escape, sorted(tickets)))
        sought = re.compile(any_of)
        async with self._connection.transaction():
            for name, packs in names:
                # What is packed shows no ticket to the database: all of it is unpacked here.
                query = f"select t::text, {said()} from {name} t" if packs else f"select t::text from {name} t"  # noqa: S608 - a name from the catalogue
                narrowed = (query,) if packs else (f"{query} where t::text ~ $1", any_of)
                async for row, *kept in self._each(*narrowed):
                    whole = " ".join((row, *map(unpacked, kept)))
                    for ticket in {*sought.findall(whole)}:
                        yield ticket, name, whole

    async def entries(self) -> AsyncIterator[EntryRow]:
        """Every entry of trace, streamed; inside of a transaction."""
        async for row in self._connection.cursor(
            "select topic, partition, source, sequence, id, ticket from entry", prefetch=_AT_ONCE
        ):
            yield EntryRow(*row.values())

    async def timelines(self, types: Sequence[str]) -> AsyncIterator[tuple[str, list[HistoryRow]]]:
        """Each ticket with its entries of these types, each topic in its own order; inside of a transaction."""
        query = (
            f"select ticket, type, {said()}, at from entry where type = any($1::text[])"  # noqa: S608 - our own columns
            ' order by ticket, topic, "offset"'
        )
        async for ticket, rows in _grouped(self._connection.cursor(query, types, prefetch=_AT_ONCE)):
            yield ticket, [HistoryRow(name, unpacked(kept), at) for name, kept, at in rows]

    async def standings(self) -> dict[str, tuple[str, str]]:
        """The state and the holder of each ticket as trace tells them."""
        rows = await self._fetch("select ticket, state, holder from summary")
        return {ticket: (state, holder) for ticket, state, holder in rows}

    async def deliveries(self) -> list[DeliveryRow]:
        """Every delivery of notify with what its attempts came to."""
        query = (
            "select d.ticket, d.notice, d.audience, d.status,"
            " count(*) filter (where a.outcome in ('accepted', 'delivered')),"
            " count(*) filter (where a.outcome is not null and not a.told)"
            "   + (select count(*) from settlement s where s.notice = d.notice and not s.told)"
            " from delivery d left join attempt a using (notice) group by d.notice"
        )
        return [DeliveryRow(*row) for row in await self._fetch(query)]


def _md5(body: str) -> bytes:
    return hashlib.md5(body.encode(), usedforsecurity=False).digest()


async def _grouped(rows: Any) -> AsyncIterator[tuple[str, list[Any]]]:
    current, found = None, list[Any]()
    async for row in rows:
        key, *rest = row.values()
        if key != current:
            if current is not None:
                yield current, found
            current, found = key, []
        found.append(rest)
    if current is not None:
        yield current, found
