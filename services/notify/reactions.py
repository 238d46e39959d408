"""What each fact means to notify: what it teaches about the ticket, and who is told what because of it.

A fact that has no entry here passes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from chassis.frozen import replace
from chassis.reactions import Changes, Reactions
from rulebook import Audience, Role, Unit
from rulebook.directory import Person as Named
from schemas import clocks as c
from schemas import dispatch as d
from schemas import tickets as t
from schemas.message import Message
from schemas.recognised import masked
from schemas.referral import Referral
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    PartyKind,
    RequesterKind,
    TicketState,
    Tier,
    WatchOrder,
    remind_by,
)
from services.notify.core.book import AddressBook
from services.notify.core.notice import Wish
from services.notify.core.occasion import Occasion
from services.notify.core.profile import REMEMBERED, Profile
from services.notify.core.promises import tell_requester
from services.notify.core.values import LEFT, YES, deadline, due_of, ground, longest
from vocabulary import CLOCKS, GROUNDS, OUTCOMES, PARTIES, PARTS, REASONS, STATES, WAITS, word

Wishes = Iterator[Wish]

profiles: Final = Changes[Profile]()
wishes: Final = Reactions[Occasion, Wishes]()

_NEW_NUMBER: Final = "电话已更正，请按更正后的电话联系。"
_GIST: Final = 200
_RESTS: Final = (d.PassOnAwaited, d.DispatchAwaited)
"""Now the ticket waits for somebody: its requester hears that it was received, also where nothing tells a date yet."""


def react(before: Profile, fact: Message, at: datetime, book: AddressBook) -> tuple[Profile, tuple[Wish, ...]]:
    """What is known of a ticket after a fact, and who is to be told what; the same profile where nothing is new."""
    profile = profiles.after(before, fact, at)
    asked_for = tuple(asked(fact, Occasion(at, before, profile, book)))
    spoken = any(wish.to.audience.kind == Audience.REQUESTER for wish in asked_for)
    rests = type(fact) in _RESTS
    after, first = tell_requester(profile, at, rests=rests, spoken=spoken, longest=longest(book.policy))
    requester = Occasion(at, before, after, book).requester
    told = tuple(wish for each in first for wish in requester(each.template, **each.values))
    if _order_is_ready(after):
        after = replace(after, order_told=after.orders)
    return after, (*told, *asked_for)


def asked(fact: Message, occasion: Occasion) -> Wishes:
    """Who is to be told what: by this kind of fact, and of orders now, whatever the fact."""
    yield from wishes.to(fact, occasion) or ()
    yield from _orders(occasion)
    yield from _alarms(occasion)


def _order_is_ready(profile: Profile) -> bool:
    return profile.orders > profile.order_told and profile.lead == profile.handler


def _orders(o: Occasion) -> Wishes:
    """An order names its due time: it is told once that is known, an urgent one at once and loudly instead."""
    if _order_is_ready(o.profile) and o.profile.tier is not Tier.URGENT:
        returnable = YES if o.profile.returnable else ""
        yield from o.lead("department-new-order", due=due_of(o.profile, Clock.HANDLING), returnable=returnable)


def _alarms(o: Occasion) -> Wishes:
    """Each department hears at once, and loudly, of an order that is urgent, or becomes so: whatever made it so."""
    known = _urgent_orders(o.before)
    for order, department in _urgent_orders(o.profile):
        if (order, department) not in known:
            at_once = o.book.departments(o.profile, department, at_once=True)
            if department == o.profile.lead:
                accept, due = _within(o, Clock.RETURN_WINDOW), _within(o, Clock.URGENT_FIRST_REPORT)
                yield from o.to("department-urgent-order", at_once, accept=accept, due=due)
            else:
                yield from o.to("department-urgent-task", at_once, due=_within(o, Clock.SUPPORTING_TASK))


def _urgent_orders(profile: Profile) -> tuple[tuple[int, str], ...]:
    if profile.tier is not Tier.URGENT or profile.lead is None:
        return ()
    return tuple((profile.orders, code) for code in dict.fromkeys((profile.lead, *profile.supporting)))


def _within(o: Occasion, clock: Clock, since: datetime | None = None) -> str:
    """Say when a clock of an urgent matter that starts then, or now, will be up, where it runs by night."""
    start = since or o.at
    budget = o.policy.limit(clock).budget_for(Tier.URGENT)
    match budget.unit:
        case Unit.MINUTES:
            return deadline(start + timedelta(minutes=budget.amount))
        case Unit.HOURS:
            return deadline(start + timedelta(hours=budget.amount))
        case _:
            return ""


# --- recorded, classified, dispatched --------------------------------------------------------------------------------


def _gist(text: str) -> str:
    """How a text begins; a number that is cut in two would not be recognised any more."""
    return masked(text)[:_GIST]


@profiles.on(d.Opened)
def _known(profile: Profile, fact: d.Opened, _at: datetime) -> Profile:
    """Whoever gave a category, or asked for less time than usual, has decided on the tier."""
    return replace(
        profile,
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        contacts=fact.contacts or (),
        visitor=fact.visit.visitor if fact.visit else None,
        confidential=fact.confidential,
        accused=fact.accused,
        kind=fact.kind.value,
        tier=fact.tier,
        tier_decided=fact.category is not None or fact.tier is not Tier.COMPLEX,
        category=fact.category,
        place=fact.place.text,
        text=_gist(fact.text),
    )


@profiles.on(t.Answered)
def _known_answered(profile: Profile, fact: t.Answered, _at: datetime) -> Profile:
    return replace(
        profile,
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        kind=fact.kind.value,
        category=fact.category,
        reply=fact.answer,
        receipt_told=True,
    )


wishes.on(t.Answered)(lambda _, o: o.requester("requester-answered"))
profiles.on(d.CategorySuggested)(lambda p, fact, _: replace(p, category=fact.category) if fact.taken else p)
profiles.on(d.Classified)(lambda p, fact, _: replace(p, category=fact.category, tier=fact.tier, tier_decided=True))
profiles.on(d.StopWordsFound)(lambda p, fact, _: replace(p, tier=fact.tier, tier_decided=True) if fact.tier else p)


@profiles.on(d.MergeTaken)
def _took_in(profile: Profile, fact: d.MergeTaken, _at: datetime) -> Profile:
    confidential = profile.confidential or fact.confidential is not None
    contacts = _known_under(profile, *(fact.contacts or ()))
    return replace(profile, tier=fact.tier or profile.tier, confidential=confidential, contacts=contacts)


def _known_under(profile: Profile, *contacts: Contact) -> tuple[Contact, ...]:
    return tuple(dict.fromkeys((*profile.contacts, *contacts)))


profiles.on(*_RESTS)(lambda p, _, __: p)


profiles.on(d.FollowUpAdded, d.InfoProvided, d.ReopeningAsked)(lambda p, fact, _: replace(p, said=_gist(fact.text)))


@wishes.on(d.UrgentCalled)
def _urgent_called(fact: d.UrgentCalled, o: Occasion) -> Wishes:
    """Whoever is called hears what is urgent, why they are called, and until when they have to say that they know.

    What was said last stands first: it may be what makes it urgent.
    """
    first = o.profile.text
    yield from o.to(
        "duty-urgent",
        o.book.duty_officer(fact.person.id),
        person=fact.person.name,
        count=str(fact.call),
        reason=REASONS.said(fact.reason),
        accept=_within(o, Clock.DUTY_ACKNOWLEDGEMENT, fact.since(o.at)),
        due=_within(o, Clock.URGENT_FIRST_REPORT),
        text=f"{o.profile.said}（此前：{first}）" if o.profile.said else first,
    )


@wishes.on(d.AutomationEnded)
def _automation_ended(fact: d.AutomationEnded, o: Occasion) -> Wishes:
    """Whoever may let policy dispatch the category again hears why it may not."""
    found = o.policy.category(fact.category)
    reason = f"最近核对{fact.checked}件，正确{fact.correct}件"
    status = found.path if found else fact.category
    yield from o.to("supervisor-category-fell-back", o.book.supervisors(o.at), status=status, reason=reason)


profiles.on(d.Accepted)(lambda p, _, __: replace(p, takes_returns=False))


@wishes.on(d.Accepted)
def _accepted(fact: d.Accepted, o: Occasion) -> Wishes:
    """An urgent order that nobody took in time is the supervisor's matter at once."""
    if fact.presumed and not fact.binding and o.profile.tier is Tier.URGENT:
        whom = o.book.supervisors(o.at, at_once=True)
        yield from o.to("supervisor-urgent-unaccepted", whom, department=o.book.name(fact.department))


