"""One ticket and another: merge, incident, split. What is asked of the other travels as a request and is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Party, PartyKind, Ruling
from services.dispatch.core import closing, opening, requesters
from services.dispatch.core import standing as s
from services.dispatch.core.commands import request_kind
from services.dispatch.core.draft import BY_POLICY, Draft, Refusal
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import incident, merging
from services.dispatch.core.transitions import LEGAL, MERGEABLE
from services.dispatch.core.words import not_now

_OFFICE: Final = Party(kind=PartyKind.OFFICE)
_REFUSAL: Final = d.RequestRefused.model_fields.keys() - {"ticket"}
_ANSWERED: Final = frozenset({"take_merge", "admit_member"})


# --- asked for by the office -----------------------------------------------------------------------------------------


def merge(draft: Draft, action: i.Merge, receipt: str) -> None:
    draft.say(d.MergeAsked, into=action.into, reason=action.reason, receipt=receipt)


def unmerge(draft: Draft, action: i.Unmerge) -> None:
    standing = draft.ticket.standing
    if isinstance(standing, s.Merged):
        draft.say(d.Unmerged, into=standing.into, reason=action.reason)


def join_incident(draft: Draft, action: i.JoinIncident, receipt: str) -> None:
    draft.say(d.IncidentAsked, incident=action.incident, reason=action.reason, receipt=receipt)


def leave_incident(draft: Draft, action: i.LeaveIncident) -> None:
    region = draft.ticket.incident
    if isinstance(region, incident.Member):
        draft.say(d.IncidentLeft, incident=region.incident, reason=action.reason)


def report_fix(draft: Draft, action: i.ReportFix) -> None:
    draft.say(d.FixReported, incident=draft.ticket.id, text=action.text)


def split(draft: Draft, action: i.Split) -> None:
    closing.tidy(draft)
    draft.say(
        d.SplitUp,
        parts=tuple(f"{draft.ticket.id}-{number}" for number, _ in enumerate(action.parts, 1)),
        texts=tuple(part.text for part in action.parts),
        categories=tuple(part.category or "" for part in action.parts),
        reason=action.reason,
    )


# --- asked for by other tickets --------------------------------------------------------------------------------------


def asked(draft: Draft, kind: str, request: r.TicketRequest) -> None:
    """Take what another ticket asks; the two questions that expect an answer are answered in any case."""
    draft.by = request.by
    row = LEGAL.get((draft.ticket.state, kind))
    if row is None:
        if kind in _ANSWERED:
            refuse(draft, request, "illegal_in_state", not_now(draft.ticket.state, kind))
        return
    for name in row.guards:
        refused = GUARDS[name](draft, request)
        if refused is not None:
            if kind in _ANSWERED:
                refuse(draft, request, *refused)
            return
    _TAKEN[type(request)](draft, request)


def refuse(draft: Draft, request: r.TicketRequest, code: str, reason: str) -> None:
    """Answer that another ticket's request is not granted."""
    draft.facts.append(refusal(request, code, reason))


def refusal(request: r.TicketRequest, code: str, reason: str) -> d.RequestRefused:
    """Say that another ticket's request is not granted."""
    return d.RequestRefused(
        ticket=request.ticket,
        by=BY_POLICY,
        origin=request.origin,
        request=request_kind(type(request)),
        code=code,
        reason=reason,
        receipt=getattr(request, "receipt", ""),
    )


def _same_requester(draft: Draft, request: r.TakeMerge) -> Refusal:
    own = draft.ticket.matter.requester
    if own is not None and own == request.requester:
        return None
    return "another_requester", f"工单{draft.ticket.id}不是同一诉求人的，不能并案；可加入同诉事件。"


def _no_merge_under_way(draft: Draft, _request: r.TakeMerge) -> Refusal:
    """Two tickets that asked one another would both be merged and neither worked on."""
    if isinstance(draft.ticket.merging, merging.Asked):
        return "merging_itself", f"工单{draft.ticket.id}正在并入其他工单。"
    return None


def _keeps_from_accused(draft: Draft, request: r.TakeMerge | r.AdmitMember) -> Refusal:
    """Words pass both ways between two tickets: neither may be at a department that the other accuses."""
    if not frozenset(request.accused).isdisjoint(participants(draft.ticket)):
        return "accused", f"工单{draft.ticket.id}由被举报单位承办，须回避。"
    if not draft.ticket.shunned.isdisjoint(request.departments or ()):
        return "accused", f"工单{request.origin}由工单{draft.ticket.id}的被举报单位承办，须回避；请先改派。"
    return None


def _not_a_member(draft: Draft, request: r.AdmitMember) -> Refusal:
    region = draft.ticket.incident
    if isinstance(region, incident.Member | incident.Joining):
        return "not_the_first", f"工单{draft.ticket.id}是事件{region.incident}的成员，请加入{region.incident}。"
    if isinstance(region, incident.Heads) and request.origin in region.members:
        return "joined_already", "该工单已是该事件的成员。"
    return None


def _merge_asked(draft: Draft, request: r.MergeAnswered) -> Refusal:
    region = draft.ticket.merging
    return (
        None if isinstance(region, merging.Asked) and region.into == request.origin else ("not_asked", "未申请并案。")
    )


def _joining(draft: Draft, request: r.MemberAnswered) -> Refusal:
    region = draft.ticket.incident
    asked_for = isinstance(region, incident.Joining) and region.incident == request.origin
    return None if asked_for else ("not_asked", "未申请加入该事件。")


