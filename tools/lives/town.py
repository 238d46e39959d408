"""The pure cores of the services wired to one another in memory, each message in the envelope in which it travels.

What comes in is taken at its moment, timers fire at theirs, and whoever is to be told is told two seconds later. No
rule stands here: each core is driven by what its own service is made of.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, Generic, NamedTuple, TypeVar

from chassis.decider import EVERYONE, Change, Decider, Stepped, cause_of, step
from chassis.service import Cause, Heard, Record, Say
from chassis.timers import Timer
from doors.own import is_ours, mark_of
from rulebook import Policy
from schemas.envelope import Envelope, Headers, derived_id, partition_of
from schemas.layout import ONE_MACHINE
from schemas.message import Message
from schemas.notices import (
    NoticeAccepted,
    NoticeAttemptFailed,
    NoticeDelivered,
    NoticeDropped,
    NoticeGivenUp,
    NoticeRequested,
    NoticeUnconfirmed,
    NoticeUndelivered,
)
from schemas.registry import (
    CLOCKS,
    DISPATCH,
    NOTICES,
    REQUESTS,
    RULES,
    TICKETS,
    inbound_topic,
    partitions_of,
)
from schemas.rules import CalendarPublished, RulesFact
from schemas.values import Party
from services.dispatch import for_tools as dispatch
from services.intake import for_tools as intake
from services.notify import for_tools as notify
from services.sla import for_tools as sla
from worktime import Calendar, parse_notice

_BEFORE: Final = timedelta(microseconds=1)
_TAKES: Final = timedelta(seconds=2)
_KEY: Final = b"the key of lives that are told"
S = TypeVar("S")
C = TypeVar("C")


_REPORTS: Final = {"undelivered": timedelta(seconds=8), "unconfirmed": timedelta(hours=72)}
"""How long after a message was taken the other side reports, or is known never to."""


class OnTopic(NamedTuple):
    """One record as it stands on a topic."""

    topic: str
    key: str
    envelope: Envelope
    message: Message
    headers: Headers

    def told(self) -> dict[str, Any]:
        """The record as JSON: topic, key, headers, value."""
        headers = {name: value.decode() for name, value in self.headers}
        return {"topic": self.topic, "key": self.key, "headers": headers, "value": json.loads(self.message.to_json())}


class Delivery(NamedTuple):
    """A notice that leaves, and how it goes: the attempts that fail, and what the last one comes to."""

    notice: NoticeRequested
    ways: tuple[str, ...]


class _Folded(Generic[S, C]):
    """One core, and what it remembers of each key."""

    def __init__(self, core: Decider[S, C]) -> None:
        self.core = core
        self.states: dict[str, S] = {}

    def asked(self, heard: Heard) -> Iterator[tuple[str, C]]:
        for key, command in self.core.react(heard):
            for each in sorted(self.states) if key == EVERYONE else (key,):
                yield each, command

    def decide(self, key: str, command: C, cause: Cause) -> tuple[S | None, Stepped[S]]:
        before = self.states.get(key)
        done = step(self.core, str(partition_of(key, ONE_MACHINE.lanes)), key, before, command, cause)
        if done.facts and done.state is not None:
            self.states[key] = done.state
        return before, done


class Town:
    """One run: whoever speaks is heard, and everything that was said stands in `said`, in order."""

    def __init__(self, policy: Policy, calendar: Calendar, guesses: Mapping[str, dispatch.Guess]) -> None:
        """`guesses` are what the classifier said of each text."""
        self.said: list[OnTopic] = []
        self.fails: Mapping[str, tuple[str, ...]] = {}
        """By template, what comes of the attempts to reach somebody; whatever is not named here arrives."""
        self._policy, self._calendar = policy, calendar
        self._door = intake.Door(policy, _KEY)
        self._core = dispatch.core_under(policy, calendar, guesses.get, asks_who=True, redaction_key=_KEY)
        self._dispatch = _Folded(self._core.decider)
        self._clocks = _Folded(sla.core_under(policy, calendar))
        self._teller = notify.Teller(policy)
        self._waiting: list[tuple[datetime, int, Timer | Delivery]] = []
        self._fired: set[Timer] = set()
        self._numbers = count(1)
        self._positions: Counter[tuple[str, str, int]] = Counter()
        self._followed: Counter[tuple[str, str]] = Counter()
        self._heard: deque[OnTopic] = deque()

    def knows(self, attachment: intake.KnownAttachment) -> None:
        """Let the door know what was uploaded."""
        self._door.knows(attachment)

    def takes(
        self, party: Party, envelope: Envelope, key: str, action: Message, received: datetime
    ) -> Sequence[OnTopic]:
        """Take what a party says at a moment; returns the answers of the door, of which there may be more later."""
        self.passes(received - _BEFORE)
        topic = inbound_topic(party)
        headers = envelope.headers()
        if is_ours(envelope.source):
            headers.append(mark_of(_KEY, party, envelope.source, envelope.id))
        self.said.append(OnTopic(topic, key, envelope, action, headers))
        receipt, answers = self._door.take(party, headers, action.to_json(), received)
        place = partition_of(key, partitions_of(topic))
        cause = Cause(f"{receipt}@{topic}/{place}/{next(self._numbers)}", "", received)
        says = [Say(f"{topic}/{place}", each.topic, each.key, each.message, cause) for each in answers]
        said = self._publish("intake", says)
        self._settle()
        return said

    def rules(self, fact: RulesFact, version: str, at: datetime) -> None:
        """Let the desk publish a calendar, or order clocks to be derived again."""
        self.passes(at - _BEFORE)
        if isinstance(fact, CalendarPublished):
            self._calendar = self._calendar.with_notice(parse_notice(fact.notice(), version))
            self._clocks.core = sla.core_under(self._policy, self._calendar)
        kind = fact.type_name.split(".")[2]
        source = f"liuhen/rules/{version}"
        envelope = Envelope(
            derived_id(source, 0), source, fact.type_name, at, kind, 1, version, version, self._policy.version
        )
        self._heard.append(said := OnTopic(RULES, kind, envelope, fact, envelope.headers()))
        self.said.append(said)
        self._settle()

    def passes(self, until: datetime) -> None:
        """Time passes: timers fire and notices leave when they are due."""
        while self._waiting and self._waiting[0][0] <= until:
            due, _, what = heapq.heappop(self._waiting)
            match what:
                case Timer():
                    self._fire(what)
                case Delivery():
                    self._deliver(what, due)
            self._settle()

    def _fire(self, timer: Timer) -> None:
        core, state = self._clocks.core, self._clocks.states.get(timer.key)
        if timer in self._fired or state is None or core.fired is None or core.timer(state) != timer.wanted:
            return
        self._fired.add(timer)
        self._clocked(timer.key, core.fired(timer.wanted), cause_of(timer))

    def _settle(self) -> None:
        """Let every service hear of what was said, and of what follows from it, until nothing does."""
        while self._heard:
            self._hear(self._heard.popleft())

    def _hear(self, said: OnTopic) -> None:
        envelope, place = said.envelope, partition_of(said.key, ONE_MACHINE.lanes)
        heard = Heard(str(place), Record(said.topic, place, 0, None, None, (), envelope.time), envelope, said.message)
        if said.topic in (TICKETS, CLOCKS, REQUESTS):
            for key, command in self._dispatch.asked(heard):
                self._decide(key, command, heard.cause)
        if said.topic == DISPATCH:
            answers = self._door.hear(said.message, envelope.time)
            says = [Say(heard.lane, each.topic, each.key, each.message, heard.cause) for each in answers]
            self._publish("intake", says)
        if said.topic in (DISPATCH, RULES):
            for key, order in self._clocks.asked(heard):
                self._clocked(key, order, heard.cause)
        if said.topic in (TICKETS, DISPATCH, CLOCKS):
            self._told(said.key, self._teller.hear(heard), heard.cause)

    def _decide(self, key: str, command: dispatch.Command, cause: Cause) -> None:
        before, done = self._dispatch.decide(key, command, cause)
        self._publish("dispatch", done.says)
        if done.facts and done.state is not None:
            asked = self._core.remember(Change(key, "", 0, before, done.state, done.facts))
            lane = str(partition_of(key, ONE_MACHINE.lanes))
            self._publish("dispatch", [Say(lane, REQUESTS, each.ticket, each, cause) for each in asked])

    def _clocked(self, key: str, order: sla.ClockCommand, cause: Cause) -> None:
        _, done = self._clocks.decide(key, order, cause)
        wanted = self._clocks.core.timer(done.state) if done.facts and done.state is not None else None
        if wanted is not None:
            self._wait(wanted.due, Timer(wanted.due, key, wanted.name, ""))
        self._publish("sla", done.says)

    def _told(self, key: str, facts: Sequence[Message], cause: Cause) -> None:
        lane = str(partition_of(key, ONE_MACHINE.lanes))
        self._publish("notify", [Say(lane, NOTICES, key, fact, cause) for fact in facts])
        for fact in facts:
            if isinstance(fact, NoticeRequested):
                ways = self.fails.get(fact.template, ("delivered",))
                self._wait(max(fact.not_before, cause.time) + _TAKES, Delivery(fact, ways))

    def _deliver(self, leaving: Delivery, at: datetime) -> None:
        notice, (way, *later) = leaving.notice, leaving.ways
        named: dict[str, Any] = {"ticket": notice.ticket, "notice": notice.notice, "way": notice.way}
        attempt = len(self.fails.get(notice.template, ("",))) - len(later)
        outcome: notify.Outcome
        match way:
            case "accepted":
                outcome = NoticeAccepted(**named, attempts=attempt)
                self._wait(at + _REPORTS[later[0]], Delivery(notice, tuple(later)))
            case "undelivered":
                outcome = NoticeUndelivered(**named, error="report-mk-0001")
            case "unconfirmed":
                outcome = NoticeUnconfirmed(**named)
            case "delivered":
                outcome = NoticeDelivered(**named, attempts=attempt)
            case "dropped":
                outcome = NoticeDropped(**named)
            case "given_up":
                outcome = NoticeGivenUp(**named, attempts=attempt, error="unreachable")
            case _:
                again = at + timedelta(minutes=1)
                outcome = NoticeAttemptFailed(**named, attempt=attempt, error="unreachable", next_at=again)
                self._wait(again, Delivery(notice, tuple(later)))
        cause = Cause(derived_id(notice.notice, "attempt", attempt), notice.ticket, at)
        self._told(notice.ticket, self._teller.report(outcome, at), cause)

    def _wait(self, due: datetime, what: Timer | Delivery) -> None:
        heapq.heappush(self._waiting, (due, next(self._numbers), what))

    def _publish(self, service: str, says: Sequence[Say]) -> list[OnTopic]:
        """Put each message into its envelope, as the transaction of a service does."""
        published = [self._enveloped(service, say) for say in says]
        self.said += published
        self._heard.extend(each for each in published if each.topic in (TICKETS, DISPATCH, CLOCKS, REQUESTS))
        return published

    def _enveloped(self, service: str, say: Say) -> OnTopic:
        source, place = f"liuhen/{service}/{say.lane}", partition_of(say.key, partitions_of(say.topic))
        self._positions[source, say.topic, place] += 1
        cause = say.cause
        index, self._followed[service, cause.id] = (
            self._followed[service, cause.id],
            self._followed[service, cause.id] + 1,
        )
        envelope = Envelope(
            id=derived_id(cause.id, service, index),
            source=source,
            type=say.message.type_name,
            time=cause.time,
            subject=say.key,
            sequence=self._positions[source, say.topic, place],
            correlation=cause.correlation or say.key,
            causation=cause.id,
            policy=self._policy.version,
        )
        # Read back from what is written: a message on a topic has no more than that.
        message = type(say.message).model_validate_json(say.message.to_json())
        return OnTopic(say.topic, say.key, envelope, message, envelope.headers())
