"""A queue that is rebuilt from its topic has everything that is open, however long nothing happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.publish import wire
from chassis.store import Event
from liuhen.desk.queue import PublishedMessage, callbacks, desk, orders
from rulebook import load_policy
from rulebook.codes import Unit
from rulebook.limits import Budget
from schemas import registry
from schemas.message import MODELS, Message
from schemas.public import (
    CallbackRequest,
    DeskTask,
    DeviceAsked,
    Order,
    PublicMessage,
    ReceiptGiven,
    ReceiptRefused,
    ShownContact,
    TicketNews,
)
from schemas.registry import CALLBACKS, DESK, department_topic
from schemas.values import Contact, Kind, TicketState, Tier
from services.sla.for_tools import DueTimes
from tests.support import receipts
from tests.support.desk import ONE, TWO, order
from tools.layout import POLICY
from worktime import load_calendar

MORNING: Final = datetime(2026, 9, 1, 2, tzinfo=UTC)
TOPICS: Final = {topic.name: topic for topic in registry.topics(["housing"])}
STATES: Final = (department_topic("housing"), CALLBACKS, DESK)
TOPIC_OF: Final[Mapping[type[Message], str]] = {DeskTask: DESK, CallbackRequest: CALLBACKS}
APART: Final[Mapping[type[Message], tuple[str, ...]]] = {
    Order: (),
    CallbackRequest: (),
    DeskTask: ("task",),
    ShownContact: ("shown",),
}
"""What stands on topics of states, and by what messages about one ticket are told apart there."""
ALONE: Final = {ReceiptGiven, ReceiptRefused, TicketNews, DeviceAsked}


def test_every_public_message_is_known_to_replace_others_or_to_stand_alone() -> None:
    known = {model for model in MODELS.values() if issubclass(model, PublicMessage)}

    assert known == {*APART, *ALONE}
    assert {model: model.told_apart_by for model in APART} == APART


def test_topics_of_states_keep_the_newest_of_each_thing_for_longer_than_any_clock_runs() -> None:
    policy = load_policy(POLICY)
    longest = max(_days(budget) for limit in policy.limits.clocks for budget in (limit.budget, *limit.by_tier.values()))

    assert sorted(name for name, topic in TOPICS.items() if topic.compacted) == sorted(STATES)
    for name in STATES:
        config = TOPICS[name].config
        assert config["cleanup.policy"] == "compact,delete"
        assert timedelta(milliseconds=int(config["retention.ms"])) > 2 * longest
        assert config["min.compaction.lag.ms"] == TOPICS[registry.channel_topic("hotline")].config["retention.ms"]


def _days(budget: Budget) -> timedelta:
    return (
        timedelta(days=budget.amount) if budget.unit in (Unit.CALENDAR_DAYS, Unit.WORKING_DAYS) else timedelta(days=1)
    )


def test_compaction_takes_nothing_that_a_queue_shows() -> None:
    # given what a department, the desk and the agency were told, a refusal after an order among it
    times = DueTimes(load_policy(POLICY), load_calendar(POLICY / "calendar"))
    told = [
        order(ONE),
        _task("extension"),
        _task("dispatching"),
        order(TWO),
        _callback("requested"),
        order(ONE, state=TicketState.IN_PROGRESS, happened="accepted"),
        receipts.refused(receipt="R000000000001", ticket=ONE),
        receipts.refused(receipt="R000000000002", ticket=ONE),
        _task("dispatching", is_open=False),
        _callback("appointed"),
    ]
    # when only the newest message of each key is left
    left = _compacted(told)
    # then the queues are the same, and no refusal is lost
    for messages in (_published(told), _published(left)):
        assert [each.order.ticket for each in orders(messages, times, MORNING)] == [ONE, TWO]
        assert [each.task.task for each in desk(messages, times, MORNING)] == ["extension"]
        assert [each.happened for each in callbacks(messages)] == ["appointed"]
    assert len([each for each in left if isinstance(each, ReceiptRefused)]) == 2
    assert len(left) == len(told) - 3


def _compacted(messages: Sequence[Message]) -> list[Message]:
    newest: dict[tuple[str, bytes | None], Message] = {}
    for message in messages:
        body = message.to_json().decode()
        topic, ticket = TOPIC_OF.get(type(message), STATES[0]), TWO if TWO in body else ONE
        about = message.receipt if isinstance(message, ReceiptRefused) else ticket
        rest = (message.type_name, MORNING, about, "cause", "", "", body, MORNING)
        key = wire(Event("0", 1, topic, 0, 1, True, about, "id", *rest), "dispatch").key  # noqa: FBT003 - outward
        newest.pop((topic, key), None)
        newest[topic, key] = message
    return list(newest.values())


def _published(messages: Sequence[Message]) -> list[PublishedMessage]:
    return [PublishedMessage(MORNING, message) for message in messages]


def _task(task: str, *, is_open: bool = True) -> DeskTask:
    given = {"task": task, "open": is_open, "ticket": ONE, "since": MORNING, "text": "楼道积水"}
    return DeskTask.model_validate({**given, "tier": Tier.COMPLEX, "kind": Kind.HELP})


def _callback(happened: str) -> CallbackRequest:
    given = {"happened": happened, "ticket": ONE, "round": 0, "attempts": 1, "contact": Contact(), "text": "楼道积水"}
    return CallbackRequest.model_validate(given)
