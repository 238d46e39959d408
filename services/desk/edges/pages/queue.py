"""The dispatchers' desk (派单台): what waits for the office, what is due first on top, and how it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from chassis.http import choice, number, shown
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from chassis.routes import choice as of_words
from chassis.routes import number as of_numbers
from doors.entering import ENTRANCE
from services.desk.core.rights import Reads, may_read_tasks
from services.desk.edges.keys import CONTEXT, WHO, WORDS
from services.desk.edges.lookup import standing
from services.desk.edges.pages import lookup
from services.desk.edges.pages.entering import known, page
from services.desk.edges.pages.live import Feed, News, listen
from services.desk.edges.pages.showing import show
from vocabulary import TASKS

_MOST_PAGES: Final = 10_000


def require_office(request: web.Request) -> None:
    """Let see what waits whoever acts in the office; a HttpProblem for everybody else."""
    if not may_read_tasks(request[WHO]):
        raise HttpProblem(403, "not_permitted", None, "您的职责不能查看中心的待办。需要的，请让派单员查询。")


def reads_of(request: web.Request) -> Reads:
    """Tell what whoever is logged in reads of what was said in confidence."""
    return Reads.of(request[WHO].login, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


async def show_queue(request: web.Request) -> web.StreamResponse:
    """GET /queue?task=&page=&done=: one page of what waits, live."""
    require_office(request)
    pool, task, reads = request.app[CONTEXT].pool, choice(request, "task", TASKS), reads_of(request)
    at = number(request, "page", usual=1, most=_MOST_PAGES)
    # Before the rows: what changes in between is told again, and nothing is missed.
    place, counts = await lookup.horizon(pool), await lookup.counts(pool)
    total = sum(counts.values()) if task is None else counts.get(task, 0)
    return show(
        request,
        "queue.html",
        rows=[each.read_by(reads) for each in await lookup.waiting(pool, task, at)],
        drafts=await lookup.with_drafts(pool, request[WHO].login),
        counts={code: counts[code] for code in TASKS if code in counts},
        task=task,
        total=total,
        whole=sum(counts.values()),
        at=at,
        pages=-(-total // lookup.PAGE),
        place=place,
        done=request.query.get("done", ""),
    )


async def show_row(request: web.Request) -> web.StreamResponse:
    """GET /queue/rows/{ticket}/{task}: one row as it is now; of what waits no more, that it does not."""
    require_office(request)
    pool, (ticket, task) = request.app[CONTEXT].pool, (request.match_info["ticket"], request.match_info["task"])
    found = await lookup.one(pool, ticket, task)
    row = found and found.read_by(reads_of(request))
    drafts = await lookup.with_drafts(pool, request[WHO].login)
    return show(request, "row.html", row=row, drafts=drafts, key=f"{ticket}-{task}", ticket=ticket, task=task)


async def show_act(request: web.Request) -> web.StreamResponse:
    """GET /acts/{act}: what became of what one did, as a line."""
    pool, act = request.app[CONTEXT].pool, request.match_info["act"]
    told = await standing(pool, request[WHO], act, request.app[WORDS])
    if told is None:
        raise HttpProblem(404, "unknown_act", "act", f"您没有编号为 {shown(act)} 的操作，请核对。")
    return show(request, "became.html", told=told)


async def hear(request: web.Request) -> web.StreamResponse:
    """GET /queue/events?task=&since=: the live queue, for whoever may see it."""
    require_office(request)
    pool, task = request.app[CONTEXT].pool, choice(request, "task", TASKS)

    async def may_hear() -> bool:
        who = await known(request)
        return who is not None and may_read_tasks(who)

    async def read(since: int, until: int) -> News:
        found = await lookup.changed(pool, since, until)
        counts = await lookup.counts(pool) if found else {}
        rows = {f"{ticket}-{each}": int(waits) for ticket, each, waits in found}
        return News(rows, {**counts, "": sum(counts.values())})

    def pick(rows: Mapping[str, int]) -> Mapping[str, bool]:
        return {key: bool(waits) for key, waits in rows.items() if task in (None, key.partition("-")[2])}

    return await listen(request, Feed("office", request[WHO].login, may_hear, read, pick))


_OF_TASK: Final = of_words("task", TASKS)
ROUTES: Final = (
    Route("GET", "/queue", page(show_queue), (_OF_TASK, of_numbers("page", usual=1, most=_MOST_PAGES), text("done"))),
    Route("GET", "/queue/events", page(hear), (_OF_TASK, text("since"))),
    Route("GET", "/acts/{act}", page(show_act)),
    Route("GET", "/queue/rows/{ticket}/{task}", page(show_row)),
)