@profiles.on(d.Dispatched)
def _led(profile: Profile, fact: d.Dispatched, _at: datetime) -> Profile:
    return replace(
        profile,
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier,
        tier_decided=True,
        category=fact.category or profile.category,
        orders=fact.order,
        takes_returns=not fact.binding,
    )


@wishes.on(d.Dispatched)
def _dispatched(fact: d.Dispatched, o: Occasion) -> Wishes:
    was = o.before.lead
    if _is_summoned(o, was) and was not in (fact.lead, *fact.supporting):
        yield from _stood_down(o, was, status=f"已改由{o.book.name(fact.lead)}承办", reason="")
    if not fact.same_lead:
        yield from o.visitor(
            "visitor-progress",
            status=STATES[TicketState.DISPATCHED],
            text=f"{PARTIES['department']}：{o.book.name(fact.lead)}",
        )


@profiles.on(d.DepartmentReplaced)
def _replaced(profile: Profile, fact: d.DepartmentReplaced, _at: datetime) -> Profile:
    old, new = fact.replaced, fact.department
    supporting = tuple(dict.fromkeys(new if code == old else code for code in profile.supporting))
    accused = (*profile.accused, new) if old in profile.accused else profile.accused
    return replace(
        profile,
        lead=new if profile.lead == old else profile.lead,
        handler=new if profile.handler == old else profile.handler,
        supporting=supporting,
        accused=accused,
    )


