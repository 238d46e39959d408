"""The topics of the registry, made true on a broker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
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
    TopicMetadata,
)

from chassis.asking import answer_of
from chassis.broker import Broker
from rulebook import load_policy
from schemas.layout import ONE_MACHINE, Layout
from schemas.registry import Topic, topics
from tools.errors import SaidClearly
from tools.prepare.batches import batches

_PATIENCE = 30.0  # seconds


class TopicChange(StrEnum):
    """What applying did to a topic."""

    CREATED = "created"
    ALTERED = "altered"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    """In its number of partitions, which is never changed here: keys would move to other lanes; or of its replicas."""


class Applied(NamedTuple):
    """What a topic needs, or got: `edits` are settings that differ, `kept` those that the registry does not know."""

    topic: Topic
    change: TopicChange
    detail: str = ""
    edits: tuple[ConfigEntry, ...] = ()
    kept: Mapping[str, str] = MappingProxyType({})


class _Settings(NamedTuple):
    """What stands on a topic: what has to be set, and what somebody set whom the registry does not know."""

    edits: tuple[ConfigEntry, ...] = ()
    kept: Mapping[str, str] = MappingProxyType({})


def wanted(policy: Path, layout: Layout = ONE_MACHINE) -> tuple[Topic, ...]:
    """Return every topic that the registry asks for with the departments of this policy."""
    return topics((department.code for department in load_policy(policy).departments), layout)


def plan(broker: Broker, asked: Iterable[Topic]) -> tuple[Applied, ...]:
    """Compare what stands on the broker with what is asked for, and change nothing."""
    admin = AdminClient(broker.for_librdkafka())
    try:
        found = admin.list_topics(timeout=_PATIENCE)
    except KafkaException:
        raise SaidClearly(
            f"{broker.address} 没有应答 {broker.user}。请确认它在运行，LIUHEN_KAFKA 和密码都对。"
        ) from None
    registry = tuple(asked)
    most = max((topic.replicas for topic in registry), default=1)
    if most > len(found.brokers):
        raise SaidClearly(
            f"LIUHEN_REPLICAS={most}，而 {broker.address} 只有 {len(found.brokers)} 个节点；没有建立任何主题。"
            "请等所有节点启动，或者改小 LIUHEN_REPLICAS。"
        )
    settings = _settings(admin, [topic for topic in registry if topic.name in found.topics])
    return tuple(_needed(topic, found.topics.get(topic.name), settings.get(topic.name)) for topic in registry)


def _needed(topic: Topic, there: TopicMetadata | None, settings: _Settings | None) -> Applied:
    if there is None or settings is None:
        return Applied(topic, TopicChange.CREATED)
    edits, kept = settings
    partitions, replicas = len(there.partitions), min(len(each.replicas) for each in there.partitions.values())
    fixed = [(partitions, topic.partitions, "partitions"), (replicas, topic.replicas, "replicas")]
    differs = [f"{has} {what} instead of {asked}" for has, asked, what in fixed if has != asked]
    detail = ", ".join(f"{edit.name}={edit.value}" for edit in edits)
    words = "; ".join([*differs, *([detail] if detail else [])])
    change = TopicChange.DIFFERS if differs else TopicChange.ALTERED if edits else TopicChange.UNCHANGED
    return Applied(topic, change, words, edits, kept)


def apply(broker: Broker, asked: Iterable[Topic]) -> tuple[Applied, ...]:
    """Create what is missing and set the configuration of the rest; doing it again changes nothing."""
    needed = plan(broker, asked)
    carry_out(broker, needed)
    return needed


def carry_out(broker: Broker, needed: Iterable[Applied]) -> None:
    """Do what a plan says."""
    admin, steps = AdminClient(broker.for_librdkafka()), tuple(needed)
    for some in batches([step.topic for step in steps if step.change is TopicChange.CREATED]):
        _create(admin, some)
    edited = [
        ConfigResource(ResourceType.TOPIC, step.topic.name, incremental_configs=list(step.edits))
        for step in steps
        if step.edits
    ]
    for resources in batches(edited):
        for pending in admin.incremental_alter_configs(list(resources), request_timeout=_PATIENCE).values():
            answer_of(pending)


def _create(admin: AdminClient, missing: Sequence[Topic]) -> None:
    new = [NewTopic(topic.name, topic.partitions, topic.replicas, config=dict(topic.config)) for topic in missing]
    pending = admin.create_topics(new, operation_timeout=_PATIENCE)
    for topic in missing:
        try:
            answer_of(pending[topic.name])
        except KafkaException as error:
            # Somebody else applied at the same moment; what exists now is theirs and ours.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise SaidClearly(f"没能建立主题 {topic.name}：{error.args[0].str()}。") from None


def _settings(admin: AdminClient, present: Sequence[Topic]) -> dict[str, _Settings]:
    if not present:
        return {}
    resources = {topic.name: ConfigResource(ResourceType.TOPIC, topic.name) for topic in present}
    described = admin.describe_configs(list(resources.values()), request_timeout=_PATIENCE)
    found: dict[str, _Settings] = {}
    for topic in present:
        entries = answer_of(described[resources[topic.name]])
        own = {
            name: str(entry.value)
            for name, entry in entries.items()
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        }
        kept = {name: value for name, value in sorted(own.items()) if name not in topic.config}
        found[topic.name] = _Settings(tuple(_edits(own, topic.config)), MappingProxyType(kept))
    return found


def _edits(own: Mapping[str, str], asked: Mapping[str, str]) -> list[ConfigEntry]:
    """Set what differs; what others set beside it is theirs, such as a limit of replication while brokers move."""
    return [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in sorted(asked.items())
        if own.get(name) != value
    ]
