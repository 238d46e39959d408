"""The attachments of a ticket: facts that carry some add to them, and each reader is shown what is theirs to see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.attachments import Attached, ShownAttachment
from services.dispatch.core.regions import KeptAttachment
from services.dispatch.core.sealing import is_confidential
from services.dispatch.core.ticket import Ticket

_MOST: Final = 60
"""Of more the newest stay: older ones stand in the trace."""


def kept(fact: d.DispatchFact) -> tuple[KeptAttachment, ...]:
    """What a fact brings of attachments: of the department that acts, or of the requester."""
    if not isinstance(fact, d.Carrying) or not fact.attachments:
        return ()
    return tuple(
        KeptAttachment(
            attached=each,
            department=fact.by.party.department if fact.by.party else None,
            of=fact.other if isinstance(fact, d.MergeTaken) else None,
            incident=fact.incident if isinstance(fact, d.Handled) else None,
            withheld=isinstance(fact, d.InfoProvided | d.FollowUpAdded) and bool(fact.withheld),
        )
        for each in fact.attachments
    )


def with_attachments(ticket: Ticket, fact: d.DispatchFact) -> Ticket:
    """The ticket with what a fact brings; each attachment once."""
    new = kept(fact)
    if not new:
        return ticket
    known = {each.attached.id for each in ticket.attachments}
    more = tuple(each for each in new if each.attached.id not in known)
    return replace(ticket, attachments=(*ticket.attachments, *more)[-_MOST:])


def of_requester(ticket: Ticket) -> tuple[Attached, ...] | None:
    """What goes on with the matter where another ticket carries it on."""
    own = (each.attached for each in ticket.attachments if each.department is None and not each.withheld)
    return tuple(own) or None


def shown_to_department(ticket: Ticket) -> tuple[ShownAttachment, ...] | None:
    """What whoever takes part may fetch; what came with words that are kept from departments is left out."""
    return tuple(_shown(ticket, withheld=False)) or None


def shown_to_desk(ticket: Ticket) -> tuple[ShownAttachment, ...] | None:
    """What the centre may fetch."""
    return tuple(_shown(ticket, withheld=True)) or None


def _shown(ticket: Ticket, *, withheld: bool) -> Iterator[ShownAttachment]:
    confidential = bool(ticket.attachments) and is_confidential(ticket)
    for each in ticket.attachments:
        if withheld or not each.withheld:
            sealed = confidential and each.department is None
            yield ShownAttachment(
                id=each.attached.id,
                sha256=each.attached.sha256,
                size=each.attached.size,
                media=each.attached.media,
                department=each.department,
                sealed=True if sealed else None,
            )
