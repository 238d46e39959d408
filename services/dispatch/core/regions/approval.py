"""What waits for an approver (报批)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.inbound import Approvable
from schemas.values import (
    Actor,
    DeskTaskKind,
    Receipt,
    RequestKind,
)

NOBODY: Final = Actor()
"""Who asked, where that was not kept."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An act that waits for somebody else: who asked for it, by which receipt, and after how many orders."""

    request: RequestKind
    act: Approvable
    by: Actor
    receipt: Receipt
    orders: int

    @property
    def kind(self) -> str:
        """The kind of the act, which is its row in the table."""
        return self.act.do

    @property
    def desk(self) -> DeskTaskKind:
        """The act waits for whoever decides on such a request."""
        return DeskTaskKind(self.request)
