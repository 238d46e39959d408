"""Ball in court: whose every working minute of a ticket's life was, from its facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from schemas.dispatch import Adjudicated, ReturnOverruled
from schemas.message import Message
from schemas.owner import Owner
from services.trace.core.holder import DISPUTE
from services.trace.core.rows import NOBODY, Summary
from worktime import Calendar, OfficeHours, split_minutes


class LifeStep(NamedTuple):
    """One fact of a ticket's life, the moment by which it is judged, and where the ticket stands after it."""

    at: datetime
    fact: Message
    after: Summary


@dataclass(frozen=True, slots=True)
class BallSpan:
    """A stretch of time that belongs to one party, what the ticket waited for, and its minutes of office time."""

    party: Owner
    waits_for: str
    start: datetime
    end: datetime
    minutes: int


class _Stretch(NamedTuple):
    party: Owner
    waits_for: str
    start: datetime
    end: datetime


def ball_in_court(
    timeline: Sequence[LifeStep], calendar: Calendar, hours: OfficeHours, until: datetime | None = None
) -> tuple[BallSpan, ...]:
    """Divide a life, from its first fact to `until` (or the last fact), among the parties that held the ticket.

    The minutes add up to those of the life, whatever the facts. Time at rest (closed, merged, …) belongs to nobody and
    is left out. A dispute that ends where it began, overruled or adjudicated, is charged back to the department.
    """
    spans: list[BallSpan] = []
    for party, whole in groupby(_stretches(timeline, until), key=lambda stretch: stretch.party != NOBODY):
        if party:
            spans += _measured(list(whole), calendar, hours)
    return tuple(spans)


def _measured(life: Sequence[_Stretch], calendar: Calendar, hours: OfficeHours) -> Iterable[BallSpan]:
    minutes = split_minutes([life[0].start, *(stretch.end for stretch in life)], calendar, hours)
    return [BallSpan(*stretch, spent) for stretch, spent in zip(life, minutes, strict=True)]


def _stretches(timeline: Sequence[LifeStep], until: datetime | None) -> list[_Stretch]:
    """Cut the whole time, without gaps, wherever the holder changes; a moment never lies before an earlier fact's."""
    found: list[_Stretch] = []
    before: LifeStep | None = None
    for each in timeline:
        step = each if before is None else each._replace(at=max(before.at, each.at))
        if before is not None:
            _append(found, _stretch(before, step.at))
            _end_of_dispute(found, before.after, step.fact)
        before = step
    if before is not None and until is not None and until > before.at:
        _append(found, _stretch(before, until))
    return found


def _stretch(since: LifeStep, until: datetime) -> _Stretch:
    return _Stretch(since.after.holder, since.after.waits_for, since.at, until)


def _append(found: list[_Stretch], stretch: _Stretch) -> None:
    if stretch.start == stretch.end:
        return
    last = found[-1] if found else None
    if last is not None and last[:2] == stretch[:2]:
        found[-1] = last._replace(end=stretch.end)
    else:
        found.append(stretch)


def _end_of_dispute(found: list[_Stretch], summary: Summary, fact: Message) -> None:
    match fact:
        case ReturnOverruled():
            _charge_back(found, summary, fact.department)
        case Adjudicated() if fact.lead == summary.lead:
            _charge_back(found, summary, fact.lead)
        case _:
            pass


def _charge_back(found: list[_Stretch], summary: Summary, department: str) -> None:
    if summary.holder != DISPUTE:
        return
    for index in reversed(range(len(found))):
        if found[index].party != DISPUTE:
            return
        found[index] = found[index]._replace(party=Owner.of_department(department))
