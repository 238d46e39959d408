"""Reading what was noted: one function per question, each one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import asyncpg

from chassis.packing import said, unpacked
from chassis.service import Pool
from rulebook.clocks import CLIMBING
from rulebook.desk import TASKS
from schemas import dispatch as d
from schemas.values import Clock, DeskTaskKind
from services.trace import store
from services.trace.core.figures import Counted
from services.trace.core.lateness import late
from services.trace.core.rows import ClockRow, Summary
from services.trace.edges.pages import place_of, read_place
from services.trace.edges.rates import By, Rate, statement, tickets_statement

Row: TypeAlias = dict[str, Any]

_SUMMARY: Final = ", ".join(f"s.{name}" for name in store.SUMMARIES.names)
_CLOCK: Final = ", ".join(f"c.{name}" for name in store.CLOCKS.names)


def array_of(*names: str) -> str:
    """Our own names as an array in SQL."""
    return f"array[{', '.join(repr(str(name)) for name in names)}]"


def read_back(row: asyncpg.Record) -> Row:
    """A row with the body of the entry that it tells of; None where it tells of none."""
    kept = row["said"]
    return {**row, "body": None if kept is None else unpacked(kept)}


_DEPARTMENTS_CLOCKS: Final = array_of(*sorted(CLIMBING - {Clock.CITIZEN, Clock.FIRST_CONTACT}))
"""By what the lead has to have something done: the clocks that climb, but for the citizen's and the first contact's."""


@dataclass(frozen=True, slots=True)
class TicketStanding:
    """A ticket's summary, when it is due for the department and for the citizen, and how many clocks are late."""

    summary: Summary
    due: datetime | None
    citizen_due: datetime | None
    overdue: int


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets a list is about, of all or of the `open` ones; what is None does not matter."""

    state: str | None = None
    department: str | None = None
    overdue: bool | None = None
    open: bool = False


class Window(NamedTuple):
    """From when to when something is counted, and what is now."""

    since: datetime
    until: datetime
    now: datetime


class OpenStep(NamedTuple):
    """What open tickets wait for: how many of them, and since when the first."""

    name: str
    tickets: int
    since: datetime | None


class Opened(NamedTuple):
    """Which tickets behind a rate are asked for: of which part ('' for none, all if None), how many, after which."""

    part: str | None
    limit: int
    after: str | None


class Behind(NamedTuple):
    """A ticket that is counted in a rate, as what it counts, and its place in the list of them."""

    ticket: str
    verdict: str
    place: str


async def calendars(pool: Pool) -> list[str]:
    """The calendars that were published, each once, in the order in which they came."""
    rows = await pool.fetch(
        f"select (array_agg({said()}))[1] as said from entry where type = 'liuhen.rules.calendar-published.v1'"  # noqa: S608 - our own names
        " group by source order by min(recorded), source"
    )
    return [unpacked(row["said"]) for row in rows]


async def rights_changes(pool: Pool, until: datetime) -> list[str]:
    """What was said of rights up to a moment, in its order."""
    rows = await pool.fetch(
        f"select {said()} from entry where type = 'liuhen.rules.rights-changed.v1' and at <= $1 order by at, recorded",  # noqa: S608 - our own names
        until,
    )
    return [unpacked(kept) for (kept,) in rows]


async def steps(pool: Pool) -> list[OpenStep]:
    """Count open tickets by what they wait for; reads of the table only what is open."""
    rows = await pool.fetch(
        "select waits_for, count(*), min(waiting_since) from summary where is_open group by waits_for"
    )
    return [OpenStep(*row) for row in rows]


async def standing_alarms(pool: Pool) -> int:
    """Count the urgent calls that nobody answered and that nobody else is called for any more."""
    found: int = await pool.fetchval(
        f"select count(*) from summary s where {_at_desk(DeskTaskKind.URGENT_CALL)} and not exists"  # noqa: S608 - our own names
        " (select from clock c where c.ticket = s.ticket and c.clock = $1 and c.status = 'running')",
        Clock.DUTY_ACKNOWLEDGEMENT.value,
    )
    return found


async def checked_dispatches(pool: Pool) -> dict[str, int]:
    """Count what policy dispatched and a person checks, by what was found."""
    rows = await pool.fetch("select check_verdict, count(*) from summary where drawn_at is not null group by 1")
    return {verdict: found for verdict, found in rows}  # noqa: C416 - records are no tuples to the type checker


async def tickets_of(pool: Pool, number_or_receipt: str) -> list[str]:
    """Find the ticket of a number, or the tickets of a receipt."""
    rows = await pool.fetch(
        "select ticket from summary where ticket = $1 union select ticket from receipt where receipt = $1 order by 1",
        number_or_receipt,
    )
    return [row["ticket"] for row in rows]


def is_incident(name: str) -> bool:
    """Whether this is how the code of an incident begins; numbers are digits, and receipts begin otherwise."""
    return name.startswith("M")


async def members_of(pool: Pool, incident: str) -> list[str]:
    """Find the tickets that belong to an incident."""
    rows = await pool.fetch("select ticket from summary where incident = $1 order by 1", incident)
    return [row["ticket"] for row in rows]


async def of_department(pool: Pool, department: str, tickets: Sequence[str]) -> list[str]:
    """Choose of these the tickets that a department leads or supports, in order of their numbers."""
    own = "lead = $1 or $1 = any(string_to_array(supporting, ' '))"
    rows = await pool.fetch(
        f"select ticket from summary where ticket = any($2::text[]) and ({own}) order by 1",  # noqa: S608 - our own names
        department,
        tickets,
    )
    return [row["ticket"] for row in rows]


async def standings(pool: Pool, tickets: Sequence[str], now: datetime) -> list[TicketStanding]:
    """Read where these tickets stand, in order of their numbers."""
    chosen = "select * from summary where ticket = any($2::text[])"
    rows = await pool.fetch(STANDING.format(chosen=chosen, order="s.ticket"), now, tickets)
    return [standing_of(row) for row in rows]


async def listed(
    pool: Pool, wanted: TicketFilter, now: datetime, limit: int, after: str | None = None
) -> list[TicketStanding]:
    """List tickets, the newest first, from behind the ticket `after`."""
    order = f"{_NEWEST} desc, s.ticket desc"
    behind = f" and ({_NEWEST}, s.ticket) < ((select {_NEWEST} from summary s where s.ticket = $6), $6)"  # noqa: S608
    among = f"{_WANTED}{' and s.is_open' if wanted.open else ''}{behind if after else ''}"
    chosen = f"select * from summary s where {among} order by {order} limit $5"  # noqa: S608 - our own names
    values = (wanted.state, wanted.department, wanted.overdue, limit, *((after,) if after else ()))
    rows = await pool.fetch(STANDING.format(chosen=chosen, order=order), now, *values)
    return [standing_of(row) for row in rows]


async def how_many(pool: Pool, wanted: TicketFilter, now: datetime) -> int:
    """Count the tickets that a list is about."""
    count = f"select count(*) from summary s where {_WANTED}"  # noqa: S608 - our own names
    found: int = await pool.fetchval(count, now, wanted.state, wanted.department, wanted.overdue)
    return found


async def is_ticket(pool: Pool, number: str, led_by: str | None = None) -> bool:
    """Tell whether there is a ticket of this number, among those that a department led where one is named."""
    return bool(
        await pool.fetchval(
            "select exists (select from summary s where s.ticket = $1 and ($2::text is null or exists"
            " (select from orders o where o.ticket = s.ticket and o.lead = $2)))",
            number,
            led_by,
        )
    )


_LATE: Final = late("c", "$1")
LATE: Final = f"select c.ticket from clock c where {_LATE}"  # noqa: S608 - our own names
_OPEN: Final = "c.status in ('running', 'paused')"
_NEWEST: Final = "coalesce(s.registered_at, '-infinity')"
_WANTED: Final = (
    "($2::text is null or s.state = $2) and ($3::text is null or s.lead = $3)"
    f" and ($4::bool is null or (s.ticket in ({LATE})) = $4)"
)
STANDING: Final = (
    f"select {_SUMMARY}, k.due, k.citizen_due, coalesce(k.overdue, 0) from ({{chosen}}) s"  # noqa: S608 - our own names
    f" left join lateral (select min(c.due) filter (where c.clock = any({_DEPARTMENTS_CLOCKS}) and {_OPEN}) as due,"
    f" min(c.due) filter (where c.clock = 'citizen' and {_OPEN}) as citizen_due,"
    f" count(*) filter (where {_LATE}) as overdue"
    f" from clock c where c.ticket = s.ticket and ({_OPEN} or c.missed)) k"
    " on true order by {order}"
)


def standing_of(row: Iterable[Any]) -> TicketStanding:
    """Read one row of `STANDING`."""
    *summary, due, citizen_due, overdue = row
    return TicketStanding(store.SUMMARIES.read(summary), due, citizen_due, overdue)


async def clocks(pool: Pool, ticket: str) -> list[ClockRow]:
    """Read the clocks of a ticket by when they started."""
    rows = await pool.fetch(
        f"select {_CLOCK} from clock c where ticket = $1 order by started_at, clock_id",  # noqa: S608 - our own column names
        ticket,
    )
    return [store.CLOCKS.read(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for somebody: on which tickets, which clock tells until when, which facts tell what is asked."""

    where: str
    clock: Clock | None
    facts: tuple[type[d.DispatchFact], ...] = ()


