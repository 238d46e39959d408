"""Asking trace about the survey: the ledger of visits, coverage, devices, what a visitor brought, the half hour."""

from __future__ import annotations

from services.trace.for_tools import CoverageAnswer, DeviceRequestsAnswer, HalfHourAnswer, TicketsAnswer, VisitsAnswer
from tools.client.trace import ask

Days = tuple[str, str] | None
"""From a day to the one after the last; None for the last thirty."""


def visits(  # noqa: PLR0913 - each is a filter of the list
    *,
    days: Days = None,
    unit: str | None = None,
    visitor: str | None = None,
    doubted: bool | None = None,
    settled: bool | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> VisitsAnswer:
    """Ask for a page of the ledger; what is None does not matter."""
    flags = {
        name: None if flag is None else str(flag).lower() for name, flag in (("doubted", doubted), ("settled", settled))
    }
    query = {"unit": unit, "visitor": visitor, **flags, "limit": limit, "after": after}
    answer: VisitsAnswer = ask("survey", "visits", query={**_window(days), **query})
    return answer


def coverage(by: str, days: Days = None) -> CoverageAnswer:
    """Ask how units visited, or compounds were visited."""
    answer: CoverageAnswer = ask("survey", "coverage", query={**_window(days), "by": by})
    return answer


def devices() -> DeviceRequestsAnswer:
    """Ask who waits for another device."""
    answer: DeviceRequestsAnswer = ask("survey", "devices")
    return answer


def problems(visitor: str, *, limit: int | None = None, after: str | None = None) -> TicketsAnswer:
    """Ask for what a visitor brought, and where it stands."""
    query = {"visitor": visitor, "limit": limit, "after": after}
    answer: TicketsAnswer = ask("survey", "problems", query=query)
    return answer


def half_hour(days: Days = None, *, ids: bool = False) -> HalfHourAnswer:
    """Ask how long the ways from the door to the department were."""
    answer: HalfHourAnswer = ask("survey", "half-hour", query={**_window(days), "ids": "true" if ids else None})
    return answer


def _window(days: Days) -> dict[str, object]:
    since, until = days or (None, None)
    return {"from": since, "to": until}
