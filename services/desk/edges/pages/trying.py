"""A change of the rules, tried before anybody applies it (试改规则): what is wrong with it, or what would differ."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route, choice
from doors.entering import ENTRANCE
from rulebook.codes import Role
from rulebook.policy import FILES
from rulebook.problems import Problem
from rulebook.trying import TriedChange, file_of, tried
from services.desk.edges.keys import CONTEXT, REDACTION, WHO
from services.desk.edges.pages import lookup
from services.desk.edges.pages.carrying import RESUMED
from services.desk.edges.pages.entering import page, redirect
from services.desk.edges.pages.filling import form_of, kept_or_not
from services.desk.edges.pages.forms import chosen, posted
from services.desk.edges.pages.lookup import Draft, Kept, Key
from services.desk.edges.pages.showing import show

FOLDER: Final = web.AppKey("policy_folder", Path)
"""Where the files of the policy are."""
MAY_TRY: Final = frozenset({Role.APPROVER, Role.OPERATOR})
"""Whoever answers for the rules, and whoever applies them: the files have telephone numbers in them."""
_USUAL: Final = "office.yaml"
_PATH: Final = "/office/trial"


def require_trier(request: web.Request) -> None:
    """Let try rules who answers for them or applies them; a HttpProblem for everybody else."""
    if MAY_TRY.isdisjoint(request[WHO].roles):
        raise HttpProblem(403, "not_permitted", None, "试改规则的是批准人和运维。有要改的，请告诉他们。")


async def show_trial(request: web.Request) -> web.StreamResponse:
    """GET /office/trial?file=: a file of the policy as it stands, or as somebody was changing it."""
    require_trier(request)
    file = chosen(request, "file", FILES) or _USUAL
    kept = await lookup.drafts(request.app[CONTEXT].pool, request[WHO].login, "office", "trial")
    draft = kept.get(file) or Draft({"text": file_of(request.app[FOLDER], file)}, 0)
    return _page(request, file, draft.typed["text"], kept=Kept(draft.version))


def _page(
    request: web.Request,
    file: str,
    text: str,
    became: TriedChange | tuple[Problem, ...] = (),
    *,
    kept: Kept,
    looked_at: bool = False,
) -> web.Response:
    outcome, problems = (became, ()) if isinstance(became, TriedChange) else (None, became)
    status = 422 if problems or kept.other or looked_at else 200
    return show(
        request,
        "trial.html",
        status,
        files=sorted(FILES),
        file=file,
        text=text,
        outcome=outcome,
        problems=problems,
        kept=kept,
        looked_at=looked_at,
        act_key=str(uuid4()),
        present=request.app[ENTRANCE].policy.version,
        draft=f"{_PATH}/draft?file={file}",
    )


class _TypedFile(NamedTuple):
    file: str
    text: str
    kept: Kept
    looked_at: bool


async def _typed(request: web.Request) -> _TypedFile:
    """Which file was changed, and its text; it is kept before anything is made of it."""
    require_trier(request)
    form = await posted(request)
    file = chosen(request, "file", FILES) or _USUAL
    text = form.get("text", "").replace("\r\n", "\n")
    context, secret, now = request.app[CONTEXT], request.app[REDACTION], request.app[CONTEXT].clock.now()
    kept = await lookup.keep(context.pool, _key(request, file), {"text": text}, now, secret, form_of(form))
    return _TypedFile(file, text, kept, RESUMED in form)


def _key(request: web.Request, file: str) -> Key:
    return Key(request[WHO].login, "office", "trial", file)


async def try_it(request: web.Request) -> web.StreamResponse:
    """POST /office/trial?file=: say what is wrong with a changed file, or what would differ; nothing is changed."""
    file, text, kept, looked_at = await _typed(request)
    if looked_at or kept.other is not None:
        return _page(request, file, text, kept=kept, looked_at=True)
    context, folder = request.app[CONTEXT], request.app[FOLDER]
    leads = await _leads(request)
    became = await asyncio.to_thread(tried, folder, file, text, leads, context.clock.now())
    return _page(request, file, text, became, kept=kept)


async def _leads(request: web.Request) -> Sequence[str]:
    """The departments that lead what is open, each as often as it does."""
    rows = await request.app[CONTEXT].pool.fetch(
        "select department from held_order where standing = 'open' and body ->> 'role' = 'lead'"
    )
    return [row["department"] for row in rows]


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /office/trial/draft?file=: keep what is typed."""
    return kept_or_not((await _typed(request)).kept)


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /office/trial/forget?file=: forget what was typed, as its author wants."""
    require_trier(request)
    await posted(request)
    file = chosen(request, "file", FILES) or _USUAL
    await lookup.drop(request.app[CONTEXT].pool, _key(request, file))
    return redirect(f"{_PATH}?file={file}")


_FILE: Final = (choice("file", FILES),)
ROUTES: Final = (
    Route("GET", _PATH, page(show_trial), _FILE),
    Route("POST", _PATH, page(try_it, typed=True), _FILE),
    Route("POST", f"{_PATH}/draft", page(keep_draft), _FILE),
    Route("POST", f"{_PATH}/forget", page(drop_draft), _FILE),
)
