"""Queues and orders, as people read them in a terminal, and as programs do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from liuhen.desk import words
from liuhen.desk.listing import Listing
from liuhen.desk.queue import OwedOrder, Urgency, WaitingTask
from liuhen.desk.workplace import Workplace
from schemas.public import CallbackRequest, DeskTask, Order, SharedNote, ShownContact
from schemas.values import ENDED, remind_by
from services.desk.for_tools import owed
from tools.client.desk import CallerAnswer
from tools.terminal import framed, styled
from vocabulary import FIELDS, HAPPENED, PARTS, RECOGNISED, STATES, TASKS, WATCH_ORDERS, clock_of

_COLOURS: Final[dict[Urgency, str]] = {"overdue": "bold red", "due_soon": "yellow", "in_time": ""}
_MARKS: Final[dict[Urgency, str]] = {"overdue": "逾期", "due_soon": "将到期", "in_time": ""}
_GIST: Final = 36
_NOTES: Final = {"press": "催办", "add": "补充", "dispatch": "派单说明"}
_NOTERS: Final = {"press": "诉求人", "add": "诉求人", "dispatch": "派单员"}


def desk(place: Workplace, waiting: Sequence[WaitingTask]) -> RenderableType:
    """List what waits for the office."""
    named = (FIELDS[name] for name in ("tier", "category", "department", "text"))
    columns = ("工单", "等什么", "自", "期限", "", *named)
    table = Listing(f"待办（{len(waiting)}项）", columns)
    for task, due, urgency in waiting:
        table.add_row(
            task.ticket,
            TASKS.said(task.task),
            place.words.moment(task.since),
            place.words.until(due),
            _MARKS[urgency],
            place.words.of("tier", task.tier),
            _proposed(place, task),
            place.words.department(task.department),
            _why(place, task),
            style=_COLOURS[urgency],
        )
    return table


def caller(place: Workplace, found: CallerAnswer) -> RenderableType:
    """List the tickets of a caller, in whose hands each is, and what it was about."""
    tickets = found["tickets"]
    more = f"，列出最近的 {len(tickets)} 件" if len(tickets) < found["total"] else ""
    table = Listing(
        f"来电的人的工单（{found['total']}件{more}）", ("工单", "登记", "状态", "在谁", "期限", "分类", "地点", "内容")
    )
    for each in tickets:
        waits = "、".join(TASKS.said(task) for task in each["waits"])
        hidden = "（保密）" if each["confidential"] and each["text"] is None else ""
        table.add_row(
            each["ticket"],
            place.words.moment(each["at"]),
            STATES[each["state"]] if each["state"] else "",
            waits or (place.words.department(each["lead"]) if each["lead"] else ""),
            place.words.until(each["due"]),
            place.words.category(each["category"]) if each["category"] else "",
            each["place"] or hidden,
            each["text"] or hidden,
        )
    return table


def _spoken(place: Workplace, task: DeskTask) -> Iterator[str]:
    """Where it is, and what the requester said to the lead and at the callback, whole: who decides has to know it."""
    if task.place:
        yield f"地点：{task.place.text}"
    if task.confidential:
        yield "保密：对承办单位隐去诉求人"
    if task.recognised:
        found = "、".join(RECOGNISED[each] for each in task.recognised)
        yield f"文字中有{found}，对外已遮盖，请决定是否涂去"
    if task.reply:
        yield f"单位答复：{task.reply}"
    if task.contacted:
        yield f"先行联系：{task.contacted}"
    if task.lead:
        yield f"按更正后的内容应由{place.words.department(task.lead)}牵头，请决定是否改派"
    if task.recurrence_of:
        yield f"{task.recurrence_of}办结后再次反映"
    spoken = (("诉求人要求", task.wish), ("回访时诉求人说", task.said), ("诉求人未评价，回访员记", task.noted))
    yield from (f"{who}：{what}" for who, what in spoken if what)


def _asked_by(task: DeskTask) -> str | None:
    who = f"{task.requested_by.name}：" if task.requested_by else ""
    return f"{who}{words.reason(task.reason)}" if task.reason else None


def desk_document(waiting: Sequence[WaitingTask]) -> list[dict[str, Any]]:
    """Say what waits for the office as JSON."""
    return [{**each.task.model_dump(mode="json"), "due": _iso(each.due), "urgency": each.urgency} for each in waiting]


def orders(place: Workplace, owing: Sequence[OwedOrder], department: str) -> RenderableType:
    """List what a department holds."""
    name = place.words.department(department)
    columns = (
        "工单",
        "要做",
        "状态",
        "时限",
        "期限",
        "",
        FIELDS["tier"],
        FIELDS["category"],
        "地点",
        "催办补充",
        "内部",
    )
    table = Listing(f"{name}（{len(owing)}件）", columns)
    for order, due, urgency in owing:
        table.add_row(
            order.ticket,
            owed(order),
            STATES[order.state],
            clock_of(due.clock, order.tier) if due else "",
            place.words.until(remind_by(due.due)) if due else "",
            _MARKS[urgency],
            place.words.of("tier", order.tier),
            _category(place, order.category, None),
            order.place.text,
            str(order.follow_ups or ""),
            _inside(order),
            style=_COLOURS[urgency],
        )
    return table


def orders_document(owing: Sequence[OwedOrder]) -> list[dict[str, Any]]:
    """Say what a department holds as JSON."""
    return [{**each.order.model_dump(mode="json"), "owed": owed(each.order), "urgency": each.urgency} for each in owing]


def _noter(place: Workplace, note: SharedNote) -> str:
    if note.unverified:
        return "未核实是诉求人"
    return place.words.department(note.department) if note.department else _NOTERS.get(note.kind or "", "")


def _inside(order: Order) -> str:
    """Who has it inside of the department."""
    return "　".join(filter(None, (order.section, order.handler.name if order.handler else None)))


def order(place: Workplace, order: Order) -> RenderableType:
    """Show all that a department knows of one order."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, said in _rows(place, order):
        if said:
            grid.add_row(name, said)
    parts: list[RenderableType] = [grid]
    if order.supplements:
        merged = Table.grid(padding=(0, 2))
        for each in order.supplements:
            merged.add_row(each.ticket, each.place.text, each.text)
        parts += [styled(("并入工单所反映", "bold")), merged]
    if order.notes:
        notes = Table.grid(padding=(0, 2))
        for note in order.notes:
            kind = _NOTES[note.kind] if note.kind else "方案" if note.plan else "进展"
            notes.add_row(_noter(place, note), place.words.moment(note.at) if note.at else "", kind, note.text)
        parts += [styled(("共同记录", "bold")), notes]
    if order.internal_notes:
        inside = Table.grid(padding=(0, 2))
        for own in order.internal_notes:
            inside.add_row(place.words.moment(own.at), own.by.name if own.by else "", own.text)
        parts += [styled(("内部记录", "bold")), inside]
    return framed(Group(*parts), styled((order.ticket, "bold"), f"　第{order.order}次派单"))


