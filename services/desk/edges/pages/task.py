"""One thing that waits, as a page: what it is about, what policy suggests, and the forms by which it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from rulebook import Policy
from rulebook.desk import TASKS as DESK
from schemas.public import DeskTask
from schemas.values import DeskTaskKind
from services.desk.core.advice import Advice, advice, certain, needs_eyes, recognised
from services.desk.core.forms import Field, fields_of
from services.desk.core.marking import marked
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages import lookup, seated, waiting
from services.desk.edges.pages.answers import answers_to
from services.desk.edges.pages.entering import back, local, page, redirect
from services.desk.edges.pages.filling import (
    Filled,
    Form,
    ShownAgain,
    keep_typed,
    offered,
    seen_before,
    seen_of,
    submit,
)
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import Draft, Key, Typed
from services.desk.edges.pages.presence import colleagues
from services.desk.edges.pages.queue import reads_of, require_office
from services.desk.edges.pages.returning import done, list_of
from services.desk.edges.pages.seated import Seat
from services.desk.edges.pages.showing import show
from vocabulary import TASKS


async def show_task(request: web.Request) -> web.StreamResponse:
    """GET /tasks/{ticket}/{task}: what waits, as it is now."""
    require_office(request)
    return await _page(request)


async def _page(
    request: web.Request,
    status: int = 200,
    wrong: Form | None = None,
    seen: DeskTask | None = None,
    following: str = "",
) -> web.Response:
    """Show what waits; `wrong` is the form that was refused, `seen` what its author had seen where that is no more."""
    ticket, task = request.match_info["ticket"], request.match_info["task"]
    pool = request.app[CONTEXT].pool
    found = await waiting.one(pool, ticket, task)
    row = found and found.read_by(reads_of(request))
    others = [each for each in await waiting.of_ticket(pool, ticket) if each != task]
    if row is None and (wrong is None or task not in TASKS):
        return show(request, "gone.html", 404, ticket=ticket, task=task, others=others)
    ways = advice(row.task, request.app[ENTRANCE].policy) if row else ()
    drafts = await lookup.drafts(pool, request[WHO].login, ticket, task)
    return show(
        request,
        "task.html",
        status,
        ticket=ticket,
        task=task,
        shown_task=row.task if row else None,
        shown=row.task.to_json().decode() if row else "",
        seen=seen,
        why=wrong.wrong.reason if wrong and wrong.wrong else "",
        others=others,
        limit=_limit_of(request.app[ENTRANCE].policy, task),
        ways=ways,
        pieces=marked(row.task.text, recognised(row.task, ways)) if row else (),
        others_do=not answers_to(task),
        is_for_eyes=row is not None and needs_eyes(row.task),
        forms=_forms(request, row.task if row else None, ways, drafts, wrong),
        following=local(following) if following else list_of(request, "/queue"),
        seat=(await seated.seats(pool, [ticket], request[WHO].login)).get(ticket, Seat()),
        people=colleagues(request),
        act_key=lambda: str(uuid4()),
    )


def _limit_of(policy: Policy, task: str) -> str:
    """What the policy says of the time for it, or why there is none."""
    kind = DeskTaskKind(task)
    clock = DESK[kind].clock
    return policy.limits.without_limit[kind] if clock is None else policy.limit(clock).note


def _forms(
    request: web.Request,
    shown_task: DeskTask | None,
    ways: Sequence[Advice],
    drafts: Mapping[str, Draft],
    wrong: Form | None,
) -> Sequence[Form]:
    """The forms of what somebody may do here, with what they typed last, or what follows from what a person said."""
    task = request.match_info["task"]
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    mine = [do for do in answers_to(task) if policy.who_may(do, now) and _may(request, do)]

    def usual(do: str) -> Typed:
        return _usual(request, shown_task, ways) if do == "assign" and shown_task is not None else {}

    return offered(mine, lambda do: fields_of(do, policy, now), drafts, usual, wrong)


def _may(request: web.Request, do: str) -> bool:
    entrance = request.app[ENTRANCE]
    return any(each.id == request[WHO].login for each in entrance.policy.who_may(do, request.app[CONTEXT].clock.now()))


def _usual(request: web.Request, shown_task: DeskTask, ways: Sequence[Advice]) -> Typed:
    way = certain(shown_task, ways)
    return typed_of(way, request) if way is not None else {}


def typed_of(way: Advice, request: web.Request) -> Typed:
    """What somebody would type who dispatches as policy would."""
    name = request.app[ENTRANCE].policy.body_name
    supporting = "、".join(name(each) for each in way.supporting)
    return {"lead": name(way.lead or ""), "supporting": supporting, "category": way.category.path}


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /tasks/{ticket}/{task}/{do}: do it as it was typed; what is refused keeps every word of it."""
    require_office(request)
    form, key = await posted(request), _key(request)
    filled = Filled(key, _fields(request), form, {"ticket": key.ticket, **seen_of(form)})

    async def version() -> str | None:
        row = await waiting.one(request.app[CONTEXT].pool, key.ticket, key.task)
        return str(row.task.version) if row is not None else None

    became = await submit(request, filled, version)
    if isinstance(became, ShownAgain):
        seen = seen_before(form, DeskTask) if became.why.code == "changed_meanwhile" else None
        return await _page(request, 409 if seen else 422, became.form, seen, form.get("next", ""))
    return redirect(done(form.get("next", ""), "/queue", became.id))


def _key(request: web.Request) -> Key:
    ticket, task, do = (request.match_info[name] for name in ("ticket", "task", "do"))
    if do not in answers_to(task):
        raise HttpProblem(404, "unknown_path", None, "这种待办不能这样办理，请回到派单台。")
    return Key(request[WHO].login, ticket, task, do)


def _fields(request: web.Request) -> tuple[Field, ...]:
    return fields_of(request.match_info["do"], request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /tasks/{ticket}/{task}/{do}/draft: keep what is typed."""
    require_office(request)
    form, key = await posted(request), _key(request)
    return await keep_typed(request, Filled(key, _fields(request), form, {}))


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
    back(f"{_PATH}/{{do}}"),
    Route("POST", f"{_PATH}/{{do}}", page(answer, typed=True)),
    Route("POST", f"{_PATH}/{{do}}/draft", page(keep_draft)),
    Route("POST", f"{_PATH}/{{do}}/forget", page(drop_draft)),
)
