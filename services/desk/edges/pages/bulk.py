"""One act on all that a list means: the list is frozen and looked at, each row is done and told, the rest once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from doors.reading import dumped
from doors.refusals import Refusal
from schemas.values import Tier
from services.desk.core.acts import OfficeAct, read
from services.desk.core.advice import needs_eyes
from services.desk.core.forms import Field, acts, content_of, fields_of
from services.desk.core.many import MOST_IN_VAIN, apart, in_vain, named
from services.desk.edges.acting import say
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages import batches, lookup, queue, waiting
from services.desk.edges.pages.answers import answers_to
from services.desk.edges.pages.batches import Batch, BatchRow
from services.desk.edges.pages.entering import back, local, page, redirect
from services.desk.edges.pages.filling import Filled, Form, keep, keep_typed, offered, stays
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import Key
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.queue import may_do, reader_of, reads_of, require_office, wanted_of
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show
from services.desk.edges.pages.waiting import Waiting
from services.desk.edges.reading import keys_of

MOST: Final = 1_000
"""Rows of one list: whoever means more, means less at a time."""
_AT_ONCE: Final = 25
"""Rows that are said between two looks at the page."""
_DRAFT: Final = "bulk"
_SHOWN: Final = 10


async def show_bulk(request: web.Request) -> web.StreamResponse:
    """GET /queue/bulk, with what the address of the list says: what can be done with all of it at once."""
    require_office(request)
    return await _page(request)


async def _page(request: web.Request, status: int = 200, wrong: Form | None = None) -> web.Response:
    task = _task_of(request)
    kept, left_out = await _meant(request)
    drafts = await lookup.drafts(request.app[CONTEXT].pool, request[WHO].login, _DRAFT, task)
    return show(
        request,
        "bulk.html",
        status,
        task=task,
        rows=kept[:_SHOWN],
        total=len(kept),
        left_out=left_out,
        forms=offered(_offered(request, task), lambda do: _fields(request, do), drafts, lambda _: {}, wrong),
        following=addressed("/queue", {**request.query}),
        base="/queue/bulk",
        query=addressed("", {**request.query}),
        act_key=str(uuid4()),
    )


def _task_of(request: web.Request) -> str:
    wanted, wrong = wanted_of(request)
    if wrong:
        raise HttpProblem(422, "unknown_value", "category", wrong)
    if wanted.task is None:
        raise HttpProblem(422, "task_missing", "task", "批量办理只办同一种待办：请先在派单台选一种，再按“批量办理”。")
    return wanted.task


def _offered(request: web.Request, task: str) -> Sequence[str]:
    """Name the acts by which somebody may answer all of a kind."""
    return [do for do in answers_to(task) if may_do(request, do) and "ticket" in acts()[do].model_fields]


def _fields(request: web.Request, do: str) -> tuple[Field, ...]:
    return fields_of(do, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


async def _meant(request: web.Request) -> tuple[list[Waiting], list[Waiting]]:
    """List all that the address means, and what of it somebody has to look at one by one."""
    wanted, _ = wanted_of(request)
    pool, moments = request.app[CONTEXT].pool, moments_of(request)
    rows, total = await waiting.waiting(pool, wanted, reader_of(request), moments, 1, MOST)
    if total > MOST:
        words = f"一共 {total} 件，一次最多办 {MOST} 件。请先用筛选缩小范围。"
        raise HttpProblem(422, "too_many_rows", None, words)
    return apart([row.read_by(reads_of(request)) for row in rows], _is_for_eyes)


def _is_for_eyes(row: Waiting) -> bool:
    return needs_eyes(row.task) or row.task.tier is Tier.URGENT


async def freeze(request: web.Request) -> web.StreamResponse:
    """POST /queue/bulk/{do}, with what the address of the list says: freeze the list, so that it can be looked at."""
    require_office(request)
    form, do, task = await posted(request), request.match_info["do"], _task_of(request)
    if do not in _offered(request, task):
        raise HttpProblem(404, "unknown_path", None, "这种待办不能这样批量办理，请回到派单台。")
    filled = Filled(Key(request[WHO].login, _DRAFT, task, do), _fields(request, do), form, {})
    kept = await keep(request, filled)
    if (why := stays(filled, kept, is_as_seen=True)) is not None:
        return await _page(request, 422, filled.refused(why, kept).form)
    rows, _ = await _meant(request)
    if not rows:
        raise HttpProblem(422, "nothing_meant", None, "现在没有可以一并这样办的：都已办了，或者须逐件看清。")
    refused = _read(request, filled.key.act, filled.typed, rows[0].task.ticket, rows[0].task.version)
    if isinstance(refused, Refusal):
        return await _page(request, 422, filled.refused(refused, kept).form)
    batch = Batch(uuid4().hex, task, do, filled.typed, addressed("/queue", {**request.query}), begun=False)
    await batches.freeze(request.app[CONTEXT].pool, batch, request[WHO].login, rows, request.app[CONTEXT].clock.now())
    await lookup.drop(request.app[CONTEXT].pool, filled.key)
    return redirect(f"/batches/{batch.id}")


def _read(
    request: web.Request, do: str, typed: Mapping[str, str], ticket: str, version: int | None
) -> OfficeAct | Refusal:
    """Read what was typed as the act on one ticket."""
    entrance, now = request.app[ENTRANCE], request.app[CONTEXT].clock.now()
    content = content_of(do, _fields(request, do), typed, ZoneInfo(entrance.policy.office.zone))
    if isinstance(content, Refusal):
        return content
    said: dict[str, Any] = {**content, "ticket": ticket}
    if version is not None and "if_seen" in acts()[do].model_fields:
        said["if_seen"] = version
    return read(entrance.policy, request[WHO], dumped(said), now, keys_of(request))


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /queue/bulk/{do}/draft: keep what is typed."""
    require_office(request)
    form, do, task = await posted(request), request.match_info["do"], _task_of(request)
    key = Key(request[WHO].login, _DRAFT, task, do)
    return await keep_typed(request, Filled(key, _fields(request, do), form, {}))


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /queue/bulk/{do}/forget: forget what was typed, as its author wants."""
    require_office(request)
    await posted(request)
    key = Key(request[WHO].login, _DRAFT, _task_of(request), request.match_info["do"])
    await lookup.drop(request.app[CONTEXT].pool, key)
    return redirect(addressed("/queue/bulk", {**request.query}))


async def _batch(request: web.Request) -> tuple[Batch, Sequence[BatchRow]]:
    require_office(request)
    pool, login = request.app[CONTEXT].pool, request[WHO].login
    found = await batches.find(pool, login, request.match_info["batch"])
    if found is None:
        raise HttpProblem(404, "unknown_batch", "batch", "您没有这一批，请回到派单台。")
    return found, await batches.rows_of(pool, found, login)


async def show_batch(request: web.Request) -> web.StreamResponse:
    """GET /batches/{batch}: the frozen list, and what became of each row of it."""
    batch, rows = await _batch(request)
    return _shown(request, "batch.html", batch, rows)


async def show_rows(request: web.Request) -> web.StreamResponse:
    """GET /batches/{batch}/rows: the same as a part of that page, while it is being done."""
    batch, rows = await _batch(request)
    return _shown(request, "batch_rows.html", batch, rows)


def _shown(request: web.Request, template: str, batch: Batch, rows: Sequence[BatchRow]) -> web.Response:
    looks, words = reads_of(request).looks, [each.word for each in rows]
    fields = {each.label: batch.typed[each.name] for each in _fields(request, batch.act) if batch.typed.get(each.name)}
    stopped = in_vain(words) >= MOST_IN_VAIN and "left" in words
    return show(
        request,
        template,
        batch=batch,
        rows=rows,
        fields=fields,
        counts=Counter(words),
        looks=looks,
        stopped=stopped,
        goes_on=batch.begun and not stopped and "left" in words,
        following=local(batch.following),
    )


async def go_on(request: web.Request) -> web.StreamResponse:
    """POST /batches/{batch}/go: do the next rows that are left; said twice they are done once."""
    require_office(request)
    await posted(request)
    batch, rows = await _batch(request)
    pool, now = request.app[CONTEXT].pool, request.app[CONTEXT].clock.now()
    await batches.begin(pool, batch.id)
    for row in [each for each in rows if each.word == "left"][:_AT_ONCE]:
        act = _read(request, batch.act, batch.typed, row.ticket, row.version)
        if isinstance(act, Refusal):
            raise HttpProblem(422, *act)
        await say(request.app, request[WHO], named(batch.id, row.ticket), act, now)
    return redirect(f"/batches/{batch.id}")


async def try_again(request: web.Request) -> web.StreamResponse:
    """POST /batches/{batch}/again: freeze what was not done as it is now, to be looked at once more."""
    require_office(request)
    await posted(request)
    batch, rows = await _batch(request)
    refused = sorted(each.ticket for each in rows if each.word == "refused")
    pool, now, login = request.app[CONTEXT].pool, request.app[CONTEXT].clock.now(), request[WHO].login
    found = [await waiting.one(pool, ticket, batch.task) for ticket in refused]
    still, left_out = apart([each for each in found if each is not None], _is_for_eyes)
    if not still:
        words = "没有办成的现在都须逐件看清，请回到派单台逐件办。" if left_out else "没有办成的都不再等待，不用再办。"
        raise HttpProblem(422, "nothing_meant", None, words)
    again = batch._replace(id=uuid4().hex, begun=False)
    await batches.freeze(pool, again, login, still, now)
    return redirect(f"/batches/{again.id}")


_PATH: Final = "/batches/{batch}"
ROUTES: Final = (
    Route("GET", "/queue/bulk", page(show_bulk), queue.FILTERS),
    back("/queue/bulk/{do}", queue.FILTERS),
    Route("POST", "/queue/bulk/{do}", page(freeze, typed=True), queue.FILTERS),
    Route("POST", "/queue/bulk/{do}/draft", page(keep_draft), queue.FILTERS),
    Route("POST", "/queue/bulk/{do}/forget", page(drop_draft), queue.FILTERS),
    Route("GET", _PATH, page(show_batch)),
    Route("GET", f"{_PATH}/rows", page(show_rows)),
    Route("POST", f"{_PATH}/go", page(go_on)),
    Route("POST", f"{_PATH}/again", page(try_again)),
)