def _at_desk(task: DeskTaskKind) -> str:
    return f"s.at_desk and '{task.value}' = any(string_to_array(s.desk, ' '))"


_FACTS: Final[Mapping[DeskTaskKind, tuple[type[d.DispatchFact], ...]]] = {
    DeskTaskKind.URGENT_CALL: (d.UrgentCalled,),
    DeskTaskKind.STOP_WORDS: (d.StopWordsFound,),
    DeskTaskKind.UNIT_PASS_ON: (),
    DeskTaskKind.SURVEY_OFFICE: (),
    DeskTaskKind.DISPATCHING: (d.DispatchAwaited,),
    DeskTaskKind.RETURN_RULING: (d.ReturnRequested,),
    DeskTaskKind.ADJUDICATION: (d.AdjudicationOpened,),
    DeskTaskKind.REVIEW: (d.Handled,),
    DeskTaskKind.TASK_REVIEW: (d.SupportTaskDone,),
    DeskTaskKind.UNIT_LATE: (d.Overdue,),
    DeskTaskKind.CALLBACK_LATE: (d.Overdue,),
    DeskTaskKind.OUTCOME_RULING: (d.Closed,),
    DeskTaskKind.REFERRAL: (d.Transferred, d.ReferralRecorded),
    DeskTaskKind.REDISPATCH: (d.Corrected,),
    DeskTaskKind.ALIKE: (d.AlikeNoticed,),
    DeskTaskKind.DISPATCH_CHECK: (d.Dispatched,),
    DeskTaskKind.AUTOMATION: (d.AutomationEnded,),
    DeskTaskKind.EXTENSION: (d.ExtensionRequested,),
    DeskTaskKind.SUSPENSION: (d.SuspensionRequested,),
    DeskTaskKind.APPROVAL: (d.ApprovalRequested,),
    DeskTaskKind.COMMITMENT_CHECK: (d.Committed,),
    DeskTaskKind.WITHDRAWAL: (d.WithdrawalAsked,),
    DeskTaskKind.REOPENING: (d.ReopeningAsked,),
    DeskTaskKind.SUPERVISION: (d.SupervisionAnswered,),
    DeskTaskKind.CALLBACK_REVIEW: (d.SupervisionAnswered,),
    DeskTaskKind.NUDGE: (d.EscalationProposed,),
    DeskTaskKind.SUPERVISE: (d.EscalationProposed,),
    DeskTaskKind.INTERVIEW: (d.EscalationProposed,),
}
"""Which facts tell what a task of the desk asks; until when it is to be done, the clock that runs for it."""
_BESIDES: Final[Mapping[str, Queue]] = {
    "closing": Queue("s.is_open and s.waits_for = 'closing'", Clock.REVIEW, (d.HandledAccepted,)),
    "callback": Queue(
        "s.is_open and s.waits_for = 'callback'",
        Clock.CALLBACK,
        (d.CallbackAwaited, d.CallbackTried, d.CallbackAppointed),
    ),
    "undelivered": Queue("s.untold and s.is_open", None),
}
_QUEUES: Final[Mapping[str, Queue]] = {
    **{task.value: Queue(_at_desk(task), TASKS[task].clock, facts) for task, facts in _FACTS.items()},
    **_BESIDES,
}


