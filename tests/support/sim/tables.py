"""A service's tables in memory, statement by statement, each under the name of the one function that runs it.

What is written in a transaction is seen by nobody before the commit, as in Postgres; the caller locks what it locks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from chassis.packing import packed
from chassis.service import Instant
from chassis.store import Event, TopicPartition, event_of
from chassis.timers import Timer

Write: TypeAlias = Callable[[], None]


class Row(dict[str, Any]):
    """A row by column; columns that the simulation has no use for are null."""

    def __missing__(self, column: str) -> None:
        return None


class Tables:
    """What one service remembers."""

    def __init__(self) -> None:
        self.lane: dict[str, Row] = {}
        self.input: dict[TopicPartition, Row] = {}
        self.heard: dict[tuple[str, int, str], Row] = {}
        self.position: dict[tuple[str, str, int], int] = {}
        self.outlet: dict[tuple[str, str], int] = {}
        self.reached: dict[TopicPartition, int] = {}
        self.lanes = 2
        self.event: defaultdict[str, list[Event]] = defaultdict(list)
        self.state: dict[str, tuple[str, int, int, str]] = {}
        self.timer: dict[str, Row] = {}
        self.dead_letter: dict[tuple[str, int, int], Row] = {}

    # --- lanes ---------------------------------------------------------------------------------------------------

    def create_lanes(self, *row: Any) -> Iterator[Write]:
        match row:
            case (name,):
                yield lambda: self._create_lane(name)
            case (topic, partition, lane):
                place = (topic, partition)
                yield lambda: self._create_input(place, lane)
            case _:
                pass

    def _create_lane(self, name: str) -> None:
        begins = Row(name=name, turn=0, next_number=1, published=0, counters="{}", now=None, paused=None)
        self.lane.setdefault(name, begins)

    def _create_input(self, place: TopicPartition, lane: str) -> None:
        begins = Row(topic=place[0], partition=place[1], lane=lane, next_offset=0, failures=0)
        self.input.setdefault(place, begins)

    def save_log_ids(
        self, topics: Sequence[str], partitions: Sequence[int], clusters: Sequence[str], ids: Sequence[str]
    ) -> Iterator[Write]:
        for topic, partition, cluster, id_ in zip(topics, partitions, clusters, ids, strict=True):
            row = self.input.get((topic, partition))
            if row is None or row["topic_id"] is None:
                yield self._known_log((topic, partition), cluster, id_)

    def _known_log(self, place: TopicPartition, cluster: str, id_: str) -> Write:
        return lambda: self.input[place].update(cluster_id=cluster, topic_id=id_)

    def lock_lanes(self, names: Sequence[str]) -> list[Row]:
        return [Row(self.lane[name]) for name in sorted(names) if name in self.lane]

    def load_inputs(self, names: Sequence[str]) -> list[Row]:
        return [Row(row) for row in self.input.values() if row["lane"] in names]

    def load_heard(self, names: Sequence[str]) -> list[Row]:
        return [Row(row) for row in self.heard.values() if row["lane"] in names]

    def load_positions(self, names: Sequence[str]) -> list[Row]:
        found = (item for item in self.position.items() if item[0][0] in names)
        return [Row(lane=lane, topic=topic, partition=part, sequence=last) for (lane, topic, part), last in found]

    def all_positions(self) -> list[Row]:
        return self.load_positions(list(self.lane))

    def load_cuts(self, _: Sequence[str]) -> list[Row]:
        return []

    def laid_out(self, *_: int) -> int | None:
        return self.lanes

    def save_reached(self, topics: Sequence[str], partitions: Sequence[int], offsets: Sequence[int]) -> Iterator[Write]:
        for topic, partition, offset in zip(topics, partitions, offsets, strict=True):
            yield self._reach((topic, partition), offset)

    def _reach(self, place: TopicPartition, offset: int) -> Write:
        return lambda: self.reached.update({place: max(self.reached.get(place, 0), offset)})

    def load_reached(self) -> list[Row]:
        found = self.reached.items()
        return [Row(topic=topic, partition=partition, next_offset=offset) for (topic, partition), offset in found]

    def load_parked_keys(self, _: Sequence[str]) -> list[Row]:
        return []

    def load_next_due(self, names: Sequence[str]) -> list[Row]:
        return [Row(lane=name, due=min((row["due"] for row in self._pending(name)), default=None)) for name in names]

    def running(self, names: Sequence[str]) -> list[Row]:
        return [self.lane[name] for name in names if self.lane[name]["paused"] is None]

    def pause(self, name: str, words: str) -> Iterator[Write]:
        yield lambda: self.lane[name].update(paused=words)

    def ping(self) -> None:
        """It answers."""

    def update_lanes(self, *columns: Sequence[Any]) -> Iterator[Write]:
        for name, now, number, published, counters, paused in zip(*columns[:6], strict=True):
            yield self._advance_lane(name, now, number, published, counters, paused)
        for topic, partition, offset, failures in zip(*columns[6:10], strict=True):
            yield self._advance_input((topic, partition), offset, failures)
        for topic, partition, source, lane, sequence, id_, mending in zip(*columns[10:17], strict=True):
            row = Row(
                topic=topic, partition=partition, source=source, lane=lane, sequence=sequence, id=id_, mending=mending
            )
            yield self._listen((topic, partition, source), row)
        for lane, topic, partition, sequence in zip(*columns[17:21], strict=True):
            yield self._count((lane, topic, partition), sequence)

    def _advance_lane(self, *values: Any) -> Write:
        name, now, number, published, counters, paused = values

        def write() -> None:
            row = self.lane[name]
            published_now = max(row["published"], published)
            row.update(
                turn=row["turn"] + 1,
                now=now,
                next_number=number,
                published=published_now,
                counters=counters,
                paused=paused,
            )

        return write

    def _advance_input(self, place: TopicPartition, offset: int, failures: int) -> Write:
        return lambda: self.input[place].update(next_offset=offset, failures=failures)

    def _listen(self, source: tuple[str, int, str], row: Row) -> Write:
        return lambda: self.heard.update({source: row})

    def _count(self, place: tuple[str, str, int], sequence: int) -> Write:
        return lambda: self.position.update({place: sequence})

    # --- events --------------------------------------------------------------------------------------------------

    def insert_events(self, rows: Sequence[Sequence[Any]]) -> Iterator[Write]:
        for row in rows:
            yield self._append(event_of(row))

    def _append(self, event: Event) -> Write:
        return lambda: self.event[event.lane].append(event)

    def unpublished(self, lane: str, limit: int) -> list[Sequence[Any]]:
        after = self.lane[lane]["published"]
        found = [event for event in self.event[lane] if not event.outward and event.number > after]
        return [_as_kept(event) for event in sorted(found, key=lambda event: event.number)[:limit]]

    def unpublished_outward(self, lanes: Sequence[str], topic: str, limit: int) -> list[Sequence[Any]]:
        found = [
            event
            for lane in sorted(lanes)
            for event in self.event[lane]
            if event.outward and event.topic == topic and event.number > self.outlet.get((lane, topic), 0)
        ]
        return [_as_kept(event) for event in found[:limit]]

    def outward_topics(self, lanes: Sequence[str]) -> list[Row]:
        topics = {(lane, event.topic) for lane in lanes for event in self.event[lane] if event.outward}
        return [
            Row(lane=lane, topic=topic) for lane, topic in sorted(topics) if self.unpublished_outward([lane], topic, 1)
        ]

    def save_published(self, names: Sequence[str], numbers: Sequence[int]) -> Iterator[Write]:
        for name, number in zip(names, numbers, strict=True):
            yield self._published(name, number)

    def _published(self, name: str, number: int) -> Write:
        def write() -> None:
            row = self.lane[name]
            if number < row["next_number"]:
                row["published"] = max(row["published"], number)

        return write

    def save_outbox_positions(
        self, lanes: Sequence[str], topics: Sequence[str], numbers: Sequence[int]
    ) -> Iterator[Write]:
        for lane, topic, number in zip(lanes, topics, numbers, strict=True):
            yield self._told((lane, topic), number)

    def _told(self, place: tuple[str, str], number: int) -> Write:
        return lambda: self.outlet.update({place: max(self.outlet.get(place, 0), number)})

    # --- states and timers ---------------------------------------------------------------------------------------

    def load(self, keys: Sequence[str]) -> list[tuple[str, int, int, str]]:
        return [(key, *self.state[key][1:]) for key in keys if key in self.state]

    def _write(self, *columns: Sequence[Any]) -> Iterator[Write]:
        for key, lane, version, form, body in zip(*columns, strict=True):
            yield self._become(key, (lane, version, form, body))

    def _become(self, key: str, state: tuple[str, int, int, str]) -> Write:
        return lambda: self.state.update({key: state})

    def _pending(self, lane: str) -> list[Row]:
        return [row for row in self.timer.values() if row["lane"] == lane and row["status"] == "pending"]

    def due(self, lanes: Sequence[str], untils: Sequence[Instant], limit: int | None) -> list[Timer]:
        found = [timer for lane, until in zip(lanes, untils, strict=True) for timer in self._due(lane, until)]
        return sorted(found, key=lambda timer: timer[:2])[:limit]

    def _due(self, lane: str, until: Instant) -> Iterable[Timer]:
        rows = (row for row in self._pending(lane) if row["due"] <= until)
        return [Timer(row["due"], row["key"], row["name"], row["lane"]) for row in rows]

    def waiting(self, lanes: Sequence[str], untils: Sequence[Instant], limit: int) -> int:
        return len(self.due(lanes, untils, limit))

    def coming(self, lane: str, until: Instant, due: datetime | None, key: str | None, limit: int) -> list[Timer]:
        found = sorted(self._due(lane, until), key=lambda timer: timer[:2])
        return [timer for timer in found if due is None or timer[:2] > (due, key or "")][:limit]

    def write(self, *columns: Sequence[Any]) -> Iterator[Write]:
        for key, lane, name, due, status in zip(*columns, strict=True):
            yield self._set(key, Row(key=key, lane=lane, name=name, due=due, status=status))

    def _set(self, key: str, row: Row) -> Write:
        return lambda: self.timer.update({key: row})

    # --- dead letters --------------------------------------------------------------------------------------------

    def insert_dead_letters(self, *values: Any) -> Iterator[Write]:
        names = ("topic", "partition", "offset", "lane", "reason", "detail", "subject", "key", "value")
        row = Row(zip((*names, "header_names", "header_values", "at"), values, strict=True), published=False)
        place = values[:3]
        yield lambda: self._put_aside(place, row)

    def _put_aside(self, place: tuple[str, int, int], row: Row) -> None:
        self.dead_letter.setdefault(place, row)

    def unpublished_dead_letters(self, lanes: Sequence[str], limit: int, _: int) -> list[Row]:
        rows = (row for row in self.dead_letter.values() if row["lane"] in lanes and not row["published"])
        return [Row(row, size=len(row["value"] or b"")) for row in rows][:limit]

    def count_dead_letters(self, _: Sequence[str]) -> list[Row]:
        return []

    def mark_dead_letters_published(
        self, topics: Sequence[str], partitions: Sequence[int], offsets: Sequence[int]
    ) -> Iterator[Write]:
        for place in zip(topics, partitions, offsets, strict=True):
            yield self._letter_out(place)

    def _letter_out(self, place: tuple[str, int, int]) -> Write:
        return lambda: self.dead_letter[place].update(published=True)


def counters_of(row: Mapping[str, Any]) -> dict[str, int]:
    """The counters of a lane."""
    found: dict[str, int] = json.loads(row["counters"])
    return found


def _as_kept(event: Event) -> Sequence[Any]:
    kept = event._asdict()
    return list((kept | {"body": packed(event.body)}).values())
