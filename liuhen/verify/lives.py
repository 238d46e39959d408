"""The promises about tickets and their clocks: a state is the fold of its facts, timers fire once and never early."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from liuhen.addresses import Addresses
from liuhen.verify.evidence import Books
from liuhen.verify.findings import Finding, Verdict
from schemas.clocks import BreachWithdrawn, ClockBreached, ClockFact, ClockLapsed
from schemas.message import Message
from schemas.registry import model_of
from schemas.values import breach_by
from services.notify.core.ledger import Ledger
from services.notify.core.ledger import evolve as evolve_notices
from services.sla.core.evolve import evolve as evolve_clocks
from services.sla.core.state import Clocks

Fact = tuple[str, Message, datetime]


@dataclass(frozen=True, slots=True)
class Folded:
    """How a service folds: its evolve, and how its state is read from JSON."""

    evolve: Callable[[Any, Message, datetime], BaseModel]
    state: TypeAdapter[Any]


FOLDS: Final[Mapping[str, Folded]] = {
    "sla": Folded(evolve_clocks, TypeAdapter(Clocks)),
    "notify": Folded(evolve_notices, TypeAdapter(Ledger)),
}


async def checked(books: Sequence[Books], _system: Addresses) -> list[Verdict]:
    """Check the histories and states of the services that remember by folding."""
    verdicts = []
    for each in books:
        if each.service not in FOLDS:
            continue
        states = await each.states()
        history = [_fact(*row) async for row in each.history()]
        verdicts.append(states_are_folds(each.service, states, history))
        if each.service == "sla":
            verdicts.append(timers_true(history))
    return verdicts


def states_are_folds(service: str, states: Mapping[str, str], history: Sequence[Fact]) -> Verdict:
    """Fold every history anew and compare with the state that stands in the table."""
    how = FOLDS[service]
    folded: dict[str, BaseModel] = {}
    for key, message, at in history:
        folded[key] = how.evolve(folded.get(key), message, at)
    findings = [
        Finding(key, f"the state of {service} differs from the fold of its {service} events")
        for key, state in folded.items()
        if key not in states or how.state.validate_json(states[key]) != state
    ]
    findings += [Finding(key, f"{service} has a state without events") for key in states.keys() - folded.keys()]
    return Verdict(f"{service} 的状态等于事件的折叠 (state is the fold of the events)", len(folded), findings)


def timers_true(history: Sequence[Fact]) -> Verdict:
    """No clock ran out before its due time, and none ran out twice without a withdrawal between."""
    findings = []
    out: set[tuple[str, str]] = set()
    looked_at = 0
    for key, message, at in history:
        match message:
            case ClockBreached() | ClockLapsed():
                looked_at += 1
                place = (key, message.clock_id)
                if at < breach_by(message.due):
                    findings.append(Finding(key, f"{message.clock_id} ran out at {at}, before {message.due}"))
                if isinstance(message, ClockBreached) and place in out:
                    findings.append(Finding(key, f"{message.clock_id} was breached twice"))
                out.add(place)
            case BreachWithdrawn():
                out.discard((key, message.clock_id))
            case ClockFact():
                pass
            case _:
                findings.append(Finding(key, f"{message.type_name} is no fact of a clock"))
    return Verdict("时限到点只响一次且不早响 (timers fire once, never early)", looked_at, findings)


def _fact(key: str, type_name: str, body: str, at: object) -> Fact:
    model = model_of(type_name)
    if model is None or not isinstance(at, datetime):
        raise LookupError(f"{type_name} is not a type of message that this version knows")
    return key, model.model_validate_json(body), at
