"""The promise to whoever submits: it ends as taken, as refused or as a dead letter, and they are told which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from pydantic_core import from_json

from schemas.public import ReceiptGiven, ReceiptRefused
from tools.verify.findings import CheckResult, Finding
from tools.verify.rows import EventRow
from tools.verify.submissions import Arrivals, DoorVerdict, Submission
from vocabulary import Chinese


class ToldAuthors:
    """What authors were told of their submissions, boiled down while it is read: by receipt, taken or refused."""

    def __init__(self) -> None:
        """Nobody was told anything yet."""
        self.given: set[str] = set()
        self.refused: set[str] = set()

    def take(self, event: EventRow) -> None:
        """Note one event; most are no answers."""
        told = {ReceiptGiven.type_name: self.given, ReceiptRefused.type_name: self.refused}.get(event.type)
        if told is not None:
            told.add(from_json(event.body)["receipt"])


def everybody_told(
    arrivals: Arrivals,
    verdicts: Mapping[Submission, DoorVerdict],
    answers: ToldAuthors,
    dead: Collection[tuple[str, int, int]],
) -> CheckResult:
    """Each record of an inbound topic is a dead letter, or was decided on, and its author was told what was decided.

    What the door took can still be refused in the ticket's life: its author is told that beside. The note says how many
    ended how: a day on which all were refused is seen.
    """
    ended, findings = Counter[str](), list[Finding]()
    for topic, partition, offset, submission in arrivals:
        if (topic, partition, offset) in dead:
            ended["dead"] += 1
            continue
        verdict = verdicts.get(submission) if submission else None
        if verdict is None or verdict.before:
            continue  # that nothing came of it is found where facts are looked at; what was said again was told before
        ended["refused" if verdict.refused or verdict.receipt in answers.refused else "taken"] += 1
        if verdict.receipt not in (answers.refused if verdict.refused else answers.given):
            decided = "退回" if verdict.refused else "收下"
            findings.append(Finding(f"{topic}/{partition}@{offset}", Chinese(f"{decided}了，没有这样答复来件的一方")))
    note = Chinese(f"办理 {ended['taken']:,} 件，退回 {ended['refused']:,} 件，死信 {ended['dead']:,} 件")
    return CheckResult(
        "每条来件的结局都答复了来件的一方",
        len(arrivals),
        findings,
        note,
    )
