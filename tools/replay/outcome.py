"""What a replay came to, read from what trace noted and from the door's dead letters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import asyncpg

from chassis.packing import said, unpacked
from schemas.dispatch import ActionRefused, CategorySuggested, SupervisionOrdered
from schemas.message import Message
from schemas.tickets import SubmissionRefused
from tools.client.addresses import Addresses
from tools.replay.records import CaseRecord, repeats
from tools.replay.running import ReplayProgress

_CLOCKS: Final = (
    "select ticket, clock, bool_or(coalesce(late, false) or breached) as late"
    " from clock where clock = any($1::text[]) group by 1, 2"
)
_DEPARTMENTS: Final = (
    "select s.lead, count(*) as dispatched, count(*) filter (where s.handled_at is not null) as handled,"
    " count(*) filter (where s.closed_at is not null) as closed,"
    " count(*) filter (where c.late or c.breached) as late"
    " from summary s left join clock c on c.ticket = s.ticket and c.clock_id = 'handling'"
    " where s.lead is not null group by 1 order by 2 desc, 1"
)
_REGIONS: Final = (
    "select coalesce(sum(extensions), 0) as extensions, count(*) filter (where reworks > 0) as reworks,"
    " coalesce(sum(follow_ups), 0) as follow_ups, count(*) filter (where incident is not null) as members,"
    " count(distinct incident) as incidents, coalesce(sum(returns), 0) as returns from summary"
)


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """How many tickets a department led, and what became of them."""

    lead: str
    dispatched: int
    handled: int
    closed: int
    late: int


@dataclass(frozen=True, slots=True)
class Supervised:
    """How many supervision orders were given by a person, and how many by a rule."""

    by_person: int
    by_rule: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """How many categories were suggested, and how many of them taken without a person."""

    taken: int
    suggested: int


@dataclass(frozen=True, slots=True)
class Regions:
    """What happened beside the main course of the tickets."""

    extensions: int
    reworks: int
    follow_ups: int
    members: int
    """Tickets that belong to an incident."""
    incidents: int
    returns: int
    supervised: Supervised
    categories: Suggested


@dataclass(frozen=True, slots=True)
class InFile:
    """What the file itself says of its rows."""

    replied: int
    replied_late: int
    extended: int
    redo: int
    supervised: int
    duplicates: int
    with_original: int
    """Duplicates of which the file holds the original too."""
    transferred: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it went, in real seconds where not said otherwise."""

    speed: float
    feeding_seconds: float
    rows_in_per_second: float
    answered_after_seconds: float
    answers_per_second: float
    over_after_seconds: float
    facts_noted: int
    most_behind_minutes: float
    """By how much, of the replay's own time, a row went in later than it should have."""


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """Every figure of a finished replay; counts are by the words of the system."""

    rows: int
    repeats: Mapping[str, int]
    """Rows that are no submission of their own, by why: `same_row`, or `same_id` with another content."""
    answers: Mapping[str, int]
    unanswered: Sequence[str]
    states: Mapping[str, int]
    departments: Sequence[DepartmentFigures]
    refused_at_the_door: Mapping[str, int]
    refused_by_state: Mapping[str, int]
    acts: int
    """So many acts on tickets and incidents were taken at the door."""
    regions: Regions
    dead_letters: Mapping[str, int]
    waiting_at_desk: Mapping[str, int]
    """What is left for a person of the office, by what is asked: nobody of this replay answers it."""
    file: InFile
    against_the_file: Mapping[str, Mapping[str, int]]
    """By clock: on how many tickets file and system agree about being late, and on how many not."""
    pace: Pace


TOO_MANY: Final = 0.1
"""A replay of which more was refused, of what was submitted or of what was done, has not shown what it was run for."""
_ACTS: Final = ("liuhen.tickets.action-received.v1", "liuhen.tickets.incident-action-received.v1")


class Refusals(NamedTuple):
    """So many of all were refused, by action and reason, the most frequent first."""

    refused: int
    of: int
    by_reason: Sequence[tuple[str, int]]


def mostly_refused(outcome: ReplayOutcome) -> Refusals | None:
    """Tell of submissions, or else of acts, of which more than the share `TOO_MANY` were refused; None where fewer."""
    answered = outcome.rows - sum(outcome.repeats.values())
    for counts, of in ((outcome.refused_at_the_door, answered), (outcome.refused_by_state, outcome.acts)):
        refused = sum(counts.values())
        if refused > TOO_MANY * of:
            return Refusals(refused, of, sorted(counts.items(), key=lambda each: -each[1]))
    return None


async def outcome(system: Addresses, progress: ReplayProgress) -> ReplayOutcome:
    """Gather every figure of a finished replay."""
    records, book = progress.job.records, progress.book
    traced = await _traced(system)
    return ReplayOutcome(
        rows=len(records),
        repeats=repeats(records),
        answers=dict(book.counts.most_common()),
        unanswered=sorted({record.id for record in records} - set(book.answered)),
        states=traced.states,
        departments=traced.departments,
        refused_at_the_door=traced.refused_at_the_door,
        refused_by_state=traced.refused_by_state,
        acts=traced.acts,
        regions=traced.regions,
        dead_letters=await _dead_letters(system),
        waiting_at_desk=dict(Counter(task.value for (_, task), waits in progress.desk.items() if waits)),
        file=_in_file(records),
        against_the_file=_compared(progress, traced.late),
        pace=_pace(progress, traced.facts),
    )


