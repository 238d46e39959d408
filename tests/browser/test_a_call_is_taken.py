"""Somebody who takes calls: one form for a call, what is known beside it, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from chassis.http import SESSION
from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
POP = "/desk/pop?ani=13611112222&call_id=c-{}"


@pytest.fixture
async def kong(browser: Browser, running: Instance) -> Clerk:
    """One of the contractor's people, who takes calls and does nothing else."""
    return await Clerk.at_work(browser, running, "孔令仪", "/calls")


async def test_a_call_pops_up_and_is_registered_by_keyboard_and_its_number_stands_in_no_address(kong: Clerk) -> None:
    # given a call that the telephone system announces
    await kong.opens(POP.format(1))
    await expect(kong.page.locator("#call-contact-phone")).to_have_value("13611112222")
    await expect(kong.page.locator("#call-requester_kind")).to_have_value("resident")
    assert "13611112222" not in kong.page.url
    # when it is written down, what its category means and what may be promised stands beside it
    await kong.page.locator("#call-text").fill("电梯困人，停运三天没人修")
    await kong.page.locator("#call-place-text").fill("四平路100号")
    await expect(kong.page.locator("#beside")).to_contain_text("电梯故障")
    await expect(kong.page.locator("#beside")).to_contain_text("前办结")
    await expect(kong.page.locator("#call-place-text")).to_be_focused()
    await expect(kong.page.locator("#call-form .kept")).to_have_text("草稿已存")
    assert await kong.violations() == []
    await kong.pictured("call")
    # and what is missing is said beside its field, with every word kept
    await kong.presses("Control+Enter")
    await expect(kong.page.locator("#call-kind-wrong")).to_be_visible()
    assert await kong.page.locator("#call-text").input_value() == "电梯困人，停运三天没人修"
    # when it is registered, the next call begins with an empty form
    await kong.page.locator("#call-kind").select_option("complain")
    await kong.presses("Escape", "r")
    await kong.at("/calls")
    await kong.sees("✔ 登记：工单 2")
    assert await kong.violations() == []


async def test_a_call_that_is_interrupted_is_found_again_with_all_that_was_typed(kong: Clerk) -> None:
    await kong.opens(POP.format(2))
    await kong.page.locator("#call-text").fill("写到一半")
    await expect(kong.page.locator("#call-form .kept")).to_have_text("草稿已存")
    await kong.opens("/calls")
    await kong.page.get_by_role("link", name="写到一半的来电").first.click()
    await expect(kong.page.locator("#call-text")).to_have_value("写到一半")
    await expect(kong.page.locator("#call-contact-phone")).to_have_value("13611112222")
    # and whoever is announced once more is the same call
    await kong.opens(POP.format(2))
    await expect(kong.page.locator("#call-text")).to_have_value("写到一半")
    await kong.page.get_by_role("button", name="放弃这通来电的草稿").click()
    await kong.at("/calls")


async def test_a_call_that_is_open_in_two_pages_is_registered_once_and_the_second_is_told(
    kong: Clerk, running: Instance
) -> None:
    # given a call that is open twice, and written down in both
    await kong.opens(POP.format(5))
    other = Clerk(await kong.page.context.new_page(), running)
    await other.opens(POP.format(5))
    for clerk, words in ((kong, "小区大门口的路灯坏了"), (other, "小区后门的路灯坏了")):
        await clerk.page.locator("#call-text").fill(words)
        await clerk.page.locator("#call-place-text").fill("四平路100号")
        await clerk.page.locator("#call-kind").select_option("complain")
    # and the second page sees that the first one writes, and overwrites nothing
    await expect(other.page.locator(".compare")).to_be_visible()
    # when both register it
    await kong.presses("Escape", "r")
    await kong.at("/calls")
    await kong.sees("✔ 登记：工单 2")
    await other.presses("Escape", "r")
    # then the second gets what became of it, and keeps its words
    await other.sees("这通来电已在另一页了结")
    await other.sees("✔ 登记：工单 2")
    await expect(other.page.locator("#call-text")).to_have_value("小区后门的路灯坏了")
    assert await other.violations() == []


async def test_a_session_that_ends_while_a_call_is_written_down_loses_no_word_of_it(kong: Clerk) -> None:
    await kong.opens(POP.format(6))
    await kong.page.locator("#call-text").fill("楼上漏水，已经两天")
    await kong.page.context.clear_cookies(name=SESSION)
    await kong.page.locator("#call-text").press_sequentially("，天花板鼓起来了")
    await kong.presses("Control+Enter")
    await kong.sees("您输入的都带着")
    assert await kong.violations() == []
    await kong.logs_in("孔令仪")
    await expect(kong.page.locator("#call-text")).to_have_value("楼上漏水，已经两天，天花板鼓起来了")
    await kong.page.get_by_role("button", name="放弃这通来电的草稿").click()
    await kong.at("/calls")


async def test_who_presses_for_a_ticket_of_their_own_chooses_it_beside_the_form(kong: Clerk, call: Call) -> None:
    # given a ticket at the place that is called about
    ticket = await call("楼道里堆满杂物")
    await kong.opens(POP.format(3))
    await kong.page.locator("#call-place-text").fill("四平路100号")
    await kong.page.locator("#call-text").fill("楼道里堆满杂物，还没有人来清")
    choice = kong.page.locator(f"#ticket-{ticket}")
    # when it is chosen and pressed for
    await choice.check()
    await expect(kong.page.locator("#call-form .kept")).to_have_text("草稿已存")
    await kong.presses("Escape", "u")
    # then the call ends there
    await kong.at("/calls")
    await kong.sees(f"✔ 催办或者补充：工单 {ticket}")


async def test_what_an_agent_can_answer_is_answered_on_the_line_and_dispatched_to_nobody(kong: Clerk) -> None:
    await kong.opens("/calls")
    await kong.presses("s", "Enter")
    await expect(kong.page.locator("#call-text")).to_be_visible()
    await kong.page.locator("#call-text").fill("居住证到哪里办")
    await kong.page.locator("#call-kind").select_option("consult")
    await kong.page.locator("#call-answer").fill("请到社区事务受理服务中心，带身份证。")
    await kong.presses("Escape", "d")
    await kong.at("/calls")
    await kong.sees("✔ 直办答复：工单 2")


async def test_whoever_takes_no_calls_gets_the_tickets_of_the_number(browser: Browser, running: Instance) -> None:
    supervisor = await Clerk.at_work(browser, running, "何静宜", "/queue")
    await supervisor.opens(POP.format(4))
    await supervisor.at("/tickets")
    assert "13611112222" not in urlsplit(supervisor.page.url).query
    await supervisor.opens("/calls")
    await supervisor.sees("接听台由接听来电的人使用")


async def test_what_no_call_is_named_opens_no_form(kong: Clerk) -> None:
    await kong.opens("/calls/..%2Ftasks%2F26090100000019%2Furgent_call%2Facknowledge_urgent%23")
    await kong.sees("没有这个地址")
    await expect(kong.page.locator("#call-form")).to_have_count(0)
