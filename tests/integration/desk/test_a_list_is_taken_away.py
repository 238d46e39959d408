"""A list of any length is taken away as a workbook: the columns that were chosen, rows as they are, no formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from rulebook import Policy
from tests.support.security.doors import NOON, Browser, Doors
from tools.local.database import Database
from tools.local.instance import Instance

MANY: Final = 2_300
_OTHERS: Final = """
insert into task (ticket, task, source, sequence, since, body, weight, due, late)
select n::text, 'dispatching', 'liuhen/dispatch/0', n, $1::timestamptz,
       json_build_object('task', 'dispatching', 'open', true, 'ticket', n::text, 'since', $1::timestamptz,
                         'tier', 'simple', 'kind', 'help', 'text', '=HYPERLINK(楼道里的灯' || n || ')', 'version', 1),
       3, $1::timestamptz + place * interval '1 second', $1::timestamptz + place * interval '1 second'
from generate_series(26090100000001, 26090100000000 + $2::bigint) with ordinality as t (n, place)
"""
_TEXT: Final = re.compile(r'<t xml:space="preserve">([^<]*)</t>')
_ALL: Final = "/queue/export?task=dispatching"


@pytest.fixture
async def door(system: Instance, database: Database, tmp_path: Path, policy: Policy) -> AsyncIterator[Any]:
    """The desk's door, where more waits than a file made at once has rows."""
    doors = Doors(database, system.broker("desk"), tmp_path)
    async with doors.desk(policy) as opened, asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool:
        await pool.execute(_OTHERS, NOON, MANY)
        yield doors, opened, pool


async def rows_of(browser: Browser, path: str) -> list[list[str]]:
    async with browser.web.get(path) as answer:
        assert answer.status == 200
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as book:
            assert book.testzip() is None
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    return [_TEXT.findall(row) for row in sheet.split("<row>")[1:]]


async def test_a_long_list_is_frozen_and_fetched_with_the_columns_that_were_chosen(door: Any) -> None:
    doors, opened, pool = door
    async with Browser.at(opened) as xu:
        await xu.logs_in(doors)
        # given a list that is too long to be made at once
        assert (await xu.where("/queue/excel?task=dispatching")) == _ALL
        assert f"{MANY} 件" in (await xu.opens(_ALL))[1]
        assert (await xu.sends(_ALL, _ALL))[0] == 422
        status, where = await xu.sends(_ALL, _ALL, **{"column-ticket": "yes", "column-text": "yes"})
        assert status == 303
        assert f"已生成 0 件，共 {MANY} 件" in (await xu.opens(where))[1]
        # when one of its rows is done meanwhile
        await pool.execute("update task set body = null where ticket = '26090100000002'")
        # then the file has each row once, in the order of the list, and says of that one that it is gone
        rows = await rows_of(xu, f"{where}/file")
        assert rows[:3] == [
            ["工单号", "内容"],
            ["26090100000001", "=HYPERLINK(楼道里的灯26090100000001)"],
            ["26090100000002 已不在清单中"],
        ]
        assert [row[0][:14] for row in rows[1:]] == [str(26090100000000 + n) for n in range(1, MANY + 1)]
        assert f"{MANY} 件已全部生成" in (await xu.opens(f"{where}/progress"))[1]
        async with Browser.at(opened) as shen:
            await shen.logs_in(doors, "沈知远")
            assert (await shen.opens(f"{where}/file"))[0] == 404


async def test_a_short_list_is_one_file_with_the_usual_columns(door: Any) -> None:
    doors, opened, pool = door
    await pool.execute("update task set body = null where ticket > '26090100000003'")
    async with Browser.at(opened) as xu:
        await xu.logs_in(doors)
        rows = await rows_of(xu, "/queue/excel?task=dispatching")
        assert (len(rows), rows[0][:2], rows[1][1]) == (4, ["等什么", "工单号"], "26090100000001")
