"""Tickets and orders that tests of the desk speak of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiokafka import TopicPartition

from chassis.broker import Broker
from liuhen.desk.queue import PublishedMessage
from rulebook import load_policy
from rulebook.deriving import ClockRules
from schemas.public import Order
from schemas.values import Contact, Kind, Place, RequesterKind, TicketState, Tier
from tools.client.kafka import listener, read
from worktime import load_calendar

RULES = ClockRules(load_policy(Path("policy")), load_calendar(Path("policy/calendar")))
ONE, TWO = "26090100000019", "26090100000027"
MORNING = datetime(2026, 9, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def order(ticket: str = ONE, **fields: Any) -> Order:
    """The newest truth about an order of the housing bureau."""
    given: dict[str, Any] = {
        "happened": "dispatched",
        "ticket": ticket,
        "order": 1,
        "role": "lead",
        "state": TicketState.DISPATCHED,
        "lead": "housing",
        "returnable": True,
        "kind": Kind.HELP,
        "tier": Tier.COMPLEX,
        "requester_kind": RequesterKind.RESIDENT,
        "contact": Contact(),
        "place": Place(text="国和路100号"),
        "text": "楼道积水",
    }
    return Order.model_validate({**given, **fields})


async def standing(broker: Broker, topic: str) -> list[PublishedMessage]:
    """Read all that stands on a public topic, without what was repeated: the highest sequence of a source counts."""
    found: list[PublishedMessage] = []
    newest_of: dict[tuple[TopicPartition, str], int] = {}
    async with listener(broker, [topic]) as ears:
        ends = await ears.end_offsets(ears.assignment())
        while [place for place, end in ends.items() if await ears.position(place) < end]:
            for place, records in (await ears.getmany(timeout_ms=200)).items():
                for record in records:
                    news = read(topic, record.headers, record.value)
                    if news is not None and news.envelope.sequence > newest_of.get((place, news.envelope.source), 0):
                        newest_of[place, news.envelope.source] = news.envelope.sequence
                        found.append(PublishedMessage(news.envelope.time, news.message))
    return found