def queues() -> tuple[str, ...]:
    """Name every queue of the office: the tasks of the desk, and what else waits."""
    return tuple(_QUEUES)


async def waiting(pool: Pool, queue: str, limit: int, after: str | None = None) -> list[Row]:
    """Read one queue of the desk: ticket, since when, until when, the fact behind it.

    On top is what is urgent, then what no machine may answer, then what is due first.
    `after` is the place, as `place_in_queue` says it, behind which to begin; ValueError where it is none.
    """
    asked = _QUEUES[queue]
    due, since, rank, ticket = read_place(after, 2, 2) if after else (None, None, None, None)
    behind = f" and ({', '.join(_QUEUE_ORDER)}) > ($7::text, coalesce($4, {_LAST}), coalesce($5, {_LAST}), $6::text)"
    rows = await pool.fetch(
        "select s.ticket, s.kind, s.tier, s.category, s.subdistrict, s.place, s.gist, s.lead, s.unit, s.state,"  # noqa: S608
        f" s.holder, s.confidential, {_QUEUE_RANK} as rank, s.suggestion, s.suggestion_score, s.follow_ups,"
        " coalesce(e.at, s.waiting_since) as since, k.due, e.type, e.said from summary s"
        " left join lateral (select min(c.due) as due from clock c where c.ticket = s.ticket and c.clock = $1"
        "   and c.status in ('running', 'paused')) k on true"
        f" left join lateral (select e.at, e.type, {said('e')} as said from entry e where e.ticket = s.ticket"
        '   and e.type = any($2::text[]) order by e.partition desc, e."offset" desc limit 1) e on true'
        f" where {asked.where}{behind if after else ''} order by {', '.join(_QUEUE_ORDER)} limit $3",
        asked.clock,
        [fact.type_name for fact in asked.facts],
        limit,
        *((due, since, ticket, rank) if after else ()),
    )
    return [read_back(row) for row in rows]


