"""Who leads and who supports: orders, what makes them urgent, and whoever is summoned or stood down."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.recognised import gist
from schemas.values import Clock, TicketState, Tier, Utterance
from services.notify.core.dates import due_of
from services.notify.core.occasion import Occasion
from services.notify.core.profile import REMEMBERED, Profile
from services.notify.core.urgent import cry, cry_to_department, standing
from services.notify.core.values import YES
from services.notify.reactions.tables import GIST, Wishes, profiles, wishes, within
from vocabulary import PARTIES, PARTS, REASONS, STATES, word


def is_ready(profile: Profile) -> bool:
    return profile.orders > profile.order_told and profile.lead == profile.handler


def told_now(o: Occasion) -> Wishes:
    """An order names its due time: it is told once that is known, an urgent one at once and loudly instead."""
    if is_ready(o.profile) and o.profile.tier is not Tier.URGENT:
        returnable = YES if o.profile.returnable else ""
        yield from o.lead("department-new-order", due=due_of(o.profile, Clock.HANDLING), returnable=returnable)


def alarms(o: Occasion) -> Wishes:
    """Each department hears at once, and loudly, of an order that is urgent, or becomes so: whatever made it so."""
    known = _urgent_orders(o.before)
    for order, department in _urgent_orders(o.profile):
        if (order, department) not in known:
            yield from _summoned(o, department)


def _summoned(o: Occasion, department: str) -> Wishes:
    """Whoever has signed for the order is not asked to sign again."""
    at_once = o.book.departments(o.profile, department, at_once=True)
    said = cry_to_department(o.profile, o.policy, department)
    if department == o.profile.lead:
        accept = "" if o.profile.accepted else within(o, Clock.RETURN_WINDOW)
        due = due_of(o.profile, Clock.URGENT_FIRST_REPORT) or within(o, Clock.URGENT_FIRST_REPORT)
        yield from o.to("department-urgent-order", at_once, accept=accept, due=due, said=said)
    else:
        due = within(o, Clock.SUPPORTING_TASK)
        yield from o.to("department-urgent-task", at_once, due=due, said=said)


def _urgent_orders(profile: Profile) -> tuple[tuple[int, str], ...]:
    if profile.tier is not Tier.URGENT or profile.lead is None or profile.ended is not None:
        return ()
    return tuple((profile.orders, code) for code in dict.fromkeys((profile.lead, *profile.supporting)))


@profiles.on(d.StopWordsFound)
def _cried(profile: Profile, fact: d.StopWordsFound, at: datetime) -> Profile:
    after = replace(profile, tier=fact.tier, tier_decided=True) if fact.tier else profile
    if fact.called_for and profile.ended is None:
        after = replace(after, ended=TicketState.CLOSED)
    return _crying(after, fact.said, at)


@profiles.on(d.UrgentCalled)
def _called(profile: Profile, fact: d.UrgentCalled, at: datetime) -> Profile:
    return _crying(profile, fact.said, at)


def _crying(profile: Profile, said: Utterance | None, at: datetime) -> Profile:
    """The words as far as a message quotes them, and when they were heard first."""
    short = said.model_copy(update={"text": gist(said.text, GIST)}) if said and said.text else said
    return profile if short is None or short == profile.cry else replace(profile, cry=short, cried_at=at)


@wishes.on(d.StopWordsFound)
def _said_of_what_is_urgent(fact: d.StopWordsFound, o: Occasion) -> Wishes:
    """Whoever works on an urgent matter hears as loudly what was said of it since, unless they said it themselves."""
    if fact.said is None or o.before.tier is not Tier.URGENT or o.profile.ended is not None:
        return
    author = fact.said.by.party.department if fact.said.by.party else None
    for _, department in _urgent_orders(o.before):
        if department != author and cry_to_department(o.profile, o.policy, department):
            yield from _summoned(o, department)


@wishes.on(d.UrgentCalled)
def _urgent_called(fact: d.UrgentCalled, o: Occasion) -> Wishes:
    """Whoever is called hears what made it urgent, how it stands, and until when they have to say that they know.

    The first report is due from the order on, however often somebody is called; before there is one nobody can say
    when.
    """
    works = o.profile.lead is not None and o.profile.ended is None
    due = due_of(o.profile, Clock.URGENT_FIRST_REPORT) or within(o, Clock.URGENT_FIRST_REPORT)
    newest = f"{o.profile.said}（此前：{o.profile.text}）" if o.profile.said else o.profile.text
    yield from o.to(
        "duty-urgent",
        o.book.duty_officer(fact.person.id),
        person=fact.person.name,
        count=str(fact.call),
        reason=REASONS.said(fact.reason),
        accept=within(o, Clock.DUTY_ACKNOWLEDGEMENT, fact.since(o.at)),
        due=due if works else "",
        status=standing(o.profile, o.book),
        said=cry(o.profile, o.policy),
        text=o.profile.text if o.profile.cry else newest,
    )


@wishes.on(d.AutomationEnded)
def _automation_ended(fact: d.AutomationEnded, o: Occasion) -> Wishes:
    """Whoever may let policy dispatch the category again hears why it may not."""
    found = o.policy.category(fact.category)
    reason = f"最近核对{fact.checked}件，正确{fact.correct}件"
    status = found.path if found else fact.category
    yield from o.to("supervisor-category-fell-back", o.book.supervisors(o.at), status=status, reason=reason)


profiles.on(d.Accepted)(lambda p, _, __: replace(p, takes_returns=False, accepted=True))


@wishes.on(d.Accepted)
def _accepted(fact: d.Accepted, o: Occasion) -> Wishes:
    """An urgent order that nobody took in time is the supervisor's matter at once."""
    if fact.lapsed and o.profile.tier is Tier.URGENT:
        whom = o.book.supervisors(o.at, at_once=True)
        yield from o.to("supervisor-urgent-unaccepted", whom, department=o.book.name(fact.department))


