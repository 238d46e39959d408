"""A made-up file of work orders, dirt included; nobody needs the real ones to test with."""

from __future__ import annotations

from pathlib import Path

import pytest

ORDERS = """\
case_h,ticket12345_h,tags,content_len,dept,supervised,dispatched_at,dept_replied_at,due_12345_at,extended_to,redo
C2,T2,来电,80,管网部,否,2020-11-03T09:00:00,2020-11-03T10:00:00,2020-11-03T11:00:00,,是
C1,T1,来电,120,营业部,是,2020-11-02T09:00:00,2020-11-04T10:00:00,2020-11-03T09:00:00,2020-11-05T09:00:00,否
C3,,微信,60,不存在的单位,否,2020-11-03T12:00:00,,2020-11-03T11:59:00,,否
,T4,来电,60,营业部,否,昨天下午,,2020-11-05T12:00:00,,否
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path
