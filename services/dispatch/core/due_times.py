"""Due times that a new order is told with, those of its clocks if nothing comes between; and such as are owed no more.

Whether clocks run, and until when, sla says; what it says otherwise is noted, and told again. Until it names a clock,
the due time stands under a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chassis.frozen import replace
from schemas.owner import Owner
from schemas.values import Clock, DepartmentCode, Due, DueTime, Tier
from services.dispatch.core.draft import Draft
from services.dispatch.core.regions import NotDue, NotedDue, Owed
from services.dispatch.core.ticket import Ticket, cannot_be_reached
from worktime import OutOfCalendarError


def of_order(draft: Draft, lead: DepartmentCode, *, binding: bool, same_lead: bool) -> tuple[DueTime, ...]:
    """The due times of whoever is about to lead; those that run on already are known."""
    return tuple(_times(draft, lead, _of_lead(draft, lead, binding=binding, same_lead=same_lead)))


def of_task(draft: Draft, department: DepartmentCode) -> Due | None:
    """The due time of whoever is about to support."""
    return next((each.due for each in _times(draft, department, (Clock.SUPPORTING_TASK,))), None)


def _of_lead(draft: Draft, lead: DepartmentCode, *, binding: bool, same_lead: bool) -> Iterator[Clock]:
    """The clocks that an order starts for its lead."""
    ticket = draft.ticket
    if not _runs(ticket, Clock.HANDLING, lead):
        if cannot_be_reached(ticket.matter) is None and (not same_lead or isinstance(ticket.contact, NotDue | Owed)):
            yield Clock.FIRST_CONTACT
        yield Clock.HANDLING
        if ticket.matter.tier is Tier.URGENT:
            yield Clock.URGENT_FIRST_REPORT
    if not binding:
        yield Clock.RETURN_WINDOW


def _times(draft: Draft, department: DepartmentCode, wanted: Iterable[Clock]) -> Iterator[DueTime]:
    rules, matter = draft.rules.clocks, draft.ticket.matter
    if rules is None:
        return
    for clock in wanted:
        if not _runs(draft.ticket, clock, department):
            try:
                yield DueTime(clock=clock, due=rules.due_of_new(clock, matter.tier, draft.at, matter.upstream))
            except OutOfCalendarError:
                return  # sla says so, loudly


def _runs(ticket: Ticket, clock: Clock, department: DepartmentCode) -> bool:
    return any(each.clock is clock and each.owner.department == department for each in ticket.dues.values())


def with_due(ticket: Ticket, department: DepartmentCode, times: Iterable[DueTime]) -> Ticket:
    """The ticket with due times that no clock was named for yet."""
    owner = Owner.of_department(department)
    noted_times = {_unnamed(each.clock, owner): NotedDue(clock=each.clock, due=each.due, owner=owner) for each in times}
    return replace(ticket, dues={**ticket.dues, **noted_times}) if noted_times else ticket


def told_with_order(ticket: Ticket, clock: Clock, owner: Owner) -> NotedDue | None:
    """The due time that stands under no clock's name yet."""
    return ticket.dues.get(_unnamed(clock, owner))


def with_named(ticket: Ticket, clock_id: str, noted: NotedDue) -> Ticket:
    """The ticket with a due time under its clock's name, and under no other."""
    unnamed = _unnamed(noted.clock, noted.owner)
    dues = {name: each for name, each in ticket.dues.items() if name != unnamed}
    return replace(ticket, dues={**dues, clock_id: noted})


def _unnamed(clock: Clock, owner: Owner) -> str:
    """Make a name for a due time whose clock has no id yet; no id of a clock looks like it."""
    return f"{clock}@{owner}"


def due_no_more(ticket: Ticket, clocks: Iterable[Clock], department: DepartmentCode | None = None) -> Ticket:
    """The ticket without the due times of these clocks (of one department)."""
    gone = frozenset(clocks)
    kept = {
        name: each
        for name, each in ticket.dues.items()
        if each.clock not in gone or department not in (None, each.owner.department)
    }
    return ticket if len(kept) == len(ticket.dues) else replace(ticket, dues=kept)
