"""The promise to whoever speaks up: all that came in is a fact, a refusal or a dead letter, and nothing twice."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.attachments import Attached
from schemas.registry import party_of
from schemas.tickets import Answered, Registered
from schemas.values import Party, PartyKind
from services.desk.for_tools import SOURCE, desk_of
from services.intake.for_tools import submission_of
from tools.client.log import TopicRecord
from tools.verify.attachments import named_in
from tools.verify.findings import CheckResult, Finding
from vocabulary import Chinese

Place = tuple[str, int]
Submission = tuple[str, str, str]
"""Party, source and id."""
_HOTLINE = str(Party(kind=PartyKind.HOTLINE))
_BORN = frozenset({Registered.type_name, Answered.type_name})


class DoorVerdict(NamedTuple):
    """What the door decided on a submission: its receipt, whether it was refused, whether before what is looked at."""

    receipt: str
    refused: bool
    before: bool = False


class Arrivals:
    """What came in, boiled down while it is read: the place of each record, and which submission it is."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self.ends: dict[Place, int] = {}
        self._came: defaultdict[str, list[tuple[int, int, Submission | None]]] = defaultdict(list)

    def take(self, record: TopicRecord) -> None:
        """Note one record."""
        self.ends[record.topic, record.partition] = record.offset + 1
        submission = submission_of(party_of(record.topic), record.headers, record.value)
        self._came[record.topic].append((record.partition, record.offset, submission))

    def submissions(self) -> Iterator[Submission]:
        """Each submission that can be read."""
        return (submission for _, _, _, submission in self if submission is not None)

    def __len__(self) -> int:
        return sum(map(len, self._came.values()))

    def __iter__(self) -> Iterator[tuple[str, int, int, Submission | None]]:
        return ((topic, *each) for topic, came in self._came.items() for each in came)


class DoorFacts:
    """What the door said, boiled down while it is read: receipts, numbers, and the attachments that are named."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self.answered: set[str] = set()
        self.born: Counter[str] = Counter()
        self.named: list[tuple[str, Attached]] = []
        self.twice: dict[str, set[str]] = {}
        """Receipts under which tickets were registered from more than one record, and those tickets."""
        self._seen: set[str] = set()
        self._from: dict[str, tuple[int, str]] = {}

    def take(self, record: TopicRecord) -> None:
        """Note one record; what is said again is one fact."""
        envelope = record.envelope
        if envelope is None or record.value is None or envelope.id in self._seen:
            return
        self._seen.add(envelope.id)
        self.named += ((envelope.subject, each) for each in named_in(record.value))
        if receipt := json.loads(record.value).get("receipt"):
            self.answered.add(receipt)
        if envelope.type in _BORN:
            self.born[envelope.subject] += 1
            cause, first = self._from.setdefault(receipt, (hash(envelope.causation), envelope.subject))
            if cause != hash(envelope.causation):
                self.twice.setdefault(receipt, {first}).add(envelope.subject)


def everything_answered(
    arrivals: Arrivals,
    facts: DoorFacts,
    verdicts: Mapping[Submission, DoorVerdict],
    dead: Collection[tuple[str, int, int]],
) -> CheckResult:
    """Each record of an inbound topic led to a fact of the door under its receipt, or is a dead letter.

    `verdicts` are those of the door.
    """
    findings = []
    for topic, partition, offset, submission in arrivals:
        if (topic, partition, offset) in dead:
            continue
        verdict = verdicts.get(submission) if submission else None
        if verdict is None or (not verdict.before and verdict.receipt not in facts.answered):
            place = f"{topic}/{partition}@{offset}"
            findings.append(Finding(place, Chinese("收到了，没有事件、没有退回，也没有死信")))
    return CheckResult("每条来件都有结果", len(arrivals), findings)


def said_at_the_door(
    taken: Iterable[tuple[str, str, str]],
    acts: Mapping[str, tuple[str, str]],
    agents: Collection[str],
    takers: Collection[str],
) -> CheckResult:
    """What was taken as said at the door of persons was said there, under a login of the party that it stands for.

    `taken` are party, source and id of what was submitted and not refused; `acts` are what the door knows: by id, login
    and party. `agents` are the people of the office's list who act for the callback agency, `takers` those who also say
    for the hotline what callers ask for.
    """
    ours = [(party, act) for party, source, act in taken if source == SOURCE]
    findings = []
    for party, act in ours:
        login, claimed = acts.get(act, ("", ""))
        department = desk_of(login)
        kind = PartyKind.CALLBACK if login in agents else PartyKind.OFFICE
        if party == claimed == _HOTLINE and login in takers:
            kind = PartyKind.HOTLINE
        own = Party(kind=PartyKind.DEPARTMENT, department=department) if department else Party(kind=kind)
        if not login:
            findings.append(Finding(act, Chinese(f"以 {party} 的名义记为在门上所办，门上却没有")))
        elif not party == claimed == str(own):
            findings.append(Finding(act, Chinese(f"记在 {party} 名下，却是 {login} 为 {claimed} 所办")))
    return CheckResult("门上办的，都由那一方登录的人所办", len(ours), findings)


def taken_once(facts: DoorFacts) -> CheckResult:
    """A submission is registered from one record alone, however often it comes; a visit may have several tickets."""
    findings = [
        Finding(receipt, Chinese(f"同一提交登记了两次：{'、'.join(sorted(tickets))}"))
        for receipt, tickets in facts.twice.items()
    ]
    return CheckResult("一次提交只登记一次", facts.born.total(), findings)


def nothing_promised_is_gone(
    promised: Collection[Submission], arrivals: Arrivals, receipts: Collection[Submission]
) -> CheckResult:
    """What a door said it had taken stands on its topic, or was decided on before the topic let go of it."""
    gone = {*promised} - {submission for _, _, _, submission in arrivals if submission} if promised else set()
    findings = [
        Finding(id_, Chinese(f"门上答应了 {party} 的来件（{source}），主题上没有，也没有结果"))
        for party, source, id_ in sorted(gone)
        if (party, source, id_) not in receipts
    ]
    return CheckResult("门上收下的都在主题上", len(promised), findings)


def one_ticket_each(facts: DoorFacts) -> CheckResult:
    """No ticket number was given twice."""
    findings = [Finding(number, Chinese(f"登记了 {times} 次")) for number, times in facts.born.items() if times > 1]
    return CheckResult("一个编号一张工单", facts.born.total(), findings)
