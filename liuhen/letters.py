"""Dead letters and parked records of a running system: finding them, and letting them be heard again.

A dead letter is a record from outside that could not be taken. It goes back on its own inbound topic. Unchanged, it
keeps its CloudEvent id, because nothing was ever taken under that. Corrected, it gets an id that follows from its place
and its new content: to replay it twice is one submission, and what its author repeats is another.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import asyncpg

from chassis import admin
from chassis.store import place_of
from chassis.unpacking import TOO_LARGE
from doors.own import is_ours
from doors.refusals import expected_of
from schemas.envelope import STRUCTURED, EnvelopeError, claimed, decode, derived_id
from schemas.principals import LETTERS
from sealing.boxes import BrokenSealError
from sealing.masters import UnknownMasterError
from sealing.records import RecordSeal
from tools.client.addresses import Addresses
from tools.client.kafka import producer
from tools.errors import SaidClearly
from tools.local.plan import service_names

REPLAY_OF: Final = "replayof"
"""The header that names the place of the record that a replayed one stands for."""
_SOURCE: Final = "dead-letters"
_LOOK_AGAIN: Final = 0.2


class Sort(StrEnum):
    """From outside and unreadable; our own, put aside with all of its ticket behind it; or answered with a refusal."""

    DEAD = "dead"
    PARKED = "parked"
    REFUSED = "refused"


class LetterPlace(NamedTuple):
    """Where a record stands, written `topic/partition@offset`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """Write the place as it is read."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    @classmethod
    def parse(cls, text: str) -> LetterPlace:
        """Read a place; say clearly what is wrong with it."""
        head, at, offset = text.rpartition("@")
        topic, slash, partition = head.rpartition("/")
        if not (at and slash and topic and partition.isdigit() and offset.isdigit()):
            raise SaidClearly(f"{text} 不是位置：请写成 主题/分区@位置，见 liuhen dead-letters list。")
        return cls(topic, int(partition), int(offset))


class Letter(NamedTuple):
    """One record that was put aside; `value` and `headers` may hold personal data, nothing else does."""

    sort: Sort
    service: str
    place: LetterPlace
    at: datetime
    reason: str
    detail: str
    subject: str | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class LetterFilter(NamedTuple):
    """Which letters a list is about; what is None does not matter."""

    sort: Sort | None = None
    service: str | None = None
    topic: str | None = None
    reason: str | None = None
    subject: str | None = None


class Correction(NamedTuple):
    """What is changed in a record before it is replayed: another value, headers set, headers left out."""

    value: bytes | None = None
    headers: Mapping[str, str] = {}
    without: Sequence[str] = ()

    def __bool__(self) -> bool:
        return self.value is not None or bool(self.headers) or bool(self.without)


_TABLE: Final = {Sort.DEAD: "dead_letter", Sort.PARKED: "parked", Sort.REFUSED: "refused_record"}
_REASON: Final = {Sort.DEAD: "reason", Sort.PARKED: "reason", Sort.REFUSED: "code"}
_DETAIL: Final = {Sort.DEAD: "detail", Sort.PARKED: "detail", Sort.REFUSED: "reason"}
_SUBJECT: Final = {Sort.DEAD: "subject", Sort.PARKED: "parked_key", Sort.REFUSED: "receipt"}
_ORDER: Final = {
    Sort.DEAD: 'at desc, topic, partition, "offset" desc',
    Sort.PARKED: "place",
    Sort.REFUSED: "place desc",
}
_PUT_ASIDE: Final = (Sort.DEAD, Sort.PARKED)
_REFUSES: Final = "intake"
"""The service that answers with refusals, and keeps what it refused."""


@asynccontextmanager
async def tables(system: Addresses, service: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Open the tables of a service; say clearly when there is no such service or no database."""
    if service not in service_names():
        raise SaidClearly(f"没有名为 {service} 的服务。有：{'、'.join(service_names())}。")
    try:
        connection = await asyncpg.connect(system.postgres_dsn(service))
    except (OSError, asyncpg.PostgresError) as error:
        raise SaidClearly(f"连不上 {service} 的数据库：{error}") from None
    try:
        yield connection
    finally:
        await connection.close()


async def found(system: Addresses, wanted: LetterFilter, limit: int) -> tuple[list[Letter], int]:
    """Find letters, the newest first, parked ones in their order; and tell how many there are in all.

    What was refused is listed where it is asked for. Values are given as they are kept, sealed.
    """
    letters: list[Letter] = []
    total = 0
    given = (wanted.topic, wanted.reason, wanted.subject)
    for service in (wanted.service,) if wanted.service else service_names():
        async with tables(system, service) as connection:
            for sort in _kept_by(service, (wanted.sort,) if wanted.sort else _PUT_ASIDE):
                where = (
                    f"($1::text is null or topic = $1) and ($2::text is null or {_REASON[sort]} = $2)"
                    f" and ($3::text is null or {_SUBJECT[sort]} = $3)"
                )
                total += await connection.fetchval(f"select count(*) from {_TABLE[sort]} where {where}", *given)  # noqa: S608 - our own words
                rows = await connection.fetch(_query(sort, f"{where} order by {_ORDER[sort]} limit $4"), *given, limit)
                letters += [_letter(sort, service, row) for row in rows]
    return letters[:limit], total


def _query(sort: Sort, tail: str) -> str:
    return (
        f'select topic, partition, "offset", at, {_REASON[sort]} as reason, {_DETAIL[sort]} as detail,'  # noqa: S608 - our own words
        f" {_SUBJECT[sort]} as subject, key, value, header_names, header_values from {_TABLE[sort]} where {tail}"
    )


