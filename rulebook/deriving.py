"""The rules that a clock is derived under: policy, calendar and office hours, and due times by them.

sla derives every clock by them; dispatch those of a new order, so that its first message tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final, Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict

from rulebook import codes, limits
from rulebook.clocks import UNDER_UPSTREAM
from rulebook.codes import Start
from rulebook.policy import Policy
from schemas.values import Clock, Due, Instant, OfficialDue, ProvisionalDue, Tier, Upstream, breach_by, remind_by
from worktime import (
    SHANGHAI,
    Budget,
    Calendar,
    FreshStart,
    Held,
    Ledger,
    OfficeHours,
    Official,
    Pause,
    Period,
    Provisional,
    StartRule,
    Unit,
    add_office_minutes,
    explain,
)
from worktime import Due as Found
from worktime import due as find
from worktime.ledger import Extension

_REMEMBERED: Final = 2_000
_HOURS_A_DAY: Final = 24

Kind = Literal["ceiling", "upstream", "named_date"]


class Basis(BaseModel):
    """What a due time is derived from: the ledger, and what may bind earlier."""

    model_config = ConfigDict(frozen=True)

    ledger: Ledger
    ceiling: Budget | None = None
    upstream: Upstream | None = None
    named: Instant | None = None


class Derived(NamedTuple):
    """A due time, when to remind of it, and why it is what it is."""

    due: Due
    remind_at: datetime | None
    explanation: dict[str, Any]


class Explained(NamedTuple):
    """The due time of a ledger, and worktime's explanation of it as JSON."""

    due: Found
    said: dict[str, Any]


class Cap(NamedTuple):
    """What may bind earlier than the budget."""

    kind: Kind
    due: Due
    said: dict[str, Any]


