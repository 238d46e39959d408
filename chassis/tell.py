"""What is told of each transaction: one line for each record, and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from chassis import metrics
from chassis.clock import wall
from chassis.logs import Canonical, Line
from chassis.service import Foreign, Heard, Instant
from chassis.turn import Taken


def tell(taken: Taken, canonical: Canonical, service: str, seconds: float, oldest: Instant | None) -> None:
    """Write the lines and count; `oldest` is when the oldest record of the batch was appended."""
    words = taken.outcome.words or ("taken",) * len(taken.sifted.items)
    lines = [_line(item, word, taken) for item, word in zip(taken.sifted.items, words, strict=True)]
    lines += [Line(letter.record, "parked", letter.reason) for _, letter in taken.sifted.parked]
    lines += [Line(letter.record, "dead", letter.reason) for letter in taken.dead]
    lines += [Line(record, "repeat") for record in taken.sifted.repeats]
    canonical.write(lines, round(seconds * 1000, 1))
    outcomes = Counter((line.record.topic, line.outcome) for line in lines)
    outcomes.update((record.topic, "passed") for record in taken.sifted.passed)
    for (topic, outcome), count in outcomes.items():
        metrics.RECORDS.labels(service, topic, outcome).inc(count)
    for (topic, reason), count in Counter((letter.record.topic, letter.reason) for letter in taken.dead).items():
        metrics.DEAD_LETTERS.labels(service, topic, reason).inc(count)
    said = (say.message for say in taken.outcome.says)
    for (kind, detail), count in Counter((message.type_name, message.counted()) for message in said).items():
        metrics.EVENTS.labels(service, kind, detail).inc(count)
    if oldest is not None and lines:
        metrics.HOP.labels(service).observe(max(0.0, (wall() - oldest).total_seconds()))


def _line(item: Heard | Foreign, word: str, taken: Taken) -> Line:
    if isinstance(item, Heard):
        envelope = item.envelope
        return Line(item.record, word, "", envelope.type, envelope.subject, taken.said.get(envelope.id, 0))
    return Line(item.record, word)


def fired(taken: Taken, service: str, speed: float, nows: Mapping[str, Instant]) -> None:
    """Count the timers that fired, and by how much they were late in real seconds."""
    if taken.outcome.timers.fired:
        metrics.TIMERS_FIRED.labels(service).inc(len(taken.outcome.timers.fired))
    late = metrics.TIMER_LATE.labels(service)
    for name, due in taken.outcome.timers.fired:
        if name in nows:
            late.observe(max(0.0, (nows[name] - due).total_seconds() / speed))
