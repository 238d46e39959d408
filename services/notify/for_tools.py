"""What tools may use of notify: its core as one teller, how facts fold to the notices of a ticket, and which facts ask
for some; and which telephone numbers take a short message.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.service import Cause, Heard
from rulebook import Policy
from schemas.message import Message
from services.notify.core.ledger import Command, NoticeLedger, Outcome, Report, Request, decide, evolve
from services.notify.core.phones import takes_messages
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording
from services.notify.edges.reports import described
from services.notify.reactions import LISTENS_TO, profiles, react, wishes
from services.notify.work import STATE

__all__ = ["STATE", "Outcome", "Teller", "described", "evolve", "profiles", "takes_messages", "wishes"]


class Teller:
    """The core of notify, which remembers in memory what the service keeps in tables; it reaches nobody."""

    def __init__(self, policy: Policy) -> None:
        """Word everything as a policy does."""
        self._wording = Wording(policy)
        self._profiles: dict[str, Profile] = {}
        self._ledgers: dict[str, NoticeLedger] = {}

    def hear(self, heard: Heard) -> Sequence[Message]:
        """Hear a fact, and request the notices that it asks for."""
        if type(heard.message) not in LISTENS_TO:
            return ()
        ticket, at = heard.envelope.subject, heard.envelope.time
        before = self._profiles.get(ticket, Profile(ticket=ticket))
        after, found = react(before, heard.message, at, self._wording.book)
        self._profiles[ticket] = after
        worded = (self._wording.notice(wish, after, heard.envelope.id, at) for wish in found)
        asked = [Request(ticket, notice) for notice in worded if notice is not None]
        return [fact for each in asked for fact in self._decide(ticket, each, heard.cause)]

    def report(self, outcome: Outcome, at: datetime) -> Sequence[Message]:
        """Say what came of an attempt."""
        return self._decide(outcome.ticket, Report(outcome), Cause(outcome.notice, outcome.ticket, at))

    def _decide(self, ticket: str, command: Command, cause: Cause) -> Sequence[Message]:
        facts = decide(self._ledgers.get(ticket), command, cause)
        for fact in facts:
            self._ledgers[ticket] = evolve(self._ledgers.get(ticket), fact, cause.time)
        return facts
