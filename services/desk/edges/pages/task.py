"""One thing that waits, as a page: what it is about, what policy suggests, and the forms by which it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import ValidationError

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from doors.reading import dumped
from doors.refusals import Refusal
from schemas.public import DeskTask
from services.desk.core.acts import Act, read
from services.desk.core.advice import Advice, advice, recognised
from services.desk.core.forms import Field, content_of, fields_of
from services.desk.core.marking import marked
from services.desk.edges import lookup as acts
from services.desk.edges.acting import say
from services.desk.edges.keys import CONTEXT, REDACTION, WHO, WORDS
from services.desk.edges.pages import lookup
from services.desk.edges.pages.answers import answers_to
from services.desk.edges.pages.entering import page, redirect
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import Key, Typed
from services.desk.edges.pages.queue import require_office
from services.desk.edges.pages.showing import show
from vocabulary import ACTIONS, TASKS

_LETTERS: Final = "adefhinoprtuvwxyz"
"""Keys of forms, in their order; the others belong to the page."""
_PATIENCE: Final = 6.0
"""Real seconds for which a page waits for what becomes of an act."""
_GRACE: Final = 0.5
"""Real seconds in which a refusal may still come after the ticket changed: the two are told apart from each other."""
_LOOK_AGAIN: Final = 0.1
_OF_PAGE: Final = frozenset({"act_key", "seen", "shown", "at_once"})
"""Fields of a form that are no part of what somebody typed."""


@dataclass(frozen=True, slots=True)
class Form:
    """One act as a form: what stands in its fields, and what was wrong with it."""

    do: str
    fields: tuple[Field, ...]
    typed: Typed
    letter: str
    drafted: bool = False
    wrong: Refusal | None = None

    @property
    def wrong_field(self) -> str | None:
        """The name of the field that the refusal stands beside; None where it is about the whole act."""
        named = self.wrong.field if self.wrong else None
        return next((each.name for each in self.fields if named in (each.name, each.path[0])), None)


async def show_task(request: web.Request) -> web.StreamResponse:
    """GET /tasks/{ticket}/{task}: what waits, as it is now."""
    require_office(request)
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, wrong: Form | None = None, seen: DeskTask | None = None
) -> web.Response:
    """Show what waits; `wrong` is the form that was refused, `seen` what its author had seen where that is no more."""
    ticket, task = request.match_info["ticket"], request.match_info["task"]
    pool = request.app[CONTEXT].pool
    row = await lookup.one(pool, ticket, task)
    others = [each for each in await lookup.of_ticket(pool, ticket) if each != task]
    if row is None and (wrong is None or task not in TASKS):
        return show(request, "gone.html", 404, ticket=ticket, task=task, others=others)
    ways = advice(row.told, request.app[ENTRANCE].policy) if row else ()
    drafts = await lookup.drafts(pool, request[WHO].login, ticket, task)
    return show(
        request,
        "task.html",
        status,
        ticket=ticket,
        task=task,
        told=row.told if row else None,
        shown=row.told.to_json().decode() if row else "",
        seen=seen,
        others=others,
        ways=ways,
        pieces=marked(row.told.text, recognised(row.told, ways)) if row else (),
        forms=_forms(request, task, ways, drafts, wrong),
        act_key=lambda: str(uuid4()),
    )


def _forms(
    request: web.Request, task: str, ways: Sequence[Advice], drafts: Mapping[str, Typed], wrong: Form | None
) -> Sequence[Form]:
    """The forms of what somebody may do here, with what they typed last, or what policy would do."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    mine = [do for do in answers_to(task) if policy.who_may(do, now) and _may(request, do)]
    forms = []
    for do, letter in zip(mine, _LETTERS, strict=False):
        typed = drafts.get(do)
        usual = _usual(request, ways) if do == "assign" else {}
        form = Form(do, fields_of(do, policy, now), usual if typed is None else typed, letter, typed is not None)
        forms.append(replace(wrong, letter=letter) if wrong is not None and wrong.do == do else form)
    return forms


def _may(request: web.Request, do: str) -> bool:
    entrance = request.app[ENTRANCE]
    return any(each.id == request[WHO].login for each in entrance.policy.who_may(do, request.app[CONTEXT].clock.now()))


def _usual(request: web.Request, ways: Sequence[Advice]) -> Typed:
    way = next((each for each in ways if each.lead is not None), None)
    return typed_of(way, request) if way is not None else {}


