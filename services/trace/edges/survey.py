"""What the survey office asks: its ledger, who was where, what is doubtful, and the half hour that was promised."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import Route, choice, flag, text
from rulebook import Policy
from schemas.dispatch import SettledAtUnit
from services.trace.core.half_hour import PROMISED, Way, distribution
from services.trace.core.rights import Right
from services.trace.edges import answered, asked, entering, lookup, survey_lookup
from services.trace.edges.answers import Answers
from services.trace.edges.asked import ANSWERS, CONTEXT, PAGE, WINDOW
from services.trace.edges.survey_lookup import Arrival, VisitFilter
from worktime import Calendar, OfficeHours, office_minutes_between

_SETTLED: Final = "settled-at-unit"
_COVERED: Final = ("unit", "compound")


def units_of(request: web.Request) -> dict[str, str]:
    """Every visiting unit of the policy by its code."""
    return {unit.code: unit.name for unit in request.app[ANSWERS].words.policy.units}


async def list_visits(request: web.Request) -> web.StreamResponse:
    """GET /v1/survey/visits?from=&to=&unit=&visitor=&doubted=&settled=&limit=&after=: the ledger, newest first."""
    return json_answer(await ledger(request))


async def ledger(request: web.Request) -> dict[str, Any]:
    """A page of the ledger."""
    pool, words, (limit, after) = request.app[CONTEXT].pool, request.app[ANSWERS].words, asked.page(request)
    window, units = asked.window(request), units_of(request)
    unit, visitor = http.choice(request, "unit", units), request.query.get("visitor")
    wanted = VisitFilter(window, unit, visitor, http.flag(request, "doubted"), http.flag(request, "settled"))
    try:
        found, more = asked.cut(await survey_lookup.visits(pool, wanted, limit + 1, after), limit)
    except ValueError:
        raise asked.no_place(after or "") from None
    visits = [
        {
            **visit,
            "words": {
                "unit": units.get(visit["unit"], visit["unit"]),
                "subdistrict": words.department(visit["subdistrict"]),
                "doubts": [words.of("doubt", doubt) for doubt in visit["doubts"]],
                "verdict": words.of("doubt_verdict", visit["verdict"]) if visit["verdict"] else None,
            },
        }
        for visit in found
    ]
    total = await survey_lookup.how_many_visits(pool, wanted)
    following = survey_lookup.place_in_ledger(found[-1]) if more else None
    return {"visits": visits, "total": total, "next": following, "from": window.since, "to": window.until}


async def show_coverage(request: web.Request) -> web.StreamResponse:
    """GET /v1/survey/coverage?from=&to=&by=: visits by unit (all of the policy's, also those with none) or compound."""
    return json_answer(await coverage(request))


async def coverage(request: web.Request) -> dict[str, Any]:
    """Who was where how often, and who nowhere."""
    window, units = asked.window(request), units_of(request)
    by = http.choice(request, "by", _COVERED) or "unit"
    rows = await survey_lookup.coverage(request.app[CONTEXT].pool, by, window)
    streets = request.app[ANSWERS].words.policy.streets
    known = units if by == "unit" else {street.name: street.name for street in streets if street.kind == "compound"}
    found = {row["part"]: row for row in rows}
    nothing = {"visits": 0, "households": 0, "visitors": 0, "problems": 0, "doubted": 0, "last": None}
    parts = [{**nothing, **found.pop(code, {}), "part": code, "words": name} for code, name in known.items()]
    # Of an earlier policy, or at no compound that the policy knows.
    parts += [{**row, "words": row["part"] or ""} for row in found.values()]
    covered = sum(part["visits"] > 0 and part["part"] in known for part in parts)
    return {"by": by, "parts": parts, "covered": covered, "of": len(known), "from": window.since, "to": window.until}


async def list_device_requests(request: web.Request) -> web.StreamResponse:
    """GET /v1/survey/devices: who waits for another device to be approved, the longest waiting first."""
    requests = await survey_lookup.device_requests(request.app[CONTEXT].pool)
    return json_answer({"requests": requests, "total": len(requests), "now": request.app[CONTEXT].clock.now()})


async def list_problems(request: web.Request) -> web.StreamResponse:
    """GET /v1/survey/problems?visitor=&limit=&after=: what a visitor brought, and where each of it stands."""
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    visitor, (limit, after) = request.query.get("visitor"), asked.page(request)
    looks = entering.known(request).looks
    if not visitor:
        raise HttpProblem(400, "missing_parameter", "visitor", "请写明是谁带来的：visitor=调研账号。")
    if after is not None and not await lookup.is_ticket(pool, after):
        raise asked.no_place(after)
    found, more = asked.cut(await survey_lookup.problems_of(pool, visitor, limit + 1, after), limit)
    standings = await lookup.standings(pool, found, now)
    tickets = [answers.standing(standing, looks=looks) for standing in reversed(standings)]
    total = await survey_lookup.how_many_problems(pool, visitor)
    return json_answer({"tickets": tickets, "total": total, "next": found[-1] if more else None, "now": now})


async def show_half_hour(request: web.Request) -> web.StreamResponse:
    """GET /v1/survey/half-hour?from=&to=&ids=: office minutes from the door to the department, and how they lie."""
    return json_answer(await half_hour(request, ids=http.flag(request, "ids") is True))


async def half_hour(request: web.Request, *, ids: bool) -> dict[str, Any]:
    """How long the ways from the door to the department were."""
    pool, answers, window = request.app[CONTEXT].pool, request.app[ANSWERS], asked.window(request)
    calendar, rows = await answers.calendars.now(pool), await survey_lookup.arrivals(pool, window)
    ways = [_way(row, window, calendar, answers.hours) for row in rows]
    found, units = distribution(ways), units_of(request)
    answer: dict[str, Any] = {
        **asdict(found),
        "promised": PROMISED,
        "share": found.within / found.counted if found.counted else None,
        "words": {outcome: _ended(answers, outcome) for outcome in found.left_out},
        "from": window.since,
        "to": window.until,
    }
    if ids:
        answer["tickets"] = [{**way._asdict(), "unit_words": units.get(way.unit or "", way.unit)} for way in ways]
    return answer


def _ended(answers: Answers, outcome: str) -> str:
    """Say how a ticket ended that was sent to no department."""
    if outcome == _SETTLED:
        return answers.words.of("fact", SettledAtUnit.type_name)
    return answers.words.of("verdict", outcome)


def _way(row: Arrival, window: lookup.Window, calendar: Calendar, hours: OfficeHours) -> Way:
    ended = row.dispatched_at is None and row.closed_at is not None
    until = row.dispatched_at or row.closed_at or window.now
    minutes = office_minutes_between(row.registered_at, max(until, row.registered_at), calendar, hours)
    return Way(row.ticket, row.unit, minutes, row.dispatched_at is not None, row.outcome if ended else None)


def routes(policy: Policy) -> tuple[Route, ...]:
    """Name every address."""
    unit, visitor = choice("unit", (unit.code for unit in policy.units)), text("visitor")
    ledger = (*WINDOW, unit, visitor, flag("doubted"), flag("settled"), *PAGE)
    return tuple(
        Route("GET", f"/v1/survey/{name}", handler, parameters, Right.SURVEY, answers=answers, problems=(422,))
        for name, handler, parameters, answers in (
            ("visits", list_visits, ledger, answered.VisitsAnswer),
            ("coverage", show_coverage, (*WINDOW, choice("by", _COVERED)), answered.CoverageAnswer),
            ("devices", list_device_requests, (), answered.DeviceRequestsAnswer),
            ("problems", list_problems, (text("visitor", required=True), *PAGE), answered.TicketsAnswer),
            ("half-hour", show_half_hour, (*WINDOW, flag("ids")), answered.HalfHourAnswer),
        )
    )
