"""A ticket that is pressed, supervised, solved with others, or an act on it that is refused."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.values import PartyKind, WatchOrder
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.reactions.tables import Wishes, profiles, wishes
from vocabulary import word

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
