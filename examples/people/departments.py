"""Every department of the district: reads its own dispatch topic, does what the newest order says that it owes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Literal

from examples.people.agenda import Agenda, chance, hours_later
from examples.people.surroundings import Staff, Surroundings
from schemas.inbound import (
    Accept,
    AcceptIncident,
    AnswerSupervision,
    AskForInfo,
    Commit,
    DepartmentAction,
    MakeFirstContact,
    NoteProgress,
    ReportHandled,
    ReportIncidentHandled,
    ReportTaskDone,
    RequestExtension,
    RequestReturn,
    RequestSuspension,
)
from schemas.more_time import TimeUnit, more_time
from schemas.public import Order, ReceiptRefused
from schemas.registry import department_topic
from schemas.values import Clock as ClockName
from schemas.values import Party, PartyKind, Person, RequesterKind, TicketState, Tier, WatchOrder, remind_by
from tools.client.kafka import Producers, PublicMessage, Voice, hear_each

Owed = Literal["answer_order", "first_contact", "handle", "task", "supervision", "nothing"]

_TOGETHER: Final = frozenset({TicketState.DISPATCHED, TicketState.IN_PROGRESS})
_AT_WORK: Final = frozenset({TicketState.IN_PROGRESS, TicketState.REWORK})
_SHARES: Final = {Tier.SIMPLE: 1.0, Tier.COMPLEX: 5.0, Tier.PARTICULARLY_COMPLEX: 15.0}


@dataclass
class Book:
    """What a department remembers of one ticket."""

    order: Order
    heard_at: datetime
    done: set[str] = field(default_factory=set)
    planned: Owed = "nothing"
    token: int = 0


def owed(order: Order, done: set[str]) -> Owed:
    """Tell what a department owes by the newest order alone, the most pressing first."""
    if order.role == "none":
        return "nothing"
    if order.role == "supporting":
        mine_open = order.state in _AT_WORK and f"task{order.order}" not in done
        return "task" if mine_open else "nothing"
    if order.state is TicketState.DISPATCHED:
        return "answer_order"
    if _to_answer(order, done):
        return "supervision"
    if order.state not in _AT_WORK:
        return "nothing"
    return "handle" if f"contact{order.order}" in done else "first_contact"


def _to_answer(order: Order, done: set[str]) -> list[WatchOrder]:
    """The orders beside the main one that nobody of the department has answered yet, each once for each order."""
    return [each for each in order.to_answer or () if f"{each}{order.order}" not in done]


class SimulatedDepartment:
    """One department at work."""

    def __init__(self, code: str, voice: Voice, agenda: Agenda, around: Surroundings) -> None:
        """Work under a code, with a voice of its own."""
        self.code = code
        self._voice = voice
        self._agenda = agenda
        self._around = around
        self._habits: Mapping[str, Any] = around.habits_of("department")
        self._books: dict[str, Book] = {}
        self._together: set[tuple[str, TicketState]] = set()
        self._seen_to: set[tuple[str, int, TicketState]] = set()

    def hear(self, news: PublicMessage) -> None:
        """Read one message of the department's topic."""
        match news.message:
            case Order() as order:
                if not self._takes_together(order):
                    self._take(order, news.envelope.time)
            case ReceiptRefused(ticket=str(ticket)) if ticket in self._books:
                self._try_again(self._books[ticket])
            case _:
                pass

    def _takes_together(self, order: Order) -> bool:
        """Take and handle once what belongs to an incident that the department leads; other steps go one by one."""
        incident, state = order.incident, order.state
        if incident is None or order.incident_lead != self.code or state not in _TOGETHER:
            return False
        planned = self._books.pop(order.ticket, None)
        if planned is not None:
            planned.token += 1  # what was meant for it alone is not done any more
        step = (order.ticket, order.order, state)  # what is told again of a member asks for no second act
        known = step in self._seen_to
        self._seen_to.add(step)
        if not known and (incident, state) not in self._together:
            self._together.add((incident, state))
            minutes = self._habits["accept_minutes" if state is TicketState.DISPATCHED else "outage_minutes"]
            wait = chance(self._around.seed, self.code, incident, state).uniform(*minutes)
            when = self._around.days.later(self._agenda.clock.now(), wait)
            self._agenda.at(when, lambda: self._do_together(incident, state))
        return True

    async def _do_together(self, incident: str, state: TicketState) -> None:
        self._together.discard((incident, state))
        person = Staff().of(self.code, 0)
        if state is TicketState.DISPATCHED:
            await self._voice.say(AcceptIncident(incident=incident, by=person))
        else:
            reply = "故障已排除，现已全部恢复。给您带来不便，敬请谅解。"
            await self._voice.say(ReportIncidentHandled(incident=incident, by=person, reply=reply))

    def _take(self, order: Order, at: datetime) -> None:
        book = self._books.setdefault(order.ticket, Book(order, at))
        if book.order.order != order.order or book.order.state is not order.state:
            book.heard_at = at
            book.planned = "nothing"
        book.order = order
        if order.state is TicketState.REWORK:
            book.done.discard(f"handled{order.order}")
        self._plan(book)

    def _plan(self, book: Book) -> None:
        now_owed = owed(book.order, book.done)
        if now_owed == book.planned:
            return
        book.planned, book.token = now_owed, book.token + 1
        if now_owed == "nothing":
            return
        token = book.token

        async def deed() -> None:
            if book.token == token and owed(book.order, book.done) == now_owed:
                await self._do(book, now_owed)

        self._agenda.at(self._when(book, now_owed), deed)

    def _try_again(self, book: Book) -> None:
        book.planned = "nothing"
        book.heard_at = hours_later(self._agenda.clock.now(), 3)
        self._plan(book)

    def _dice(self, book: Book, what: str) -> Random:
        return chance(self._around.seed, self.code, book.order.ticket, book.order.order, book.order.state, what)

    def _when(self, book: Book, what: Owed) -> datetime:
        dice, since = self._dice(book, what), book.heard_at
        if book.order.tier is Tier.URGENT:
            low, high = self._habits["urgent_hours"]
            return hours_later(since, dice.uniform(low, high) if what == "handle" else dice.uniform(0.1, 0.6))
        minutes = {
            "answer_order": "accept_minutes",
            "first_contact": "first_contact_minutes",
            "task": "supporting_minutes",
            "supervision": "supervision_minutes",
        }
        if what in minutes:
            return self._around.days.later(since, dice.uniform(*self._habits[minutes[what]]))
        return self._finish(book, dice)

    def _finish(self, book: Book, dice: Random) -> datetime:
        due = next((remind_by(d.due) for d in book.order.due if d.clock is ClockName.HANDLING), None)
        if dice.random() < self._habits["late"] and due is not None:
            return self._around.days.working_days_later(due, dice.uniform(*self._habits["late_days"]))
        budget = _SHARES.get(book.order.tier, 5.0)
        return self._around.days.working_days_later(
            book.heard_at, budget * dice.uniform(*self._habits["share_of_budget"])
        )

    async def _do(self, book: Book, what: Owed) -> None:
        order = book.order
        person = Staff().of(self.code, self._dice(book, "who").randrange(6))
        match what:
            case "answer_order":
                await self._answer_order(book, person)
            case "first_contact":
                await self._contact(book, person)
            case "handle":
                await self._handle(book, person)
            case "task":
                book.done.add(f"task{order.order}")
                await self._voice.say(
                    ReportTaskDone(ticket=order.ticket, by=person, reply="协办事项已完成，情况已告知牵头单位。")
                )
            case "supervision":
                which = _to_answer(order, book.done)[0]
                book.done.add(f"{which}{order.order}")
                book.planned = "nothing"  # another one may wait
                report = "已专题研究，明确责任人和完成时间。"
                await self._voice.say(AnswerSupervision(ticket=order.ticket, by=person, report=report, answers=which))
            case "nothing":
                return
        self._plan(book)

    async def _answer_order(self, book: Book, person: Person) -> None:
        order, dice = book.order, self._dice(book, "return")
        wants_back = self._habits["insist_on_return" if "returned" in book.done else "return_wrongly"]
        if order.returnable and dice.random() < wants_back:
            book.done.add("returned")
            ground = self._around.rules.grounds.return_[0].code
            await self._voice.say(
                RequestReturn(
                    ticket=order.ticket, by=person, ground=ground, reason="经核实，该事项不在本单位职责范围。"
                )
            )
            return
        if dice.random() < self._habits["illegal"]:
            await self._handle(book, person)
        await self._voice.say(Accept(ticket=order.ticket, by=person))

    async def _contact(self, book: Book, person: Person) -> None:
        order, dice = book.order, self._dice(book, "contact")
        book.done.add(f"contact{order.order}")
        if order.requester_kind is RequesterKind.ANONYMOUS or dice.random() < self._habits["no_first_contact"]:
            return
        if dice.random() < self._habits["not_reached_first"]:
            await self._voice.say(MakeFirstContact(ticket=order.ticket, by=person, reached=False, note="无人接听"))
        await self._voice.say(
            MakeFirstContact(ticket=order.ticket, by=person, reached=True, note="已电话联系诉求人，了解具体情况。")
        )
        await self._on_the_way(book, person, dice)

    async def _on_the_way(self, book: Book, person: Person, dice: Random) -> None:
        for name, share in (
            ("progress", "progress_note"),
            ("info", "ask_for_info"),
            ("extension", "extension"),
            ("suspension", "suspension"),
            ("commitment", "commitment"),
        ):
            if dice.random() < self._habits[share]:
                await self._voice.say(self._extra(name, book.order, person))
                if name != "progress":
                    return

    def _extra(self, name: str, order: Order, person: Person) -> DepartmentAction:
        now = self._agenda.clock.now()
        grounds = self._around.rules.grounds
        match name:
            case "info":
                return AskForInfo(ticket=order.ticket, by=person, question="请补充具体楼栋号和方便上门的时间。")
            case "extension":
                most = self._around.rules.limits.extension.span_for(order.tier)
                return RequestExtension(
                    ticket=order.ticket,
                    by=person,
                    **more_time(most.amount, TimeUnit(most.unit.value)),
                    ground=grounds.extension[0].code,
                    reason="需多部门会商，申请延期。",
                )
            case "suspension":
                return RequestSuspension(
                    ticket=order.ticket,
                    by=person,
                    ground=grounds.suspension[0].code,
                    until=now + timedelta(days=4),
                    reason="相关工程已列入计划，申请挂账。",
                    for_requester="相关工程已列入计划，开工后继续办理。",
                )
            case "commitment":
                return Commit(
                    ticket=order.ticket,
                    by=person,
                    promised=now + timedelta(days=5),
                    text="五日内完成现场整改。",
                    for_requester="届时完成现场整改。",
                )
            case _:
                return NoteProgress(
                    ticket=order.ticket,
                    by=person,
                    text="已现场查看，需与物业、居委会协调。",
                    for_requester="已到现场查看，正在协调处置。",
                )

    async def _handle(self, book: Book, person: Person) -> None:
        order = book.order
        reply = f"您反映的“{order.place.text}”相关问题，我单位已现场核实并处理完毕，已向您说明情况。"
        await self._voice.say(ReportHandled(ticket=order.ticket, by=person, reply=reply))


async def work(around: Surroundings) -> None:
    """Let every department of the directory work until cancelled."""
    agenda = Agenda(around.time)
    async with Producers.opened(around.broker) as producers:
        departments = {}
        for each in around.rules.departments:
            party = Party(kind=PartyKind.DEPARTMENT, department=each.code)
            voice = Voice(await producers.of(party), party, f"examples/{each.code}", around.time.now)
            departments[department_topic(each.code)] = SimulatedDepartment(each.code, voice, agenda, around)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(agenda.keep())
            await hear_each(around.broker, departments, lambda news: departments[news.topic].hear(news))


if __name__ == "__main__":
    asyncio.run(work(Surroundings()))
