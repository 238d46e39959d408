"""Due times as sla last said them."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.owner import Owner
from schemas.values import Clock, Due


@dataclass(frozen=True, kw_only=True)
class NotedDue:
    """A due time as sla last said it; None while the clock stands still."""

    clock: Clock
    due: Due | None = None
    owner: Owner
