"""What dispatchers assigned: texts of tickets with the category that a person of the office gave, from the topics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chassis.broker import Broker
from classification.learning import Assigned
from schemas.dispatch import Classified, Corrected, Dispatched, Opened
from schemas.message import Message
from schemas.registry import DISPATCH, model_of
from schemas.values import Actor, PartyKind
from tools.client.log import Counted, read_topics
from tools.errors import SaidClearly

ZONE: Final = ZoneInfo("Asia/Shanghai")


async def read_assigned(broker: Broker, counted: Counted) -> tuple[Assigned, ...]:
    """Read a system's topic of facts, as far back as it reaches."""
    facts: dict[str, tuple[datetime, Message]] = {}
    async for record in read_topics(broker, [DISPATCH], counted):
        if record.envelope is None or record.value is None:
            continue
        model = model_of(record.envelope.type)
        if model is None:
            raise SaidClearly(f"{record.topic}/{record.partition}/{record.offset} 的类型这个版本不认识。")
        if model in _HEARD:
            facts[record.envelope.id] = record.envelope.time, model.model_validate_json(record.value)
    return assigned(facts.values())


_HEARD: Final = frozenset({Opened, Classified, Dispatched, Corrected})


def assigned(facts: Iterable[tuple[datetime, Message]]) -> tuple[Assigned, ...]:
    """Fold facts, in the order of each ticket, to texts and the categories that persons of the office gave last.

    What a rule classified, or an agent typed and nobody of the office looked at, teaches nothing.
    """
    opened: dict[str, tuple[datetime, str]] = {}
    given: dict[str, str] = {}
    for at, fact in facts:
        match fact:
            case Opened():
                opened[fact.ticket] = at, fact.text
            case Corrected(new=new):
                if new.text is not None and fact.ticket in opened:
                    opened[fact.ticket] = opened[fact.ticket][0], new.text
                if new.category is not None:
                    given[fact.ticket] = new.category
            case Classified() | Dispatched() if fact.category is not None and _by_office(fact.by):
                given[fact.ticket] = fact.category
            case _:
                pass
    found = (
        Assigned(ticket, text, given[ticket], at.astimezone(ZONE).date())
        for ticket, (at, text) in opened.items()
        if ticket in given
    )
    return tuple(sorted(found, key=lambda each: (each.day, each.ticket)))


def _by_office(by: Actor) -> bool:
    return by.party is not None and by.party.kind is PartyKind.OFFICE and by.person is not None
