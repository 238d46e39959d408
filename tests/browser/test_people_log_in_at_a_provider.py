"""Somebody of the office logs in at a provider's own pages, in a browser: they end where they were going."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import Clerk
from tests.support.security.provider import CLIENT, SECRET, somebody_elses
from tools.local.instance import Instance


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    """The desk alone, where people log in at a provider of somebody else, which runs beside it."""
    with somebody_elses("--require-nonce", "--user", "p-xu", "--user", "p-nobody") as issuer:
        told = {
            "LIUHEN_OPENID_ISSUER": issuer,
            "LIUHEN_OPENID_CLIENT": CLIENT,
            "LIUHEN_OPENID_SECRET": SECRET,
            "LIUHEN_OPENID_HOME": system.url("desk_http"),
        }
        (desk,) = system.start_services(["desk"], environment=told)
        yield system
        system.stop(desk.name)


async def goes_to_the_provider(clerk: Clerk) -> None:
    await clerk.page.get_by_role("link", name="用统一身份认证登录").click()
    await expect(clerk.page.get_by_role("heading", name="Authorize Client")).to_be_visible()
    assert not clerk.page.url.startswith(clerk.home)


async def test_who_logs_in_there_goes_on_where_they_were_and_logs_out_at_both(
    browser: Browser, running: Instance
) -> None:
    clerk = await Clerk.sit_down(browser, running)
    await clerk.opens("/queue?task=dispatching")
    await clerk.at("/login")
    assert await clerk.page.locator("#password").count() == 0
    assert await clerk.violations() == []

    await goes_to_the_provider(clerk)
    await clerk.page.get_by_role("button", name="p-xu").click()

    await clerk.at("/queue")
    assert clerk.page.url.endswith("/queue?task=dispatching")
    await expect(clerk.page.locator("body")).to_contain_text("徐文珏")

    await clerk.page.get_by_role("button", name="退出").click()
    await clerk.page.wait_for_load_state()
    await clerk.opens("/queue")
    await clerk.at("/login")


async def test_who_is_in_no_policy_is_told_so_and_gets_no_session(browser: Browser, running: Instance) -> None:
    clerk = await Clerk.sit_down(browser, running)
    await clerk.opens("/login")
    await goes_to_the_provider(clerk)
    await clerk.page.get_by_role("button", name="p-nobody").click()
    await clerk.sees("p-nobody")

    await clerk.opens("/queue")
    await clerk.at("/login")
