"""The promises about what services remember: a state is the fold of its facts, timers fire once and never early."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from tools.verify.rows import HistoryRow, TimerRow
from tools.verify.tables import Tables
from tools.verify.window import in_batches
from vocabulary import NOTHING, Chinese

Fact = tuple[Message, datetime]

_AT_ONCE: Final = 500


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

_TIMER: Final = {"pending": Chinese("等待中"), "fired": Chinese("已触发"), "cancelled": Chinese("已取消")}

Visitor = Callable[[str, object, Sequence[Fact]], None]
"""Is shown each key with its stored state and its facts, so that nothing has to be read twice."""


async def checked(
    tables: Tables, overdue_at: datetime, visit: Visitor, only: Collection[str] | None = None
) -> list[CheckResult]:
    """Check all histories, states and timers of a service that folds, or those of some keys."""
    how = FOLDS[tables.service]
    broken: list[Finding] = []
    rang: list[Finding] = []
    kept: list[Finding] = []
    corrected: list[Finding] = []
    async with tables.at_one_moment():
        keys = 0
        async for batch in in_batches(tables.histories(how.topic, only), _AT_ONCE):
            keys += len(batch)
            states = await tables.states([key for key, _ in batch])
            timers = await tables.timers([key for key, _ in batch])
            for key, history in batch:
                facts, state = [fact_of(row) for row in history], _state(how, states.get(key))
                broken += fold_kept(tables.service, key, state, facts)
                rang += runs_out_once(key, facts)
                corrected += corrections_fold(key, facts)
                kept += timer_kept(key, how.timer(state) if state else None, timers.get(key), overdue_at)
                visit(key, state, facts)
        if only is None:
            alone = await tables.without_facts("state", how.topic)
            broken += [Finding(key, Chinese(f"{tables.service} 有状态，没有事件")) for key in alone]
            alone = await tables.without_facts("timer", how.topic)
            kept += [Finding(key, Chinese(f"{tables.service} 有定时器，没有事件")) for key in alone]
    results = [CheckResult(f"{tables.service} 的状态等于事件的折叠", keys, broken)]
    if tables.service == "dispatch":
        promise = "更正前后相接"
        results.append(CheckResult(promise, keys, corrected))
    if tables.service == "sla":
        results.append(CheckResult("时限到点只响一次且不早响", keys, rang))
        results.append(CheckResult("定时器与状态一致", keys, kept))
    return results


def fold_kept(service: str, key: str, state: object, facts: Sequence[Fact]) -> Iterator[Finding]:
    """The stored state of a key is what its facts fold to."""
    how, folded = FOLDS[service], None
    for fact, at in facts:
        folded = how.evolve(folded, fact, at)
    if state is None:
        yield Finding(key, Chinese(f"{service} 有事件，没有状态"))
    elif state != folded:
        differs = [name for name in vars(state) if getattr(state, name) != getattr(folded, name, None)]
        yield Finding(key, Chinese(f"{service} 的状态与事件的折叠不同，在 {'、'.join(differs)}"))


def runs_out_once(key: str, facts: Sequence[Fact]) -> Iterator[Finding]:
    """No clock ran out before its due time, and none was breached twice without a withdrawal between."""
    out: set[str] = set()
    for fact, at in facts:
        match fact:
            case ClockBreached() | ClockLapsed():
                if at < breach_by(fact.due):
                    yield Finding(key, Chinese(f"时限 {fact.clock_id} 在 {at} 到点，早于 {breach_by(fact.due)}"))
                if isinstance(fact, ClockBreached) and fact.clock_id in out:
                    yield Finding(key, Chinese(f"时限 {fact.clock_id} 逾期了两次"))
                out.add(fact.clock_id)
            case BreachWithdrawn():
                out.discard(fact.clock_id)
            case _:
                pass


def timer_kept(key: str, wanted: NextTimer | None, row: TimerRow | None, overdue_at: datetime) -> Iterator[Finding]:
    """The timer that the state wants is pending or has fired, no other is pending, none fired before it was due.

    What was due by `overdue_at` had all the time in the world to fire.
    """
    name = f"定时器 {row.name} " if row else ""
    as_wanted = row is not None and wanted == (row.due, row.name)
    if wanted is not None and (row is None or not as_wanted or row.status == "cancelled"):
        stands = Chinese(f"{name}{_TIMER[row.status]}，时刻为 {row.due}") if row else Chinese("没有设定时器")
        yield Finding(key, Chinese(f"应有定时器 {wanted.name}，时刻 {wanted.due}；{stands}"))
    elif row is not None and row.status == "pending" and not as_wanted:
        yield Finding(key, Chinese(f"{name}等着 {row.due}，没有谁需要它"))
    elif row is not None and row.status == "pending" and row.due <= overdue_at:
        yield Finding(key, Chinese(f"{name}应在 {row.due} 触发，没有触发"))
    if row is not None and row.status == "fired" and (row.now is None or row.due > row.now):
        yield Finding(key, Chinese(f"{name}早于 {row.due} 触发：分区的时刻为 {row.now or NOTHING}"))


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
