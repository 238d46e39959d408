"""Splitting (拆单): the parts live as tickets of their own; the whole closes with the last that it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Ruling, Tier, Unruled
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.attachments import of_requester
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, SAME, Episode, Refusal
from services.dispatch.core.episodes.closing import UNHEARD, close, ended, reviewed_by, tidy
from services.dispatch.core.episodes.dispatching import to_centre
from services.dispatch.core.episodes.merging import shunned
from services.dispatch.core.episodes.urgency import back_at_work
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Calling
from services.dispatch.core.rules import Rules
from services.dispatch.core.sealing import contacts_of, is_confidential
from services.dispatch.core.ticket import PartEnd, Ticket

episode = Episode("splitting")


# --- split -----------------------------------------------------------------------------------------------------------


def not_a_part(draft: Draft, _action: i.Split) -> Refusal | None:
    return Refusal("part_already", "分单不能再拆，请在原诉求上说明。") if draft.ticket.matter.part_of else None


@episode.action(
    i.Split,
    {S.PENDING_DISPATCH, S.DISPATCHED, S.RETURN_REQUESTED, S.IN_PROGRESS},
    not_a_part,
    to={S.SPLIT},
)
def split(draft: Draft, action: i.Split) -> None:
    tidy(draft, d.TaskEnd.TICKET_SPLIT)
    parts = d.SplitUp(
        **draft.by_author,
        parts=tuple(f"{draft.ticket.id}-{number}" for number, _ in enumerate(action.parts, 1)),
        texts=tuple(part.text for part in action.parts),
        categories=tuple(part.category or "" for part in action.parts),
        reason=action.reason,
    )
    draft.say(parts)


def _parts(ticket: Ticket, fact: d.SplitUp) -> Iterator[r.TicketRequest]:
    for part, text, category in zip(fact.parts, fact.texts, fact.categories, strict=True):
        complaint = ticket.matter.complaint
        complaint["text"], complaint["category"] = text, category or None
        complaint["accused"] = shunned(ticket)
        complaint["confidential"] = is_confidential(ticket)
        yield r.OpenPart(
            **complaint,
            ticket=part,
            origin=ticket.id,
            by=fact.by,
            tier=ticket.matter.tier,
            registered_at=ticket.matter.opened_at,
            contacts=contacts_of(ticket)[1:] or None,
            attachments=of_requester(ticket),
        )


@episode.fact(d.SplitUp, heard_by=participants, asks=_parts)
def _split(ticket: Ticket, fact: d.SplitUp, _at: datetime) -> Ticket:
    return replace(ended(ticket, s.Split(waiting=fact.parts)), parts={})


# --- a part begins ---------------------------------------------------------------------------------------------------


def part_opened(request: r.OpenPart, rules: Rules) -> d.Opened:
    """Begin life as a part of another ticket: as urgent as that one, or as its own category makes it."""
    category = rules.policy.category(request.category) if request.category else None
    urgent = category is not None and category.tier is Tier.URGENT
    return d.Opened(
        **request.complaint,
        ticket=request.ticket,
        by=request.by,
        tier=Tier.URGENT if urgent else request.tier,
        part_of=request.origin,
        registered_at=request.registered_at,
        contacts=request.contacts,
        attachments=request.attachments,
    )


@episode.begins("open_part", r.OpenPart, to={S.PENDING_DISPATCH, S.DISPATCHED})
def open_part(draft: Draft, _request: r.OpenPart) -> None:
    """A part is classified and dispatched like any other ticket."""
    to_centre(draft)


# --- a part ends -----------------------------------------------------------------------------------------------------


def its_part(draft: Draft, request: r.ReportPart) -> Refusal | None:
    standing = draft.ticket.standing
    return None if isinstance(standing, s.Split) and request.origin in standing.waiting else MOOT


@episode.request(r.ReportPart, {S.SPLIT}, its_part, to={SAME, S.CLOSED})
def report_part(draft: Draft, request: r.ReportPart) -> None:
    draft.say(d.PartEnded(**draft.by_author, part=request.origin, outcome=request.outcome, ruling=request.ruling))
    after = draft.ticket.standing
    if isinstance(after, s.Split) and not after.waiting:
        ends = draft.ticket.parts.values()
        if any(each.ruling is None and each.outcome in UNHEARD for each in ends):
            close(draft, "parts_ended", None, Unruled.PARTS)
        else:
            rulings = {each.ruling for each in ends}
            close(draft, "parts_ended", next((each for each in _WORST_FIRST if each in rulings), Ruling.FOR_REFERENCE))


_WORST_FIRST: Final = (
    Ruling.UNSOLVED, Ruling.EXPLAINED, Ruling.UNREASONABLE, Ruling.SOLVED, Ruling.FOR_REFERENCE
)  # fmt: skip


@episode.fact(d.PartEnded)
def _part_ended(ticket: Ticket, fact: d.PartEnded, _at: datetime) -> Ticket:
    standing = ticket.standing
    if not isinstance(standing, s.Split):
        return ticket
    left = tuple(part for part in standing.waiting if part != fact.part)
    parts = {**ticket.parts, fact.part: PartEnd(outcome=fact.outcome, ruling=fact.ruling)}
    return replace(ticket, standing=s.Split(waiting=left), parts=parts)


# --- a part is worked on again ---------------------------------------------------------------------------------------


def ended_part(draft: Draft, request: r.ReopenWhole) -> Refusal | None:
    return None if request.origin in draft.ticket.parts else MOOT


@episode.request(r.ReopenWhole, {S.SPLIT, S.CLOSED, S.ARCHIVED}, ended_part, to={SAME, S.SPLIT})
def reopen_whole(draft: Draft, request: r.ReopenWhole) -> None:
    """The whole is open as long as one of its parts is, whenever that ended."""
    draft.say(d.PartReopened(**draft.by_author, part=request.origin))


@episode.fact(d.PartReopened)
def _part_reopened(ticket: Ticket, fact: d.PartReopened, _at: datetime) -> Ticket:
    """What the city heard of the whole is reviewed as before, by whoever led it last.

    Nobody is called about a split ticket: a call that nobody answered is made anew when the whole ends again.
    """
    standing = ticket.standing
    waiting = standing.waiting if isinstance(standing, s.Split) else ()
    parts = {part: end for part, end in ticket.parts.items() if part != fact.part}
    return replace(
        ended(
            ticket if isinstance(ticket.urgency, Calling) else back_at_work(ticket),
            s.Split(waiting=(*waiting, fact.part)),
        ),
        parts=parts,
        ruling=None,
        awaits_ruling=False,
        review=ticket.review,
        dues=reviewed_by(ticket),
    )
