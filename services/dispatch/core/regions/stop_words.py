"""Words that stop the machine, as far as they were recognised."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.values import DepartmentCode, DeskTaskKind, StopWord


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """What was recognised so far, the first of each group; `named` take no part until a person clears them.

    `unseen` says that words came in after somebody had the ticket, and that no person has seen to them yet;
    `called_for` that some of them were urgent when the ticket had ended, and has not gone on since.
    """

    found: tuple[StopWord, ...] = ()
    named: tuple[DepartmentCode, ...] = ()
    unseen: bool = False
    called_for: bool = False

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(each.group for each in self.found)

    @property
    def desk(self) -> DeskTaskKind | None:
        return DeskTaskKind.STOP_WORDS if self.unseen else None
