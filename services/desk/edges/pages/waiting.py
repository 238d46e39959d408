"""What pages look up of what waits for the office: what is meant by their address, in its order, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from chassis.service import Pool
from rulebook.desk import TASKS
from schemas.public import DeskTask
from schemas.values import Due, breach_by
from services.desk.core.pressing import Weight
from services.desk.core.rights import Mine, Reads
from services.desk.edges.pages.lookup import PAGE
from services.desk.edges.pages.moments import Moments, due_between

Time = Literal["late", "today"]
LATE: Final = "late"
TODAY: Final = "today"


class WantedTasks(NamedTuple):
    """What a page asks for of all that waits; what is None is no matter."""

    task: str | None = None
    tier: str | None = None
    category: str | None = None
    subdistrict: str | None = None
    text: str | None = None
    time: Time | None = None
    mine: Literal["yes"] | None = None


class Reader(NamedTuple):
    """Who reads: what they may find by words that were said in confidence, and what is theirs to do."""

    reads: Reads
    mine: Mine


class Waiting(NamedTuple):
    """One row of the queue, how pressing it is, and when it is due."""

    task: DeskTask
    weight: Weight
    due: Due

    @property
    def ahead(self) -> bool:
        """Whether it stands above what waits as usual."""
        return self.weight < Weight.USUAL

    @property
    def key(self) -> str:
        """What the row is called on the page."""
        return f"{self.task.ticket}-{self.task.task}"

    @property
    def has_limit(self) -> bool:
        """Whether a clock of the centre counts it; without one somebody else's is overdue."""
        return any(kind == self.task.task and asked.clock is not None for kind, asked in TASKS.items())

    def is_late(self, now: datetime) -> bool:
        """Whether its time is over, whatever working days are published yet."""
        return breach_by(self.due) < now

    def read_by(self, reads: Reads) -> Waiting:
        """The row as somebody reads it."""
        return self._replace(task=reads.shown(self.task))


_ROW: Final = "body, weight, due, late"
_WANTED: Final = (
    "body is not null and ($1::text is null or task = $1) and ($2::text is null or body ->> 'tier' = $2)"
    " and ($3::text is null or coalesce(body ->> 'category', body ->> 'suggestion') = $3)"
    " and ($4::text is null or body ->> 'subdistrict' = $4)"
    " and ($5::text is null or ticket = $5 or (strpos(body ->> 'text', $5) > 0"
    " or strpos(body #>> '{place,text}', $5) > 0) and (body -> 'confidential' is null or $8 or task = any($9)))"
    " and case $6::text when 'late' then late < $12 when 'today' then late >= $12 and due < $13 else $12 <= $13 end"
    " and ($7::text is null or task = any($10)"
    " and not coalesce(task || ' ' || (body #>> '{requested_by,id}') = any($11), false))"
)


def _asked(wanted: WantedTasks, reader: Reader, moments: Moments) -> tuple[Any, ...]:
    reads, mine = reader
    return (*wanted, reads.looks, sorted(reads.answers), sorted(mine.tasks), sorted(mine.own), *moments)


async def waiting(
    pool: Pool, wanted: WantedTasks, reader: Reader, moments: Moments, page: int, size: int = PAGE
) -> tuple[Sequence[Waiting], int]:
    """List one page of what is meant, the most pressing first, of these what is due first; and count all of it.

    It says all words of each, which whoever shows them has to read for its reader (`Waiting.read_by`).
    """
    rows = await pool.fetch(
        f"select {_ROW}, count(*) over () as total from task where {_WANTED}"  # noqa: S608 - our own condition
        " order by weight, due, ticket, task limit $14 offset $15",
        *(*_asked(wanted, reader, moments), size, (page - 1) * size),
    )
    return [_waiting(row) for row in rows], rows[0]["total"] if rows else 0


