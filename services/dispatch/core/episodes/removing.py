"""Removing (撤下附件): what should never have been uploaded is deleted, here and in tickets that have it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import IncidentId
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.episodes.redaction import related
from services.dispatch.core.holder import participants
from services.dispatch.core.ticket import Ticket

episode = Episode("removing")

_ANY: Final = frozenset(S) - {S.REGISTERED}


def _has(ticket: Ticket, attachment: str) -> bool:
    return any(each.attached.id == attachment for each in ticket.attachments)


def attachment_there(draft: Draft, action: i.RemoveAttachment) -> Refusal | None:
    if _has(draft.ticket, action.attachment):
        return None
    reason = f"该工单没有附件 {action.attachment}，或者已经撤下；请核对编号，现有的附件列在待办和派单中。"
    return Refusal("no_such_attachment", reason)


@episode.action(i.RemoveAttachment, _ANY, attachment_there)
def remove_attachment(draft: Draft, action: i.RemoveAttachment) -> None:
    removed = d.AttachmentRemoved(
        **draft.by_author,
        attachment=action.attachment,
        reason=action.reason,
        incident=_uploaded_for(draft.ticket, action.attachment),
    )
    draft.say(removed)


def _uploaded_for(ticket: Ticket, attachment: str) -> IncidentId | None:
    return next((each.incident for each in ticket.attachments if each.attached.id == attachment), None)


def has_it(draft: Draft, request: r.RemoveAttachmentToo) -> Refusal | None:
    return None if _has(draft.ticket, request.attachment) else MOOT


@episode.request(r.RemoveAttachmentToo, _ANY, has_it)
def remove_attachment_too(draft: Draft, request: r.RemoveAttachmentToo) -> None:
    removed = d.AttachmentRemoved(
        **draft.by_author,
        attachment=request.attachment,
        origin=request.origin,
        reason=request.reason,
        incident=_uploaded_for(draft.ticket, request.attachment),
    )
    draft.say(removed)


def _others(ticket: Ticket, fact: d.AttachmentRemoved) -> Iterator[r.TicketRequest]:
    for other in related(ticket):
        if other != fact.origin:
            yield r.RemoveAttachmentToo(
                ticket=other, origin=ticket.id, by=fact.by, attachment=fact.attachment, reason=fact.reason
            )


@episode.fact(d.AttachmentRemoved, heard_by=participants, asks=_others)
def _removed(ticket: Ticket, fact: d.AttachmentRemoved, _at: datetime) -> Ticket:
    left = tuple(each for each in ticket.attachments if each.attached.id != fact.attachment)
    return replace(ticket, attachments=left)
