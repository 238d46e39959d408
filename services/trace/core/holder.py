"""Who holds a ticket, and what it waits for: read off its state, so that every moment has exactly one answer."""

from __future__ import annotations

from typing import Final

from schemas.values import TicketState
from services.trace.core.rows import NOBODY, Summary

REQUESTER: Final = "requester"
SURVEY_OFFICE: Final = "survey_office"
CENTRE: Final = "centre"
DISPUTE: Final = "dispute"
SUSPENSION: Final = "suspension"
CALLBACK: Final = "callback"
UNIT: Final = "unit"
DEPARTMENT: Final = "department"

REVIEWED: Final = "reviewed"

AT_REST: Final = frozenset(
    {
        TicketState.CLOSED,
        TicketState.ARCHIVED,
        TicketState.ANSWERED,
        TicketState.NOT_ACCEPTED,
        TicketState.WITHDRAWN,
        TicketState.MERGED,
        TicketState.SPLIT,
        TicketState.TRANSFERRED,
    }
)
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


def held(summary: Summary) -> tuple[str, str]:
    """Tell the holder and what is waited for; both are empty when the ticket is at rest."""
    state = TicketState(summary.state)
    if state in AT_REST:
        return NOBODY, NOBODY
    if state in _AT_DEPARTMENT and summary.lead is None:
        return CENTRE, "dispatch"
    if state in _AT_DEPARTMENT:
        return f"{DEPARTMENT}:{summary.lead}", _work(summary, state)
    if state is TicketState.SURVEY_REVIEW:
        return (f"{UNIT}:{summary.unit}", "unit_pass_on") if summary.stage == UNIT else (SURVEY_OFFICE, "survey_office")
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
    return "handling" if summary.contacted_at else "first_contact"
