"""What tools may use of sla: its core as one decider, how facts fold to clocks, and due times under a policy.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.sla.core.evolve import evolve
from services.sla.core.rules import Rules
from services.sla.core.state import Clocks, timer
from services.sla.work import decider

__all__ = ["Clocks", "Rules", "decider", "evolve", "timer"]
