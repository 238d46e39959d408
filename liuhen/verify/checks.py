"""The promises, each as a pure function from what was read to what is broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from liuhen.verify.evidence import Listened, NextOffset, Stood, Written
from liuhen.verify.findings import Finding, Verdict

Place = tuple[str, int]
Numbers = Mapping[tuple[str, int, str], Mapping[int, str]]
"""By topic, partition and source: the event id of each sequence number that stands there."""


def numbers_of(records: Iterable[Stood]) -> tuple[Numbers, list[Finding]]:
    """Sort records by source; finds ids that changed under a number, and numbers that came too early."""
    numbers: dict[tuple[str, int, str], dict[int, str]] = defaultdict(dict)
    findings = []
    for record in records:
        envelope = record.envelope
        if envelope is None or not envelope.sequence:
            findings.append(Finding(_place(record), "没有可读的信封或序号 (no readable envelope or sequence)"))
            continue
        known = numbers[record.topic, record.partition, envelope.source]
        before = known.get(envelope.sequence)
        if before is None and envelope.sequence != len(known) + 1:
            text = f"{envelope.source} jumps to {envelope.sequence} after {len(known)} on {_place(record)}"
            findings.append(Finding(envelope.subject, text))
        elif before is not None and before != envelope.id:
            text = f"{envelope.source} said number {envelope.sequence} twice with different ids on {_place(record)}"
            findings.append(Finding(envelope.subject, text))
        known[envelope.sequence] = envelope.id
    return numbers, findings


def order_kept(numbers: Numbers, findings: Sequence[Finding]) -> Verdict:
    """Each source's numbers follow one another on each partition."""
    return Verdict("每个来源的事件连续、有序 (no gap, no disorder)", sum(map(len, numbers.values())), findings)


def everything_published(written: Sequence[Written], numbers: Numbers) -> Verdict:
    """Each recorded event stands on its topic under its number."""
    findings = [
        Finding(event.key, f"{event.type} {event.id} of {event.service} is recorded but not on {event.topic}")
        for event in written
        if numbers.get((event.topic, event.partition, _source(event)), {}).get(event.sequence) != event.id
    ]
    return Verdict("表里的每个事件都在主题上 (recorded means published)", len(written), findings)


def nothing_else_published(written: Sequence[Written], numbers: Numbers, sources: frozenset[str]) -> Verdict:
    """Nothing stands on a topic that its writer did not record."""
    recorded = {(event.topic, event.partition, _source(event), event.sequence) for event in written}
    findings = [
        Finding(f"{topic}/{partition}", f"{source} number {sequence} is on the topic but was never recorded")
        for (topic, partition, source), said in numbers.items()
        if source.split("/")[1] in sources
        for sequence in said
        if (topic, partition, source, sequence) not in recorded
    ]
    return Verdict("主题上的每个事件都在表里 (published means recorded)", sum(map(len, numbers.values())), findings)


def everything_heard(listened: Sequence[Listened], numbers: Numbers, readers: Mapping[str, Sequence[str]]) -> Verdict:
    """Each reader of a topic heard each source to its end."""
    heard = {(each.service, each.topic, each.partition, each.source): each.sequence for each in listened}
    findings = []
    looked_at = 0
    for (topic, partition, source), said in numbers.items():
        for service in readers.get(topic, ()):
            looked_at += 1
            last, reached = max(said, default=0), heard.get((service, topic, partition, source), 0)
            if reached < last:
                text = f"{service} heard {source} up to {reached} of {last}"
                findings.append(Finding(f"{topic}/{partition}", text))
    return Verdict("每个事件都被下游听到 (published means heard)", looked_at, findings)


def no_double_effect(written: Sequence[Written]) -> Verdict:
    """No consequence was recorded twice: an event's id, which its cause determines, is unique."""
    seen = Counter((event.service, event.id) for event in written)
    keys = {(event.service, event.id): event.key for event in written}
    findings = [Finding(keys[each], f"event {each[1]} was recorded {n} times") for each, n in seen.items() if n > 1]
    return Verdict("没有重复的效果 (no doubled effect)", len(written), findings)


def offsets_behind(
    next_offsets: Sequence[NextOffset], ends: Mapping[Place, int], committed: Mapping[str, Mapping[Place, int]]
) -> Verdict:
    """No service says that it read what is not there, and none committed more than it did."""
    findings = []
    for each in next_offsets:
        place = (each.topic, each.partition)
        if place in ends and each.offset > ends[place]:
            findings.append(
                Finding(_at(place), f"{each.service} goes on at {each.offset}, the log ends at {ends[place]}")
            )
        told = committed.get(each.service, {}).get(place, 0)
        if told > each.offset:
            findings.append(Finding(_at(place), f"{each.service} committed {told} but did only {each.offset}"))
    return Verdict("位移从未超前 (offsets never ran ahead)", len(next_offsets), findings)


def everything_read(next_offsets: Sequence[NextOffset], ends: Mapping[Place, int]) -> Verdict:
    """Each service read its inputs to their ends."""
    findings = [
        Finding(_at((each.topic, each.partition)), f"{each.service} read {each.offset} of {end} records")
        for each in next_offsets
        if each.offset < (end := ends.get((each.topic, each.partition), 0))
    ]
    return Verdict("每条输入都已读完 (every input was read)", len(next_offsets), findings)


def _source(event: Written) -> str:
    return f"liuhen/{event.service}/{event.lane}"


def _at(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


def _place(record: Stood) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"
