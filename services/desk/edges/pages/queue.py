"""The dispatchers' desk (派单台): what waits for the office, what is due first on top, and how it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, cast, get_args
from uuid import uuid4

from aiohttp import web

from chassis.http import number, shown
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from chassis.routes import choice as of_words
from chassis.routes import number as of_numbers
from doors.entering import ENTRANCE, known_in_browser
from doors.refusals import Refusal
from rulebook.codes import DepartmentKind
from rulebook.directory import Department
from schemas.values import Tier
from services.desk.core.forms import named
from services.desk.core.naming import Named, meant
from services.desk.core.rights import Mine, Reads, may_read_tasks
from services.desk.edges.keys import CONTEXT, WHO, WORDS
from services.desk.edges.lookup import standing
from services.desk.edges.pages import lookup, seated, waiting
from services.desk.edges.pages.entering import page
from services.desk.edges.pages.forms import chosen
from services.desk.edges.pages.live import HORIZON, Feed, News, listen
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show
from services.desk.edges.pages.waiting import Reader, Time, Waiting, WantedTasks
from vocabulary import TASKS

ACKNOWLEDGE: Final = "acknowledge_urgent"
_NOT_YOURS: Final = (
    "您的职责不能查看中心的待办。要查工单的，请用终端（liuhen ticket），或者让派单员查询；承办单位的在承办台。"
)


def require_office(request: web.Request) -> None:
    """Let see what waits whoever acts in the office; a HttpProblem for everybody else."""
    if not may_read_tasks(request[WHO]):
        raise HttpProblem(403, "not_permitted", None, _NOT_YOURS)


def reads_of(request: web.Request) -> Reads:
    """Tell what whoever is logged in reads of what was said in confidence."""
    return Reads.of(request[WHO].login, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


def reader_of(request: web.Request) -> Reader:
    """Tell what whoever is logged in may find, and what is theirs to do."""
    now = request.app[CONTEXT].clock.now()
    return Reader(reads_of(request), Mine.of(request[WHO].login, request.app[ENTRANCE].policy, now))


async def show_queue(request: web.Request) -> web.StreamResponse:
    """GET /queue?task=&tier=&category=&subdistrict=&text=&time=&mine=&page=&done=: what waits and is meant, live."""
    require_office(request)
    pool, moments, reader = request.app[CONTEXT].pool, moments_of(request), reader_of(request)
    wanted, wrong = wanted_of(request)
    at = number(request, "page", usual=1, most=lookup.MOST_PAGES)
    # Before the rows: what changes in between is told again, and nothing is missed.
    place, horizon, login = await lookup.horizon(pool), request.app[HORIZON], request[WHO].login
    counts = await horizon.shared("counts", lambda: waiting.counts(pool, moments), place)
    rows, total = ((), 0) if wrong else await _rows(request, place, wanted, at)
    seats = await horizon.shared("seats", lambda: seated.seats(pool), place)
    return show(
        request,
        "queue.html",
        rows=[row.read_by(reader.reads) for row in rows],
        urgent=await _urgent(request, place),
        acknowledges=may_do(request, ACKNOWLEDGE),
        drafts=await lookup.with_drafts(pool, login),
        seats={ticket: seat.besides(login) for ticket, seat in seats.items()},
        counts=counts,
        tasks=[code for code in TASKS if code in counts],
        wanted=wanted,
        wrong=wrong,
        categories=_categories(request),
        subdistricts=_subdistricts(request),
        category=request.query.get("category", "").strip(),
        link=lambda **other: _link(request, other),
        excel=_link(request, {"page": None}, "/queue/excel"),
        export=_link(request, {"page": None}, "/queue/export"),
        bulk=_link(request, {"page": None}, "/queue/bulk"),
        districts=_link(request, {"page": None}, "/queue/districts"),
        listening=_link(request, {"since": place, "page": None, "done": None}, "/queue/events"),
        total=total,
        at=at,
        pages=-(-total // lookup.PAGE),
        done=request.query.get("done", ""),
        act_key=lambda: str(uuid4()),
    )


async def _rows(request: web.Request, place: int, wanted: WantedTasks, at: int) -> tuple[Sequence[Waiting], int]:
    """One page of what is meant: what does not depend on its reader is read once for all readers."""
    pool, moments, reader = request.app[CONTEXT].pool, moments_of(request), reader_of(request)
    asked = f"page {at} of {wanted}" if is_shared(wanted) else f"page {at} of {wanted} for {request[WHO].login}"
    return await request.app[HORIZON].shared(asked, lambda: waiting.waiting(pool, wanted, reader, moments, at), place)


def is_shared(wanted: WantedTasks) -> bool:
    """Whether everybody means the same by it: words find what their reader reads, and each has other tasks."""
    return wanted.text is None and wanted.mine is None


async def _urgent(request: web.Request, place: int) -> Sequence[Waiting]:
    pool, reads = request.app[CONTEXT].pool, reads_of(request)
    found = await request.app[HORIZON].shared("urgent", lambda: waiting.urgent_calls(pool), place)
    return [each.read_by(reads) for each in found]


async def show_districts(request: web.Request) -> web.StreamResponse:
    """GET /queue/districts, with what the address of the list says: how much of it waits in which sub-district."""
    require_office(request)
    wanted, wrong = wanted_of(request)
    everywhere = wanted._replace(subdistrict=None)
    found = (
        []
        if wrong
        else await waiting.parts(request.app[CONTEXT].pool, everywhere, reader_of(request), moments_of(request))
    )
    return show(
        request,
        "districts.html",
        parts={each.subdistrict: each for each in found},
        most=max((each.number for each in found), default=0),
        subdistricts=_subdistricts(request),
        chosen=wanted.subdistrict,
        link=lambda **other: _link(request, other),
    )


def may_do(request: web.Request, do: str) -> bool:
    """Tell whether whoever is logged in may do something now."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    return any(each.id == request[WHO].login for each in policy.who_may(do, now))


