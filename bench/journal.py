"""What is kept outside of the system about what was said to it: written, and on the disk, before it is said.

It is held against what the door remembers, by whoever was not there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import asyncpg

from tools.local.instance import Instance
from tools.verify.findings import CheckResult, Finding
from vocabulary import Chinese

SOURCE: Final = "bench/"
"""With this begins the source of whatever a journal is kept of; the door names what comes by HTTP itself."""
_TAKEN: Final = (
    "select s.source, s.id, s.receipt, cardinality(s.tickets) as tickets, s.code is not null as refused,"
    " (select count(*) from intake.ticket t where t.receipt = s.receipt) as born,"
    " (select count(*) from trace.summary t where t.ticket = any (s.tickets)) as traced"
    " from intake.submission s where s.source like $1 or s.source like 'door/%'"
)


class Reached(StrEnum):
    """How far saying something came."""

    SENDING = "sending"
    TAKEN = "taken"
    """The broker acknowledged it, or the door answered 202."""


class Spoken(NamedTuple):
    """What is said, as its author knows it."""

    source: str
    id: str


class Remembered(NamedTuple):
    """What the system knows of something said."""

    receipt: str
    tickets: int
    """How many tickets it is about, or made."""
    traced: int
    """How many of those the trace has."""
    born: int
    """How many tickets it made."""
    refused: bool


class Journal:
    """A file to which lines are added."""

    def __init__(self, path: Path) -> None:
        """Go on with the file at this path, or begin it."""
        self.path = path
        self._file = path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def sending(self, spoken: Iterable[Spoken]) -> None:
        """Note what will be said now; return once it is on the disk."""
        self._write(Reached.SENDING, ((each, "") for each in spoken))

    def taken(self, spoken: Iterable[Spoken], receipt: str = "") -> None:
        """Note what was taken, and the receipt that the door gave for it."""
        self._write(Reached.TAKEN, ((each, receipt) for each in spoken))

    def _write(self, step: Reached, spoken: Iterable[tuple[Spoken, str]]) -> None:
        lines = (json.dumps([step, *each, receipt]) for each, receipt in spoken)
        self._file.write("".join(f"{line}\n" for line in lines).encode())
        self._file.flush()
        os.fsync(self._file.fileno())


class Noted(NamedTuple):
    """A journal, read: all that was said, and the receipts of what was taken ('' where none was given)."""

    sent: Collection[Spoken]
    taken: Mapping[Spoken, str]


def read(path: Path) -> Noted:
    """Read a journal."""
    sent: set[Spoken] = set()
    taken: dict[Spoken, str] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            step, source, id_, receipt = json.loads(line)
            if step == Reached.SENDING:
                sent.add(Spoken(source, id_))
            else:
                taken[Spoken(source, id_)] = receipt
    return Noted(sent, taken)


def held_against(noted: Noted, known: Collection[tuple[Spoken, Remembered]]) -> list[CheckResult]:
    """What a journal promises of the system: taken is known, known was said, and each was said once."""
    by_spoken, times = dict(known), Counter(spoken for spoken, _ in known)
    lost = [Finding(each.id, Chinese("收下了，却不知道")) for each in noted.taken if each not in by_spoken]
    lost += [
        Finding(each.id, Chinese(f"回执是 {receipt}，记下的却是 {by_spoken[each].receipt}"))
        for each, receipt in noted.taken.items()
        if receipt and each in by_spoken and by_spoken[each].receipt != receipt
    ]
    idle = [
        Finding(each.id, Chinese("既没有退回，也没有工单"))
        for each, record in known
        if not record.refused and not record.tickets
    ]
    untraced = [
        Finding(each.id, Chinese(f"{record.tickets} 张工单，留痕只有 {record.traced} 张"))
        for each, record in known
        if record.traced != record.tickets
    ]
    invented = [Finding(each.id, Chinese("没有人说过")) for each in times if each not in noted.sent]
    doubled = [Finding(each.id, Chinese(f"记了 {count} 次")) for each, count in times.items() if count > 1]
    doubled += [Finding(each.id, Chinese(f"登记了 {record.born} 张工单")) for each, record in known if record.born > 1]
    return [
        CheckResult("日志里收下的，门都知道 (what was taken is known)", len(noted.taken), lost),
        CheckResult("门所知道的，日志里都说过 (what is known was said)", len(known), invented),
        CheckResult("说一次，记一次 (said once, known once)", len(known), doubled),
        CheckResult(
            "都有结果，都在留痕里 (each has its ticket or refusal, and is traced)", len(known), idle + untraced
        ),
    ]


async def held_against_instance(path: Path, instance: Instance) -> list[CheckResult]:
    """Hold a journal against a running system in which nothing is on its way any more."""
    connection = await asyncpg.connect(instance.postgres_dsn())
    try:
        rows = await connection.fetch(_TAKEN, f"{SOURCE}%")
    finally:
        await connection.close()
    known = [
        (Spoken(row["source"], row["id"]), Remembered(*(row[name] for name in Remembered._fields))) for row in rows
    ]
    return held_against(read(path), known)
