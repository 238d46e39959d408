"""One replay while it runs: rows in at their times, parties answering, until nothing is owed any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chassis.clock import Clock, stopwatch
from rulebook import Policy
from schemas.public import DeskTask, ReceiptGiven, ReceiptRefused
from schemas.registry import DESK, channel_topic
from schemas.values import DeskTaskKind
from tools.client.addresses import load_addresses
from tools.client.backlog import inputs_end, waiting
from tools.client.desk import PlayedOffice
from tools.client.kafka import BrokerOf, Producers, PublicMessage, hear_each
from tools.client.trace import summary
from tools.errors import SaidClearly
from tools.replay.alike import Dispatcher, incidents
from tools.replay.casebook import Casebook
from tools.replay.mapping import FileMapping
from tools.replay.parties import PARTIES, AnsweringParties
from tools.replay.records import CaseRecord
from tools.replay.speaking import Speaker
from tools.replay.stillness import STUCK, ReplayState, Stillness

_LOOK_AGAIN: Final = 0.5
_LOOK_AT_SERVICES: Final = 2.0
_SOME_MORE: Final = 10.0
"""Simulated lives never quite stand still: so long they go on."""


class Job(NamedTuple):
    """What is replayed, and where."""

    name: str
    mapping: FileMapping
    records: list[CaseRecord]
    broker_of: BrokerOf
    clock: Clock
    policy: Policy

    @property
    def is_paced(self) -> bool:
        """Whether rows go in at their own times; by a clock that is not fast they would take as long as they did."""
        return self.mapping.speed is not None and self.clock.speed > 1


@dataclass(slots=True)
class ReplayProgress:
    """How far a replay is; real seconds where not said otherwise."""

    job: Job
    book: Casebook
    fed: int = 0
    behind: timedelta = timedelta()
    """By how much, of the replay's own time, a row went in later than it should have."""
    feeding: float = 0.0
    answering: float = 0.0
    whole: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    desk: dict[tuple[str, DeskTaskKind], bool] = field(default_factory=dict)
    """By ticket and task, whether it waits for a person of the office."""


async def replay(
    job: Job, report: Callable[[ReplayProgress], None], require_alive: Callable[[], None]
) -> ReplayProgress:
    """Replay to the end; `report` hears now and then how far it is, `require_alive` raises once the system is gone."""
    book = Casebook(job.records)
    progress = ReplayProgress(job, book)
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as tasks:
        producers = await opened.enter_async_context(Producers.opened(job.broker_of))
        office = await opened.enter_async_context(PlayedOffice.here())
        speaker = Speaker(producers, office, job.clock, f"replay/{job.name}", tasks)
        parties = PARTIES[job.mapping.life](book, speaker, job.policy)
        dispatcher = _dispatcher(job, book, speaker)
        ears = tasks.create_task(_listen(progress, parties, dispatcher))
        watch = tasks.create_task(_watch(progress, report, require_alive))
        began = stopwatch()
        await (_feed_by_clock if job.is_paced else _feed_at_once)(job, speaker, progress)
        progress.feeding = stopwatch() - began
        await _until_answered(book, len({record.id for record in job.records}))
        progress.answering = stopwatch() - began
        await _until_over(progress, speaker)
        progress.whole = stopwatch() - began
        speaker.give_up()
        ears.cancel()
        watch.cancel()
    return progress


def _dispatcher(job: Job, book: Casebook, speaker: Speaker) -> Dispatcher | None:
    rule = job.mapping.same_complaint
    return Dispatcher(incidents(job.records, rule), book, speaker, job.policy) if rule else None


async def _listen(progress: ReplayProgress, parties: AnsweringParties, dispatcher: Dispatcher | None) -> None:
    job, book = progress.job, progress.book

    def heard(news: PublicMessage) -> None:
        if isinstance(news.message, DeskTask):
            progress.desk[news.message.ticket, DeskTaskKind(news.message.task)] = news.message.open
        match news.message:
            case ReceiptGiven() | ReceiptRefused() as answer:
                known = book.note(answer)
                if known is not None:
                    parties.began(known[0])
                    if dispatcher is not None:
                        dispatcher.began(*known)
            case _:
                parties.hear(news)

    await hear_each(job.broker_of, [channel_topic(job.mapping.channel), *{DESK, *parties.topics()}], heard)


async def _feed_by_clock(job: Job, speaker: Speaker, progress: ReplayProgress) -> None:
    async def one(record: CaseRecord) -> None:
        await speaker.register(job.mapping.channel, record.id, record.body)
        progress.fed += 1
        if record.at is not None and (job.mapping.begins is None or record.at > job.mapping.begins):
            progress.behind = max(progress.behind, job.clock.now() - record.at)

    async with asyncio.TaskGroup() as group:
        for record in job.records:
            if record.at is not None:
                await job.clock.sleep_until(record.at)
            group.create_task(one(record))


async def _feed_at_once(job: Job, speaker: Speaker, progress: ReplayProgress) -> None:
    async def one(record: CaseRecord) -> None:
        await speaker.register(job.mapping.channel, record.id, record.body)
        progress.fed += 1

    async with asyncio.TaskGroup() as group:
        for record in job.records:
            group.create_task(one(record))


async def _until_over(progress: ReplayProgress, speaker: Speaker) -> None:
    """Wait until the last row's life is over: its time has passed, nobody means to act, and nothing waits or moves."""
    job, system = progress.job, load_addresses()
    moments = [record.at for record in job.records if record.at is not None]
    if job.is_paced and moments:
        await job.clock.sleep_until(max(moments) + job.mapping.goes_on)
    until = None
    if job.mapping.life == "simulated":
        await asyncio.sleep(_SOME_MORE)
        until = await inputs_end(system)
    stillness = Stillness(stopwatch())
    while True:
        waits = await waiting(system, until)
        if until is not None and waits == 0:
            return
        if stillness.is_over(ReplayState(dict(progress.states), speaker.pending, waits), stopwatch()):
            return
        await asyncio.sleep(_LOOK_AT_SERVICES)


async def _watch(
    progress: ReplayProgress, report: Callable[[ReplayProgress], None], require_alive: Callable[[], None]
) -> None:
    while True:
        require_alive()
        progress.states = await asyncio.to_thread(_states)
        report(progress)
        await asyncio.sleep(_LOOK_AGAIN)


def _states() -> dict[str, int]:
    try:
        return summary()["by_state"]
    except SaidClearly:
        return {}


async def _until_answered(book: Casebook, rows: int) -> None:
    """Wait for the answers of all rows, as long as answers come; what is still missing then stands in the report."""
    before, since = 0, stopwatch()
    while (answered := len(book.answered)) < rows and stopwatch() - since < STUCK:
        if answered > before:
            before, since = answered, stopwatch()
        await asyncio.sleep(_LOOK_AGAIN)


def first_moment(records: list[CaseRecord], mapping: FileMapping) -> datetime | None:
    """Tell when the replay's time begins: at its first row, or where the mapping says."""
    moments = [record.at for record in records if record.at is not None]
    first = min(moments, default=None)
    return mapping.begins if mapping.begins and first and first < mapping.begins else first