@wishes.on(d.DepartmentReplaced)
def _handed_on(fact: d.DepartmentReplaced, o: Occasion) -> Wishes:
    """Both departments hear what moved; of what is urgent whoever is on duty, of what is supervised the supervisors."""
    was, now = o.book.name(fact.replaced), o.book.name(fact.department)
    part = PARTS["lead" if o.before.lead == fact.replaced else "supporting"]
    yield from o.department(
        fact.department, "department-taken-over", was=was, status=part, due=due_of(o.profile, Clock.HANDLING)
    )
    yield from o.department(fact.replaced, "department-handed-over", was=was, department=now, reason=fact.reason)
    if o.profile.tier is Tier.URGENT:
        for person in o.policy.on_duty(o.at).people[:1]:
            on_duty = o.book.duty_officer(person.id)
            yield from o.to("duty-reorganised", on_duty, person=person.name, was=was, department=now)
    if o.profile.watched:
        yield from o.to("supervisor-reorganised", o.book.supervisors(o.at), was=was, department=now)


@profiles.on(d.SupportTaskOpened)
def _supported(profile: Profile, fact: d.SupportTaskOpened, _at: datetime) -> Profile:
    return replace(profile, supporting=tuple(dict.fromkeys((*profile.supporting, fact.department))))


@profiles.on(d.SupportTaskEnded)
def _supported_no_more(profile: Profile, fact: d.SupportTaskEnded, _at: datetime) -> Profile:
    return replace(profile, supporting=tuple(code for code in profile.supporting if code != fact.department))


@wishes.on(d.SupportTaskEnded)
def _task_ended(fact: d.SupportTaskEnded, o: Occasion) -> Wishes:
    why = f"{REASONS.said(fact.reason)}。" if fact.reason else ""
    return _stood_down(o, fact.department, status=word(d.SupportTaskEnded), reason=why)


def _is_summoned(o: Occasion, code: str | None) -> bool:
    return any(code == summoned for _, summoned in _urgent_orders(o.before))


def _stood_down(o: Occasion, code: str | None, *, status: str, reason: str) -> Wishes:
    """Whoever was summoned loudly hears as loudly that they need not come."""
    if _is_summoned(o, code):
        whom = o.book.departments(o.profile, code, at_once=True)
        yield from o.to("department-urgent-ended", whom, status=status, reason=reason)
    else:
        yield from o.department(code, "department-ended", status=status, reason=reason)


profiles.on(d.ReturnUpheld)(lambda p, _, __: replace(p, lead=None, supporting=()))
profiles.on(d.Reopened)(lambda p, _, __: replace(p, lead=None, supporting=(), final=False))