class _Traced(NamedTuple):
    """What trace noted; `late` tells of a ticket's clock whether it was missed."""

    facts: int
    states: Mapping[str, int]
    departments: Sequence[DepartmentFigures]
    refused_at_the_door: Mapping[str, int]
    refused_by_state: Mapping[str, int]
    acts: int
    regions: Regions
    late: Mapping[tuple[str, str], bool]


async def _traced(system: Addresses) -> _Traced:
    connection = await asyncpg.connect(system.postgres_dsn("trace"))
    try:
        clocks = await connection.fetch(_CLOCKS, ["citizen", "handling"])
        states = await connection.fetch("select state, count(*) from summary group by 1 order by 2 desc")
        return _Traced(
            facts=await connection.fetchval("select count(*) from entry"),
            states={row[0]: row[1] for row in states},
            departments=[DepartmentFigures(**dict(row)) for row in await connection.fetch(_DEPARTMENTS)],
            refused_at_the_door=await _counts(connection, SubmissionRefused),
            refused_by_state=await _counts(connection, ActionRefused),
            acts=await connection.fetchval("select count(*) from entry where type = any($1::text[])", _ACTS),
            regions=await _regions(connection),
            late={(row["ticket"], row["clock"]): row["late"] for row in clocks},
        )
    finally:
        await connection.close()


async def _regions(connection: asyncpg.Connection[asyncpg.Record]) -> Regions:
    ordered = [bool((body.get("by") or {}).get("person")) for body in await _bodies(connection, SupervisionOrdered)]
    suggested = [bool(body.get("taken")) for body in await _bodies(connection, CategorySuggested)]
    return Regions(
        **dict(await connection.fetchrow(_REGIONS) or {}),
        supervised=Supervised(by_person=sum(ordered), by_rule=len(ordered) - sum(ordered)),
        categories=Suggested(taken=sum(suggested), suggested=len(suggested)),
    )


async def _counts(connection: asyncpg.Connection[asyncpg.Record], fact: type[Message]) -> Mapping[str, int]:
    return dict(Counter(f"{body['action']} {body['code']}" for body in await _bodies(connection, fact)))


async def _bodies(connection: asyncpg.Connection[asyncpg.Record], fact: type[Message]) -> list[dict[str, Any]]:
    query = f"select {said()} from entry where type = $1"  # noqa: S608 - our own columns
    return [json.loads(unpacked(kept)) for (kept,) in await connection.fetch(query, fact.type_name)]


async def _dead_letters(system: Addresses) -> dict[str, int]:
    connection = await asyncpg.connect(system.postgres_dsn("intake"))
    try:
        rows = await connection.fetch("select reason, count(*) from dead_letter group by 1")
    finally:
        await connection.close()
    return {row["reason"]: row["count"] for row in rows}


def _in_file(records: Sequence[CaseRecord]) -> InFile:
    return InFile(
        replied=sum(record.handled_at is not None for record in records),
        replied_late=sum(_late(record) is True for record in records),
        extended=sum(record.extended_to is not None for record in records),
        redo=sum(record.redo for record in records),
        supervised=sum(record.supervised for record in records),
        duplicates=sum(record.is_duplicate for record in records),
        with_original=sum(record.original is not None for record in records),
        transferred=sum(record.transferred_to is not None for record in records),
    )


def _late(record: CaseRecord) -> bool | None:
    if record.handled_at is None or record.due is None:
        return None
    return record.handled_at > record.due


def _compared(progress: ReplayProgress, late: Mapping[tuple[str, str], bool]) -> dict[str, dict[str, int]]:
    """Count for each clock how its result stands beside the file's own, over the rows that became tickets."""
    found: dict[str, dict[str, int]] = {}
    for clock in ("citizen", "handling"):
        counts: Counter[str] = Counter()
        for ticket, record in progress.book.tickets.items():
            by_file, ours = _late(record), late.get((ticket, clock))
            if by_file is None or ours is None:
                continue
            file, system = ("late" if missed else "on_time" for missed in (by_file, ours))
            counts[f"file_{file}_ours_{system}"] += 1
        found[clock] = dict(counts)
    return found


def _pace(progress: ReplayProgress, facts: int) -> Pace:
    rows = len(progress.job.records)
    return Pace(
        speed=progress.job.clock.speed,
        feeding_seconds=round(progress.feeding, 1),
        rows_in_per_second=round(rows / progress.feeding, 1),
        answered_after_seconds=round(progress.answering, 1),
        answers_per_second=round(len(progress.book.answered) / progress.answering, 1),
        over_after_seconds=round(progress.whole, 1),
        facts_noted=facts,
        most_behind_minutes=round(progress.behind.total_seconds() / 60, 1),
    )
