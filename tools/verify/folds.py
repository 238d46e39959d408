"""The promises about what services remember: a state is the fold of its facts, timers fire once and never early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from chassis.service import NextTimer
from schemas.clocks import BreachWithdrawn, ClockBreached, ClockLapsed
from schemas.message import Message
from schemas.registry import CLOCKS, DISPATCH, NOTICES, model_of
from schemas.values import breach_by
from services.dispatch import for_tools as dispatch
from services.notify import for_tools as notify
from services.sla import for_tools as sla
from tools.verify.corrections import corrections_fold
from tools.verify.findings import CheckResult, Finding
from tools.verify.tables import HistoryRow, Tables, TimerRow

Fact = tuple[Message, datetime]


@dataclass(frozen=True, slots=True)
class Folded:
    """How a service folds: its topic, its evolve, how its state is read, and which timer a state wants."""

    topic: str
    evolve: Callable[[Any, Message, datetime], object]
    state: TypeAdapter[Any]
    timer: Callable[[Any], NextTimer | None] = lambda _: None


FOLDS: Final[Mapping[str, Folded]] = {
    "dispatch": Folded(DISPATCH, dispatch.evolve, dispatch.STATE),
    "sla": Folded(CLOCKS, sla.evolve, sla.STATE, sla.timer),
    "notify": Folded(NOTICES, notify.evolve, notify.STATE),
}

Visitor = Callable[[str, object, Sequence[Fact]], None]
"""Is shown each key with its stored state and its facts, so that nothing has to be read twice."""


async def checked(tables: Tables, overdue_at: datetime, visit: Visitor) -> list[CheckResult]:
    """Check all histories, states and timers of a service that folds."""
    how = FOLDS[tables.service]
    broken: list[Finding] = []
    rang: list[Finding] = []
    kept: list[Finding] = []
    corrected: list[Finding] = []
    async with tables.at_one_moment():
        states = await tables.states()
        rows = {row.key: row for row in await tables.timers()}
        keys = 0
        async for key, history in tables.histories(how.topic):
            keys += 1
            facts, state = [fact_of(row) for row in history], _state(how, states.pop(key, None))
            broken += fold_kept(tables.service, key, state, facts)
            rang += runs_out_once(key, facts)
            corrected += corrections_fold(key, facts)
            kept += timer_kept(key, how.timer(state) if state else None, rows.pop(key, None), overdue_at)
            visit(key, state, facts)
    broken += [Finding(key, f"{tables.service} has a state without events") for key in states]
    kept += [Finding(key, f"{tables.service} has a timer without events") for key in rows]
    results = [CheckResult(f"{tables.service} 的状态等于事件的折叠 (state is the fold of the events)", keys, broken)]
    if tables.service == "dispatch":
        promise = "更正前后相接 (a correction replaces what stood there)"
        results.append(CheckResult(promise, keys, corrected))
    if tables.service == "sla":
        results.append(CheckResult("时限到点只响一次且不早响 (clocks run out once, never early)", keys, rang))
        results.append(CheckResult("定时器与状态一致 (timers are as the states want them)", keys, kept))
    return results


def fold_kept(service: str, key: str, state: object, facts: Sequence[Fact]) -> Iterator[Finding]:
    """The stored state of a key is what its facts fold to."""
    how, folded = FOLDS[service], None
    for fact, at in facts:
        folded = how.evolve(folded, fact, at)
    if state is None:
        yield Finding(key, f"{service} has events and no state")
    elif state != folded:
        differs = [name for name in vars(state) if getattr(state, name) != getattr(folded, name, None)]
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


def timer_kept(key: str, wanted: NextTimer | None, row: TimerRow | None, overdue_at: datetime) -> Iterator[Finding]:
    """The timer that the state wants is pending or has fired, no other is pending, none fired before it was due.

    What was due by `overdue_at` had all the time in the world to fire.
    """
    name = row and f"the timer {row.name}"
    as_wanted = row is not None and wanted == (row.due, row.name)
    if wanted is not None and (row is None or not as_wanted or row.status == "cancelled"):
        stands = f"{name} is {row.status} for {row.due}" if row else "none is set"
        yield Finding(key, f"the timer {wanted.name} is wanted at {wanted.due} and {stands}")
    elif row is not None and row.status == "pending" and not as_wanted:
        yield Finding(key, f"{name} is pending for {row.due} and nobody wants it")
    elif row is not None and row.status == "pending" and row.due <= overdue_at:
        yield Finding(key, f"{name} was due at {row.due} and has not fired")
    if row is not None and row.status == "fired" and (row.now is None or row.due > row.now):
        yield Finding(key, f"{name} fired before {row.due}: its lane's time is {row.now}")


def fact_of(row: HistoryRow) -> Fact:
    """Read a fact back from its row."""
    model = model_of(row.type)
    if model is None:
        raise LookupError(f"{row.type} is not a type of message that this version knows")
    return model.model_validate_json(row.body), row.at


def _state(how: Folded, body: str | None) -> object:
    if body is None:
        return None
    found: object = how.state.validate_json(body)
    return found
