"""Nobody works on a ticket beside somebody else without knowing it, and nobody is kept out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from playwright.async_api import Browser, expect

from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
_GONE = 60_000
"""Milliseconds within which whoever left is seen to have gone: three beats of the page, and one of who looks."""


async def test_who_has_a_ticket_open_is_seen_there_and_in_the_list_and_is_gone_when_they_left(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    # given a dispatcher who has a ticket open
    ticket = await call("河边护栏松了")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    # when another one looks at the list, and opens it too
    shen = await Clerk.at_work(browser, running, "沈知远", f"/queue?task=dispatching&text={ticket}")
    row = shen.page.locator(f"#row-{ticket}-dispatching")
    await expect(row).to_contain_text("徐文珏 在看")
    await row.locator("a").focus()
    await shen.presses("Enter")
    # then each sees the other, and axe finds nothing wrong
    await shen.sees("徐文珏 也在看")
    await expect(xu.page.locator(".seats")).to_contain_text("沈知远 也在看")
    assert await shen.violations() == []
    # when one has gone, that is seen without a reload
    await xu.page.close()
    await expect(shen.page.locator(".seats")).not_to_contain_text("也在看", timeout=_GONE)


async def test_a_ticket_is_taken_and_handed_over_and_nobody_is_kept_from_it(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    ticket = await call("绿化带里有垃圾")
    shen = await Clerk.at_work(browser, running, "沈知远", f"/queue?task=dispatching&text={ticket}")
    row = shen.page.locator(f"#row-{ticket}-dispatching")
    await expect(row).to_be_visible()
    # when it is taken by its key, the open list of another one says so
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await xu.presses("c")
    await xu.sees("徐文珏 在办")
    await expect(row).to_contain_text("徐文珏 在办")
    # when it is handed over to somebody typed by initials
    await xu.page.locator("#to").fill("szy")
    await xu.presses("Enter")
    await xu.sees("沈知远 在办")
    await expect(row).to_contain_text("沈知远 在办")
    # then whoever gave it away can still dispatch it
    await xu.page.locator("#assign-uncategorised-yes").check()
    await xu.page.locator("#assign-lead").fill("绿化市容局")
    await xu.presses("Control+Enter")
    await xu.at("/queue")
    await xu.sees(f"✔ 派单：工单 {ticket}")


async def test_a_ticket_is_found_and_opened_by_keyboard(xu: Clerk, call: Call) -> None:
    ticket = await call("消火栓被撞坏了")
    await xu.presses("g")
    await xu.at("/tickets")
    await xu.presses("s")
    await xu.page.keyboard.type("消火栓 四平路")
    await xu.presses("Enter")
    link = xu.page.locator(f"#open-{ticket}")
    await expect(link).to_be_visible()
    assert await xu.violations() == []
    await xu.pictured("tickets")
    await link.focus()
    await xu.presses("Enter")
    await xu.at(f"/tickets/{ticket}")
    await xu.sees("消火栓被撞坏了")
    assert await xu.violations() == []
    await xu.pictured("ticket")
    await xu.presses("p")
    await xu.at(f"/tickets/{ticket}/sheet")
    await xu.sees("12345 热线工单")
    assert await xu.violations() == []