_LAST: Final = "'infinity'::timestamptz"
_QUEUE_RANK: Final = "case when s.tier = 'urgent' then '0' when s.stop_words then '1' else '2' end"
_QUEUE_ORDER: Final = (
    _QUEUE_RANK,
    f"coalesce(k.due, {_LAST})",
    f"coalesce(e.at, s.waiting_since, {_LAST})",
    "s.ticket",
)


def place_in_queue(item: Row) -> str:
    """Say the place of an item in its queue."""
    return place_of(item["due"], item["since"], item["rank"], item["ticket"])


async def how_many_wait(pool: Pool, queue: str) -> int:
    """Count what waits in one queue of the desk."""
    found: int = await pool.fetchval(f"select count(*) from summary s where {_QUEUES[queue].where}")  # noqa: S608 - our own names
    return found


async def counted(pool: Pool, now: datetime) -> Row:
    """Count tickets by state, channel and holder, and clocks by how they stand."""
    states = await pool.fetch("select state, count(*) from summary group by 1 order by 1")
    channels = await pool.fetch("select coalesce(channel, ''), count(*) from summary group by 1 order by 1")
    holders = await pool.fetch("select holder, count(*) from summary where is_open group by 1 order by 2 desc, 1")
    clocks = await pool.fetchrow(
        f"select count(*) filter (where not {_LATE}) as in_time, count(*) filter (where {_LATE}) as overdue"  # noqa: S608 - our own names
        " from clock c where c.status = 'running'",
        now,
    )
    return {
        "by_state": _counts(states),
        "by_channel": _counts(channels),
        "by_holder": _counts(holders),
        "running_clocks": dict(clocks or {}),
    }


def _counts(rows: Iterable[Iterable[Any]]) -> Row:
    return {name: count for name, count in rows}  # noqa: C416 - records are no tuples to the type checker


async def verdicts(pool: Pool, rate: Rate, by: By | None, window: Window) -> list[Counted]:
    """Count the verdicts of a rate in a window, for each part."""
    rows = await pool.fetch(statement(rate, by), *window)
    return [Counted(row["part"], row["verdict"], row["rows"], row["category"]) for row in rows]


async def behind(pool: Pool, rate: Rate, by: By | None, window: Window, asked: Opened) -> list[Behind]:
    """List the tickets behind a rate with their verdicts; ValueError where `after` is no place."""
    place = read_place(asked.after, 1, 2) if asked.after else (None, None, None)
    rows = await pool.fetch(tickets_statement(rate, by), *window, asked.part, asked.limit, *place)
    return [Behind(row["ticket"], row["verdict"], place_of(row["at"], row["ticket"], row["key"])) for row in rows]


async def gaps(pool: Pool) -> list[Row]:
    """List what was not heard although something later of the same source was: every gap in its sequence."""
    rows = await pool.fetch(
        "select topic, partition, source, before + 1 as first, sequence - 1 as last from"
        " (select topic, partition, source, sequence,"
        "  lag(sequence, 1, 0::bigint) over (partition by topic, partition, source order by sequence) as before"
        "  from entry) heard where sequence > before + 1 order by 1, 2, 3, 4"
    )
    return [dict(row) for row in rows]
