"""The promises about what services remember: a state is the fold of its facts, timers fire once and never early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from liuhen.verify.books import Books, Row, TimerRow
from liuhen.verify.findings import Finding, Verdict
from schemas.clocks import BreachWithdrawn, ClockBreached, ClockLapsed
from schemas.message import Message
from schemas.registry import CLOCKS, DISPATCH, NOTICES, model_of
from schemas.values import breach_by
from services.dispatch.core.evolve import evolve as evolve_ticket
from services.dispatch.core.ticket import STATE as TICKET
from services.notify.core.ledger import Ledger
from services.notify.core.ledger import evolve as evolve_ledger
from services.sla.core.evolve import evolve as evolve_clocks
from services.sla.core.state import Clocks, timers

Fact = tuple[Message, datetime]


@dataclass(frozen=True, slots=True)
class Folded:
    """How a service folds: its topic, its evolve, how its state is read, and which timers a state wants."""

    topic: str
    evolve: Callable[[Any, Message, datetime], BaseModel]
    state: TypeAdapter[Any]
    timers: Callable[[Any], Mapping[str, datetime]] = lambda _: {}


FOLDS: Final[Mapping[str, Folded]] = {
    "dispatch": Folded(DISPATCH, evolve_ticket, TICKET),
    "sla": Folded(CLOCKS, evolve_clocks, TypeAdapter(Clocks), timers),
    "notify": Folded(NOTICES, evolve_ledger, TypeAdapter(Ledger)),
}

Visitor = Callable[[str, BaseModel | None, Sequence[Fact]], None]
"""Is shown each key with its stored state and its facts, so that nothing has to be read twice."""


async def checked(books: Books, overdue_at: datetime, visit: Visitor) -> list[Verdict]:
    """Check all histories, states and timers of a service that folds."""
    how = FOLDS[books.service]
    broken: list[Finding] = []
    rang: list[Finding] = []
    kept: list[Finding] = []
    async with books.at_one_moment():
        states = await books.states()
        rows = _by_key(await books.timers())
        keys = 0
        async for key, history in books.histories(how.topic):
            keys += 1
            facts, state = [fact_of(row) for row in history], _state(how, states.pop(key, None))
            broken += fold_kept(books.service, key, state, facts)
            rang += runs_out_once(key, facts)
            kept += timers_kept(key, how.timers(state) if state else {}, rows.pop(key, ()), overdue_at)
            visit(key, state, facts)
    broken += [Finding(key, f"{books.service} has a state without events") for key in states]
    kept += [Finding(key, f"{books.service} has a timer without events") for key in rows]
    verdicts = [Verdict(f"{books.service} 的状态等于事件的折叠 (state is the fold of the events)", keys, broken)]
    if books.service == "sla":
        verdicts.append(Verdict("时限到点只响一次且不早响 (clocks run out once, never early)", keys, rang))
        verdicts.append(Verdict("定时器与状态一致 (timers are as the states want them)", keys, kept))
    return verdicts


def fold_kept(service: str, key: str, state: BaseModel | None, facts: Sequence[Fact]) -> Iterator[Finding]:
    """The stored state of a key is what its facts fold to."""
    how, folded = FOLDS[service], None
    for fact, at in facts:
        folded = how.evolve(folded, fact, at)
    if state is None:
        yield Finding(key, f"{service} has events and no state")
    elif state != folded:
        differs = [name for name in type(state).model_fields if getattr(state, name) != getattr(folded, name, None)]
        yield Finding(key, f"the state of {service} differs from the fold of its events in {', '.join(differs)}")


def runs_out_once(key: str, facts: Sequence[Fact]) -> Iterator[Finding]:
    """No clock ran out before its due time, and none was breached twice without a withdrawal between."""
    out: set[str] = set()
    for fact, at in facts:
        match fact:
            case ClockBreached() | ClockLapsed():
                if at < breach_by(fact.due):
                    yield Finding(key, f"{fact.clock_id} ran out at {at}, before {breach_by(fact.due)}")
                if isinstance(fact, ClockBreached) and fact.clock_id in out:
                    yield Finding(key, f"{fact.clock_id} was breached twice")
                out.add(fact.clock_id)
            case BreachWithdrawn():
                out.discard(fact.clock_id)
            case _:
                pass


def timers_kept(
    key: str, wanted: Mapping[str, datetime], rows: Sequence[TimerRow], overdue_at: datetime
) -> Iterator[Finding]:
    """Each timer that the state wants is pending or has fired, none other is pending, none fired before it was due.

    What was due by `overdue_at` had all the time in the world to fire.
    """
    by_name = {row.name: row for row in rows}
    for name, due in wanted.items():
        row = by_name.get(name)
        if row is None or row.due != due or row.status == "cancelled":
            stands = f"is {row.status} for {row.due}" if row else "is not set"
            yield Finding(key, f"the timer {name} is wanted at {due} and {stands}")
    for row in rows:
        if row.status == "pending" and wanted.get(row.name) != row.due:
            yield Finding(key, f"the timer {row.name} is pending for {row.due} and nobody wants it")
        elif row.status == "pending" and row.due <= overdue_at:
            yield Finding(key, f"the timer {row.name} was due at {row.due} and has not fired")
        elif row.status == "fired" and (row.now is None or row.due > row.now):
            yield Finding(key, f"the timer {row.name} fired before {row.due}: its lane's time is {row.now}")


def fact_of(row: Row) -> Fact:
    """Read a fact back from its row."""
    model = model_of(row.type)
    if model is None:
        raise LookupError(f"{row.type} is not a type of message that this version knows")
    return model.model_validate_json(row.body), row.at


def _state(how: Folded, body: str | None) -> BaseModel | None:
    if body is None:
        return None
    found: BaseModel = how.state.validate_json(body)
    return found


def _by_key(rows: Sequence[TimerRow]) -> dict[str, list[TimerRow]]:
    found: dict[str, list[TimerRow]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found