def contact(shown: ShownContact) -> RenderableType:
    """Show what is sealed elsewhere, to whoever was granted to see it."""
    grid = Table.grid(padding=(0, 2))
    its = shown.contact
    rows = (
        *(("姓名", its.name), ("电话", its.phone), ("微信", its.wechat), ("联系地址", its.address)),
        *(("地点", shown.place and shown.place.text), ("内容", shown.text)),
    )
    for name, said in rows:
        if said:
            grid.add_row(name, said)
    return framed(grid, styled((shown.ticket, "bold"), "　联系方式（查看已留痕）"))


def _rows(place: Workplace, order: Order) -> Sequence[tuple[str, str]]:
    said = place.words
    contact, secret = order.contact, FIELDS["confidential"] if order.confidential else ""
    return (
        ("状态", _state(order)),
        ("要做", owed(order) if order.role != "none" else ""),
        ("待回复", "、".join(WATCH_ORDERS[each] for each in order.to_answer or ())),
        ("刚才", f"{HAPPENED.said(order.happened)}{'：' + words.reason(order.reason) if order.reason else ''}"),
        ("牵头", said.department(order.lead)),
        ("协办", "、".join(map(said.department, order.supporting))),
        ("未完成的协办", "、".join(map(said.department, order.blocking_tasks))),
        ("分类", said.category(order.category)),
        ("类型", f"{said.of('kind', order.kind)}　{said.of('tier', order.tier)}"),
        ("诉求人", "　".join(filter(None, (secret, contact.name, contact.phone, contact.wechat)))),
        ("地点", order.place.text),
        ("内容", order.text),
        ("回访时诉求人说", order.said or ""),
        ("内部转办", _inside(order)),
        ("再次发生", f"{order.recurrence_of}办结后再次反映" if order.recurrence_of else ""),
        ("催办补充", f"{order.follow_ups}次" if order.follow_ups else ""),
        *((f"期限 {clock_of(due.clock, order.tier)}", said.due(due.due.model_dump(mode="json"))) for due in order.due),
    )


