"""Reads a whole running system and holds it against every promise."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from chassis.clock import Clock, stopwatch, wall
from doors.attachments.keeping import KeeperAwayError
from rulebook import Policy, load_policy
from rulebook.codes import TAKE_CALL, Role
from schemas.envelope import Envelope
from schemas.principals import OPERATORS
from schemas.registry import TICKETS, Topic, TopicKind, topics
from services.desk.for_tools import SOURCE
from services.trace.for_tools import IN_TIME_OR_COUNTED, rates_of
from tools.client.addresses import Addresses
from tools.client.backlog import NextOffset, unread
from tools.client.log import Counted, TopicRecord, begin_offsets, committed_offsets, end_offsets, read_topics
from tools.errors import SaidClearly
from tools.local.plan import service_names
from tools.verify import checks, folds, submissions
from tools.verify.answers import ToldAuthors, everybody_told
from tools.verify.attachments import AttachmentRow, attachments_kept, contents_gone
from tools.verify.contents import Contents
from tools.verify.findings import CheckResult, Finding
from tools.verify.histories import Histories
from tools.verify.redactions import Redaction, nothing_redacted_stands, redactions_of
from tools.verify.rows import HeardRow
from tools.verify.submissions import Submission
from tools.verify.tables import Tables
from tools.verify.window import VerifyWindow
from vocabulary import Chinese
from worktime import OfficeHours, Period, load_calendar

_PATIENCE: Final = 60.0
_LOOK_AGAIN: Final = 0.2


async def verify_system(system: Addresses, counted: Counted, since: datetime | None = None) -> list[CheckResult]:
    """Check every promise of a running system; what is on its way is given time to arrive and is no finding.

    With `since` (by the clock that services live by) what was recorded from then on is looked at, and the whole life of
    each key that it concerns; promises that span all tickets are left to a run over everything.

    The order of reading matters. What was recorded before the topics were read must stand on them. What stood on them
    must be recorded and heard afterwards. What was recorded in between is left out of what spans services.
    """
    clock = Clock.parse(system.clock)
    began, really, read = clock.now(), wall(), _TopicReading(system, VerifyWindow.of(since, clock), counted)
    async with _tables(system) as tables:
        results = await _looked_at(read, tables, began)
        found = [len(result.findings) for result in results]
        await tables["trace"].note_run(really, read.window.stamped, found)
        return results


async def _looked_at(read: _TopicReading, tables: Mapping[str, Tables], began: datetime) -> list[CheckResult]:
    system, window = read.system, read.window
    policy = load_policy(system.policy)
    known = topics((department.code for department in policy.departments), system)
    before = {lane: number for each in tables.values() for lane, number in (await each.next_numbers()).items()}
    only = await _moved(tables.values(), window)
    uploaded = await tables["intake"].attachments()
    promised = await _promised(tables, window)
    arrivals = await _arrivals(read, known)
    redactions = redactions_of(await tables["dispatch"].redactions(only), system.redaction_key())
    contents = await _contents(read, known, redactions, tables["dispatch"], only)
    reached = {**arrivals.ends, **contents.ends}
    at_first = await _next_offsets(tables.values())
    await _caught_up(list(tables.values()), reached, began)
    facts = await _said_at_the_door(read)
    histories = await _histories(system, policy, tables, contents, began)
    verdicts, answers = await tables["intake"].verdicts(arrivals.submissions(), window.since), ToldAuthors()
    recorded = await _events_recorded(tables, contents, before, histories, answers, window)
    dead, oldest = await tables["intake"].dead_places(), began - policy.limits.attachments.unnamed_for
    return [
        submissions.everything_answered(arrivals, facts, verdicts, dead),
        everybody_told(arrivals, verdicts, answers, dead),
        await _who_acted(policy, tables["desk"], verdicts, window),
        submissions.one_ticket_each(facts),
        await _contents_gone(system, tables["intake"], uploaded),
        submissions.taken_once(facts),
        submissions.nothing_promised_is_gone(promised, arrivals, verdicts.keys()),
        attachments_kept(facts.named, _since(uploaded, window), await tables["intake"].attachments(), oldest),
        checks.order_kept(contents),
        checks.everything_heard(await _heard(tables), contents, _readers(known)),
        *recorded,
        await nothing_redacted_stands(tables.values(), _redacted_in(redactions, window), contents.said_again),
        *await _inputs_read(system, list(tables.values()), reached),
        await _nothing_stands_still(list(tables.values()), at_first, reached),
    ]


async def _who_acted(
    policy: Policy,
    desk: Tables,
    verdicts: Mapping[submissions.Submission, submissions.DoorVerdict],
    window: VerifyWindow,
) -> CheckResult:
    taken = [submission for submission, verdict in verdicts.items() if not verdict.refused]
    acts = await desk.acts(None if window.since is None else [act for _, _, act in taken])
    return submissions.said_at_the_door(taken, acts, *_who_speaks(policy))


def _who_speaks(policy: Policy) -> tuple[set[str], set[str]]:
    """Name who acts for the callback agency, and who may ever say for the hotline what callers ask for."""
    agents = {each.id for each in policy.office.people if Role.CALLBACK_AGENT in each.roles}
    answering = {*policy.office.may[TAKE_CALL]}
    takers = {each.id for each in policy.office.people if answering & {*each.roles}}
    return agents, takers | {each.to for each in policy.office.delegations if each.role in answering}


async def _contents_gone(system: Addresses, intake: Tables, at_first: Mapping[str, AttachmentRow]) -> CheckResult:
    """Give the contents that were to go when we began the time in which the door takes them away."""
    due = {id_ for id_, row in at_first.items() if row.removed}
    since, keeper = stopwatch(), system.keeper()
    before = at_first
    while any(not before[id_].gone for id_ in due) and stopwatch() - since < _PATIENCE:
        await asyncio.sleep(_LOOK_AGAIN)
        before = await intake.attachments()
    try:
        kept = None if keeper is None else await keeper.names()
    except KeeperAwayError as error:
        raise SaidClearly(f"附件的存放处连不上（{error}），无法核对。请恢复后再试。") from None
    return contents_gone(before, kept, await intake.attachments(), due)


@dataclass(frozen=True)
class _TopicReading:
    """How topics are read: whose, since when, and who is told how many records that were."""

    system: Addresses
    window: VerifyWindow
    counted: Counted

    async def begins(self, names: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """Where each partition begins to be read."""
        return await begin_offsets(self.system.broker(OPERATORS), names, self.window.stamped)

    async def records(
        self, names: Sequence[str], begins: Mapping[tuple[str, int], int] | None = None
    ) -> AsyncIterator[TopicRecord]:
        """Every record of the window."""
        places = await self.begins(names) if begins is None else begins
        async for record in read_topics(self.system.broker(OPERATORS), names, self.counted, places):
            yield record


async def _moved(tables: Iterable[Tables], window: VerifyWindow) -> set[str] | None:
    """The keys of which something was recorded in the window; None where everything is looked at."""
    if window.rows_since is None:
        return None
    return {key for each in tables for key in await each.moved(window.rows_since)}


def _since(uploaded: Mapping[str, AttachmentRow], window: VerifyWindow) -> Mapping[str, AttachmentRow]:
    """Those attachments that can be named by what is looked at."""
    begin = window.certain_since
    return {id_: row for id_, row in uploaded.items() if begin is None or row.uploaded_at >= begin}


def _redacted_in(redactions: Mapping[str, Redaction], window: VerifyWindow) -> Mapping[str, Redaction]:
    """What was redacted in the window; what was before, runs of before looked for."""
    return {key: each for key, each in redactions.items() if window.since is None or each.at >= window.since}


async def _arrivals(read: _TopicReading, known: Sequence[Topic]) -> submissions.Arrivals:
    arrivals = submissions.Arrivals()
    async for record in read.records([topic.name for topic in known if topic.kind is TopicKind.INBOUND]):
        arrivals.take(record)
    return arrivals


async def _promised(tables: Mapping[str, Tables], window: VerifyWindow) -> list[Submission]:
    begin = window.certain_since
    acts = ((party, SOURCE, act) for party, act in await tables["desk"].acts_taken(begin))
    return [*await tables["intake"].put(begin), *acts]


async def _heard(tables: Mapping[str, Tables]) -> list[HeardRow]:
    return [place for each in tables.values() for place in await each.heard()]


async def _said_at_the_door(read: _TopicReading) -> submissions.DoorFacts:
    facts = submissions.DoorFacts()
    async for record in read.records([TICKETS]):
        facts.take(record)
    return facts


async def _contents(
    read: _TopicReading,
    known: Sequence[Topic],
    redactions: Mapping[str, Redaction],
    dispatch: Tables,
    only: set[str] | None,
) -> Contents:
    names = [topic.name for topic in known if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)]
    begins = await read.begins(names)
    lost = [place for place, begin in begins.items() if begin > 0]
    contents = Contents(lost, [topic.name for topic in known if topic.compacted], redactions)
    contents.only = only
    if only is not None:
        async for row, at, body in dispatch.newest_told(only):
            envelope = Envelope(row.id, "", row.type, at, row.key, row.sequence)
            contents.was_told(row.topic, envelope, body)
    async for record in read.records(names, begins):
        contents.take(record)
    return contents


async def _histories(
    system: Addresses, policy: Policy, tables: Mapping[str, Tables], contents: Contents, began: datetime
) -> Histories:
    """Read what services remember, then what trace noted; all of it after everybody had caught up with the topics."""
    only = contents.only
    periods = tuple(Period(opens=hours.opens, closes=hours.closes) for hours in policy.office.hours)
    rates = [rate for rate in rates_of(policy.rates) if rate.name not in IN_TIME_OR_COUNTED]
    calendar = load_calendar(system.policy / "calendar")
    opening = await tables["intake"].contacts(only)
    histories = Histories(contents, policy, calendar, OfficeHours(periods=periods), rates, opening)
    for service in folds.FOLDS:
        if service == "notify":
            histories.know_deliveries(await tables[service].deliveries(only))
        histories.results += await folds.checked(tables[service], began, histories.visitor(service), only)
    entries = checks.EntriesCheck(contents, [topic for topic, readers in _READ_BY_TRACE.items() if readers])
    async with tables["trace"].at_one_moment():
        async for entry in tables["trace"].entries(None if only is None else _begins_of(contents)):
            entries.take(entry)
        await histories.read_trace(tables["trace"])
    histories.results.append(entries.result())
    return histories


def _begins_of(contents: Contents) -> list[tuple[str, str, int, int]]:
    """From which number on each source was read, with topic and partition."""
    return [
        (writer.source, writer.topic, writer.partition, marks.first or 0) for writer, marks in contents.marks.items()
    ]


async def _events_recorded(
    tables: Mapping[str, Tables],
    contents: Contents,
    before: Mapping[tuple[str, str], int],
    histories: Histories,
    answers: ToldAuthors,
    window: VerifyWindow,
) -> list[CheckResult]:
    """Read the event tables last: what they hold beyond the topics as they were read tells which tickets moved on."""
    events = checks.EventsCheck(contents, before, service_names(), window.certain_since)
    for each in tables.values():
        async for event in each.events(window.rows_since):
            events.take(event)
            answers.take(event)
    if window.since is not None:
        await _recorded_before(tables, events)
    return [*events.results(), *histories.judged(events.moved)]


async def _recorded_before(tables: Mapping[str, Tables], events: checks.EventsCheck) -> None:
    """Look up what stands in the window and was recorded before it: the broker was away, or it was sent again."""
    places: dict[str, list[tuple[str, str, int, int]]] = {}
    for writer, sequence, _ in events.unmatched():
        lane = writer.source.split("/", 2)[2]
        places.setdefault(writer.service, []).append((lane, writer.topic, writer.partition, sequence))
    for service, those in places.items():
        async for event in tables[service].events_at(those):
            events.take(event)


def _readers(known: Sequence[Topic]) -> Mapping[str, Sequence[str]]:
    internal = [topic for topic in known if topic.kind is TopicKind.INTERNAL]
    return {topic.name: [name for name in topic.readers if name in service_names()] for topic in internal}


_READ_BY_TRACE: Final = {name: "trace" in readers for name, readers in _readers(topics(())).items()}


async def _caught_up(tables: Sequence[Tables], ends: Mapping[tuple[str, int], int], began: datetime) -> None:
    """Wait until what was there has been read and what was due has fired: as long as something of it still moves."""
    before, since = None, stopwatch()
    while stopwatch() - since < _PATIENCE:
        waiting = sum(unread(each, ends) for each in await _next_offsets(tables))
        overdue = sum([await each.overdue_timers(began) for each in tables])
        if not waiting and not overdue:
            return
        if (waiting, overdue) != before:
            before, since = (waiting, overdue), stopwatch()
        await asyncio.sleep(_LOOK_AGAIN)


async def _inputs_read(
    system: Addresses, tables: Sequence[Tables], reached: Mapping[tuple[str, int], int]
) -> list[CheckResult]:
    places: dict[str, list[tuple[str, int]]] = {}
    for each in tables:
        places[each.service] = [(place.topic, place.partition) for place in await each.next_offsets()]
    committed = {
        name: await committed_offsets(system.broker(OPERATORS), system.group(name), own) for name, own in places.items()
    }
    offsets = await _next_offsets(tables)
    ends = await end_offsets(system.broker(OPERATORS), sorted({topic for own in places.values() for topic, _ in own}))
    return [checks.offsets_behind(offsets, ends, committed), checks.everything_read(offsets, reached)]


async def _next_offsets(tables: Iterable[Tables]) -> list[NextOffset]:
    return [place for each in tables for place in await each.next_offsets()]


async def _nothing_stands_still(
    tables: Sequence[Tables], at_first: Sequence[NextOffset], reached: Mapping[tuple[str, int], int]
) -> CheckResult:
    findings = checks.standing_services(at_first, await _next_offsets(tables), reached)
    for each in tables:
        findings += [Finding(key, Chinese(f"搁置在 {each.service}")) for key in await each.parked_keys()]
        findings += [
            Finding(f"{each.service}/{lane}", Chinese(f"停住了：{why}")) for lane, why in await each.paused_lanes()
        ]
    return CheckResult("没有停住的服务、分区和工单", len(tables), findings)


def not_let_in(service: str, error: Exception, environ: Mapping[str, str]) -> str:
    """Say why a service's tables cannot be read, and what to do; a password of the shell counts before the file's."""
    why = f"连不上 {service} 的数据库：{str(error).rstrip('.')}。"
    wrong = isinstance(error, asyncpg.InvalidPasswordError) and "PGPASSWORD" in environ
    return f"{why}环境变量 PGPASSWORD 写明的口令先于口令文件，请 unset PGPASSWORD 再试。" if wrong else why


@asynccontextmanager
async def _tables(system: Addresses) -> AsyncIterator[dict[str, Tables]]:
    contacts = system.contacts()
    async with AsyncExitStack() as stack:
        opened = {}
        for service in service_names():
            try:
                connection = await asyncpg.connect(system.postgres_dsn(service))
            except (OSError, asyncpg.PostgresError) as error:
                raise SaidClearly(not_let_in(service, error, os.environ)) from None
            stack.push_async_callback(connection.close)
            opened[service] = Tables(service, connection, contacts)
        yield opened
