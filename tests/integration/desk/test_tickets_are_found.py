"""Any ticket is found by its words, numbers and dates, among many, and shown to whoever may read it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from doors.keyed import phone_key
from rulebook import Policy
from schemas.envelope import Envelope
from services.desk import store
from services.desk.core.callers import CallerRow
from services.desk.core.orders import kept
from tests.support.desk import ONE, TWO, order
from tests.support.security.doors import NOON, Browser, Doors
from tools.local.database import Database
from tools.local.instance import Instance

MANY: Final = 100_000
PHONE: Final = "13612345678"
CARD: Final = "310110199003071237"
THREE: Final = "26091407000031"
FOUR: Final = "26091407000049"
_OTHERS: Final = """
insert into caller (ticket, requester, at, kind, category, place, text, confidential, answered)
select 'x' || n, 'h' || n, $1::timestamptz - n * interval '5 minutes', 'help', null, '国和路' || n || '号',
       repeat('楼道里的灯坏了，物业不来修，已经好几天了，' , 3) || n, false, false
from generate_series(1, $2::int) n
"""


@pytest.fixture
async def door(system: Instance, database: Database, tmp_path: Path, policy: Policy) -> AsyncIterator[Any]:
    """The desk's door over 100,000 tickets, one of which is about a hydrant and one was told in confidence."""
    doors = Doors(database, system.broker("desk"), tmp_path)
    async with doors.desk(policy) as opened, asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool:
        settings = doors.settings()
        who = phone_key(settings.secret.get_secret_value().encode(), PHONE)
        said = order(ONE, version=1, text="消火栓漏水")
        envelope = Envelope("e-1", "liuhen/dispatch/0", said.type_name, NOON, ONE, sequence=1)
        async with pool.acquire() as connection:
            await connection.execute(_OTHERS, NOON, MANY)
            month_ago = NOON - timedelta(days=30)
            await store.save_callers(
                connection,
                [
                    CallerRow(ONE, who, month_ago, "help", None, "四平路1号", "消火栓漏水", False, False, "SH-1077"),  # noqa: FBT003
                    CallerRow(TWO, who, NOON, "report", None, "四平路2号", "食堂的消火栓是坏的", True, False, None),  # noqa: FBT003
                ],
            )
            await store.save_orders(connection, [kept("housing", envelope, said.to_json(), settings.words().of(ONE))])
            await connection.execute("analyze caller")
        yield doors, opened


async def test_a_ticket_is_found_among_a_hundred_thousand_by_words_numbers_and_dates(door: Any) -> None:
    doors, opened = door
    async with Browser.at(opened) as xu:
        await xu.logs_in(doors)
        for asked in (
            "text=消火栓 四平路1号",
            f"text={ONE}",
            "text=SH-1077",
            "text=消火栓&from=2026-08-02&to=2026-08-04",
        ):
            began = time.monotonic()
            status, shown = await xu.opens(f"/tickets?{asked}")
            assert status == 200
            assert ONE in shown, asked
            assert "x17" not in shown
            assert time.monotonic() - began < 3, asked
        assert "没有符合条件的工单" in (await xu.opens("/tickets?text=没有的词"))[1]
        assert "没有符合条件的工单" in (await xu.opens("/tickets?text=消火栓&to=2026-07-01"))[1]
        assert "没有符合条件的工单" in (await xu.opens("/tickets?text=100%"))[1]
        status, shown = await xu.opens("/tickets?text=楼道里的灯")
        assert (shown.count('<tr class="row">'), 'rel="next"' in shown) == (50, True)
        assert 'rel="next"' in (await xu.opens("/tickets?text=楼道里的灯&page=2"))[1]


async def test_a_tickets_page_says_where_it_stands_and_can_be_printed(door: Any) -> None:
    doors, opened = door
    async with Browser.at(opened) as xu:
        await xu.logs_in(doors)
        for path in (f"/tickets/{ONE}", f"/tickets/{ONE}/sheet"):
            status, shown = await xu.opens(path)
            assert status == 200
            for word in ("消火栓漏水", "四平路1号", "房管局", "SH-1077"):
                assert word in shown, (path, word)
        assert (await xu.opens("/tickets/26090100000035"))[0] == 404


