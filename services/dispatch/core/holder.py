"""Who has to act next on a ticket, and which departments take part: read off its state, so that there is one answer."""

from __future__ import annotations

from typing import assert_never

from chassis.frozen import remembered
from schemas.owner import Owner
from schemas.values import DepartmentCode
from services.dispatch.core import standing as s
from services.dispatch.core.regions import NoReview
from services.dispatch.core.ticket import Ticket


def held_by(ticket: Ticket) -> Owner | None:  # noqa: C901, PLR0911, PLR0912 - one line for each state
    """Tell who has to act next; None for a ticket at rest."""
    standing = ticket.standing
    match standing:
        case s.SurveyReview(stage="unit"):
            return Owner.of("unit", ticket.matter.unit or "")
        case s.SurveyReview():
            return Owner.of("survey_office")
        case s.Registered():
            return Owner.of("centre")
        case s.PendingDispatch():
            return Owner.of("centre")
        case s.ReturnRequested():
            return Owner.of("dispute")
        case s.Adjudicating():
            return Owner.of("dispute")
        case s.NeedsInfo():
            return Owner.of("requester")
        case s.Dispatched() | s.Rework() | s.InProgress():
            return Owner.of_department(ticket.order.lead if ticket.order else "")
        case s.Suspended():
            return Owner.of("suspension")
        case s.Handled():
            return Owner.of("centre")
        case s.CallbackPending():
            return Owner.of("callback")
        case s.Merged():
            return Owner.of("ticket", standing.into)
        case s.Split():
            return Owner.of("parts")
        case s.AtAnEnd():
            return None
        case _:
            assert_never(standing)


def participants(ticket: Ticket, _fact: object = None) -> tuple[DepartmentCode, ...]:
    """The departments that take part at this moment, the lead first; never one that is accused."""
    return _taking_part(ticket)


@remembered
def _taking_part(ticket: Ticket) -> tuple[DepartmentCode, ...]:
    order = ticket.led_by
    if order is None:
        return _reviewing_after(ticket)
    shunned = ticket.shunned
    return tuple(code for code in dict.fromkeys((order.lead, *ticket.tasks)) if code not in shunned)


def _reviewing_after(ticket: Ticket) -> tuple[DepartmentCode, ...]:
    """Whoever led last takes part after the end too, and while a part is back, as long as the city's review runs."""
    order = ticket.order
    if order is None or isinstance(ticket.review, NoReview) or not isinstance(ticket.standing, s.AtAnEnd | s.Split):
        return ()
    return () if order.lead in ticket.shunned else (order.lead,)
