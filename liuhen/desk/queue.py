"""What waits for somebody, folded from a public topic alone: the newest message of each thing counts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeVar

from rulebook import Policy
from rulebook.desk import TASKS
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.values import DeskTaskKind, DueTime, Person, TicketState, breach_by, remind_by
from services.desk.for_tools import Weight, weight
from services.sla.for_tools import Deadline, DueTimes

Urgency = Literal["overdue", "due_soon", "in_time"]
M = TypeVar("M", bound=Message)

AT_WORK: Final = frozenset({TicketState.DISPATCHED, TicketState.IN_PROGRESS, TicketState.REWORK})
"""States in which a department owes something."""

ELSEWHERE: Final = frozenset(
    {
        TicketState.RETURN_REQUESTED,
        TicketState.ADJUDICATING,
        TicketState.SUSPENDED,
        TicketState.NEEDS_INFO,
        TicketState.HANDLED,
        TicketState.CALLBACK_PENDING,
    }
)
"""States in which a department waits for somebody else."""


class PublishedMessage(NamedTuple):
    """One message of a public topic, and when what it says happened."""

    at: datetime
    message: Message


class WaitingTask(NamedTuple):
    """One task of the office: until when it should be done, where a limit says so, and how urgent that is."""

    task: DeskTask
    due: datetime | None
    urgency: Urgency


class OwedOrder(NamedTuple):
    """One order of a department: the earliest due time that it must keep, and how urgent that is."""

    order: Order
    due: DueTime | None
    urgency: Urgency


def newest(messages: Iterable[PublishedMessage], kind: type[M], key: Callable[[M], Hashable]) -> list[M]:
    """Keep the newest message of each key, in the order in which they were last told."""
    found: dict[Hashable, M] = {}
    for each in messages:
        if isinstance(each.message, kind):
            found.pop(key(each.message), None)
            found[key(each.message)] = each.message
    return list(found.values())


def desk(messages: Iterable[PublishedMessage], times: DueTimes, now: datetime) -> list[WaitingTask]:
    """Tell what waits for the office: the most pressing first, of these what waits longest."""
    tasks = newest(messages, DeskTask, lambda task: (task.ticket, task.task))
    waiting = [_waiting(task, times, now) for task in tasks if task.open]
    return sorted(waiting, key=_pressing)


def of_person(waiting: Iterable[WaitingTask], person: Person, policy: Policy, now: datetime) -> list[WaitingTask]:
    """Keep what somebody may decide now: in their own right or in another's stead, and never what they asked for."""

    def may(task: DeskTask) -> bool:
        action = TASKS[DeskTaskKind(task.task)].act
        stead = policy.acts_for(person.id, action, now)
        mine = {person.id, stead.id if stead else person.id}
        asked = task.requested_by.id if task.requested_by else None
        return asked not in mine and any(each.id == person.id for each in policy.who_may(action, now))

    return [each for each in waiting if may(each.task)]


def _pressing(each: WaitingTask) -> tuple[Weight, datetime, str, str]:
    task = each.task
    return weight(task), task.since, task.ticket, task.task


def _waiting(task: DeskTask, times: DueTimes, now: datetime) -> WaitingTask:
    clock = TASKS[DeskTaskKind(task.task)].clock
    if clock is None:
        return WaitingTask(task, None, "in_time")
    found = times.of_task(clock, task.tier, task.since, now)
    return WaitingTask(task, remind_by(found.due), _urgency(found, now))


def _urgency(deadline: Deadline, now: datetime) -> Urgency:
    if now > breach_by(deadline.due):
        return "overdue"
    return "due_soon" if now >= deadline.soon else "in_time"


def orders(
    messages: Iterable[PublishedMessage], times: DueTimes, now: datetime, *, everything: bool = False
) -> list[OwedOrder]:
    """Tell what a department holds, what is due first at the top; `everything` names also what waits for others.

    Whoever has to answer a supervision order holds that, wherever the ticket itself stands.
    """
    kept = [order for order in newest(messages, Order, lambda order: order.ticket) if order.role != "none"]
    mine = [
        each for each in kept if each.state in AT_WORK or each.supervised or (everything and each.state in ELSEWHERE)
    ]
    owing = [_owed_order(order, times, now) for order in mine]
    return sorted(owing, key=lambda each: (each.due is None, each.due and remind_by(each.due.due), each.order.ticket))


def inside(owing: Iterable[OwedOrder], section: str | None, person: str | None) -> list[OwedOrder]:
    """Keep what was passed on to a section, or to a person by name or id, inside of the department."""
    found = [each for each in owing if section in (None, each.order.section)]
    return [each for each in found if person is None or _has(each.order, person)]


def _has(order: Order, person: str) -> bool:
    return order.handler is not None and person in (order.handler.id, order.handler.name)


def _owed_order(order: Order, times: DueTimes, now: datetime) -> OwedOrder:
    due = min(order.due, key=lambda each: remind_by(each.due), default=None)
    if due is None:
        return OwedOrder(order, None, "in_time")
    return OwedOrder(order, due, _urgency(times.of_order(due, order.tier), now))


def callbacks(messages: Iterable[PublishedMessage]) -> Sequence[CallbackRequest]:
    """Tell which tickets wait for a callback: what was missed first, then in the order of asking, then appointments."""
    asked = newest(messages, CallbackRequest, lambda request: request.ticket)
    open_ = [request for request in asked if request.happened != "cancelled"]
    return sorted(open_, key=lambda request: (request.happened != "overdue", request.at is not None, request.at))