async def test_a_list_is_taken_away_as_a_workbook_of_texts(door: Any) -> None:
    doors, opened = door
    async with Browser.at(opened) as chen:
        await chen.logs_in(doors, "房管局")
        async with chen.web.get("/orders/excel?text=消火栓") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Disposition"].startswith("attachment")
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as book:
                sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert (sheet.count("<row>"), sheet.count("<f>")) == (2, 0)
        assert f'<c t="inlineStr"><is><t xml:space="preserve">{ONE}</t></is></c>' in sheet
        async with chen.web.get("/orders/excel?text=没有的词") as answer:
            assert answer.status == 200


async def test_what_was_told_in_confidence_is_found_and_read_by_whoever_may_look(door: Any, policy: Policy) -> None:
    doors, opened = door
    assert not any(each.id == "p-yuan" for each in policy.who_may("look_at_contact", NOON))
    async with Browser.at(opened) as xu, Browser.at(opened) as yuan:
        await xu.logs_in(doors)
        await yuan.logs_in(doors, "袁晓岚")
        assert TWO in (await xu.opens("/tickets?text=食堂"))[1]
        assert TWO not in (await yuan.opens("/tickets?text=食堂"))[1]
        assert "食堂" in (await xu.opens(f"/tickets/{TWO}"))[1]
        shown = (await yuan.opens(f"/tickets/{TWO}"))[1]
        assert "食堂" not in shown
        assert "四平路2号" not in shown


async def test_a_callers_tickets_are_found_by_the_number_which_stands_in_no_address_and_each_search_is_kept(
    door: Any, database: Database
) -> None:
    doors, opened = door
    async with Browser.at(opened) as xu:
        await xu.logs_in(doors)
        status, place = await xu.sends("/tickets", "/tickets/caller", phone=PHONE)
        assert status == 303
        assert PHONE not in place
        shown = (await xu.opens(place))[1]
        assert (ONE in shown, TWO in shown, "x17" in shown) == (True, True, False)
        assert (await xu.sends("/tickets", "/tickets/caller", phone="nobody"))[0] == 422
        # and beside the form that the telephone system opens for whoever takes the call they stand too
    async with Browser.at(opened) as kong:
        await kong.logs_in(doors, "孔令仪")
        taken = await kong.where(f"/desk/pop?ani={PHONE}&dnis=12345&call_id=c-1&agent=p-kong")
        assert taken.startswith("/calls/")
        assert taken.partition("?")[2] == place.partition("?")[2]
        shown = (await kong.opens(taken))[1]
        assert (ONE in shown, TWO in shown, "食堂的消火栓" in shown) == (True, False, False)
        assert (await kong.opens(f"/tickets/{ONE}"))[0] == 403
        assert ONE not in (await kong.opens("/tickets?text=消火栓"))[1]
    async with asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool:
        assert [tuple(row) for row in await pool.fetch("select login, found from search order by login desc")] == [
            ("p-xu", 2),
            ("p-kong", 1),
        ]


async def begin_two(doors: Doors, database: Database) -> None:
    """Begin a ticket whose words have the number of an identity card, and one whose order became confidential."""
    words, said = doors.settings().words(), order(FOUR, version=1, text="楼道堆物", confidential=True)
    envelope = Envelope("e-2", "liuhen/dispatch/0", said.type_name, NOON, FOUR, sequence=1)
    at = NOON - timedelta(days=1)
    rows = [
        CallerRow(each, "hash", at, "help", None, "四平路9号", text, False, False, None)  # noqa: FBT003
        for each, text in ((THREE, f"楼道堆物，身份证{CARD}"), (FOUR, "楼道堆物，是邻居做的"))
    ]
    async with asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool, pool.acquire() as connection:
        await store.save_callers(connection, rows)
        await store.save_orders(connection, [kept("housing", envelope, said.to_json(), words.of(FOUR))])


