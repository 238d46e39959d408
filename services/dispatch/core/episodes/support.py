"""One task for each supporting department (协办)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from chassis.frozen import replace
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor, Clock, DepartmentCode, DueTime
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more, of_task, with_due
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import noted
from services.dispatch.core.regions import Doing, Done, Tasks
from services.dispatch.core.standing import AFTER, DISPUTED, WAITING, WITH_LEAD
from services.dispatch.core.ticket import LeadOrder, Ticket
from services.dispatch.core.who import NOT_YOURS, by_lead

episode = Episode("support")

ENDS: Final = frozenset(
    {
        d.TaskEnd.TICKET_CLOSED,
        d.TaskEnd.TICKET_REFUSED,
        d.TaskEnd.TICKET_SPLIT,
        d.TaskEnd.TICKET_TRANSFERRED,
        d.TaskEnd.TICKET_WITHDRAWN,
    }
)
"""Why a task falls away with its ticket."""


def undone(tasks: Mapping[str, Doing | Done]) -> tuple[str, ...]:
    """The departments that still work on a task."""
    return tuple(code for code, task in tasks.items() if isinstance(task, Doing))


def blocking(tasks: Mapping[str, Doing | Done]) -> tuple[str, ...]:
    """The departments for whom the lead has to wait."""
    return tuple(code for code, task in tasks.items() if isinstance(task, Doing) and task.blocking)


def reviewed(tasks: Mapping[str, Doing | Done]) -> Tasks:
    """The tasks once the centre reviews the whole: none waits for a review of its own."""
    return {
        code: replace(task, awaits_review=False) if isinstance(task, Done) else task for code, task in tasks.items()
    }


def _with_task(ticket: Ticket, department: DepartmentCode, task: Doing | Done | None) -> Ticket:
    others = {code: each for code, each in ticket.tasks.items() if code != department}
    after = replace(ticket, tasks=others if task is None else {**others, department: task})
    return after if isinstance(task, Doing) else due_no_more(after, {Clock.SUPPORTING_TASK}, department)


def _blocks(ticket: Ticket, department: DepartmentCode) -> bool:
    return ticket.tasks[department].blocking if department in ticket.tasks else True


# --- given, taken back -----------------------------------------------------------------------------------------------


def give_tasks(draft: Draft, helpers: Mapping[str, bool], by: Actor) -> None:
    """Give a task to each supporting department that has none yet; `helpers` says whose task blocks."""
    for code, blocks in helpers.items():
        if code not in draft.ticket.tasks:
            due = of_task(draft, code)
            draft.say(d.SupportTaskOpened(**draft.stamp(by), department=code, blocking=blocks, due=due))


def _lead_and_it(ticket: Ticket, fact: d.SupportTaskOpened) -> tuple[DepartmentCode, ...]:
    present = participants(ticket)
    return tuple(code for code in (*present[:1], fact.department) if code in present)


@episode.fact(d.SupportTaskOpened, heard_by=_lead_and_it)
def _opened(ticket: Ticket, fact: d.SupportTaskOpened, _at: datetime) -> Ticket:
    order, code = ticket.order, fact.department
    if order is not None:
        supporting = tuple(dict.fromkeys((*order.supporting, code)))
        advisory = tuple(each for each in order.advisory if each != code) + (() if fact.blocking else (code,))
        order = replace(order, supporting=supporting, advisory=advisory)
    after = replace(_with_task(ticket, code, Doing(blocking=fact.blocking)), order=order)
    due = () if fact.due is None else (DueTime(clock=Clock.SUPPORTING_TASK, due=fact.due),)
    return with_due(after, code, due)


@episode.fact(d.SupportTaskEnded, heard_by=participants)
def _ended(ticket: Ticket, fact: d.SupportTaskEnded, _at: datetime) -> Ticket:
    """Whoever lost the task with the end of the ticket stands in the order still: reopened, it is theirs again."""
    order = ticket.order
    if order is not None and fact.reason not in ENDS:
        order = replace(order, supporting=tuple(code for code in order.supporting if code != fact.department))
    return replace(_with_task(ticket, fact.department, None), order=order)


def supporters_of(order: LeadOrder) -> dict[DepartmentCode, bool]:
    """Who supports under an order, and whether the lead waits for them; also after the ticket has ended."""
    return {code: code not in order.advisory for code in order.supporting}


# --- done; whether that stands, the review says ----------------------------------------------------------------------


@state_guard
def by_supporter(draft: Draft) -> Refusal | None:
    task = draft.ticket.tasks.get(draft.department or "")
    if isinstance(task, Doing):
        return None
    if task is None and by_lead(draft) is not None:
        return NOT_YOURS
    return Refusal("no_open_task", "你单位在该工单上没有未完成的协办事项。")


@episode.action(i.ReportTaskDone, WITH_LEAD | DISPUTED | WAITING | AFTER, by_supporter)
def report_task_done(draft: Draft, action: i.ReportTaskDone) -> None:
    awaits: Literal[True] | None = None if draft.rules.automation.task_review is Passing.AUTOMATIC else True
    me = draft.department or ""
    done = d.SupportTaskDone(**draft.by_author, department=me, reply=action.reply, awaits_review=awaits)
    draft.say(done)


@episode.fact(d.SupportTaskDone, heard_by=participants)
def _done(ticket: Ticket, fact: d.SupportTaskDone, _at: datetime) -> Ticket:
    done = Done(blocking=_blocks(ticket, fact.department), awaits_review=bool(fact.awaits_review))
    return noted(_with_task(ticket, fact.department, done), fact.department, fact.reply)


@episode.fact(d.SupportTaskAccepted, heard_by=participants)
def _accepted(ticket: Ticket, fact: d.SupportTaskAccepted, _at: datetime) -> Ticket:
    return _with_task(ticket, fact.department, Done(blocking=_blocks(ticket, fact.department)))


@episode.fact(d.SupportTaskSentBack, heard_by=participants)
def _sent_back(ticket: Ticket, fact: d.SupportTaskSentBack, _at: datetime) -> Ticket:
    return _with_task(ticket, fact.department, Doing(blocking=_blocks(ticket, fact.department)))
