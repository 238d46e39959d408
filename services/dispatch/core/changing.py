"""What several changes of a ticket have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from schemas.values import Clock
from services.dispatch.core import standing as s
from services.dispatch.core import ticket as t
from services.dispatch.core.regions import (
    commitment,
    escalation,
    extension,
    supervision,
    suspension,
)
from services.dispatch.core.ticket import Ticket

_NOTES: Final = 20
Changes = dict[str, Any]
Change = Callable[[Ticket, Any, datetime], Changes]


def matter(state: Ticket, **changes: object) -> Changes:
    """The matter with something else in it."""
    return {"matter": state.matter.model_copy(update=changes)}


def noted(state: Ticket, department: str | None, text: str, *, plan: bool = False) -> Changes:
    """One note more; old ones stand in the trace."""
    return {"notes": (*state.notes, t.Note(department=department, text=text, plan=plan))[-_NOTES:]}


def quiet(state: Ticket) -> Changes:
    """What the lead does answers the nudges so far."""
    pressed = state.supervision
    if not isinstance(pressed, supervision.Nudged):
        return {}
    calm: Changes = {"supervision": supervision.Quiet(orders=pressed.orders)}
    return calm | unproposed(state) if getattr(state.escalation, "breach", None) is None else calm


def unproposed(state: Ticket, *steps: escalation.Step) -> Changes:
    """Nobody is asked any more for a step of the ladder, or for one of these."""
    asked = state.escalation
    if isinstance(asked, escalation.NotProposed) or (steps and asked.step not in steps):
        return {}
    return {"escalation": escalation.NotProposed()}


def due_no_more(state: Ticket, clocks: Iterable[Clock], owner: str | None = None) -> Changes:
    """Without the due times of these clocks (of one department)."""
    gone = frozenset(clocks)
    kept = {
        name: each
        for name, each in state.dues.items()
        if each.clock not in gone or owner not in (None, each.owner.removeprefix("department:"))
    }
    return {} if len(kept) == len(state.dues) else {"dues": kept}


def ended(state: Ticket, standing: s.AnyStanding) -> Changes:
    """What every end lets go of."""
    return {
        "standing": standing,
        "tasks": {},
        "dues": {},
        "extension": extension.NotAsked(),
        "suspension": suspension.NotAsked(),
        "commitment": commitment.Nothing(),
        "supervision": supervision.Quiet(orders=state.supervision.orders),
        "review": supervision.NoReview(),
        "escalation": escalation.NotProposed(),
    }
