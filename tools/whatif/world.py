"""The services' pure cores wired to one another in memory: what came in lives again, timers fire by event time.

Each core is driven by what its own service is made of (react, decide, evolve, tell, timer), so no rule stands here.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, NamedTuple

from chassis.decider import EVERYONE, Change, Decider, cause_of
from chassis.service import Cause, Heard, Record
from chassis.timers import Timer
from schemas.clocks import ClockFact
from schemas.dispatch import Dispatched, DispatchFact
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.requests import TicketRequest
from schemas.rules import CalendarPublished, RulesFact
from schemas.tickets import ActionReceived, TicketFact
from schemas.values import Party, PartyKind
from tools.whatif.cores import Cores
from worktime import parse_notice

_MOMENT: Final = timedelta(microseconds=1)
_MOST: Final = 10_000


class Input(NamedTuple):
    """Something that came in, and the moment at which the door received it."""

    at: datetime
    id: str
    message: Message


class Happened(NamedTuple):
    """A fact and its moment."""

    at: datetime
    fact: Message


@dataclass
class Told:
    """What happened in a world, by ticket, and which actions a lead took as such (by receipt)."""

    facts: dict[str, list[Happened]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)


class World:
    """One run. `led` names the actions that a lead took: whoever leads here takes them in its place."""

    def __init__(self, cores: Cores, led: frozenset[str] = frozenset(), ruled: Told | None = None) -> None:
        """Start empty, but for the lives of older tickets whose rulings are remembered as they were given."""
        self.told = Told()
        lives = (ruled or Told()).facts.items()
        self._ruled = deque(sorted(((each, ticket) for ticket, facts in lives for each in facts), key=_moment_of))
        self._older: dict[str, Any] = {}
        self._led = led
        self._leads: dict[str, str] = {}
        self._cores = cores
        self._dispatch = cores.dispatch.decider
        self._calendar = cores.calendar
        self._clocks = cores.clocks(cores.calendar)
        self._states: dict[str, dict[str, Any]] = {"dispatch": {}, "sla": {}}
        self._timers: list[Timer] = []
        self._fired: set[Timer] = set()
        self._numbers = count(1)

    def live(self, inputs: Sequence[Input], until: datetime) -> Told:
        """Let everything come in at its moment, and time pass until a moment; returns what happened."""
        for each in sorted(inputs, key=lambda one: one.at):
            self._pass(each.at - _MOMENT)
            self._recall(each.at)
            self._take(each)
        self._pass(until)
        return self.told

    def _pass(self, until: datetime) -> None:
        """Time passes: timers fire when they are due."""
        while self._timers and self._timers[0].due <= until:
            timer = heapq.heappop(self._timers)
            state = self._states["sla"].get(timer.key)
            if timer in self._fired or state is None or self._clocks.timer(state) != timer.wanted:
                continue
            self._fired.add(timer)
            self._recall(timer.due)
            if self._clocks.fired is not None:
                command = self._clocks.fired(timer.wanted)
                self._settle(self._decided("sla", timer.key, command, cause_of(timer)), timer.due)

    def _recall(self, until: datetime) -> None:
        """Remember the rulings on older tickets up to a moment."""
        while self._ruled and self._ruled[0][0].at <= until:
            each, ticket = self._ruled.popleft()
            before, cause = self._older.get(ticket), Cause("", ticket, each.at)
            self._older[ticket] = after = self._dispatch.evolve(before, each.fact, each.at)
            self._cores.dispatch.remember(Change(ticket, "", 0, before, after, [(each.fact, cause)]))

    def _take(self, each: Input) -> None:
        message = each.message
        if isinstance(message, CalendarPublished):
            self._calendar = self._calendar.with_notice(parse_notice(message.notice(), message.version))
            self._clocks = self._cores.clocks(self._calendar)
        if isinstance(message, ActionReceived):
            message = self._cast(message)
        self._settle([message], each.at, each.id)

    def _cast(self, message: ActionReceived) -> ActionReceived:
        lead, spoke = self._leads.get(message.ticket), message.party.department
        if message.party.kind is not PartyKind.DEPARTMENT or lead is None:
            return message
        if spoke == lead:
            self.told.led.add(message.receipt)
        elif message.receipt in self._led:
            return message.model_copy(update={"party": Party(kind=PartyKind.DEPARTMENT, department=lead)})
        return message

    def _settle(self, messages: Sequence[Message], at: datetime, cause: str = "") -> None:
        """Let services hear of messages, and of what follows from them, until nothing does."""
        waiting = deque(messages)
        for _ in range(_MOST):
            if not waiting:
                return
            waiting.extend(self._hear(waiting.popleft(), at, cause))
        raise RuntimeError(f"what happened at {at} never comes to an end")

    def _hear(self, message: Message, at: datetime, cause: str) -> Iterator[Message]:
        for service in self._hearers(message):
            heard = _heard(message, at, cause or f"whatif-{next(self._numbers)}")
            for key, command in self._core(service).react(heard):
                for ticket in sorted(self._states[service]) if key == EVERYONE else (key,):
                    yield from self._decided(service, ticket, command, heard.cause)

    def _hearers(self, message: Message) -> tuple[str, ...]:
        match message:
            case TicketFact() | TicketRequest() | ClockFact():
                return ("dispatch",)
            case DispatchFact() | RulesFact():
                return ("sla",)
            case _:
                return ()

    def _core(self, service: str) -> Decider[Any, Any]:
        return self._dispatch if service == "dispatch" else self._clocks

    def _decided(self, service: str, ticket: str, command: Any, cause: Cause) -> list[Message]:
        core, states = self._core(service), self._states[service]
        before, said = states.get(ticket), list[Message]()
        facts = core.decide(before, command, cause)
        for fact in facts:
            states[ticket] = after = core.evolve(states.get(ticket), fact, cause.time)
            self.told.facts.setdefault(ticket, []).append(Happened(cause.time, fact))
            said.append(fact)
            said += [each.message for each in core.tell(after, fact, cause) if isinstance(each.message, TicketRequest)]
        if facts and service == "sla":
            wanted = core.timer(states[ticket])
            if wanted is not None:
                heapq.heappush(self._timers, Timer(wanted.due, ticket, wanted.name, ""))
        elif facts:
            self._led_by(ticket, facts)
            self._cores.dispatch.remember(
                Change(ticket, "", 0, before, states[ticket], [(fact, cause) for fact in facts])
            )
        return said

    def _led_by(self, ticket: str, facts: Sequence[Message]) -> None:
        for fact in facts:
            if isinstance(fact, Dispatched):
                self._leads[ticket] = fact.lead


def _moment_of(one: tuple[Happened, str]) -> datetime:
    return one[0].at


def _heard(message: Message, at: datetime, id_: str) -> Heard:
    envelope = Envelope(id_, "liuhen/whatif", type(message).type_name, at, getattr(message, "ticket", ""))
    return Heard("0", Record("", 0, 0, None, None, (), at), envelope, message)
