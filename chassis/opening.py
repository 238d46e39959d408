"""Opening lanes: making their rows, loading what a holder must remember, seeing that their logs are the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chassis import store
from chassis.lane import Alarm, Held, Last
from chassis.service import Connection, Instant
from chassis.store import Key
from chassis.turn import held_of


class Logs(NamedTuple):
    """What the broker says of the inputs: which cluster it is, which topics, and where each partition ends."""

    cluster_id: str
    topic_ids: Mapping[str, str]
    ends: Mapping[Key, int]


async def open_lanes(
    connection: Connection, lanes: Mapping[str, Iterable[Key]], logs: Logs, now: Instant
) -> dict[str, Held]:
    """Load lanes as their next holder must remember them, in one transaction under their locks.

    A lane whose next offsets belong to another log, or lie beyond its end, is paused.
    """
    names = sorted(lanes)
    async with connection.transaction():
        await store.create_lanes(connection, lanes)
        await store.identify(
            connection,
            [(*place, logs.cluster_id, logs.topic_ids[place[0]]) for places in lanes.values() for place in places],
        )
        helds = {row["name"]: held_of(row, now) for row in await store.lock_lanes(connection, names)}
        await _load(connection, helds, names)
        for row in await store.load_inputs(connection, names):
            held = helds[row["lane"]]
            place = (row["topic"], row["partition"])
            held.offsets[place], held.failures[place] = row["next_offset"], row["failures"]
            if place in logs.ends:
                _check(held, place, (row["cluster_id"], row["topic_id"]), logs)
        for held in helds.values():
            if held.alarm is not None and held.paused is not None:
                await store.pause(connection, held.view.name, held.paused)
    return helds


async def _load(connection: Connection, helds: Mapping[str, Held], names: Sequence[str]) -> None:
    for row in await store.load_heard(connection, names):
        source = (row["topic"], row["partition"], row["source"])
        helds[row["lane"]].heard[source] = Last(row["sequence"], row["id"], row["mending"])
    for row in await store.load_positions(connection, names):
        helds[row["lane"]].positions[row["topic"], row["partition"]] = row["sequence"]
    for row in await store.load_parked_keys(connection, names):
        helds[row["lane"]].parked.add(row["parked_key"])
    for row in await store.load_next_due(connection, names):
        helds[row["lane"]].next_due = row["due"]


def _check(held: Held, place: Key, known: tuple[str, str], logs: Logs) -> None:
    topic, partition = place
    if known != (logs.cluster_id, logs.topic_ids[topic]):
        held.pause(Alarm.OTHER_LOG, f"{topic}/{partition} is another log than the one that was heard; rebase it")
    elif held.offsets[place] > logs.ends[place]:
        words = (
            f"{topic}/{partition} ends at {logs.ends[place]}, before the next offset {held.offsets[place]}; rebase it"
        )
        held.pause(Alarm.OTHER_LOG, words)
