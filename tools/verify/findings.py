"""What a check says: how much it looked at, and each broken promise with the ticket or place that it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: `subject` is a ticket's number, or the place on a topic where no ticket is known."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: the promise in a sentence, how many things were looked at, and what was found."""

    promise: str
    looked_at: int
    findings: Sequence[Finding]

    @property
    def kept(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
