"""What trace does in a lane transaction: append what was heard, and fold it into the rows that are looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, starmap
from typing import Any, Final, TypeVar

from pydantic_core import from_json, to_json

from chassis.redaction import cover, overlays
from chassis.service import Connection, Foreign, Heard, Outcome, Transaction, Work
from schemas.clocks import ClockFact
from schemas.dispatch import DispatchFact, redacted_by
from schemas.message import Message
from schemas.notices import NoticeFact
from schemas.redaction import Passage
from schemas.tickets import ActionReceived, Answered, Registered
from services.trace import store
from services.trace.core.rows import ClockRow, OrderRow, Summary
from services.trace.reactions import clocks, device_of, orders, receipts_of, settled_of, summed, visit_of
from services.trace.store import Changed

K = TypeVar("K")
R = TypeVar("R")

CONTACTS: Final = frozenset({"contact", "contacts"})
"""The fields of messages in which a requester's contact stands: trace keeps none; a test holds messages against it."""
_UNKEPT: Final = CONTACTS | {"requester", "account"}
"""Who somebody is, in the clear and as a hash: by the second too one could be found again who is not named."""
_MARKED: Final = re.compile(f'"({"|".join(sorted(_UNKEPT))})"'.encode())
_REMEMBERED: Final = 5_000
_ROWS, _REDACTED = "rows", "redacted"


@dataclass(slots=True)
class Rows:
    """What is remembered of a lane's rows; `changed_*` are those that are to be written, beside what the table has."""

    summaries: dict[str, Summary] = field(default_factory=dict)
    orders: dict[str, OrderRow] = field(default_factory=dict)
    """The latest order of each ticket."""
    clocks: dict[tuple[str, str], ClockRow] = field(default_factory=dict)
    changed_summaries: dict[str, Changed[Summary]] = field(default_factory=dict)
    changed_orders: dict[tuple[str, int], Changed[OrderRow]] = field(default_factory=dict)
    changed_clocks: dict[tuple[str, str], Changed[ClockRow]] = field(default_factory=dict)

    def take(self, fact: Message, at: datetime) -> None:
        """Fold one fact into the rows."""
        if isinstance(fact, ClockFact):
            self._tick((fact.ticket, fact.clock_id), fact, at)
            return
        if not isinstance(fact, DispatchFact | NoticeFact | Registered | Answered | ActionReceived):
            return
        ticket = fact.ticket
        known = self.summaries.get(ticket)
        before = known or Summary(ticket)
        after = summed(before, fact, at)
        if after is not before:
            self.summaries[ticket] = after
            _note(self.changed_summaries, ticket, known, after)
        self._order(ticket, fact, at)

    def settle(self, remembered: int) -> None:
        """What changed was written: remember only so many tickets, those known last, and clocks that can still move."""
        for key, (_, clock) in self.changed_clocks.items():
            if clock.ended_at is not None:
                del self.clocks[key]
        self.changed_summaries.clear()
        self.changed_orders.clear()
        self.changed_clocks.clear()
        for ticket in list(islice(self.summaries, max(len(self.summaries) - remembered, 0))):
            del self.summaries[ticket]
            self.orders.pop(ticket, None)
        for key in list(islice(self.clocks, max(len(self.clocks) - remembered, 0))):
            del self.clocks[key]

    def _tick(self, key: tuple[str, str], fact: ClockFact, at: datetime) -> None:
        before = self.clocks.get(key)
        after = clocks.after(before, fact, at)
        if after is not None and after is not before:
            self.clocks[key] = after
            _note(self.changed_clocks, key, before, after)

    def _order(self, ticket: str, fact: Message, at: datetime) -> None:
        before = self.orders.get(ticket)
        after = orders.after(before, fact, at)
        if after is not None and after is not before:
            self.orders[ticket] = after
            was = before if before is not None and before.number == after.number else None
            _note(self.changed_orders, (ticket, after.number), was, after)


