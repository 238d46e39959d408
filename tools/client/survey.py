"""Asking trace about the survey: the ledger of visits, coverage, devices, what a visitor brought, the half hour."""

from __future__ import annotations

from typing import TypedDict

from tools.client.trace import TicketsAnswer, ask

Days = tuple[str, str] | None
"""From a day to the one after the last; None for the last thirty."""


class VisitWords(TypedDict):
    """The codes of a visit as people say them."""

    unit: str
    subdistrict: str
    doubts: list[str]
    verdict: str | None


class VisitAnswer(TypedDict):
    """One visit of the ledger."""

    receipt: str
    visitor: str
    compound: str | None
    visited_at: str
    received_at: str
    problems: int
    doubts: list[str]
    verdict: str | None
    reason: str | None
    settled_by: str | None
    settled_at: str | None
    words: VisitWords


class VisitsAnswer(TypedDict):
    """A page of the ledger, the newest visit first."""

    visits: list[VisitAnswer]
    total: int
    next: str | None


class CoveredPart(TypedDict):
    """How a unit visited, or a compound was visited."""

    words: str
    visits: int
    households: int
    visitors: int
    problems: int
    doubted: int
    last: str | None


class CoverageAnswer(TypedDict):
    """Every unit or compound that the policy knows, also those without a visit."""

    by: str
    parts: list[CoveredPart]
    covered: int
    of: int


class DeviceRequestAnswer(TypedDict):
    """A visitor who waits for another device."""

    receipt: str
    visitor: str
    device: str | None
    reason: str
    at: str


class DeviceRequestsAnswer(TypedDict):
    """Who waits for another device, the longest waiting first."""

    requests: list[DeviceRequestAnswer]
    total: int


class WayAnswer(TypedDict):
    """One ticket's office minutes from the door to the department, or up to now."""

    ticket: str
    unit_words: str | None
    minutes: int
    arrived: bool
    left_out: str | None


class HalfHourTickets(TypedDict, total=False):
    """Each ticket, where they were asked for."""

    tickets: list[WayAnswer]


class HalfHourAnswer(HalfHourTickets):
    """How the ways lie; `share` is of those that arrived or wait longer than was promised."""

    promised: int
    arrived: int
    within: int
    counted: int
    share: float | None
    waiting: int
    percentiles: dict[str, int]
    histogram: list[tuple[int | None, int]]
    left_out: dict[str, int]
    words: dict[str, str]


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
