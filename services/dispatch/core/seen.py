"""What others see of a ticket, so that they hear only of what changed for them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from chassis.frozen import remembered
from schemas.values import DepartmentCode, DeskTaskKind
from services.dispatch.core import standing as s
from services.dispatch.core.desk import desk_tasks, task_in_review
from services.dispatch.core.holder import participants
from services.dispatch.core.ticket import DESK_LOOKS, Seen, Ticket

_SIGHTS: Final = 2_000


@remembered
def seen(ticket: Ticket) -> Seen:
    """Tell what others see of a ticket."""
    standing, desk = ticket.standing, desk_tasks(ticket)
    reviewed = task_in_review(ticket) if DeskTaskKind.TASK_REVIEW in desk else None
    return _seen(
        participants(ticket),
        desk,
        reviewed,
        standing.round if isinstance(standing, s.CallbackPending) else None,
        _looking(ticket) if ticket.shown else (),
    )


def _looking(ticket: Ticket) -> tuple[str, ...]:
    """Who was shown the contact and still has to do with the ticket."""
    there = {*participants(ticket), *(() if isinstance(ticket.standing, s.AtAnEnd) else (DESK_LOOKS,))}
    return tuple(each for each in ticket.shown if each in there)


@lru_cache(_SIGHTS)
def _seen(
    departments: tuple[DepartmentCode, ...],
    desk: tuple[DeskTaskKind, ...],
    reviewed: DepartmentCode | None,
    number: int | None,
    shown: tuple[str, ...],
) -> Seen:
    """Nearly always the same few, which compare faster where they are the same."""
    return Seen(departments=departments, desk=desk, in_review=reviewed, round=number, shown=shown)
