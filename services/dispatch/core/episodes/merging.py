"""Merging (并案): one requester's duplicate asks to be taken in by another ticket; only un-merging leaves that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import TEXT_LIMIT, Party, PartyKind, Supplement, Tier
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.attachments import of_requester
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, SAME, Episode, Refusal
from services.dispatch.core.episodes.closing import Ending, tell_of_end, tell_of_reopening
from services.dispatch.core.episodes.nudging import answer_breach
from services.dispatch.core.episodes.stop_words import heed
from services.dispatch.core.hearing import hear
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import MergeWanted, NoMergeAsked
from services.dispatch.core.sealing import contacts_of, is_confidential
from services.dispatch.core.ticket import TakenIn, Ticket
from services.dispatch.core.words import not_now

episode = Episode("merging")

OFFICE: Final = Party(kind=PartyKind.OFFICE)
MOST: Final = 100
"""So many tickets are merged into one at most."""
MOST_SAID: Final = 4 * TEXT_LIMIT
"""Characters that they say together: each order and each state repeats them, and an order has to fit on its topic."""


def shunned(ticket: Ticket) -> tuple[str, ...]:
    """Whoever must not hear of this ticket must not hear of it through another one."""
    return tuple(sorted(ticket.shunned))


def keeps_from_accused(draft: Draft, request: r.TakeMerge) -> Refusal | None:
    """Words pass both ways between two tickets: neither may be at a department that the other accuses."""
    if not frozenset(request.accused).isdisjoint(participants(draft.ticket)):
        return Refusal("accused", f"工单{draft.ticket.id}由被举报单位承办，须回避。")
    if not draft.ticket.shunned.isdisjoint(request.departments or ()):
        reason = f"工单{request.origin}由工单{draft.ticket.id}的被举报单位承办，须回避；请先改派。"
        return Refusal("accused", reason)
    return None


# --- asked for by the office -----------------------------------------------------------------------------------------


def another_ticket(draft: Draft, action: i.Merge) -> Refusal | None:
    if action.into == draft.ticket.id:
        return Refusal("same_ticket", "不能并入自身，请填写另一张工单。")
    return Refusal("part_already", "分单不能并案。") if draft.ticket.matter.part_of else None


def requester_known_by_hash(draft: Draft, _action: i.Merge) -> Refusal | None:
    if draft.ticket.matter.requester is None:
        return Refusal("anonymous", "无法确认为同一诉求人，不能并案；可加入多人同诉。")
    return None


def no_merge_asked(draft: Draft, _action: i.Merge) -> Refusal | None:
    if isinstance(draft.ticket.merging, MergeWanted):
        return Refusal("already_asked", "并案正在进行，请稍后查看结果。")
    return None


@episode.action(i.Merge, s.MERGEABLE, another_ticket, requester_known_by_hash, no_merge_asked)
def merge(draft: Draft, action: i.Merge) -> None:
    draft.say(d.MergeAsked(**draft.by_author, into=action.into, reason=action.reason, receipt=draft.receipt))


def _asks_to_take(ticket: Ticket, fact: d.MergeAsked) -> Iterator[r.TicketRequest]:
    yield r.TakeMerge(
        ticket=fact.into,
        origin=ticket.id,
        by=fact.by,
        requester=ticket.matter.requester,
        accused=shunned(ticket),
        departments=participants(ticket),
        tier=ticket.matter.tier,
        supplements=tuple(_own_words(ticket)),
        confidential=is_confidential(ticket) or None,
        contacts=contacts_of(ticket),
        attachments=of_requester(ticket),
        reason=fact.reason,
        receipt=fact.receipt,
    )


def _own_words(ticket: Ticket) -> Iterator[Supplement]:
    """All that was said of this ticket, also before, by tickets that it took in itself."""
    place = ticket.matter.place
    yield Supplement(ticket=ticket.id, place=place, text=ticket.matter.text)
    if ticket.notes:
        yield Supplement(ticket=ticket.id, place=place, text="\n".join(note.text for note in ticket.notes))
    yield from ticket.supplements


@episode.fact(d.MergeAsked, asks=_asks_to_take)
def _asked(ticket: Ticket, fact: d.MergeAsked, _at: datetime) -> Ticket:
    return replace(ticket, merging=MergeWanted(into=fact.into, reason=fact.reason, receipt=fact.receipt))


# --- taken in by the other ticket ------------------------------------------------------------------------------------


def same_requester(draft: Draft, request: r.TakeMerge) -> Refusal | None:
    own = draft.ticket.matter.requester
    if own is not None and own == request.requester:
        return None
    reason = f"工单{draft.ticket.id}不是同一诉求人的，不能并案；可加入多人同诉。"
    return Refusal("another_requester", reason)


def no_merge_under_way(draft: Draft, _request: r.TakeMerge) -> Refusal | None:
    """Two tickets that asked one another would both be merged and neither worked on."""
    if isinstance(draft.ticket.merging, MergeWanted):
        return Refusal("merging_itself", f"工单{draft.ticket.id}正在并入其他工单。")
    return None


def room_for_its_words(draft: Draft, request: r.TakeMerge) -> Refusal | None:
    """What does not fit is refused here: later it would stop the ticket."""
    brought = sum(len(each.text) for each in request.supplements or ())
    if brought > MOST_SAID:
        return Refusal("merge_full", _too_much_for_any(draft.ticket.id, request.origin, brought))
    said = brought + sum(len(each.text) for each in draft.ticket.supplements)
    if len(draft.ticket.taken) < MOST and said <= MOST_SAID:
        return None
    words = f"工单{draft.ticket.id}并入的内容已满（至多{MOST}件、合计{MOST_SAID}字）。请并入另一张工单，或者单独办理。"
    return Refusal("merge_full", words)


def _too_much_for_any(other: str, asking: str, brought: int) -> str:
    """What a ticket took in itself stays where it is, where the other one is merged into it instead."""
    return (
        f"工单{asking}连同它已并入的工单合计{brought}字，超过一张工单能并入的{MOST_SAID}字，并入哪一张都放不下。"
        f"请反过来把工单{other}并入工单{asking}，或者分别办理。"
    )


@episode.request(r.TakeMerge, s.OPEN, same_requester, no_merge_under_way, keeps_from_accused, room_for_its_words)
def take_merge(draft: Draft, request: r.TakeMerge) -> None:
    raised = Tier.URGENT if request.tier is Tier.URGENT is not draft.ticket.matter.tier else None
    taken = d.MergeTaken(
        **draft.by_author,
        other=request.origin,
        accused=request.accused,
        tier=raised,
        supplements=request.supplements,
        confidential=request.confidential,
        contacts=request.contacts,
    )
    draft.say(taken)
    for said in request.supplements or ():
        heed(draft, hear(draft.rules, said.text, place=said.place))


def _answers(ticket: Ticket, fact: d.MergeTaken) -> Iterator[r.TicketRequest]:
    receipt = ticket.matter.receipt
    yield r.MergeAnswered(ticket=fact.other, origin=ticket.id, by=fact.by, taken=True, reason="已并入", receipt=receipt)


@episode.fact(d.MergeTaken, heard_by=participants, asks=_answers)
def _taken(ticket: Ticket, fact: d.MergeTaken, _at: datetime) -> Ticket:
    taken = TakenIn(
        accused=fact.accused,
        supplements=fact.supplements or (),
        confidential=fact.confidential is not None,
        contacts=fact.contacts or (),
    )
    after = replace(ticket, taken={**ticket.taken, fact.other: taken})
    return replace(after, matter=after.matter.classified(after.matter.category, fact.tier)) if fact.tier else after


# --- merged ----------------------------------------------------------------------------------------------------------


def merge_asked(draft: Draft, request: r.MergeAnswered) -> Refusal | None:
    asked = draft.ticket.merging
    return None if isinstance(asked, MergeWanted) and asked.into == request.origin else MOOT


@episode.request(r.MergeAnswered, s.MERGEABLE, merge_asked, to={SAME, S.MERGED})
def merge_answered(draft: Draft, request: r.MergeAnswered) -> None:
    if request.taken:
        asked = draft.ticket.merging
        reason = asked.reason if isinstance(asked, MergeWanted) else request.reason
        draft.say(d.Merged(**draft.by_author, into=request.origin, reason=reason))
    else:
        tell_office(draft, "merge", request)


@episode.request(r.MergeAnswered, s.LIVING - s.MERGEABLE - {S.MERGED}, merge_asked)
def merge_answered_too_late(draft: Draft, request: r.MergeAnswered) -> None:
    if not request.taken:
        tell_office(draft, "merge", request)
        return
    too_late = d.RequestRefused(
        **draft.by_policy,
        origin=request.origin,
        request="merge_answered",
        code="too_late",
        reason=not_now(draft.ticket.state, "merge"),
        receipt=request.receipt,
    )
    draft.say(too_late)


def tell_office(draft: Draft, action: str, request: r.MergeAnswered | r.MemberAnswered) -> None:
    """The office asked; the other ticket did not grant it."""
    refused = d.ActionRefused(
        **draft.by_policy,
        receipt=request.receipt or "",
        party=OFFICE,
        action=action,
        code="other_ticket_refused",
        reason=request.reason,
    )
    draft.say(refused)


@episode.fact(d.Merged, heard_by=participants)
def _merged(ticket: Ticket, fact: d.Merged, _at: datetime) -> Ticket:
    back = ticket.standing
    if not isinstance(
        back, s.SurveyReview | s.PendingDispatch | s.Dispatched | s.InProgress | s.Rework | s.Suspended | s.NeedsInfo
    ):
        return ticket
    return replace(ticket, standing=s.Merged(into=fact.into, back=back), merging=NoMergeAsked())


@episode.request(r.EndOfMerged, {S.MERGED})
def end_of_merged(draft: Draft, request: r.EndOfMerged) -> None:
    over = d.MergedTicketEnded(
        **draft.by_author,
        into=request.origin,
        outcome=request.outcome,
        ruling=request.ruling,
        reply=request.reply,
        reason=request.reason,
        to=request.to,
    )
    draft.say(over)


def _end_for_others(ticket: Ticket, fact: d.MergedTicketEnded) -> Iterator[r.TicketRequest]:
    ending = Ending(fact.outcome, fact.ruling, fact.reply, fact.reason, fact.to)
    return tell_of_end(ticket, fact.by, ending)


@episode.fact(d.MergedTicketEnded, asks=_end_for_others)
def _other_ended(ticket: Ticket, _fact: d.MergedTicketEnded, _at: datetime) -> Ticket:
    standing = ticket.standing
    return replace(ticket, standing=replace(standing, ended=True)) if isinstance(standing, s.Merged) else ticket


def ended_with_it(draft: Draft, request: r.ReopenMerged) -> Refusal | None:
    standing = draft.ticket.standing
    ended = isinstance(standing, s.Merged) and standing.into == request.origin and standing.ended
    return None if ended else MOOT


@episode.request(r.ReopenMerged, {S.MERGED}, ended_with_it)
def reopen_merged(draft: Draft, request: r.ReopenMerged) -> None:
    draft.say(d.MergedTicketReopened(**draft.by_author, into=request.origin))


def _reopening_for_others(ticket: Ticket, fact: d.MergedTicketReopened) -> Iterator[r.TicketRequest]:
    return tell_of_reopening(ticket, fact.by)


@episode.fact(d.MergedTicketReopened, asks=_reopening_for_others)
def _other_reopened(ticket: Ticket, _fact: d.MergedTicketReopened, _at: datetime) -> Ticket:
    standing = ticket.standing
    return replace(ticket, standing=replace(standing, ended=False)) if isinstance(standing, s.Merged) else ticket


# --- un-merged -------------------------------------------------------------------------------------------------------


@episode.action(i.Unmerge, {S.MERGED}, to=s.MERGEABLE)
def unmerge(draft: Draft, action: i.Unmerge) -> None:
    standing = draft.ticket.standing
    if isinstance(standing, s.Merged):
        unmerged = d.Unmerged(
            **draft.by_author,
            into=standing.into,
            reason=action.reason,
            reopens=True if standing.ended else None,
        )
        draft.say(unmerged)
        for clock_id in standing.missed:
            late, owed = draft.ticket.overdue.get(clock_id), draft.ticket.dues.get(clock_id)
            if late is not None and owed is not None:
                answer_breach(draft, owed.clock, clock_id, owed.owner.department)


def _asks_to_drop(ticket: Ticket, fact: d.Unmerged) -> Iterator[r.TicketRequest]:
    yield r.DropMerge(ticket=fact.into, origin=ticket.id, by=fact.by)
    if fact.reopens:
        yield from tell_of_reopening(ticket, fact.by)


@episode.fact(d.Unmerged, heard_by=participants, asks=_asks_to_drop)
def _unmerged(ticket: Ticket, _fact: d.Unmerged, _at: datetime) -> Ticket:
    return replace(ticket, standing=ticket.standing.back) if isinstance(ticket.standing, s.Merged) else ticket


def taken(draft: Draft, request: r.DropMerge) -> Refusal | None:
    return None if request.origin in draft.ticket.taken else MOOT


@episode.request(r.DropMerge, s.LIVING, taken)
def drop_merge(draft: Draft, request: r.DropMerge) -> None:
    draft.say(d.MergeDropped(**draft.by_author, other=request.origin))


@episode.fact(d.MergeDropped, heard_by=participants)
def _dropped(ticket: Ticket, fact: d.MergeDropped, _at: datetime) -> Ticket:
    """What was added to the dropped ticket stands in the notes of this one: whom it accused must not read them.

    Nor must anybody find there who asked.
    """
    gone = ticket.taken.get(fact.other, TakenIn())
    avoids = tuple(dict.fromkeys((*ticket.avoids, *gone.accused)))
    left = {name: each for name, each in ticket.taken.items() if name != fact.other}
    contacts = tuple(dict.fromkeys((*ticket.contacts, *gone.contacts)))
    own = tuple(each for each in ticket.attachments if each.of != fact.other)
    return replace(ticket, taken=left, avoids=avoids, contacts=contacts, attachments=own)
