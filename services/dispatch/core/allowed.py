"""What a department may ask for now: what the table allows, and every guard that asks the ticket alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, get_args

from schemas.inbound import DepartmentAction, OnExisting
from schemas.values import Actor, Code, DepartmentCode, Party, PartyKind, TicketState
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import StateGuard, Step
from services.dispatch.core.evolve import changed
from services.dispatch.core.rules import Rules
from services.dispatch.core.table import TABLE
from services.dispatch.core.ticket import Ticket

_DEPARTMENTS: Final = 1_000
_NEXT: Final = timedelta(microseconds=1)
"""Nobody can act in the very moment of which an order tells: what lapses in it has lapsed for its reader."""
ACTIONS: Final = {
    str(action.model_fields["do"].default): action
    for action in get_args(OnExisting)
    if issubclass(action, DepartmentAction)
}
"""What departments may ask of one ticket, by name."""


class _Row(NamedTuple):
    """What departments may ask for in one state, each with its guards; and all of these guards, each once."""

    kinds: tuple[tuple[Code, frozenset[StateGuard]], ...]
    guards: tuple[StateGuard, ...]


def _of_the_ticket(row: Step) -> Iterator[StateGuard]:
    return (guard for guard in row.guards if isinstance(guard, StateGuard))


def _by_state() -> Iterator[tuple[TicketState, _Row]]:
    rows: Mapping[str, tuple[Step, ...]] = {kind: tuple(row for row in TABLE if row.kind == kind) for kind in ACTIONS}
    for state in TicketState:
        found = [(kind, row) for kind, of_kind in rows.items() for row in of_kind if state in row.sources]
        kinds = tuple((kind, frozenset(_of_the_ticket(row))) for kind, row in found)
        yield state, _Row(kinds, tuple(dict.fromkeys(guard for _, guards in kinds for guard in guards)))


_ROWS: Final = dict(_by_state())


def may(ticket: Ticket, department: DepartmentCode, at: datetime, rules: Rules) -> tuple[Code, ...]:
    """Name what a department that takes part may ask for; what the act says can still be refused."""
    kinds, guards = _ROWS[ticket.state]
    draft = Draft(ticket, rules, at + _NEXT, changed, by=_speaking_for(department))
    # Many acts have the same guards, and each order asks them all.
    refusing = {guard for guard in guards if guard.ask(draft) is not None}
    return tuple([kind for kind, its in kinds if refusing.isdisjoint(its)])


@lru_cache(_DEPARTMENTS)
def _speaking_for(department: DepartmentCode) -> Actor:
    return Actor(party=Party(kind=PartyKind.DEPARTMENT, department=department))
