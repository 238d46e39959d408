"""A visitor with a phone: without a network nothing is lost, with one it is said once, and problems are followed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.support.browser import pictured, violations
from tools.local.instance import Instance

_PHONE: Final = {"width": 390, "height": 844}
_TEXT: Final = "楼道里的灯坏了三天"
_READY: Final = (
    "navigator.serviceWorker.ready.then(async () => (await caches.open('visit')).match('/visit')).then(Boolean)"
)


@pytest.fixture
async def phone(browser: Browser, running: Instance) -> AsyncIterator[Page]:
    """The phone of a visitor who said who they are, with the page open."""
    context = await browser.new_context(
        viewport=_PHONE,  # type: ignore[arg-type]
        geolocation={"latitude": 31.27, "longitude": 121.52, "accuracy": 12},
        permissions=["geolocation"],
    )
    page = await context.new_page()
    await page.goto(f"{running.url('intake_http')}/visit")
    await page.locator("#visitor").fill("v-901")
    await page.locator("#unit").select_option(index=1)
    await page.locator("#key").fill((running.secrets / "survey-token").read_text("ascii").split()[0])
    await page.keyboard.press("Enter")
    await expect(page.locator("#setup")).not_to_have_attribute("open", "")
    yield page
    await context.close()


async def fill(page: Page) -> None:
    await page.locator("#address").fill("国和路300弄5号")
    await page.locator("#household").fill("301室")
    await page.locator("#phone").fill("13611112222")
    await page.locator(".problem textarea").first.fill(_TEXT)
    await page.locator("#locate").click()
    await expect(page.locator("#position")).to_contain_text("误差约 12 米")


async def test_what_is_typed_without_a_network_is_said_once_when_there_is_one_and_its_problem_is_followed(
    phone: Page,
) -> None:
    assert await phone.evaluate(_READY)
    assert await violations(phone) == []
    # given no network, and a page that was closed while a household was being typed
    await phone.context.set_offline(True)
    await fill(phone)
    await phone.reload()
    await expect(phone.locator("#address")).to_have_value("国和路300弄5号")
    await expect(phone.locator(".problem textarea")).to_have_value(_TEXT)
    # when it is submitted, it waits on the phone, also over another reload
    await phone.locator("#visit button:not([type])").click()
    await expect(phone.locator("#waiting")).to_contain_text("还没有送到")
    await phone.reload()
    await expect(phone.locator("#waiting-count")).to_have_text("1")
    await expect(phone.locator("#line")).to_contain_text("没有网络")
    # and its answer is lost on the way, so that it is said again
    said: list[str] = []

    async def lose(route: Route) -> None:
        said.append(route.request.headers["idempotency-key"])
        if len(said) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await phone.route("**/v1/survey/visits", lose)
    await phone.context.set_offline(False)
    await expect(phone.locator("#waiting")).to_contain_text("还没有送到")
    await phone.locator("#ask").click()
    # then there is one visit with one ticket, and what it said of people is not on the phone any more
    mine = phone.locator("#mine > li")
    await expect(mine).to_have_count(1)
    await expect(mine).to_contain_text("已收下")
    await expect(mine.locator("ul > li")).to_have_count(1)
    await expect(mine).to_contain_text(_TEXT)
    await expect(phone.locator("#waiting-count")).to_have_text("0")
    assert (len(said) >= 2, len(set(said))) == (True, 1)
    assert "13611112222" not in await phone.evaluate("JSON.stringify(localStorage)")
    assert await violations(phone) == []
    await pictured(phone, "visit")
    # and the household can take a card with it, whose code opens the page of its receipt
    await mine.locator("a").click()
    await expect(phone.locator("h1")).to_have_text("温馨提示卡")
    await expect(phone.locator("svg.code")).to_be_visible()
    assert await violations(phone) == []
    await pictured(phone, "card")


async def test_what_is_refused_says_why_and_keeps_every_word(phone: Page) -> None:
    await fill(phone)
    await phone.locator("#phone").fill("12")
    await phone.locator("#visit button:not([type])").click()
    await expect(phone.locator("#waiting")).to_contain_text("电话号码不是有效的")
    await phone.locator("#waiting button").click()
    await expect(phone.locator("#household")).to_have_value("301室")
    await expect(phone.locator(".problem textarea")).to_have_value(_TEXT)


async def test_a_wrong_key_loses_nothing(phone: Page) -> None:
    await phone.locator("#setup summary").click()
    await phone.locator("#key").fill("nobody knows this")
    await phone.keyboard.press("Enter")
    await fill(phone)
    await phone.locator("#visit button:not([type])").click()
    await expect(phone.locator("#line")).to_contain_text("口令不对")
    await expect(phone.locator("#waiting-count")).to_have_text("1")
