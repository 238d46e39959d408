"""The people of the district, through hotline, survey app and WeChat: they speak up, ask after it and answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, assert_never

from examples.district.happenings import (
    AnsweredCall,
    BadInput,
    Call,
    DeviceLost,
    FollowUp,
    Happening,
    Resubmission,
    Trouble,
    Visit,
    WayIn,
    WechatMessage,
    troubles_of,
)
from examples.district.outage import CALLERS
from examples.district.plan import generate
from examples.people import messages
from examples.people.agenda import Agenda, chance
from examples.people.faults import wrong
from examples.people.surroundings import Surroundings
from schemas.inbound import ProvideInfo, RequestDevice
from schemas.public import ReceiptGiven, TicketNews
from schemas.registry import channel_topic
from schemas.values import Party, PartyKind, TicketState
from tools.client.kafka import Producers, PublicMessage, Voice, hear_each

_SOURCE: Final = "examples/{}"
_NUMBER: Final = 14
"""So long is a ticket's number without that of its part."""


class Story(Surroundings):
    """Which story is told: from which day, how long, how many matters; `done` is written when all is said."""

    start: date
    length: int = 21
    tickets: int = 300
    done: Path | None = None


class Requesters:
    """Everybody who has a problem, and the three channels that speak for them."""

    def __init__(self, voices: dict[WayIn, Voice], agenda: Agenda, around: Story) -> None:
        """Speak with one voice for each channel."""
        self._voices = voices
        self._agenda = agenda
        self._around = around
        self._told: dict[str, Happening] = {}
        self._troubles: dict[str, tuple[str, int]] = {}
        self._tickets: dict[str, tuple[str, ...]] = {}
        self._owners: dict[str, str] = {}

    def mean(self, story: Sequence[Happening]) -> None:
        """Take the whole story onto the agenda."""
        for happening in story:
            self._told[happening.id] = happening
            for index, trouble in enumerate(troubles_of(happening)):
                self._troubles[trouble.id] = (happening.id, index)
            self._agenda.at(happening.at, lambda told=happening: self._tell(told))  # type: ignore[misc]

    def hear(self, news: PublicMessage) -> None:
        """Read one answer of a channel."""
        match news.message:
            case ReceiptGiven(submission=submission, tickets=tickets) if tickets:
                self._tickets.setdefault(submission, tickets)
                self._owners |= dict.fromkeys(tickets, submission)
            case TicketNews(state=TicketState.NEEDS_INFO, ticket=ticket):
                way = WayIn(news.topic.split(".")[-2])
                dice = chance(self._around.seed, "info", ticket)
                if dice.random() < 0.8:  # noqa: PLR2004 - one in five never answers
                    reply = messages.provided(ticket, way, self._told.get(self._owners.get(ticket[:_NUMBER], "")))
                    when = news.envelope.time + timedelta(hours=dice.uniform(2, 30))
                    self._agenda.at(when, lambda: self._say(way, reply))
            case _:
                pass

    async def _say(self, way: WayIn, reply: ProvideInfo) -> None:
        await self._voices[way].say(reply)

    async def _tell(self, happening: Happening) -> None:
        match happening:
            case Call():
                await self._voices[WayIn.HOTLINE].say(messages.register(happening), submission=happening.id)
            case WechatMessage():
                await self._voices[WayIn.WECHAT].say(messages.register(happening), submission=happening.id)
            case AnsweredCall():
                await self._voices[WayIn.HOTLINE].say(messages.answered(happening), submission=happening.id)
            case Visit():
                await self._voices[WayIn.SURVEY].say(messages.visit(happening), submission=happening.id)
            case FollowUp():
                await self._ask_after(happening)
            case Resubmission():
                await self._again(happening)
            case BadInput():
                source = _SOURCE.format(happening.way.value)
                headers, value = wrong(happening.fault, happening.id, source, self._agenda.clock.now())
                await self._voices[happening.way].say_raw(headers, value, key=happening.id)
            case DeviceLost():
                asked = RequestDevice(visitor=happening.visitor, device=happening.device, reason=happening.reason)
                await self._voices[WayIn.SURVEY].say(asked, submission=happening.id)
            case _:
                assert_never(happening)

    async def _ask_after(self, happening: FollowUp) -> None:
        submission, index = self._troubles[happening.trouble]
        tickets = self._tickets.get(submission, ())
        if index < len(tickets):
            asked = messages.asked_after(happening, tickets[index], self._told[submission])
            await self._voices[happening.way].say(asked, submission=happening.id)

    async def _again(self, happening: Resubmission) -> None:
        before = self._told[happening.of]
        if happening.altered and isinstance(before, Call | WechatMessage | AnsweredCall):
            before = replace(before, trouble=_altered(before.trouble))
        await self._tell(before)


def _altered(trouble: Trouble) -> Trouble:
    return replace(trouble, text=trouble.text + "（内容有改动）")


async def work(around: Story) -> None:
    """Tell the story until cancelled; say so when it is told."""
    agenda = Agenda(around.time)
    async with Producers.opened(around.broker) as producers, asyncio.TaskGroup() as tasks:
        voices = {
            way: Voice(await producers.of(party), party, _SOURCE.format(way.value), around.time.now)
            for way, party in ((way, Party(kind=PartyKind(way.value))) for way in WayIn)
        }
        requesters = Requesters(voices, agenda, around)
        story = list(
            generate(
                around.rules,
                seed=around.seed,
                start=around.start,
                days=around.length,
                tickets=around.tickets,
                callers=CALLERS if around.outage else 0,
            )
        )
        requesters.mean(story)
        agenda.at(story[-1].at, lambda: _say_done(around))
        tasks.create_task(agenda.keep())
        await hear_each(around.broker, [channel_topic(way.value) for way in WayIn], requesters.hear)


async def _say_done(around: Story) -> None:
    if around.done is not None:
        around.done.touch()


if __name__ == "__main__":
    asyncio.run(work(Story()))
