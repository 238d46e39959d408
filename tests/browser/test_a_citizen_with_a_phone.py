"""A citizen with a telephone finds their matter by the code of its receipt, and what they do there is heard."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.acting import reported
from tests.support.browser import Clerk, violations
from tools.local.instance import Instance

WIDTH: Final = 375
NUMBER: Final = "13611113333"


@pytest.fixture
async def phone(browser: Browser) -> Page:
    """A telephone that nobody used for this before."""
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": 667}, is_mobile=True, has_touch=True, device_scale_factor=2
    )
    context.set_default_timeout(15_000)
    return await context.new_page()


@pytest.fixture
async def kong(browser: Browser, running: Instance) -> Clerk:
    """Somebody who takes calls."""
    return await Clerk.at_work(browser, running, "孔令仪", "/calls")


async def registered(kong: Clerk, text: str, call: int) -> str:
    """Somebody calls, and is told where their receipt opens; returns that address."""
    await kong.opens(f"/desk/pop?ani={NUMBER}&dnis=12345&call_id=phone-{call}")
    await kong.page.locator("#call-text").fill(text)
    await kong.page.locator("#call-place-text").fill("四平路100号")
    await kong.page.locator("#call-kind").select_option("complain")
    await kong.presses("Escape", "r")
    await kong.at("/calls")
    await kong.page.locator("details.receipt summary").click()
    await expect(kong.page.locator("details.receipt svg.code")).to_be_visible()
    assert await kong.violations() == []
    return str(await kong.page.locator("details.receipt a").get_attribute("href"))


async def entered(phone: Page, address: str) -> None:
    """Open what the code says, and give the number."""
    await phone.goto(address)
    await phone.locator("#phone").fill(NUMBER)
    await phone.get_by_role("button", name="查进展").tap()
    await phone.wait_for_url(re.compile("/progress/matter"))


async def test_whoever_called_finds_their_matter_with_the_code_and_their_number(phone: Page, kong: Clerk) -> None:
    # given a call, at whose end the desk shows the code of the receipt
    address = await registered(kong, "楼道灯坏了，晚上看不见", 1)
    # when the caller opens it with a telephone
    await phone.goto(address)
    assert await phone.locator("#receipt").input_value() == address.partition("receipt=")[2]
    assert await violations(phone) == []
    await entered(phone, address)
    # then they read where it stands, and nothing is wider than their screen
    await expect(phone.locator(".state").first).to_be_visible()
    await expect(phone.locator("main")).to_contain_text("接下来")
    assert await phone.evaluate("document.documentElement.scrollWidth") <= WIDTH
    await phone.locator("details.keep summary").tap()
    await expect(phone.locator("svg.code")).to_be_visible()
    assert await violations(phone) == []
    # when they leave, going back shows the form and nothing of the matter
    await phone.get_by_role("button", name="退出").tap()
    await phone.wait_for_url(re.compile("/progress$"))
    await phone.go_back()
    await expect(phone.locator("#phone")).to_be_visible()


async def test_they_answer_the_callback_questions_by_themself_and_later_ask_to_reopen(
    phone: Page, kong: Clerk, running: Instance
) -> None:
    # given a matter that is done, whose requester has not been called yet
    address = await registered(kong, "单元门关不上，一直敞着", 2)
    await entered(phone, address)
    ticket = (await phone.locator("h2", has_text="工单").first.inner_text()).removeprefix("工单 ")
    await reported(running, ticket, "门轴已更换，请您查看。")
    await is_shown(phone, "目前的答复")
    await expect(phone.locator(".answer")).to_contain_text("门轴已更换")
    await pictured(phone, "citizen")
    assert await violations(phone) == []
    # when they leave a question out, that is said beside it, and what was chosen and written stays
    for name in ("contacted", "attitude", "result"):
        await phone.locator(f"input[name={name}]").first.check()
    await phone.locator("#f1-answer-said").fill("门是好了，<b>谢谢</b>")
    await phone.get_by_role("button", name="提交评价").tap()
    await expect(phone.locator("#f1-answer-solved-wrong")).to_be_visible()
    assert await phone.locator("#f1-answer-said").input_value() == "门是好了，<b>谢谢</b>"
    assert await violations(phone) == []
    # when all are answered, the ticket is closed, and the agency has nobody to call
    await phone.locator("input[name=solved]").first.check()
    await phone.get_by_role("button", name="提交评价").tap()
    await phone.wait_for_url(re.compile("#done"))
    await is_shown(phone, "您的诉求已结案")
    await expect(phone.locator("#done")).to_contain_text("已收下")
    await expect(phone.locator("input[name=solved]")).to_have_count(0)
    # when it is broken again within the window, they ask to reopen it
    await phone.locator("summary", has_text="申请重启办理").tap()
    await phone.locator("#f1-reopen-said").fill("又关不上了")
    await phone.get_by_role("button", name="申请重启办理").tap()
    await is_shown(phone, "热线中心核实后会告知您是否重启办理")
    assert await violations(phone) == []
    assert await phone.evaluate("document.documentElement.scrollWidth") <= WIDTH


async def test_without_script_and_at_twice_the_size_all_of_it_works(browser: Browser, kong: Clerk) -> None:
    address = await registered(kong, "路面有个坑", 3)
    context = await browser.new_context(viewport={"width": WIDTH // 2, "height": 400}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await page.goto(address)
    await page.locator("#phone").fill(NUMBER)
    await page.get_by_role("button", name="查进展").click()
    await page.locator("summary", has_text="有新情况要说").click()
    await page.locator("#f1-add-said").fill("坑更大了")
    await page.get_by_role("button", name="提交补充").click()
    await expect(page.locator("#done")).to_contain_text("坑更大了")
    await context.close()


async def is_shown(phone: Page, text: str) -> None:
    """Load the page again until it says so."""
    async with asyncio.timeout(30):
        while text not in await phone.locator("main").inner_text():
            await asyncio.sleep(0.2)
            await phone.goto(phone.url.partition("#")[0])


async def pictured(phone: Page, name: str) -> None:
    """Take a picture for the docs, where those are being renewed (`make pictures`)."""
    folder = os.environ.get("LIUHEN_PICTURES")
    if folder:
        await phone.screenshot(path=Path(folder) / f"{name}.png")
