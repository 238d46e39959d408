"""What waited is told as it stands when it leaves: without what was overtaken, and to the number that stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol, Self, TypeVar

_ENDS: Final = frozenset(
    {
        "requester-withdrawn",
        "requester-transferred",
        "requester-not-accepted",
        "requester-merged",
        "requester-split",
        "requester-settled",
        "requester-result",
        "requester-closed",
        "requester-final-answer",
        "requester-merged-ended",
    }
)
_DATES: Final = frozenset(
    {
        "requester-due-changed",
        "requester-extended",
        "requester-suspended",
        "requester-resumed",
        "requester-overdue",
        "requester-rework",
        "requester-reopened",
    }
)
"""What tells of another date than was promised before, or that there is none."""
_STOOD_DOWN: Final = frozenset({"department-ended", "department-handed-over"})
_OVERTAKEN_BY: Final[Mapping[str, frozenset[str]]] = {
    "requester-dispatched": _ENDS | {"requester-redispatched", "requester-reopened"},
    "requester-redispatched": _ENDS | {"requester-redispatched", "requester-reopened"},
    "requester-due-changed": _ENDS | _DATES,
    "requester-extended": _ENDS,
    "requester-suspended": _ENDS | {"requester-resumed"},
    "requester-resumed": _ENDS | {"requester-suspended"},
    "requester-overdue": _ENDS,
    "requester-committed": _ENDS,
    "requester-needs-info": _ENDS,
    "requester-reopened": _ENDS,
    "requester-rework": _ENDS | {"requester-rework-withdrawn"},
    "requester-withdrawal-asked": frozenset({"requester-withdrawn", "requester-withdrawal-declined"}),
    "requester-reopening-asked": frozenset({"requester-reopened", "requester-reopening-declined"}),
    "requester-closed": frozenset({"requester-reopened"}),
    "requester-merged": frozenset({"requester-unmerged"}),
    "requester-merged-ended": frozenset({"requester-merged-reopened"}),
    "department-new-order": _STOOD_DOWN,
    "department-supporting-task": _STOOD_DOWN,
    "department-reminder": _STOOD_DOWN,
    "department-nudge": _STOOD_DOWN,
    "department-rework": _STOOD_DOWN,
}
"""What says how a ticket stands, and the later messages of it after which that is so no more."""
_REQUESTER: Final = "requester"
_RECEIPT: Final = "requester-receipt"
_TOLD_ANEW: Final = frozenset({_RECEIPT, "requester-dispatched", "requester-redispatched", "requester-due-changed"})
"""What whoever is reached elsewhere now hears again from the beginning."""
_NO_PROMISE: Final = _ENDS | _DATES
"""The later messages after which a date that was promised before them holds no more."""


class Waiting(Protocol):
    """A message that waits, as far as it matters here."""

    @property
    def ticket(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def address(self) -> str: ...

    def to_address_of(self, other: Self) -> Self:
        """The same message to where the other one goes."""

    def without_promise(self) -> Self:
        """The same message without the date that it promises."""


W = TypeVar("W", bound=Waiting)


def still_true(waiting: Sequence[W]) -> tuple[list[W], list[W]]:
    """Of what waited for a person, in the order in which it was wanted: what leaves, and what was overtaken."""
    leaves, overtaken = list[W](), list[W]()
    for number, each in enumerate(waiting):
        later = [other for other in waiting[number + 1 :] if _same_person(each, other)]
        receipts = (other for other in reversed(later) if other.template == _RECEIPT and other.audience == _REQUESTER)
        moved = next(receipts, None)
        elsewhere = moved is not None and (moved.way, moved.address) != (each.way, each.address)
        templates = {other.template for other in later}
        if is_overtaken(each.template, templates) or (elsewhere and each.template in _TOLD_ANEW):
            overtaken.append(each)
            continue
        true = each.to_address_of(moved) if moved is not None and elsewhere else each
        leaves.append(true if _NO_PROMISE.isdisjoint(templates) else true.without_promise())
    return leaves, overtaken


def is_overtaken(template: str, later: Collection[str]) -> bool:
    """Whether what a message says is so no more after the later ones to the same person."""
    return not _OVERTAKEN_BY.get(template, frozenset()).isdisjoint(later)


def _same_person(each: Waiting, other: Waiting) -> bool:
    return each.ticket == other.ticket and each.audience == other.audience
