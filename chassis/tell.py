"""What is told of each transaction: one line for each record, and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from chassis import metrics
from chassis.clock import wall
from chassis.logs import Canonical
from chassis.service import Foreign, Heard, Instant, Record
from chassis.turn import Taken


def tell(taken: Taken, canonical: Canonical, service: str, seconds: float, oldest: Instant | None) -> None:
    """Write the lines and count; `oldest` is when the oldest record of the batch was appended."""
    common = {"ms": round(seconds * 1000, 1)}
    words = taken.outcome.words or ("taken",) * len(taken.sifted.items)
    lines = [_line(item, word, taken) | common for item, word in zip(taken.sifted.items, words, strict=True)]
    lines += [_record(letter.record, "parked") | {"reason": letter.reason} for _, letter in taken.sifted.parked]
    lines += [_record(letter.record, "dead") | {"reason": letter.reason} for letter in taken.dead]
    lines += [_record(record, "repeat") for record in taken.sifted.repeats]
    canonical.write(lines)
    for (topic, outcome), count in Counter((line["topic"], line["outcome"]) for line in lines).items():
        metrics.RECORDS.labels(service, topic, outcome).inc(count)
    for (topic, reason), count in Counter((letter.record.topic, letter.reason) for letter in taken.dead).items():
        metrics.DEAD_LETTERS.labels(service, topic, reason).inc(count)
    for kind, count in Counter(event.type for event in taken.events).items():
        metrics.EVENTS.labels(service, kind).inc(count)
    if oldest is not None and lines:
        metrics.HOP.labels(service).observe(max(0.0, (wall() - oldest).total_seconds()))


def _line(item: Heard | Foreign, word: str, taken: Taken) -> dict[str, Any]:
    line = _record(item.record, word)
    if isinstance(item, Heard):
        envelope = item.envelope
        line |= {"type": envelope.type, "subject": envelope.subject, "events": taken.said.get(envelope.id, 0)}
    return line


def _record(record: Record, outcome: str) -> dict[str, Any]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset, "outcome": outcome}


def fired(taken: Taken, service: str, speed: float, nows: Mapping[str, Instant]) -> None:
    """Count the timers that fired, and by how much they were late in real seconds."""
    if taken.outcome.timers.fired:
        metrics.TIMERS_FIRED.labels(service).inc(len(taken.outcome.timers.fired))
    late = metrics.TIMER_LATE.labels(service)
    for name, due in taken.outcome.timers.fired:
        if name in nows:
            late.observe(max(0.0, (nows[name] - due).total_seconds() / speed))
