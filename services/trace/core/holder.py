"""Who holds a ticket, and what it waits for: read off its state, so that every moment has exactly one answer."""

from __future__ import annotations

from typing import Final

from schemas.owner import Owner
from schemas.values import CARRIED_ON, ENDED, TicketState
from services.trace.core.rows import NOBODY, Summary

REQUESTER: Final = Owner.of("requester")
SURVEY_OFFICE: Final = Owner.of("survey_office")
CENTRE: Final = Owner.of("centre")
DISPUTE: Final = Owner.of("dispute")
SUSPENSION: Final = Owner.of("suspension")
CALLBACK: Final = Owner.of("callback")
UNIT: Final = "unit"

REVIEWED: Final = "reviewed"

AT_REST: Final = ENDED | CARRIED_ON
"""The states in which nobody owes anything on the ticket: it has ended, or others carry it on."""

_PLAIN: Final = {
    TicketState.REGISTERED: (CENTRE, "registration"),
    TicketState.NEEDS_INFO: (REQUESTER, "info"),
    TicketState.PENDING_DISPATCH: (CENTRE, "dispatch"),
    TicketState.RETURN_REQUESTED: (DISPUTE, "return_ruling"),
    TicketState.ADJUDICATING: (DISPUTE, "adjudication"),
    TicketState.SUSPENDED: (SUSPENSION, "suspension_end"),
    TicketState.CALLBACK_PENDING: (CALLBACK, "callback"),
}
_AT_DEPARTMENT: Final = frozenset({TicketState.DISPATCHED, TicketState.IN_PROGRESS, TicketState.REWORK})


def holder_of(summary: Summary) -> tuple[Owner, str]:
    """Tell the holder and what is waited for; both are empty when the ticket is at rest."""
    state = TicketState(summary.state)
    if state in AT_REST:
        return NOBODY, ""
    if state in _AT_DEPARTMENT and summary.lead is None:
        return CENTRE, "dispatch"
    if state in _AT_DEPARTMENT and summary.lead is not None:
        return Owner.of_department(summary.lead), _work(summary, state)
    if state is TicketState.SURVEY_REVIEW:
        at_unit = summary.stage == UNIT
        return (Owner.of(UNIT, summary.unit), "unit_pass_on") if at_unit else (SURVEY_OFFICE, "survey_office")
    if state is TicketState.HANDLED:
        return CENTRE, "closing" if summary.stage == REVIEWED else "review"
    return _PLAIN[state]


def _work(summary: Summary, state: TicketState) -> str:
    if state is TicketState.DISPATCHED:
        return "acceptance"
    if state is TicketState.REWORK:
        return "rework"
    if summary.open_tasks:
        return "supporting_task"
    return "handling" if summary.contacted_at or summary.contact_exempt else "first_contact"
