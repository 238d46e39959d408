"""What notify listens to: what a fact asks to be told, and what came back of what was sent, as commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.service import Heard
from schemas.notices import NoticeAttemptFailed, NoticeDelivered, NoticeGivenUp
from services.notify.core.ledger import Command, Report, Request
from services.notify.core.notice import Notice
from services.notify.core.profile import LEARNS
from services.notify.core.wishes import CONCERNS

LISTENS_TO = LEARNS | CONCERNS
"""The facts that teach something about a ticket, or that somebody may have to be told of; all others pass by."""


def react(heard: Heard, wanted: Mapping[str, Sequence[Notice]]) -> Sequence[tuple[str, Command]]:
    """Turn a fact into requests for what it was found to ask for, and an outcome into a report."""
    message = heard.message
    if isinstance(message, NoticeDelivered | NoticeAttemptFailed | NoticeGivenUp):
        return ((message.ticket, Report(message)),)
    return [(heard.envelope.subject, Request(heard.envelope.subject, n)) for n in wanted.get(heard.envelope.id, ())]
