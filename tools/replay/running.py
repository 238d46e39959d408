"""One replay while it runs: rows in at their times, parties answering, until nothing is owed any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from chassis.clock import Clock, stopwatch
from rulebook import Policy
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.registry import channel_topic
from tools.client.kafka import hear, producer
from tools.client.trace import ask
from tools.errors import SaidClearly
from tools.replay.alike import Dispatcher, incidents
from tools.replay.casebook import Casebook
from tools.replay.lives import LIVES, Life
from tools.replay.mapping import Mapping
from tools.replay.records import Record
from tools.replay.speaking import Speaker

_LOOK_AGAIN: Final = 0.5
_QUIET: Final = 10.0
_PATIENCE: Final = 180.0
_LONG: Final = 1800.0
"""Where every life ends, how long it may take until it has; simulated lives never quite stand still."""


class Job(NamedTuple):
    """What is replayed, and where."""

    name: str
    mapping: Mapping
    records: list[Record]
    kafka: str
    clock: Clock
    policy: Policy

    @property
    def is_paced(self) -> bool:
        """Whether rows go in at their own times; by a clock that is not fast they would take as long as they did."""
        return self.mapping.speed is not None and self.clock.speed > 1


@dataclass(slots=True)
class Progress:
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


async def replay(job: Job, seen: Callable[[Progress], None], alive: Callable[[], None]) -> Progress:
    """Replay to the end; `seen` is told now and then how far it is, `alive` raises when the system has ended."""
    book = Casebook(job.records)
    progress = Progress(job, book)
    async with producer(job.kafka) as shared, asyncio.TaskGroup() as tasks:
        speaker = Speaker(shared, job.clock, f"liuhen/replay/{job.name}", tasks)
        life = LIVES[job.mapping.life](book, speaker, job.policy)
        noticing = _dispatcher(job, book, speaker)
        ears = tasks.create_task(_listen(job, book, life, noticing))
        watch = tasks.create_task(_watch(progress, seen, alive))
        began = stopwatch()
        await (_feed_by_clock if job.is_paced else _feed_at_once)(job, speaker, progress)
        progress.feeding = stopwatch() - began
        await _until(lambda: len(book.answered) == len({record.id for record in job.records}), _PATIENCE)
        progress.answering = stopwatch() - began
        await _lived(progress, speaker)
        progress.whole = stopwatch() - began
        speaker.give_up()
        ears.cancel()
        watch.cancel()
    return progress


def _dispatcher(job: Job, book: Casebook, speaker: Speaker) -> Dispatcher | None:
    rule = job.mapping.same_complaint
    return Dispatcher(incidents(job.records, rule), book, speaker, job.policy) if rule else None


async def _listen(job: Job, book: Casebook, life: Life, noticing: Dispatcher | None) -> None:
    async for news in hear(job.kafka, [channel_topic(job.mapping.channel), *life.topics()]):
        match news.message:
            case ReceiptGiven() | ReceiptRefused() as answer:
                known = book.note(answer)
                if known is not None:
                    life.began(*known)
                    if noticing is not None:
                        noticing.began(*known)
            case _:
                life.hear(news)


async def _feed_by_clock(job: Job, speaker: Speaker, progress: Progress) -> None:
    async def one(record: Record) -> None:
        await speaker.register(job.mapping.channel, record.id, record.body)
        progress.fed += 1
        if record.at is not None and (job.mapping.begins is None or record.at > job.mapping.begins):
            progress.behind = max(progress.behind, job.clock.now() - record.at)

    async with asyncio.TaskGroup() as group:
        for record in job.records:
            if record.at is not None:
                await job.clock.sleep_until(record.at)
            group.create_task(one(record))


async def _feed_at_once(job: Job, speaker: Speaker, progress: Progress) -> None:
    async def one(record: Record) -> None:
        await speaker.register(job.mapping.channel, record.id, record.body)
        progress.fed += 1

    async with asyncio.TaskGroup() as group:
        for record in job.records:
            group.create_task(one(record))


async def _lived(progress: Progress, speaker: Speaker) -> None:
    """Wait until the last row's life is over: its time has passed, nobody means to act, and nothing moves."""
    job = progress.job
    moments = [record.at for record in job.records if record.at is not None]
    if job.is_paced and moments:
        await job.clock.sleep_until(max(moments) + job.mapping.goes_on)
    longest = _QUIET if job.mapping.life == "simulated" else _LONG
    before: dict[str, int] = {}
    since = began = stopwatch()
    while stopwatch() - since < _QUIET and stopwatch() - began < longest:
        if progress.states != before or speaker.meant:
            before, since = dict(progress.states), stopwatch()
        await asyncio.sleep(_LOOK_AGAIN)


async def _watch(progress: Progress, seen: Callable[[Progress], None], alive: Callable[[], None]) -> None:
    while True:
        alive()
        progress.states = await asyncio.to_thread(_states)
        seen(progress)
        await asyncio.sleep(_LOOK_AGAIN)


def _states() -> dict[str, int]:
    try:
        summary: dict[str, Any] = ask("summary")
    except SaidClearly:
        return {}
    return dict(summary["by_state"])


async def _until(condition: Callable[[], bool], patience: float) -> None:
    """Wait for a condition as long as patience lasts; what is still missing then stands in the report."""
    until = stopwatch() + patience
    while not condition() and stopwatch() < until:  # noqa: ASYNC110 - what it waits for happens elsewhere
        await asyncio.sleep(_LOOK_AGAIN)


def first_moment(records: list[Record], mapping: Mapping) -> datetime | None:
    """Tell when the replay's time begins: at its first row, or where the mapping says."""
    moments = [record.at for record in records if record.at is not None]
    first = min(moments, default=None)
    return mapping.begins if mapping.begins and first and first < mapping.begins else first