@wishes.on(d.ReturnUpheld, d.ReturnOverruled)
def _return_ruled(fact: d.ReturnUpheld | d.ReturnOverruled, o: Occasion) -> Wishes:
    return o.department(fact.department, "department-return-ruled", ruling=word(type(fact)), reason=fact.reason)


# --- worked on, handled ----------------------------------------------------------------------------------------------


wishes.on(d.InfoAsked)(lambda fact, o: o.requester("requester-needs-info", text=fact.question))


@wishes.on(d.InfoProvided)
def _info_provided(fact: d.InfoProvided, o: Occasion) -> Wishes:
    if not fact.withheld:
        yield from o.lead("department-info-provided", text=fact.text)


@wishes.on(d.FollowUpAdded)
def _follow_up_added(fact: d.FollowUpAdded, o: Occasion) -> Wishes:
    if not fact.withheld:
        count = str(fact.count) if fact.verified else ""
        yield from o.lead("department-follow-up", text=fact.text, count=count)


@wishes.on(d.ProgressNoted)
def _progress_noted(fact: d.ProgressNoted, o: Occasion) -> Wishes:
    """The requester reads what was written for the requester, never what stands in the file."""
    if fact.for_requester is not None:
        department = o.book.name_for_callers(fact.department)
        yield from o.requester("requester-progress", text=fact.for_requester, department=department)


profiles.on(d.Handled)(lambda p, fact, _: replace(p, reply=fact.reply))


@wishes.on(d.HandledSentBack, d.SupportTaskSentBack)
def _sent_back(fact: d.HandledSentBack | d.SupportTaskSentBack, o: Occasion) -> Wishes:
    why = {"ground": ground(fact.ground, o.policy), "reason": fact.reason}
    step = PARTS["supporting"] if isinstance(fact, d.SupportTaskSentBack) else WAITS["handling"]
    return o.department(fact.department, "department-sent-back", step=step, **why)


@wishes.on(d.HandledAccepted)
def _handled_accepted(_fact: d.HandledAccepted, o: Occasion) -> Wishes:
    yield from o.requester("requester-result")
    yield from o.visitor("visitor-result")


@wishes.on(d.ReworkOrdered)
def _rework_ordered(fact: d.ReworkOrdered, o: Occasion) -> Wishes:
    failures = fact.failure or 0
    if failures >= o.policy.limits.failed_callbacks_before_supervision:
        department = o.book.name(fact.department)
        whom = o.book.supervisors(o.at)
        yield from o.to("supervisor-failed-callbacks", whom, count=str(failures), department=department)


# --- waits for an approver -------------------------------------------------------------------------------------------


def _to_approver(o: Occasion, asker: Actor, about: Mapping[str, str]) -> Wishes:
    """The approver hears at once of what is urgent, for the time to decide is short at any hour."""
    owner = o.policy.owner_of(Clock.APPROVAL, o.at)
    approvers = (each for each in (owner, *o.policy.with_role(Role.APPROVER, o.at)) if each is not None)
    for person in _others(approvers, asker)[:1]:
        yield from o.to("centre-urgent-approval", o.book.person(person.id, at_once=True), **about, person=person.name)


def _others(people: Iterable[Named], asker: Actor) -> list[Named]:
    return [each for each in people if asker.person is None or each.id != asker.person.id]


@wishes.on(d.ApprovalRequested)
def _approval_requested(fact: d.ApprovalRequested, o: Occasion) -> Wishes:
    """Whoever is on duty may decide too: the first of them does."""
    if o.profile.tier is Tier.URGENT:
        about = {"due": _within(o, Clock.APPROVAL), "reason": fact.reason}
        yield from _to_approver(o, fact.by, about)
        for person in _others(o.policy.on_duty(o.at).people, fact.by)[:1]:
            yield from o.to("duty-urgent-approval", o.book.duty_officer(person.id), **about, person=person.name)


@wishes.on(d.ExtensionRequested, d.SuspensionRequested)
def _more_time_requested(fact: d.ExtensionRequested | d.SuspensionRequested, o: Occasion) -> Wishes:
    if o.profile.tier is Tier.URGENT:
        what = f"{o.book.name(fact.department)}{word(type(fact))}：{fact.reason}"
        yield from _to_approver(o, fact.by, {"due": _within(o, Clock.APPROVAL), "reason": what})


