"""What tools may use of notify: how facts fold to the notices of a ticket, and which of them facts ask for;
and which telephone numbers take a short message.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.notify.core.ledger import evolve
from services.notify.core.phones import takes_messages
from services.notify.reactions import profiles, wishes
from services.notify.work import STATE

__all__ = ["STATE", "evolve", "profiles", "takes_messages", "wishes"]
