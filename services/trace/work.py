"""What trace does in a lane transaction: append what was heard, and fold it into the rows that are looked up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from chassis.service import Connection, Foreign, Heard, Outcome, Transaction
from schemas.clocks import ClockFact
from schemas.tickets import ActionReceived, Answered, Registered, Visited
from services.trace import store
from services.trace.core.projection import Rows

_CONTACT: Final = b'"contact"'
_REMEMBERED: Final = 5_000
_WITH_RECEIPT: Final = frozenset({ActionReceived, Answered, Registered, Visited})


async def note(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
    """Note everything that was heard; the work of the service."""
    heard = [item for item in items if isinstance(item, Heard)]
    if not heard:
        return Outcome(words=("ignored",) * len(items))
    await store.insert_entries(transaction.connection, [entry_of(item) for item in heard])
    await store.insert_receipts(transaction.connection, sorted(set(_receipts(heard))))
    known = await _known(transaction, heard)
    for item in heard:
        known[item.lane].take(item.message, item.envelope.time)
    lanes, to = known.values(), transaction.connection
    await store.SUMMARIES.save(to, [rows.summaries[key] for rows in lanes for key in rows.changed_summaries])
    await store.ORDERS.save(to, [order for rows in lanes for order in rows.changed_orders.values()])
    await store.CLOCKS.save(to, [rows.clocks[key] for rows in lanes for key in rows.changed_clocks])
    for rows in lanes:
        rows.settle(_REMEMBERED)
    return Outcome(words=("noted",) * len(items))


def entry_of(item: Heard) -> store.Entry:
    """Make an entry of what was heard, without the requester's contact."""
    record, envelope = item.record, item.envelope
    return store.Entry(
        record.topic,
        record.partition,
        record.offset,
        envelope.subject,
        envelope.source,
        envelope.sequence,
        envelope.id,
        envelope.causation,
        envelope.correlation,
        envelope.type,
        envelope.time,
        record.timestamp,
        envelope.policy,
        _without_contact(record.value or b"{}"),
    )


def _without_contact(value: bytes) -> str:
    if _CONTACT not in value:
        return value.decode()
    body = json.loads(value)
    body.pop("contact", None)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _receipts(items: Iterable[Heard]) -> Iterable[tuple[str, str]]:
    for item in items:
        # Asking for the type is quick; a model's own isinstance is not, and most facts carry no receipt.
        if type(item.message) not in _WITH_RECEIPT:
            continue
        match item.message:
            case Visited(receipt=receipt, tickets=problems):
                yield from ((receipt, problem) for problem in problems)
            case Registered() | Answered() | ActionReceived() as told:
                yield told.receipt, told.ticket
            case _:
                pass


async def _known(transaction: Transaction, items: Sequence[Heard]) -> dict[str, Rows]:
    """The rows of each lane, remembered for as long as the lane is ours; what is not remembered is read."""
    known: dict[str, Rows] = {
        name: transaction.lanes[name].cache.setdefault("rows", Rows()) for name in transaction.lanes
    }
    tickets: dict[str, str] = {}
    clocks: dict[tuple[str, str], str] = {}
    for lane, _, envelope, message in items:
        if isinstance(message, ClockFact):
            clocks[message.ticket, message.clock_id] = lane
        else:
            tickets[envelope.subject] = lane
    unknown = {ticket: lane for ticket, lane in tickets.items() if ticket not in known[lane].summaries}
    await _read(transaction.connection, known, unknown)
    missing = [key for key, lane in clocks.items() if key not in known[lane].clocks]
    for row in await store.CLOCKS.load(
        transaction.connection, [key for key, _ in missing], [clock for _, clock in missing]
    ):
        known[clocks[row.ticket, row.clock_id]].clocks[row.ticket, row.clock_id] = row
    return known


async def _read(connection: Connection, known: Mapping[str, Rows], tickets: Mapping[str, str]) -> None:
    summaries = await store.SUMMARIES.load(connection, list(tickets))
    for row in summaries:
        known[tickets[row.ticket]].summaries[row.ticket] = row
    for order in await store.ORDERS.load(connection, [s.ticket for s in summaries], [s.orders for s in summaries]):
        known[tickets[order.ticket]].orders[order.ticket] = order
