"""Lists as workbooks: what an address shows, a row for each line, every cell a text that nothing calculates."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from chassis.service import Instant
from doors.entering import ENTRANCE
from doors.pages import HEADERS
from doors.spreadsheet import write_xlsx
from rulebook import Policy
from schemas.values import remind_by
from services.desk.core.owing import Owed, owed
from services.desk.edges.keys import CONTEXT, WORDS
from services.desk.edges.pages import orders, queue, waiting
from services.desk.edges.pages import owed as looking
from services.desk.edges.pages.entering import page
from services.desk.edges.pages.hand import require_department
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.waiting import Waiting
from vocabulary import KINDS, STATES, TASKS, TIERS

_MOST: Final = 10_000
"""Rows of a workbook: more is a matter for whoever runs the database."""
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_QUEUE: Final = ("等什么", "工单号", "类别", "难易程度", "分类", "内容", "地点", "街道", "等候起", "到期", "逾期")
_ORDERS: Final = (
    "要做",
    "状态",
    "工单号",
    "类别",
    "难易程度",
    "分类",
    "内容",
    "地点",
    "科室",
    "经办人",
    "到期",
    "逾期",
)


async def export_queue(request: web.Request) -> web.StreamResponse:
    """GET /queue/excel, with what the address of the list says: what waits and is meant, as a workbook."""
    queue.require_office(request)
    (wanted, wrong), moments = queue.wanted_of(request), moments_of(request)
    if wrong:
        raise HttpProblem(422, "unknown_value", "category", wrong)
    reader, pool = queue.reader_of(request), request.app[CONTEXT].pool
    rows, total = await waiting.waiting(pool, wanted, reader, moments, 1, _MOST)
    lines = [_of_task(each, request.app[ENTRANCE].policy, moments.now) for each in rows]
    return _workbook("派单台", _QUEUE, lines, total)


async def export_orders(request: web.Request) -> web.StreamResponse:
    """GET /orders/excel, with what the address of the list says: a department's orders, as a workbook."""
    require_department(request)
    pool, moments = request.app[CONTEXT].pool, moments_of(request)
    rows, total = await looking.orders(pool, orders.wanted_of(request), moments, 1, request.app[WORDS], _MOST)
    lines = [_of_order(each, request.app[ENTRANCE].policy, moments.now) for each in rows]
    return _workbook("承办台", _ORDERS, lines, total)


def _workbook(name: str, head: Sequence[str], lines: Iterable[Sequence[str]], total: int) -> web.Response:
    if total > _MOST:
        words = f"一共 {total} 件，一次最多导出 {_MOST} 件。请先用筛选缩小范围，再导出。"
        raise HttpProblem(422, "too_many_rows", None, words)
    book = io.BytesIO()
    write_xlsx(book, {name: (head, *lines)})
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    headers = {**HEADERS, "Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=book.getvalue(), content_type=_XLSX, headers=headers)


def _of_task(row: Waiting, policy: Policy, now: Instant) -> Sequence[str]:
    task = row.task
    return (
        TASKS.said(task.task),
        task.ticket,
        KINDS[task.kind],
        TIERS[task.tier],
        _category(policy, task.category or task.suggestion),
        task.text,
        task.place.text if task.place else "",
        policy.body_name(task.subdistrict) if task.subdistrict else "",
        _clock(policy, task.since),
        _clock(policy, remind_by(row.due)),
        "是" if row.is_late(now) else "否",
    )


def _of_order(row: Owed, policy: Policy, now: Instant) -> Sequence[str]:
    order, is_open = row.order, row.standing == "open"
    return (
        owed(order) if is_open else "",
        STATES[order.state],
        order.ticket,
        KINDS[order.kind],
        TIERS[order.tier],
        order.category_name or "",
        order.text,
        order.place.text,
        order.section or "",
        order.handler.name if order.handler else "",
        _clock(policy, remind_by(row.due.due)) if row.due and is_open else "",
        "是" if is_open and row.is_late(now) else "否",
    )


def _category(policy: Policy, code: str | None) -> str:
    found = policy.category(code) if code else None
    return found.path if found else ""


def _clock(policy: Policy, moment: Instant) -> str:
    return moment.astimezone(ZoneInfo(policy.office.zone)).strftime("%Y-%m-%d %H:%M")


ROUTES: Final = (
    Route("GET", "/queue/excel", page(export_queue), queue.FILTERS),
    Route("GET", "/orders/excel", page(export_orders), orders.FILTERS),
)
