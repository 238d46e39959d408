"""Who is told what when something happens: one table of facts, each with the messages that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from rulebook import Policy, Step, Unit
from schemas import clocks as c
from schemas import dispatch as d
from schemas import tickets as t
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Clock, PartyKind, Tier, remind_by
from services.notify.core.book import Book
from services.notify.core.notice import Addressee, Wish
from services.notify.core.profile import Profile
from services.notify.core.values import due_of, ground, moment, remaining


@dataclass(frozen=True, slots=True)
class Occasion:
    """A fact, the moment by which it is judged, and what was and is known of its ticket."""

    fact: Any
    at: datetime
    before: Profile | None
    profile: Profile
    book: Book

    @property
    def policy(self) -> Policy:
        return self.book.policy

    def to(self, template: str, whom: Iterable[Addressee], **values: str) -> Iterator[Wish]:
        """Wish a template for everybody in `whom`."""
        return (Wish(template, addressee, values) for addressee in whom)

    def requester(self, template: str, **values: str) -> Iterator[Wish]:
        return self.to(template, self.book.requester(self.profile), **values)

    def visitor(self, template: str, **values: str) -> Iterator[Wish]:
        return self.to(template, self.book.visitor(self.profile), **values)

    def lead(self, template: str, **values: str) -> Iterator[Wish]:
        return self.department(self.profile.lead, template, **values)

    def department(self, code: str | None, template: str, **values: str) -> Iterator[Wish]:
        named = {"department": self.book.name(code), **values}
        return self.to(template, self.book.departments(self.profile, code), **named)


def wished(occasion: Occasion) -> Iterator[Wish]:
    """Tell what the occasion asks for."""
    wish = _WISHES.get(type(occasion.fact))
    if wish is not None:
        yield from wish(occasion)
    yield from _urgent(occasion)


def learned(occasion: Occasion) -> Profile:
    """Remember in the profile what is told only once, so that it is."""
    profile = occasion.profile
    if _receipt_is_ready(profile):
        profile = profile.changed(receipt_told=True)
    if _order_is_ready(profile):
        profile = profile.changed(order_told=profile.orders)
    return profile


def _receipt_is_ready(profile: Profile) -> bool:
    return not profile.receipt_told and profile.receipt is not None and Clock.CITIZEN in profile.due


def _order_is_ready(profile: Profile) -> bool:
    return profile.orders > profile.order_told and profile.lead == profile.handler


def _promised(o: Occasion) -> Iterator[Wish]:
    """Receipt and order name a due time: each is told once that is known, an urgent order at once without."""
    if _receipt_is_ready(o.profile):
        yield from o.requester("requester-receipt", due=due_of(o.profile, Clock.CITIZEN, o.policy))
    if _order_is_ready(o.profile) and o.profile.tier is not Tier.URGENT:
        yield from o.lead("department-new-order", due=due_of(o.profile, Clock.HANDLING, o.policy))


def _urgent(o: Occasion) -> Iterator[Wish]:
    """The duty officer hears at once that a ticket is, or became, urgent."""
    was = o.before.tier if o.before else None
    if o.profile.tier is Tier.URGENT and was is not Tier.URGENT:
        yield from o.to("duty-urgent", o.book.duty_officers(), due=_first_report(o))


def _first_report(o: Occasion) -> str:
    budget = o.policy.limit(Clock.URGENT_FIRST_REPORT).budget_for(Tier.URGENT)
    hours = budget.amount if budget.unit is Unit.HOURS else 0
    return moment(o.at + timedelta(hours=hours), o.policy) if hours else ""


def _dispatched(o: Occasion) -> Iterator[Wish]:
    yield from _promised(o)
    if o.profile.tier is Tier.URGENT:
        at_once = o.book.departments(o.profile, o.fact.lead, at_once=True)
        yield from o.to("department-urgent-order", at_once, due=_first_report(o))
    if o.fact.order == 1:
        yield from o.requester("requester-dispatched")
        yield from o.visitor("visitor-progress", status="已派单", text=f"承办单位：{o.book.name(o.fact.lead)}")


def _started(o: Occasion) -> Iterator[Wish]:
    clock = o.fact.clock
    if clock in (Clock.CITIZEN, Clock.HANDLING):
        yield from _promised(o)
    elif clock in (Clock.SUPPORTING_TASK, Clock.REWORK, Clock.REOPEN_WINDOW):
        yield from _due_from_now(o, moment(remind_by(o.fact.due), o.policy))


def _due_from_now(o: Occasion, due: str) -> Iterator[Wish]:
    owner = o.fact.owner.department
    match o.fact.clock:
        case Clock.SUPPORTING_TASK:
            task = o.book.departments(o.profile, owner)
            yield from o.to("department-supporting-task", task, due=due)
        case Clock.REWORK:
            yield from o.department(owner, "department-rework", due=due, count=_counter(o.fact.clock_id))
            yield from o.requester("requester-rework", due=due)
        case _:
            yield from o.requester("requester-closed", due=due)


def _counter(clock_id: str) -> str:
    """A clock's id is its name and, from the second on, a counter."""
    digits = "".join(character for character in clock_id if character.isdigit())
    return digits or "1"