async def keys(
    pool: Pool, wanted: WantedTasks, reader: Reader, moments: Moments, most: int
) -> Sequence[tuple[str, str]]:
    """Name what is meant by ticket and task, in the order of the list, and no more than so many."""
    rows = await pool.fetch(
        f"select ticket, task from task where {_WANTED} order by weight, due, ticket, task limit $14",  # noqa: S608 - ours
        *(*_asked(wanted, reader, moments), most),
    )
    return [(row["ticket"], row["task"]) for row in rows]


async def these(pool: Pool, named: Sequence[tuple[str, str]], reads: Reads) -> Mapping[tuple[str, str], Waiting]:
    """Find what waits of what is named by ticket and task, as somebody reads it."""
    rows = await pool.fetch(
        f"select {_ROW} from task where body is not null"  # noqa: S608 - our own names
        " and (ticket, task) in (select * from unnest($1::text[], $2::text[]))",
        *([ticket for ticket, _ in named], [task for _, task in named]),
    )
    found = [_waiting(row).read_by(reads) for row in rows]
    return {(each.task.ticket, each.task.task): each for each in found}


def _waiting(row: Any) -> Waiting:
    task = DeskTask.model_validate_json(row["body"])
    return Waiting(task, Weight(row["weight"]), due_between(row["due"], row["late"]))


async def urgent_calls(pool: Pool) -> Sequence[Waiting]:
    """List what is urgent and nobody has acknowledged, what is due first on top, with all its words."""
    rows = await pool.fetch(
        f"select {_ROW} from task where body is not null and task = 'urgent_call' order by due, ticket"  # noqa: S608 - ours
    )
    return [_waiting(row) for row in rows]


async def counts(pool: Pool, moments: Moments) -> Mapping[str, int]:
    """Count what waits: by task, what is late, what has to be done today, and all of it under ''."""
    rows = await pool.fetch(
        "select task, count(*) as number, count(*) filter (where late < $1) as late,"
        " count(*) filter (where late >= $1 and due < $2) as today from task where body is not null group by task",
        *moments,
    )
    of_time = {name: sum(row[name] for row in rows) for name in (LATE, TODAY)}
    return {row["task"]: row["number"] for row in rows} | of_time | {"": sum(row["number"] for row in rows)}


class InSubdistrict(NamedTuple):
    """What is meant in one sub-district: how much of it, and how much of that is late."""

    subdistrict: str | None
    number: int
    late: int


async def parts(pool: Pool, wanted: WantedTasks, reader: Reader, moments: Moments) -> Sequence[InSubdistrict]:
    """Count what is meant by its sub-district; None where nobody knows it."""
    rows = await pool.fetch(
        "select body ->> 'subdistrict' as part, count(*) as number, count(*) filter (where late < $12) as late"  # noqa: S608 - ours
        f" from task where {_WANTED} group by 1",
        *_asked(wanted, reader, moments),
    )
    return [InSubdistrict(*row) for row in rows]


async def one(pool: Pool, ticket: str, task: str) -> Waiting | None:
    """Find what waits of a ticket; None where it waits no more."""
    found = f"select {_ROW} from task where ticket = $1 and task = $2 and body is not null"  # noqa: S608 - our own names
    row = await pool.fetchrow(found, ticket, task)
    return _waiting(row) if row is not None else None


async def of_ticket(pool: Pool, ticket: str) -> Sequence[str]:
    """Name everything that waits of a ticket."""
    rows = await pool.fetch("select task from task where ticket = $1 and body is not null order by since, task", ticket)
    return [row["task"] for row in rows]


async def changed(
    pool: Pool, wanted: WantedTasks, reader: Reader, moments: Moments, since: int, until: int
) -> Mapping[str, int]:
    """Name what changed from one transaction up to another, as rows are called, and whether it waits and is meant."""
    rows = await pool.fetch(
        f"select ticket, task, coalesce({_WANTED}, false) as meant from task"  # noqa: S608 - our own condition
        " where changed >= $14::bigint::text::xid8 and changed < $15::bigint::text::xid8"
        " order by changed, ticket, task",
        *(*_asked(wanted, reader, moments), since, until),
    )
    return {f"{row['ticket']}-{row['task']}": int(row["meant"]) for row in rows}
