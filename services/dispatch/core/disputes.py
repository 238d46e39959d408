"""Disputed responsibility: a return request, the ruling on it, adjudication (确责), which binds."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor
from services.dispatch.core import opening
from services.dispatch.core.draft import BY_POLICY, Draft, lapse, send, watched


def request_return(draft: Draft, action: i.RequestReturn) -> None:
    ticket, lead = draft.ticket, draft.lead
    cited = draft.rules.precedents_on_return(ticket.matter, lead, action.ground)
    against = any(
        (each.ruling == "adjudicated" and each.lead == lead)
        or (each.ruling == "overruled" and each.returned_by == lead)
        for each in cited
    )
    others = tuple(code for code in ticket.refused_by if code != lead)
    lapse(draft, "已申请退单，申请随之失效。")
    draft.say(
        d.ReturnRequested,
        department=lead,
        ground=action.ground,
        reason=action.reason,
        suggested=action.suggested,
        dispute=ticket.disputes + 1,
        against_precedent=against,
        precedents=tuple(each.ticket for each in cited),
    )
    if others:
        draft.say(d.AdjudicationOpened, by=BY_POLICY, departments=(*others, lead), reason="between_departments")
    elif draft.ticket.disputes >= draft.rules.policy.limits.returns_before_adjudication:
        draft.say(d.AdjudicationOpened, by=BY_POLICY, departments=(lead,), reason="disputed_twice")


def rule_on_return(draft: Draft, action: i.RuleOnReturn) -> None:
    lead, order = draft.lead, draft.order
    approver = Actor(person=action.approver) if action.approver else None
    if not action.upheld:
        draft.say(d.ReturnOverruled, department=lead, reason=action.reason, approver=approver)
        helpers = {code: task.blocking for code, task in draft.ticket.tasks.items()}
        send(draft, lead, helpers, reason="return_overruled", binding=order.binding)
        return
    suggested = getattr(draft.ticket.standing, "suggested", None)
    if watched(draft.ticket):
        draft.say(d.SupervisionEnded, by=BY_POLICY, result="同意退单，督办随之结束")
    draft.say(d.ReturnUpheld, department=lead, reason=action.reason, approver=approver)
    for code in draft.ticket.tasks:
        draft.say(d.SupportTaskEnded, department=code)
    wanted = action.lead or (suggested if draft.rules.automatic("dispatch") else None)
    if wanted is None or wanted in draft.ticket.shunned:
        opening.by_policy(draft)
    else:
        send(draft, wanted, {}, reason="return_upheld")


def adjudicate(draft: Draft, action: i.Adjudicate) -> None:
    draft.say(
        d.Adjudicated,
        lead=action.lead,
        supporting=action.supporting,
        reason=action.reason,
        category=draft.ticket.matter.category,
    )
    send(draft, action.lead, dict.fromkeys(action.supporting, True), reason="adjudicated", binding=True)
