"""What tools may use of notify: how facts fold to the notices of a ticket.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.notify.core.ledger import evolve
from services.notify.work import STATE

__all__ = ["STATE", "evolve"]