def _taken(draft: Draft, request: r.TicketRequest) -> Refusal:
    return None if request.origin in draft.ticket.taken else ("not_taken", "该工单未并入本工单。")


def _taken_or_part(draft: Draft, request: r.TicketRequest) -> Refusal:
    return None if request.origin == draft.ticket.matter.part_of else _taken(draft, request)


def _its_head(draft: Draft, request: r.DismissMember) -> Refusal:
    region = draft.ticket.incident
    known = isinstance(region, incident.Heads) and request.origin in region.members
    return None if known else ("no_member", "该工单不是成员。")


def _its_member(draft: Draft, request: r.PassOnFix) -> Refusal:
    region = draft.ticket.incident
    known = isinstance(region, incident.Member) and region.incident == request.origin
    return None if known else ("no_member", "不是该事件的成员。")


def _its_part(draft: Draft, request: r.ReportPart) -> Refusal:
    standing = draft.ticket.standing
    waits = isinstance(standing, s.Split) and request.origin in standing.waiting
    return None if waits else ("no_part", "不是未结束的分单。")


GUARDS: Final[Mapping[str, Callable[[Draft, Any], Refusal]]] = {
    "same_requester": _same_requester,
    "no_merge_under_way": _no_merge_under_way,
    "keeps_from_accused": _keeps_from_accused,
    "not_a_member": _not_a_member,
    "merge_asked": _merge_asked,
    "joining": _joining,
    "taken": _taken,
    "taken_or_part": _taken_or_part,
    "its_head": _its_head,
    "its_member": _its_member,
    "its_part": _its_part,
}
"""The guards of the table that stand in this module."""


def _take_merge(draft: Draft, request: r.TakeMerge) -> None:
    draft.say(d.MergeTaken, other=request.origin, accused=request.accused)


def _merge_answered(draft: Draft, request: r.MergeAnswered) -> None:
    region = draft.ticket.merging
    if not request.taken:
        _tell_office(draft, "merge", request)
    elif draft.ticket.state not in MERGEABLE:
        refused = refusal(request, "too_late", not_now(draft.ticket.state, "merge"))
        draft.say(d.RequestRefused, **{name: getattr(refused, name) for name in _REFUSAL})
    else:
        reason = region.reason if isinstance(region, merging.Asked) else request.reason
        draft.say(d.Merged, into=request.origin, reason=reason)


def _tell_office(draft: Draft, action: str, request: r.MergeAnswered | r.MemberAnswered) -> None:
    draft.say(
        d.ActionRefused,
        by=BY_POLICY,
        receipt=request.receipt,
        party=_OFFICE,
        action=action,
        code="other_ticket_refused",
        reason=request.reason,
    )


def _drop_merge(draft: Draft, request: r.DropMerge) -> None:
    draft.say(d.MergeDropped, other=request.origin)


def _admit_member(draft: Draft, request: r.AdmitMember) -> None:
    draft.say(d.MemberJoined, member=request.origin, accused=request.accused)


def _member_answered(draft: Draft, request: r.MemberAnswered) -> None:
    if request.admitted:
        draft.say(d.IncidentJoined, incident=request.origin)
    else:
        _tell_office(draft, "join_incident", request)


def _dismiss_member(draft: Draft, request: r.DismissMember) -> None:
    draft.say(d.MemberLeft, member=request.origin)


def _pass_on_fix(draft: Draft, request: r.PassOnFix) -> None:
    draft.say(d.FixReported, incident=request.origin, text=request.text)


def _pass_on_follow_up(draft: Draft, request: r.PassOnFollowUp) -> None:
    requesters.counted(draft, requesters.Contact(request.receipt, request.channel, request.mode, request.text))


def _end_of_merged(draft: Draft, request: r.EndOfMerged) -> None:
    draft.say(
        d.MergedTicketEnded,
        into=request.origin,
        outcome=request.outcome,
        ruling=request.ruling,
        reply=request.reply,
        reason=request.reason,
        to=request.to,
    )


def _report_part(draft: Draft, request: r.ReportPart) -> None:
    draft.say(d.PartEnded, part=request.origin, outcome=request.outcome, ruling=request.ruling)
    after = draft.ticket.standing
    if isinstance(after, s.Split) and not after.waiting:
        closing.close(draft, "parts_ended", after.ruling or Ruling.FOR_REFERENCE)


_TAKEN: Final[Mapping[type[r.TicketRequest], Callable[[Draft, Any], None]]] = {
    r.TakeMerge: _take_merge,
    r.MergeAnswered: _merge_answered,
    r.DropMerge: _drop_merge,
    r.AdmitMember: _admit_member,
    r.MemberAnswered: _member_answered,
    r.DismissMember: _dismiss_member,
    r.PassOnFix: _pass_on_fix,
    r.PassOnFollowUp: _pass_on_follow_up,
    r.EndOfMerged: _end_of_merged,
    r.ReportPart: _report_part,
}


def part_opened(request: r.OpenPart) -> d.Opened:
    """Begin life as a part of another ticket."""
    names = d.Opened.model_fields.keys() & r.OpenPart.model_fields.keys() - {"ticket", "by"}
    values = {name: getattr(request, name) for name in names}
    return d.Opened(ticket=request.ticket, by=request.by, part_of=request.origin, **values)


def part_goes_on(draft: Draft) -> None:
    """A part is classified and dispatched like any other ticket."""
    opening.to_centre(draft)