async def at(system: Addresses, place: LetterPlace, service: str | None = None) -> list[Letter]:
    """Find and open what was put aside of one place; one of our own records can be parked in several services."""
    letters, seal = [], RecordSeal(system.kms(), os.urandom)
    for name in (service,) if service else service_names():
        async with tables(system, name) as connection:
            for sort in _kept_by(name, Sort):
                query = _query(sort, 'topic = $1 and partition = $2 and "offset" = $3')
                letters += [_opened(_letter(sort, name, row), seal) for row in await connection.fetch(query, *place)]
    if not letters:
        raise SaidClearly(f"{place} 没有死信或者搁置；有哪些见 liuhen dead-letters list。")
    return letters


def _kept_by(service: str, sorts: Iterable[Sort]) -> list[Sort]:
    return [sort for sort in sorts if sort is not Sort.REFUSED or service == _REFUSES]


def _opened(letter: Letter, seal: RecordSeal) -> Letter:
    try:
        return letter._replace(value=seal.opened(letter.value, *place_of(*letter.place)))
    except (BrokenSealError, UnknownMasterError) as error:
        raise SaidClearly(f"{letter.place} 打不开：{error}。请核对 master-key 是不是这个系统的。") from None


async def hear_again(system: Addresses, key: str, services: Sequence[str]) -> dict[str, int]:
    """Ask the holders of a parked key to hear its records again, in order; tells how many by service."""
    asked = {}
    for service in services:
        async with tables(system, service) as connection:
            asked[service] = await admin.replay(connection, key)
    return {service: count for service, count in asked.items() if count}


async def still_parked(system: Addresses, key: str, services: Iterable[str], seconds: float) -> dict[str, str]:
    """Wait until holders have heard a key again; tells what keeps it parked where it still is, by service."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        waiting, stuck = False, {}
        for service in services:
            async with tables(system, service) as connection:
                row = await connection.fetchrow(
                    "select replay, reason, detail from parked where parked_key = $1 order by place limit 1", key
                )
            if row is not None:
                stuck[service] = f"{row['reason']}: {row['detail']}"
                waiting = waiting or row["replay"]
        if not waiting or asyncio.get_running_loop().time() >= until:
            return stuck
        await asyncio.sleep(_LOOK_AGAIN)


def _letter(sort: Sort, service: str, row: Any) -> Letter:
    return Letter(
        sort=sort,
        service=service,
        place=LetterPlace(row["topic"], row["partition"], row["offset"]),
        at=row["at"],
        reason=row["reason"],
        detail=row["detail"],
        subject=row["subject"],
        key=row["key"],
        value=row["value"],
        headers=tuple(zip(row["header_names"], row["header_values"], strict=True)),
    )


class Replacement(NamedTuple):
    """A record as it goes back on its topic, under which CloudEvent id."""

    id: str
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def replacement_of(letter: Letter, correction: Correction) -> Replacement:
    """Make the record that is put back; say clearly when that one could not be read either."""
    if letter.reason == TOO_LARGE and correction.value is None:
        raise SaidClearly(f"{letter.place} 太大，没有读，也没有留存：请其作者缩小后另行提交，或者用 --value 给出内容。")
    value = letter.value if correction.value is None else correction.value
    dropped = {name.lower() for name in (*correction.without, *correction.headers, REPLAY_OF)}
    headers = [(name, raw) for name, raw in letter.headers if name.lower() not in dropped]
    headers += [(name, text.encode()) for name, text in correction.headers.items()]
    if correction and not _is_structured(headers):
        headers = _identified(letter.place, headers, value, correction.headers)
    try:
        envelope, _ = decode(headers, value)
    except EnvelopeError as error:
        hint = "请用 --header、--without 或者 --value 更正。"
        raise SaidClearly(f"{letter.place} 仍然读不懂：{error.field} 应为{expected_of(error)}。{hint}") from None
    return Replacement(envelope.id, value, [*headers, (REPLAY_OF, str(letter.place).encode())])


def _is_structured(headers: Sequence[tuple[str, bytes]]) -> bool:
    return any(name.lower() == "content-type" and raw.startswith(STRUCTURED.encode()) for name, raw in headers)


def _identified(
    place: LetterPlace, headers: Sequence[tuple[str, bytes]], value: bytes | None, fixed: Mapping[str, str]
) -> list[tuple[str, bytes]]:
    """Give a corrected record an id of its place and content, and its author's source where that can be read."""
    known = claimed(headers, value)
    # What is corrected is not as a door wrote it any more.
    theirs = known[0] if known and not is_ours(known[0]) else _SOURCE
    source = fixed.get("ce_source") or theirs
    identity = fixed.get("ce_id") or derived_id(str(place), (value or b"").hex())
    kept = [(name, raw) for name, raw in headers if name.lower() not in ("ce_id", "ce_source")]
    return [*kept, ("ce_id", identity.encode()), ("ce_source", source.encode())]


async def put_back(system: Addresses, letter: Letter, record: Replacement) -> LetterPlace:
    """Put a record back on the topic and partition where it came in; tells its new place."""
    topic, partition, _ = letter.place
    async with producer(system.broker(LETTERS)) as sender:
        sent = await sender.send_and_wait(
            topic, record.value, key=letter.key, headers=list(record.headers), partition=partition
        )
    return LetterPlace(sent.topic, sent.partition, sent.offset)
