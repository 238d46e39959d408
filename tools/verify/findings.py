"""What a check says: how much it looked at, and each broken promise with the ticket or place that it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.owner import Owner
from vocabulary import PARTIES, Chinese


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: `subject` is a ticket's number, or the place on a topic where no ticket is known."""

    subject: str
    text: Chinese


def whose(owner: Owner) -> str:
    """Name an owner: what kind of party it is, and which one."""
    return f"{PARTIES.said(owner.kind)} {owner.code}" if owner.code else PARTIES.said(owner.kind)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: the promise in a sentence, how much was looked at, what was found, and what else is to be known."""

    promise: str
    looked_at: int
    findings: Sequence[Finding]
    note: Chinese | None = None

    @property
    def kept(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
