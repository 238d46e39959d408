"""Rows of a file as the reports that they become, dirt included."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

from tools.errors import SaidClearly
from tools.replay.mapping import FileMapping, Row
from tools.replay.tables import read_table

_UNKNOWN: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One row: what is sent, under which id, when; and what the row says of the rest of its life.

    `at` is None where the row does not say it in a way that can be read; it then goes in first, and the door decides.
    """

    id: str
    at: datetime | None
    body: bytes
    handled_at: datetime | None = None
    due: datetime | None = None
    extended_to: datetime | None = None
    redo: bool = False
    supervised: bool = False
    transferred_to: str | None = None
    is_duplicate: bool = False
    original: str | None = None
    """The earlier row that a duplicate repeats; None where the file does not hold it."""
    same: tuple[str, ...] = ()
    """What a duplicate shares with its original."""
    said: str = ""
    """By which rows are compared, where people with the same complaint are looked for."""


def read_rows(file: Path, mapping: FileMapping, limit: int | None = None) -> list[Row]:
    """Read a file's rows; says clearly when it is not the file that the mapping is about."""
    table = read_table(file, mapping.encoding)
    header = next(table, [])
    missing = sorted(mapping.columns() - set(header))
    if missing:
        raise SaidClearly(f"{file.name} 没有列 {'、'.join(missing)}，可能是另一种文件。")
    filled = (row for row in table if row)
    return [dict(zip_longest(header, row[: len(header)], fillvalue="")) for row in islice(filled, limit)]


def records(rows: list[Row], mapping: FileMapping, shift: timedelta = timedelta()) -> list[CaseRecord]:
    """Turn rows into records, in the order in which they go in; every row becomes one."""
    found = [_record(row, number, mapping, shift) for number, row in enumerate(rows, 2)]
    first = min((record.at for record in found if record.at is not None), default=None)
    return _with_originals(sorted(found, key=lambda record: record.at or first or _UNKNOWN))


def _with_originals(cases: Sequence[CaseRecord]) -> list[CaseRecord]:
    """Find the original of each duplicate; both get one contact, for only one requester's tickets are merged.

    A file that names nobody does not say that they are one person's; it says that the office took them for one matter.
    """
    newest: dict[tuple[str, ...], str] = {}
    originals: dict[str, str] = {}
    for case in cases:
        if not case.same or not all(case.same):
            continue
        if not case.is_duplicate:
            newest[case.same] = case.id
        elif case.same in newest:
            originals[case.id] = newest[case.same]
    shared = {**originals, **{first: first for first in originals.values()}}
    return [
        replace(case, original=originals.get(case.id), body=_of_one_requester(case.body, shared[case.id]))
        if case.id in shared
        else case
        for case in cases
    ]


def _of_one_requester(body: bytes, original: str) -> bytes:
    known = {**json.loads(body), "requester_kind": "resident", "contact": {"wechat": f"replay-{original}"}}
    return json.dumps(known, ensure_ascii=False).encode()


def repeats(cases: Sequence[CaseRecord]) -> dict[str, int]:
    """Count the rows that can be no submission of their own, for an earlier row has their id: alike, or otherwise."""
    first: dict[str, CaseRecord] = {}
    counts: Counter[str] = Counter()
    for case in cases:
        known = first.setdefault(case.id, case)
        if known is not case:
            counts["same_row" if known.body == case.body else "same_id"] += 1
    return dict(counts)


def _record(row: Row, line: int, mapping: FileMapping, shift: timedelta) -> CaseRecord:
    recorded = mapping.recorded

    def moment(name: str) -> datetime | None:
        rule = getattr(recorded, name)
        return mapping.instant(str(mapping.value(rule, row, shift) or "")) if rule else None

    def is_so(name: str) -> bool:
        rule = getattr(recorded, name)
        return bool(rule) and mapping.value(rule, row) == "yes"

    return CaseRecord(
        id=row[mapping.id].strip() or f"line-{line}",
        at=mapping.instant(row[mapping.at].strip(), shift),
        body=_body(row, mapping, shift),
        handled_at=moment("handled_at"),
        due=moment("due"),
        extended_to=moment("extended_to"),
        redo=is_so("redo"),
        supervised=is_so("supervised"),
        transferred_to=mapping.value(recorded.transferred_to, row) if recorded.transferred_to else None,
        is_duplicate=recorded.duplicate is not None and mapping.value(recorded.duplicate.when, row) == "yes",
        same=tuple(row[column].strip() for column in recorded.duplicate.same) if recorded.duplicate else (),
        said=row[mapping.same_complaint.column] if mapping.same_complaint else "",
    )


def _body(row: Row, mapping: FileMapping, shift: timedelta) -> bytes:
    body: dict[str, Any] = {}
    for name, rule in mapping.fields.items():
        value = mapping.value(rule, row, shift)
        if value is None:
            continue
        *path, last = name.split(".")
        inner = body
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return json.dumps(body, ensure_ascii=False).encode()
