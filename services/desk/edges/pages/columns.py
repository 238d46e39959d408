"""The columns of lists that are taken away: what each is called, and what it says of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from chassis.service import Instant
from rulebook import Policy
from schemas.values import remind_by
from services.desk.core.owing import Owed, owed
from services.desk.edges.pages.waiting import Waiting
from vocabulary import KINDS, STATES, TASKS, TIERS

Row = TypeVar("Row")
_HOUR: Final = timedelta(hours=1)


class Present(NamedTuple):
    """What columns are told beside the row."""

    policy: Policy
    now: Instant


class Column(NamedTuple, Generic[Row]):
    """One column; `usual` ones are in a workbook where nobody chose."""

    title: str
    says: Callable[[Row, Present], str]
    usual: bool = True


def usual(columns: Mapping[str, Column[Row]]) -> Sequence[str]:
    """Name the columns of a workbook where nobody chose."""
    return [code for code, column in columns.items() if column.usual]


def head(columns: Mapping[str, Column[Row]], chosen: Sequence[str]) -> Sequence[str]:
    """Title the columns that were chosen; one that is known no more is left out, also of the rows."""
    return [columns[code].title for code in chosen if code in columns]


def line(columns: Mapping[str, Column[Row]], chosen: Sequence[str], row: Row, present: Present) -> Sequence[str]:
    """Say a row in the columns that were chosen."""
    return [columns[code].says(row, present) for code in chosen if code in columns]


def _category(policy: Policy, code: str | None) -> str:
    found = policy.category(code) if code else None
    return found.path if found else ""


def _clock(at: Present, moment: Instant) -> str:
    return moment.astimezone(ZoneInfo(at.policy.office.zone)).strftime("%Y-%m-%d %H:%M")


def _yes(*, is_so: bool) -> str:
    return "是" if is_so else "否"


OF_QUEUE: Final[Mapping[str, Column[Waiting]]] = {
    "task": Column("等什么", lambda row, _: TASKS.said(row.task.task)),
    "ticket": Column("工单号", lambda row, _: row.task.ticket),
    "kind": Column("类别", lambda row, _: KINDS[row.task.kind]),
    "tier": Column("难易程度", lambda row, _: TIERS[row.task.tier]),
    "category": Column("分类", lambda row, at: _category(at.policy, row.task.category or row.task.suggestion)),
    "text": Column("内容", lambda row, _: row.task.text),
    "place": Column("地点", lambda row, _: row.task.place.text if row.task.place else ""),
    "subdistrict": Column(
        "街道", lambda row, at: at.policy.body_name(row.task.subdistrict) if row.task.subdistrict else ""
    ),
    "since": Column("等候起", lambda row, at: _clock(at, row.task.since)),
    "due": Column("到期", lambda row, at: _clock(at, remind_by(row.due))),
    "late": Column("逾期", lambda row, at: _yes(is_so=row.is_late(at.now))),
    "waited": Column(
        "已等小时", lambda row, at: f"{(at.now - row.task.since).total_seconds() / 3600:.1f}", usual=False
    ),
    "ahead": Column("优先", lambda row, _: _yes(is_so=row.ahead), usual=False),
    "confidential": Column("保密", lambda row, _: _yes(is_so=bool(row.task.confidential)), usual=False),
    "version": Column("版本", lambda row, _: str(row.task.version or ""), usual=False),
}


def _is_open(row: Owed) -> bool:
    return row.standing == "open"


OF_ORDERS: Final[Mapping[str, Column[Owed]]] = {
    "owed": Column("要做", lambda row, _: owed(row.order) if _is_open(row) else ""),
    "state": Column("状态", lambda row, _: STATES[row.order.state]),
    "ticket": Column("工单号", lambda row, _: row.order.ticket),
    "kind": Column("类别", lambda row, _: KINDS[row.order.kind]),
    "tier": Column("难易程度", lambda row, _: TIERS[row.order.tier]),
    "category": Column("分类", lambda row, _: row.order.category_name or ""),
    "text": Column("内容", lambda row, _: row.order.text),
    "place": Column("地点", lambda row, _: row.order.place.text),
    "section": Column("科室", lambda row, _: row.order.section or ""),
    "handler": Column("经办人", lambda row, _: row.order.handler.name if row.order.handler else ""),
    "due": Column("到期", lambda row, at: _clock(at, remind_by(row.due.due)) if row.due and _is_open(row) else ""),
    "late": Column("逾期", lambda row, at: _yes(is_so=_is_open(row) and row.is_late(at.now))),
    "compound": Column("小区", lambda row, _: row.order.place.compound or "", usual=False),
    "version": Column("版本", lambda row, _: str(row.order.version), usual=False),
}
