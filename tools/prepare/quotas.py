"""How much users of the broker may send: what stands there, what the registry says, and the difference made true.

librdkafka has no words for quotas; these two requests are spoken with aiokafka's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from chassis.broker import Broker
from schemas.principals import Principal
from tools.errors import SaidClearly
from tools.prepare.connection import connected

_BYTES: Final = "producer_byte_rate"
_USER: Final = "user"
_ANY: Final = 2
_TEXT: Final = String("utf-8")
_ENTITY: Final = ("entity", Array(("entity_type", _TEXT), ("entity_name", _TEXT)))


class Bound(NamedTuple):
    """A user and the bytes that it may send in a second; None where there is no bound."""

    user: str
    bytes_per_second: int | None


def plan(there: Mapping[str, int], asked: Iterable[Principal]) -> tuple[Bound, ...]:
    """Tell which bounds have to be set, and which taken away, so that those of the registry stand and no others."""
    wanted = {each.name: each.bytes_per_second for each in asked if each.bytes_per_second is not None}
    new = [Bound(user, bound) for user, bound in sorted(wanted.items()) if there.get(user) != bound]
    return (*new, *(Bound(user, None) for user in sorted(there.keys() - wanted.keys())))


def make_true(broker: Broker, asked: Iterable[Principal]) -> tuple[Bound, ...]:
    """Set what differs from the registry; doing it again changes nothing."""
    needed = plan(standing(broker), asked)
    carry_out(broker, needed)
    return needed


def standing(broker: Broker) -> dict[str, int]:
    """Read the bound of each user that has one."""
    answer = asyncio.run(_ask(broker, DescribeClientQuotasRequest([(_USER, _ANY, None)], strict=False)))
    if answer.error_code:
        raise SaidClearly(f"{broker.address} 没有把配额告诉 {broker.user}：{answer.error_message}。")
    entries = [(dict(entity)[_USER], dict(values)) for entity, values in answer.entries or ()]
    return {user: int(values[_BYTES]) for user, values in entries if user is not None and _BYTES in values}


def carry_out(broker: Broker, needed: Iterable[Bound]) -> None:
    """Set and take away bounds."""
    entries = [([(_USER, user)], [(_BYTES, float(bound or 0), bound is None)]) for user, bound in needed]
    if not entries:
        return
    answer = asyncio.run(_ask(broker, _AlterClientQuotas(entries)))
    for code, message, entity in answer.entries:
        if code:
            raise SaidClearly(f"消息系统没有接受 {dict(entity)[_USER]} 的配额：{message}。")


async def _ask(broker: Broker, request: Any) -> Any:
    async with connected(broker) as connection:
        return await connection.send(request)


class _AlterClientQuotasResponse(Response):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", _TEXT), _ENTITY)),
    )


class _AlterClientQuotasStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _AlterClientQuotasResponse
    SCHEMA = Schema(
        ("entries", Array(_ENTITY, ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean))))),
        ("validate_only", Boolean),
    )


class _AlterClientQuotas(Request[_AlterClientQuotasStruct]):  # type: ignore[misc]
    API_KEY = 49

    def __init__(self, entries: list[Any]) -> None:
        self._entries = entries

    def build(self, request_struct_class: type[_AlterClientQuotasStruct]) -> _AlterClientQuotasStruct:
        return request_struct_class(self._entries, False)  # noqa: FBT003 - by place, as aiokafka's structs are made
