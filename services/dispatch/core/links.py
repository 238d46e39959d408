"""One ticket and another: merge, incident, split. What is asked of the other travels as a request and is answered."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Ruling
from services.dispatch.core import closing, opening
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.ticket import Merged, Split
from services.dispatch.core.transitions import ENDED

Refusal = tuple[str, str] | None


def merge(draft: Draft, action: i.Merge) -> Refusal:
    if action.into == draft.ticket.id:
        return "same_ticket", "不能并入自身，请填写另一张工单。"
    if draft.ticket.matter.requester is None:
        return "anonymous", "匿名诉求无法确认为同一诉求人，不能并案；可加入同诉事件。"
    closing.tidy(draft)
    draft.say(d.Merged, into=action.into, reason=action.reason)
    return None


def unmerge(draft: Draft, action: i.Unmerge) -> Refusal:
    standing = draft.ticket.standing
    if not isinstance(standing, Merged):
        return "not_merged", "该工单未并案。"
    draft.say(d.Unmerged, into=standing.into, reason=action.reason)
    return None


def join_incident(draft: Draft, action: i.JoinIncident) -> Refusal:
    if draft.ticket.incident is not None:
        return "joined_already", "该工单已在一个同诉事件中，请先退出。"
    draft.say(d.IncidentJoined, incident=action.incident)
    return None


def leave_incident(draft: Draft, action: i.LeaveIncident) -> Refusal:
    if draft.ticket.incident is None:
        return "no_incident", "该工单不在同诉事件中。"
    draft.say(d.IncidentLeft, incident=draft.ticket.incident, reason=action.reason)
    return None


def report_fix(draft: Draft, action: i.ReportFix) -> Refusal:
    if not draft.ticket.members:
        return "no_incident", "该工单不代表同诉事件，没有成员可通报。"
    draft.say(d.FixReported, incident=draft.ticket.id, text=action.text)
    return None


def split(draft: Draft, action: i.Split) -> Refusal:
    if draft.ticket.matter.part_of is not None:
        return "part_already", "拆单的分单不能再拆。"
    draft.say(
        d.SplitUp,
        parts=tuple(f"{draft.ticket.id}-{number}" for number, _ in enumerate(action.parts, 1)),
        texts=tuple(part.text for part in action.parts),
        categories=tuple(part.category or "" for part in action.parts),
        reason=action.reason,
    )
    return None


def asked(draft: Draft, request: r.TicketRequest) -> None:
    """Take what another ticket asks; what cannot be is answered by what `tell` sends back."""
    draft.by = request.by
    match request:
        case r.TakeMerge():
            same = draft.ticket.matter.requester is not None and request.requester == draft.ticket.matter.requester
            if same and draft.ticket.state not in ENDED:
                draft.say(d.MergeTaken, other=request.origin)
            else:
                reason = "不是同一诉求人" if not same else "目标工单已结束"
                draft.say(d.MergeDropped, other=request.origin, reason=reason)
        case r.MergeAnswered(taken=False) if isinstance(draft.ticket.standing, Merged):
            draft.say(d.Unmerged, by=BY_POLICY, into=draft.ticket.standing.into, reason=request.reason)
        case r.DropMerge() if request.origin in draft.ticket.taken:
            draft.say(d.MergeDropped, other=request.origin)
        case r.AdmitMember() if request.origin not in draft.ticket.members and request.origin != draft.ticket.id:
            draft.say(d.MemberJoined, member=request.origin)
        case r.DismissMember() if request.origin in draft.ticket.members:
            draft.say(d.MemberLeft, member=request.origin)
        case r.PassOnFix() if draft.ticket.incident == request.origin:
            draft.say(d.FixReported, incident=request.origin, text=request.text)
        case r.ReportPart() if isinstance(draft.ticket.standing, Split):
            _part_ended(draft, request)
        case _:
            return


def _part_ended(draft: Draft, request: r.ReportPart) -> None:
    standing = draft.ticket.standing
    if not isinstance(standing, Split) or request.origin not in standing.waiting:
        return
    draft.say(d.PartEnded, part=request.origin, outcome=request.outcome, ruling=request.ruling)
    after = draft.ticket.standing
    if isinstance(after, Split) and not after.waiting:
        closing.close(draft, "parts_ended", draft.ticket.ruling or Ruling.SOLVED)


def part_opened(request: r.OpenPart) -> d.Opened:
    """Begin life as a part of another ticket."""
    names = d.Opened.model_fields.keys() & r.OpenPart.model_fields.keys() - {"ticket", "by"}
    values = {name: getattr(request, name) for name in names}
    return d.Opened(ticket=request.ticket, by=request.by, part_of=request.origin, **values)


def part_goes_on(draft: Draft) -> None:
    """A part is classified and dispatched like any other ticket."""
    opening.classify(draft)