def _note(changed: dict[K, Changed[R]], key: K, known: R | None, after: R) -> None:
    """Note a row that changed; `known` is what the table has where it did not change before in this transaction."""
    changed[key] = Changed(changed[key].was if key in changed else known, after)


def noting(key: bytes) -> Work:
    """Make the work of the service: note everything, and keep covered what was redacted, whenever it is heard."""

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        outcome = await note(transaction, items)
        heard = [item for item in items if isinstance(item, Heard)]
        known = await _redactions(transaction, heard)
        concerned = {item.envelope.subject for item in heard} & known.keys() if known else set[str]()
        if concerned:
            covers = overlays(((ticket, each) for ticket in concerned for each in known[ticket]), key)
            await cover(transaction, covers, store.WORDS)
            for lane in transaction.lanes.values():
                lane.cache.pop(_ROWS, None)  # read before it was covered
        return outcome

    return work


async def _redactions(transaction: Transaction, heard: Sequence[Heard]) -> Mapping[str, list[Passage]]:
    """What was redacted so far, by ticket; remembered with the lane that hears of it."""
    found: dict[str, list[Passage]] = {}
    for name, lane in transaction.lanes.items():
        known: dict[str, list[Passage]] | None = lane.cache.get(_REDACTED)
        if known is None:
            known = lane.cache[_REDACTED] = {}
            for ticket, passage in await store.redactions(transaction.connection):
                known.setdefault(ticket, []).append(passage)
        new = [
            (item.envelope.subject, each) for item in heard if item.lane == name and (each := redacted_by(item.message))
        ]
        if new:
            await store.insert_redactions(transaction.connection, new)
        for ticket, passage in new:
            known.setdefault(ticket, []).append(passage)
        found |= known
    return found


async def note(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
    """Note everything that was heard."""
    heard = [item for item in items if isinstance(item, Heard)]
    if not heard:
        return Outcome(words=("ignored",) * len(items))
    await store.insert_entries(transaction.connection, [entry_of(item) for item in heard])
    await store.insert_receipts(
        transaction.connection, sorted({found for item in heard for found in receipts_of(item.message)})
    )
    moments = [(item.message, item.envelope.time) for item in heard]
    await store.insert_visits(transaction.connection, [*filter(None, starmap(visit_of, moments))])
    await store.insert_settled(transaction.connection, [*filter(None, starmap(settled_of, moments))])
    await store.insert_devices(transaction.connection, [*filter(None, starmap(device_of, moments))])
    known = await _known(transaction, heard)
    for item in heard:
        known[item.lane].take(item.message, item.envelope.time)
    lanes, to = known.values(), transaction.connection
    await store.SUMMARIES.save(to, [each for rows in lanes for each in rows.changed_summaries.values()])
    await store.ORDERS.save(to, [each for rows in lanes for each in rows.changed_orders.values()])
    await store.CLOCKS.save(to, [each for rows in lanes for each in rows.changed_clocks.values()])
    for rows in lanes:
        rows.settle(_REMEMBERED)
    return Outcome(words=("noted",) * len(items))


def entry_of(item: Heard) -> store.Entry:
    """Make an entry of what was heard, without the requester's contact and its hash."""
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
        _without_requester(record.value or b"{}"),
    )


def _without_requester(value: bytes) -> str:
    if _MARKED.search(value) is None:
        return value.decode()
    return to_json(_unnamed(from_json(value))).decode()


def _unnamed(body: Any) -> Any:
    """Parsed JSON without what says who somebody is, at whatever depth: a correction carries two contacts."""
    match body:
        case dict():
            return {name: _unnamed(value) for name, value in body.items() if name not in _UNKEPT}
        case list():
            return [_unnamed(each) for each in body]
        case _:
            return body


async def _known(transaction: Transaction, items: Sequence[Heard]) -> dict[str, Rows]:
    """The rows of each lane, remembered for as long as the lane is ours; what is not remembered is read."""
    known: dict[str, Rows] = {
        name: transaction.lanes[name].cache.setdefault(_ROWS, Rows()) for name in transaction.lanes
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
