"""What dispatch notes of clocks, and which actions it refuses."""

from __future__ import annotations

from typing import ClassVar

from schemas.dispatch.base import DispatchFact
from schemas.owner import Owner
from schemas.values import (
    Clock,
    Code,
    Due,
    Party,
    Receipt,
    Wording,
)


class DueNoted(DispatchFact):
    """A due time became known or changed; the department hears it with its order."""

    word: ClassVar[str] = "due_changed"

    clock: Clock
    clock_id: str
    due: Due | None = None
    owner: Owner
    reason: Code


class Overdue(DispatchFact):
    """A clock of this ticket was missed by its owner; withdrawn again when an earlier fact turned up.

    `held_by` is who held the ticket when the citizen's time ran out, and answers for it.
    """

    clock: Clock
    clock_id: str
    owner: Owner
    withdrawn: bool = False
    held_by: Owner | None = None

    def happened(self) -> str:
        """Say apart that a clock was not missed after all."""
        return "overdue_withdrawn" if self.withdrawn else self.word


class ActionRefused(DispatchFact):
    """An action was not legal in the ticket's state; its author hears the reason, and nothing else changes.

    `version` is that of the ticket, for whoever had seen an older one.
    """

    counted_by: ClassVar[str] = "code"

    receipt: Receipt
    party: Party
    action: Code
    code: Code
    reason: Wording
    version: int | None = None
