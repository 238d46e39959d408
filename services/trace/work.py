"""What trace does in a lane transaction: append what was heard, and fold it into the rows that are looked up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from chassis.service import Connection, Foreign, Heard, Outcome, Turn
from schemas.clocks import ClockFact
from schemas.tickets import ActionReceived, Answered, Registered, Visited
from services.trace import store
from services.trace.core.projection import Rows

_CONTACT = b'"contact"'


async def note(turn: Turn, items: Sequence[Heard | Foreign]) -> Outcome:
    """Note everything that was heard; the work of the service."""
    heard = [item for item in items if isinstance(item, Heard)]
    if not heard:
        return Outcome(words=("ignored",) * len(items))
    await store.insert_entries(turn.connection, [entry_of(item) for item in heard])
    await store.insert_receipts(turn.connection, sorted(set(_receipts(heard))))
    rows = await _rows_of(turn.connection, heard)
    for item in heard:
        rows.take(item.message, item.envelope.time)
    await store.SUMMARIES.save(turn.connection, [rows.summaries[key] for key in sorted(rows.changed_summaries)])
    await store.ORDERS.save(turn.connection, [rows.changed_orders[key] for key in sorted(rows.changed_orders)])
    await store.CLOCKS.save(turn.connection, [rows.clocks[key] for key in sorted(rows.changed_clocks)])
    return Outcome(words=("noted",) * len(items))


def entry_of(item: Heard) -> store.Entry:
    """Make an entry of what was heard, without the requester's contact."""
    record, envelope = item.record, item.envelope
    return store.Entry(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        ticket=envelope.subject,
        source=envelope.source,
        sequence=envelope.sequence,
        id=envelope.id,
        cause=envelope.causation,
        correlation=envelope.correlation,
        type=envelope.type,
        at=envelope.time,
        recorded=record.timestamp,
        policy=envelope.policy,
        body=_without_contact(record.value or b"{}"),
    )


def _without_contact(value: bytes) -> str:
    if _CONTACT not in value:
        return value.decode()
    body = json.loads(value)
    body.pop("contact", None)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _receipts(items: Iterable[Heard]) -> Iterable[tuple[str, str]]:
    for item in items:
        match item.message:
            case Visited(receipt=receipt, tickets=problems):
                yield from ((receipt, problem) for problem in problems)
            case Registered() | Answered() | ActionReceived() as told:
                yield told.receipt, told.ticket
            case _:
                pass


async def _rows_of(connection: Connection, items: Sequence[Heard]) -> Rows:
    tickets = sorted({item.envelope.subject for item in items if not isinstance(item.message, ClockFact)})
    clocks = sorted({(m.ticket, m.clock_id) for item in items if isinstance(m := item.message, ClockFact)})
    summaries = await store.SUMMARIES.load(connection, tickets)
    orders = await store.ORDERS.load(connection, [s.ticket for s in summaries], [s.orders for s in summaries])
    clock_rows = await store.CLOCKS.load(connection, [key for key, _ in clocks], [clock for _, clock in clocks])
    return Rows(
        summaries={row.ticket: row for row in summaries},
        orders={row.ticket: row for row in orders},
        clocks={(row.ticket, row.clock_id): row for row in clock_rows},
    )
