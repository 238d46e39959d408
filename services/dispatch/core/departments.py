"""What departments do to a ticket. Guards have held before; work on an order that was not accepted yet accepts it."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.more_time import more_time
from services.dispatch.core import closing
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft, lapse


def accept(draft: Draft, _action: i.Accept) -> None:
    draft.say(d.Accepted, department=draft.lead)


def _at_work(draft: Draft) -> None:
    if isinstance(draft.ticket.standing, s.Dispatched):
        draft.say(d.Accepted, department=draft.lead)


def make_first_contact(draft: Draft, action: i.MakeFirstContact) -> None:
    fact = d.FirstContactMade if action.reached else d.FirstContactTried
    draft.say(fact, department=draft.lead, method=action.method)


def note_progress(draft: Draft, action: i.NoteProgress, department: str) -> None:
    draft.say(d.ProgressNoted, department=department, text=action.text, plan=action.plan)


def ask_for_info(draft: Draft, action: i.AskForInfo) -> None:
    _at_work(draft)
    lapse(draft, "已请诉求人补充，时限暂停，挂账申请失效；如仍需挂账，请在补充后重新申请。", suspension_only=True)
    draft.say(d.InfoAsked, question=action.question, department=draft.lead)


def report_handled(draft: Draft, action: i.ReportHandled) -> None:
    _at_work(draft)
    closing.handled(draft, action.reply)


def report_task_done(draft: Draft, action: i.ReportTaskDone, department: str) -> None:
    awaits = None if draft.rules.automatic("task_review") else True
    draft.say(d.SupportTaskDone, department=department, reply=action.reply, awaits_review=awaits)


def request_extension(draft: Draft, action: i.RequestExtension) -> None:
    _at_work(draft)
    (amount, unit), *_ = action.spans
    draft.say(
        d.ExtensionRequested,
        **more_time(amount, unit),
        department=draft.lead,
        ground=action.ground,
        reason=action.reason,
        count=draft.ticket.extension.granted + 1,
    )


def request_suspension(draft: Draft, action: i.RequestSuspension) -> None:
    _at_work(draft)
    draft.say(
        d.SuspensionRequested, department=draft.lead, ground=action.ground, until=action.until, reason=action.reason
    )


def commit(draft: Draft, action: i.Commit) -> None:
    _at_work(draft)
    draft.say(d.Committed, department=draft.lead, promised=action.promised, text=action.text)


def answer_supervision(draft: Draft, action: i.AnswerSupervision) -> None:
    draft.say(d.SupervisionAnswered, department=draft.lead, report=action.report)
