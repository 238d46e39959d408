"""Covering what was redacted in all that a service keeps under a key: events, records put aside, and its own tables."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from chassis import store
from chassis.packing import packed, said, unpacked
from chassis.service import Connection, Foreign, Heard, Outcome, Say, Transaction, Work
from schemas.message import Message
from schemas.redaction import Overlay, Passage
from sealing.records import NAMES_MANY


class WordsTable(NamedTuple):
    """A table in which words are kept: the column of the key, of plain texts, of JSON, and packed bodies."""

    table: str
    key: str
    texts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    packed: bool = False


class _CoveredColumn(NamedTuple):
    """How a column is read, what is written of its `$n`, and what becomes of its words."""

    read: str
    write: str
    before: Callable[[Any], str | None]
    covered: Callable[[Overlay, str], str]
    after: Callable[[str], Any]


_EVENTS: Final = WordsTable("event", "key", packed=True)
_RECORDS: Final = ("dead_letter", "parked")


Anew = Callable[[Connection, str], Awaitable[None]]
"""Derives anew under a key what was derived from words that are covered now."""


async def _nothing(_connection: Connection, _key: str) -> None:
    return


@dataclass(frozen=True)
class Covering:
    """How a service covers what it keeps: its key of the hashes, its tables, those of raw records, and what is derived.

    `of` reads off a message what is redacted by it; `contacts` says that it is the one that keeps contacts.
    """

    secret: bytes
    of: Callable[[Message], Passage | None]
    own: Sequence[WordsTable] = ()
    records: Sequence[str] = ()
    anew: Anew = _nothing
    contacts: bool = False


def covering(work: Work, how: Covering) -> Work:
    """The work of a service, which covers in the same transaction what it hears to be redacted."""

    async def covered_work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        outcome = await work(transaction, items)
        heard = [item for item in items if isinstance(item, Heard)]
        found = [(item.envelope.subject, passage) for item in heard if (passage := how.of(item.message)) is not None]
        if not found:
            return outcome
        covers = overlays(found, how.secret)
        await cover(transaction, covers, how.own, how.records)
        for key, overlay in covers.items():
            if how.contacts and transaction.contacts is not None:
                await transaction.contacts.cover(transaction.connection, key, overlay.document)
            await how.anew(transaction.connection, key)
        for lane in transaction.lanes.values():
            lane.cache.clear()  # what is remembered there was read before it was covered
        return replace(outcome, says=covered(outcome.says, covers))

    return covered_work


def overlays(redacted: Iterable[tuple[str, Passage]], secret: bytes) -> Mapping[str, Overlay]:
    """The overlay of each key of which something was redacted."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for key, passage in redacted:
        found[key].append(passage)
    return {key: Overlay(passages, secret) for key, passages in found.items()}


async def cover(
    transaction: Transaction, covers: Mapping[str, Overlay], own: Sequence[WordsTable] = (), records: Sequence[str] = ()
) -> None:
    """Cover in the chassis's tables and in a service's own; `records` are its tables of raw records."""
    for key, overlay in covers.items():
        for kept in (_EVENTS, *own):
            await _cover_rows(transaction, key, overlay, kept)
    await cover_records(transaction, covers, (*_RECORDS, *records))


async def cover_records(transaction: Transaction, covers: Mapping[str, Overlay], tables: Iterable[str]) -> None:
    """Cover in tables of raw records alone."""
    for table in tables:
        for key, overlay in covers.items():
            await _cover_records(transaction, key, overlay, table)


def covered(says: Sequence[Say], covers: Mapping[str, Overlay]) -> Sequence[Say]:
    """What is about to be said, without what was redacted in the same moment."""
    return [_without(say, covers[say.key]) if say.key in covers else say for say in says] if covers else says


def _without(say: Say, overlay: Overlay) -> Say:
    document = say.message.model_dump(mode="json", exclude_none=True)
    hidden = overlay.document(document)
    return say if hidden is document else say._replace(message=type(say.message).model_validate(hidden))


async def _cover_rows(transaction: Transaction, key: str, overlay: Overlay, kept: WordsTable) -> None:
    connection, columns = transaction.connection, list(_columns(kept))
    rows = await connection.fetch(
        f"select tableoid::int8, ctid::text, {', '.join(each.read for each in columns)} from {kept.table}"  # noqa: S608 - our own names
        f" where {kept.key} = $1",
        key,
    )
    changes = ", ".join(each.write.replace("$n", f"${number}") for number, each in enumerate(columns, 3))
    for part, place, *values in rows:
        before = [each.before(value) for each, value in zip(columns, values, strict=True)]
        after = [
            words if words is None else each.covered(overlay, words)
            for each, words in zip(columns, before, strict=True)
        ]
        if after != before:
            await connection.execute(
                f"update {kept.table} set {changes} where tableoid = $1::int8::oid and ctid = $2::text::tid",  # noqa: S608 - our own names
                part,
                place,
                *(words if words is None else each.after(words) for each, words in zip(columns, after, strict=True)),
            )


def _columns(kept: WordsTable) -> Iterator[_CoveredColumn]:
    for name in kept.texts:
        yield _CoveredColumn(f"{name}::text", f"{name} = $n", _same, Overlay.text, _same)
    for name in kept.documents:
        yield _CoveredColumn(f"{name}::text", f"{name} = $n::text::json", _same, Overlay.body, _same)
    if kept.packed:
        yield _CoveredColumn(said(), "packed = $n, body = null", unpacked, Overlay.body, packed)


def _same(words: Any) -> Any:
    return words


async def _cover_records(transaction: Transaction, key: str, overlay: Overlay, table: str) -> None:
    connection, seal = transaction.connection, transaction.seal
    rows = await connection.fetch(
        f'select ctid::text, topic, partition, "offset", value from {table} where position($1::bytea in value) > 0'  # noqa: S608 - our own names
        " or key = $1 or substring(value for octet_length($2::bytea)) = $2::bytea",
        key.encode(),
        NAMES_MANY,
    )
    for row, *where, kept in rows:
        place = store.place_of(*where)
        value = seal.opened(kept, *place)
        after = _of_record(value, overlay)
        if after != value:
            await connection.execute(
                f"update {table} set value = $2 where ctid = $1::text::tid",  # noqa: S608 - our own names
                row,
                seal.sealed(after, *place),
            )


def _of_record(value: bytes | None, overlay: Overlay) -> bytes | None:
    """A record as it came may be anything: what is no JSON is looked at as a text."""
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return overlay.text(text).encode()
    hidden = overlay.document(document)
    return value if hidden is document else json.dumps(hidden, ensure_ascii=False).encode()