def wanted_of(request: web.Request) -> tuple[WantedTasks, str]:
    """Read which rows an address means; with what is wrong about it, where nobody can mean the category."""
    time, mine = chosen(request, "time", get_args(Time)), chosen(request, "mine", ("yes",))
    said = {name: request.query.get(name, "").strip() or None for name in ("category", "text")}
    category = meant(said["category"], _categories(request), "category", "分类") if said["category"] else None
    wrong = category.reason if isinstance(category, Refusal) else ""
    found = WantedTasks(
        chosen(request, "task", TASKS),
        chosen(request, "tier", Tier),
        None if isinstance(category, Refusal) else category,
        chosen(request, "subdistrict", [each.code for each in _subdistricts(request)]),
        said["text"],
        cast("Time | None", time),
        cast("Literal['yes'] | None", mine),
    )
    return found, wrong


def _categories(request: web.Request) -> Sequence[Named]:
    policy = request.app[ENTRANCE].policy
    day = policy.day(request.app[CONTEXT].clock.now())
    return [named(each) for each in policy.categories if each.valid_on(day)]


def _subdistricts(request: web.Request) -> Sequence[Department]:
    return [each for each in request.app[ENTRANCE].policy.departments if each.kind is DepartmentKind.SUBDISTRICT]


def _link(request: web.Request, other: Mapping[str, str | int | None], path: str = "/queue") -> str:
    """The address of the list with something else in it."""
    return addressed(path, {**request.query, "done": None, **other})


async def show_urgent(request: web.Request) -> web.StreamResponse:
    """GET /queue/urgent: the bar of urgent calls that nobody has acknowledged, as it is now."""
    require_office(request)
    rows = await _urgent(request, request.app[HORIZON].at)
    acknowledges = may_do(request, ACKNOWLEDGE)
    return show(request, "urgent.html", urgent=rows, acknowledges=acknowledges, act_key=lambda: str(uuid4()))


async def show_row(request: web.Request) -> web.StreamResponse:
    """GET /queue/rows/{ticket}/{task}: one row as it is now; of what waits no more, that it does not."""
    require_office(request)
    pool, (ticket, task) = request.app[CONTEXT].pool, (request.match_info["ticket"], request.match_info["task"])
    horizon, login, key = request.app[HORIZON], request[WHO].login, f"{ticket}-{task}"
    found = await horizon.shared(f"row {key}", lambda: waiting.one(pool, ticket, task))
    row = found and found.read_by(reads_of(request))
    seats = await horizon.shared("seats", lambda: seated.seats(pool))
    seats = {name: seat.besides(login) for name, seat in seats.items() if name == ticket}
    drafts = {key} if await lookup.has_draft(pool, login, ticket, task) else ()
    return show(request, "row.html", row=row, drafts=drafts, seats=seats, key=key, ticket=ticket, task=task)


async def show_act(request: web.Request) -> web.StreamResponse:
    """GET /acts/{act}: what became of what one did, as a line."""
    pool, act = request.app[CONTEXT].pool, request.match_info["act"]
    outcome = await standing(pool, request[WHO], act, request.app[WORDS], request.app[CONTEXT].clock.now())
    if outcome is None:
        raise HttpProblem(404, "unknown_act", "act", f"您没有编号为 {shown(act)} 的操作，请核对。")
    return show(request, "became.html", outcome=outcome)


async def hear(request: web.Request) -> web.StreamResponse:
    """GET /queue/events?since=, and what else the address of a list says: the live queue, for whoever may see it."""
    require_office(request)
    pool, reader, horizon = request.app[CONTEXT].pool, reader_of(request), request.app[HORIZON]
    wanted, _ = wanted_of(request)

    async def may_hear() -> bool:
        who = await known_in_browser(request)
        return who is not None and may_read_tasks(who)

    async def read(since: int, until: int) -> News:
        moments = moments_of(request)
        rows = await waiting.changed(pool, wanted, reader, moments, since, until)
        counts = await horizon.shared("counts", lambda: waiting.counts(pool, moments)) if rows else {}
        return News(rows, counts)

    def pick(rows: Mapping[str, int]) -> Mapping[str, bool]:
        return {key: bool(meant_here) for key, meant_here in rows.items()}

    # Whoever asks for the same and reads the same shares what is read.
    shared = wanted if is_shared(wanted) else (wanted, reader)
    return await listen(request, Feed(f"office {shared}", request[WHO].login, may_hear, read, pick))


FILTERS: Final = (
    of_words("task", TASKS),
    of_words("tier", Tier),
    text("category"),
    text("subdistrict"),
    text("text"),
    of_words("time", get_args(Time)),
    of_words("mine", ("yes",)),
)
_PAGE: Final = (of_numbers("page", usual=1, most=lookup.MOST_PAGES), text("done"))
ROUTES: Final = (
    Route("GET", "/queue", page(show_queue), (*FILTERS, *_PAGE)),
    Route("GET", "/queue/events", page(hear), (*FILTERS, text("since"))),
    Route("GET", "/queue/districts", page(show_districts), FILTERS),
    Route("GET", "/queue/urgent", page(show_urgent)),
    Route("GET", "/acts/{act}", page(show_act)),
    Route("GET", "/queue/rows/{ticket}/{task}", page(show_row)),
)