def _state(order: Order) -> str:
    """Whoever left a ticket that goes on is not told where it stands: their newest order says how it was."""
    gone = order.role == "none" and order.state not in ENDED
    state = "" if gone else STATES[order.state]
    return "　".join(filter(None, (state, PARTS[order.role], "督办" if order.supervised else "")))


def callbacks(place: Workplace, asked: Sequence[CallbackRequest]) -> RenderableType:
    """List what waits for a callback."""
    table = Listing(f"待回访（{len(asked)}件）", ("工单", "轮次", "约定", "电话", "诉求", "答复"))
    for request in asked:
        when = "　".join(
            filter(None, (place.words.moment(request.at), "已逾期" if request.happened == "overdue" else ""))
        )
        row = (request.ticket, str(request.round + 1), when, request.contact.phone or "")
        table.add_row(*row, _gist(None, request.text), _gist(None, request.reply or ""))
    return table


def _proposed(place: Workplace, task: DeskTask) -> str:
    """Name the category, or those that are suggested, and the outside body that such a matter is for."""
    found = _category(place, task.category, task.suggestion)
    if task.stop_words and task.category and task.suggestion not in (None, task.category):
        found = f"{_category(place, None, task.suggestion)}（登记为{found}）"
    if task.alternatives:
        others = "、".join(_category(place, each, None) for each in task.alternatives)
        found = f"{found}，其次 {others}" if found else f"可能是 {others}"
    if not task.refer:
        return found
    return f"{found}，{'建议转' if task.referral is None else '已转'} {place.words.department(task.refer)}"


def _why(place: Workplace, task: DeskTask) -> str:
    """Say why a person is asked: what the machine recognised, else the reason of whoever asks; then what was said."""
    found = "；".join(f"{each.name}“{each.word}”，{each.reason}" for each in task.stop_words or ())
    if task.referral is not None:
        found = f"还缺{'、'.join(FIELDS[f'record.{name}'] for name in task.referral.missing)}"
    why = f"{found}｜{_gist(None, task.text)}" if found else _gist(_asked_by(task), task.text)
    return "\n".join((why, *_spoken(place, task)))


def _category(place: Workplace, category: str | None, suggestion: str | None) -> str:
    """Name a category by its last level; the whole path is for the ticket itself."""
    if category:
        known = place.policy.category(category)
        return known.name if known else category
    return f"推荐 {_category(place, suggestion, None)}" if suggestion else ""


def _gist(reason: str | None, text: str) -> str:
    short = text if len(text) <= _GIST else f"{text[:_GIST]}…"
    return f"{words.reason(reason)}｜{short}" if reason else short


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
