"""Writing what was heard: one function per statement, all of them set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar, get_origin, get_type_hints

from chassis.packing import packed
from chassis.redaction import WordsTable
from chassis.service import Connection
from schemas.owner import Owner
from schemas.redaction import Passage
from services.trace.core.rows import ClockRow, Device, OrderRow, SettledDoubts, Summary, Visit

R = TypeVar("R")

_TYPES: Final[Mapping[Any, str]] = {
    str: "text",
    Owner: "text",
    bool: "bool",
    int: "int",
    float: "float8",
    datetime: "timestamptz",
    tuple[str, ...]: "text",
}


WORDS: Final = (
    WordsTable("entry", "ticket", packed=True),
    WordsTable("summary", "ticket", texts=("gist", "place")),
)
"""Where it is kept what people said."""


class Entry(NamedTuple):
    """One event of a timeline, in the columns of its table."""

    topic: str
    partition: int
    offset: int
    ticket: str
    source: str
    sequence: int
    id: str
    cause: str
    correlation: str
    type: str
    at: datetime
    recorded: datetime
    policy: str
    body: str


_KEPT: Final = (*Entry._fields[:-1], "packed")


class Changed(NamedTuple, Generic[R]):
    """A row as it is to be written, beside what its table has of it; None where that is nothing."""

    was: R | None
    row: R


class RowTable(Generic[R]):
    """The statements that load and save one kind of row; its columns are the fields of the row's class."""

    def __init__(self, name: str, row: type[R], key: Sequence[str]) -> None:
        hints = get_type_hints(row)
        self.row = row
        self.name = name
        self.key = tuple(key)
        self.names = list(hints)
        self.lists = {place for place, column in enumerate(self.names) if hints[column] == tuple[str, ...]}
        self.owners = {place for place, column in enumerate(self.names) if hints[column] is Owner}
        self.kinds = {column: _postgres_type(hints[column]) for column in self.names}
        kept = ", ".join(f"{column} = excluded.{column}" for column in self.names if column not in key)
        columns = ", ".join(self.names)
        self.insert = (
            f"insert into {name} ({columns}) select * from unnest({self._given(self.names)})"  # noqa: S608 - our own column names
            f" on conflict ({', '.join(key)}) do update set {kept}"
        )
        self.select = (
            f"select {', '.join('r.' + column for column in self.names)}"  # noqa: S608 - our own column names
            f" from unnest({self._given(key)}) k({', '.join(key)}) join {name} r using ({', '.join(key)})"
        )
        self.updates: dict[tuple[str, ...], str] = {}

    async def load(self, connection: Connection, *keys: Sequence[Any]) -> list[R]:
        """Load the rows of these keys, given by column."""
        return [self.read(record) for record in await connection.fetch(self.select, *keys)] if keys[0] else []

    async def save(self, connection: Connection, rows: Iterable[Changed[R]]) -> None:
        """Write rows, each key at most once; of one that the table has, the columns that changed and no others."""
        alike: defaultdict[tuple[str, ...], list[R]] = defaultdict(list)
        for was, row in rows:
            alike[tuple(self.names) if was is None else self._changed(was, row)].append(row)
        for names, those in alike.items():
            if len(names) == len(self.names):
                await connection.execute(self.insert, *(self._column(name, those) for name in names))
            elif names:
                given = (*self.key, *names)
                await connection.execute(self._update(names), *(self._column(name, those) for name in given))

    def _changed(self, was: R, row: R) -> tuple[str, ...]:
        before = was.__dict__
        return tuple([name for name, value in row.__dict__.items() if value != before.get(name) and name in self.kinds])

    def _update(self, names: tuple[str, ...]) -> str:
        """The statement for rows of which these columns changed; it is the same one whenever they do."""
        if names not in self.updates:
            given = (*self.key, *names)
            self.updates[names] = (
                f"update {self.name} r set {', '.join(f'{name} = x.{name}' for name in names)}"  # noqa: S608 - our own column names
                f" from unnest({self._given(given)}) x({', '.join(given)})"
                f" where {' and '.join(f'r.{name} = x.{name}' for name in self.key)}"
            )
        return self.updates[names]

    def _given(self, names: Iterable[str]) -> str:
        return ", ".join(f"${place}::{self.kinds[column]}[]" for place, column in enumerate(names, 1))

    def read(self, record: Iterable[Any]) -> R:
        """Make a row of a database record with these columns, in this order."""
        values = list(record)
        for place in self.lists:
            values[place] = tuple(values[place].split())
        for place in self.owners:
            values[place] = Owner(values[place])
        found = object.__new__(self.row)
        found.__dict__.update(zip(self.names, values, strict=True))
        return found

    def _column(self, name: str, rows: Sequence[R]) -> list[Any]:
        values = [getattr(row, name) for row in rows]
        return [" ".join(value) for value in values] if self.names.index(name) in self.lists else values


def _postgres_type(hint: Any) -> str:
    if hint in _TYPES:
        return _TYPES[hint]
    if get_origin(hint) is Literal:
        return "text"
    return next(_TYPES[part] for part in hint.__args__ if part in _TYPES)


SUMMARIES: Final = RowTable("summary", Summary, ("ticket",))
ORDERS: Final = RowTable("orders", OrderRow, ("ticket", "number"))
CLOCKS: Final = RowTable("clock", ClockRow, ("ticket", "clock_id"))


async def insert_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Append to the timelines."""
    if entries:
        rows = [(*entry[:-1], packed(entry.body)) for entry in entries]
        await connection.copy_records_to_table("entry", records=rows, columns=_KEPT)


async def insert_receipts(connection: Connection, receipts: Sequence[tuple[str, str]]) -> None:
    """Remember which ticket each receipt stands for."""
    if receipts:
        await connection.execute(
            "insert into receipt select * from unnest($1::text[], $2::text[]) on conflict do nothing",
            [receipt for receipt, _ in receipts],
            [ticket for _, ticket in receipts],
        )


async def insert_visits(connection: Connection, visits: Sequence[Visit]) -> None:
    """Enter visits into the ledger."""
    if visits:
        await connection.copy_records_to_table("visit", records=visits, columns=Visit._fields)


async def insert_settled(connection: Connection, settled: Sequence[SettledDoubts]) -> None:
    """Write into the ledger what was found about doubts."""
    if settled:
        await connection.copy_records_to_table("doubts_settled", records=settled, columns=SettledDoubts._fields)


async def insert_devices(connection: Connection, devices: Sequence[Device]) -> None:
    """Remember which devices were asked for and bound."""
    if devices:
        await connection.copy_records_to_table("device", records=devices, columns=Device._fields)


async def redactions(connection: Connection) -> list[tuple[str, Passage]]:
    """All that was redacted, by ticket."""
    rows = await connection.fetch("select ticket, seal, length from redaction order by place")
    return [(row["ticket"], Passage(row["seal"], row["length"])) for row in rows]


async def insert_redactions(connection: Connection, redacted: Sequence[tuple[str, Passage]]) -> None:
    """Remember what is redacted."""
    await connection.executemany(
        "insert into redaction (ticket, seal, length) values ($1, $2, $3) on conflict do nothing",
        [(ticket, *passage) for ticket, passage in redacted],
    )
