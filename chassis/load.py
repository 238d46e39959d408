"""Loading lanes: making their rows, reading their state, checking that their logs are the right ones."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import asyncpg
from confluent_kafka import TopicCollection
from confluent_kafka.admin import AdminClient

from chassis import store
from chassis.asking import answer_of
from chassis.broker import Broker
from chassis.lane import Alarm, LaneState, LastHeard
from chassis.service import Connection, Instant, Lane
from chassis.store import TopicPartition

_REQUEST_SECONDS: Final = 30.0


class LogInfo(NamedTuple):
    """What the broker says of the inputs: which cluster it is, which topics, and where each partition ends."""

    cluster_id: str
    topic_ids: Mapping[str, str]
    ends: Mapping[TopicPartition, int]


def identities(broker: Broker, topics: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Ask the broker which cluster it is, and for the ids of topics; KafkaException where it does not answer."""
    admin = AdminClient(broker.for_librdkafka())
    cluster = admin.describe_cluster(request_timeout=_REQUEST_SECONDS)
    found = admin.describe_topics(TopicCollection(list(topics)), request_timeout=_REQUEST_SECONDS)
    ids = {name: str(answer_of(future).topic_id) for name, future in found.items()}
    return str(answer_of(cluster).cluster_id), ids


async def load_lanes(
    connection: Connection,
    lanes: Mapping[str, Iterable[TopicPartition]],
    ask: Callable[[], Awaitable[LogInfo]],
    now: Instant,
) -> dict[str, LaneState]:
    """Load the state of lanes, in one transaction under their locks; `ask` is what the broker says of their inputs.

    A lane whose next offsets belong to another log, or lie beyond its end, is paused.
    """
    names, logs = sorted(lanes), await ask()
    async with connection.transaction():
        await store.create_lanes(connection, lanes)
        await store.save_log_ids(
            connection,
            [(*tp, logs.cluster_id, logs.topic_ids[tp[0]]) for tps in lanes.values() for tp in tps],
        )
        states = {row["name"]: _state_of(row, now) for row in await store.lock_lanes(connection, names)}
        await _load(connection, states, names)
        inputs = await store.load_inputs(connection, names)
        if any(_beyond(row, logs) for row in inputs):
            # Another holder may have heard what came after we asked, while we waited for the locks.
            logs = await ask()
        for row in inputs:
            state = states[row["lane"]]
            tp = (row["topic"], row["partition"])
            state.offsets[tp], state.failures[tp] = row["next_offset"], row["failures"]
            if tp in logs.ends:
                _check(state, tp, (row["cluster_id"], row["topic_id"]), logs)
        for state in states.values():
            if state.alarm is not None and state.paused is not None:
                await store.pause(connection, state.lane.name, state.paused)
    return states


def _beyond(row: asyncpg.Record, logs: LogInfo) -> bool:
    end = logs.ends.get((row["topic"], row["partition"]))
    return end is not None and row["next_offset"] > end


def _state_of(row: asyncpg.Record, now: Instant) -> LaneState:
    lane = Lane(row["name"], max(now, row["now"] or now), json.loads(row["counters"]))
    return LaneState(lane, row["turn"], row["next_number"], row["published"], paused=row["paused"])


async def _load(connection: Connection, states: Mapping[str, LaneState], names: Sequence[str]) -> None:
    for row in await store.load_heard(connection, names):
        source = (row["topic"], row["partition"], row["source"])
        states[row["lane"]].heard[source] = LastHeard(row["sequence"], row["id"], row["mending"])
    for row in await store.load_positions(connection, names):
        states[row["lane"]].positions[row["topic"], row["partition"]] = row["sequence"]
    for row in await store.load_parked_keys(connection, names):
        states[row["lane"]].parked.add(row["parked_key"])
    for row in await store.load_next_due(connection, names):
        states[row["lane"]].next_due = row["due"]


def _check(state: LaneState, tp: TopicPartition, known: tuple[str, str], logs: LogInfo) -> None:
    topic, partition = tp
    if known != (logs.cluster_id, logs.topic_ids[topic]):
        state.pause(Alarm.OTHER_LOG, f"{topic}/{partition} is another log than the one that was heard; rebase it")
    elif state.offsets[tp] > logs.ends[tp]:
        words = f"{topic}/{partition} ends at {logs.ends[tp]}, before the next offset {state.offsets[tp]}; rebase it"
        state.pause(Alarm.OTHER_LOG, words)
