"""What stands in the tables of one service, read under its own role and whole, as it was at one moment."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Any, Final, Literal

import asyncpg

from chassis.clock import wall
from chassis.contacts import KEPT_IN, Opening, Vault, handles_in, opened_outside
from chassis.packing import said, unpacked
from chassis.store import columns
from schemas.dispatch import CategoryFellBack, CategoryRestored, Dispatched, Redacted
from schemas.registry import DISPATCH
from services.trace.for_tools import Rate, referred_statement
from tools.client.backlog import NextOffset, next_offsets
from tools.verify.attachments import AttachmentRow
from tools.verify.rows import DeliveryRow, EntryRow, EventRow, HeardRow, HistoryRow, RedactionRow, TimerRow
from tools.verify.submissions import DoorVerdict, Submission
from tools.verify.window import one_of

_AT_ONCE = 5_000


_MOMENTS: Final = timedelta(seconds=10)
_SEALED: Final = re.compile('"(sealed|veil)"')
_ALWAYS: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
"""From when, until when, and as if it were when."""


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

    async def moved(self, since: datetime) -> set[str]:
        """The keys of which something was recorded since a moment."""
        return {key for (key,) in await self._fetch("select distinct key from event where recorded >= $1", since)}

    async def events(self, since: datetime | None = None) -> AsyncIterator[EventRow]:
        """Every event that the service recorded, or recorded since a moment, streamed."""
        where, values = ("true", ()) if since is None else ("recorded >= $1", (since,))
        async for event in self._events(f"{where} order by lane, number", *values):
            yield event

    async def events_at(self, places: Sequence[tuple[str, str, int, int]]) -> AsyncIterator[EventRow]:
        """The events with these numbers, by lane, topic, partition and sequence number."""
        where = (
            "(lane, topic, partition, sequence) in (select * from unnest($1::text[], $2::text[], $3::int[],"
            " $4::bigint[]))"
        )
        async for event in self._events(where, *columns(places, 4)):
            yield event

    async def _events(self, where: str, *values: object) -> AsyncIterator[EventRow]:
        query = (
            f"select lane, number, topic, partition, sequence, id::text, key, type, {said()}, outward, recorded"  # noqa: S608 - our own columns
            f" from event where {where}"
        )
        async with self._connection.transaction():
            async for *told, kept, outward, recorded in self._each(query, *values):
                body = unpacked(kept)
                digest = await self._told(body) if outward and _SEALED.search(body) else _md5(body)
                lane, number, topic, partition, sequence, id_, key, name = told
                place = (self.service, lane, number, topic, partition, sequence)
                yield EventRow(*place, id_, key, name, digest, recorded, body)

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

    async def _in_order(self, query: str, *values: object) -> AsyncIterator[tuple[str, list[HistoryRow]]]:
        """Each key with its rows, of a query for key, type, what is said and when, ordered by key."""
        async for key, rows in _grouped(self._each(query, *values)):
            yield key, [HistoryRow(name, unpacked(kept), at) for name, kept, at in rows]

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

    async def contacts(self, tickets: Collection[str] | None = None) -> Opening:
        """What all contacts say that are kept, or those of some tickets, by their handles."""
        where, values = one_of("ticket", tickets)
        rows = await self._fetch(f"select handle, box from {KEPT_IN} where box is not null and {where}", *values)  # noqa: S608 - our own name
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

    async def verdicts(
        self, came: Iterable[Submission], since: datetime | None = None
    ) -> dict[Submission, DoorVerdict]:
        """What the door decided on all that was submitted; with `since` on what came, some of it before that."""
        query = "select party, source, id, receipt, code is not null, false from submission"
        if since is None:
            rows = await self._fetch(query)
        else:
            named = columns(came, 3)
            rows = await self._fetch(
                "select party, source, id, receipt, code is not null, at < $4 from unnest($1::text[], $2::text[],"
                " $3::text[]) x(party, source, id) join submission using (party, source, id)",
                *named,
                since,
            )
        return {(intern(party), intern(source), id_): DoorVerdict(*decided) for party, source, id_, *decided in rows}

    async def acts(self, ids: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
        """What was said at the door of persons, or these acts: by id the login, and the party for which it was said."""
        where, values = one_of("id", ids)
        rows = await self._fetch(f"select id, login, party from act where {where}", *values)  # noqa: S608 - our own name
        return {act: (login, party) for act, login, party in rows}

    async def put(self, since: datetime | None) -> list[tuple[str, str, str]]:
        """What the HTTP door said it had taken, ever or since a moment, by party, source and id."""
        return [*await self._fetch("select party, source, id from put where sent and at >= $1", since or _ALWAYS[0])]

    async def acts_taken(self, since: datetime | None) -> list[tuple[str, str]]:
        """What the door of persons said it had taken, ever or since: the party for which it was said, and its id."""
        return [*await self._fetch("select party, id from act where sent and at >= $1", since or _ALWAYS[0])]

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

    async def states(self, keys: Collection[str]) -> dict[str, str]:
        """The states of these keys, as JSON text."""
        rows = await self._fetch("select key, body::text from state where key = any($1::text[])", list(keys))
        return dict(rows)

    async def timers(self, keys: Collection[str]) -> dict[str, TimerRow]:
        """The timers of these keys, whatever became of them."""
        query = (
            "select t.key, t.name, t.due, t.status, l.now from timer t join lane l on l.name = t.lane"
            " where t.key = any($1::text[])"
        )
        return {row[0]: TimerRow(*row) for row in await self._fetch(query, list(keys))}

    async def without_facts(self, table: Literal["state", "timer"], topic: str) -> list[str]:
        """The keys of which a table knows something, and this topic no fact."""
        query = (
            f"select key from {table} t where not exists"  # noqa: S608 - our own name
            " (select from event e where e.key = t.key and e.topic = $1) order by key"
        )
        return [key for (key,) in await self._fetch(query, topic)]

    async def histories(
        self, topic: str, keys: Collection[str] | None = None
    ) -> AsyncIterator[tuple[str, list[HistoryRow]]]:
        """Each key, or each of these, with its facts on one topic as they were decided; inside of a transaction."""
        where, values = one_of("key", keys)
        query = (
            f"select key, type, {said()}, time from event where {where} and topic = '{topic}'"  # noqa: S608 - our own columns and topics
            " order by key, lane, number"
        )
        async for each in self._in_order(query, *values):
            yield each

    async def newest_told(self, keys: Collection[str]) -> AsyncIterator[tuple[EventRow, datetime, str]]:
        """What outsiders were told of these keys, in order: the event, by when it is judged, and what they read."""
        query = (
            f"select lane, number, topic, partition, sequence, id::text, key, type, time, recorded, {said()}"  # noqa: S608 - our own columns
            " from event where key = any($1::text[]) and outward order by key, recorded, number"
        )
        async with self._connection.transaction():
            async for *told, at, recorded, kept in self._each(query, sorted(keys)):
                sealed = unpacked(kept)
                opening = await self._contacts.opening(self._connection, [sealed]) if _SEALED.search(sealed) else {}
                lane, number, topic, partition, sequence, id_, key, name = told
                place = (self.service, lane, number, topic, partition, sequence)
                yield EventRow(*place, id_, key, name, None, recorded), at, opened_outside(sealed, opening)

    async def redactions(self, keys: Collection[str] | None = None) -> list[RedactionRow]:
        """Everything that was redacted, or of these keys, in the order in which it was decided."""
        where, values = one_of("key", keys)
        query = (
            f"select key, {said()}, time from event where {where} and topic = '{DISPATCH}'"  # noqa: S608 - our own columns and topics
            f" and type = '{Redacted.type_name}' order by recorded, number"
        )
        rows = await self._fetch(query, *values)
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

    async def entries(self, begins: Sequence[tuple[str, str, int, int]] | None = None) -> AsyncIterator[EntryRow]:
        """Every entry of trace, streamed; or of these sources (with topic, partition) from a number on."""
        query = "select topic, partition, source, sequence, id, ticket from entry"
        if begins is not None:
            query += (
                " join unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) x(source, topic, partition, first)"
                " using (source, topic, partition) where sequence >= first"
            )
        async for row in self._each(query, *(() if begins is None else columns(begins, 4))):
            yield EntryRow(*row)

    async def timelines(
        self, types: Sequence[str], tickets: Collection[str] | None = None
    ) -> AsyncIterator[tuple[str, list[HistoryRow]]]:
        """Each ticket, or each of these, with its entries of these types, each topic in its order; in a transaction."""
        where, values = one_of("ticket", tickets)
        query = (
            f"select ticket, type, {said()}, at from entry where {where} and type in ({', '.join(map(repr, types))})"  # noqa: S608 - our own columns and types
            ' order by ticket, topic, "offset"'
        )
        async for each in self._in_order(query, *values):
            yield each

    async def standings(self, tickets: Collection[str]) -> dict[str, tuple[str, str]]:
        """The state and the holder of these tickets as trace tells them."""
        rows = await self._fetch(
            "select ticket, state, holder from summary where ticket = any($1::text[])", list(tickets)
        )
        return {ticket: (state, holder) for ticket, state, holder in rows}

    async def note_run(self, began: datetime, since: datetime | None, found: Sequence[int]) -> None:
        """Note what a run found: `found` has a number of findings for each promise."""
        await self._connection.execute(
            "insert into verified (began_at, ended_at, since, promises, broken, findings)"
            " values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            *(began, max(began, wall()), since, len(found), sum(map(bool, found)), sum(found)),
        )

    async def deliveries(self, tickets: Collection[str] | None = None) -> list[DeliveryRow]:
        """Every delivery of notify, or those of some tickets, with what its attempts came to."""
        where, values = one_of("d.ticket", tickets)
        query = (
            "select d.ticket, d.notice, d.audience, d.status,"  # noqa: S608 - our own columns
            " count(*) filter (where a.outcome in ('accepted', 'delivered')),"
            " count(*) filter (where a.outcome is not null and not a.told)"
            "   + (select count(*) from settlement s where s.notice = d.notice and not s.told)"
            f" from delivery d left join attempt a using (notice) where {where} group by d.notice"
        )
        return [DeliveryRow(*row) for row in await self._fetch(query, *values)]


def _md5(body: str) -> bytes:
    return hashlib.md5(body.encode(), usedforsecurity=False).digest()


async def _grouped(rows: AsyncIterator[Sequence[Any]]) -> AsyncIterator[tuple[str, list[Any]]]:
    current, found = None, list[Any]()
    async for key, *rest in rows:
        if key != current:
            if current is not None:
                yield current, found
            current, found = key, []
        found.append(rest)
    if current is not None:
        yield current, found
