"""The promise to whoever speaks up: all that came in is a fact, a refusal or a dead letter, and nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from schemas.registry import party_of
from schemas.tickets import Answered, Registered
from services.intake.for_tools import submission_of
from tools.client.log import TopicRecord
from tools.verify.findings import CheckResult, Finding
from vocabulary import Chinese

_BORN = frozenset({Registered.type_name, Answered.type_name})


def everything_answered(
    arrivals: Sequence[TopicRecord],
    facts: Sequence[TopicRecord],
    receipts: Mapping[tuple[str, str, str], str],
    dead: Collection[tuple[str, int, int]],
) -> CheckResult:
    """Each record of an inbound topic led to a fact of the door under its receipt, or is a dead letter.

    `receipts` are those that the door gave, by party, source and id.
    """
    answered = {receipt for receipt, _ in _receipts(facts)}
    findings = []
    for record in arrivals:
        if (record.topic, record.partition, record.offset) in dead:
            continue
        submission = submission_of(party_of(record.topic), record.headers, record.value)
        if submission is None or receipts.get(submission) not in answered:
            place = f"{record.topic}/{record.partition}@{record.offset}"
            findings.append(Finding(place, Chinese("收到了，没有事件、没有退回，也没有死信")))
    return CheckResult("每条来件都有结果 (every input is answered or a dead letter)", len(arrivals), findings)


def one_ticket_each(facts: Sequence[TopicRecord]) -> CheckResult:
    """No ticket number was given twice."""
    born = [fact.envelope for fact in _unique(facts) if fact.envelope and fact.envelope.type in _BORN]
    numbers = Counter(envelope.subject for envelope in born)
    findings = [Finding(number, Chinese(f"登记了 {times} 次")) for number, times in numbers.items() if times > 1]
    return CheckResult("一个编号一张工单 (one number, one ticket)", len(born), findings)


def _unique(facts: Sequence[TopicRecord]) -> Iterator[TopicRecord]:
    seen: set[str] = set()
    for record in facts:
        if record.envelope is not None and record.envelope.id not in seen:
            seen.add(record.envelope.id)
            yield record


def _receipts(facts: Sequence[TopicRecord]) -> Iterator[tuple[str, str]]:
    for record in facts:
        if record.envelope is not None and record.value is not None:
            receipt = json.loads(record.value).get("receipt")
            if receipt:
                yield receipt, record.envelope.subject
