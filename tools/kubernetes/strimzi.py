"""Broker, topics and users, which Strimzi makes: all from the registry of topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from schemas.layout import Layout
from schemas.principals import ADMIN, Grant, Principal
from schemas.registry import Topic
from tools.kubernetes.objects import NAME, Manifest, made
from tools.local.plan import Plan

_STRIMZI: Final = "kafka.strimzi.io/v1"
_OF_CLUSTER: Final[Mapping[str, str]] = {"strimzi.io/cluster": NAME}
_RESOURCES: Final[Mapping[str, str]] = {"topic": "topic", "group": "group", "transactional_id": "transactionalId"}


def kafka(plan: Plan, layout: Layout) -> Iterator[Manifest]:
    disks = {
        "type": "jbod",
        "volumes": [{"id": 0, "type": "persistent-claim", "size": "200Gi", "kraftMetadata": "shared"}],
    }
    yield made(
        _STRIMZI,
        "KafkaNodePool",
        "broker",
        labels=_OF_CLUSTER,
        spec={"replicas": layout.replicas, "roles": ["controller", "broker"], "storage": disks},
    )
    listener = {
        "name": "tls",
        "port": 9093,
        "type": "internal",
        "tls": True,
        "authentication": {"type": "scram-sha-512"},
    }
    yield made(
        _STRIMZI,
        "Kafka",
        NAME,
        spec={
            "kafka": {
                "version": plan.kafka.image.rpartition(":")[2],
                "listeners": [listener],
                "authorization": {"type": "simple", "superUsers": [ADMIN]},
                "config": _config(layout),
            },
            "entityOperator": {"topicOperator": {}, "userOperator": {}},
        },
    )


def _config(layout: Layout) -> Mapping[str, object]:
    """What a record needs to count as written, and that nothing is lost for a quicker election."""
    return {
        "auto.create.topics.enable": False,
        "default.replication.factor": layout.replicas,
        "min.insync.replicas": layout.in_sync,
        "offsets.topic.replication.factor": layout.replicas,
        "transaction.state.log.replication.factor": layout.replicas,
        "transaction.state.log.min.isr": layout.in_sync,
        "unclean.leader.election.enable": False,
    }


def topic(row: Topic) -> Manifest:
    spec = {"partitions": row.partitions, "replicas": row.replicas, "config": dict(row.config)}
    return made(_STRIMZI, "KafkaTopic", row.name, labels=_OF_CLUSTER, spec=spec)


def admin() -> Manifest:
    return made(_STRIMZI, "KafkaUser", ADMIN, labels=_OF_CLUSTER, spec={"authentication": _password(ADMIN)})


def user(principal: Principal) -> Manifest:
    rules = [_rule(each) for each in principal.grants]
    bound = principal.bytes_per_second
    spec = {
        "authentication": _password(principal.name),
        "authorization": {"type": "simple", "acls": rules},
        **({"quotas": {"producerByteRate": bound}} if bound else {}),
    }
    return made(_STRIMZI, "KafkaUser", principal.name, labels=_OF_CLUSTER, spec=spec)


def _password(user: str) -> Mapping[str, object]:
    return {"type": "scram-sha-512", "password": {"valueFrom": {"secretKeyRef": {"name": NAME, "key": user}}}}


def _rule(grant: Grant) -> Mapping[str, object]:
    about = {
        "type": _RESOURCES[grant.resource],
        "name": grant.name,
        "patternType": "prefix" if grant.prefix else "literal",
    }
    return {"resource": about, "operations": [grant.operation.value.capitalize()], "host": "*"}
