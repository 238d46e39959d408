"""What is said and asked while departments work, and what they need an approver for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from chassis.frozen import replace
from rulebook import Role
from rulebook.directory import Person as Named
from schemas import dispatch as d
from schemas.values import Actor, Clock, Tier
from services.notify.core.occasion import Occasion
from services.notify.core.profile import STANDS_STILL, Profile
from services.notify.core.values import deadline, ground
from services.notify.reactions.tables import Wishes, profiles, wishes, within
from vocabulary import CLOCKS, GROUNDS, PARTIES, PARTS, WAITS, word

wishes.on(d.InfoAsked)(lambda fact, o: o.requester("requester-needs-info", text=fact.question))


@wishes.on(d.InfoProvided)
def _info_provided(fact: d.InfoProvided, o: Occasion) -> Wishes:
    if not fact.withheld:
        yield from o.lead("department-info-provided", text=fact.text)


@wishes.on(d.InfoTimedOut)
def _info_timed_out(_fact: d.InfoTimedOut, o: Occasion) -> Wishes:
    """The lead's time runs on: they must not wait for an answer that nobody owes any more."""
    return o.lead("department-goes-on", step=CLOCKS[Clock.NEEDS_INFO], reason="")


@wishes.on(d.SuspensionEnded)
def _suspension_ended(fact: d.SuspensionEnded, o: Occasion) -> Wishes:
    return o.department(fact.department, "department-goes-on", step=word(d.Suspended), reason=fact.reason)


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
profiles.on(d.HandledSentBack)(lambda p, _, __: replace(p, reply=""))


@wishes.on(d.HandledSentBack, d.SupportTaskSentBack)
def _sent_back(fact: d.HandledSentBack | d.SupportTaskSentBack, o: Occasion) -> Wishes:
    why = {"ground": ground(fact.ground, o.policy), "reason": fact.reason}
    step = PARTS["supporting"] if isinstance(fact, d.SupportTaskSentBack) else WAITS["handling"]
    return o.department(fact.department, "department-sent-back", step=step, **why)


@wishes.on(d.HandledAccepted)
def _handled_accepted(_fact: d.HandledAccepted, o: Occasion) -> Wishes:
    yield from o.requester("requester-result")
    yield from o.visitor("visitor-result")


profiles.on(d.ReworkOrdered)(lambda p, _, __: replace(p, reply=""))


@wishes.on(d.ReworkOrdered)
def _rework_ordered(fact: d.ReworkOrdered, o: Occasion) -> Wishes:
    failures = fact.failure or 0
    if failures >= o.policy.limits.failed_callbacks_before_supervision:
        department = o.book.name(fact.department)
        whom = o.book.supervisors(o.at)
        yield from o.to("supervisor-failed-callbacks", whom, count=str(failures), department=department)


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
        about = {"due": within(o, Clock.APPROVAL), "reason": fact.reason}
        yield from _to_approver(o, fact.by, about)
        for person in _others(o.policy.on_duty(o.at).people, fact.by)[:1]:
            yield from o.to("duty-urgent-approval", o.book.duty_officer(person.id), **about, person=person.name)


@wishes.on(d.ExtensionRequested, d.SuspensionRequested)
def _more_time_requested(fact: d.ExtensionRequested | d.SuspensionRequested, o: Occasion) -> Wishes:
    if o.profile.tier is Tier.URGENT:
        what = f"{o.book.name(fact.department)}{word(type(fact))}：{fact.reason}"
        yield from _to_approver(o, fact.by, {"due": within(o, Clock.APPROVAL), "reason": what})


def _approval(
    fact: d.ExtensionGranted | d.ExtensionRefused | d.Suspended | d.SuspensionRefused, o: Occasion, ruling: str
) -> Wishes:
    """A request for more time and one to suspend can wait side by side: each is answered with its own ground."""
    of_extension = isinstance(fact, d.ExtensionGranted | d.ExtensionRefused)
    asked = o.profile.extension_ground if of_extension else o.profile.suspension_ground
    approver = fact.by.person.name if fact.by.person else PARTIES["centre"]
    why = {"ground": ground(asked, o.policy), "reason": fact.reason}
    return o.department(fact.department, "department-approval", ruling=ruling, approver=approver, **why)


profiles.on(d.ExtensionRequested)(lambda p, fact, _: replace(p, extension_ground=fact.ground))
profiles.on(d.SuspensionRequested)(lambda p, fact, _: replace(p, suspension_ground=fact.ground))
wishes.on(d.ExtensionGranted)(lambda fact, o: _approval(fact, o, word(d.ExtensionGranted)))
wishes.on(d.ExtensionRefused)(lambda fact, o: _approval(fact, o, word(d.ExtensionRefused)))
wishes.on(d.SuspensionRefused)(lambda fact, o: _approval(fact, o, word(d.SuspensionRefused)))


@wishes.on(d.RequestLapsed)
def _request_lapsed(fact: d.RequestLapsed, o: Occasion) -> Wishes:
    """Nobody decided: nobody is named."""
    step = GROUNDS["extension"] if fact.what == "extension" else word(d.Suspended)
    return o.department(fact.department, "department-request-lapsed", step=step, reason=fact.reason)


@profiles.on(d.Suspended)
def _suspended_now(profile: Profile, _fact: d.Suspended, _at: datetime) -> Profile:
    """While the work stands still nobody can say when it will be done."""
    due = {clock: at for clock, at in profile.due.items() if clock not in STANDS_STILL}
    return replace(profile, suspended=True, due=due, promised="")


@profiles.on(d.SuspensionEnded)
def _goes_on(profile: Profile, _fact: d.SuspensionEnded, _at: datetime) -> Profile:
    return replace(profile, suspended=False, resumed=True, promised_by=profile.promised_by or Clock.HANDLING)


@wishes.on(d.Suspended)
def _suspended(fact: d.Suspended, o: Occasion) -> Wishes:
    yield from _approval(fact, o, f"同意{word(d.Suspended)}")
    why = ground(fact.ground, o.policy)
    told = {"ground": why, "promised": deadline(fact.until), "text": fact.for_requester or ""}
    yield from o.requester("requester-suspended", **told, was=o.before.promised)


wishes.on(d.Committed)(
    lambda fact, o: o.requester("requester-committed", promised=deadline(fact.promised), text=fact.for_requester or "")
)
