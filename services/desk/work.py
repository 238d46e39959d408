"""What the desk does in a lane transaction: note what became of acts, and what waits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from chassis.contacts import WordSeal
from chassis.redaction import cover, overlays
from chassis.service import Connection, Foreign, Heard, Outcome, Record, Transaction
from rulebook.deriving import ClockRules
from schemas.dispatch import ContactForgotten, Redacted
from schemas.envelope import EnvelopeError, decode
from schemas.public import CallbackRequest, DeskTask, Order, ReceiptGiven, ReceiptRefused, ShownContact
from schemas.redaction import Overlay
from schemas.registry import department_of
from schemas.rules import CalendarPublished
from services.desk import store
from services.desk.core.callbacks import CallbackRow, CallbackTry, requested
from services.desk.core.callers import CallerChange, CallerRow
from services.desk.core.orders import OrderRow, kept
from services.desk.reactions import (
    Accepted,
    Change,
    HeardMessage,
    LeftOut,
    Refused,
    ShownRow,
    TaskRow,
    answers,
    heard,
    react,
)

Work = Callable[[Transaction, Sequence[Heard | Foreign]], Awaitable[Outcome]]


class Keeping(NamedTuple):
    """With what it is kept: the seal of contacts, the key of the hashes of what was redacted, the rules of clocks."""

    seal: WordSeal
    key: bytes
    rules: ClockRules


def noting(seal: WordSeal, key: bytes, rules: ClockRules) -> Work:
    """Make the work of the service: what is shown of contacts is kept sealed for the ticket.

    `key` is that of the hashes of what was redacted, `rules` say when what waits is due.
    """

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        return await _note(transaction, items, Keeping(seal, key, rules))

    return work


async def _note(transaction: Transaction, items: Sequence[Heard | Foreign], keeping: Keeping) -> Outcome:
    """Note what these records say; the desk itself says nothing on topics of its own."""
    seal = keeping.seal
    read_items = [_read(item.record, keeping) if isinstance(item, Foreign) else None for item in items]
    answered = [answers(each.message) if isinstance(each, HeardMessage) else None for each in read_items]
    acts = await store.load_acts(transaction.connection, [act for act in answered if act is not None])
    changes = [
        react(each, acts.get(act or ""), keeping.rules) if isinstance(each, HeardMessage) else each
        for each, act in zip(read_items, answered, strict=True)
    ]
    changes = [_of_fact(item) if isinstance(item, Heard) else each for item, each in zip(items, changes, strict=True)]
    facts = [item for item in items if isinstance(item, Heard)]
    redacted = [(item.message.ticket, item.message.passage) for item in facts if isinstance(item.message, Redacted)]
    if redacted:
        await store.insert_redactions(transaction.connection, redacted)
        await store.show_no_more(transaction.connection, [ticket for ticket, _ in redacted])
    late = await _save(transaction, [_sealed(change, seal) for change in changes if change is not None])
    if late:
        covers = overlays(await store.redactions(transaction.connection, late), keeping.key)
        await cover(transaction, covers, store.WORDS)
        await _show_covered(transaction, changes, covers, seal)
    if forgotten := [item.message.ticket for item in facts if isinstance(item.message, ContactForgotten)]:
        await store.forget(transaction.connection, forgotten)
    published = [item for item in facts if isinstance(item.message, CalendarPublished)]
    if published:
        await store.save_calendars(transaction.connection, published)
    words = [
        "noted" if change is not None or item in published else "ignored"
        for item, change in zip(items, changes, strict=True)
    ]
    return Outcome(words=words)


async def _show_covered(
    transaction: Transaction, changes: Iterable[Change | None], covers: Mapping[str, Overlay], seal: WordSeal
) -> None:
    for change in changes:
        if isinstance(change, ShownRow) and change.body is not None and change.ticket in covers:
            covered = change._replace(body=covers[change.ticket].body(change.body))
            await store.show_instead(transaction.connection, _sealed_row(covered, seal))


def _of_fact(item: Heard) -> Change | None:
    return heard(item.envelope.subject, item.envelope.time, item.message)


_HEARD: Final = {model.type_name: model for model in (DeskTask, ReceiptGiven, ReceiptRefused, ShownContact)}


def _read(record: Record, keeping: Keeping) -> HeardMessage | OrderRow | CallbackRow | None:
    """Read a record as any reader of the published language does: what concerns nobody here is passed by."""
    try:
        envelope, body = decode(record.headers, record.value)
    except EnvelopeError:
        return None
    department = department_of(record.topic)
    if department is not None and envelope.type == Order.type_name:
        return kept(department, envelope, body, keeping.seal.of(envelope.subject))
    if envelope.type == CallbackRequest.type_name:
        request = CallbackRequest.model_validate_json(body)
        return requested(envelope, request, body.decode(), keeping.seal.of(request.ticket), keeping.rules)
    model = _HEARD.get(envelope.type)
    return HeardMessage(record.topic, envelope, model.model_validate_json(body), body.decode()) if model else None


def _sealed(change: Change, seal: WordSeal) -> Change:
    """What was shown, as it is kept: nobody who reads the table reads a contact."""
    return _sealed_row(change, seal) if isinstance(change, ShownRow) else change


def _sealed_row(row: ShownRow, seal: WordSeal) -> ShownRow:
    return row if row.body is None else row._replace(body=json.dumps(seal.sealed(row.body, row.ticket)))


_NEWEST: Final[tuple[tuple[type[Any], Callable[[Connection, Sequence[Any]], Awaitable[Collection[str]]]], ...]] = (
    (TaskRow, store.save_tasks),
    (ShownRow, store.save_shown),
    (OrderRow, store.save_orders),
    (CallbackRow, store.save_callbacks),
)
"""Of what the newest message is kept, and how."""


async def _save(transaction: Transaction, changes: Sequence[Change]) -> Collection[str]:
    """Write in an order of tables that is the same for every worker; tells of which tickets words came late."""
    connection, late = transaction.connection, set[str]()
    if accepted := [each for each in changes if isinstance(each, Accepted)]:
        await store.accept(connection, accepted)
    if refused := [each for each in changes if isinstance(each, Refused)]:
        await store.refuse(connection, refused)
    for left_out in (each for each in changes if isinstance(each, LeftOut)):
        await store.leave_out(connection, left_out)
    for kind, save in _NEWEST:
        if rows := [each for each in changes if isinstance(each, kind)]:
            late.update(await save(connection, rows))
    if tries := [each for each in changes if isinstance(each, CallbackTry)]:
        await store.save_tries(connection, tries)
    if callers := [each for each in changes if isinstance(each, CallerRow)]:
        await store.save_callers(connection, callers)
    for change in (each for each in changes if isinstance(each, CallerChange)):
        await store.change_caller(connection, change)
    return late
