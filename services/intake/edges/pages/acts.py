"""What a citizen fills in on the page of their matter, read and sent; what is wrong is said beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from chassis.http import shown as short
from chassis.problems import HttpProblem
from chassis.routes import Route
from schemas.text import blank
from services.intake.core.offers import QUESTIONS, Offer, action_of
from services.intake.edges import acting, sessions
from services.intake.edges.acting import Filled
from services.intake.edges.answered import Standing
from services.intake.edges.pages import matter
from services.intake.edges.pages.matter import Looking
from services.intake.edges.pages.showing import FORMS, LONGEST, OPTIONS, PAGES

_KEPT: Final = "kept."
_SEE_OTHER: Final = 303
_MOST_KEPT: Final = 20
_OFFERS: Final = {str(each): each for each in Offer}
_CHANGED: Final = (
    "这件工单有了变化，现在不能这样提交。您写的还在下面，请看最新的进展；仍要说的，请用现在的表单提交，或者拨打 12345。"
)
_STALE: Final = "这一页开得太久，没有提交。您写的还在下面，请再按一次提交。"
_NOT_TAKEN: Final = "没有提交成功，您写的还在下面。"


async def take(request: web.Request) -> web.StreamResponse:
    """POST /progress/matter/{offer}: do it, and show what became of it; the page again, with every word, where not."""
    offer = _OFFERS.get(request.match_info["offer"])
    if offer is None:
        raise HttpProblem(404, "unknown_path", None, "没有这个地址，请从查询页打开。")
    form = await sessions.posted(request)
    session = await sessions.current(request)
    standing = None if session is None else await matter.opened(request, session)
    if session is None or standing is None:
        form.pop(sessions.TOKEN, None)
        return PAGES.answer("ask.html", 401, receipt="", phone="", wrong=matter.OVER, kept={**form, "offer": offer})
    filled = filled_in(offer, form)
    looking = Looking(session, standing, filled)
    try:
        sessions.require_token(request, session, form)
    except HttpProblem as problem:
        return await matter.shown(request, looking._replace(wrong={"": _STALE}), problem.status)
    return await _done(request, looking, filled)


async def _done(request: web.Request, looking: Looking, filled: Filled) -> web.Response:
    if not _may(request, looking.standing, filled):
        return await matter.shown(request, looking._replace(wrong={"": _CHANGED}), 409)
    wrong = wrong_in(filled)
    if wrong:
        return await matter.shown(request, looking._replace(wrong=wrong), 422)
    try:
        action = action_of(filled.offer, filled.ticket, filled.said, filled.chosen)
        await acting.act(request, looking.session, filled, action)
    except HttpProblem as problem:
        words = f"{_NOT_TAKEN}{problem.body['detail']}"
        return await matter.shown(request, looking._replace(wrong={"": words}), problem.status)
    return web.Response(status=_SEE_OTHER, headers={"Location": f"{matter.PAGE}#done", "Cache-Control": "no-store"})


def _may(request: web.Request, standing: Standing, filled: Filled) -> bool:
    """Whether the ticket is theirs, and such that this can be done now."""
    mine = (each for each in standing.get("tickets", ()) if each["ticket"] == filled.ticket)
    return any(filled.offer in matter.offers_of(request, each) for each in mine)


def wrong_in(filled: Filled) -> Mapping[str, str]:
    """Say what is wrong with what was filled in, by field."""
    found = {}
    if FORMS[filled.offer].needed and blank(filled.said):
        found["said"] = "请写几句话，不能空着。"
    if len(filled.said) > LONGEST:
        found["said"] = f"写了 {len(filled.said)} 个字，最多 {LONGEST} 个，请精简后提交。"
    if filled.offer is Offer.ANSWER:
        missing = {name for name in QUESTIONS if filled.chosen.get(name) not in OPTIONS[name]}
        found |= dict.fromkeys(sorted(missing), "请选一个答案。")
    return found


def kept_in(form: Mapping[str, str]) -> Mapping[str, str]:
    """What was filled in before a session was over, as the form to enter carries it."""
    found = {name.removeprefix(_KEPT): value for name, value in form.items() if name.startswith(_KEPT)}
    return found if len(found) <= _MOST_KEPT else {}


def again(kept: Mapping[str, str]) -> Filled | None:
    """What was filled in, as it was kept; None for nothing that this page has."""
    offer = _OFFERS.get(kept.get("offer", ""))
    return None if offer is None else filled_in(offer, kept)


def filled_in(offer: Offer, form: Mapping[str, str]) -> Filled:
    """Read a form."""
    said = form.get("said", "").replace("\r\n", "\n").strip()
    chosen = {name: short(form[name]) for name in QUESTIONS if offer is Offer.ANSWER and name in form}
    return Filled(offer, short(form.get("ticket", "")), said, chosen, form.get("key", "")[:40])


ROUTES: Final = (Route("POST", f"{matter.PAGE}/{{offer}}", take),)
