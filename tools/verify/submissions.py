"""The promise to whoever speaks up: all that came in is a fact, a refusal or a dead letter, and nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from schemas.registry import party_of
from schemas.tickets import Answered, Registered
from schemas.values import Party, PartyKind
from services.desk.for_tools import SOURCE, desk_of
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


def said_at_the_door(
    taken: Iterable[tuple[str, str, str]], acts: Mapping[str, tuple[str, str]], agents: Collection[str]
) -> CheckResult:
    """What was taken as said at the door of persons was said there, under a login of the party that it stands for.

    `taken` are party, source and id of what was submitted and not refused; `acts` are what the door knows: by id, login
    and party. `agents` are the people of the office's list who act for the callback agency.
    """
    ours = [(party, act) for party, source, act in taken if source == SOURCE]
    findings = []
    for party, act in ours:
        login, claimed = acts.get(act, ("", ""))
        department = desk_of(login)
        kind = PartyKind.CALLBACK if login in agents else PartyKind.OFFICE
        own = Party(kind=PartyKind.DEPARTMENT, department=department) if department else Party(kind=kind)
        if not login:
            findings.append(Finding(act, Chinese(f"以 {party} 的名义记为在门上所办，门上却没有")))
        elif not party == claimed == str(own):
            findings.append(Finding(act, Chinese(f"记在 {party} 名下，却是 {login} 为 {claimed} 所办")))
    return CheckResult(
        "门上办的，都由那一方登录的人所办 (who acts at the door is logged in there)", len(ours), findings
    )


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
