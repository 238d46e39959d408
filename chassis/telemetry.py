"""What is reported of each transaction: one line for each record, and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from chassis import metrics
from chassis.clock import wall
from chassis.logs import Canonical, Line
from chassis.service import Foreign, Heard, Instant
from chassis.transaction import TransactionResult


def report(
    result: TransactionResult, canonical: Canonical, service: str, seconds: float, oldest: Instant | None
) -> None:
    """Write the lines and count; `oldest` is when the oldest record of the batch was appended."""
    words = result.outcome.words or ("taken",) * len(result.classified.items)
    lines = [_line(item, word, result) for item, word in zip(result.classified.items, words, strict=True)]
    lines += [Line(letter.record, "parked", letter.reason) for _, letter in result.classified.parked]
    lines += [Line(letter.record, "dead", letter.reason) for letter in result.dead]
    lines += [Line(record, "repeat") for record in result.classified.repeats]
    canonical.write(lines, round(seconds * 1000, 1))
    outcomes = Counter((line.record.topic, line.outcome) for line in lines)
    outcomes.update((record.topic, "passed") for record in result.classified.passed)
    for (topic, outcome), count in outcomes.items():
        metrics.RECORDS.labels(service, topic, outcome).inc(count)
    for (topic, reason), count in Counter((letter.record.topic, letter.reason) for letter in result.dead).items():
        metrics.DEAD_LETTERS.labels(service, topic, reason).inc(count)
    said = (say.message for say in result.outcome.says)
    for (kind, detail), count in Counter((message.type_name, message.counted()) for message in said).items():
        metrics.EVENTS.labels(service, kind, detail).inc(count)
    if oldest is not None and lines:
        metrics.HOP.labels(service).observe(max(0.0, (wall() - oldest).total_seconds()))


def _line(item: Heard | Foreign, word: str, result: TransactionResult) -> Line:
    if isinstance(item, Heard):
        envelope = item.envelope
        return Line(item.record, word, "", envelope.type, envelope.subject, result.said.get(envelope.id, 0))
    return Line(item.record, word)


def report_timers(result: TransactionResult, service: str, speed: float, nows: Mapping[str, Instant]) -> None:
    """Count the timers that fired, and by how much they were late in real seconds."""
    if result.outcome.timers.fired:
        metrics.TIMERS_FIRED.labels(service).inc(len(result.outcome.timers.fired))
    late = metrics.TIMER_LATE.labels(service)
    for name, due in result.outcome.timers.fired:
        if name in nows:
            late.observe(max(0.0, (nows[name] - due).total_seconds() / speed))
