"""Who else has a ticket open, and whose it is to do: shown to everybody of the office, and never a lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from doors.refusals import Refusal
from rulebook.codes import APART
from services.desk.core.naming import Named, meant
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages import seated
from services.desk.edges.pages.entering import local, page, redirect
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.live import HORIZON
from services.desk.edges.pages.queue import require_office
from services.desk.edges.pages.showing import show


async def beat(request: web.Request) -> web.StreamResponse:
    """POST /presence/{ticket}: say that one has it open, as a page does every ten seconds; tells who else has."""
    require_office(request)
    await posted(request)
    ticket, login = request.match_info["ticket"], request[WHO].login
    await seated.beat(request.app[CONTEXT].pool, ticket, login)
    return await _seat(request, ticket)


async def _seat(request: web.Request, ticket: str) -> web.Response:
    found = await seated.seats(request.app[CONTEXT].pool, [ticket], request[WHO].login)
    return show(request, "seat.html", ticket=ticket, seat=found.get(ticket, seated.Seat()), people=colleagues(request))


async def show_seats(request: web.Request) -> web.StreamResponse:
    """GET /presence: at which tickets somebody is, and whose those are, as a line above the list."""
    require_office(request)
    pool, login = request.app[CONTEXT].pool, request[WHO].login
    found = await request.app[HORIZON].shared("seats", lambda: seated.seats(pool))
    seats = {ticket: seat.besides(login) for ticket, seat in found.items()}
    return show(request, "seats.html", seats={ticket: seat for ticket, seat in seats.items() if seat.present})


async def claim(request: web.Request) -> web.StreamResponse:
    """POST /tickets/{ticket}/claim: say that a ticket is one's own to do, or somebody else's who is named."""
    require_office(request)
    form, ticket, now = await posted(request), request.match_info["ticket"], request.app[CONTEXT].clock.now()
    pool, login, said = request.app[CONTEXT].pool, request[WHO].login, form.get("to", "").strip()
    if not said:
        await seated.claim(pool, ticket, login, None, now)
        return redirect(local(form.get("next", "/queue")))
    named = [Named(code, (name,)) for code, name in colleagues(request).items()]
    person = meant(said, named, "to", "交给谁")
    if isinstance(person, Refusal):
        raise HttpProblem(422, *person)
    await seated.claim(pool, ticket, person, login, now)
    return redirect(local(form.get("next", "/queue")))


def colleagues(request: web.Request) -> Mapping[str, str]:
    """Everybody who acts in the office that day, by id."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    return {each.id: each.name for each in policy.office.people if policy.roles_of(each.id, now) - APART}


async def let_go(request: web.Request) -> web.StreamResponse:
    """POST /tickets/{ticket}/unclaim: say that a ticket is nobody's to do any more."""
    require_office(request)
    form = await posted(request)
    await seated.let_go(request.app[CONTEXT].pool, request.match_info["ticket"])
    return redirect(local(form.get("next", "/queue")))


ROUTES: Final = (
    Route("GET", "/presence", page(show_seats)),
    Route("POST", "/presence/{ticket}", page(beat)),
    Route("POST", "/tickets/{ticket}/claim", page(claim, typed=True)),
    Route("POST", "/tickets/{ticket}/unclaim", page(let_go)),
)
