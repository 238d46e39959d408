"""Who leads and who supports: dispatched, returned, contacted, asked."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.values import TicketState as S
from services.trace.core.moves import back, interrupted, moved
from services.trace.core.rows import UNCHECKED, OrderRow, Summary
from services.trace.reactions.tables import ASKABLE, orders, summaries


@summaries.on(d.Dispatched)
def _dispatched(summary: Summary, fact: d.Dispatched, at: datetime) -> Summary:
    drawn = moved(summary, S.DISPATCHED)
    if fact.drawn:
        drawn = replace(drawn, drawn_at=at, drawn_category=fact.category, drawn_lead=fact.lead, check_verdict=UNCHECKED)
    return replace(
        drawn,
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier.value,
        category=fact.category or summary.category,
        dispatched_at=summary.dispatched_at or at,
        accepted_at=None,
        contacted_at=summary.contacted_at if fact.lead == summary.lead else None,
        contact_exempt=summary.contact_exempt if fact.lead == summary.lead else None,
        orders=fact.order,
        extension_asked=summary.extension_asked and fact.same_lead,
        suspension_asked=summary.suspension_asked and fact.same_lead,
        commitment_due=summary.commitment_due and fact.same_lead,
    )


@summaries.on(d.DispatchChecked)
def _dispatch_checked(summary: Summary, fact: d.DispatchChecked, _at: datetime) -> Summary:
    return replace(summary, check_verdict="right" if fact.right else "wrong")


summaries.on(d.AutomationEnded)(lambda s, fact, _: replace(s, fell_back=fact.category))
summaries.on(d.AutomationRestored, d.LeftToPeople)(lambda s, _, __: replace(s, fell_back=None))


@orders.begins(d.Dispatched)
def _ordered(fact: d.Dispatched, at: datetime) -> OrderRow:
    return OrderRow(fact.ticket, fact.order, fact.lead, at, binding=fact.binding)


@summaries.on(d.DepartmentReplaced)
def _department_replaced(summary: Summary, fact: d.DepartmentReplaced, _at: datetime) -> Summary:
    """The order, and what became of it until then, stays with whoever had it; whoever holds it now is another one."""
    old, new = fact.replaced, fact.department
    lead = new if summary.lead == old else summary.lead
    supporting = dict.fromkeys(new if code == old else code for code in summary.supporting)
    return replace(summary, lead=lead, supporting=tuple(code for code in supporting if code != lead))


summaries.on(d.Accepted)(lambda s, _, at: replace(moved(s, S.IN_PROGRESS), accepted_at=at))
orders.on(d.Accepted)(lambda o, fact, at: replace(o, accepted_at=o.accepted_at or at, presumed=fact.presumed))


summaries.on(d.ReturnRequested)(lambda s, _, __: replace(moved(s, S.RETURN_REQUESTED), returns=s.returns + 1))
orders.on(d.ReturnRequested)(lambda o, _, at: replace(o, returned_at=at, upheld=None))


@summaries.on(d.ReturnUpheld)
def _return_upheld(summary: Summary, _fact: d.ReturnUpheld, _at: datetime) -> Summary:
    queued = moved(summary, S.PENDING_DISPATCH)
    return replace(queued, contacted_at=None, contact_exempt=None, extension_asked=False, suspension_asked=False)


orders.on(d.ReturnUpheld)(lambda o, _, __: replace(o, upheld=True) if o.returned_at else o)
summaries.on(d.ReturnOverruled)(lambda s, _, __: moved(s, S.DISPATCHED))
orders.on(d.ReturnOverruled)(lambda o, _, __: replace(o, upheld=False) if o.returned_at else o)
summaries.on(d.AdjudicationOpened)(lambda s, _, __: moved(s, S.ADJUDICATING))


summaries.on(d.FirstContactMade)(lambda s, _, at: replace(s, contacted_at=s.contacted_at or at))
summaries.on(d.FirstContactExempt)(lambda s, fact, _: replace(s, contact_exempt=fact.reason or "anonymous"))
summaries.on(d.FirstContactOwed)(lambda s, _, __: replace(s, contact_exempt=None, contacted_at=None))
orders.on(d.FirstContactMade)(lambda o, _, at: replace(o, contacted_at=o.contacted_at or at))
orders.on(d.FirstContactOwed)(lambda o, _, __: replace(o, contacted_at=None))


@summaries.on(d.InfoAsked)
def _info_asked(summary: Summary, _fact: d.InfoAsked, _at: datetime) -> Summary:
    if summary.state not in ASKABLE:
        return summary
    return interrupted(summary, S.NEEDS_INFO, summary.state)


summaries.on(d.InfoProvided, d.InfoTimedOut)(lambda s, _, __: back(s, S.NEEDS_INFO))


@summaries.on(d.SupportTaskOpened)
def _task_opened(summary: Summary, fact: d.SupportTaskOpened, _at: datetime) -> Summary:
    supporting = tuple(dict.fromkeys((*summary.supporting, fact.department)))
    return replace(summary, open_tasks=summary.open_tasks + 1, supporting=supporting)


summaries.on(d.SupportTaskSentBack)(lambda s, _, __: replace(s, open_tasks=s.open_tasks + 1))
summaries.on(d.SupportTaskDone)(lambda s, _, __: replace(s, open_tasks=max(s.open_tasks - 1, 0)))


@summaries.on(d.SupportTaskEnded)
def _task_ended(summary: Summary, fact: d.SupportTaskEnded, _at: datetime) -> Summary:
    left = tuple(code for code in summary.supporting if not (fact.taken_back and code == fact.department))
    return replace(summary, open_tasks=max(summary.open_tasks - 1, 0), supporting=left)
