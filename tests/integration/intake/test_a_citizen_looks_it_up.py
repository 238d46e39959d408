"""A citizen finds their matter in a browser, by the receipt and the number that was left; nobody else does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import escape
from typing import Any

import aiohttp
import pytest

from schemas.attachments import NamedAttachment
from schemas.inbound import FollowUp, Register
from schemas.values import Kind, Party, PartyKind
from services.intake import store
from services.intake.edges.sessions import COOKIE
from services.intake.reactions import NewsRow

HOTLINE = Party(kind=PartyKind.HOTLINE)


@pytest.fixture
async def page(outside: Any) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # the door has a number and no name here
    async with aiohttp.ClientSession(outside.system.url("intake_http"), cookie_jar=jar) as session:
        yield session


async def _look(page: aiohttp.ClientSession, receipt: str, phone: str) -> tuple[int, str]:
    async with page.post("/progress", data={"receipt": receipt, "phone": phone}) as response:
        return response.status, await response.text()


async def test_the_receipt_and_the_number_open_the_matter_however_they_are_typed(
    page: Any, outside: Any, report: Register
) -> None:
    # given a report by telephone, and what its requester was told of it, in which somebody wrote markup
    given = await outside.given(await outside.say(HOTLINE, report))
    told = "请您补充：<script>alert(1)</script>"
    async with outside.pool.acquire() as connection:
        news = NewsRow(given.tickets[0], datetime.now(UTC), "info-asked", "needs_info", told)
        await store.insert_news(connection, [news])
    # when the citizen types both as people do
    typed = given.receipt.lower().replace("0", "o").replace("1", "l")
    status, text = await _look(page, f" {typed[:4]} {typed[4:]} ", f"+86 {report.contact.phone}")
    # then the ticket, its state in words and the record of what happened are there, and nothing of it is markup
    assert status == 200
    assert given.tickets[0] in text
    assert "受理" in text
    assert "接下来：" in text
    assert escape(told) in text
    assert "<script" not in text


async def test_what_they_sent_along_is_named_and_what_was_removed_is_said_to_be(
    page: Any, outside: Any, report: Register
) -> None:
    # given a report with two attachments, of which one was removed since, and a follow-up with one of its own
    token = (outside.system.secrets / "hotline-token").read_text().split()[0]
    sent = []
    for name in ("合同<b>.pdf", "收据.pdf", "后来.pdf"):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/pdf"}
        async with page.post(
            "/v1/attachments", params={"filename": name}, data=b"%PDF-1.7", headers=headers
        ) as response:
            told = await response.json()
        sent.append(NamedAttachment(id=told["id"], sha256=told["sha256"]))
    given = await outside.given(await outside.say(HOTLINE, report.model_copy(update={"attachments": tuple(sent[:2])})))
    more = FollowUp(ticket=given.tickets[0], mode="add", text="补充", contact=report.contact, attachments=(sent[2],))
    await outside.given(await outside.say(HOTLINE, more))
    await outside.pool.execute("update attachment set removed_at = uploaded_at, name = null where id = $1", sent[1].id)
    # when they look up what became of the report
    status, text = await _look(page, given.receipt, str(report.contact.phone))
    # then what came with it is named, its name is no markup, and nothing else is
    assert status == 200
    assert "合同&lt;b&gt;.pdf" in text
    assert "已按规定删除" in text
    assert "收据" not in text
    assert "后来" not in text


async def test_who_types_the_ticket_number_is_told_where_the_receipt_stands(page: Any) -> None:
    status, text = await _look(page, "26113001452649", "13900000001")
    assert status == 422
    assert "这像是工单号，请改填回执号" in text


async def test_another_number_opens_nothing_and_what_was_typed_stays(page: Any, outside: Any, report: Register) -> None:
    given = await outside.given(await outside.say(HOTLINE, report))
    status, text = await _look(page, given.receipt, "13900000001")
    assert status == 403
    assert given.tickets[0] not in text
    assert re.search(rf'name="receipt" value="{given.receipt}"', text)
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    ("receipt", "phone", "field"),
    [
        ("12345", "13900000001", "receipt"),
        ("", "", "receipt"),
        (f"R{'0' * 20}", "", "phone"),
        ('"><b>', "1", "receipt"),
    ],
)
async def test_what_can_be_neither_is_said_beside_its_field(page: Any, receipt: str, phone: str, field: str) -> None:
    status, text = await _look(page, receipt, phone)
    assert status == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', text)
    assert '"><b>' not in text


async def test_the_page_loads_what_this_door_serves_and_nothing_else(page: Any) -> None:
    async with page.get("/progress?receipt=R123") as response:
        text = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert 'value="R123"' in text
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    (style,) = re.findall(r'href="(/static/[^"]+)"', text)
    async with page.get(style) as response:
        assert (response.status, response.content_type) == (200, "text/css")
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{}", "application/json", 415),
        (b"--x", "multipart/form-data; boundary=y", 415),
        (b"receipt=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 1_000, "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 422),
    ],
)
async def test_what_no_form_sends_is_answered_with_the_form(page: Any, body: bytes, media: str, status: int) -> None:
    async with page.post("/progress", data=body, headers={"Content-Type": media}) as response:
        assert response.status == status
        assert "<form" in await response.text()


async def test_a_session_is_this_browsers_alone_and_ends_with_it(page: Any, outside: Any, report: Register) -> None:
    # given a citizen who entered
    given = await outside.given(await outside.say(HOTLINE, report))
    typed = {"receipt": given.receipt, "phone": str(report.contact.phone)}
    async with page.post("/progress", data=typed, allow_redirects=False) as response:
        cookie = response.cookies[COOKIE]
        assert (response.status, response.headers["Location"]) == (303, "/progress/matter")
    # then what their browser keeps is read by no script, shown to no other site, and sent to this page alone
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/progress")
    async with page.get("/progress/matter") as response:
        text = await response.text()
        assert given.tickets[0] in text
        assert response.headers["Cache-Control"] == "no-store"
    # and no other browser is shown anything
    async with aiohttp.ClientSession(outside.system.url("intake_http")) as other, other.get("/progress/matter") as seen:
        assert given.tickets[0] not in await seen.text()
    # when they leave by a form of another page, nothing ends; by their own, what was kept opens nothing
    kept = cookie.value
    async with page.post("/progress/leave", data={"token": "0"}) as response:
        assert response.status == 403
    (token,) = re.findall(r'name="token" value="([0-9a-f]+)"', text)
    async with page.post("/progress/leave", data={"token": token}) as response:
        assert response.status == 200
    home = outside.system.url("intake_http")
    async with aiohttp.ClientSession(home, cookies={COOKIE: kept}) as thief, thief.get("/progress/matter") as seen:
        assert given.tickets[0] not in await seen.text()


async def test_a_session_is_over_when_it_is_old_unused_or_what_was_typed_opens_nothing_any_more(
    page: Any, outside: Any, report: Register
) -> None:
    given = await outside.given(await outside.say(HOTLINE, report))
    for over in (
        "update citizen_session set begun_at = begun_at - interval '2 hours' where receipt = $1",
        "update citizen_session set (begun_at, seen_at) = (begun_at - interval '1 h', seen_at - interval '20 min')",
        "update submission set factor = 'another number' where receipt = $1",
    ):
        _, text = await _look(page, given.receipt, str(report.contact.phone))
        assert given.tickets[0] in text
        await outside.pool.execute(over, *([given.receipt] if "$1" in over else []))
        async with page.get("/progress/matter") as response:
            text = await response.text()
            assert given.tickets[0] not in text, over
            assert "请重新填写回执号和电话" in text


async def test_who_has_it_until_when_and_what_was_answered_stand_on_the_page(
    page: Any, outside: Any, report: Register
) -> None:
    # given a matter that a department has, with a reply that was accepted
    given = await outside.given(await outside.say(HOTLINE, report))
    ticket = given.tickets[0]
    await outside.pool.execute(
        "update ticket set stands = 'in_progress', lead = 'housing', promised = '2026年12月07日 17:30' where id = $1",
        ticket,
    )
    async with outside.pool.acquire() as connection:
        reply = "房管局答复：灯已换好"
        accepted = NewsRow(ticket, datetime.now(UTC), "handled-accepted", "handled", reply)
        await store.insert_news(connection, [accepted])
    _, text = await _look(page, given.receipt, str(report.contact.phone))
    assert re.search(r"现在由谁办</dt><dd>[^<]*房管", text)
    assert '办结期限</dt><dd class="promised">2026年12月07日 17:30' in text
    assert re.search(r'class="answer">.*灯已换好', text, re.DOTALL)
    # when it is to be done again, that answer stands no more
    async with outside.pool.acquire() as connection:
        again = NewsRow(ticket, datetime.now(UTC), "rework-ordered", "rework", "根据回访结果，已要求房管局重办。")
        await store.insert_news(connection, [again])
    async with page.get("/progress/matter") as response:
        assert 'class="answer"' not in await response.text()


async def test_whoever_praises_reads_until_when_they_are_answered(page: Any, outside: Any, report: Register) -> None:
    given = await outside.given(await outside.say(HOTLINE, report.model_copy(update={"kind": Kind.PRAISE})))
    late = """update ticket set promised = '2026年12月07日 17:30',
        promise = (promise::jsonb || '{"missed": "2026年12月04日 17:30"}')::text where id = $1"""
    await outside.pool.execute(late, given.tickets[0])
    _, text = await _look(page, given.receipt, str(report.contact.phone))
    assert "答复期限</dt>" in text
    assert "未能如期答复</dt>" in text
    assert "办结期限" not in text


async def test_the_page_shows_the_code_by_which_it_is_found_again(page: Any, outside: Any, report: Register) -> None:
    given = await outside.given(await outside.say(HOTLINE, report))
    _, text = await _look(page, given.receipt, str(report.contact.phone))
    home = outside.system.url("intake_http")
    assert f'href="{home}/progress?receipt={given.receipt}"' in text
    assert 'class="code"' in text


async def test_no_other_site_enters_for_them(page: Any, outside: Any, report: Register) -> None:
    given = await outside.given(await outside.say(HOTLINE, report))
    typed = {"receipt": given.receipt, "phone": str(report.contact.phone)}
    async with page.post("/progress", data=typed, headers={"Sec-Fetch-Site": "cross-site"}) as response:
        assert response.status == 403
        assert not response.cookies
