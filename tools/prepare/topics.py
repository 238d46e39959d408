"""The topics of the registry, made true on a broker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewTopic,
    ResourceType,
)

from chassis.broker import Broker
from rulebook import load_policy
from schemas.registry import Topic, topics
from tools.errors import SaidClearly

_PATIENCE = 30.0  # seconds


class TopicChange(StrEnum):
    """What applying did to a topic."""

    CREATED = "created"
    ALTERED = "altered"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"  # in its number of partitions, which is never changed: keys would move to other lanes


class Applied(NamedTuple):
    """What a topic needs, or got; `edits` are the settings that differ."""

    topic: Topic
    change: TopicChange
    detail: str = ""
    edits: tuple[ConfigEntry, ...] = ()


def wanted(policy: Path) -> tuple[Topic, ...]:
    """Return every topic that the registry asks for with the departments of this policy."""
    return topics(department.code for department in load_policy(policy).departments)


def plan(broker: Broker, asked: Iterable[Topic]) -> tuple[Applied, ...]:
    """Compare what stands on the broker with what is asked for, and change nothing."""
    admin = AdminClient(broker.for_librdkafka())
    try:
        there = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=_PATIENCE).topics.items()}
    except KafkaException:
        raise SaidClearly(
            f"{broker.address} 没有应答 {broker.user}。请确认它在运行，LIUHEN_KAFKA 和密码都对。"
        ) from None
    registry = tuple(asked)
    edits = _differences(admin, [topic for topic in registry if topic.name in there])
    return tuple(_needed(topic, there.get(topic.name), edits.get(topic.name, ())) for topic in registry)


def _needed(topic: Topic, partitions: int | None, edits: tuple[ConfigEntry, ...]) -> Applied:
    if partitions is None:
        return Applied(topic, TopicChange.CREATED)
    detail = ", ".join(f"{edit.name}={edit.value}" for edit in edits)
    if partitions != topic.partitions:
        differs = f"{partitions} partitions instead of {topic.partitions}"
        return Applied(topic, TopicChange.DIFFERS, f"{differs}; {detail}" if detail else differs, edits)
    return Applied(topic, TopicChange.ALTERED if edits else TopicChange.UNCHANGED, detail, edits)


def apply(broker: Broker, asked: Iterable[Topic]) -> tuple[Applied, ...]:
    """Create what is missing and set the configuration of the rest; doing it again changes nothing."""
    needed = plan(broker, asked)
    carry_out(broker, needed)
    return needed


def carry_out(broker: Broker, needed: Iterable[Applied]) -> None:
    """Do what a plan says."""
    admin, steps = AdminClient(broker.for_librdkafka()), tuple(needed)
    _create(admin, [step.topic for step in steps if step.change is TopicChange.CREATED])
    edited = [
        ConfigResource(ResourceType.TOPIC, step.topic.name, incremental_configs=list(step.edits))
        for step in steps
        if step.edits
    ]
    if edited:
        for pending in admin.incremental_alter_configs(edited, request_timeout=_PATIENCE).values():
            pending.result()


def _create(admin: AdminClient, missing: Sequence[Topic]) -> None:
    if not missing:
        return
    new = [NewTopic(topic.name, topic.partitions, 1, config=dict(topic.config)) for topic in missing]
    pending = admin.create_topics(new, operation_timeout=_PATIENCE)
    for topic in missing:
        try:
            pending[topic.name].result()
        except KafkaException as error:
            # Somebody else applied at the same moment; what exists now is theirs and ours.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise SaidClearly(f"没能建立主题 {topic.name}：{error.args[0].str()}。") from None


def _differences(admin: AdminClient, present: Sequence[Topic]) -> dict[str, tuple[ConfigEntry, ...]]:
    if not present:
        return {}
    resources = {topic.name: ConfigResource(ResourceType.TOPIC, topic.name) for topic in present}
    described = admin.describe_configs(list(resources.values()), request_timeout=_PATIENCE)
    found: dict[str, tuple[ConfigEntry, ...]] = {}
    for topic in present:
        entries = described[resources[topic.name]].result()
        own = {
            name: entry.value
            for name, entry in entries.items()
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        }
        found[topic.name] = tuple(_edits(own, dict(topic.config)))
    return found


def _edits(own: dict[str, str], asked: dict[str, str]) -> list[ConfigEntry]:
    """Set what differs and delete what the registry does not ask for, so that the registry is the whole truth."""
    to_set = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in sorted(asked.items())
        if own.get(name) != value
    ]
    to_delete = [
        ConfigEntry(name, None, incremental_operation=AlterConfigOpType.DELETE)
        for name in sorted(own.keys() - asked.keys())
    ]
    return [*to_set, *to_delete]
