"""Disputed responsibility: a return request (退单), the ruling on it, adjudication (确责), which binds."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, Tier
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.approvals import lapse
from services.dispatch.core.episodes.dispatching import by_policy, departments_known, not_accused
from services.dispatch.core.episodes.sending import send
from services.dispatch.core.episodes.supervision import end_watch, running
from services.dispatch.core.guards import avoids, known, provable_ground
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import NoExtensionAsked, NoSuspensionAsked, NotDue
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead
from vocabulary import WATCH_ORDERS

episode = Episode("returns")

_OTHERWISE: Final = "发现确不属于你单位职责的，请致电热线中心，由派单员改派。"


# --- asked -----------------------------------------------------------------------------------------------------------


@state_guard
def not_urgent(draft: Draft) -> Refusal | None:
    """Nobody sends a burning matter round: who should not have it rings the centre, which gives it to another one."""
    if draft.ticket.matter.tier is not Tier.URGENT:
        return None
    first = draft.rules.policy.on_duty(draft.at).people[0]
    reason = (
        "紧急件不得退单，请立即处置；不属于你单位职责的，请立即致电热线中心值班长"
        f"{first.name}（{first.phone}），由中心当场改派。"
    )
    return Refusal("urgent_not_returnable", reason)


@state_guard
def order_returnable(draft: Draft) -> Refusal | None:
    """The one reason that stands in the way, and what to do instead."""
    order = draft.order
    if watches := running(draft.ticket):
        named = "、".join(WATCH_ORDERS[each] for each in watches)
        reason = (
            f"该工单有{named}，不得退单。请办理并回复{named}；认为不属于你单位职责的，在回复中写明，由热线中心决定。"
        )
        return Refusal("order_binds", reason)
    if order.binding:
        return Refusal("order_binds", _why_binding(draft.ticket))
    if order.returnable or (order.presumed_at is not None and draft.at <= order.presumed_at):
        return None
    why = "你单位已签收" if order.presumed_at is None else "退单期限已过，视为签收"
    return Refusal("return_window_closed", f"{why}，不得退单。确有困难的可申请延期；{_OTHERWISE}")


def _why_binding(ticket: Ticket) -> str:
    order = ticket.order
    if order is not None and ticket.ruled == order.lead:
        return "该工单已经确责由你单位牵头，不得退单，请办理。有新的依据的，请致电热线中心，由确责人决定是否重新确责。"
    return f"该工单是重启办理，不得退单，请办理。{_OTHERWISE}"


def return_ground(draft: Draft, action: i.RequestReturn) -> Refusal | None:
    return provable_ground(draft, draft.rules.policy.grounds.return_, action.ground, "退单")


def suggestion_known(draft: Draft, action: i.RequestReturn) -> Refusal | None:
    if action.suggested is None:
        return None
    if action.suggested == draft.lead:
        return Refusal("own_suggestion", "建议的承办单位不能是你单位自己。")
    return known(draft, action.suggested)


@episode.action(
    i.RequestReturn,
    {S.DISPATCHED, S.IN_PROGRESS},
    by_lead,
    not_urgent,
    order_returnable,
    return_ground,
    suggestion_known,
    to={S.RETURN_REQUESTED, S.ADJUDICATING},
)
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
    asked = d.ReturnRequested(
        **draft.by_author,
        department=lead,
        ground=action.ground,
        reason=action.reason,
        suggested=action.suggested,
        dispute=ticket.disputes + 1,
        against_precedent=against,
        precedents=tuple(each.ticket for each in cited),
    )
    draft.say(asked)
    if others:
        draft.say(d.AdjudicationOpened(**draft.by_policy, departments=(*others, lead), reason="between_departments"))
    elif draft.ticket.disputes >= draft.rules.policy.limits.returns_before_adjudication:
        draft.say(d.AdjudicationOpened(**draft.by_policy, departments=(lead,), reason="disputed_twice"))


@episode.fact(d.ReturnRequested, heard_by=participants)
def _requested(ticket: Ticket, fact: d.ReturnRequested, _at: datetime) -> Ticket:
    after = replace(
        ticket,
        standing=s.ReturnRequested(
            ground=fact.ground, suggested=fact.suggested, against_precedent=fact.against_precedent
        ),
        disputes=fact.dispute,
        refused_by=tuple(dict.fromkeys((*ticket.refused_by, fact.department))),
    )
    return due_no_more(after, {Clock.RETURN_WINDOW})


# --- ruled on --------------------------------------------------------------------------------------------------------


def against_precedent(draft: Draft, action: i.RuleOnReturn) -> str | None:
    standing = draft.ticket.standing
    against = isinstance(standing, s.ReturnRequested) and standing.against_precedent
    return f"同意退单与先例不一致：{action.reason}" if action.upheld and against else None


def new_lead_known(draft: Draft, action: i.RuleOnReturn) -> Refusal | None:
    if action.lead is None or not action.upheld:
        return None
    if action.lead == draft.lead:
        return Refusal("same_lead", "同意退单时不能再派给原单位；如不同意，请裁定不同意退单。")
    return known(draft, action.lead)


def new_lead_not_accused(draft: Draft, action: i.RuleOnReturn) -> Refusal | None:
    return avoids(draft, action.lead) if action.lead else None


@episode.action(
    i.RuleOnReturn,
    {S.RETURN_REQUESTED},
    new_lead_known,
    new_lead_not_accused,
    to={S.PENDING_DISPATCH, S.DISPATCHED},
    approved=against_precedent,
)
def rule_on_return(draft: Draft, action: i.RuleOnReturn) -> None:
    lead, order, standing = draft.lead, draft.order, draft.ticket.standing
    approver = draft.approver
    if not action.upheld:
        draft.say(d.ReturnOverruled(**draft.by_author, department=lead, reason=action.reason, approver=approver))
        helpers = {code: task.blocking for code, task in draft.ticket.tasks.items()}
        send(draft, lead, helpers, reason="return_overruled", binding=order.binding, by=draft.by)
        return
    suggested = standing.suggested if isinstance(standing, s.ReturnRequested) else None
    end_watch(draft, "同意退单，督办随之结束")
    draft.say(d.ReturnUpheld(**draft.by_author, department=lead, reason=action.reason, approver=approver))
    for code in draft.ticket.tasks:
        draft.say(d.SupportTaskEnded(**draft.by_author, department=code, reason=d.TaskEnd.RETURN_UPHELD))
    automatic = draft.rules.automation.dispatch is Passing.AUTOMATIC and not draft.ticket.stop_words.found
    wanted = action.lead or (suggested if automatic else None)
    if wanted is None or wanted in draft.ticket.shunned:
        by_policy(draft)
    else:
        send(draft, wanted, {}, reason="return_upheld", by=draft.by)


@episode.fact(d.ReturnUpheld, heard_by=participants)
def _upheld(ticket: Ticket, fact: d.ReturnUpheld, _at: datetime) -> Ticket:
    after = replace(
        ticket,
        standing=s.PendingDispatch(reason="returned"),
        contact=NotDue(),
        extension=NoExtensionAsked(),
        suspension=NoSuspensionAsked(),
        would_lead=None,
    )
    return due_no_more(after, Clock, fact.department)


@episode.fact(d.ReturnOverruled, heard_by=participants)
def _overruled(ticket: Ticket, _fact: d.ReturnOverruled, _at: datetime) -> Ticket:
    """The order stands; who would lead after a correction is void, for whoever ruled saw it."""
    return replace(ticket, standing=s.Dispatched(), would_lead=None)


# --- adjudicated -----------------------------------------------------------------------------------------------------


def ruled_before(draft: Draft, _action: i.Adjudicate) -> Refusal | None:
    if draft.ticket.ruled is not None:
        return None
    return Refusal("not_disputed", "该工单没有争议，也未曾确责；改派承办单位请用派单。")


@episode.action(i.Adjudicate, {S.ADJUDICATING}, departments_known, not_accused, to={S.IN_PROGRESS})
@episode.action(i.Adjudicate, s.WITH_LEAD, ruled_before, departments_known, not_accused, to={S.IN_PROGRESS})
def adjudicate(draft: Draft, action: i.Adjudicate) -> None:
    ruled = d.Adjudicated(
        **draft.by_author,
        lead=action.lead,
        supporting=action.supporting,
        reason=action.reason,
        category=draft.ticket.matter.category,
    )
    draft.say(ruled)
    helpers = dict.fromkeys(action.supporting, True)
    send(draft, action.lead, helpers, reason="adjudicated", binding=True, by=draft.by)


@episode.fact(d.AdjudicationOpened, heard_by=participants)
def _adjudicating(ticket: Ticket, _fact: d.AdjudicationOpened, _at: datetime) -> Ticket:
    ground = ticket.standing.ground if isinstance(ticket.standing, s.ReturnRequested) else None
    return due_no_more(replace(ticket, standing=s.Adjudicating(ground=ground)), {Clock.RETURN_WINDOW})


@episode.fact(d.Adjudicated)
def _adjudicated(ticket: Ticket, fact: d.Adjudicated, _at: datetime) -> Ticket:
    return replace(ticket, ruled=fact.lead)
