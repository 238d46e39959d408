"""Who looks at a page: the session in the browser's cookie, how it begins and ends, and what is shown to nobody."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

from aiohttp import web

from chassis.http import SESSION
from chassis.logins import SESSION_LASTS
from chassis.problems import HttpProblem
from chassis.routes import Handler, Parameter, Route, text
from doors import sessions
from doors.entering import ENTRANCE, known_in_browser
from doors.pages import KEYS_COOKIE
from doors.passwords import PASSWORDS, require_passwords
from schemas.values import PartyKind
from services.desk.core.acts import takes_no_calls
from services.desk.core.rights import may_read_tasks
from services.desk.edges import begun
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages.carrying import Carried, carried_off, carried_on, resume, typed_in
from services.desk.edges.pages.forms import FOREIGN, FORM_COOKIE, bind, posted
from services.desk.edges.pages.showing import show
from services.desk.edges.providing import ANSWERED, BACK, PROVIDER, login_of, provider_of, unknown_login

OVER_TLS: Final = web.AppKey("over_tls", bool)
HOME: Final = "/"
_HOMES: Final = {PartyKind.OFFICE: "/queue", PartyKind.DEPARTMENT: "/orders", PartyKind.CALLBACK: "/callbacks"}
OPENID_COOKIE: Final = "liuhen_openid"
"""Which login this browser began at the provider."""
_SEE_OTHER: Final = 303
_WHO_ARE_YOU: Final = 401
_LOOKING: Final = frozenset({"GET", "HEAD"})
_NOT_SHOWN: Final = "这里不归您看"
_A_YEAR: Final = 31_536_000


def page(handler: Handler, following: str = "", *, typed: bool = False) -> Handler:
    """Let whoever is logged in see a page, ask everybody else to log in, and tell what is wrong as a page.

    `following` is where one is after the login, if not where one was: for an address that may be written down nowhere.
    `typed` tells that somebody typed what is sent there: it is carried past the login, and shown where it is refused.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        who = await known_in_browser(request)
        if who is None:
            return await _asks_who(request, following, typed=typed)
        request[WHO] = who
        try:
            return await handler(request)
        except HttpProblem as problem:
            kept = await typed_in(request) if typed and problem.body["code"] != FOREIGN else {}
            said = said_of(request, problem.body)
            return show(request, "problem.html", problem.status, problem.headers, typed=kept, **said)

    return answer


async def _asks_who(request: web.Request, following: str, *, typed: bool) -> web.Response:
    """Ask for the login, with what was typed beside it."""
    if _beside(request):
        return web.Response(status=_WHO_ARE_YOU)
    carried = await carried_off(request) if typed else None
    return (
        _to_login(request, following) if carried is None else _login_page(request, HOME, _WHO_ARE_YOU, "", "", carried)
    )


def back(path: str, parameters: Sequence[Parameter] = ()) -> Route:
    """The address of a form, opened as a page: whoever reloads what a form answered is back on the form's page."""

    async def go_back(request: web.Request) -> web.StreamResponse:
        place, _, query = request.path_qs.partition("?")
        return redirect(f"{place.rpartition('/')[0]}{'?' if query else ''}{query}")

    return Route("GET", path, page(go_back), tuple(parameters))


def show_problem(request: web.Request, status: int, problem: Mapping[str, Any]) -> web.Response:
    """Say what is wrong with an address to whoever opened it, who need not be logged in."""
    return show(request, "problem.html", status, typed={}, **said_of(request, problem))