async def test_beside_a_call_numbers_are_masked_and_what_became_confidential_is_left_out(
    door: Any, database: Database
) -> None:
    # given two tickets at one place: words with the number of an identity card, and an order that became confidential
    doors, opened = door
    await begin_two(doors, database)
    async with Browser.at(opened) as kong:
        await kong.logs_in(doors, "孔令仪")
        token = await kong.token("/calls/c-1")
        for address, typed in (
            ("/calls/c-1/beside", {"place.text": "四平路9号", "text": "堆物" * 20_000}),
            ("/calls/c-1/beside?who=hash", {"place.text": "", "text": ""}),
        ):
            # when somebody writes that place down, or calls by that number
            async with kong.web.post(address, data={"token": token, **typed}) as answer:
                status, shown = answer.status, await answer.text()
            # then the one is there without that number, and the other is not
            assert status == 200
            assert (THREE in shown, CARD in shown, FOUR in shown) == (True, False, False)


async def test_a_number_that_calls_stands_in_no_address_of_the_login(door: Any) -> None:
    _, opened = door
    async with Browser.at(opened) as nobody:
        assert await nobody.where(f"/desk/pop?ani={PHONE}&call_id=c-1") == "/login?next=%2Fcalls"


async def test_an_identifier_that_is_used_again_for_another_number_is_another_call(door: Any) -> None:
    doors, opened = door
    async with Browser.at(opened) as kong:
        await kong.logs_in(doors, "孔令仪")
        first = await kong.where(f"/desk/pop?ani={PHONE}&call_id=c-7")
        again = await kong.where(f"/desk/pop?ani={PHONE}&call_id=c-7")
        other = await kong.where("/desk/pop?ani=13698765432&call_id=c-7")
        assert first == again
        assert other.partition("?")[0] != first.partition("?")[0]
        assert "13698765432" in (await kong.opens(other))[1]


async def test_whoever_searched_too_often_takes_the_call_without_earlier_tickets(door: Any, policy: Policy) -> None:
    doors, opened = door
    async with Browser.at(opened) as kong:
        await kong.logs_in(doors, "孔令仪")
        for _ in range(policy.limits.looking.callers_per_hour):
            await kong.where(f"/desk/pop?ani={PHONE}&call_id=c-8")
        status, shown = await kong.opens(f"/desk/pop?ani={PHONE}&call_id=c-9")
        assert status == 200
        assert (PHONE in shown, "来电照常登记" in shown) == (True, True)


async def test_only_an_act_is_asked_for_by_a_page(door: Any) -> None:
    doors, opened = door
    async with Browser.at(opened) as kong:
        await kong.logs_in(doors, "孔令仪")
        act = "5f0c0a52-0d36-5c1c-9a3e-0123456789ab"
        assert f"/acts/{act}" in (await kong.opens(f"/calls?done={act}"))[1]
        assert "/acts/" not in (await kong.opens("/calls?done=../tickets/caller"))[1]


async def test_the_rows_of_a_batch_mask_numbers_and_withhold_what_became_confidential(
    door: Any, database: Database
) -> None:
    doors, opened = door
    await begin_two(doors, database)
    async with asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool:
        await pool.execute(
            "insert into batch (id, login, task, act, typed, following, at)"
            " values ('b-7', 'p-yuan', 'dispatching', 'assign', '{}', '/queue', $1)",
            NOON,
        )
        await pool.executemany(
            "insert into batch_row (batch, place, ticket, version, act) values ('b-7', $1, $2, 1, $3)",
            [(place, each, f"a-{place}") for place, each in enumerate((THREE, FOUR))],
        )
    async with Browser.at(opened) as yuan:
        await yuan.logs_in(doors, "袁晓岚")
        status, shown = await yuan.opens("/batches/b-7")
        assert (status, "楼道堆物，身份证310110" in shown, CARD in shown) == (200, True, False)
        assert ("（保密）" in shown, "是邻居做的" in shown) == (True, False)
