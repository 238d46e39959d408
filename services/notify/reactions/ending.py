"""The answer to whoever asked, the end of a ticket, and what comes after it."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.recognised import gist
from schemas.referral import Referral
from schemas.values import TicketState
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.core.values import ground
from services.notify.reactions.dispatched import stood_down
from services.notify.reactions.tables import GIST, Wishes, profiles, wishes
from vocabulary import OUTCOMES, PARTIES, word

profiles.on(d.FinalAnswerGiven)(lambda p, fact, _: replace(p, reply=fact.text, final=True, promised=""))
profiles.on(d.SettledAtUnit)(lambda p, fact, _: replace(p, reply=fact.reply, promised=""))
profiles.on(d.NotAccepted)(lambda p, _, __: replace(p, promised="", ended=TicketState.NOT_ACCEPTED))
profiles.on(d.Withdrawn)(lambda p, _, __: replace(p, promised="", ended=TicketState.WITHDRAWN))
profiles.on(d.Transferred)(lambda p, _, __: replace(p, promised="", ended=TicketState.TRANSFERRED))
profiles.on(d.Merged)(lambda p, _, __: replace(p, promised="", ended=TicketState.MERGED))
profiles.on(d.Unmerged)(lambda p, _, __: replace(p, ended=None))
profiles.on(d.SplitUp)(lambda p, _, __: replace(p, promised="", ended=TicketState.SPLIT))
profiles.on(d.ReworkWithdrawn)(lambda p, _, __: replace(p, promised="", promised_by=None))


@wishes.on(d.FinalAnswerGiven)
def _final_answer_given(fact: d.FinalAnswerGiven, o: Occasion) -> Wishes:
    yield from o.requester("requester-final-answer")
    yield from _to_visitor(o, fact, fact.text)


wishes.on(d.SettledAtUnit)(lambda _, o: o.requester("requester-settled", department=PARTIES["unit"]))


@wishes.on(d.ReworkWithdrawn)
def _rework_withdrawn(fact: d.ReworkWithdrawn, o: Occasion) -> Wishes:
    """Whoever heard of the rework hears that there is none."""
    yield from o.department(fact.department, "department-ended", status=word(d.ReworkWithdrawn), reason=fact.reason)
    yield from o.requester("requester-rework-withdrawn")


@profiles.on(d.ReopeningAsked)
def _reopening_wanted(profile: Profile, fact: d.ReopeningAsked, _at: datetime) -> Profile:
    """That it was closed is known by the clock of its window, which may be heard later."""
    ended = profile.ended or TicketState.CLOSED
    return replace(profile, ended=ended, wanted=True, said=gist(fact.text, GIST))


profiles.on(d.ReopeningDeclined)(lambda p, _, __: replace(p, wanted=False))
wishes.on(d.ReopeningAsked)(lambda _, o: o.requester("requester-reopening-asked"))
wishes.on(d.ReopeningDeclined)(lambda fact, o: o.requester("requester-reopening-declined", reason=fact.reason))
wishes.on(d.Reopened)(lambda _, o: o.requester("requester-reopened"))


def _to_visitor(o: Occasion, fact: d.DispatchFact, text: str) -> Wishes:
    """Whoever brought the problem hears how it ended, as whoever asked does."""
    return o.visitor("visitor-progress", status=word(type(fact)), text=text)


@wishes.on(d.NotAccepted)
def _not_accepted(fact: d.NotAccepted, o: Occasion) -> Wishes:
    yield from _to_visitor(o, fact, fact.reason)
    yield from stood_down(o, o.profile.lead, status=word(d.NotAccepted), reason=fact.reason)
    why = ground(fact.ground, o.policy)
    yield from o.requester("requester-not-accepted", reason=fact.reason, ground=why)


wishes.on(d.WithdrawalAsked)(lambda _, o: o.requester("requester-withdrawal-asked"))
wishes.on(d.WithdrawalDeclined)(lambda fact, o: o.requester("requester-withdrawal-declined", reason=fact.reason))


@wishes.on(d.Withdrawn)
def _withdrawn(fact: d.Withdrawn, o: Occasion) -> Wishes:
    yield from stood_down(o, o.profile.lead, status=word(d.Withdrawn), reason=fact.reason)
    yield from o.requester("requester-withdrawn")
    yield from _to_visitor(o, fact, "")


@wishes.on(d.Transferred)
def _transferred(fact: d.Transferred, o: Occasion) -> Wishes:
    yield from stood_down(o, o.profile.lead, status=word(d.Transferred), reason=fact.reason)
    record = fact.record or Referral()
    yield from _to_visitor(o, fact, o.book.name_for_callers(fact.to))
    yield from o.requester(
        "requester-transferred",
        department=o.book.name_for_callers(fact.to),
        reference=record.number or "",
        handed=_handed(record),
    )


@wishes.on(d.ReferralRecorded)
def _referral_recorded(fact: d.ReferralRecorded, o: Occasion) -> Wishes:
    """Whoever was told to whom it went hears their number once it is known, and whether they have the contact."""
    number, handed = fact.record.number, _handed(fact.record)
    if fact.to is not None and (number or handed):
        whom = o.book.name_for_callers(fact.to)
        yield from o.requester("requester-referral-recorded", department=whom, reference=number or "", handed=handed)


def _handed(record: Referral) -> str:
    """Whether the other side has the contact, as a template asks for it."""
    return "" if record.contact_given is None else "yes" if record.contact_given else "no"


@wishes.on(d.Merged)
def _merged(fact: d.Merged, o: Occasion) -> Wishes:
    yield from stood_down(o, o.profile.lead, status=word(d.Merged), reason=fact.reason)
    yield from o.requester("requester-merged", reason=fact.reason, text=fact.into)
    yield from _to_visitor(o, fact, fact.into)


@wishes.on(d.Unmerged)
def _unmerged(fact: d.Unmerged, o: Occasion) -> Wishes:
    """Whoever heard that their matter is dealt with under another number hears that it is so no more."""
    yield from o.requester("requester-unmerged", text=fact.into)
    yield from _to_visitor(o, fact, "")


@wishes.on(d.MergedTicketReopened)
def _merged_ticket_reopened(fact: d.MergedTicketReopened, o: Occasion) -> Wishes:
    yield from o.requester("requester-merged-reopened", text=fact.into)


@wishes.on(d.SplitUp)
def _split_up(fact: d.SplitUp, o: Occasion) -> Wishes:
    """Each part sends a receipt of its own: whoever asked once hears first why there are several."""
    parts = "、".join(fact.parts)
    yield from stood_down(o, o.profile.lead, status=word(d.SplitUp), reason=fact.reason)
    yield from o.requester("requester-split", text=parts)
    yield from _to_visitor(o, fact, parts)


@wishes.on(d.MergeTaken)
def _merge_taken(fact: d.MergeTaken, o: Occasion) -> Wishes:
    """Whoever works on the ticket that stays hears what the other one says."""
    text = "；".join(f"{said.text}（{said.place.text}）" for said in fact.supplements or ())
    if text:
        whom = o.book.departments(o.profile, o.profile.lead, *o.profile.supporting)
        yield from o.to("department-info-provided", whom, text=text)


@wishes.on(d.MergedTicketEnded)
def _merged_ticket_ended(fact: d.MergedTicketEnded, o: Occasion) -> Wishes:
    """Nobody calls about a ticket that was merged: the result, or why there is none, is told once and for all."""
    status = OUTCOMES.get(fact.outcome, word(d.Closed))
    # Why it was referred is written for the file: whoever is told that an emergency service has it hears that alone.
    reason = "" if fact.outcome == "transferred" else fact.reason or ""
    result = {"reply": fact.reply or "", "reason": reason, "department": o.book.name_for_callers(fact.to)}
    yield from o.requester("requester-merged-ended", text=fact.into, status=status, **result)
    text = fact.reply or fact.reason or ""
    yield from o.visitor("visitor-progress", status=f"已随并入的工单{fact.into}{status}", text=text)
