"""Open tickets whose department is not there under a policy: somebody has to hand them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rulebook.policy import Policy


class Orphan(NamedTuple):
    """A department that leads open tickets and is not there: whether it is listed at all, and who follows it."""

    department: str
    tickets: int
    listed: bool
    successor: str | None

    def __str__(self) -> str:
        """Say it with what to do."""
        said = f"注意：{self.department} 牵头的在办工单有 {self.tickets} 件"
        if not self.listed:
            step = "请在 directory.yaml 里补回，写明 valid_to 和 successor，再执行 liuhen reorganise"
            return f"{said}，而名录里没有它：{step}。"
        after = f"由 {self.successor} 承接" if self.successor else "没有承接单位"
        return f"{said}，而它已撤销，{after}：请执行 liuhen reorganise。"


def orphans(policy: Policy, leads: Sequence[str], at: datetime) -> list[Orphan]:
    """Find each department that leads open tickets and is not there under a policy."""
    found = []
    for code, tickets in sorted(Counter(leads).items()):
        listed, current = policy.department(code), policy.current(code, at)
        if listed is None or current is not listed:
            found.append(Orphan(code, tickets, listed is not None, current.code if listed and current else None))
    return found
