"""The services' pure cores wired to one another in memory: what came in lives again, timers fire by event time.

Each core is driven by what its own service is made of (react, decide, evolve, tell, timer), so no rule stands here.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final, Generic, NamedTuple, TypeVar

from chassis.decider import EVERYONE, Change, Decider, cause_of
from chassis.service import Cause, Heard, Record
from chassis.timers import Timer
from schemas.clocks import ClockFact
from schemas.dispatch import Dispatched, DispatchFact
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.requests import IncidentRequest, MemberRequest, TicketRequest
from schemas.rules import CalendarPublished, RulesFact
from schemas.tickets import ActionReceived, TicketFact
from schemas.values import Party, PartyKind
from services.dispatch.for_tools import Command, Ticket
from services.sla.for_tools import Clocks
from tools.whatif.cores import Cores
from worktime import parse_notice

_MOMENT: Final = timedelta(microseconds=1)
_MOST: Final = 10_000
_REQUESTS: Final = (TicketRequest, MemberRequest, IncidentRequest)
S = TypeVar("S")
C = TypeVar("C")


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
class History:
    """What happened in a world, by ticket, and which actions a lead took as such (by receipt)."""

    facts: dict[str, list[Happened]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)

    def note(self, ticket: str, at: datetime, fact: Message) -> None:
        """Add a fact to a ticket's life."""
        self.facts.setdefault(ticket, []).append(Happened(at, fact))


class _Decided(NamedTuple, Generic[S]):
    """What one command did to one ticket: the state before and after, the facts, and what other services hear."""

    before: S | None
    after: S | None
    facts: Sequence[Message]
    heard: Sequence[Message]


class _Service(Generic[S, C]):
    """One core, and what it remembers of every ticket."""

    def __init__(self, core: Decider[S, C]) -> None:
        self.core = core
        self.states: dict[str, S] = {}

    def asked(self, heard: Heard) -> Iterator[tuple[str, C]]:
        """Yield what a message asks of which ticket."""
        for key, command in self.core.react(heard):
            for ticket in sorted(self.states) if key == EVERYONE else (key,):
                yield ticket, command

    def decide(self, ticket: str, command: C, cause: Cause) -> _Decided[S]:
        """Decide a command, and remember the facts."""
        before = after = self.states.get(ticket)
        facts, heard = self.core.decide(before, command, cause), list[Message]()
        for fact in facts:
            self.states[ticket] = after = self.core.evolve(after, fact, cause.time)
            heard.append(fact)
            onward = self.core.tell(after, fact, cause)
            heard += [each.message for each in onward if isinstance(each.message, _REQUESTS)]
        return _Decided(before, after, facts, heard)