# --- extended, suspended, promised -----------------------------------------------------------------------------------


def _approval(
    fact: d.ExtensionGranted | d.ExtensionRefused | d.Suspended | d.SuspensionRefused, o: Occasion, ruling: str
) -> Wishes:
    approver = fact.by.person.name if fact.by.person else PARTIES["centre"]
    why = {"ground": ground(o.profile.ground, o.policy), "reason": fact.reason}
    return o.department(fact.department, "department-approval", ruling=ruling, approver=approver, **why)


profiles.on(d.ExtensionRequested, d.SuspensionRequested)(lambda p, fact, _: replace(p, ground=fact.ground))
wishes.on(d.ExtensionGranted)(lambda fact, o: _approval(fact, o, word(d.ExtensionGranted)))
wishes.on(d.ExtensionRefused)(lambda fact, o: _approval(fact, o, word(d.ExtensionRefused)))
wishes.on(d.SuspensionRefused)(lambda fact, o: _approval(fact, o, word(d.SuspensionRefused)))


@wishes.on(d.RequestLapsed)
def _request_lapsed(fact: d.RequestLapsed, o: Occasion) -> Wishes:
    """Nobody decided: nobody is named."""
    step = GROUNDS["extension"] if fact.what == "extension" else word(d.Suspended)
    return o.department(fact.department, "department-request-lapsed", step=step, reason=fact.reason)


@wishes.on(d.Suspended)
def _suspended(fact: d.Suspended, o: Occasion) -> Wishes:
    yield from _approval(fact, o, f"同意{word(d.Suspended)}")
    why = ground(fact.ground, o.policy)
    yield from o.requester(
        "requester-suspended", ground=why, promised=deadline(fact.until), text=fact.for_requester or ""
    )


wishes.on(d.Committed)(
    lambda fact, o: o.requester("requester-committed", promised=deadline(fact.promised), text=fact.for_requester or "")
)


# --- the end, and after it -------------------------------------------------------------------------------------------


profiles.on(d.FinalAnswerGiven)(lambda p, fact, _: replace(p, reply=fact.text, final=True))
profiles.on(d.SettledAtUnit)(lambda p, fact, _: replace(p, reply=fact.reply))
wishes.on(d.FinalAnswerGiven)(lambda _, o: o.requester("requester-final-answer"))
wishes.on(d.SettledAtUnit)(lambda _, o: o.requester("requester-settled", department=PARTIES["unit"]))


@profiles.on(d.Corrected)
def _known_better(profile: Profile, fact: d.Corrected, _at: datetime) -> Profile:
    """Whoever is told anything from now on is told by what stands; a receipt that went elsewhere is owed again."""
    new, was = fact.new, profile.contact
    elsewhere = new.contact is not None and _reached_at(profile, new.contact) != _reached_at(profile, was)
    return replace(
        profile,
        contact=new.contact or profile.contact,
        contacts=_known_under(profile, fact.old.contact) if fact.old.contact else profile.contacts,
        confidential=profile.confidential if new.confidential is None else new.confidential,
        place=new.place.text if new.place else profile.place,
        text=_gist(new.text) if new.text else profile.text,
        category=new.category or profile.category,
        reply=new.reply or profile.reply,
        receipt_told=profile.receipt_told and not elsewhere,
    )


def _reached_at(profile: Profile, contact: Contact) -> str | None:
    return contact.wechat if profile.channel is Channel.WECHAT and contact.wechat else contact.phone


profiles.on(d.Redacted)(lambda p, _, __: p)


@wishes.on(d.Corrected)
def _corrected(fact: d.Corrected, o: Occasion) -> Wishes:
    if fact.told and fact.new.reply:
        yield from o.requester("requester-reply-corrected")
    if fact.new.contact is not None and fact.new.contact.phone != o.before.contact.phone:
        yield from o.lead("department-info-provided", text=_NEW_NUMBER)


wishes.on(d.ReworkWithdrawn)(
    lambda fact, o: o.department(
        fact.department, "department-ended", status=word(d.ReworkWithdrawn), reason=fact.reason
    )
)
wishes.on(d.ReopeningAsked)(lambda _, o: o.requester("requester-reopening-asked"))
wishes.on(d.ReopeningDeclined)(lambda fact, o: o.requester("requester-reopening-declined", reason=fact.reason))
wishes.on(d.Reopened)(lambda _, o: o.requester("requester-reopened"))


