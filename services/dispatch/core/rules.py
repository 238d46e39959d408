"""What decisions are made under: the policy, a suggester of categories, and earlier rulings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from rulebook import Assignment, Policy, Undetermined, responsible
from rulebook.deriving import ClockRules
from rulebook.limits import Span
from rulebook.rules import Automation
from schemas.values import Code, DepartmentCode, Person, Receipt, TicketId, Tier
from services.dispatch.core.gathering import Gathering
from services.dispatch.core.ticket import Matter
from worktime import Budget, Calendar, Ledger, OfficeHours, Period, Unit, breach_after, due


class Guess(NamedTuple):
    """A category suggested from a text, and those that come after it, the likeliest first.

    Without a category it may be any of the alternatives, and without these none fits. `model` is the identity of the
    model that was asked.
    """

    category: str | None
    score: float
    method: str
    certain: bool
    alternatives: tuple[str, ...] = ()
    model: str | None = None


class Precedent(NamedTuple):
    """An earlier ruling on a category at a place: who leads, and on which ground a department wanted to return it.

    `adjudicated` rulings bind the next dispatch; `overruled` and `upheld` ones speak to the next return request.
    """

    ticket: TicketId
    ruling: Literal["adjudicated", "overruled", "upheld"]
    lead: DepartmentCode | None
    ground: str | None = None
    returned_by: DepartmentCode | None = None


class Led(NamedTuple):
    """Who leads, who supports and whether the lead waits for them, and by which rule."""

    lead: DepartmentCode
    supporting: Mapping[DepartmentCode, bool]
    rule: str


Like = tuple[str, str]
"""Category and sub-district, which make two tickets alike."""

Suggest = Callable[[str], Guess | None]
Alarm = Callable[[Exception], None]
"""What is done about a decision that led where the table does not: raised in tests, shown to operations in life."""

After = Callable[[datetime, Span], datetime]
"""The moment by which so much time has gone by since another one."""

RANK: Final = {Tier.URGENT: 0, Tier.SIMPLE: 1, Tier.COMPLEX: 2, Tier.PARTICULARLY_COMPLEX: 3}
"""Tiers by the time that they give, the shortest first."""
_CITED: Final = 3


def shorter(hint: Tier, usual: Tier) -> Tier:
    """The one of two tiers that gives less time; more is the dispatcher's to decide."""
    return hint if RANK[hint] < RANK[usual] else usual


def _no_suggestion(_text: str) -> Guess | None:
    return None


def _no_calendar(_since: datetime, span: Span) -> datetime:
    raise LookupError(f"no calendar to count {span.amount} {span.unit} by")


def _raise(error: Exception) -> None:
    raise error


def by_calendar(policy: Policy, calendar: Calendar) -> After:
    """Count time on a calendar, in the office hours of a policy; in doubt it is later."""
    hours = OfficeHours(periods=tuple(Period(opens=span.opens, closes=span.closes) for span in policy.office.hours))

    def after(since: datetime, span: Span) -> datetime:
        budget = Budget(unit=Unit(span.unit.value), amount=span.amount)
        ledger = Ledger(policy=policy.name, policy_version=policy.version, budget=budget, started_at=since)
        end = breach_after(due(ledger, calendar, hours))
        if end is None:
            raise AssertionError("nothing pauses what nobody has paused")
        return end

    return after


