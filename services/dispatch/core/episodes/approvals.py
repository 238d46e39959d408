"""Approval (报批): an act that nobody may do alone waits for somebody else, who decides under their own name.

What nobody has to decide any more lapses: the approver owes nothing that is moot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor, DepartmentCode, RequestKind
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import SAME, Episode, Refusal, Target
from services.dispatch.core.episodes.extension import extension_over
from services.dispatch.core.guards import another_decides
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Asked, ExtensionAsked, NoSuspensionAsked, SuspensionAsked
from services.dispatch.core.standing import OPEN
from services.dispatch.core.ticket import Ticket

episode = Episode("approvals")


# --- asked for -------------------------------------------------------------------------------------------------------


def ask_approval(draft: Draft, act: i.Approvable, stake: str) -> None:
    """Let an act wait for an approver."""
    draft.say(
        d.ApprovalRequested(
            **draft.by_author, request=RequestKind.APPROVAL, wanted=act, receipt=draft.receipt, reason=stake
        )
    )


def _asking(ticket: Ticket, fact: d.ApprovalRequested) -> tuple[DepartmentCode, ...]:
    """A department hears that what it asked for waits; what the office asks for is the office's own matter."""
    return tuple(code for code in participants(ticket) if code == _department_of(fact.by))


@episode.fact(d.ApprovalRequested, heard_by=_asking)
def _requested(ticket: Ticket, fact: d.ApprovalRequested, _at: datetime) -> Ticket:
    asked = Asked(request=fact.request, act=fact.wanted, by=fact.by, receipt=fact.receipt, orders=ticket.orders)
    return replace(ticket, asked=(*_others(ticket, fact.request), asked))


# --- approved or not -------------------------------------------------------------------------------------------------


def approval_asked(draft: Draft, _action: i.Approve | i.Decline) -> Refusal | None:
    if draft.ticket.request(RequestKind.APPROVAL) is not None:
        return None
    return Refusal("nothing_asked", "没有待审批的请求；延期、挂账的申请请用审批延期、审批挂账。")


def another_approves(draft: Draft, _action: i.Approve | i.Decline) -> Refusal | None:
    asked = draft.ticket.request(RequestKind.APPROVAL)
    return another_decides(draft, asked.by) if asked is not None else None


_LEADS_TO: Final[frozenset[Target]] = frozenset({SAME, S.PENDING_DISPATCH, S.DISPATCHED, S.CLOSED})


@episode.action(i.Approve, OPEN, approval_asked, another_approves, to=_LEADS_TO)
def approve(draft: Draft, action: i.Approve) -> None:
    draft.say(d.ApprovalGranted(**draft.by_author, request=RequestKind.APPROVAL, reason=action.reason))


@episode.action(i.Decline, OPEN, approval_asked, another_approves)
def decline(draft: Draft, action: i.Decline) -> None:
    asked = draft.ticket.request(RequestKind.APPROVAL)
    whose = _department_of(asked.by) if asked is not None else None
    kind = RequestKind.APPROVAL
    draft.say(d.ApprovalDeclined(**draft.by_author, request=kind, reason=action.reason, department=whose))
    if asked is not None:
        _answer(draft, asked, Refusal("not_approved", f"未获批准：{action.reason}"))


def lapse_approval(draft: Draft, asked: Asked) -> None:
    """What waits for an approver cannot be done any more, and whoever asked for it hears that."""
    draft.say(d.ApprovalLapsed(**draft.by_policy, request=asked.request, department=_department_of(asked.by)))
    reason = "所请事项现已办不了，不再等候审批；如仍需要，请按工单现在的情况重新提出。"
    _answer(draft, asked, Refusal("approval_lapsed", reason))


def _department_of(actor: Actor) -> DepartmentCode | None:
    return actor.party.department if actor.party else None


def _answer(draft: Draft, asked: Asked, why: Refusal) -> None:
    """Whoever asked had been told that it was taken: the same submission is answered now."""
    if asked.by.party is None:
        return
    refused = d.ActionRefused(
        **draft.by_author,
        receipt=asked.receipt,
        party=asked.by.party,
        action=asked.kind,
        code=why.code,
        reason=why.reason,
    )
    draft.say(refused)


def _who_had_asked(ticket: Ticket, fact: d.ApprovalDeclined | d.ApprovalLapsed) -> tuple[DepartmentCode, ...]:
    return tuple(code for code in participants(ticket) if code == fact.department)


@episode.fact(d.ApprovalGranted)
def _granted(ticket: Ticket, fact: d.ApprovalGranted, _at: datetime) -> Ticket:
    return _decided(ticket, fact.request)


@episode.fact(d.ApprovalDeclined, heard_by=_who_had_asked)
def _declined(ticket: Ticket, fact: d.ApprovalDeclined, _at: datetime) -> Ticket:
    return _decided(ticket, fact.request)


@episode.fact(d.ApprovalLapsed, heard_by=_who_had_asked)
def _moot(ticket: Ticket, fact: d.ApprovalLapsed, _at: datetime) -> Ticket:
    return _decided(ticket, fact.request)


def _decided(ticket: Ticket, request: RequestKind) -> Ticket:
    return replace(ticket, asked=_others(ticket, request))


def _others(ticket: Ticket, request: RequestKind) -> tuple[Asked, ...]:
    return tuple([each for each in ticket.asked if each.request.value != request.value])


# --- what the lead asked for lapses ----------------------------------------------------------------------------------


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