@wishes.on(d.NotAccepted)
def _not_accepted(fact: d.NotAccepted, o: Occasion) -> Wishes:
    yield from _stood_down(o, o.profile.lead, status=word(d.NotAccepted), reason=fact.reason)
    why = ground(fact.ground, o.policy)
    yield from o.requester("requester-not-accepted", reason=fact.reason, ground=why)


wishes.on(d.WithdrawalAsked)(lambda _, o: o.requester("requester-withdrawal-asked"))
wishes.on(d.WithdrawalDeclined)(lambda fact, o: o.requester("requester-withdrawal-declined", reason=fact.reason))


@wishes.on(d.Withdrawn)
def _withdrawn(fact: d.Withdrawn, o: Occasion) -> Wishes:
    yield from _stood_down(o, o.profile.lead, status=word(d.Withdrawn), reason=fact.reason)
    yield from o.requester("requester-withdrawn")


@wishes.on(d.Transferred)
def _transferred(fact: d.Transferred, o: Occasion) -> Wishes:
    yield from _stood_down(o, o.profile.lead, status=word(d.Transferred), reason=fact.reason)
    record = fact.record or Referral()
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
    yield from _stood_down(o, o.profile.lead, status=word(d.Merged), reason=fact.reason)
    yield from o.requester("requester-merged", reason=fact.reason, text=fact.into)


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


# --- pressed, supervised, linked, refused ----------------------------------------------------------------------------


profiles.on(d.SupervisionOrdered)(lambda p, _, __: replace(p, watched=True))
profiles.on(d.CallbackReviewOrdered)(lambda p, _, __: replace(p, reviewed=True))


@profiles.on(d.SupervisionEnded)
def _watched_no_more(profile: Profile, fact: d.SupervisionEnded, _at: datetime) -> Profile:
    """What a rule takes back is its supervision order alone."""
    watched = profile.watched and fact.ended is WatchOrder.CALLBACK_REVIEW
    reviewed = profile.reviewed and (fact.ended is WatchOrder.SUPERVISION or fact.reason in d.TAKEN_BACK)
    return replace(profile, watched=watched, reviewed=reviewed)


wishes.on(d.Nudged)(lambda fact, o: o.department(fact.department, "department-nudge", reason=fact.reason))


@wishes.on(d.SupervisionOrdered)
def _supervision_ordered(fact: d.SupervisionOrdered, o: Occasion) -> Wishes:
    """Where another lead takes it over, whoever ordered it hears who answers now."""
    yield from o.department(fact.department, "department-supervision", reason=fact.reason, count=str(fact.number))
    if fact.taken_over_from is not None:
        was, now = o.book.name(fact.taken_over_from), o.book.name(fact.department)
        yield from o.to("supervisor-taken-over", o.book.supervisors(o.at), was=was, department=now)


wishes.on(d.Interviewed)(
    lambda fact, o: o.department(fact.department, "department-interview", reason=fact.reason, agreed=fact.agreed or "")
)
wishes.on(d.CallbackReviewOrdered)(
    lambda fact, o: o.department(fact.department, "department-callback-review", reason=fact.reason)
)
wishes.on(d.NudgeWithdrawn)(
    lambda fact, o: o.department(fact.department, "department-taken-back", step=word(d.Nudged), reason=fact.reason)
)


@wishes.on(d.SupervisionEnded)
def _supervision_ended(fact: d.SupervisionEnded, o: Occasion) -> Wishes:
    """A department need not answer what a rule takes back; what else ends supervision it knows already."""
    if fact.reason in (d.BREACH_WITHDRAWN, d.LEAD_CHANGED):
        yield from o.lead("department-taken-back", step=word(d.SupervisionOrdered), reason=fact.result)


wishes.on(d.FixReported)(lambda fact, o: o.requester("requester-incident-resolved", reply=fact.text))


@wishes.on(d.ActionRefused)
def _action_refused(fact: d.ActionRefused, o: Occasion) -> Wishes:
    if fact.party.kind is PartyKind.DEPARTMENT:
        yield from o.department(fact.party.department, "department-refused", reason=fact.reason)


