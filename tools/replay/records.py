"""Rows of a file as the reports that they become, dirt included."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
    said: str = ""
    """By which rows are compared, where people with the same complaint are looked for."""


def read_rows(file: Path, mapping: FileMapping, limit: int | None = None) -> list[Row]:
    """Read a file's rows; says clearly when it is not the file that the mapping is about."""
    table = read_table(file, mapping.encoding)
    header = next(table, [])
    missing = sorted(mapping.columns() - set(header))
    if missing:
        raise SaidClearly(f"{file.name} has no column {', '.join(missing)}: is it another kind of file?")
    filled = (row for row in table if row)
    return [dict(zip_longest(header, row[: len(header)], fillvalue="")) for row in islice(filled, limit)]


def records(rows: list[Row], mapping: FileMapping, shift: timedelta = timedelta()) -> list[CaseRecord]:
    """Turn rows into records, in the order in which they go in; every row becomes one."""
    found = [_record(row, number, mapping, shift) for number, row in enumerate(rows, 2)]
    first = min((record.at for record in found if record.at is not None), default=None)
    return sorted(found, key=lambda record: record.at or first or _UNKNOWN)


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
