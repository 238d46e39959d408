"""What of a ticket waits at the desk: read off its state, so that there is one answer."""

from __future__ import annotations

from schemas.values import Clock, DepartmentCode, DeskTaskKind
from services.dispatch.core import standing as s
from services.dispatch.core.ticket import Ticket


def desk_tasks(ticket: Ticket) -> tuple[DeskTaskKind, ...]:
    """What waits at the desk; of a ticket that ended only what outlives it.

    That is what was said of it, the wish of its requester that it go on, a ruling, the record of a referral, a promise,
    a review's answer.
    """
    if isinstance(ticket.standing, s.Merged):
        said = DeskTaskKind.STOP_WORDS if ticket.stop_words.unseen else None
        return tuple([each for each in (said, *_of_automation(ticket)) if each is not None])
    if isinstance(ticket.standing, s.AtAnEnd):
        ruling = DeskTaskKind.OUTCOME_RULING if ticket.awaits_ruling else None
        referral = DeskTaskKind.REFERRAL if is_referral_open(ticket.standing) else None
        spoken = (ticket.urgency.desk, ticket.stop_words.desk, ticket.wish.desk, ruling, referral)
        after = (*spoken, ticket.commitment.desk, ticket.review.desk, *_of_automation(ticket))
        return tuple([each for each in after if each is not None])
    regions = (
        ticket.extension.desk,
        ticket.suspension.desk,
        ticket.commitment.desk,
        ticket.supervision.desk,
        ticket.review.desk,
        ticket.escalation.desk,
        ticket.wish.desk,
        ticket.alike.desk,
    )
    beside = tuple([each for each in (*regions, *_of_automation(ticket)) if each is not None])
    if ticket.would_lead is not None and ticket.led_by is not None:
        beside = (DeskTaskKind.REDISPATCH, *beside)
    if ticket.tasks and task_in_review(ticket) is not None and ticket.led_by is not None:
        beside = (DeskTaskKind.TASK_REVIEW, *beside)
    if ticket.asked:
        beside = (*[each.desk for each in ticket.asked], *beside)
    first = (ticket.urgency.desk, ticket.stop_words.desk, main_task(ticket.standing), late_elsewhere(ticket))
    return (*[each for each in first if each is not None], *beside)


def is_referral_open(standing: s.AnyStanding) -> bool:
    """Whether it was handed over to others and something of that is not written down yet."""
    return isinstance(standing, s.Transferred) and bool(standing.record.missing)


def _of_automation(ticket: Ticket) -> tuple[DeskTaskKind | None, ...]:
    """Whether policy was right is asked whatever became of the ticket."""
    undecided = ticket.fell_back is not None and not ticket.left_to_people
    return ticket.check.desk, DeskTaskKind.AUTOMATION if undecided else None


def task_in_review(ticket: Ticket) -> DepartmentCode | None:
    """The first department whose finished task the centre has to review."""
    return next((code for code, task in ticket.tasks.items() if task.at == "done" and task.awaits_review), None)


def late_elsewhere(ticket: Ticket) -> DeskTaskKind | None:
    """What the office sees to because somebody outside it, who is no department, let their time go by."""
    if not ticket.overdue:
        return None
    missed = {each.clock for name, each in ticket.dues.items() if name in ticket.overdue}
    match ticket.standing:
        case s.SurveyReview(stage="unit") if Clock.UNIT_PASS_ON in missed:
            return DeskTaskKind.UNIT_LATE
        case s.CallbackPending() if Clock.CALLBACK in missed:
            return DeskTaskKind.CALLBACK_LATE
        case _:
            return None


def main_task(standing: s.AnyStanding) -> DeskTaskKind | None:
    """What a main state asks of the desk."""
    match standing:
        case s.SurveyReview(stage=stage):
            return DeskTaskKind.UNIT_PASS_ON if stage == "unit" else DeskTaskKind.SURVEY_OFFICE
        case s.PendingDispatch():
            return DeskTaskKind.DISPATCHING
        case s.ReturnRequested():
            return DeskTaskKind.RETURN_RULING
        case s.Adjudicating():
            return DeskTaskKind.ADJUDICATION
        case s.Handled(accepted=False):
            return DeskTaskKind.REVIEW
        case _:
            return None
