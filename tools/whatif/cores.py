"""The pure cores of the services, made for a policy as the services themselves make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from chassis.decider import Change, Decider
from rulebook import Policy
from services.dispatch.for_tools import Like, Precedent, Suggest, by_calendar, rulings
from services.dispatch.for_tools import Rules as DispatchRules
from services.dispatch.for_tools import decider as dispatch_decider
from services.sla.for_tools import Rules as ClockRules
from services.sla.for_tools import decider as sla_decider
from tools.whatif.world import Cores
from worktime import Calendar

V = TypeVar("V")


class _Always(Mapping[str, V]):
    """The same value under every name."""

    def __init__(self, value: V) -> None:
        self._value = value

    def __getitem__(self, _name: str) -> V:
        return self._value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def cores_of(policy: Policy, calendar: Calendar, suggest: Suggest) -> Cores:
    """Make the cores for a policy and the calendar that it starts from; they know the rulings that they are told of."""
    precedents: dict[Like, tuple[Precedent, ...]] = {}

    def clocks(published: Calendar) -> Decider[Any, Any]:
        return sla_decider(policy, _Always(ClockRules(policy, published)), ())

    def rule(change: Change[Any]) -> None:
        for ticket, _, ruling, category, subdistrict, lead, ground, returned_by in rulings([change]):
            like = category, subdistrict
            found = Precedent._make((ticket, ruling, lead, ground, returned_by))
            precedents[like] = (found, *precedents.get(like, ()))

    rules = DispatchRules(policy, suggest, precedents, by_calendar(policy, calendar), asks_who=False)
    return Cores(dispatch_decider(rules), clocks, calendar, rule)