def typed_of(way: Advice, request: web.Request) -> Typed:
    """What somebody would type who dispatches as policy would."""
    name = request.app[ENTRANCE].policy.body_name
    supporting = "、".join(name(each) for each in way.supporting)
    return {"lead": name(way.lead or ""), "supporting": supporting, "category": way.category.path}


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /tasks/{ticket}/{task}/{do}: do it as it was typed; what is refused keeps every word of it."""
    require_office(request)
    form = await posted(request)
    key, fields = _key(request), _fields(request)
    typed = {field.name: form.get(field.name, "") for field in fields}
    pool, now = request.app[CONTEXT].pool, request.app[CONTEXT].clock.now()
    if fields and "at_once" not in form:
        await lookup.keep(pool, key, typed, now, request.app[REDACTION])
    tried = Form(key.act, fields, typed, "", drafted=True)
    act = _act(request, fields, form)
    if isinstance(act, Refusal):
        return await _page(request, 422, replace(tried, wrong=act))
    before = await lookup.one(pool, key.ticket, key.task)
    is_as_seen = before is not None and str(before.told.version) == form.get("seen", "")
    taken = await say(request.app, request[WHO], form.get("act_key") or str(uuid4()), act, now)
    if "at_once" not in form:
        await lookup.submit(pool, key, taken.id, now)
    refused = await _became(request, taken.id, form.get("seen", "") if is_as_seen else None)
    if refused is not None:
        seen = _seen(form) if refused.code == "changed_meanwhile" else None
        return await _page(request, 409 if seen else 422, replace(tried, wrong=refused), seen)
    return redirect(f"/queue?done={taken.id}")


def _key(request: web.Request) -> Key:
    ticket, task, do = (request.match_info[name] for name in ("ticket", "task", "do"))
    if do not in answers_to(task):
        raise HttpProblem(404, "unknown_path", None, "这种待办不能这样办理，请回到派单台。")
    return Key(request[WHO].login, ticket, task, do)


def _fields(request: web.Request) -> tuple[Field, ...]:
    return fields_of(request.match_info["do"], request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


def _act(request: web.Request, fields: Sequence[Field], form: Typed) -> Act | Refusal:
    """Read a form as the door of programs reads an act, with what its author had seen."""
    entrance, now = request.app[ENTRANCE], request.app[CONTEXT].clock.now()
    content = content_of(request.match_info["do"], fields, form, ZoneInfo(entrance.policy.office.zone))
    if isinstance(content, Refusal):
        return content
    content["ticket"] = request.match_info["ticket"]
    if (seen := form.get("seen", "")).isascii() and seen.isdigit() and len(seen) < len("1000000000"):
        content["if_seen"] = int(seen)
    return read(entrance.policy, request[WHO], dumped(content), now, entrance.keeper.key)


async def _became(request: web.Request, act: str, seen: str | None) -> Refusal | None:
    """Wait until the act was refused, or changed what was seen, or for long enough.

    `seen` is None where that had changed before: then nothing but a refusal tells what became of the act.
    """
    pool, (ticket, task) = request.app[CONTEXT].pool, (request.match_info["ticket"], request.match_info["task"])
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    moved = False
    while loop.time() < until:
        told = await acts.standing(pool, request[WHO], act, request.app[WORDS])
        if told is not None and told["state"] == "refused":
            return Refusal(told["code"], told["field"], told["reason"])
        row = await lookup.one(pool, ticket, task)
        changed = seen is not None and (row is None or str(row.told.version) != seen)
        if not moved and told is not None and changed:
            moved, until = True, min(until, loop.time() + _GRACE)
        await asyncio.sleep(_LOOK_AGAIN)
    return None


def _seen(form: Typed) -> DeskTask | None:
    """What the page showed its author, as the page says itself; it is shown to nobody else."""
    try:
        return DeskTask.model_validate_json(form.get("shown", ""))
    except ValidationError:
        return None


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /tasks/{ticket}/{task}/{do}/draft: keep what is typed; 204 once it is kept."""
    require_office(request)
    form, key = await posted(request), _key(request)
    typed = {field.name: form.get(field.name, "") for field in _fields(request)}
    pool, now = request.app[CONTEXT].pool, request.app[CONTEXT].clock.now()
    await lookup.keep(pool, key, typed, now, request.app[REDACTION])
    return web.Response(status=204)


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /tasks/{ticket}/{task}/{do}/forget: forget what was typed, as its author wants."""
    require_office(request)
    await posted(request)
    key = _key(request)
    await lookup.drop(request.app[CONTEXT].pool, key)
    return redirect(f"/tasks/{key.ticket}/{key.task}")


_PATH: Final = "/tasks/{ticket}/{task}"
ROUTES: Final = (
    Route("GET", _PATH, page(show_task)),
    Route("POST", f"{_PATH}/{{do}}", page(answer)),
    Route("POST", f"{_PATH}/{{do}}/draft", page(keep_draft)),
    Route("POST", f"{_PATH}/{{do}}/forget", page(drop_draft)),
)

__all__ = ["ACTIONS", "ROUTES", "typed_of"]
