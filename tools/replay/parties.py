"""Who answers during a replay: departments, office and callback agency, by what the rows recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from rulebook import Policy
from rulebook.codes import Role, Unit
from schemas.inbound import (
    Accept,
    AcknowledgeUrgent,
    AnswerSupervision,
    Approve,
    EndSupervision,
    MakeFirstContact,
    RecordCallback,
    ReportHandled,
    RequestExtension,
    RuleOnExtension,
    Supervise,
)
from schemas.more_time import TimeUnit, more_time
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.registry import CALLBACKS, DESK, department_topic
from schemas.values import Contacted, DeskTaskKind, Grade, Person, Solved, TicketState, WatchOrder
from services.intake.for_tools import day_of
from tools.client.kafka import PublicMessage
from tools.replay.casebook import Casebook
from tools.replay.mapping import LifeKind
from tools.replay.records import CaseRecord
from tools.replay.sorting import Sorting
from tools.replay.speaking import CALLBACK, OFFICE, Speaker, department

_REPLY: Final = "已核实处理，并向诉求人说明。原文已脱敏。"
_AGAIN: Final = timedelta(hours=4)
_CALL: Final = timedelta(hours=1)
_SOON: Final = timedelta(minutes=30)


class AnsweringParties(Protocol):
    """Answers what it hears on public topics."""

    def topics(self) -> Iterable[str]:
        """Name the public topics that it listens to."""

    def hear(self, news: PublicMessage) -> None:
        """Take one message."""

    def began(self, ticket: str) -> None:
        """Take notice that a row has become a ticket."""


class NoParties:
    """Nobody answers here: other processes live the rest."""

    def topics(self) -> Iterable[str]:
        return ()

    def hear(self, news: PublicMessage) -> None:
        pass

    def began(self, ticket: str) -> None:
        pass


class _Early:
    """What is heard of a ticket before its row is known to be one waits until it is."""

    def __init__(self, book: Casebook, answer: Callable[[PublicMessage, CaseRecord], None]) -> None:
        self._book = book
        self._answer = answer
        self._waiting: dict[str, list[PublicMessage]] = {}

    def hear(self, news: PublicMessage) -> None:
        ticket = str(getattr(news.message, "ticket", ""))
        record = self._book.tickets.get(ticket)
        if record is None:
            self._waiting.setdefault(ticket, []).append(news)
        else:
            self._answer(news, record)

    def began(self, ticket: str) -> None:
        for news in self._waiting.pop(ticket, ()):
            self.hear(news)


def _all_topics(policy: Policy) -> Sequence[str]:
    return [DESK, CALLBACKS, *(department_topic(each.code) for each in policy.departments)]


def claim(ticket: str, moment: datetime, policy: Policy) -> datetime:
    """Tell when a department can claim to have done something: the row's time, or the day that the number names.

    The door takes no earlier claim of an outsider.
    """
    day = day_of(ticket, ZoneInfo(policy.office.zone))
    return moment if day is None else max(moment, day)


class ClaimingParties:
    """Departments answer as soon as they hear, and claim that they did so when the row says, as far as they can."""

    def __init__(self, book: Casebook, speaker: Speaker, policy: Policy) -> None:
        self._book = book
        self._speaker = speaker
        self._policy = policy
        self._sorting = Sorting(book, speaker, policy)
        self._early = _Early(book, self._answer)
        self._done: set[str] = set()

    def topics(self) -> Iterable[str]:
        return _all_topics(self._policy)

    def hear(self, news: PublicMessage) -> None:
        self._early.hear(news)

    def _answer(self, news: PublicMessage, record: CaseRecord) -> None:
        match news.message:
            case DeskTask(task=DeskTaskKind.URGENT_CALL, open=True) as task:
                acknowledge(task, self._speaker, self._policy)
            case DeskTask(task=DeskTaskKind.DISPATCHING) as task:
                self._sorting.hear(task)
            case CallbackRequest(happened="requested") as request:
                self._call(request)
            case Order(state=TicketState.DISPATCHED, role="lead") as order if order.ticket not in self._done:
                self._done.add(order.ticket)
                self._take(order, record)
            case _:
                pass

    def began(self, ticket: str) -> None:
        self._early.began(ticket)

    def _call(self, request: CallbackRequest) -> None:
        """What a file does not know nobody rates."""
        silent = RecordCallback(
            ticket=request.ticket,
            by=Person(id="hf-01", name="回访员"),
            contacted=Contacted.NOT_RATED,
            solved=Solved.NOT_RATED,
            attitude=Grade.NOT_RATED,
            result=Grade.NOT_RATED,
        )
        self._speaker.later(self._speaker.clock.now(), lambda: self._speaker.say(CALLBACK, silent))

    def _take(self, order: Order, record: CaseRecord) -> None:
        async def deed() -> None:
            by, lead = person_of(order.lead), department(order.lead)
            await self._speaker.say(lead, Accept(ticket=order.ticket, by=by))
            if record.handled_at is not None:
                done = ReportHandled(ticket=order.ticket, by=by, reply=_REPLY)
                await self._speaker.say(lead, done, claimed=claim(order.ticket, record.handled_at, self._policy))

        self._speaker.later(self._speaker.clock.now(), deed)


class RecordedParties:
    """Departments, office and callback agency do what the row says, when it says so."""

    def __init__(self, book: Casebook, speaker: Speaker, policy: Policy) -> None:
        self._book = book
        self._speaker = speaker
        self._policy = policy
        self._sorting = Sorting(book, speaker, policy)
        self._early = _Early(book, self._answer)
        self._done: set[tuple[str, str]] = set()
        self._newest: dict[str, Order] = {}
        self._supervising: set[str] = set()

    def topics(self) -> Iterable[str]:
        return _all_topics(self._policy)

    def hear(self, news: PublicMessage) -> None:
        self._early.hear(news)

    def _answer(self, news: PublicMessage, record: CaseRecord) -> None:
        match news.message:
            case Order(role="lead") as order:
                self._order(order, record, news.envelope.id)
            case DeskTask() as task:
                self._desk(task, record)
            case CallbackRequest(happened="requested") as request:
                self._call(request, record, news.envelope.time)
            case _:
                pass

    def began(self, ticket: str) -> None:
        self._early.began(ticket)

    def _once(self, ticket: str, what: str) -> bool:
        new = (ticket, what) not in self._done
        self._done.add((ticket, what))
        return new

    def _order(self, order: Order, record: CaseRecord, event: str) -> None:
        now = self._speaker.clock.now()
        self._newest[order.ticket] = order
        if order.state is TicketState.DISPATCHED and self._once(order.ticket, f"order {order.order}"):
            self._dispatched(order, record)
        if order.happened == "rework_ordered" and self._once(order.ticket, f"rework {event}"):
            self._speaker.later(now + _AGAIN, lambda: self._handled(order))
        if order.supervised and record.supervised and self._once(order.ticket, "handled"):
            self._mean_to_handle(order, record)
        if order.happened == "supervision_ordered" and self._once(order.ticket, f"supervision {event}"):
            self._speaker.later(now + _SOON, lambda: self._answer_supervision(order))

    def _dispatched(self, order: Order, record: CaseRecord) -> None:
        self._speaker.later(self._speaker.clock.now(), lambda: self._accept(order, record))

    async def _accept(self, order: Order, record: CaseRecord) -> None:
        by, lead = person_of(order.lead), department(order.lead)
        await self._speaker.say(lead, Accept(ticket=order.ticket, by=by))
        await self._speaker.say(lead, MakeFirstContact(ticket=order.ticket, by=by, reached=True))
        if record.extended_to is not None and record.due is not None:
            # Files do not tell when it was asked; the earlier, the less a slow machine can make it too late.
            await self._ask_extension(order, record.extended_to - record.due)
        if record.supervised:
            reason = "文件载明该工单派出时即已督办。"
            who = self._person(Role.SUPERVISOR)
            await self._speaker.say(OFFICE, Supervise(ticket=order.ticket, by=who, reason=reason))
        elif self._once(order.ticket, "handled"):
            self._mean_to_handle(order, record)

    def _mean_to_handle(self, order: Order, record: CaseRecord) -> None:
        """Only after what comes before it: a reply that is due already must not overtake its own acceptance."""
        if record.handled_at is not None:
            self._speaker.later(record.handled_at, lambda: self._handled(order))

    async def _handled(self, order: Order) -> None:
        done = ReportHandled(ticket=order.ticket, by=person_of(order.lead), reply=_REPLY)
        await self._speaker.say(department(order.lead), done)

    async def _answer_supervision(self, order: Order) -> None:
        if WatchOrder.SUPERVISION not in (self._newest[order.ticket].to_answer or ()):
            return
        report = AnswerSupervision(
            ticket=order.ticket,
            by=person_of(order.lead),
            report="已安排专人限时办理。",
            answers=WatchOrder.SUPERVISION,
        )
        await self._speaker.say(department(order.lead), report)

    async def _ask_extension(self, order: Order, more: timedelta) -> None:
        most = self._policy.limits.extension.span_for(order.tier)
        one = timedelta(hours=1) if most.unit is Unit.HOURS else timedelta(days=1)
        amount = min(most.amount, max(1, ceil(more / one)))
        ground = self._policy.grounds.extension[0].code
        asked = RequestExtension(
            ticket=order.ticket,
            by=person_of(order.lead),
            ground=ground,
            reason="文件载明已延期。",
            **more_time(amount, TimeUnit(most.unit.value)),
        )
        await self._speaker.say(department(order.lead), asked)

    def _desk(self, task: DeskTask, record: CaseRecord) -> None:
        now = self._speaker.clock.now()
        if task.task == DeskTaskKind.URGENT_CALL and task.open:
            acknowledge(task, self._speaker, self._policy)
        elif task.task == DeskTaskKind.DISPATCHING:
            self._sorting.hear(task)
        elif task.task == "extension" and task.open and record.extended_to is not None:
            ruling = RuleOnExtension(
                ticket=task.ticket,
                by=self._person(Role.APPROVER, besides=task.requested_by),
                granted=True,
                reason="文件载明已同意延期。",
            )
            self._speaker.later(now, lambda: self._speaker.say(OFFICE, ruling))
        elif task.task == DeskTaskKind.APPROVAL and task.open:
            approval = Approve(ticket=task.ticket, by=self._person(Role.APPROVER, besides=task.requested_by))
            self._speaker.later(now, lambda: self._speaker.say(OFFICE, approval))
        elif task.task == "supervision" and task.open:
            self._supervising.add(task.ticket)
            self._speaker.later(now + _SOON, lambda: self._end_supervision(task.ticket))
        elif task.task == "supervision":
            self._supervising.discard(task.ticket)

    async def _end_supervision(self, ticket: str) -> None:
        if ticket in self._supervising:
            who = self._person(Role.SUPERVISOR)
            await self._speaker.say(OFFICE, EndSupervision(ticket=ticket, by=who, result="已答复，督办结束。"))

    def _call(self, request: CallbackRequest, record: CaseRecord, asked: datetime) -> None:
        content = not (record.redo and request.round == 0)
        answers = RecordCallback(
            ticket=request.ticket,
            by=Person(id="hf-01", name="回访员"),
            contacted=Contacted.YES,
            solved=Solved.SOLVED if content else Solved.NOT,
            attitude=Grade.SATISFIED,
            result=Grade.SATISFIED if content else Grade.DISSATISFIED,
        )
        self._speaker.later(asked + _CALL, lambda: self._speaker.say(CALLBACK, answers))

    def _person(self, role: Role, *, besides: Person | None = None) -> Person:
        """The first who holds a role, and somebody else than whoever asked where there is one."""
        holding = self._policy.with_role(role, self._speaker.clock.now())
        found = next((each for each in holding if besides is None or each.id != besides.id), holding[0])
        return Person(id=found.id, name=found.name)


def acknowledge(task: DeskTask, speaker: Speaker, policy: Policy) -> None:
    """Whoever is first on duty says at once that they know of something urgent: files do not tell who did."""
    first = policy.on_duty(task.since).people[0]
    known = AcknowledgeUrgent(ticket=task.ticket, by=Person(id=first.id, name=first.name))
    speaker.later(speaker.clock.now(), lambda: speaker.say(OFFICE, known))


def person_of(code: str) -> Person:
    """The person of a department who acts."""
    return Person(id=f"{code}-1", name="承办人")


PARTIES: Final[dict[LifeKind, Callable[[Casebook, Speaker, Policy], AnsweringParties]]] = {
    "recorded": RecordedParties,
    "claimed": ClaimingParties,
    "simulated": lambda _book, _speaker, _policy: NoParties(),
}
