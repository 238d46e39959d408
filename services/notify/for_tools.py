"""What tools may use of notify: how facts fold to the ledger of a ticket's notices.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.notify.core.ledger import Ledger, evolve

__all__ = ["Ledger", "evolve"]