def said_of(request: web.Request, problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the page of a problem says: whoever only looks has not tried to do anything."""
    looks = request.method in _LOOKING
    title = _NOT_SHOWN if looks and problem["code"] == "not_permitted" else problem["title"]
    return {"problem": problem, "title": title, "looks": looks}


def redirect(place: str) -> web.Response:
    """Send a browser to a page of this door."""
    return web.Response(status=_SEE_OTHER, headers={"Location": place, "Cache-Control": "no-store"})


def _beside(request: web.Request) -> bool:
    """Tell whether a page asks by itself, beside what its reader does: a form to log in has no place there."""
    by_itself = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return by_itself or request.headers.get("Accept") == "text/event-stream"


def _to_login(request: web.Request, following: str) -> web.Response:
    """Ask for the login, and remember where one was: of a form that is the page on which it stood."""
    place = request.path_qs if request.method == "GET" else urlsplit(request.headers.get("Referer", "")).path
    return redirect(f"/login?next={quote(local(following or place), safe='')}")


def local(place: str) -> str:
    """Return the place where it is one of this door; the first page for any other."""
    inside = place.startswith("/") and not place.startswith(("//", "/login", "/logout")) and "\\" not in place
    return place if inside and place.isprintable() else HOME


async def show_login(request: web.Request) -> web.StreamResponse:
    """GET /login?next=: the form in which one says who one is."""
    return _login_page(request, local(request.query.get("next", HOME)))


def _login_page(
    request: web.Request,
    following: str,
    status: int = 200,
    person: str = "",
    wrong: str = "",
    carried: Carried | None = None,
) -> web.Response:
    chance = bind(request)
    known: Mapping[str, Any] = {"following": following, "person": person, "wrong": wrong, "carried": carried}
    response = show(request, "login.html", status, None, elsewhere=PROVIDER in request.app, **known)
    keep_cookie(request, response, FORM_COOKIE, chance)
    return response


def keep_cookie(
    request: web.Request,
    response: web.Response,
    name: str,
    value: str,
    seconds: int | None = None,
    same_site: str = "Strict",
) -> None:
    """Let a browser keep a word that no script reads."""
    secure = request.app[OVER_TLS]
    response.set_cookie(name, value, httponly=True, samesite=same_site, secure=secure, path="/", max_age=seconds)


async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /login: begin a session that this browser did not bring along, and go on where one was."""
    following, person, carried = HOME, "", await carried_on(request)
    try:
        form = await posted(request)
        require_passwords(elsewhere=PROVIDER in request.app)
        following, person = local(form.get("next", "")), form.get("person", "").strip()
        entrance, passwords = request.app[ENTRANCE], request.app[PASSWORDS]
        login = _login_of(request, person)
        await passwords.admit(entrance, login, form.get("password", ""), request.remote or "")
    except HttpProblem as problem:
        return _login_page(request, following, problem.status, person, str(problem.body["detail"]), carried)
    response = redirect(following) if carried is None else resume(request, carried)
    begin_session(request, response, login)
    return response


def begin_session(request: web.Request, response: web.Response, login: str) -> None:
    """Begin a session in this browser."""
    entrance = request.app[ENTRANCE]
    session, _ = entrance.keeper.begin(login, entrance.clock.now(), in_browser=True)
    keep_cookie(request, response, SESSION, session, int(SESSION_LASTS.total_seconds()))
    response.del_cookie(FORM_COOKIE, path="/")


async def to_provider(request: web.Request) -> web.StreamResponse:
    """GET /login/openid?next=: go to the provider; only this browser can go on with what it says."""
    context, following = request.app[CONTEXT], local(request.query.get("next", HOME))
    try:
        provider = provider_of(request)
        back = f"{provider.terms.home}{BACK}"
        asked = await begun.begin(context.pool, back, following, None, context.clock.now())
        response = redirect(await provider.where(asked))
    except HttpProblem as problem:
        return _login_page(request, following, problem.status, "", str(problem.body["detail"]))
    # The provider sends the browser back from another site, and a strict cookie would stay away.
    keep_cookie(request, response, OPENID_COOKIE, asked.state, int(begun.LASTS.total_seconds()), same_site="Lax")
    return response


async def from_provider(request: web.Request) -> web.StreamResponse:
    """GET /login/openid/back: begin the session of whom the provider names, in the browser that went there."""
    context, state = request.app[CONTEXT], request.query.get("state", "")
    try:
        own = request.cookies.get(OPENID_COOKIE, "")
        if not state or not hmac.compare_digest(own.encode(), state.encode()):
            raise unknown_login()
        going_on = await begun.take(context.pool, state, context.clock.now())
        if going_on is None or going_on.challenge is not None:
            raise unknown_login()
        login = await login_of(request, state, request.query.get("code", ""), going_on)
    except HttpProblem as problem:
        response = _login_page(request, HOME, problem.status, "", str(problem.body["detail"]))
        response.del_cookie(OPENID_COOKIE, path="/")
        return response
    # A page of ours and no redirect: what another site set going shows no strict cookie until a page of ours goes on.
    response = show(request, "welcome.html", following=going_on.following)
    begin_session(request, response, login)
    response.del_cookie(OPENID_COOKIE, path="/")
    return response


async def leave_provider(request: web.Request) -> web.StreamResponse:
    """GET /logout/openid: go where one logs out of the provider itself."""
    try:
        return redirect(await provider_of(request).way_out() or "/login")
    except HttpProblem as problem:
        return _login_page(request, HOME, problem.status, "", str(problem.body["detail"]))


def _login_of(request: web.Request, said: str) -> str:
    """Find the login of somebody who typed their own name, where only one is called so."""
    policy = request.app[ENTRANCE].policy
    named = {f"department.{each.code}": each.name for each in policy.departments}
    named |= {each.id: each.name for each in policy.office.people}
    found = [login for login, name in named.items() if name == said]
    return found[0] if len(found) == 1 else said


async def log_out(request: web.Request) -> web.StreamResponse:
    """POST /logout: end the session, wherever its cookie lies by now; drafts stay."""
    await posted(request)
    entrance = request.app[ENTRANCE]
    caller = await entrance.caller(request.cookies.get(SESSION, ""), in_browser=True)
    if caller is not None and caller.session is not None:
        await sessions.end(entrance.pool, caller.session, entrance.clock.now())
    response = redirect("/login")
    response.del_cookie(SESSION, path="/")
    return response


async def switch_keys(request: web.Request) -> web.StreamResponse:
    """POST /keys: let acts have keys of one letter in this browser, or not."""
    form = await posted(request)
    response = redirect(local(form.get("next", "")))
    keep_cookie(request, response, KEYS_COOKIE, "on" if form.get("keys") == "on" else "off", _A_YEAR)
    return response


async def go_home(request: web.Request) -> web.StreamResponse:
    """GET /: the first page of whoever is logged in; of whoever acts nowhere, where else they find what they need."""
    who = request[WHO]
    if who.party.kind is PartyKind.OFFICE and not may_read_tasks(who):
        entrance = request.app[ENTRANCE]
        takes_calls = takes_no_calls(entrance.policy, who, entrance.clock.now()) is None
        return redirect("/calls") if takes_calls else show(request, "elsewhere.html")
    return redirect(_HOMES[who.party.kind])


async def show_tour(request: web.Request) -> web.StreamResponse:
    """GET /tour: one matter from the call to the callback, desk by desk; it names nobody."""
    if (who := await known_in_browser(request)) is not None:
        request[WHO] = who
    return show(request, "tour.html")


ROUTES: Final = (
    Route("GET", "/", page(go_home)),
    Route("GET", "/tour", show_tour),
    Route("GET", "/login", show_login, (text("next"),)),
    Route("POST", "/login", log_in),
    Route("GET", "/login/openid", to_provider, (text("next"),)),
    Route("GET", BACK, from_provider, ANSWERED),
    Route("POST", "/logout", page(log_out)),
    Route("GET", "/logout/openid", leave_provider),
    Route("POST", "/keys", page(switch_keys)),
)

__all__ = ["CONTEXT", "ROUTES", "page", "redirect"]
