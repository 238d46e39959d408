"""The promise by night: of nothing urgent was nobody told, and nobody's silence ended the telling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from schemas import dispatch as d
from schemas.values import TicketState
from services.trace.for_tools import LifeStep, is_urgent
from tools.verify.life import Elsewhere, Life
from vocabulary import Chinese


def nothing_urgent_untold(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whenever a ticket became urgent somebody was called in that moment, by notice, and until somebody knew of it."""
    called: set[datetime] = {step.at for step in life.steps if isinstance(step.fact, d.UrgentCalled)}
    for at in _became_urgent(life):
        if at not in called:
            yield Chinese(f"{at:%Y-%m-%d %H:%M:%S} 成为紧急件，没有呼叫值班长")
    calls = Counter(step.fact.person.id for step in life.steps if isinstance(step.fact, d.UrgentCalled))
    for person, times in calls.items():
        if life.rung.get(person, 0) < times:
            yield Chinese(f"应呼叫 {person} {times} 次，只要求了 {life.rung.get(person, 0)} 次通知")
    for call in _calls(life):
        yield from _followed(call, elsewhere)


class _Call(NamedTuple):
    """A call, and what ended it: the answer, the next call, the end of the urgency; None where it is the last word."""

    step: LifeStep
    fact: d.UrgentCalled
    end: LifeStep | None


def _became_urgent(life: Life) -> Iterator[datetime]:
    """Tell when it became urgent; what is not so any more at the end of the same decision never was."""
    before = False
    # A fact that another ticket caused may be of an earlier moment than the one before it: moments come again.
    for _, decision in groupby(life.steps, key=attrgetter("at")):
        step = [*decision][-1]
        now = is_urgent(step.after)
        if now and not before and step.after.state != TicketState.MERGED:
            yield step.at
        before = now


def _calls(life: Life) -> Iterator[_Call]:
    for number, step in enumerate(life.steps):
        if isinstance(step.fact, d.UrgentCalled):
            yield _Call(step, step.fact, next((each for each in life.steps[number + 1 :] if _ends(each)), None))


def _ends(step: LifeStep) -> bool:
    return isinstance(step.fact, d.UrgentAcknowledged | d.UrgentCalled | d.Merged) or not is_urgent(step.after)


def _followed(call: _Call, elsewhere: Elsewhere) -> Iterator[Chinese]:
    name = f"对 {call.fact.person.id} 的第 {call.fact.call} 次呼叫"
    due = elsewhere.calls.get(call.step.at)
    if due is None and not call.fact.standing:
        yield Chinese(f"{name}等应答，没有时限计时")
    elif call.end is None and not elsewhere.desk.get("urgent_call"):
        yield Chinese(f"{name}无人应答，待办里没有")
    elif call.end is not None and isinstance(call.end.fact, d.UrgentCalled) and due is not None and call.end.at > due:
        yield Chinese(f"{name}无人应答，到 {call.end.at:%Y-%m-%d %H:%M:%S} 才呼叫下一位")
