"""What would have changed, as people read it in a terminal, and as programs do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from services.trace.for_tools import Words
from tools.terminal import styled
from tools.whatif.compare import Comparison, Moved, Pair

_SHOWN: Final = 20
_DAY: Final = 86_400

NOT_REPLAYED: Final = (
    "人的决定照原样：谁在何时签收、办结、裁定、督办、回访，都取自记录；换了牵头单位的，由新牵头单位在同一时刻做同样的事。",
    "协办单位变了的，原协办单位的操作不由新协办单位代做，其协办任务不会报完成，因此“未被接受的操作”会增多。",
    "分类推荐取当时记录的结果，不重新计算；推荐门槛改了的，按分数重新判断是否采用。",
    "起始日以前的裁定照记录作为先例；起始日以后的，由两套规则各自重新产生。",
    "与起始日以前登记的工单之间的并案、同诉不重放。",
    "记录期间规则变过的，现行一侧也从头按现行规则重放；系统当时的延误和停机不重放，时限到点即生效。",
    "催办等待的时间按规则自带的日历计算；期间公布的放假安排只用于时限。",
    "门口的受理规则（重复、拒收、改催办）、走访登记、通知和送达不重放；公布的比率不重新计算。",
)
"""What the replay takes as it was; said with every answer."""


def document(found: Comparison, present: str, other: str) -> dict[str, Any]:
    """Say a comparison as JSON."""
    pairs = {
        name: {code: pair._asdict() for code, pair in table.items()}
        for name, table in (("breaches", found.breaches), ("breaches_of", found.breaches_of), ("loads", found.loads))
    }
    single = ("redispatches", "nudged", "supervised", "waited", "closed", "refused")
    return {
        "present": present,
        "other": other,
        "tickets": found.tickets,
        "reproduced": found.reproduced,
        "deviating": list(found.deviating),
        **pairs,
        **{name: getattr(found, name)._asdict() for name in single},
        "moved": [each._asdict() for each in found.moved],
        "shifted": [each._asdict() for each in found.shifted],
        "not_replayed": list(NOT_REPLAYED),
    }


def tables(found: Comparison, words: Words, present: str, other: str) -> RenderableType:
    """Show a comparison: the whole, breaches by clock and by owner, loads, and the tickets that moved."""
    parts: list[RenderableType] = [_whole(found, present, other)]
    parts += _table("逾期（按时限）", {words.of("clock", code): pair for code, pair in found.breaches.items()})
    parts += _table("逾期（按责任方）", {words.party(code): pair for code, pair in found.breaches_of.items()})
    parts += _table("承办量（按单位）", {words.department(code): pair for code, pair in found.loads.items()})
    if found.moved:
        parts.append(_moved(found.moved, words))
    parts += [styled((f"· {line}", "dim")) for line in NOT_REPLAYED]
    return Group(*parts)


def _whole(found: Comparison, present: str, other: str) -> RenderableType:
    table = Table(title=f"现行 {present} → 试行 {other}", title_justify="left")
    for column in ("", "现行", "试行", "差"):
        table.add_column(column, justify="left" if not column else "right")
    rows = (
        ("逾期", Pair(*(sum(pair[side] for pair in found.breaches.values()) for side in (0, 1)))),
        ("再次派单", found.redispatches),
        ("催办", found.nudged),
        ("督办", found.supervised),
        ("等候人工派单", found.waited),
        ("结案", found.closed),
        ("未被接受的操作", found.refused),
    )
    for name, pair in rows:
        table.add_row(name, *_numbers(pair))
    later = sum(each.seconds > 0 for each in found.shifted)
    said = (
        f"重放工单 {found.tickets} 件，其中 {found.reproduced} 件在现行规则下与记录逐项一致。"
        f"首派单位会变的 {len(found.moved)} 件；处置时限的到期会变的 {len(found.shifted)} 件"
        f"（推后 {later}，提前 {len(found.shifted) - later}{_median(found)}）。"
    )
    deviating = "、".join(found.deviating[:_SHOWN])
    warning = styled((f"与记录不一致，请谨慎看待：{deviating}", "yellow")) if deviating else ""
    return Group(table, said, warning)


def _median(found: Comparison) -> str:
    if not found.shifted:
        return ""
    middle = sorted(each.seconds for each in found.shifted)[len(found.shifted) // 2]
    return f"，中位 {middle / _DAY:+.1f} 日"


def _table(title: str, pairs: Mapping[str, Pair]) -> list[RenderableType]:
    changed = {name: pair for name, pair in pairs.items() if pair.present != pair.other}
    if not changed:
        return [styled((f"{title}：没有变化。", "dim"))]
    table = Table(title=title, title_justify="left")
    for column in ("", "现行", "试行", "差"):
        table.add_column(column, justify="left" if not column else "right")
    for name, pair in sorted(changed.items(), key=lambda each: -abs(each[1].other - each[1].present)):
        table.add_row(name, *_numbers(pair))
    return [table]


def _numbers(pair: Pair) -> tuple[RenderableType, ...]:
    change = pair.other - pair.present
    colour = "red" if change > 0 else "green" if change < 0 else "dim"
    return str(pair.present), str(pair.other), styled((f"{change:+d}", colour))


def _moved(moved: tuple[Moved, ...], words: Words) -> RenderableType:
    ways = Counter(each[1:] for each in moved)
    table = Table(title="首派单位（牵头或者协办）会变的", title_justify="left")
    for column in ("现行", "试行", "件", "如"):
        table.add_column(column, overflow="fold")
    for (one, two, helpers, others), number in ways.most_common(_SHOWN):
        example = next(each.ticket for each in moved if each[1:] == (one, two, helpers, others))
        table.add_row(_order(words, one, helpers), _order(words, two, others), str(number), example)
    return table


def _order(words: Words, lead: str | None, supporting: Sequence[str]) -> str:
    helpers = "、".join(map(words.department, supporting))
    return (words.department(lead) or "人工") + (f"（协办：{helpers}）" if helpers else "")
