"""What each message that the desk hears means to it: an act is answered, something waits, a contact is shown."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from rulebook.deriving import ClockRules
from schemas.dispatch import AnsweredOnLine, CallbackTried, Corrected, Opened
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.public import DeskTask, ReceiptGiven, ReceiptRefused, ShownContact
from schemas.values import Instant, breach_by, remind_by
from services.desk.core.acts import SOURCE
from services.desk.core.callbacks import CallbackRow, CallbackTry, tried
from services.desk.core.callers import CallerChange, CallerRow, began, corrected
from services.desk.core.due_at_desk import due_at_desk
from services.desk.core.orders import OrderRow
from services.desk.core.pressing import weight


class KnownAct(NamedTuple):
    """An act that was said at this door: the topic of its answers, and whether it reaches members of an incident."""

    answered_on: str
    on_incident: bool


class HeardMessage(NamedTuple):
    """One message of a public topic: who said it, its number among what they said, and its content as it came."""

    topic: str
    envelope: Envelope
    message: Message
    body: str


class Accepted(NamedTuple):
    """The door took an act; `final` says that nothing can refuse it any more, `notice` what its author has to know."""

    act: str
    receipt: str
    final: bool
    tickets: tuple[str, ...]
    incident: str | None
    notice: str | None
    at: Instant


class Refused(NamedTuple):
    """An act was refused, by the door or in the ticket's life."""

    act: str
    code: str
    field: str | None
    reason: str
    version: int | None


class LeftOut(NamedTuple):
    """An act on an incident was refused for one member."""

    act: str
    ticket: str
    reason: str


class TaskRow(NamedTuple):
    """The newest message about what waits of a ticket; without a body where it waits no more.

    It has to be done by `due`, and from `late` on it is late whatever working days are published yet.
    """

    ticket: str
    task: str
    source: str
    sequence: int
    since: Instant
    body: str | None
    weight: int
    due: Instant
    late: Instant


class ShownRow(NamedTuple):
    """What was shown of a ticket's contact last; without a body where it is sealed again."""

    topic: str
    ticket: str
    source: str
    sequence: int
    receipt: str | None
    body: str | None


Change: TypeAlias = (
    Accepted | Refused | LeftOut | TaskRow | ShownRow | OrderRow | CallerRow | CallerChange | CallbackRow | CallbackTry
)


def heard(ticket: str, at: Instant, fact: Message) -> CallerRow | CallerChange | CallbackTry | None:
    """Tell what a fact of a ticket's life changes of what is known of its caller, and of who called them back."""
    match fact:
        case Opened() | AnsweredOnLine():
            return began(ticket, at, fact)
        case Corrected():
            return corrected(ticket, fact)
        case CallbackTried():
            return tried(ticket, at, fact)
        case _:
            return None


def answers(message: Message) -> str | None:
    """Name the act that a message answers; None for what answers nothing that was said at this door."""
    if isinstance(message, ReceiptGiven | ReceiptRefused) and message.source == SOURCE:
        return message.submission
    return None


def react(heard_message: HeardMessage, act: KnownAct | None, rules: ClockRules) -> Change | None:
    """Tell what changes, knowing the act that is answered: on another's topic nobody answers it."""
    envelope, message = heard_message.envelope, heard_message.message
    match message:
        case ReceiptGiven() | ReceiptRefused():
            return (
                _answer(message, act, envelope.time)
                if act is not None and act.answered_on == heard_message.topic
                else None
            )
        case DeskTask():
            return _task(heard_message, message, rules)
        case ShownContact():
            body = heard_message.body if message.receipt is not None else None
            return ShownRow(
                heard_message.topic, message.ticket, envelope.source, envelope.sequence, message.receipt, body
            )
        case _:
            return None


def _task(heard_message: HeardMessage, message: DeskTask, rules: ClockRules) -> TaskRow:
    said_by = heard_message.envelope.source, heard_message.envelope.sequence
    if not message.open:
        over = message.since, message.since
        return TaskRow(message.ticket, message.task, *said_by, message.since, None, weight(message), *over)
    due = due_at_desk(message, rules)
    times = remind_by(due), breach_by(due)
    return TaskRow(message.ticket, message.task, *said_by, message.since, heard_message.body, weight(message), *times)


def _answer(message: ReceiptGiven | ReceiptRefused, act: KnownAct, at: Instant) -> Change:
    said = message.submission
    if isinstance(message, ReceiptGiven):
        return Accepted(said, message.receipt, message.final, message.tickets, message.incident, message.notice, at)
    if act.on_incident and message.ticket is not None:
        return LeftOut(said, message.ticket, message.reason)
    return Refused(said, message.code, message.field, message.reason, message.version)