# --- timed -----------------------------------------------------------------------------------------------------------

_Tiered = c.ClockStarted | c.ClockRederived | c.ClockRetiered
_Timed = _Tiered | c.ClockResumed | c.ClockExtended


def _timed(profile: Profile, fact: _Timed, _at: datetime) -> Profile:
    if fact.clock is Clock.CITIZEN:
        tier = fact.tier if isinstance(fact, _Tiered) else profile.citizen_tier
        return replace(profile, citizen_due=fact.due, citizen_tier=tier)
    if fact.clock not in REMEMBERED:
        return profile
    handler = fact.owner.code if fact.clock is Clock.HANDLING else profile.handler
    return replace(profile, due={**profile.due, fact.clock: remind_by(fact.due)}, handler=handler)


profiles.on(c.ClockStarted)(_timed)


@wishes.on(c.ClockStarted)
def _clock_started(fact: c.ClockStarted, o: Occasion) -> Wishes:
    owner, due = fact.owner.department, deadline(remind_by(fact.due))
    match fact.clock:
        case Clock.SUPPORTING_TASK:
            yield from o.to("department-supporting-task", o.book.departments(o.profile, owner), due=due)
        case Clock.REWORK:
            yield from o.department(owner, "department-rework", due=due, count=_counter(fact.clock_id))
            yield from o.requester("requester-rework", due=due)
        case Clock.REOPEN_WINDOW if not o.profile.final:
            yield from o.requester("requester-closed", due=due)
        case _:
            pass


def _counter(clock_id: str) -> str:
    """A clock's id is its name and, from the second on, a counter."""
    digits = "".join(character for character in clock_id if character.isdigit())
    return digits or "1"


def _of_clock(fact: c.ClockExtended | c.ClockRederived | c.ClockDueSoon | c.ClockBreached) -> dict[str, str]:
    return {"clock": CLOCKS[fact.clock], "due": deadline(remind_by(fact.due))}


profiles.on(c.ClockResumed)(_timed)
profiles.on(c.ClockExtended)(_timed)


@wishes.on(c.ClockExtended)
def _clock_extended(fact: c.ClockExtended, o: Occasion) -> Wishes:
    if fact.clock is Clock.HANDLING:
        why = ground(o.profile.ground, o.policy)
        yield from o.requester("requester-extended", due=_of_clock(fact)["due"], ground=why)


profiles.on(c.ClockRederived, c.ClockRetiered)(_timed)


@wishes.on(c.ClockRederived)
def _clock_rederived(fact: c.ClockRederived, o: Occasion) -> Wishes:
    values, was = _of_clock(fact), deadline(remind_by(fact.was))
    if was != values["due"]:
        why = word(c.ClockRederived)
        yield from o.department(fact.owner.department, "department-due-changed", **values, was=was, reason=why)


@wishes.on(c.ClockDueSoon)
def _clock_due_soon(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    """A reminder is pointless as soon as the moment has come of which it reminds."""
    for wish in _reminders(fact, o):
        yield wish._replace(over=remind_by(fact.due))


def _reminders(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    owner, values = fact.owner, {**_of_clock(fact), "remaining": LEFT}
    if owner.department:
        yield from o.department(owner.department, "department-reminder", **values)
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-queue", o.book.person(owner.code), **values, person=_person(o, owner.code))


@wishes.on(c.ClockBreached)
def _clock_breached(fact: c.ClockBreached, o: Occasion) -> Wishes:
    """What the callback agency or a visiting unit missed waits at the desk until it is done: nobody is told besides."""
    owner, values = fact.owner, _of_clock(fact)
    if owner.department:
        yield from o.department(owner.department, "department-overdue", **values)
        yield from o.to(
            "supervisor-breach", o.book.supervisors(o.at), **values, department=o.book.name(owner.department)
        )
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-overdue", o.book.person(owner.code), **values, person=_person(o, owner.code))


def _person(o: Occasion, code: str) -> str:
    person = o.policy.person(code)
    return person.name if person else code


LISTENS_TO: Final = profiles.facts | wishes.facts
"""The facts that teach something about a ticket, or that somebody may have to be told of; all others pass by."""
