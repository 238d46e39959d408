"""The lead works (处置): notes its progress, and reports the matter handled (办结)."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.acceptance import take_up
from services.dispatch.core.episodes.approvals import lapse
from services.dispatch.core.episodes.extension import extension_over
from services.dispatch.core.episodes.review import accept_handled
from services.dispatch.core.episodes.supervision import answered_by_work
from services.dispatch.core.episodes.support import blocking, reviewed
from services.dispatch.core.guards import proof_attached
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import counted, not_too_many_notes, noted
from services.dispatch.core.regions import NoSuspensionAsked
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead, by_participant

episode = Episode("work")


# --- progress --------------------------------------------------------------------------------------------------------


@episode.action(i.NoteProgress, s.WITH_LEAD | s.DISPUTED | s.WAITING, by_participant, not_too_many_notes)
def note_progress(draft: Draft, action: i.NoteProgress) -> None:
    noted_so = d.ProgressNoted(
        **draft.by_author,
        department=draft.department or "",
        text=action.text,
        plan=action.plan,
        for_requester=action.for_requester,
    )
    draft.say(noted_so)


@episode.fact(d.ProgressNoted, heard_by=participants)
def _progress_noted(ticket: Ticket, fact: d.ProgressNoted, at: datetime) -> Ticket:
    after = answered_by_work(noted(ticket, fact.department, fact.text, plan=fact.plan))
    after = counted(after, fact.department, at)
    return due_no_more(after, {Clock.URGENT_FIRST_REPORT}, fact.department)


# --- handled ---------------------------------------------------------------------------------------------------------


@state_guard
def no_blocking_task(draft: Draft) -> Refusal | None:
    open_at = blocking(draft.ticket.tasks)
    if not open_at:
        return None
    names = "、".join(draft.rules.name(code) for code in open_at)
    return Refusal("blocking_tasks_open", f"协办单位{names}尚未完成，待其完成后再报办结。")


def handled_proof(draft: Draft, _action: i.ReportHandled) -> Refusal | None:
    """What was done is shown, where the catalogue wants to see it."""
    return proof_attached(draft, draft.rules.proof(draft.ticket.matter), "该分类报办结")


@episode.action(
    i.ReportHandled, s.WITH_LEAD, by_lead, no_blocking_task, handled_proof, to={S.HANDLED, S.CALLBACK_PENDING, S.CLOSED}
)
def report_handled(draft: Draft, action: i.ReportHandled) -> None:
    take_up(draft)
    lapse(draft, "已报办结，申请不再审批。")
    handled = d.Handled(
        **draft.by_author,
        department=draft.lead,
        reply=action.reply,
        round=draft.ticket.rounds,
        note=action.note,
        incident=draft.as_member if draft.attached else None,
    )
    draft.say(handled)
    if draft.rules.automation.review is Passing.AUTOMATIC:
        accept_handled(draft, None, automatic=True)


@episode.fact(d.Handled, heard_by=participants)
def _handled(ticket: Ticket, fact: d.Handled, at: datetime) -> Ticket:
    before = noted(ticket, fact.department, fact.note) if fact.note else ticket
    after = replace(
        extension_over(before),
        standing=s.Handled(at=at, rework=isinstance(ticket.standing, s.Rework)),
        reply=fact.reply,
        tasks=reviewed(ticket.tasks),
        suspension=NoSuspensionAsked(),
    )
    return due_no_more(answered_by_work(after), {Clock.RETURN_WINDOW, Clock.URGENT_FIRST_REPORT})
