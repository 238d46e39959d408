"""A day at the desk of a department, which has nothing but a browser: nobody is told less there than by its topic."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from liuhen.desk.queue import newest
from schemas.public import Order
from schemas.registry import department_topic
from tests.support.browser import Clerk
from tests.support.desk import standing
from tools.local.instance import Instance
from tools.prepare.logins import trial_token

Call: TypeAlias = Callable[[str], Awaitable[str]]


@pytest.fixture
async def chen(browser: Browser, running: Instance) -> Clerk:
    """Somebody of the housing bureau, who has said who they are."""
    clerk = await Clerk.at_work(browser, running, "房管局", "/orders")
    await clerk.opens("/hand")
    await clerk.page.locator("#name").fill("陈立")
    await clerk.page.locator("#id").fill("fg-01")
    await clerk.presses("Enter")
    await clerk.at("/orders")
    return clerk


async def dispatched(xu: Clerk, ticket: str) -> None:
    """Let the dispatcher give a ticket to the housing bureau."""
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await xu.page.locator("#assign-uncategorised-yes").check()
    await xu.page.locator("#assign-lead").fill("房管局")
    await xu.page.locator("#assign-lead").press("Control+Enter")
    await xu.at("/queue")
    await xu.sees(f"✔ 派单：工单 {ticket}")


async def corrected(running: Instance, ticket: str, place: str) -> None:
    """Let the centre correct the place of a ticket."""
    headers = {"Authorization": f"Bearer {trial_token(running.secrets, 'p-xu')}", "Idempotency-Key": str(uuid4())}
    content = {"do": "correct", "ticket": ticket, "place": {"text": place}, "reason": "登记时听错门牌"}
    async with (
        aiohttp.ClientSession(running.url("desk_http"), headers=headers) as web,
        web.post("/v1/acts", json=content) as answer,
    ):
        assert answer.status == 202


async def test_whoever_stands_on_a_row_still_does_when_it_has_changed(
    running: Instance, xu: Clerk, chen: Clerk, call: Call
) -> None:
    ticket = await call("路面塌了一块")
    await dispatched(xu, ticket)
    await chen.opens("/orders")
    row = chen.page.locator(f"#row-{ticket}-order")
    await row.locator("a").focus()
    await corrected(running, ticket, "国和路300号")
    await expect(row).to_contain_text("国和路300号")
    await expect(row.locator("a")).to_be_focused()


async def test_an_order_is_taken_contacted_passed_on_and_reported_by_keyboard(
    xu: Clerk, chen: Clerk, call: Call
) -> None:
    # given an open list, on which a new order gathers
    ticket = await call("楼道里的灯坏了一个星期")
    await dispatched(xu, ticket)
    await expect(chen.page.locator("#news")).to_contain_text("1 条新的")
    await chen.presses("n")
    link = chen.page.locator(f"#row-{ticket}-order a")
    await expect(link).to_be_visible()
    await link.focus()
    await chen.presses("Enter")
    await chen.at(f"/orders/{ticket}")
    # then it says what was asked, how to reach whoever asked, and until when
    await chen.sees("楼道里的灯坏了一个星期")
    await chen.sees("136")
    await expect(chen.page.locator("summary", has_text="处置时限")).to_contain_text("还剩")
    await chen.pictured("order")
    # when it is signed for, the requester called, and a section charged with it
    await chen.page.locator("#act-accept button.first").click()
    await chen.sees("✔ 签收")
    await chen.page.locator("#make_first_contact-reached-yes").check()
    await chen.page.locator("#make_first_contact-note").fill("已电话联系，明天上门")
    await chen.presses("Control+Enter")
    await chen.sees("✔ 先行联系")
    await chen.page.locator("#act-delegate summary").click()
    await chen.page.locator("#delegate-section").select_option("物业管理科")
    await chen.page.locator("#delegate-note").fill("请今天去看")
    await chen.presses("Control+Enter")
    await chen.sees("✔ 内部转办")
    await expect(chen.page.locator(".facts").first).to_contain_text("物业管理科")
    # then the order, its course and the section's list say so, and the report ends its part
    await expect(chen.page.locator(".steps")).to_contain_text("签收")
    await chen.opens("/orders?section=物业管理科&show=at_work")
    await expect(chen.page.locator(f"#row-{ticket}-order")).to_contain_text("物业管理科")
    await chen.pictured("orders")
    await chen.opens(f"/orders/{ticket}")
    await chen.page.locator("#act-report_handled summary").click()
    await chen.page.locator("#report_handled-reply").fill("灯已修好，请您查看。")
    await chen.presses("Control+Enter")
    await chen.sees("✔ 报办结")
    await chen.opens("/orders?show=waiting")
    await chen.presses("s")
    await chen.page.keyboard.type(ticket)
    await chen.presses("Enter")
    await expect(chen.page.locator(f"#row-{ticket}-order")).to_be_visible()
    assert f"text={ticket}" in chen.page.url


async def test_a_page_shows_what_the_topic_of_the_department_says(
    running: Instance, xu: Clerk, chen: Clerk, call: Call
) -> None:
    ticket = await call("房屋漏水没人管")
    await dispatched(xu, ticket)
    await chen.opens(f"/orders/{ticket}")
    await chen.page.locator("#act-accept button.first").click()
    await chen.sees("✔ 签收")
    await chen.page.reload()

    on_the_page = await chen.page.locator("input[name=shown]").first.input_value()

    said = await standing(running.broker("department.housing"), department_topic("housing"))
    (order,) = [each for each in newest(said, Order, lambda each: each.ticket) if each.ticket == ticket]
    assert json.loads(on_the_page) == json.loads(order.to_json())
    offered = {await each.get_attribute("id") for each in await chen.page.locator("details.act").all()}
    assert offered == {f"act-{do}" for do in order.may or ()}


async def test_nobody_acts_at_a_shared_login_without_a_name_and_drafts_are_of_one_person(
    browser: Browser, running: Instance, xu: Clerk, chen: Clerk, call: Call
) -> None:
    ticket = await call("物业收费不公示")
    await dispatched(xu, ticket)
    # given that somebody typed a note
    await chen.opens(f"/orders/{ticket}")
    await chen.page.locator("#act-note_internally summary").click()
    await chen.page.locator("#note_internally-text").fill("这家物业老问题")
    await expect(chen.page.locator("#act-note_internally .kept")).to_have_text("草稿已存")
    # when somebody else sits down under the same login
    other = await Clerk.at_work(browser, running, "房管局", f"/orders/{ticket}")
    # then they cannot act before they said who they are, and see no draft
    assert await other.page.locator("details.act").count() == 0
    await other.presses("w")
    await other.page.locator("#name").fill("林秀")
    await other.page.locator("#id").fill("fg-02")
    await other.presses("Enter")
    await other.at(f"/orders/{ticket}")
    assert await other.page.locator("#note_internally-text").input_value() == ""
    # and the first one still has it after a reload
    await chen.page.reload()
    await expect(chen.page.locator("#note_internally-text")).to_have_value("这家物业老问题")
    await chen.opens("/orders")
    await expect(chen.page.locator(f"#row-{ticket}-order")).to_contain_text("有草稿")


async def test_what_the_centre_did_in_between_is_shown_beside_what_was_seen(
    running: Instance, xu: Clerk, chen: Clerk, call: Call
) -> None:
    ticket = await call("电梯停运")
    await dispatched(xu, ticket)
    await chen.opens(f"/orders/{ticket}")
    # when the centre corrects the place while somebody writes
    await chen.page.locator("#act-note_progress summary").click()
    await chen.page.locator("#note_progress-text").fill("已派人去看")
    await corrected(running, ticket, "国和路200号")
    # then the page says that something happened, and the act is refused with both versions and every word
    await expect(chen.page.locator("#moved")).to_be_visible()
    await chen.page.locator("#note_progress-text").press("Control+Enter")
    await chen.sees("别人先办了")
    assert await chen.page.locator(".versions .card").count() == 2
    await expect(chen.page.locator(".versions .card").last).to_contain_text("国和路200号")
    assert await chen.page.locator("#note_progress-text").input_value() == "已派人去看"


async def test_an_order_of_another_department_is_as_if_there_were_none(
    browser: Browser, running: Instance, xu: Clerk, chen: Clerk, call: Call
) -> None:
    ticket = await call("外墙渗水")
    await dispatched(xu, ticket)
    other = await Clerk.at_work(browser, running, "绿化市容局", f"/orders/{ticket}")

    await other.sees(f"贵单位没有工单 {ticket}")
    await other.opens("/orders?show=over")
    assert ticket not in await other.page.content()
    await xu.opens(f"/orders/{ticket}")
    await xu.sees("请以承办单位登录")
    await chen.opens("/queue")
    await chen.sees("您的职责不能查看中心的待办")


async def test_axe_finds_nothing_at_the_desk_of_a_department(xu: Clerk, chen: Clerk, call: Call) -> None:
    ticket = await call("小区门禁坏了")
    await dispatched(xu, ticket)
    for path in ("/orders", "/orders?text=门禁&time=late", f"/orders/{ticket}", "/orders/figures", "/hand"):
        await chen.opens(path)
        assert await chen.violations() == [], path
    await chen.page.set_viewport_size({"width": 683, "height": 384})
    for path in ("/orders", f"/orders/{ticket}"):
        await chen.opens(path)
        assert await chen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
