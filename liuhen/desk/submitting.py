"""Saying one action and hearing what became of it: at the door, and in the life of the ticket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol, assert_never
from uuid import uuid4

from aiokafka import AIOKafkaConsumer

from liuhen.desk import words
from liuhen.desk.workplace import AT_THE_DOOR, Workplace
from schemas.dispatch import ActionRefused, ApprovalRequested, IncidentActionRefused
from schemas.inbound import Action, OnIncident
from schemas.message import Message
from schemas.public import Order, ReceiptGiven, ReceiptRefused
from schemas.registry import answer_topic
from schemas.values import PartyKind
from services.trace.for_tools import EntryAnswer
from tools.client import desk, trace
from tools.client.asking import RefusedAtDoorError
from tools.client.desk import ActAnswer
from tools.client.kafka import Voice, listener, producer, read
from tools.errors import SaidClearly
from vocabulary import STATES

SOURCE: Final = "terminal"
_LOOK_AGAIN: Final = 0.3
_SETTLE: Final = 2.0
_DISPATCH: Final = "liuhen.dispatch.v1"
_REFUSALS: Final = frozenset({400, 403, 409, 422})
"""By these the door says no to the act itself, and not to whoever asks, or for now."""
_REFUSED: Final = (ActionRefused.type_name, IncidentActionRefused.type_name)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something was not done: a machine's word, the field, the reason in words, and the version that it shows."""

    code: str
    field: str | None
    reason: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SubmissionAnswer:
    """What was answered to a submission so far: taken at the door, refused, or what followed from it."""

    submission: str
    receipt: str = ""
    taken: bool = False
    tickets: tuple[str, ...] = ()
    follow_up: bool = False
    notice: str | None = None
    """What whoever submitted has to know."""
    refusal: Rejection | None = None
    followed: tuple[str, ...] = ()
    incident: str | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    """Of an act on an incident: the members that it was refused for, and why."""
    waits: bool = False
    """Whether an approver has to decide it first."""
    act: str = ""
    """What it is called at the door of persons, where it was said there."""
    earlier: str = ""
    """What the act is called there that was said under this name before, with another content."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is waited for."""
        return self.refusal is not None or bool(self.followed)


def note(answer: SubmissionAnswer, message: Message, action: Action) -> SubmissionAnswer:
    """Take in one message of the party's topic; what concerns others changes nothing."""
    match message:
        case ReceiptGiven(receipt=receipt, tickets=tickets, follow_up=follow_up) if _answers(message, answer):
            found = message.incident or incident_of(action)
            outcome = replace(answer, receipt=receipt, taken=True, tickets=tickets)
            return replace(outcome, follow_up=follow_up, incident=found, notice=message.notice)
        case ReceiptRefused() if _answers(message, answer):
            refusal = Rejection(message.code, message.field, message.reason)
            return replace(answer, receipt=message.receipt, refusal=refusal)
        case _:
            return answer


def _answers(message: ReceiptGiven | ReceiptRefused, answer: SubmissionAnswer) -> bool:
    return (message.source, message.submission) == (SOURCE, answer.submission)


def incident_of(action: Action) -> str | None:
    """The incident that an action names."""
    found: str | None = getattr(action, "incident", None)
    return found


def state_of(order: Order) -> str:
    """Say where an order stands."""
    return f"工单现为“{STATES[order.state]}”"


def follow(answer: SubmissionAnswer, entries: Sequence[EntryAnswer]) -> SubmissionAnswer:
    """Find in a ticket's trace what followed from the submission; what others are refused by it is theirs."""
    ours = [place for place, entry in enumerate(entries) if entry["body"].get("receipt") == answer.receipt]
    facts = [entry for entry in entries if entry["topic"] == _DISPATCH and entry["caused_by"] in ours]
    refused = [fact["body"] for fact in facts if fact["type"] in _REFUSED]
    for body in refused:
        if body["receipt"] == answer.receipt:
            return replace(answer, refusal=Rejection(body["code"], None, body["reason"]))
    waits = any(fact["type"] == ApprovalRequested.type_name for fact in facts)
    return replace(answer, waits=waits, followed=tuple(fact["words"] for fact in facts if fact["type"] not in _REFUSED))


def at_terminal(answer: SubmissionAnswer) -> SubmissionAnswer:
    """Say what was refused to whoever typed options, and no number of a submission."""
    left_out = tuple((member, words.at_terminal(reason)) for member, reason in answer.left_out)
    refusal = answer.refusal and replace(answer.refusal, reason=words.at_terminal(answer.refusal.reason))
    return replace(answer, refusal=refusal, left_out=left_out)