@dataclass(frozen=True)
class ClockRules:
    """What decisions are made under; a calendar of its own in each lane, until all have heard of the new one."""

    policy: Policy = field(repr=False)
    calendar: Calendar = field(repr=False)
    _whole_days: dict[tuple[str, str, Budget, date], Explained] = field(default_factory=dict, repr=False, compare=False)

    _new_of_day: dict[tuple[Clock, Tier, date], Due] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def hours(self) -> OfficeHours:
        """The office hours of the policy."""
        spans = self.policy.office.hours
        return OfficeHours(periods=tuple(Period(opens=span.opens, closes=span.closes) for span in spans))

    def limit(self, clock: Clock) -> limits.Limit:
        """The policy's limit of a clock."""
        return self.policy.limit(clock)

    def basis(self, clock: Clock, tier: Tier, at: datetime, upstream: Upstream | None, named: datetime | None) -> Basis:
        """What a clock that starts now is derived from."""
        limit = self.limit(clock)
        ledger = Ledger(
            policy=self.policy.name,
            policy_version=self.policy.version,
            budget=budget_of(limit.budget_for(tier)),
            started_at=at,
        )
        ceiling = None if limit.ceiling is None else budget_of(limit.ceiling)
        return Basis(ledger=ledger, ceiling=ceiling, upstream=upstream, named=named if limit.named_date else None)

    def rebudgeted(self, basis: Basis, clock: Clock, tier: Tier) -> Basis:
        """The same course of events under the policy's present limit for a tier."""
        fresh = self.basis(clock, tier, basis.ledger.started_at, basis.upstream, basis.named)
        old = basis.ledger
        unit = fresh.ledger.budget.unit
        kept = tuple(_converted(granted, unit) for granted in old.extensions)
        ledger = fresh.ledger.model_copy(
            update={"pauses": old.pauses, "extensions": kept, "fresh_starts": old.fresh_starts}
        )
        return fresh.model_copy(update={"ledger": ledger})

    def derive(self, basis: Basis, clock: Clock, tier: Tier, now: datetime) -> Derived:
        """The due time of a clock; one that stands still is told the due time that it would have if it ran on now."""
        explained = self.explained(basis.ledger)
        caps = self._caps(basis, clock, now)
        due, binding = _bound(self._running(explained.due, basis.ledger, now), caps)
        said: dict[str, Any] = {"budget": explained.said, "binding": binding}
        if caps:
            said["caps"] = [self._explained(cap, binding, basis) for cap in caps]
        return Derived(due, self._remind_at(due, basis.ledger, self.limit(clock).due_soon_for(tier)), said)

    def due_of_new(self, clock: Clock, tier: Tier, at: datetime, upstream: Upstream | None) -> Due:
        """When a clock is due that starts at a moment and that nothing has disturbed yet."""
        limit, bound = self.limit(clock), clock in UNDER_UPSTREAM or clock is Clock.CITIZEN
        from_above, budgets = upstream if bound else None, (limit.ceiling, limit.budget_for(tier))
        if from_above is not None or any(each and each.start is not Start.DAY_AFTER for each in budgets):
            return self._new(clock, tier, at, from_above)
        key = clock, tier, at.astimezone(SHANGHAI).date()
        known = self._new_of_day.get(key)
        if known is None:
            if len(self._new_of_day) >= _REMEMBERED:
                self._new_of_day.clear()
            known = self._new_of_day[key] = self._new(clock, tier, at, None)
        return known

    def _new(self, clock: Clock, tier: Tier, at: datetime, upstream: Upstream | None) -> Due:
        basis = self.basis(clock, tier, at, upstream, None)
        found = find(basis.ledger, self.calendar, self.hours)
        return _bound(self._running(found, basis.ledger, at), self._caps(basis, clock, at))[0]

    def explained(self, ledger: Ledger) -> Explained:
        """Why a ledger is due when it is; equal for all undisturbed clocks of a day, which are nearly all there are."""
        undisturbed = not (ledger.pauses or ledger.extensions or ledger.fresh_starts)
        if not undisturbed or ledger.budget.start is not StartRule.DAY_AFTER:
            return self._explain(ledger)
        key = ledger.policy, ledger.policy_version, ledger.budget, ledger.started_at.astimezone(SHANGHAI).date()
        known = self._whole_days.get(key)
        if known is None:
            if len(self._whole_days) >= _REMEMBERED:
                self._whole_days.clear()
            known = self._whole_days[key] = self._explain(ledger)
        started = ledger.started_at.isoformat()
        return known._replace(said={**known.said, "started_at": started, "begins_at": started})

    def _explain(self, ledger: Ledger) -> Explained:
        found = explain(ledger, self.calendar, self.hours)
        return Explained(found.due, found.model_dump(mode="json"))

    def _running(self, found: Found, ledger: Ledger, now: datetime) -> Due:
        if isinstance(found, Held):
            pauses = tuple(p if p.end else p.model_copy(update={"end": max(now, p.start)}) for p in ledger.pauses)
            found = find(ledger.model_copy(update={"pauses": pauses}), self.calendar, self.hours)
        match found:
            case Official():
                return OfficialDue(at=found.at)
            case Provisional():
                return ProvisionalDue(earliest=found.earliest, latest=found.latest)
            case Held():
                raise AssertionError("no pause is open any more")
            case _:
                assert_never(found)

    def _caps(self, basis: Basis, clock: Clock, now: datetime) -> list[Cap]:
        caps = []
        if basis.ceiling is not None:
            ledger = _ceiling(basis, basis.ceiling)
            due = self._running(find(ledger, self.calendar, self.hours), ledger, ledger.started_at)
            caps.append(Cap("ceiling", due, {"budget": basis.ceiling.model_dump(mode="json")}))
        upstream = basis.upstream
        wanted = upstream.due if upstream is not None else None
        if upstream and wanted and (clock is Clock.CITIZEN or _could_be_kept(wanted, basis.ledger, now)):
            caps.append(Cap("upstream", OfficialDue(at=wanted), {"number": upstream.number}))
        if basis.named is not None:
            caps.append(Cap("named_date", OfficialDue(at=basis.named), {}))
        return caps

    def _explained(self, cap: Cap, binding: str, basis: Basis) -> dict[str, Any]:
        said = {"kind": cap.kind, "due": cap.due.model_dump(mode="json"), **cap.said}
        if cap.kind == binding == "ceiling" and basis.ceiling is not None:
            # Its days are told only where they decide: a list of fifteen days twice helps nobody.
            said["explanation"] = explain(_ceiling(basis, basis.ceiling), self.calendar, self.hours).model_dump(
                mode="json"
            )
        return said

    def _remind_at(self, due: Due, ledger: Ledger, span: limits.Span) -> datetime | None:
        if remind_by(due) <= ledger.begins_at:
            return None
        at = self.before(remind_by(due), span)
        return at if at > ledger.begins_at else None

    def before(self, at: datetime, span: limits.Span) -> datetime:
        """The moment that lies a span before another one, counted in the span's own unit."""
        match span.unit:
            case codes.Unit.MINUTES:
                return at - timedelta(minutes=span.amount)
            case codes.Unit.HOURS:
                return at - timedelta(hours=span.amount)
            case codes.Unit.CALENDAR_DAYS:
                return at - timedelta(days=span.amount)
            case codes.Unit.OFFICE_MINUTES:
                minutes = span.amount
            case codes.Unit.HALF_WORKING_DAYS:
                minutes = span.amount * (self.hours.day // 2) // timedelta(minutes=1)
            case codes.Unit.WORKING_DAYS:
                minutes = span.amount * self.hours.day // timedelta(minutes=1)
            case _:
                assert_never(span.unit)
        return add_office_minutes(at, -minutes, self.calendar, self.hours)


def _bound(due: Due, caps: Sequence[Cap]) -> tuple[Due, str]:
    """The due time that binds of a budget's and what may be earlier, and which one that is."""
    binding = "budget"
    for cap in caps:
        if breach_by(cap.due) < breach_by(due):
            binding = cap.kind
        due = earlier(due, cap.due)
    return due, binding


def budget_of(budget: limits.Budget) -> Budget:
    """A budget of the policy in the terms of worktime."""
    return _budget(budget.unit.value, budget.amount, budget.start.value)


@lru_cache(_REMEMBERED)
def _budget(unit: str, amount: int, start: str) -> Budget:
    """Policies know a dozen budgets, and every clock has one of them."""
    return Budget(unit=Unit(unit), amount=amount, start=StartRule(start))


def addable(amount: int, unit: Unit, budget: Unit) -> tuple[int, Unit]:
    """More time as it can be added to a budget: a clock may run in the other kind of time than it was granted in."""
    if unit.is_office_time == budget.is_office_time:
        return amount, unit
    if unit.is_office_time:
        return amount, Unit.CALENDAR_DAYS
    return (amount if unit is Unit.CALENDAR_DAYS else -(-amount // _HOURS_A_DAY)), Unit.WORKING_DAYS


def _converted(granted: Extension, budget: Unit) -> Extension:
    amount, unit = addable(granted.amount, granted.unit, budget)
    return granted.model_copy(update={"amount": amount, "unit": unit})


def earlier(one: Due, other: Due) -> Due:
    """The due time when the earlier of two binds, bounds and all; official only where no unpublished day matters."""
    for due, rest in ((one, other), (other, one)):
        if isinstance(due, OfficialDue) and due.at <= remind_by(rest):
            return due
    earliest, latest = min(remind_by(one), remind_by(other)), min(breach_by(one), breach_by(other))
    return ProvisionalDue(earliest=earliest, latest=latest)


def basis_of(explanation: dict[str, Any]) -> Basis:
    """What an explanation was made of: the explanation alone is enough to go on from."""
    whole = explanation["budget"]
    caps = {cap["kind"]: cap for cap in explanation.get("caps", ())}
    ledger = Ledger(
        policy=whole["policy"],
        policy_version=whole["policy_version"],
        budget=_budget(**whole["budget"]),
        started_at=_instant(whole["started_at"]),
        pauses=tuple(Pause.model_validate(counted["pause"]) for counted in whole["pauses"]),
        extensions=tuple(Extension.model_validate(granted) for granted in whole["extensions"]),
        fresh_starts=tuple(FreshStart.model_validate(fresh) for fresh in whole["fresh_starts"]),
    )
    upstream = caps.get("upstream")
    return Basis(
        ledger=ledger,
        ceiling=_budget(**caps["ceiling"]["budget"]) if "ceiling" in caps else None,
        upstream=upstream and Upstream(number=upstream["number"], due=_instant(upstream["due"]["at"])),
        named=_instant(caps["named_date"]["due"]["at"]) if "named_date" in caps else None,
    )


def _could_be_kept(limit: datetime, ledger: Ledger, now: datetime) -> bool:
    """Whether a limit from above came while the clock ran: not before it began, nor while it stood still."""
    stood_still = any(pause.start <= limit < (pause.end or max(now, pause.start)) for pause in ledger.live_pauses)
    return ledger.begins_at < limit and not stood_still


def _ceiling(basis: Basis, ceiling: Budget) -> Ledger:
    return basis.ledger.model_copy(update={"budget": ceiling, "extensions": ()})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
