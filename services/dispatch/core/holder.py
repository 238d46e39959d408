"""Who has to act next, what for, and what others see of a ticket: read off its state, so that there is one answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, assert_never

from schemas.values import TicketState
from services.dispatch.core import standing as s
from services.dispatch.core.regions import commitment, extension, supervision, suspension
from services.dispatch.core.regions.support import in_review, undone
from services.dispatch.core.ticket import Seen, Stub, Ticket

LADDER: Final = ("nudge", "supervise", "interview")
"""The steps of the ladder that can wait for a person to order them."""

DESK_TASKS: Final = frozenset(
    {
        "unit_pass_on",
        "survey_office",
        "dispatching",
        "return_ruling",
        "adjudication",
        "review",
        "task_review",
        "extension",
        "suspension",
        "commitment_check",
        "supervision",
        "callback_review",
        *LADDER,
    }
)
"""What can wait at the desk."""

_SIGHTS: Final = 2_000
_NOTHING = Seen()
_REST = None, None


def held(ticket: Ticket) -> tuple[str | None, str | None]:  # noqa: C901, PLR0911, PLR0912 - one line for each state
    """The holder (`centre`, `department:housing`, `unit:…`, …) and what it waits for; None for a ticket at rest."""
    standing = ticket.standing
    match standing:
        case s.SurveyReview(stage="unit"):
            return f"unit:{ticket.matter.unit}", "unit_pass_on"
        case s.SurveyReview():
            return "survey_office", "survey_office"
        case s.Registered():
            return "centre", "registration"
        case s.PendingDispatch():
            return "centre", "dispatch"
        case s.ReturnRequested():
            return "dispute", "return_ruling"
        case s.Adjudicating():
            return "dispute", "adjudication"
        case s.NeedsInfo():
            return "requester", "info"
        case s.Dispatched() | s.InProgress() | s.Rework():
            return f"department:{_lead(ticket)}", _work(ticket)
        case s.Suspended():
            return "suspension", "suspension_end"
        case s.Handled():
            return "centre", "closing" if standing.accepted else "review"
        case s.CallbackPending():
            return "callback", "callback"
        case s.Merged():
            return f"ticket:{standing.into}", "merged"
        case s.Split():
            return "parts", "parts"
        case s.Closed() | s.Archived() | s.Answered() | s.NotAccepted() | s.Withdrawn() | s.Transferred():
            return _REST
        case _:
            assert_never(standing)


def _lead(ticket: Ticket) -> str:
    return ticket.order.lead if ticket.order else ""


def _work(ticket: Ticket) -> str:
    match ticket.standing:
        case s.Dispatched():
            return "acceptance"
        case s.Rework():
            return "rework"
        case _:
            return "supporting_task" if undone(ticket.tasks) else "handling"


def seen(ticket: Ticket | Stub | None) -> Seen:
    """What others see of a ticket; of one that ended nothing but a promise that has to be checked."""
    if not isinstance(ticket, Ticket):
        return _NOTHING
    if ticket.state in s.ENDED:
        promised = isinstance(ticket.commitment, commitment.Due)
        return _seen((), (_BESIDE[commitment.Due],), None, None) if promised else _NOTHING
    standing = ticket.standing
    departments, desk = participants(ticket), _desk(ticket)
    round_ = standing.round if isinstance(standing, s.CallbackPending) else None
    reviewed = in_review(ticket.tasks) if "task_review" in desk else None
    return _seen(departments, desk, reviewed, round_)


@lru_cache(_SIGHTS)
def _seen(departments: tuple[str, ...], desk: tuple[str, ...], reviewed: str | None, number: int | None) -> Seen:
    """Looked at three times for each fact, and nearly always the same few."""
    if not departments and not desk:
        return _NOTHING
    return Seen(departments=departments, desk=desk, in_review=reviewed, round=number)


def participants(ticket: Ticket) -> tuple[str, ...]:
    """The departments that take part at this moment, the lead first; never one that is accused."""
    order = ticket.led_by
    if order is None:
        return ()
    shunned = ticket.shunned
    return tuple(code for code in dict.fromkeys((order.lead, *ticket.tasks)) if code not in shunned)


def _desk(ticket: Ticket) -> tuple[str, ...]:
    standing = ticket.standing
    if isinstance(standing, s.Merged):
        return ()
    task = _main_task(standing) if standing.state in _WITH_TASK else None
    regions = (ticket.extension, ticket.suspension, ticket.commitment, ticket.supervision, ticket.review)
    found = tuple([_BESIDE[type(region)] for region in regions if type(region) in _BESIDE])
    step = getattr(ticket.escalation, "step", None)
    if step in LADDER:
        found = (*found, step)
    if ticket.tasks and in_review(ticket.tasks) is not None and ticket.led_by is not None:
        found = ("task_review", *found)
    return found if task is None else (task, *found)


_BESIDE: Final[dict[type, str]] = {
    extension.Asked: "extension",
    suspension.Asked: "suspension",
    commitment.Due: "commitment_check",
    supervision.Reported: "supervision",
    supervision.ReviewReported: "callback_review",
}
"""What waits at the desk whatever the ticket's state, by the state of its regions."""

_WITH_TASK: Final = frozenset(
    {
        TicketState.SURVEY_REVIEW,
        TicketState.PENDING_DISPATCH,
        TicketState.RETURN_REQUESTED,
        TicketState.ADJUDICATING,
        TicketState.HANDLED,
    }
)


def _main_task(standing: s.AnyStanding) -> str | None:
    match standing:
        case s.SurveyReview(stage=stage):
            return "unit_pass_on" if stage == "unit" else "survey_office"
        case s.PendingDispatch():
            return "dispatching"
        case s.ReturnRequested():
            return "return_ruling"
        case s.Adjudicating():
            return "adjudication"
        case s.Handled(accepted=False):
            return "review"
        case _:
            return None
