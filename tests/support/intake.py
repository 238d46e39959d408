"""Dispatch, as far as intake hears of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from schemas.envelope import Envelope, derived_id, partition_of
from schemas.layout import ONE_MACHINE
from schemas.message import Message
from schemas.registry import DISPATCH


class Dispatch:
    """Says facts as dispatch would: one source for each partition, with contiguous sequences."""

    def __init__(self, outside: Any) -> None:
        self.outside = outside
        self.run = uuid4().hex
        self.said: dict[int, int] = {}

    async def say(self, ticket: str, fact: Message) -> None:
        partition = partition_of(ticket, ONE_MACHINE.lanes)
        self.said[partition] = sequence = self.said.get(partition, 0) + 1
        envelope = Envelope(
            derived_id(self.run, partition, sequence),
            f"liuhen/dispatch/{self.run}-{partition}",
            fact.type_name,
            datetime.now(UTC),
            ticket,
            sequence,
        )
        value, headers = fact.to_json(), envelope.headers()
        await self.outside.sender.send_and_wait(
            DISPATCH, value, key=ticket.encode(), headers=headers, partition=partition
        )
