"""What the replay knows of its own submissions: what the door answered to each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from schemas.public import ReceiptGiven, ReceiptRefused
from tools.replay.records import CaseRecord


class Casebook:
    """Rows by submission and by ticket, and every answer of the door, counted once."""

    def __init__(self, records: Sequence[CaseRecord]) -> None:
        """Expect an answer to each of these."""
        self._rows = {record.id: record for record in records}
        self.answered: dict[str, str] = {}
        """By submission: `accepted`, `follow_up`, or the code of the refusal."""
        self.tickets: dict[str, CaseRecord] = {}
        self.ticket_of: dict[str, str] = {}
        """By the id of its row."""
        self.duplicates: dict[str, list[str]] = {}
        """By the id of a row, those that repeat it."""
        for record in records:
            if record.original is not None:
                self.duplicates.setdefault(record.original, []).append(record.id)

    def note(self, answer: ReceiptGiven | ReceiptRefused) -> tuple[str, CaseRecord] | None:
        """Take an answer of the door; returns the ticket and its row where a row became a ticket."""
        submission = answer.submission or ""
        record = self._rows.get(submission)
        if record is None or submission in self.answered:
            return None
        if isinstance(answer, ReceiptRefused):
            self.answered[submission] = answer.code
            return None
        if answer.follow_up:
            self.answered[submission] = "follow_up"
            return None
        self.answered[submission] = "accepted"
        for ticket in answer.tickets:
            self.tickets[ticket] = record
            self.ticket_of[record.id] = ticket
            return ticket, record
        return None

    @property
    def counts(self) -> Counter[str]:
        """How many rows had which answer."""
        return Counter(self.answered.values())
