"""The promise by night: of nothing urgent was nobody told, and nobody's silence ended the telling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from schemas import dispatch as d
from schemas.values import TicketState, Tier
from services.trace.for_tools import AT_REST, LifeStep, Summary
from tools.verify.life import Elsewhere, Life

_REOPENING: Final = "reopening"
"""What its requester wants of a ticket that ended, which is urgent again with that."""
_GOES_ON: Final = frozenset(TicketState) - AT_REST | {TicketState.MERGED}
"""A merged ticket comes back as it was; in every other state at rest nobody has to know any more."""


def nothing_urgent_untold(life: Life, elsewhere: Elsewhere) -> Iterator[str]:
    """Whenever a ticket became urgent somebody was called in that moment, by notice, and until somebody knew of it."""
    called: set[datetime] = {step.at for step in life.steps if isinstance(step.fact, d.UrgentCalled)}
    for at in _became_urgent(life):
        if at not in called:
            yield f"became urgent at {at:%Y-%m-%d %H:%M:%S}, and nobody on duty was called"
    calls = Counter(step.fact.person.id for step in life.steps if isinstance(step.fact, d.UrgentCalled))
    for person, times in calls.items():
        if life.rung.get(person, 0) < times:
            yield f"{person} was to be called {times} times, and {life.rung.get(person, 0)} notices were asked for"
    for call in _calls(life):
        yield from _followed(call, elsewhere)


class _Call(NamedTuple):
    """A call, and what ended it: the answer, the next call, the end of the urgency; None where it is the last word."""

    step: LifeStep
    fact: d.UrgentCalled
    end: LifeStep | None


def _is_urgent(summary: Summary) -> bool:
    goes_on = summary.state in _GOES_ON or summary.wish == _REOPENING
    return summary.tier == Tier.URGENT.value and goes_on


def _became_urgent(life: Life) -> Iterator[datetime]:
    """Tell when it became urgent; what is not so any more at the end of the same decision never was."""
    before = False
    # A fact that another ticket caused may be of an earlier moment than the one before it: moments come again.
    for _, decision in groupby(life.steps, key=attrgetter("at")):
        step = [*decision][-1]
        now = _is_urgent(step.after)
        if now and not before and step.after.state != TicketState.MERGED:
            yield step.at
        before = now


def _calls(life: Life) -> Iterator[_Call]:
    for number, step in enumerate(life.steps):
        if isinstance(step.fact, d.UrgentCalled):
            yield _Call(step, step.fact, next((each for each in life.steps[number + 1 :] if _ends(each)), None))


def _ends(step: LifeStep) -> bool:
    return isinstance(step.fact, d.UrgentAcknowledged | d.UrgentCalled | d.Merged) or not _is_urgent(step.after)


def _followed(call: _Call, elsewhere: Elsewhere) -> Iterator[str]:
    name = f"call {call.fact.call} to {call.fact.person.id}"
    due = elsewhere.calls.get(call.step.at)
    if due is None:
        yield f"no clock counted how long {name} waited for an answer"
    elif call.end is None and not elsewhere.desk.get("urgent_call"):
        yield f"{name} was not answered, and the desk does not know"
    elif call.end is not None and isinstance(call.end.fact, d.UrgentCalled) and call.end.at > due:
        yield f"{name} was not answered, and the next one was called only at {call.end.at:%Y-%m-%d %H:%M:%S}"
