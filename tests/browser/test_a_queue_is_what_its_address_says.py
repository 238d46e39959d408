"""The dispatchers' queue: what is due first on top, its state in its address, urgent calls in everybody's sight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, expect

from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]


async def test_what_is_meant_stands_in_the_address_and_the_list_goes_on_after_an_act(xu: Clerk, call: Call) -> None:
    # given two calls that wait, of which one is about a hydrant
    hydrant, lamp = await call("消火栓漏水不止"), await call("路灯坏了")
    # when somebody looks for the words, by keyboard
    await xu.opens("/queue?task=dispatching")
    await xu.presses("s")
    await xu.page.keyboard.type("消火栓")
    await xu.presses("Enter")
    # then the address says so, and shows the one alone, now and when it is opened again
    await xu.page.wait_for_url(lambda url: "text" in parse_qs(urlsplit(url).query))
    await expect(xu.page.locator(f"#row-{lamp}-dispatching")).to_have_count(0)
    asked = parse_qs(urlsplit(xu.page.url).query)
    assert (asked["task"], asked["text"]) == (["dispatching"], ["消火栓"])
    await xu.page.reload()
    row = xu.page.locator(f"#row-{hydrant}-dispatching")
    await expect(row).to_contain_text("还剩")
    await xu.pictured("queue")
    # when it is dispatched, one is where one was
    await xu.page.locator(f"#open-{hydrant}-dispatching").press("Enter")
    await xu.at(f"/tasks/{hydrant}/dispatching")
    await xu.page.locator("#assign-uncategorised-yes").check()
    await xu.page.locator("#assign-lead").fill("房管局")
    await xu.presses("Control+Enter")
    await xu.at("/queue")
    await xu.sees(f"✔ 派单：工单 {hydrant}")
    assert parse_qs(urlsplit(xu.page.url).query)["text"] == ["消火栓"]
    await expect(row).to_have_count(0)


async def test_a_category_is_typed_by_name_and_what_nobody_can_mean_is_told_beside_it(xu: Clerk, call: Call) -> None:
    ticket = await call("电梯故障停运")
    await xu.opens("/queue")
    await xu.page.locator("#category").fill("没有这一类")
    await xu.presses("Enter")
    await expect(xu.page.locator("#category-wrong")).to_contain_text("没有这一类")
    assert await xu.page.locator("#category").input_value() == "没有这一类"
    assert await xu.violations() == []

    await xu.opens(f"/queue?text={ticket}")
    await expect(xu.page.locator("tr.row")).to_have_count(1)


async def test_an_urgent_call_stands_on_top_of_every_list_until_it_is_acknowledged_by_a_key(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    # given a duty officer and a dispatcher who look at lists in which nothing is
    duty = await Clerk.at_work(browser, running, "闵建国", "/queue?text=没有这样的")
    await xu.opens("/queue?task=review")
    # when somebody calls about people in danger
    ticket = await call("电梯困人，里面有老人和小孩")
    # then both see it though their lists show something else, and it says how long there is
    for clerk in (duty, xu):
        await expect(clerk.page.locator("#urgent")).to_contain_text(ticket)
        await expect(clerk.page.locator("#urgent")).to_contain_text("还剩")
    await expect(xu.page.locator("#urgent button")).to_have_count(0)
    assert await duty.violations() == []
    await duty.pictured("urgent")
    # when the duty officer presses the key, as often as calls of other tests stand before it
    bar = duty.page.locator("#urgent")
    for _ in range(await bar.locator("li").count()):
        first = await bar.locator("li").first.inner_text()
        await duty.presses("u")
        await duty.sees("✔ 确认知悉紧急件")
        await expect(bar).not_to_contain_text(first)
    # then it is acknowledged, nobody sees the bar any more, and the list is the one that it was
    await expect(bar).to_be_hidden()
    await expect(xu.page.locator("#urgent")).to_be_hidden()
    assert "没有这样的" in parse_qs(urlsplit(duty.page.url).query)["text"]


async def test_an_approver_sees_what_is_theirs_to_decide_by_one_key(
    browser: Browser, running: Instance, call: Call
) -> None:
    ticket = await call("路灯坏了")
    approver = await Clerk.at_work(browser, running, "方立群", f"/queue?text={ticket}")
    await expect(approver.page.locator(f"#row-{ticket}-dispatching")).to_be_visible()

    await approver.presses("m")

    await expect(approver.page.locator("[aria-current=true]")).to_contain_text("归我办的")
    await expect(approver.page.locator("tr.row:not(.over)")).to_have_count(0)


async def test_it_is_seen_in_which_sub_district_it_waits_and_one_of_them_is_opened(xu: Clerk, call: Call) -> None:
    ticket = await call("窨井盖松动")
    await xu.opens(f"/queue?text={ticket}")
    await expect(xu.page.locator(f"#row-{ticket}-dispatching")).to_be_visible()
    await xu.presses("d")
    # given a place of which nobody knows the sub-district
    await expect(xu.page.locator(".districts .nowhere b")).to_have_text("1")
    assert await xu.violations() == []
    first = xu.page.locator(".districts a").first
    await expect(first.locator("b")).to_have_text("0")
    await first.click()
    # then the list is that of a sub-district in which nothing of it waits, and the tiles still say where it does
    await xu.sees("没有符合条件的")
    await expect(xu.page.locator(".districts a[aria-current=true]")).to_have_count(1)
    await expect(xu.page.locator(".districts .nowhere b")).to_have_text("1")
    asked = parse_qs(urlsplit(xu.page.url).query)
    assert (asked["text"], len(asked["subdistrict"])) == ([ticket], 1)
    # and the tile that is chosen leads back to all of it
    await xu.page.locator(".districts a[aria-current=true]").click()
    await expect(xu.page.locator(f"#row-{ticket}-dispatching")).to_be_visible()
