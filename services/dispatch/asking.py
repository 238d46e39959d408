"""What a fact of one ticket asks of another one, or answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from chassis.decider import Tell
from schemas import dispatch as d
from schemas import requests as r
from schemas.registry import REQUESTS
from schemas.values import Actor
from services.dispatch.core.holder import participants
from services.dispatch.core.regions.incident import Heads
from services.dispatch.core.standing import Merged, Split
from services.dispatch.core.ticket import Ticket

_ENDS: Final[Mapping[type[d.DispatchFact], str]] = {
    d.Closed: "closed",
    d.SettledAtUnit: "settled_at_unit",
    d.Withdrawn: "withdrawn",
    d.Transferred: "transferred",
    d.NotAccepted: "not_accepted",
    d.MergedTicketEnded: "merged_ticket_ended",
}
"""The facts that end a ticket, and their outcome where they do not name one."""


def requests(state: Ticket | None, fact: d.DispatchFact) -> Iterator[Tell]:
    """Name the requests to other tickets that follow from a fact; `state` is the ticket after it."""
    if isinstance(fact, d.RequestRefused):
        yield _refused(fact)
    elif state is not None:
        yield from (Tell(REQUESTS, request.ticket, request) for request in _requests(state, fact))


def _refused(fact: d.RequestRefused) -> Tell:
    to, me, by, receipt, reason = fact.origin, fact.ticket, fact.by, fact.receipt, fact.reason
    answer: r.TicketRequest
    match fact.request:
        case "take_merge":
            answer = r.MergeAnswered(ticket=to, origin=me, by=by, taken=False, reason=reason, receipt=receipt)
        case "merge_answered":
            answer = r.DropMerge(ticket=to, origin=me, by=by)
        case _:
            answer = r.MemberAnswered(ticket=to, origin=me, by=by, admitted=False, reason=reason, receipt=receipt)
    return Tell(REQUESTS, to, answer)


def _requests(state: Ticket, fact: d.DispatchFact) -> Iterator[r.TicketRequest]:
    me, by = state.id, fact.by
    match fact:
        case d.MergeAsked() | d.MergeTaken() | d.Unmerged():
            yield from _of_merging(state, fact)
        case d.IncidentAsked() | d.MemberJoined() | d.IncidentLeft():
            yield from _of_incident(state, fact)
        case d.FixReported(incident=head, text=text) if head == me and isinstance(state.incident, Heads):
            for member in state.incident.members:
                yield r.PassOnFix(ticket=member, origin=me, by=by, text=text)
        case d.FollowUpAdded():
            yield from _to_who_has_it(state, fact)
        case d.SplitUp():
            yield from _parts(state, fact)
        case _ if type(fact) in _ENDS:
            yield from _of_the_end(state, fact, by)
        case _:
            return


def _to_who_has_it(state: Ticket, fact: d.FollowUpAdded) -> Iterator[r.TicketRequest]:
    match state.standing:
        case Merged(into=into):
            others: tuple[str, ...] = (into,)
        case Split(waiting=waiting):
            others = waiting
        case _:
            others = ()
    for other in others:
        yield r.PassOnFollowUp(
            ticket=other,
            origin=state.id,
            by=fact.by,
            receipt=fact.receipt,
            channel=fact.channel,
            mode=fact.mode,
            text=fact.text,
        )


def _shunned(state: Ticket) -> tuple[str, ...]:
    """Whoever must not hear of this ticket must not hear of it through the other one."""
    return tuple(sorted(state.shunned))


def _of_merging(state: Ticket, fact: d.MergeAsked | d.MergeTaken | d.Unmerged) -> Iterator[r.TicketRequest]:
    me, by = state.id, fact.by
    match fact:
        case d.MergeAsked():
            yield r.TakeMerge(
                ticket=fact.into,
                origin=me,
                by=by,
                requester=state.matter.requester,
                accused=_shunned(state),
                departments=participants(state),
                reason=fact.reason,
                receipt=fact.receipt,
            )
        case d.MergeTaken():
            yield r.MergeAnswered(
                ticket=fact.other, origin=me, by=by, taken=True, reason="已并入", receipt=state.matter.receipt
            )
        case d.Unmerged():
            yield r.DropMerge(ticket=fact.into, origin=me, by=by)


def _of_incident(state: Ticket, fact: d.IncidentAsked | d.MemberJoined | d.IncidentLeft) -> Iterator[r.TicketRequest]:
    me, by = state.id, fact.by
    match fact:
        case d.IncidentAsked():
            yield r.AdmitMember(
                ticket=fact.incident,
                origin=me,
                by=by,
                accused=_shunned(state),
                departments=participants(state),
                reason=fact.reason,
                receipt=fact.receipt,
            )
        case d.MemberJoined():
            yield r.MemberAnswered(
                ticket=fact.member, origin=me, by=by, admitted=True, reason="已加入", receipt=state.matter.receipt
            )
        case d.IncidentLeft():
            yield r.DismissMember(ticket=fact.incident, origin=me, by=by)


def _parts(state: Ticket, fact: d.SplitUp) -> Iterator[r.TicketRequest]:
    matter = state.matter
    for part, text, category in zip(fact.parts, fact.texts, fact.categories, strict=True):
        yield r.OpenPart(
            ticket=part,
            origin=state.id,
            by=fact.by,
            receipt=matter.receipt,
            channel=matter.channel,
            kind=matter.kind,
            requester_kind=matter.requester_kind,
            requester=matter.requester,
            contact=matter.contact,
            place=matter.place,
            text=text,
            category=category or None,
            tier=matter.tier,
            confidential=matter.confidential,
            accused=_shunned(state),
            upstream=matter.upstream,
            registered_at=matter.opened_at,
        )


def _of_the_end(state: Ticket, fact: d.DispatchFact, by: Actor) -> Iterator[r.TicketRequest]:
    outcome = getattr(fact, "outcome", None) or _ENDS[type(fact)]
    ruling, reply = getattr(fact, "ruling", None), getattr(fact, "reply", None)
    reason, to = getattr(fact, "reason", None), getattr(fact, "to", None)
    if state.matter.part_of is not None:
        yield r.ReportPart(ticket=state.matter.part_of, origin=state.id, by=by, outcome=outcome, ruling=ruling)
    for taken in state.taken:
        yield r.EndOfMerged(
            ticket=taken, origin=state.id, by=by, outcome=outcome, ruling=ruling, reply=reply, reason=reason, to=to
        )