@dataclass(frozen=True)
class Rules:
    """Policy, suggester, precedents by category and sub-district (newest first), and how time is counted.

    By `clocks` a new order tells its due times; without them it does when they have started.
    Where recorded acts are decided again, `asks_who` is false: who acted was known to the rulebook of that day.
    `gatherings` are the incidents that gather what still comes, `fallen_back` the categories that only people dispatch;
    under `redaction_key` redacted passages are hashed. `looks` counts, by the receipt of an act that asks to see a
    contact, how many its author saw within the hour before.
    `alarm` hears of a decision that left a ticket where the table does not allow.
    """

    policy: Policy
    suggest: Suggest = _no_suggestion
    precedents: Mapping[Like, tuple[Precedent, ...]] = field(default_factory=dict)
    after: After = _no_calendar
    clocks: ClockRules | None = None
    asks_who: bool = True
    alarm: Alarm = _raise
    gatherings: Sequence[Gathering] = ()
    redaction_key: bytes = b""
    fallen_back: frozenset[str] = frozenset()
    looks: Mapping[Receipt, int] = field(default_factory=dict)

    def waited(self, since: datetime, span: Span, now: datetime) -> bool:
        """Whether since one moment so much time has gone by at another."""
        return self.after(since, span) <= now

    def guess(self, text: str, at: datetime) -> Guess | None:
        """Suggest a category in force, or several; what follows one that is gone is shown for it, and never certain."""
        found = self.suggest(text)
        if found is None:
            return None
        first = self._current(found.category, at)
        likely = (first, *(self._current(code, at) for code in found.alternatives))
        if likely == (found.category, *found.alternatives):
            return found
        others = tuple(dict.fromkeys(code for code in likely if code and code != first))
        return found._replace(category=first, certain=False, alternatives=others)

    def _current(self, code: str | None, at: datetime) -> str | None:
        category = self.policy.current_category(code, at) if code else None
        return category.code if category else None

    def lead_for(self, matter: Matter, besides: frozenset[DepartmentCode]) -> Led | Undetermined:
        """Tell who leads by the newest binding ruling on the like, else by the catalogue; never one of `besides`."""
        found = responsible(self.policy, matter.category, matter.place.subdistrict, besides)
        helpers = {each.department: each.blocking for each in found.supporting} if isinstance(found, Assignment) else {}
        for precedent in self.alike(matter):
            if precedent.ruling == "adjudicated" and precedent.lead and precedent.lead not in besides:
                return Led(precedent.lead, helpers, "precedent")
        return Led(found.lead, helpers, found.rule.value) if isinstance(found, Assignment) else found

    def referral(self, matter: Matter) -> Code | None:
        """Tell which outside body the catalogue refers a matter to."""
        found = self.policy.category(matter.category) if matter.category else None
        return found.refer if found else None

    def proof(self, matter: Matter) -> str | None:
        """What has to be attached to a matter that is reported handled; None where nothing has."""
        category = self.policy.category(matter.category) if matter.category else None
        return category.proof if category else None

    def alike(self, matter: Matter) -> tuple[Precedent, ...]:
        """Earlier rulings on the like, newest first."""
        return self.precedents.get((matter.category or "", matter.place.subdistrict or ""), ())

    def precedents_for(self, matter: Matter) -> tuple[Precedent, ...]:
        """What a dispatch of the like cites."""
        return self.alike(matter)[:_CITED]

    def precedents_on_return(self, matter: Matter, lead: str, ground: str) -> tuple[Precedent, ...]:
        """What a return request on a ground cites: rulings on the same ground, and those that named its lead."""
        cited = (each for each in self.alike(matter) if each.ground == ground or lead in (each.lead, each.returned_by))
        return tuple(cited)[:_CITED]

    def knows(self, person: Person | None) -> bool:
        """Whether the rulebook has a person of this id under this name."""
        found = self.policy.person(person.id) if person else None
        return found is not None and person is not None and found.name == person.name

    @property
    def automation(self) -> Automation:
        """Which steps policy passes without a person."""
        return self.policy.automation

    @property
    def reopen_span(self) -> timedelta:
        """How long a ticket that ended without a callback can be reopened."""
        return timedelta(days=self.policy.limits.reopen_within_days)

    def current(self, department: DepartmentCode, at: datetime) -> DepartmentCode:
        """The department that a code stands for: itself, or whoever follows it."""
        found = self.policy.current(department, at)
        return found.code if found else department

    def name(self, department: str) -> str:
        """The short name of a department."""
        found = self.policy.department(department)
        return found.name if found else department