class Line(Protocol):
    """How a party speaks, and hears of what it said."""

    async def say(self, action: Action, named: str) -> SubmissionAnswer:
        """Say an action under a name of one's own; returns what is known of it at once."""

    async def hear(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        """Wait a moment for more; what is the same as before says that nothing came."""


class OnTopics:
    """A party whose own user of the broker writes its inbound topic and hears its answers."""

    def __init__(self, ears: AIOKafkaConsumer, voice: Voice) -> None:
        self._ears, self._voice = ears, voice

    async def say(self, action: Action, named: str) -> SubmissionAnswer:
        await self._voice.say(action, submission=named)
        return SubmissionAnswer(named)

    async def hear(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        for records in (await self._ears.getmany(timeout_ms=int(_LOOK_AGAIN * 1000))).values():
            for record in records:
                news = read(record.topic, record.headers, record.value)
                answer = answer if news is None else note(answer, news.message, action)
        return answer


class AtTheDoor:
    """Somebody who is logged in, at the door of persons."""

    async def say(self, action: Action, named: str) -> SubmissionAnswer:
        try:
            act = await asyncio.to_thread(desk.act, action, named)
        except RefusedAtDoorError as refused:
            if refused.status not in _REFUSALS:
                raise
            rejection = Rejection(refused.code, refused.field, str(refused))
            return SubmissionAnswer(named, refusal=rejection, earlier=refused.act)
        return SubmissionAnswer(named, act=act)

    async def hear(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        await asyncio.sleep(_LOOK_AGAIN)
        return answered_at_the_door(answer, await asyncio.to_thread(desk.standing, answer.act), action)


class AtTheDepartmentsDoor(AtTheDoor):
    """The desk of a department, which learns what followed from its own orders."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        """The version of each order that an act can reach, from before it was said."""

    async def say(self, action: Action, named: str) -> SubmissionAnswer:
        self._seen = {order.ticket: order.version or 0 for order, *_ in await self._reached(action)}
        return await super().say(action, named)

    async def hear(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        after = await super().hear(action, answer)
        return followed(after, await self._reached(action), self._seen, action) if after.taken else after

    async def _reached(self, action: Action) -> list[desk.KnownOrder]:
        if isinstance(action, OnIncident):
            return await asyncio.to_thread(desk.orders, incident=incident_of(action))
        found = await asyncio.to_thread(desk.order, getattr(action, "ticket", ""))
        return [found] if found is not None else []


def followed(
    answer: SubmissionAnswer, orders: Sequence[desk.KnownOrder], seen: Mapping[str, int], action: Action
) -> SubmissionAnswer:
    """Find in the orders of a department what followed from its act, since the versions that were seen before."""
    wanted = words.file()["followed_by"].get(words.word_of(type(action)), ())
    done = [
        order
        for order, steps, _ in orders
        if any(happened in wanted and version > seen.get(order.ticket, 0) for version, happened in steps)
    ]
    if not done:
        return answer
    said = state_of(done[-1])
    said = f"{len(done)}件，{said}" if isinstance(action, OnIncident) else said
    return replace(answer, tickets=tuple(order.ticket for order in done), followed=(said,))


def answered_at_the_door(answer: SubmissionAnswer, outcome: ActAnswer, action: Action) -> SubmissionAnswer:
    """Take in what the door says of an act."""
    answer = replace(answer, receipt=outcome["receipt"] or "")
    match outcome["state"]:
        case "refused":
            return replace(
                answer, refusal=Rejection(outcome["code"], outcome["field"], outcome["reason"], outcome["version"])
            )
        case "accepted":
            left_out = tuple(outcome["left_out"].items())
            found = outcome["incident"] or incident_of(action)
            answer = replace(answer, taken=True, tickets=tuple(outcome["tickets"]), incident=found, left_out=left_out)
            return replace(answer, notice=outcome["notice"])
        case "pending":
            return answer
        case never:
            assert_never(never)


class Submitting:
    """A party's way of speaking, opened once for as many actions as are said."""

    def __init__(self, place: Workplace, line: Line, patience: float) -> None:
        """`patience` is how many seconds an answer is waited for."""
        self._place, self._line, self._patience = place, line, patience

    @classmethod
    @asynccontextmanager
    async def opened(cls, place: Workplace, patience: float) -> AsyncIterator[Submitting]:
        """Open it, at the end of what stands already."""
        if place.party.kind in AT_THE_DOOR:
            yield cls(place, AtTheDepartmentsDoor() if place.party.department else AtTheDoor(), patience)
            return
        async with listener(place.broker, [answer_topic(place.party)]) as ears:
            for partition, end in (await ears.end_offsets(ears.assignment())).items():
                ears.seek(partition, end)
            async with producer(place.broker) as sender:
                voice = Voice(sender, place.party, SOURCE, place.now)
                yield cls(place, OnTopics(ears, voice), patience)

    async def submit(self, action: Action, *, submission: str | None) -> SubmissionAnswer:
        """Say an action, and wait for what becomes of it."""
        answer = await self._listen(action, await self._line.say(action, submission or str(uuid4())))
        return answer if submission else at_terminal(answer)

    async def follow_earlier(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        """Tell what became of the act that was said before under the same name, whatever its author had seen then."""
        return await self._listen(action, SubmissionAnswer(answer.submission, act=answer.earlier))

    async def _listen(self, action: Action, answer: SubmissionAnswer) -> SubmissionAnswer:
        time = asyncio.get_running_loop().time
        until, changed, many = time() + self._patience, time(), isinstance(action, OnIncident)
        while time() < until and answer.refusal is None and (many or not answer.settled):
            before = answer
            answer = await self._line.hear(action, answer)
            traces = answer.taken and not answer.settled and self._can_trace(answer)
            if traces:
                answer = await asyncio.to_thread(_traced, answer)
            changed = changed if answer == before else time()
            # What more members say is over once nothing comes for a while; a department's orders say what was done.
            over = answer.settled or (answer.taken and not traces and not self._place.party.department)
            if over and time() > changed + _SETTLE:
                break
        return answer

    def _can_trace(self, answer: SubmissionAnswer) -> bool:
        about = answer.tickets or answer.incident
        traced = self._place.addresses.trace_url and self._place.party.kind is not PartyKind.DEPARTMENT
        return bool(about and traced)


async def submit(place: Workplace, action: Action, *, submission: str | None, patience: float) -> SubmissionAnswer:
    """Say one action, and wait at most `patience` seconds for what becomes of it."""
    async with Submitting.opened(place, patience) as submitting:
        return await submitting.submit(action, submission=submission)


def _traced(answer: SubmissionAnswer) -> SubmissionAnswer:
    try:
        if answer.tickets:
            return follow(answer, trace.timeline(answer.tickets[0]))
        return follow(answer, trace.of_incident(answer.incident or "")["timeline"])
    except SaidClearly:
        return answer  # trace has not heard of it yet, or is away: the door's word stands
