"""The callback agency: reads the callbacks topic, calls, and records what people say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final, TypeVar

from examples.people.agenda import Agenda, chance
from examples.people.surroundings import Surroundings
from schemas.inbound import AppointCallback, NoteUnreached, RecordCallback
from schemas.public import CallbackRequest
from schemas.registry import CALLBACKS
from schemas.values import Contacted, Grade, Party, PartyKind, Person, Solved
from tools.client.kafka import Voice, hear, producer

_AGENTS: Final = (Person(id="hf-01", name="林静"), Person(id="hf-02", name="何悦"), Person(id="hf-03", name="罗颖"))
_Answer = TypeVar("_Answer", bound=StrEnum)


class Agency:
    """The agency at work."""

    def __init__(self, voice: Voice, agenda: Agenda, around: Surroundings) -> None:
        """Call with one voice."""
        self._voice = voice
        self._agenda = agenda
        self._around = around
        self._habits: Mapping[str, Any] = around.habits_of("callback")
        self._wanted: dict[str, CallbackRequest] = {}

    def take(self, request: CallbackRequest, at: datetime) -> None:
        """Read one message of the callbacks topic; who is calling already goes on in their own time."""
        if request.happened == "cancelled":
            self._wanted.pop(request.ticket, None)
            return
        if request.happened == "overdue" and request.ticket in self._wanted:
            return
        self._wanted[request.ticket] = request
        dice = chance(self._around.seed, "callback", request.ticket, request.round, request.at)
        when = request.at or self._around.days.later(at, dice.uniform(*self._habits["call_minutes"]))
        self._agenda.at(when, lambda: self._call(request, dice, attempt=1))

    async def _call(self, request: CallbackRequest, dice: Random, *, attempt: int) -> None:
        if self._wanted.get(request.ticket) != request:
            return
        agent = dice.choice(_AGENTS)
        if dice.random() < self._habits["unreached"]:
            await self._voice.say(NoteUnreached(ticket=request.ticket, by=agent, note="无人接听"))
            if attempt < request.attempts:
                # More than half a working day later, and so never all on one day.
                again = self._around.days.working_days_later(self._agenda.clock.now(), dice.uniform(0.55, 0.9))
                self._agenda.at(again, lambda: self._call(request, dice, attempt=attempt + 1))
            return
        if request.at is None and dice.random() < self._habits["appointment"]:
            at = self._around.days.later(self._agenda.clock.now() + timedelta(hours=3), 60)
            await self._voice.say(AppointCallback(ticket=request.ticket, by=agent, at=at))
            return
        await self._voice.say(self._answers(request, dice, agent))

    def _answers(self, request: CallbackRequest, dice: Random, agent: Person) -> RecordCallback:
        solved = self._pick(dice, "solved", Solved)
        result = self._pick(dice, "result", Grade)
        if solved is Solved.NOT:
            result = dice.choice((Grade.AVERAGE, Grade.DISSATISFIED))
        return RecordCallback(
            ticket=request.ticket,
            by=agent,
            contacted=self._pick(dice, "contacted", Contacted),
            solved=solved,
            attitude=Grade.SATISFIED if result is Grade.DISSATISFIED else result,
            result=result,
            note="诉求人说问题还在，希望尽快再来看。" if solved is Solved.NOT else None,
        )

    def _pick(self, dice: Random, question: str, answers: type[_Answer]) -> _Answer:
        weights: Mapping[str, float] = self._habits[question]
        return answers(dice.choices(list(weights), list(weights.values()))[0])


async def work(around: Surroundings) -> None:
    """Let the agency work until cancelled."""
    agenda = Agenda(around.time)
    broker = around.broker(PartyKind.CALLBACK)
    async with producer(broker) as shared, asyncio.TaskGroup() as tasks:
        voice = Voice(shared, Party(kind=PartyKind.CALLBACK), "examples/callbacks", around.time.now)
        agency = Agency(voice, agenda, around)
        tasks.create_task(agenda.keep())
        async for news in hear(broker, [CALLBACKS]):
            if isinstance(news.message, CallbackRequest):
                agency.take(news.message, news.envelope.time)


if __name__ == "__main__":
    asyncio.run(work(Surroundings()))
