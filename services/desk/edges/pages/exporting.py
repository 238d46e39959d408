"""Lists as workbooks: what an address shows, a row for each line, every cell a text that nothing calculates.

A short list is one file at once. A long one is frozen, and its file is made while it is fetched, row by row as they are
then: nobody's memory holds it, and no table keeps what it says.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from doors.pages import HEADERS
from doors.spreadsheet import Growing, write_xlsx
from services.desk.core.rights import may_read_tasks
from services.desk.edges.keys import CONTEXT, WHO, WORDS
from services.desk.edges.pages import exports, orders, queue, waiting
from services.desk.edges.pages import owed as looking
from services.desk.edges.pages.columns import OF_ORDERS, OF_QUEUE, Column, Present, head, line, usual
from services.desk.edges.pages.entering import local, page, redirect
from services.desk.edges.pages.exports import Export, List
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.hand import require_department
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show

AT_ONCE: Final = 1_000
"""Rows of a file that is made before it is sent."""
MOST: Final = 100_000
"""Rows of a file: more is a matter for whoever runs the database."""
_PIECE: Final = 250
"""Rows between two looks at everybody else's requests."""
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAMES: Final[Mapping[List, str]] = {"queue": "派单台", "orders": "承办台"}
_COLUMNS: Final[Mapping[List, Mapping[str, Column[Any]]]] = {"queue": OF_QUEUE, "orders": OF_ORDERS}
_GONE: Final = "已不在清单中"


async def export_queue(request: web.Request) -> web.StreamResponse:
    """GET /queue/excel, with what the address of the list says: what waits and is meant, as a workbook."""
    return await _at_once(request, "queue", await _meant_of_queue(request))


async def export_orders(request: web.Request) -> web.StreamResponse:
    """GET /orders/excel, with what the address of the list says: a department's orders, as a workbook."""
    return await _at_once(request, "orders", await _meant_of_orders(request))


async def _at_once(request: web.Request, list_: List, rows: Sequence[tuple[str, str]]) -> web.Response:
    if len(rows) > AT_ONCE:
        return redirect(addressed(f"/{list_}/export", {**request.query}))
    columns, book = _COLUMNS[list_], io.BytesIO()
    lines = await _lines(request, list_, usual(columns), rows)
    write_xlsx(book, {_NAMES[list_]: (head(columns, usual(columns)), *lines)})
    return web.Response(body=book.getvalue(), content_type=_XLSX, headers=_headers(list_))


