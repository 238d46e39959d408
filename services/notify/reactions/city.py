"""What the city's platform is told of an order that it handed down: each state, with reply, reason and verdict."""

from __future__ import annotations

from typing import Final

from chassis.reactions import Reactions
from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Clock, PartyKind, breach_by
from services.notify.core.occasion import Occasion
from services.notify.reactions.tables import Wishes
from worktime import local

_ANSWERED_FOR: Final = frozenset({Clock.HANDLING, Clock.REWORK})
"""The clocks until whose end a department has the order."""

to_city: Final = Reactions[Occasion, Wishes]()


def told_the_city(fact: Message, o: Occasion) -> Wishes:
    """Say what a fact means to the city; nothing of what did not come from it."""
    if o.profile.upstream is not None:
        yield from to_city.to(fact, o) or ()


to_city.on(d.Accepted)(lambda fact, o: o.city("city-accepted", department=o.book.name(fact.department)))
to_city.on(d.HandledAccepted, d.FinalAnswerGiven, d.SettledAtUnit)(lambda _, o: o.city("city-handled"))
to_city.on(d.Transferred)(lambda fact, o: o.city("city-returned", code=fact.to, reason=fact.reason))
to_city.on(d.NotAccepted)(lambda fact, o: o.city("city-ended", code="not_accepted", reason=fact.reason))
to_city.on(d.Withdrawn)(lambda fact, o: o.city("city-ended", code="withdrawn", reason=fact.reason))
to_city.on(d.Reopened, d.MergedTicketReopened, d.PartReopened)(lambda _, o: o.city("city-goes-on", code="reopened"))
to_city.on(d.ReworkOrdered)(lambda _, o: o.city("city-goes-on", code="rework"))
to_city.on(d.OutcomeRuled)(lambda fact, o: o.city("city-ruled", ruling=fact.ruling.value))


@to_city.on(c.ClockExtended)
def _extended(fact: c.ClockExtended, o: Occasion) -> Wishes:
    """What is granted while the work stands still is told with the date that the clock gets when it goes on."""
    if not o.profile.suspended:
        yield from _moved(fact, o, "extended")


to_city.on(c.ClockResumed)(lambda fact, o: _moved(fact, o, "resumed"))


def _moved(fact: c.ClockExtended | c.ClockResumed, o: Occasion, why: str) -> Wishes:
    if fact.clock in _ANSWERED_FOR:
        due = local(breach_by(fact.due)).isoformat()
        yield from o.city("city-due", code=why, due=due, department=o.book.name(fact.owner.department))


@to_city.on(d.CallbackRecorded)
def _called_back(fact: d.CallbackRecorded, o: Occasion) -> Wishes:
    text = "" if fact.withheld else fact.note or ""
    return o.city("city-called-back", solved=fact.solved.value, result=fact.result.value, text=text)


@to_city.on(d.Corrected)
def _corrected(fact: d.Corrected, o: Occasion) -> Wishes:
    """Both sides hold what stands: a reply and answers that were told are told anew."""
    if fact.told and fact.new.reply:
        yield from o.city("city-handled")
    if (answers := fact.new.answers) is not None:
        yield from o.city("city-called-back", solved=answers.solved.value, result=answers.result.value, text="")


@to_city.on(d.Closed)
def _closed(fact: d.Closed, o: Occasion) -> Wishes:
    return o.city("city-ended", code=fact.outcome, ruling=fact.ruling.value if fact.ruling else "")


@to_city.on(d.MergedTicketEnded)
def _ended_with_another(fact: d.MergedTicketEnded, o: Occasion) -> Wishes:
    ruling, reply = fact.ruling.value if fact.ruling else "", fact.reply or ""
    return o.city("city-ended", code=fact.outcome, ruling=ruling, reason=fact.reason or "", reply=reply)


@to_city.on(d.ActionRefused)
def _refused(fact: d.ActionRefused, o: Occasion) -> Wishes:
    """The city hears why its own word was not taken, so that it can say it again when its time has come."""
    if fact.party.kind is PartyKind.CITY:
        yield from o.city("city-refused", action=fact.action, code=fact.code, reason=fact.reason)