class World:
    """One run. `led` names the actions that a lead took: whoever leads here takes them in its place."""

    def __init__(self, cores: Cores, led: frozenset[str] = frozenset(), ruled: History | None = None) -> None:
        """Start empty, but for the lives of older tickets whose rulings are remembered as they were given."""
        self.history = History()
        lives = (ruled or History()).facts.items()
        self._ruled = deque(sorted(((each, ticket) for ticket, facts in lives for each in facts), key=_moment_of))
        self._led = led
        self._leads: dict[str, str] = {}
        self._cores = cores
        self._dispatch = _Service(cores.dispatch.decider)
        self._older = _Service(cores.dispatch.decider)
        self._calendar = cores.calendar
        self._clocks = _Service(cores.clocks(cores.calendar))
        self._timers: list[Timer] = []
        self._fired: set[Timer] = set()
        self._numbers = count(1)

    def live(self, inputs: Sequence[Input], until: datetime) -> History:
        """Let everything come in at its moment, and time pass until a moment; returns what happened."""
        for each in sorted(inputs, key=lambda one: one.at):
            self._pass(each.at - _MOMENT)
            self._recall(each.at)
            self._take(each)
        self._pass(until)
        return self.history

    def _pass(self, until: datetime) -> None:
        """Time passes: timers fire when they are due."""
        while self._timers and self._timers[0].due <= until:
            timer = heapq.heappop(self._timers)
            core, state = self._clocks.core, self._clocks.states.get(timer.key)
            if timer in self._fired or state is None or core.timer(state) != timer.wanted:
                continue
            self._fired.add(timer)
            self._recall(timer.due)
            if core.fired is not None:
                decided = self._clocks.decide(timer.key, core.fired(timer.wanted), cause_of(timer))
                self._settle(self._clocked(timer.key, decided, timer.due), timer.due)

    def _recall(self, until: datetime) -> None:
        """Remember the rulings on older tickets up to a moment."""
        while self._ruled and self._ruled[0][0].at <= until:
            each, ticket = self._ruled.popleft()
            before, cause = self._older.states.get(ticket), Cause("", ticket, each.at)
            self._older.states[ticket] = after = self._older.core.evolve(before, each.fact, each.at)
            self._cores.dispatch.remember(Change(ticket, "", 0, before, after, [(each.fact, cause)]))

    def _take(self, each: Input) -> None:
        message = each.message
        if isinstance(message, CalendarPublished):
            self._calendar = self._calendar.with_notice(parse_notice(message.notice(), message.version))
            self._clocks.core = self._cores.clocks(self._calendar)
        if isinstance(message, ActionReceived):
            message = self._cast(message)
        self._settle([message], each.at, each.id)

    def _cast(self, message: ActionReceived) -> ActionReceived:
        lead, spoke = self._leads.get(message.ticket), message.party.department
        if message.party.kind is not PartyKind.DEPARTMENT or lead is None:
            return message
        if spoke == lead:
            self.history.led.add(message.receipt)
        elif message.receipt in self._led:
            return message.model_copy(update={"party": Party(kind=PartyKind.DEPARTMENT, department=lead)})
        return message

    def _settle(self, messages: Iterable[Message], at: datetime, cause: str = "") -> None:
        """Let services hear of messages, and of what follows from them, until nothing does."""
        waiting = deque(messages)
        for _ in range(_MOST):
            if not waiting:
                return
            waiting.extend(self._hear(waiting.popleft(), at, cause))
        raise RuntimeError(f"what happened at {at} never comes to an end")

    def _hear(self, message: Message, at: datetime, cause: str) -> Iterator[Message]:
        heard = _heard(message, at, cause or f"whatif-{next(self._numbers)}")
        match message:
            case TicketFact() | TicketRequest() | MemberRequest() | IncidentRequest() | ClockFact():
                for ticket, command in self._dispatch.asked(heard):
                    yield from self._decide(ticket, command, heard.cause)
            case DispatchFact() | RulesFact():
                for ticket, command_to_clocks in self._clocks.asked(heard):
                    yield from self._clocked(ticket, self._clocks.decide(ticket, command_to_clocks, heard.cause), at)
            case _:
                pass

    def _decide(self, ticket: str, command: Command, cause: Cause) -> Iterator[Message]:
        """Let dispatch decide, and remember who leads, what was ruled and where many call about one thing."""
        decided = self._dispatch.decide(ticket, command, cause)
        for fact in decided.facts:
            if isinstance(decided.after, Ticket):
                self.history.note(ticket, cause.time, fact)
            if isinstance(fact, Dispatched):
                self._leads[ticket] = fact.lead
        if decided.facts and decided.after is not None:
            facts = [(fact, cause) for fact in decided.facts]
            asked = self._cores.dispatch.remember(Change(ticket, "", 0, decided.before, decided.after, facts))
            yield from (each for each in asked if each.ticket in self._dispatch.states)
        yield from decided.heard

    def _clocked(self, ticket: str, decided: _Decided[Clocks], at: datetime) -> Iterator[Message]:
        """Note what sla decided, and the timer that it wants now."""
        for fact in decided.facts:
            self.history.note(ticket, at, fact)
        if decided.facts and decided.after is not None:
            wanted = self._clocks.core.timer(decided.after)
            if wanted is not None:
                heapq.heappush(self._timers, Timer(wanted.due, ticket, wanted.name, ""))
        yield from decided.heard


def _moment_of(one: tuple[Happened, str]) -> datetime:
    return one[0].at


def _heard(message: Message, at: datetime, id_: str) -> Heard:
    envelope = Envelope(id_, "liuhen/whatif", type(message).type_name, at, getattr(message, "ticket", ""))
    return Heard("0", Record("", 0, 0, None, None, (), at), envelope, message)