def _headers(list_: List) -> Mapping[str, str]:
    disposition = f"attachment; filename*=UTF-8''{quote(_NAMES[list_])}.xlsx"
    return {**HEADERS, "Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}


async def _meant_of_queue(request: web.Request) -> Sequence[tuple[str, str]]:
    queue.require_office(request)
    wanted, wrong = queue.wanted_of(request)
    if wrong:
        raise HttpProblem(422, "unknown_value", "category", wrong)
    pool, reader = request.app[CONTEXT].pool, queue.reader_of(request)
    return _few_enough(await waiting.keys(pool, wanted, reader, moments_of(request), MOST + 1))


async def _meant_of_orders(request: web.Request) -> Sequence[tuple[str, str]]:
    require_department(request)
    pool = request.app[CONTEXT].pool
    return _few_enough(await looking.keys(pool, orders.wanted_of(request), moments_of(request), MOST + 1))


def _few_enough(rows: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    if len(rows) > MOST:
        words = f"超过 {MOST} 件，一次导不完。请先用筛选缩小范围，再导出。"
        raise HttpProblem(422, "too_many_rows", None, words)
    return rows


async def _lines(
    request: web.Request, list_: List, chosen: Sequence[str], rows: Sequence[tuple[str, str]]
) -> list[Sequence[str]]:
    """Say rows as they stand now; of one that has left the list that it did, and its number."""
    pool, present = request.app[CONTEXT].pool, Present(request.app[ENTRANCE].policy, moments_of(request).now)
    found: Mapping[Any, Any]
    if list_ == "queue":
        found = await waiting.these(pool, rows, queue.reads_of(request))
    else:
        tickets = [ticket for ticket, _ in rows]
        orders_ = await looking.these(pool, require_department(request), tickets, request.app[WORDS])
        found = {(ticket, ""): order for ticket, order in orders_.items()}
    columns = _COLUMNS[list_]
    return [line(columns, chosen, found[each], present) if each in found else [f"{each[0]} {_GONE}"] for each in rows]


async def choose_of_queue(request: web.Request) -> web.StreamResponse:
    """GET /queue/export, with what the address of the list says: which columns a workbook of it shall have."""
    return _choosing(request, "queue", len(await _meant_of_queue(request)))


async def choose_of_orders(request: web.Request) -> web.StreamResponse:
    """GET /orders/export, with what the address of the list says: which columns a workbook of it shall have."""
    return _choosing(request, "orders", len(await _meant_of_orders(request)))


def _choosing(request: web.Request, list_: List, total: int, wrong: str = "") -> web.Response:
    return show(
        request,
        "choosing.html",
        422 if wrong else 200,
        name=_NAMES[list_],
        columns=_COLUMNS[list_],
        total=total,
        action=addressed(f"/{list_}/export", {**request.query}),
        following=addressed(f"/{list_}", {**request.query}),
        wrong=wrong,
    )


async def freeze_queue(request: web.Request) -> web.StreamResponse:
    """POST /queue/export, with what the address of the list says: freeze what is meant, to be taken away."""
    return await _freeze(request, "queue", await _meant_of_queue(request))


async def freeze_orders(request: web.Request) -> web.StreamResponse:
    """POST /orders/export, with what the address of the list says: freeze what is meant, to be taken away."""
    return await _freeze(request, "orders", await _meant_of_orders(request))


async def _freeze(request: web.Request, list_: List, rows: Sequence[tuple[str, str]]) -> web.Response:
    form = await posted(request)
    chosen = [code for code in _COLUMNS[list_] if form.get(f"column-{code}")]
    if not chosen:
        return _choosing(request, list_, len(rows), "请至少选一列。")
    context, following = request.app[CONTEXT], addressed(f"/{list_}", {**request.query})
    export = Export(uuid4().hex, list_, chosen, following, context.clock.now(), 0, len(rows))
    await exports.freeze(context.pool, export, request[WHO].login, rows)
    return redirect(f"/exports/{export.id}")


async def _export(request: web.Request) -> Export:
    """The list that is asked for; a HttpProblem where it is not this author's, or they may read it no more."""
    found = await exports.find(request.app[CONTEXT].pool, request[WHO].login, request.match_info["export"])
    if found is None or (found.list == "queue" and not may_read_tasks(request[WHO])):
        raise HttpProblem(404, "unknown_export", "export", "您没有这份导出（只留一天），请回到清单重新导出。")
    return found


async def show_export(request: web.Request) -> web.StreamResponse:
    """GET /exports/{export}: a frozen list, and how far its file is."""
    return _shown(request, "export.html", await _export(request))


async def show_progress(request: web.Request) -> web.StreamResponse:
    """GET /exports/{export}/progress: how far its file is, as a part of that page."""
    return _shown(request, "export_progress.html", await _export(request))


def _shown(request: web.Request, template: str, export: Export) -> web.Response:
    name, following = _NAMES[export.list], local(export.following)
    titles = head(_COLUMNS[export.list], export.columns)
    return show(request, template, export=export, name=name, titles=titles, following=following)


async def fetch(request: web.Request) -> web.StreamResponse:
    """GET /exports/{export}/file: the workbook, which is made while it is fetched."""
    export, pool = await _export(request), request.app[CONTEXT].pool
    response = web.StreamResponse(headers={**_headers(export.list), "Content-Type": _XLSX})
    await response.prepare(request)
    book, done = Growing(_NAMES[export.list]), 0
    await response.write(book.add([head(_COLUMNS[export.list], export.columns)]))
    while rows := await exports.rows(pool, export.id, done, _PIECE):
        await response.write(book.add(await _lines(request, export.list, export.columns, rows)))
        done += len(rows)
        await exports.note(pool, export.id, done)
    await response.write(book.end())
    return response


_PATH: Final = "/exports/{export}"
ROUTES: Final = (
    Route("GET", "/queue/excel", page(export_queue), queue.FILTERS),
    Route("GET", "/orders/excel", page(export_orders), orders.FILTERS),
    Route("GET", "/queue/export", page(choose_of_queue), queue.FILTERS),
    Route("POST", "/queue/export", page(freeze_queue, typed=True), queue.FILTERS),
    Route("GET", "/orders/export", page(choose_of_orders), orders.FILTERS),
    Route("POST", "/orders/export", page(freeze_orders, typed=True), orders.FILTERS),
    Route("GET", _PATH, page(show_export)),
    Route("GET", f"{_PATH}/progress", page(show_progress)),
    Route("GET", f"{_PATH}/file", page(fetch)),
)
