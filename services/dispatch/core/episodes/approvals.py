"""What the lead asked an approver for, and nobody has to decide any more: the approver owes nothing that is moot."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode
from services.dispatch.core.episodes.extension import extension_over
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import ExtensionAsked, NoSuspensionAsked, SuspensionAsked
from services.dispatch.core.ticket import Ticket

episode = Episode("approvals")


def lapse(draft: Draft, reason: str) -> None:
    """Both requests lapse where nobody will be able to decide them."""
    if isinstance(draft.ticket.extension, ExtensionAsked):
        draft.say(d.RequestLapsed(**draft.by_policy, department=draft.lead, what="extension", reason=reason))
    lapse_suspension(draft, reason)


def lapse_suspension(draft: Draft, reason: str) -> None:
    """A suspension that was asked for lapses."""
    if isinstance(draft.ticket.suspension, SuspensionAsked):
        draft.say(d.RequestLapsed(**draft.by_policy, department=draft.lead, what="suspension", reason=reason))


@episode.fact(d.RequestLapsed, heard_by=participants)
def _lapsed(ticket: Ticket, fact: d.RequestLapsed, _at: datetime) -> Ticket:
    match fact.what:
        case "extension":
            return extension_over(ticket)
        case "suspension":
            return replace(ticket, suspension=NoSuspensionAsked())
