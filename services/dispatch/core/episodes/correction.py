"""A mistake is corrected (更正): what stood is kept beside what stands, and what followed from it is taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from chassis.frozen import replace
from rulebook import locate
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas.correction import CallbackAnswers, Correction
from schemas.sealed import completed, masked_contact, same, told_by
from schemas.values import Contact, DepartmentCode, RequesterKind, Ruling, Unruled
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.callback import close_called_back, failed, rework, ruled_by, unruled_by
from services.dispatch.core.episodes.dispatching import by_policy, category_known, tier_with
from services.dispatch.core.episodes.first_contact import owe_again
from services.dispatch.core.episodes.stop_words import heed, not_seen_to_yet
from services.dispatch.core.episodes.supervision import REVIEWED_AFTER
from services.dispatch.core.hearing import hear
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Heard, Ordered, Reported
from services.dispatch.core.rules import Led
from services.dispatch.core.ticket import Ticket, cannot_be_reached
from services.dispatch.core.who import verified_as

episode = Episode("correction")

_WITHDRAWN: Final = "回访结果已更正，重办收回。"
_UNSUPERVISED: Final = "回访结果已更正，督办单收回。"
_LEFT_LATER: Final = "诉求人再次来电，经核实补充了联系方式。"
_NO_PLACE: Final = "-"
"""The text of a place that nobody named."""


# --- what stands, and what is to stand instead -----------------------------------------------------------------------


class Change(NamedTuple):
    """What is corrected: what stood, what stands instead, and which of the callbacks is meant."""

    old: Correction
    new: Correction
    answer: int | None


def what_stands(ticket: Ticket, like: Correction, answer: int | None) -> Correction:
    """What a ticket has at the places that a correction names."""
    matter, place = ticket.matter, ticket.matter.place
    heard = None if answer is None else ticket.heard[answer]
    return Correction(
        text=matter.text if like.text is not None else None,
        contact=matter.contact if like.contact is not None else None,
        requester=matter.requester if like.requester is not None else None,
        confidential=matter.confidential if like.confidential is not None else None,
        place=place if like.place is not None and place.text != _NO_PLACE else None,
        category=matter.category if like.category is not None else None,
        reply=ticket.reply if like.reply is not None else None,
        answers=_answers(heard) if like.answers is not None and heard is not None else None,
    )


def _answers(heard: Heard) -> CallbackAnswers:
    return CallbackAnswers(
        round=heard.round,
        contacted=heard.contacted,
        solved=heard.solved,
        attitude=heard.attitude,
        result=heard.result,
    )


def _change(draft: Draft, action: i.Correct) -> Change:
    """Only what becomes another counts; of a contact and of answers, what is not named stays."""
    ticket, answer = draft.ticket, _which(draft.ticket, action)
    matter = ticket.matter
    contact = completed(matter.contact, action.contact) if action.contact else None
    another = contact is not None and not same(contact, matter.contact)
    requester, account = _whose(draft) if another else (None, None)
    place = action.place and action.place.within(
        action.place.subdistrict or locate(draft.rules.policy, action.place.text, draft.at)
    )
    answers = None if answer is None else _corrected(ticket.heard[answer], action)
    new = Correction(
        text=action.text if action.text != matter.text else None,
        contact=contact if another else None,
        requester=requester,
        account=account,
        confidential=action.confidential if action.confidential is not matter.confidential else None,
        place=place if place != matter.place else None,
        category=action.category if action.category != matter.category else None,
        reply=action.reply if action.reply != ticket.reply else None,
        answers=answers if answer is not None and answers != _answers(ticket.heard[answer]) else None,
    )
    answer = answer if new.answers is not None else None
    return Change(what_stands(ticket, new, answer), new, answer)


def _whose(draft: Draft) -> tuple[str | None, str | None]:
    """Whose ticket it is from now on, and by which account, where that becomes another: the telephone counts first."""
    matter, keys = draft.ticket.matter, draft.requester
    if keys is None or matter.requester_kind is RequesterKind.ANONYMOUS:
        return None, None
    found = keys.phone or (None if matter.contact.phone else keys.wechat)
    by_account = matter.requester if found is not None and not matter.contact.phone else None
    return (found if found != matter.requester else None), keys.wechat or by_account


def _named(action: i.Correct) -> bool:
    return any(each is not None for each in (action.contacted, action.solved, action.attitude, action.result))


def _which(ticket: Ticket, action: i.Correct) -> int | None:
    """The callback whose answers are meant: the newest, or the newest of the round that is named."""
    if not _named(action):
        return None
    rounds = [number for number, each in enumerate(ticket.heard) if action.round in (None, each.round)]
    return rounds[-1] if rounds else None


def _corrected(heard: Heard, action: i.Correct) -> CallbackAnswers:
    return CallbackAnswers(
        round=heard.round,
        contacted=action.contacted or heard.contacted,
        solved=action.solved or heard.solved,
        attitude=action.attitude or heard.attitude,
        result=action.result or heard.result,
    )


# --- what speaks against it ------------------------------------------------------------------------------------------


def not_unknown(draft: Draft, action: i.Correct) -> Refusal | None:
    """Who wants to stay unknown leaves nothing by which they are found, at the registration or later."""
    unknown = draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS
    if action.contact is None or not unknown or not draft.rules.asks_who:
        return None
    return Refusal(
        "anonymous",
        "诉求人匿名，不记录姓名、号码和账号，也不作先行联系和回访；诉求人愿意留下的，请以实名另行登记，并写明涉及本工单。",
    )


def reply_given(draft: Draft, action: i.Correct) -> Refusal | None:
    if action.reply is None or draft.ticket.reply is not None:
        return None
    return Refusal("no_reply_yet", "承办单位还没有答复，无可更正；请待其报办结之后再更正。")


def answer_given(draft: Draft, action: i.Correct) -> Refusal | None:
    if not _named(action) or _which(draft.ticket, action) is not None:
        return None
    rounds = "、".join(dict.fromkeys(str(each.round) for each in draft.ticket.heard))
    said = f"有回访结果的轮次：{rounds}，请核对轮次。" if rounds else "该工单还没有回访结果，请先记录回访。"
    return Refusal("no_such_answer", f"该轮没有可以更正的回访结果；{said}")


def something_changes(draft: Draft, action: i.Correct) -> Refusal | None:
    if _change(draft, action).new != Correction():
        return None
    return Refusal("nothing_to_correct", "没有写明更正什么，或者与现有内容相同；请写明要改成的内容。")


def nothing_open_that_it_ends(draft: Draft, action: i.Correct) -> Refusal | None:
    """A correction of what was answered ends no alarm: what takes a rework back waits until somebody has seen to it."""
    ticket, change = draft.ticket, _change(draft, action)
    if change.answer is None or change.new.answers is None or not not_seen_to_yet(ticket):
        return None
    before = ticket.heard[change.answer]
    if not _takes_rework_back(ticket, before, _with_answers(before, change.new.answers), change.answer):
        return None
    return Refusal(
        "alarm_open",
        "按更正后的结果将收回重办并结案，但该工单还有敏感内容待处理，或者紧急呼叫无人确认知悉；请先处理、确认，再更正。",
    )


def _takes_rework_back(ticket: Ticket, was: Heard, now: Heard, answer: int) -> bool:
    """Whether the rework that these answers ordered would not have been ordered by what stands now."""
    return failed(ticket.matter, was) and not failed(ticket.matter, now) and _reworks_for(ticket, answer)


def stays_confidential(draft: Draft, action: i.Correct) -> Refusal | None:
    """What has ended keeps what was promised: nobody needs to know any more who it was, and nobody can approve it."""
    if not _opens(draft, action):
        return None
    return Refusal("stays_confidential", "该工单已办结，保密不再解除；确需联系诉求人的，请申请查看联系方式。")


def ends_confidence(draft: Draft, action: i.Correct) -> str | None:
    """Nobody alone shows to departments who asked in confidence."""
    if not _opens(draft, action):
        return None
    return f"解除保密，承办单位将看到诉求人的姓名、号码和原话；应为诉求人本人的意思：{action.reason}"


def _opens(draft: Draft, action: i.Correct) -> bool:
    return action.confidential is False and draft.ticket.matter.confidential


# --- corrected -------------------------------------------------------------------------------------------------------


_CORRECTABLE: Final = (category_known, not_unknown, reply_given, answer_given, something_changes)


_REWORKED: Final = frozenset({S.REWORK, S.NEEDS_INFO, S.SUSPENDED, S.HANDLED})
"""Where a rework can be that corrected answers take back."""


@episode.action(i.Correct, s.OPEN - _REWORKED, *_CORRECTABLE, to={SAME, S.DISPATCHED}, approved=ends_confidence)
@episode.action(
    i.Correct, _REWORKED, *_CORRECTABLE, nothing_open_that_it_ends, to={SAME, S.CLOSED}, approved=ends_confidence
)
@episode.action(i.Correct, REVIEWED_AFTER - s.OPEN, *_CORRECTABLE, stays_confidential, to={SAME, S.REWORK})
def correct(draft: Draft, action: i.Correct) -> None:
    """Say what is corrected, and let follow from it what would have followed had it been so from the beginning."""
    change, before = _change(draft, action), draft.ticket
    moved = change.new.place is not None or change.new.category is not None
    _heed_what_stands_now(draft, change.new)
    led_by_accused = before.led_by is not None and before.led_by.lead in draft.ticket.shunned - before.shunned
    tier = tier_with(draft, change.new.category) if change.new.category and before.state in s.OPEN else None
    draft.say(_said(draft, action, change, lead=_misled(draft, change) if moved or led_by_accused else None))
    matter = draft.ticket.matter
    if tier is not None and matter.category is not None and tier is not matter.tier:
        draft.say(d.Classified(**draft.by_author, category=matter.category, tier=tier))
    owe_again(draft, wrongly_dialled=before.matter.contact.phone is not None and change.new.requester is not None)
    waits = isinstance(draft.ticket.standing, s.PendingDispatch) and matter.category is not None
    if moved and waits and draft.rules.automation.dispatch is Passing.AUTOMATIC:
        by_policy(draft)
    if change.answer is not None:
        _follow_answers(draft, before, change.answer)


def _heed_what_stands_now(draft: Draft, new: Correction) -> None:
    """Before anybody reads it: whom it names beside words of misconduct reads nothing, and has no task any more."""
    heard = hear(draft.rules, new.text or "", new.reply or "", place=new.place)
    heed(draft, heard, anew=new.text is not None)
    for code in sorted(draft.ticket.shunned.intersection(draft.ticket.tasks)):
        draft.say(d.SupportTaskEnded(**draft.by_policy, department=code, taken_back=True))


def _said(draft: Draft, action: i.Correct, change: Change, *, lead: DepartmentCode | None) -> d.Corrected:
    ticket = draft.ticket
    handled = ticket.standing if isinstance(ticket.standing, s.Handled) else None
    reply_is_out = change.new.reply is not None and ticket.state in s.AFTER | REVIEWED_AFTER and handled is None
    ruling, unruled = _ruling(ticket, change)
    asked = unruled in draft.rules.policy.rates.person_rules_on
    return d.Corrected(
        **draft.by_author,
        old=change.old,
        new=change.new,
        reason=action.reason,
        callback=change.answer,
        ruling=ruling,
        unruled=unruled,
        awaits_ruling=True if asked else None,
        lead=lead,
        told=True if reply_is_out else None,
        phones=_phones(change.old, change.new),
    )


def _phones(old: Correction, new: Correction) -> d.CorrectedPhones | None:
    """Both numbers as everybody may read them, where the number becomes another."""
    was, now = old.contact or Contact(), new.contact or Contact()
    shown = masked_contact(now).phone
    if shown is None or told_by(was, "phone") == told_by(now, "phone"):
        return None
    return d.CorrectedPhones(old=masked_contact(was).phone, new=shown)


def _misled(draft: Draft, change: Change) -> DepartmentCode | None:
    """Who would lead by what stands now, where somebody else does: the desk decides whether the order moves."""
    ticket, order = draft.ticket, draft.ticket.led_by
    if order is None or ticket.state in s.AFTER:
        return None
    found = draft.rules.lead_for(ticket.matter.corrected(change.new), ticket.shunned | frozenset(ticket.refused_by))
    return found.lead if isinstance(found, Led) and found.lead != order.lead else None


def _ruling(ticket: Ticket, change: Change) -> tuple[Ruling | None, Unruled | None]:
    """What a closed ticket is ruled, where its ruling had followed from the answers and no person had ruled."""
    if change.answer is None or change.new.answers is None or not _closed_by(ticket, change.answer):
        return None, None
    matter, before = ticket.matter, ticket.heard[change.answer]
    after = _with_answers(before, change.new.answers)
    if ticket.ruling is not ruled_by(matter, before) or failed(matter, after):
        return None, None
    ruling = ruled_by(matter, after)
    return (ruling, None) if ruling is not ticket.ruling and ruling else (None, None if ruling else unruled_by(after))


def _closed_by(ticket: Ticket, answer: int) -> bool:
    """Whether the ticket stands closed because of these answers."""
    heard = ticket.heard[answer]
    newest = answer == len(ticket.heard) - 1 and (heard.round, heard.reopened) == (ticket.rounds, ticket.reopened)
    return newest and ticket.state in REVIEWED_AFTER


def _with_answers(heard: Heard, new: CallbackAnswers) -> Heard:
    return replace(heard, contacted=new.contacted, solved=new.solved, attitude=new.attitude, result=new.result)


@episode.fact(d.Corrected, heard_by=participants)
def _is_corrected(ticket: Ticket, fact: d.Corrected, _at: datetime) -> Ticket:
    after = replace(ticket, matter=ticket.matter.corrected(fact.new), reply=fact.new.reply or ticket.reply)
    if fact.old.contact is not None:
        after = replace(after, contacts=tuple(dict.fromkeys((*ticket.contacts, fact.old.contact))))
    moved = fact.new.place is not None or fact.new.category is not None
    if moved or fact.lead is not None:
        after = replace(after, would_lead=fact.lead)
    if moved and ticket.order is not None and ticket.state not in s.LED - s.AFTER:
        after = replace(after, moved=True)
    if fact.new.answers is not None:
        answers = fact.new.answers
        heard = (
            _with_answers(each, answers) if number == fact.callback else each
            for number, each in enumerate(ticket.heard)
        )
        after = replace(after, heard=tuple(heard))
    if fact.ruling is not None or fact.unruled is not None:
        after = replace(after, ruling=fact.ruling, awaits_ruling=fact.awaits_ruling is not None)
    return after


# --- a way to the requester, where there was none --------------------------------------------------------------------


def complete_contact(draft: Draft, action: i.FollowUp | i.ProvideInfo) -> None:
    """Take the number that a caller brings along, verified by an agent, where no way led to the requester."""
    matter, given = draft.ticket.matter, action.contact
    nobody = cannot_be_reached(matter) == "no_number" and draft.ticket.state in s.OPEN
    if given is None or not nobody or verified_as(draft, action) is None:
        return
    requester, account = _whose(draft)
    new = Correction(contact=completed(matter.contact, given), requester=requester, account=account)
    old = what_stands(draft.ticket, new, None)
    said = d.Corrected(**draft.by_author, old=old, new=new, reason=_LEFT_LATER, phones=_phones(old, new))
    draft.say(said)
    owe_again(draft)


# --- what follows from corrected answers -----------------------------------------------------------------------------


def _follow_answers(draft: Draft, before: Ticket, answer: int) -> None:
    """A rework that was ordered by mistake is taken back; one that was not ordered by mistake is ordered now."""
    matter, was, heard = draft.ticket.matter, before.heard[answer], draft.ticket.heard[answer]
    if _takes_rework_back(before, was, heard, answer):
        _withdraw_rework(draft, heard)
    elif failed(matter, heard) and not failed(matter, was) and _closed_by(before, answer):
        order = before.order
        if before.state is S.CLOSED and order is not None and order.lead not in before.shunned:
            rework(draft, heard)


def _reworks_for(ticket: Ticket, answer: int) -> bool:
    """Whether the rework that these answers ordered is not done yet."""
    standing = ticket.standing.back if isinstance(ticket.standing, s.NeedsInfo | s.Suspended) else ticket.standing
    reworks = isinstance(standing, s.Rework) or (isinstance(standing, s.Handled) and standing.rework)
    return reworks and answer == len(ticket.heard) - 1 and ticket.heard[answer].round == ticket.rounds - 1


def _withdraw_rework(draft: Draft, heard: Heard) -> None:
    watch = draft.ticket.supervision
    if isinstance(watch, Ordered | Reported) and watch.cause == "callbacks":
        taken_back = d.SupervisionEnded(**draft.by_policy, result=_UNSUPERVISED, reason=d.CALLBACK_CORRECTED)
        draft.say(taken_back)
    withdrawn = d.ReworkWithdrawn(
        **draft.stamp(BY_POLICY),
        department=draft.lead,
        round=draft.ticket.rounds,
        reason=_WITHDRAWN,
        answers=_answers(heard),
        handled_at=heard.handled_at,
    )
    draft.say(withdrawn)
    close_called_back(draft, heard)


@episode.fact(d.ReworkWithdrawn, heard_by=participants)
def _withdrawn(ticket: Ticket, fact: d.ReworkWithdrawn, _at: datetime) -> Ticket:
    return replace(ticket, rounds=fact.round - 1, failures=max(ticket.failures - 1, 0), ruling=None)
