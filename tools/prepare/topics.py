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
    topic: Topic
    change: TopicChange
    detail: str = ""


def wanted(policy: Path) -> tuple[Topic, ...]:
    """Return every topic that the registry asks for with the departments of this policy."""
    return topics(department.code for department in load_policy(policy).departments)


def apply(bootstrap: str, asked: Iterable[Topic]) -> tuple[Applied, ...]:
    """Create what is missing and set the configuration of the rest; doing it again changes nothing."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    registry = tuple(asked)
    try:
        there = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=_PATIENCE).topics.items()}
    except KafkaException:
        raise SaidClearly(f"No broker answers at {bootstrap}. Is it running, and is LIUHEN_KAFKA right?") from None
    present = [topic for topic in registry if topic.name in there]
    results = _create(admin, [topic for topic in registry if topic.name not in there])
    results |= _configure(admin, present)
    for topic in present:
        if there[topic.name] != topic.partitions:
            edited = results[topic.name].detail
            detail = f"{there[topic.name]} partitions instead of {topic.partitions}"
            results[topic.name] = Applied(topic, TopicChange.DIFFERS, f"{detail}; {edited}" if edited else detail)
    return tuple(results[topic.name] for topic in registry)


def _create(admin: AdminClient, missing: Sequence[Topic]) -> dict[str, Applied]:
    if not missing:
        return {}
    new = [NewTopic(topic.name, topic.partitions, 1, config=dict(topic.config)) for topic in missing]
    pending = admin.create_topics(new, operation_timeout=_PATIENCE)
    results: dict[str, Applied] = {}
    for topic in missing:
        try:
            pending[topic.name].result()
        except KafkaException as error:
            # Somebody else applied at the same moment; what exists now is theirs and ours.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise SaidClearly(f"The topic {topic.name} was not created: {error.args[0].str()}.") from None
        results[topic.name] = Applied(topic, TopicChange.CREATED)
    return results


def _configure(admin: AdminClient, present: Sequence[Topic]) -> dict[str, Applied]:
    if not present:
        return {}
    resources = {topic.name: ConfigResource(ResourceType.TOPIC, topic.name) for topic in present}
    described = admin.describe_configs(list(resources.values()), request_timeout=_PATIENCE)
    results: dict[str, Applied] = {}
    changes: list[ConfigResource] = []
    for topic in present:
        entries = described[resources[topic.name]].result()
        own = {
            name: entry.value
            for name, entry in entries.items()
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        }
        edits = _edits(own, dict(topic.config))
        if edits:
            changes.append(ConfigResource(ResourceType.TOPIC, topic.name, incremental_configs=edits))
        detail = ", ".join(f"{edit.name}={edit.value}" for edit in edits)
        results[topic.name] = Applied(topic, TopicChange.ALTERED if edits else TopicChange.UNCHANGED, detail)
    if changes:
        for pending in admin.incremental_alter_configs(changes, request_timeout=_PATIENCE).values():
            pending.result()
    return results


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
