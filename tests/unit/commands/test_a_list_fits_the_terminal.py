"""What waits is read at any width: a table where there is room, otherwise a few lines for each ticket."""

from __future__ import annotations

from io import StringIO

import pytest

from liuhen.desk.listing import Listing
from tests.support.desk import ONE, TWO
from tools.terminal import Terminal

LONG = "楼道里的灯坏了一个星期没有人来修，晚上老人不敢出门，请尽快派人来看一看"
COLUMNS = ("工单", "等什么", "自", "期限", "", "难易程度", "分类", "单位", "内容")


def shown(width: int) -> list[str]:
    listing = Listing("待办（2项）", COLUMNS)
    listing.add_row(
        ONE, "待派单", "11月30日 09:00", "11月30日 09:10", "逾期", "复杂", "推荐 楼道照明", "", LONG, style="red"
    )
    listing.add_row(TWO, "待审核办结", "11月30日 09:00", "", "", "简单", "路灯", "房管局", f"{LONG}\n地点：国和路100号")
    out = StringIO()
    Terminal(file=out, width=width).print(listing)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_on_a_narrow_terminal_a_ticket_takes_a_few_lines(width: int) -> None:
    lines = shown(width)

    assert len(lines) <= 12
    (first,) = [line for line in lines if line.startswith(ONE)]
    assert "待派单" in first
    assert LONG[:10] in "".join(lines)


def test_where_there_is_room_it_is_a_table() -> None:
    lines = shown(160)

    assert [line for line in lines if all(column in line for column in COLUMNS)]
    assert [line for line in lines if ONE in line and "楼道照明" in line]
