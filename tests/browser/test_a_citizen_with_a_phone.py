"""A citizen with a telephone finds their matter by the code of its receipt, and what they do there is heard."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

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
