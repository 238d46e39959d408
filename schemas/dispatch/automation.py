"""What policy dispatches by itself is checked by people; a category that is often wrong goes to the desk."""

from __future__ import annotations

from typing import Literal

from schemas.dispatch.base import DispatchFact
from schemas.message import Message
from schemas.values import Actor, CategoryCode, DepartmentCode, Instant, Text, TicketId


class DispatchChecked(DispatchFact):
    """A person says whether what policy dispatched was right: its category, which was `suggested` or given, its lead.

    Where it was wrong: what it should have been. `lead` is then who should have it, by that or by the catalogue.
    `dispatched_at` is when policy did: of before a category fell back, it says nothing of how it fares since. `waits`
    says that the desk decides when `lead` gets it, for it is led by another department that keeps it for now.
    """

    order: int
    category: CategoryCode | None = None
    was_led_by: DepartmentCode
    suggested: bool = False
    right: bool
    better_category: CategoryCode | None = None
    lead: DepartmentCode | None = None
    note: Text | None = None
    dispatched_at: Instant | None = None
    waits: Literal[True] | None = None


class AutomationEnded(DispatchFact):
    """With the check of this ticket a category fell below the floor: from now on the desk dispatches it.

    So many of the newest `checked` were `correct`; `at_least` is the lower end of Wilson's 95 % interval.
    """

    category: CategoryCode
    checked: int
    correct: int
    at_least: float
    floor: float


class AutomationRestored(DispatchFact):
    """A person lets policy dispatch the category by itself again, and says why; what was checked before is over."""

    category: CategoryCode
    reason: Text


class LeftToPeople(DispatchFact):
    """A person decides that people go on dispatching the category, and says why; policy may be let again later."""

    category: CategoryCode
    reason: Text


class CategoryFact(Message, owner="dispatch"):
    """A fact of how a category fares when policy dispatches it; keyed by the category."""

    category: CategoryCode
    by: Actor
    origin: TicketId


class CheckCounted(CategoryFact):
    """One check more of what policy dispatched of this category."""

    right: bool


class CategoryFellBack(CategoryFact):
    """Too few of the newest checks were right: the desk dispatches the category, until a person lets policy again."""

    checked: int
    correct: int
    at_least: float
    floor: float


class CategoryRestored(CategoryFact):
    """Policy dispatches the category by itself again; the count begins anew."""
