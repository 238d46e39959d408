"""A ticket whose requester is called back, or that is reworked or supervised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rulebook.clocks import OF_ORDER
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Clock, WatchOrder
from services.sla.core.commands import Appoint, Meet, Start, Stop
from services.sla.core.facts import UNDUE
from services.sla.reactions.tables import Commands, Whose, clocks, of_department, these

clocks.on(d.CallbackAwaited)(lambda _, whose: (Start(Clock.CALLBACK, whose(Clock.CALLBACK)),))
clocks.on(d.CallbackAppointed)(lambda fact, _: (Appoint(fact.at),))
clocks.on(d.CallbackRecorded, d.CallbackGivenUp)(lambda _, __: (Meet(these(Clock.CALLBACK)),))
clocks.on(d.CallbackExempt)(lambda _, __: (Stop(these(Clock.CALLBACK), "exempt"),))


@clocks.on(d.ReworkOrdered)
def _rework_ordered(fact: d.ReworkOrdered, whose: Whose) -> Commands:
    """One that follows from corrected answers comes after the closing: the window to reopen is over with it."""
    rework = of_department(Clock.REWORK, fact.department, whose)
    over = these(Clock.REOPEN_WINDOW, Clock.REOPENING, Clock.OUTCOME_RULING)
    return replace(rework, at=fact.known_at), Stop(over, "rework")


clocks.on(d.ReworkWithdrawn)(lambda _, __: (Stop(these(Clock.REWORK), UNDUE),))


@clocks.on(d.CallbackReviewOrdered)
def _review_ordered(fact: d.CallbackReviewOrdered, whose: Whose) -> Commands:
    return (replace(of_department(Clock.CALLBACK_REVIEW, fact.department, whose), at=fact.known_at),)


@clocks.on(d.SupervisionOrdered)
def _supervision_ordered(fact: d.SupervisionOrdered, whose: Whose) -> Commands:
    """Nobody's time runs before they could know of the order."""
    ordered = replace(of_department(Clock.SUPERVISION, fact.department, whose), at=fact.known_at, afresh=True)
    return ordered, Stop(these(Clock.ANSWER_REVIEW), "ordered_again", about=WatchOrder.SUPERVISION)


@clocks.on(d.SupervisionAnswered)
def _supervision_answered(fact: d.SupervisionAnswered, whose: Whose) -> Commands:
    """Whoever ordered it looks at the answer."""
    clock = Clock.ANSWER_REVIEW
    looks = [Start(clock, whose(clock), about=order) for order in _orders(fact.answers)]
    return Meet(OF_ORDER[fact.answers], Owner.of_department(fact.department)), *looks


def _orders(which: WatchOrder | None) -> Sequence[WatchOrder]:
    return tuple(WatchOrder) if which is None else (which,)


@clocks.on(d.SupervisionEnded)
def _supervision_ended(fact: d.SupervisionEnded, _whose: Whose) -> Commands:
    look = these(Clock.ANSWER_REVIEW)
    if fact.reason in d.TAKEN_BACK:
        return Stop(these(Clock.SUPERVISION), UNDUE), Stop(look, UNDUE, about=WatchOrder.SUPERVISION)
    return Stop(OF_ORDER[fact.ended], "ended"), *[Meet(look, about=order) for order in _orders(fact.ended)]
