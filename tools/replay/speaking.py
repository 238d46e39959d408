"""Speaking for every simulated party, each on its own topic, now or at a moment of the replay's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import uuid4

from aiokafka.errors import KafkaTimeoutError

from chassis.clock import Clock
from schemas.envelope import Envelope
from schemas.inbound import Action, OfficeAction, Register
from schemas.values import Party, PartyKind
from tools.client.desk import PlayedOffice
from tools.client.kafka import Producers, Voice

OFFICE: Final = Party(kind=PartyKind.OFFICE)
CALLBACK: Final = Party(kind=PartyKind.CALLBACK)
_IN_FLIGHT: Final = 200


def department(code: str) -> Party:
    """A department as the one who speaks."""
    return Party(kind=PartyKind.DEPARTMENT, department=code)


class Speaker:
    """Puts messages on inbound topics, as whoever they come from would."""

    def __init__(
        self, producers: Producers, office: PlayedOffice, clock: Clock, source: str, tasks: asyncio.TaskGroup
    ) -> None:
        """`source` is the CloudEvents source of all that is said on topics, and what is done later lives in `tasks`.

        The office acts at the door of persons.
        """
        self.clock = clock
        self.source = source
        self._producers = producers
        self._office = office
        self._tasks = tasks
        self._pending: set[asyncio.Task[None]] = set()
        # Beyond this the client's own waking of everybody who waits costs more than the sending.
        self._room = asyncio.Semaphore(_IN_FLIGHT)

    async def register(self, channel: str, submission: str, body: bytes) -> None:
        """Report a row through a channel, its bytes as they are."""
        await self._send(Party(kind=PartyKind(channel)), Register.type_name, submission, submission, body)

    async def say(
        self, party: Party, action: Action, *, claimed: datetime | None = None, submission: str | None = None
    ) -> None:
        """Say an action, under a name of its own where it has none; `claimed` is the time that its author claims."""
        if isinstance(action, OfficeAction):
            async with self._room:
                await self._office.say(action, submission=submission)
            return
        named = submission or str(uuid4())
        key = str(getattr(action, "ticket", named))
        await self._send(party, action.type_name, named, key, action.to_json(), claimed)

    def later(self, moment: datetime, deed: Callable[[], Awaitable[None]]) -> None:
        """Do something at a moment; at once where that is past."""
        task = self._tasks.create_task(self._do(moment, deed))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    @property
    def pending(self) -> int:
        """How many deeds wait for their moment."""
        return len(self._pending)

    def give_up(self) -> None:
        """Do nothing more of what waits for its moment."""
        for task in self._pending:
            task.cancel()

    async def _do(self, moment: datetime, deed: Callable[[], Awaitable[None]]) -> None:
        await self.clock.sleep_until(moment)
        await deed()

    async def _send(
        self, party: Party, kind: str, submission: str, key: str, value: bytes, claimed: datetime | None = None
    ) -> None:
        voice = Voice(await self._producers.of(party), party, self.source, self.clock.now)
        headers = Envelope(submission, self.source, kind, claimed or self.clock.now(), "").headers()
        while True:
            try:
                async with self._room:
                    await voice.say_raw(headers, value, key=key)
            except KafkaTimeoutError:
                continue  # the broker is busy; said twice under one id is said once
            return
