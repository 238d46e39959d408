"""A second version stands beside the first, once: who reads the first goes on, who reads the second has it whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.publish import Wire, wire
from chassis.store import Event
from schemas.compatibility import breaks
from schemas.envelope import decode
from schemas.message import MODELS
from schemas.public import Order, PublicMessage
from schemas.registry import department_topic
from schemas.values import Due, DueTime, Value
from tests.support.desk import ONE, order

AT = datetime(2026, 9, 14, 2, tzinfo=UTC)


class Deadlines(Value):
    """The due times of an order by their clock, which a list of the first version did not promise to be once each."""

    first_contact: Due | None = None
    handling: Due | None = None


@pytest.fixture
def second() -> Iterator[type[PublicMessage]]:
    """What breaks the first version: another form of the due times."""

    class OrderV2(PublicMessage, version=2):
        """An order as it stands, its due times by name."""

        ticket: str
        state: str
        role: str
        due: Deadlines

    yield OrderV2
    del MODELS[OrderV2.type_name]


def told(number: int, message: PublicMessage) -> Wire:
    """A message as its topic has it."""
    event = Event(
        lane="0",
        number=number,
        topic=department_topic("housing"),
        partition=0,
        sequence=number,
        outward=True,
        key=ONE,
        id=f"e-{number}",
        type=message.type_name,
        time=AT,
        correlation=ONE,
        causation="c",
        policy="2026.1",
        traceparent="",
        body=message.to_json().decode(),
        recorded=AT,
    )
    return wire(event, "dispatch", {})


def read(records: Iterable[Wire], type_name: str) -> dict[str, Any]:
    """The newest order of each ticket for a client of one version: it passes over types that it does not know."""
    found: dict[str, Any] = {}
    for each in records:
        envelope, body = decode(each.headers, each.value)
        if envelope.type == type_name:
            found[envelope.subject] = json.loads(body)
    return found


def both(second: Any, number: int, first: Order) -> tuple[Wire, Wire]:
    """One truth in both versions, the first one first."""
    named = {each.clock.value: each.due for each in first.due}
    newer = second(ticket=first.ticket, state=first.state, role=first.role, due=Deadlines(**named))
    return told(number, first), told(number + 1, newer)


def test_its_name_ends_with_its_version(second: type[PublicMessage]) -> None:
    assert second.type_name == "liuhen.public.order.v2"
    assert Order.type_name == "liuhen.public.order.v1"


def test_it_breaks_what_the_first_one_promises(second: type[PublicMessage]) -> None:
    assert breaks(second.model_json_schema(), Order.model_json_schema()) is not None


def test_a_client_of_either_version_reads_the_newest_truth(second: type[PublicMessage]) -> None:
    due = (DueTime.model_validate({"clock": "handling", "due": {"at": AT}}),)
    records = [*both(second, 1, order()), *both(second, 3, order(state="in_progress", due=due))]
    assert read(records, "liuhen.public.order.v1")[ONE]["state"] == "in_progress"
    assert read(records, "liuhen.public.order.v2")[ONE]["due"] == {"handling": {"at": "2026-09-14T02:00:00Z"}}


def test_compaction_keeps_the_newest_of_each(second: type[PublicMessage]) -> None:
    """Under one key the second would take the place of the first, and whoever reads that would have no order."""
    records = [*both(second, 1, order()), *both(second, 3, order(state="in_progress"))]
    kept = {each.key: each for each in records}
    assert len(kept) == 2
    for type_name in ("liuhen.public.order.v1", "liuhen.public.order.v2"):
        assert read(kept.values(), type_name) == read(records, type_name)
