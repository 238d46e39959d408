"""The promises, held against a simulated city by the code with which `liuhen verify` holds them against a real one."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from chassis.decider import C, Decider
from chassis.store import Event
from schemas.envelope import decode
from schemas.registry import TopicKind, model_of
from tests.support.chassis.toy import Counted, Poke
from tests.support.sim.broker import Broker, Group
from tests.support.sim.plan import Call
from tests.support.sim.postgres import Database
from tests.support.sim.services import ANSWERING, CALLS, COUNTING, DOOR, LIFE, SERVICES, TOPICS, inputs_of
from tests.support.sim.tables import Tables
from tools.client.backlog import NextOffset
from tools.client.log import TopicRecord
from tools.verify import checks
from tools.verify.contents import Contents
from tools.verify.rows import EventRow, HeardRow

S = TypeVar("S")
_SAID = tuple(each.name for each in TOPICS if each.kind is not TopicKind.INBOUND)
_READERS = {DOOR: ["life"], LIFE: ["door"]}


def broken(broker: Broker, database: Database, groups: Mapping[str, Group], calls: Sequence[Call]) -> list[str]:
    """Whatever promise is broken, in words; nothing where all are kept."""
    contents = _contents(broker)
    tables = {name: database.services.get(name, Tables()) for name in SERVICES}
    ends = {tp: broker.end(tp) for tp in broker.records}
    offsets = [
        NextOffset(name, *tp, row["next_offset"]) for name, each in tables.items() for tp, row in each.input.items()
    ]
    heard = [
        HeardRow(name, *source, row["sequence"]) for name, each in tables.items() for source, row in each.heard.items()
    ]
    before = {(name, lane): row["next_number"] for name, each in tables.items() for lane, row in each.lane.items()}
    events = checks.EventsCheck(contents, before, list(SERVICES))
    for name, each in tables.items():
        for event in (event for some in each.event.values() for event in some):
            events.take(_row(name, event))
    results = [
        checks.order_kept(contents),
        *events.results(),
        checks.everything_heard(heard, contents, _READERS),
        checks.offsets_behind(offsets, ends, {name: group.committed for name, group in groups.items()}),
        checks.everything_read(offsets, ends),
    ]
    found = [f"{result.promise}: {finding.subject} {finding.text}" for result in results for finding in result.findings]
    found += _unnumbered(tables)
    found += _unfolded("life", tables["life"], COUNTING) + _unfolded("door", tables["door"], ANSWERING)
    return found + _effects(tables, calls) + _standing(tables)


def settled(broker: Broker, database: Database, calls: int) -> bool:
    """Whether all that was said is heard, published and fired."""
    if sum(len(broker.records[CALLS, partition]) for partition in range(2)) < calls:
        return False
    for name, service in SERVICES.items():
        tables = database.services.get(name)
        if tables is None or not _at_rest(tables):
            return False
        for tp in inputs_of(service):
            row = tables.input.get(tp)
            if row is None or row["next_offset"] < broker.end(tp):
                return False
    return True


def _at_rest(tables: Tables) -> bool:
    out = all(
        tables.lane[event.lane]["published"] >= event.number
        if not event.outward
        else tables.outlet.get((event.lane, event.topic), 0) >= event.number
        for some in tables.event.values()
        for event in some
    )
    return (
        out
        and all(row["status"] != "pending" for row in tables.timer.values())
        and all(row["published"] for row in tables.dead_letter.values())
    )


def _contents(broker: Broker) -> Contents:
    contents = Contents()
    for topic in _SAID:
        for (name, partition), records in broker.records.items():
            if name == topic:
                for record in records:
                    envelope = decode(record.headers, record.value)[0]
                    contents.take(TopicRecord(topic, partition, record.offset, envelope, record.headers, record.value))
    return contents


def _row(service: str, event: Event) -> EventRow:
    digest = hashlib.md5(event.body.encode(), usedforsecurity=False).digest()
    place = (event.lane, event.number, event.topic, event.partition, event.sequence)
    return EventRow(service, *place, str(event.id), event.key, event.type, digest, event.recorded, event.body)


def _unnumbered(tables: Mapping[str, Tables]) -> list[str]:
    """Each lane numbers what it says without a gap, and each place on a topic has one number."""
    found = []
    for name, each in tables.items():
        for lane, events in each.event.items():
            if sorted(event.number for event in events) != list(range(1, len(events) + 1)):
                found.append(f"{name}/{lane} numbered {sorted(event.number for event in events)}")
            places: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
            for event in sorted(events, key=lambda event: event.number):
                places[event.topic, event.partition].append(event.sequence)
            found += [
                f"{name}/{lane} said {sequences} on {place}"
                for place, sequences in places.items()
                if sequences != list(range(1, len(sequences) + 1))
            ]
    return found


def _unfolded(name: str, tables: Tables, decider: Decider[S, C]) -> list[str]:
    """The state of each key is the fold of its events, one after the other."""
    folded: dict[str, S | None] = {}
    versions: Counter[str] = Counter()
    for event in _in_order(tables, decider.topic):
        model = model_of(event.type)
        assert model is not None
        folded[event.key] = decider.evolve(folded.get(event.key), model.model_validate_json(event.body), event.time)
        versions[event.key] += 1
    stored = {key: (version, decider.state.validate_json(body)) for key, (_, version, _, body) in tables.state.items()}
    expected = {key: (versions[key], state) for key, state in folded.items()}
    return [] if stored == expected else [f"{name} remembers {stored} where its events say {expected}"]


def _in_order(tables: Tables, topic: str) -> Iterable[Event]:
    events = (event for some in tables.event.values() for event in some if event.topic == topic)
    return sorted(events, key=lambda event: (event.lane, event.number))


def _effects(tables: Mapping[str, Tables], calls: Sequence[Call]) -> list[str]:
    """Each call is a poke or a dead letter, and each poke is counted: once."""
    readable = Counter(call.n for call in calls if call.readable)
    pokes = Counter(Poke.model_validate_json(event.body).n for event in _in_order(tables["door"], DOOR))
    counted = [Counted.model_validate_json(event.body) for event in _in_order(tables["life"], LIFE)]
    found = [] if pokes == readable else [f"taken were {dict(pokes)}, said were {dict(readable)}"]
    heard = Counter(each.n for each in counted if not each.fired)
    found += [] if heard == readable else [f"counted were {dict(heard)}, said were {dict(readable)}"]
    letters, unreadable = len(tables["door"].dead_letter), sum(not call.readable for call in calls)
    found += [] if letters == unreadable else [f"{letters} dead letters of {unreadable} unreadable calls"]
    return found + _timers(tables["life"])


def _timers(tables: Tables) -> list[str]:
    """A timer that is not set anew before it is due fires, and fires once."""
    wanted: dict[str, datetime] = {}
    fired: Counter[str] = Counter()
    for event in _in_order(tables, LIFE):
        said = Counted.model_validate_json(event.body)
        if said.fired:
            if wanted.pop(event.key, None) != event.time:
                return [f"a timer of {event.key} fired at {event.time:%H:%M:%S.%f}, when none was due"]
            fired[event.key] += 1
        else:
            state = COUNTING.evolve(None, said, event.time)
            if state.alarm is not None:
                wanted[event.key] = state.alarm
    return [f"the timer of {key} never fired" for key in wanted]


def _standing(tables: Mapping[str, Tables]) -> list[str]:
    return [
        f"{name}/{lane} stands still: {row['paused']}"
        for name, each in tables.items()
        for lane, row in each.lane.items()
        if row["paused"] is not None
    ]