@profiles.on(d.Dispatched)
def _led(profile: Profile, fact: d.Dispatched, at: datetime) -> Profile:
    """A first report is owed by whoever was ordered: another lead owes one of its own."""
    return replace(
        profile if fact.same_lead else profile.without_older({Clock.URGENT_FIRST_REPORT}, at),
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier,
        tier_decided=True,
        category=fact.category or profile.category,
        orders=fact.order,
        takes_returns=not fact.binding,
        accepted=profile.accepted and fact.same_lead is True,
        ended=None,
    )


@wishes.on(d.Dispatched)
def _dispatched(fact: d.Dispatched, o: Occasion) -> Wishes:
    """Whoever leads no more hears so, unless the order was theirs to return."""
    was = o.before.lead
    if was is not None and was not in (fact.lead, *fact.supporting):
        yield from stood_down(o, was, status=f"已改由{o.book.name(fact.lead)}承办", reason="")
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
    """Whoever supported and leads now need not hear that they support no more."""
    why = f"{REASONS.said(fact.reason)}。" if fact.reason else ""
    if fact.department != o.profile.lead:
        yield from stood_down(o, fact.department, status=word(d.SupportTaskEnded), reason=why)


def _is_summoned(o: Occasion, code: str | None) -> bool:
    return any(code == summoned for _, summoned in _urgent_orders(o.before))


def stood_down(o: Occasion, code: str | None, *, status: str, reason: str) -> Wishes:
    """Whoever was summoned loudly hears as loudly that they need not come."""
    if _is_summoned(o, code):
        whom = o.book.departments(o.profile, code, at_once=True)
        yield from o.to("department-urgent-ended", whom, status=status, reason=reason)
    else:
        yield from o.department(code, "department-ended", status=status, reason=reason)


profiles.on(d.ReturnUpheld)(lambda p, _, __: replace(p, lead=None, supporting=(), accepted=False))


@profiles.on(d.Reopened)
def _reopened(profile: Profile, _fact: d.Reopened, at: datetime) -> Profile:
    """What was due, promised or stood still before the end is over: the next promise is the next department's."""
    after = replace(profile.without_older(REMEMBERED, at), lead=None, supporting=(), final=False)
    after = replace(after, suspended=False, resumed=False)
    return replace(after, promised="", responsible=None, promised_by=Clock.HANDLING, ended=None, wanted=False, reply="")


@wishes.on(d.ReturnUpheld, d.ReturnOverruled)
def _return_ruled(fact: d.ReturnUpheld | d.ReturnOverruled, o: Occasion) -> Wishes:
    return o.department(fact.department, "department-return-ruled", ruling=word(type(fact)), reason=fact.reason)
