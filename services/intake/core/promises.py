"""Until when a requester is promised that their ticket is done, as dispatch's facts leave it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from schemas.dispatch import (
    Classified,
    Dispatched,
    DispatchFact,
    DueNoted,
    Overdue,
    Reopened,
    ReworkWithdrawn,
    SplitUp,
    StopWordsFound,
    Suspended,
    SuspensionEnded,
)
from schemas.promise import GOODWILL, PROMISING, due_in_words, is_over, promised
from schemas.values import Clock, Due, DueTime, Kind, ProvisionalDue, breach_by
from worktime import last_minute

_GRANTED: Final = "extended"


class Promise(BaseModel):
    """What a promise goes by: its clock, the due times known of it, and whether the work stands still.

    `missed` is the date that went by, in the words in which it was promised; of `goodwill` an answer is promised.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Clock = Clock.CITIZEN
    citizens: Due | None = None
    handling: Due | None = None
    rework: Due | None = None
    suspended: bool = False
    missed: str = ""
    goodwill: bool = False

    @property
    def done(self) -> str:
        """What is promised by the date, in a word."""
        return "答复" if self.goodwill else "办结"

    def holds(self, at: datetime) -> Due | None:
        """The date that is promised at a moment; None while nobody can say one, and once it is over."""
        due = self.due
        return None if due is None or is_over(due, at) else due

    @property
    def due(self) -> Due | None:
        """The date that is promised, over or not."""
        if self.suspended:
            return None
        return promised(self.by, self.citizens, self.rework if self.by is Clock.REWORK else self.handling)

    def after(self, fact: DispatchFact, at: datetime, lead: str | None) -> Promise:
        """What it is after a fact about a ticket that `lead` has."""
        match fact:
            case Dispatched():
                return self._sent(fact)
            case DueNoted() if fact.due is not None and fact.owner.department == lead and not self.suspended:
                return self._noted(fact, fact.due)
            case Overdue():
                return self._passed(fact, at)
            case _:
                return self._moved_on(fact)

    def _sent(self, fact: Dispatched) -> Promise:
        """What ran for another department runs no more; a date that is over is not named again."""
        handling = _of(Clock.HANDLING, fact.due or ()) or (self.handling if fact.same_lead else None)
        citizens = fact.deadline or self.citizens
        return self.model_copy(
            update={"citizens": citizens, "handling": handling, "rework": self.rework if fact.same_lead else None}
        )

    def _noted(self, fact: DueNoted, due: Due) -> Promise:
        match fact.clock:
            case Clock.REWORK:
                return self.model_copy(update={"rework": due, "by": Clock.REWORK, "missed": ""})
            case Clock.HANDLING:
                return self.model_copy(
                    update={"handling": due, "by": self._by_department if fact.reason == _GRANTED else self.by}
                )
            case _:
                return self

    def _passed(self, fact: Overdue, at: datetime) -> Promise:
        """What was missed passes a promise whose date is over; what was not missed after all is taken back."""
        if fact.withdrawn:
            return self.model_copy(update={"missed": ""})
        due = self.due
        if not passes(fact) or due is None:
            return self
        if is_over(due, at):
            return self.model_copy(update={"by": self._by_department, "missed": moment(breach_by(due))})
        if isinstance(due, ProvisionalDue) and due == self._of_clock(fact.clock):
            # The calendar came, which intake does not hear: the day was the earlier one, and none of the two is ahead.
            settled = self._without(fact.clock)
            return settled.model_copy(update={"by": self._by_department, "missed": moment(due.earliest)})
        return self

    def _of_clock(self, clock: Clock) -> Due | None:
        return {Clock.CITIZEN: self.citizens, Clock.HANDLING: self.handling, Clock.REWORK: self.rework}.get(clock)

    def _without(self, clock: Clock) -> Promise:
        match clock:
            case Clock.CITIZEN:
                return self.model_copy(update={"citizens": None})
            case Clock.HANDLING:
                return self.model_copy(update={"handling": None})
            case _:
                return self.model_copy(update={"rework": None})

    def _moved_on(self, fact: DispatchFact) -> Promise:
        match fact:
            case Classified() | StopWordsFound():
                return self.model_copy(update={"citizens": fact.deadline or self.citizens})
            case Suspended():
                return self.model_copy(update={"suspended": True, "handling": None, "rework": None})
            case SuspensionEnded():
                return self.model_copy(update={"suspended": False, "by": self._by_department})
            case Reopened():
                return Promise(by=Clock.HANDLING, citizens=self.citizens, goodwill=self.goodwill)
            case ReworkWithdrawn():
                return self.model_copy(update={"by": Clock.CITIZEN, "rework": None})
            case _:
                return Promise(goodwill=self.goodwill) if isinstance(fact, SplitUp) else self

    @property
    def _by_department(self) -> Clock:
        return Clock.HANDLING if self.by is Clock.CITIZEN else self.by


def begun(kind: Kind) -> str | None:
    """What is known of the promise of a matter once it is registered, as JSON."""
    return Promise(goodwill=True).model_dump_json(exclude_defaults=True) if kind in GOODWILL else None


def passes(fact: Overdue) -> bool:
    """Whether a promised date can have gone by with what was missed."""
    return fact.clock in PROMISING and not fact.withdrawn


def said(due: Due) -> str:
    """The date in words; one that rests on no published calendar with the latest that it can be."""
    return due_in_words(due, moment)


def moment(at: datetime) -> str:
    """When something ends, in words."""
    day, hour = last_minute(at)
    return f"{day:%Y年%m月%d日} {hour.replace('24:00', '24时')}"


def _of(clock: Clock, times: Iterable[DueTime]) -> Due | None:
    return next((each.due for each in times if each.clock is clock), None)
