"""The SQL of dispatch: one function for each statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from pydantic_core import from_json

from chassis.decider import Change
from chassis.packing import said, unpacked
from chassis.service import Connection, Instant, Transaction
from chassis.store import columns
from schemas import dispatch as d
from schemas.values import IncidentId, Party, Person, Place, TicketId
from services.dispatch.core import standing as s
from services.dispatch.core.alike import Crowd, Spot
from services.dispatch.core.categories import Category
from services.dispatch.core.gathering import Gathering
from services.dispatch.core.hiding import NewestMessage
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.rules import Like, Precedent
from services.dispatch.core.state import STATE, AnyState
from services.dispatch.core.ticket import Ticket

_LOOKS_KEPT: Final = timedelta(days=1)
"""How long it is known who looked when: longer than the hour that is counted, for lanes that lie behind."""


class PrecedentRow(NamedTuple):
    """One precedent as it is stored."""

    number: int
    like: Like
    precedent: Precedent


class ReadOn(NamedTuple):
    """What was read of the precedents, and from where to read on: some may come again, and none is passed over."""

    rows: Sequence[PrecedentRow]
    horizon: str


async def precedents(connection: Connection, horizon: str) -> ReadOn:
    """Read the precedents of all transactions that had not ended at a horizon, oldest first."""
    found = await connection.fetch(
        "select pg_snapshot_xmin(pg_current_snapshot())::text as horizon,"
        " r.number, r.ticket, r.kind, r.category, r.subdistrict, r.lead, r.ground, r.returned_by from (values (1)) one"
        " left join ruling r on r.written >= $1::text::xid8 order by r.number",
        horizon,
    )
    rows = [
        PrecedentRow(
            row["number"],
            (row["category"], row["subdistrict"]),
            Precedent(row["ticket"], row["kind"], row["lead"], row["ground"], row["returned_by"]),
        )
        for row in found
        if row["number"] is not None
    ]
    return ReadOn(rows, found[0]["horizon"])


async def newest_messages(transaction: Transaction, key: str) -> Sequence[NewestMessage]:
    """Read the newest of each thing that outsiders were told under a key; of desk tasks, of each task."""
    rows = await transaction.connection.fetch(
        f"select topic, type, {said()} from event where outward and key = $1 order by recorded, number",  # noqa: S608 - our own columns
        key,
    )
    newest: dict[tuple[str, str, str], NewestMessage] = {}
    for topic, name, kept in rows:
        told = NewestMessage(topic, name, unpacked(kept))
        newest[topic, name, from_json(told.body).get("task") or ""] = told
    return [newest[thing] for thing in sorted(newest)]


async def state(transaction: Transaction, key: str) -> AnyState:
    """Read what is remembered under a key, as this transaction leaves it."""
    body = await transaction.connection.fetchval("select body::text from state where key = $1", key)
    return STATE.validate_json(body)


async def gatherings(connection: Connection) -> Sequence[Gathering]:
    """Read which incidents gather what still comes, the oldest first."""
    rows = await connection.fetch("select incident, category, place from gathering order by incident")
    return [Gathering(row["incident"], row["category"], Place.model_validate_json(row["place"])) for row in rows]


async def keep(connection: Connection, changes: Sequence[Change[AnyState]]) -> None:
    """Keep the rulings among what was decided, which incidents gather, and which categories only people dispatch."""
    await _keep_precedents(connection, changes)
    await _keep_looks(connection, changes)
    for change in changes:
        if isinstance(change.after, Incident):
            await _keep_gathering(connection, change.after)
        if isinstance(change.after, Category):
            await _keep_fallen_back(connection, change.after)


async def looked(connection: Connection, people: Sequence[str], since: Instant) -> Mapping[str, Sequence[Instant]]:
    """Read when each of these people, by party and id, looked at contacts since a moment."""
    rows = await connection.fetch(
        "select person, array_agg(at) as at from look where person = any($1::text[]) and at > $2 group by person",
        *(people, since),
    )
    return {row["person"]: row["at"] for row in rows}


async def _keep_looks(connection: Connection, changes: Sequence[Change[AnyState]]) -> None:
    rows = [
        (change.key, change.version - place, looker(fact.by.party, fact.by.person), cause.time)
        for change in changes
        if isinstance(change.after, Ticket) and change.after.shown
        for place, (fact, cause) in enumerate(reversed(change.facts))
        if isinstance(fact, d.ContactShown) and fact.by.person is not None
    ]
    if rows:
        await connection.executemany(
            "insert into look (ticket, version, person, at) values ($1, $2, $3, $4) on conflict do nothing", rows
        )
        await connection.execute("delete from look where at < $1", min(at for *_, at in rows) - _LOOKS_KEPT)


def looker(party: Party | None, person: Person | None) -> str:
    """Name whoever looks at contacts: a person of the office, or of a department, by the id that they have there."""
    return f"{party}/{person.id if person else ''}"


async def fallen_back(connection: Connection) -> frozenset[str]:
    """Read which categories only people dispatch."""
    return frozenset(row["category"] for row in await connection.fetch("select category from fallen_back"))


async def _keep_fallen_back(connection: Connection, category: Category) -> None:
    if category.fallen_back:
        said = "insert into fallen_back (category) values ($1) on conflict (category) do nothing"
    else:
        said = "delete from fallen_back where category = $1"
    await connection.execute(said, category.category)


async def _keep_gathering(connection: Connection, incident: Incident) -> None:
    if not incident.gathers or incident.category is None or incident.place is None:
        return
    if incident.at == "closed":
        await connection.execute("delete from gathering where incident = $1", incident.incident)
        return
    await connection.execute(
        "insert into gathering (incident, category, place) values ($1, $2, $3) on conflict (incident) do nothing",
        incident.incident,
        incident.category,
        incident.place.model_dump_json(),
    )


_CROWD_KEPT: Final = 200
"""So many tickets of one place and category are kept: who decides about more sees these."""


async def count_in(
    connection: Connection, rows: Sequence[tuple[str, str, TicketId, Instant]], since: Instant
) -> Sequence[Crowd]:
    """Count tickets among the like, by place and category, and read these; some of what was over is thrown away.

    A row of a place is locked until the transaction ends, so that of two that come at once the later one sees both.
    """
    found = await connection.fetch(
        "with gone as (delete from crowd where ctid = any(array(select ctid from crowd"
        " where newest < $6 and coalesce(quiet_until, '-infinity') < $6 and incident is null"
        " and not place = any($1::text[]) order by newest limit 10 for update skip locked)))"
        " insert into crowd as c (place, category, tickets, registered, newest)"
        " select place, category, array_agg(ticket order by at), array_agg(at order by at), max(at)"
        " from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as came (place, category, ticket, at)"
        " group by place, category order by place, category"
        " on conflict (place, category) do update set newest = greatest(c.newest, excluded.newest),"
        " tickets = (c.tickets || excluded.tickets)[greatest(1, cardinality(c.tickets || excluded.tickets) - $5 + 1):],"
        " registered = (c.registered || excluded.registered)"
        "[greatest(1, cardinality(c.registered || excluded.registered) - $5 + 1):]"
        " returning *",
        *(*columns(rows, 4), _CROWD_KEPT, since),
    )
    return [
        Crowd(
            (row["place"], row["category"]),
            list(zip(row["tickets"], row["registered"], strict=True)),
            row["told"],
            row["told_callers"],
            row["quiet_until"],
            row["incident"],
        )
        for row in found
    ]


async def tickets(connection: Connection, keys: Sequence[str]) -> Sequence[Ticket]:
    """Read tickets as this transaction leaves them, in the order of their keys here."""
    rows = await connection.fetch("select key, body::text from state where key = any($1::text[])", keys)
    found = {row["key"]: STATE.validate_json(row["body"]) for row in rows}
    states = [found.get(key) for key in keys]
    return [each for each in states if isinstance(each, Ticket)]


async def told_of(connection: Connection, spot: Spot, ticket: TicketId, callers: int) -> None:
    """Keep at whose task people are pointed to the like, and how many callers there were."""
    await connection.execute(
        "update crowd set told = $3, told_callers = $4 where place = $1 and category = $2", *spot, ticket, callers
    )


async def ask_again(connection: Connection, ticket: TicketId) -> None:
    """Nobody is pointed to the like at this ticket any more."""
    await connection.execute("update crowd set told = null, told_callers = null where told = $1", ticket)


async def quieten(connection: Connection, ticket: TicketId, until: Instant) -> None:
    """Ask nobody about the like of this ticket until then."""
    await connection.execute("update crowd set quiet_until = $2 where told = $1", ticket, until)


async def gather(connection: Connection, ticket: TicketId, incident: IncidentId) -> None:
    """The like of this ticket belong to an incident: who still comes is offered for it.

    One that closed meanwhile takes none of them: they stay, and are pointed out again.
    """
    await connection.execute(
        "update crowd set incident = $2, tickets = '{}', registered = '{}' where told = $1"
        " and not exists (select from state where key = $2 and body ->> 'at' = 'closed')",
        *(ticket, incident),
    )


async def closed(connection: Connection, incident: IncidentId) -> None:
    """Nobody is offered for an incident any more."""
    await connection.execute("update crowd set incident = null where incident = $1", incident)


async def _keep_precedents(connection: Connection, changes: Sequence[Change[AnyState]]) -> None:
    rows = list(rulings(changes))
    if rows:
        await connection.executemany(
            "insert into ruling (ticket, version, kind, category, subdistrict, lead, ground, returned_by)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (ticket, version) do nothing",
            rows,
        )


Stored = tuple[str, int, str, str, str, str | None, str | None, str | None]


def rulings(changes: Iterable[Change[AnyState]]) -> Iterable[Stored]:
    """Find the rulings among changes, with the version of the ticket that each fact made."""
    for change in changes:
        if not isinstance(change.after, Ticket):
            continue
        matter = change.after.matter
        if matter.category is None or matter.place.subdistrict is None:
            continue
        like = matter.category, matter.place.subdistrict
        ground = _ground(change.before)
        for index, (fact, _) in enumerate(change.facts):
            number = change.version - len(change.facts) + index + 1
            match fact:
                case d.ReturnRequested():
                    ground = fact.ground
                case d.Adjudicated():
                    yield change.key, number, "adjudicated", *like, fact.lead, ground, None
                case d.ReturnOverruled():
                    yield change.key, number, "overruled", *like, fact.department, ground, fact.department
                case d.ReturnUpheld():
                    yield change.key, number, "upheld", *like, None, ground, fact.department
                case _:
                    pass


def _ground(before: AnyState | None) -> str | None:
    if isinstance(before, Ticket) and isinstance(before.standing, s.ReturnRequested | s.Adjudicating):
        return before.standing.ground
    return None