def _of_clock(o: Occasion) -> dict[str, str]:
    return {"clock": o.policy.limit(o.fact.clock).title, "due": moment(remind_by(o.fact.due), o.policy)}


def _due_soon(o: Occasion) -> Iterator[Wish]:
    owner: Owner = o.fact.owner
    values = {**_of_clock(o), "remaining": remaining(remind_by(o.fact.due), o.at)}
    if owner.department:
        yield from o.department(owner.department, "department-reminder", **values)
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-queue", o.book.person(owner.code), **values, person=_person(o, owner.code))


def _breached(o: Occasion) -> Iterator[Wish]:
    owner: Owner = o.fact.owner
    values = _of_clock(o)
    if owner.department:
        yield from o.department(owner.department, "department-overdue", **values)
        yield from o.to("supervisor-breach", o.book.supervisors(), **values, department=o.book.name(owner.department))
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-overdue", o.book.person(owner.code), **values, person=_person(o, owner.code))


def _person(o: Occasion, code: str) -> str:
    person = o.policy.person(code)
    return person.name if person else code


def _rederived(o: Occasion) -> Iterator[Wish]:
    reason = "期限重新计算"
    yield from o.department(o.fact.owner.department, "department-due-changed", **_of_clock(o), reason=reason)


def _extended(o: Occasion) -> Iterator[Wish]:
    if o.fact.clock is Clock.HANDLING:
        why = ground(o.profile.ground, o.policy)
        yield from o.requester("requester-extended", due=_of_clock(o)["due"], ground=why)


def _approval(ruling: str) -> Callable[[Occasion], Iterator[Wish]]:
    def told(o: Occasion) -> Iterator[Wish]:
        approver = o.fact.by.person.name if o.fact.by.person else "热线中心"
        why = {"ground": ground(o.profile.ground, o.policy), "reason": o.fact.reason}
        yield from o.department(o.fact.department, "department-approval", ruling=ruling, approver=approver, **why)
        if isinstance(o.fact, d.Suspended):
            yield from o.requester("requester-suspended", **why, promised=moment(o.fact.until, o.policy))

    return told


def _result(o: Occasion) -> Iterator[Wish]:
    yield from o.requester("requester-result")
    yield from o.visitor("visitor-result")


def _replied(o: Occasion) -> Iterator[Wish]:
    reply = o.fact.text if isinstance(o.fact, d.FinalAnswerGiven) else o.fact.reply
    yield from o.requester("requester-result", reply=reply, department=o.book.name(o.profile.lead) or "调研主体")


def _rework_failed(o: Occasion) -> Iterator[Wish]:
    failures = o.fact.failure or 0
    if failures >= o.policy.limits.failed_callbacks_before_supervision:
        department = o.book.name(o.fact.department)
        whom = o.book.supervisors()
        yield from o.to("supervisor-failed-callbacks", whom, count=str(failures), department=department)


def _return_ruled(ruling: str) -> Callable[[Occasion], Iterator[Wish]]:
    return lambda o: o.department(o.fact.department, "department-return-ruled", ruling=ruling, reason=o.fact.reason)


def _pressed(step: str) -> Callable[[Occasion], Iterator[Wish]]:
    return lambda o: o.department(o.fact.department, "department-supervision", step=step, reason=o.fact.reason)


def _rung(step: Step) -> Callable[[Occasion], Iterator[Wish]]:
    def told(o: Occasion) -> Iterator[Wish]:
        return _pressed(next(rung.title for rung in o.policy.ladder.rungs if rung.step is step))(o)

    return told


def _taken_back(step: Step) -> Callable[[Occasion], Iterator[Wish]]:
    """A department need not answer what a rule takes back; what else ends supervision it knows already."""

    def told(o: Occasion) -> Iterator[Wish]:
        reason = o.fact.reason if isinstance(o.fact, d.NudgeWithdrawn) else o.fact.result
        if isinstance(o.fact, d.NudgeWithdrawn) or o.fact.reason == d.BREACH_WITHDRAWN:
            title = next(rung.title for rung in o.policy.ladder.rungs if rung.step is step)
            yield from o.lead("department-taken-back", step=title, reason=reason)

    return told


def _ended(status: str, requester: str | None = None) -> Callable[[Occasion], Iterator[Wish]]:
    def told(o: Occasion) -> Iterator[Wish]:
        yield from o.lead("department-ended", status=status, reason=o.fact.reason)
        if requester:
            yield from o.requester(requester, **_why_ended(o))

    return told


