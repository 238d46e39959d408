"""A mistake is corrected (更正), and what had followed from it is taken back."""

from __future__ import annotations

from typing import Literal

from schemas.correction import CallbackAnswers, Correction
from schemas.dispatch.base import DispatchFact
from schemas.values import DepartmentCode, Instant, Ruling, Text, Unruled, Value


class CorrectedPhones(Value):
    """A telephone number that was wrong, or missing, and the right one, as everybody may read them: 138****1234."""

    old: str | None = None
    new: str


class Corrected(DispatchFact):
    """What was recorded is corrected, by a person of the centre: what stood, what stands instead, and why.

    A contact that was missing can also come from whom an agent verified to be the requester.

    `callback` says which callback of the ticket's life was corrected, 0 the first. `ruling` is the ruling that follows
    from corrected answers, or `unruled` why there is none any more; without either it stays. `lead` would lead by what
    stands now, and does not. `told` says that the requester had been told the earlier reply.
    """

    old: Correction
    new: Correction
    reason: Text
    callback: int | None = None
    ruling: Ruling | None = None
    unruled: Unruled | None = None
    awaits_ruling: Literal[True] | None = None
    lead: DepartmentCode | None = None
    told: Literal[True] | None = None
    phones: CorrectedPhones | None = None


class ReworkWithdrawn(DispatchFact):
    """A rework that a corrected callback had ordered is taken back, and its clock: the requester was content.

    `answers` are those that stand; what was reported handled before the rework, at `handled_at`, counts again.
    """

    department: DepartmentCode
    round: int
    reason: Text
    answers: CallbackAnswers
    handled_at: Instant | None = None
