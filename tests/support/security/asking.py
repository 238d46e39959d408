"""Asking the broker for something as one of its users, and hearing whether that was allowed; nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import CreateTopicsRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from chassis.broker import Broker

_TOPIC_REFUSED: Final = 29
_GROUP_REFUSED: Final = 30
_TRANSACTION_REFUSED: Final = 53
_CHECKSUM: Final = 17
"""Where a batch has its checksum."""


class Asking:
    """One user's connection."""

    def __init__(self, client: AIOKafkaClient) -> None:
        """The client is connected."""
        self._client = client
        self._node = client.get_random_node()

    @classmethod
    @asynccontextmanager
    async def as_user(cls, broker: Broker) -> AsyncIterator[Asking]:
        """Log in."""
        client = AIOKafkaClient(**broker.for_aiokafka())
        await client.bootstrap()
        try:
            yield cls(client)
        finally:
            await client.close()

    async def described(self, topics: Sequence[str]) -> set[str]:
        """Those of the topics that the user is told of."""
        answer = await self._send(MetadataRequest(list(topics), allow_auto_topic_creation=False))
        return {row[1] for row in answer.topics if row[0] != _TOPIC_REFUSED}

    async def read(self, topics: Sequence[str]) -> set[str]:
        """Those of the topics that the user may fetch from."""
        places = [(topic, [(0, 0, 1024)]) for topic in topics]
        answer = await self._send(FetchRequest(0, 0, 1024, 0, places))
        return {topic for topic, partitions in answer.topics if partitions[0][1] != _TOPIC_REFUSED}

    async def written(self, topics: Sequence[str]) -> set[str]:
        """Those of the topics that the user may append to."""
        places = [(topic, [(0, _broken_batch())]) for topic in topics]
        answer = await self._send(ProduceRequest(None, -1, 1000, places))
        return {topic for topic, partitions in answer.topics if partitions[0][1] != _TOPIC_REFUSED}

    async def created(self, topics: Sequence[str]) -> set[str]:
        """Those of the topics that the user might make."""
        wanted: list[Any] = [(topic, 1, 1, [], []) for topic in topics]
        answer = await self._send(CreateTopicsRequest(wanted, 1000, validate_only=True))
        return {row[0] for row in answer.topic_errors if row[1] != _TOPIC_REFUSED}

    async def joined(self, groups: Iterable[str]) -> set[str]:
        """Those of the groups that the user may take part in."""
        return await self._allowed(groups, lambda name: HeartbeatRequest(name, 1, "nobody"), _GROUP_REFUSED)

    async def looked_at(self, groups: Iterable[str]) -> set[str]:
        """Those of the groups whose progress the user may see."""
        return await self._allowed(groups, lambda name: FindCoordinatorRequest(name, 0), _GROUP_REFUSED)

    async def transacted(self, names: Iterable[str]) -> set[str]:
        """Those of the names of transactions that the user may take."""
        return await self._allowed(names, lambda name: InitProducerIdRequest(name, 1000), _TRANSACTION_REFUSED)

    async def _allowed(self, names: Iterable[str], asked: Any, refused: int) -> set[str]:
        asked_for = list(names)
        answers = await asyncio.gather(*(self._send(asked(name)) for name in asked_for))
        return {name for name, answer in zip(asked_for, answers, strict=True) if answer.error_code != refused}

    async def _send(self, request: Any) -> Any:
        return await self._client.send(self._node, request)


def _broken_batch() -> bytes:
    """A batch with a wrong checksum, which nobody may append: whoever may write is told so."""
    options = {"magic": 2, "compression_type": 0, "is_transactional": 0, "batch_size": 1000}
    builder = DefaultRecordBatchBuilder(**options, producer_id=-1, producer_epoch=-1, base_sequence=-1)
    builder.append(0, None, b"key", b"value", [])
    batch = bytearray(builder.build())
    batch[_CHECKSUM] ^= 1
    return bytes(batch)