def _why_ended(o: Occasion) -> dict[str, str]:
    values = {"reason": o.fact.reason}
    match o.fact:
        case d.NotAccepted():
            values["ground"] = ground(o.fact.ground, o.policy)
        case d.Merged():
            values["text"] = o.fact.into
        case d.Transferred():
            values["department"] = o.book.name(o.fact.to)
        case _:
            pass
    return values


_HOW_IT_ENDED: Final = {
    "settled_at_unit": "当场办结",
    "withdrawn": "撤诉",
    "transferred": "转出",
    "not_accepted": "不予受理",
    "final_answer": "终结答复",
}


def _ended_with_another(o: Occasion) -> Iterator[Wish]:
    """Nobody calls about a ticket that was merged: the result, or why there is none, is told once and for all."""
    status = _HOW_IT_ENDED.get(o.fact.outcome, "结案")
    result = {"reply": o.fact.reply or "", "reason": o.fact.reason or "", "department": o.book.name(o.fact.to)}
    yield from o.requester("requester-merged-ended", text=o.fact.into, status=status, **result)
    said = o.fact.reply or o.fact.reason or ""
    yield from o.visitor("visitor-progress", status=f"已随并入的工单{o.fact.into}{status}", text=said)


def _refused(o: Occasion) -> Iterator[Wish]:
    party = o.fact.party
    if party.kind is PartyKind.DEPARTMENT:
        yield from o.department(party.department, "department-refused", reason=o.fact.reason)


def _committed(o: Occasion) -> Iterator[Wish]:
    yield from o.requester("requester-committed", promised=moment(o.fact.promised, o.policy), text=o.fact.text)


def _progress(o: Occasion) -> Iterator[Wish]:
    if not o.fact.plan:
        named = o.book.name(o.fact.department)
        yield from o.requester("requester-progress", text=o.fact.text, department=named)


_Wish = Callable[[Occasion], Iterator[Wish]]

_WISHES: Final[Mapping[type[Message], _Wish]] = {
    t.Registered: _promised,
    t.Answered: lambda o: o.requester("requester-answered"),
    d.Opened: _promised,
    d.Classified: lambda _: iter(()),
    d.Dispatched: _dispatched,
    d.SettledAtUnit: _replied,
    d.InfoAsked: lambda o: o.requester("requester-needs-info", text=o.fact.question),
    d.InfoProvided: lambda o: o.lead("department-info-provided", text=o.fact.text),
    d.ProgressNoted: _progress,
    d.FollowUpAdded: lambda o: o.lead("department-follow-up", text=o.fact.text, count=str(o.fact.count)),
    d.ReturnUpheld: _return_ruled("同意退单"),
    d.ReturnOverruled: _return_ruled("不同意退单"),
    d.HandledSentBack: lambda o: o.department(o.fact.department, "department-sent-back", reason=o.fact.reason),
    d.SupportTaskSentBack: lambda o: o.department(o.fact.department, "department-sent-back", reason=o.fact.reason),
    d.HandledAccepted: _result,
    d.ExtensionGranted: _approval("同意延期"),
    d.ExtensionRefused: _approval("不同意延期"),
    d.Suspended: _approval("同意挂账"),
    d.SuspensionRefused: _approval("不同意挂账"),
    d.RequestLapsed: lambda o: _approval("延期申请失效" if o.fact.what == "extension" else "挂账申请失效")(o),
    d.Committed: _committed,
    d.ReworkOrdered: _rework_failed,
    d.FinalAnswerGiven: _replied,
    d.Reopened: lambda o: o.requester("requester-reopened"),
    d.NotAccepted: _ended("不予受理", "requester-not-accepted"),
    d.Withdrawn: _ended("撤诉"),
    d.Transferred: _ended("转出", "requester-transferred"),
    d.Merged: _ended("并案", "requester-merged"),
    d.MergedTicketEnded: _ended_with_another,
    d.FixReported: lambda o: o.requester("requester-incident-resolved", incident=o.fact.incident, reply=o.fact.text),
    d.Nudged: _rung(Step.NUDGE),
    d.SupervisionOrdered: _rung(Step.SUPERVISE),
    d.NudgeWithdrawn: _taken_back(Step.NUDGE),
    d.SupervisionEnded: _taken_back(Step.SUPERVISE),
    d.Interviewed: _rung(Step.INTERVIEW),
    d.CallbackReviewOrdered: _pressed("回访复核"),
    d.ActionRefused: _refused,
    c.ClockStarted: _started,
    c.ClockExtended: _extended,
    c.ClockRederived: _rederived,
    c.ClockDueSoon: _due_soon,
    c.ClockBreached: _breached,
}

CONCERNS: Final = frozenset(_WISHES)
"""The facts that somebody may have to be told of."""
