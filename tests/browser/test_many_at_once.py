"""All that a list means is done at once: frozen, looked at, told row by row; what somebody else did first stays so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from playwright.async_api import expect

from tests.support.acting import acts
from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]


async def test_all_that_is_meant_is_done_and_each_row_says_what_became_of_it(
    running: Instance, xu: Clerk, call: Call
) -> None:
    # given three calls about one thing, one of them with words that a person has to look at, and another matter
    first, second, other = await call("小广告贴满楼道甲"), await call("小广告贴满楼道乙"), await call("路灯坏了")
    gas = await call("小广告贴满楼道丙，还有煤气味")
    await xu.opens("/queue?task=dispatching&text=小广告")
    await expect(xu.page.locator(f"#row-{first}-dispatching")).to_be_visible()
    # when all of them are meant, the one for eyes is not among them
    await xu.presses("y")
    await xu.at("/queue/bulk")
    await expect(xu.page.locator("h1")).to_contain_text("2 件")
    if gas in await xu.page.locator("main").inner_text():
        await expect(xu.page.locator(".why a")).to_have_text(gas)
    assert await xu.violations() == []
    await xu.page.locator("#assign-uncategorised-yes").check()
    await xu.page.locator("#assign-lead").fill("没有这个局")
    await xu.presses("Control+Enter")
    await expect(xu.page.locator("#assign-lead-wrong")).to_be_visible()
    await xu.page.locator("#assign-lead").fill("绿化市容局")
    await xu.presses("Control+Enter")
    # then the frozen list is shown, and nothing is done
    await expect(xu.page.locator("tr.row")).to_have_count(2)
    await expect(xu.page.locator("#rows")).to_contain_text("还没有办 2")
    assert await xu.violations() == []
    await xu.pictured("bulk")
    # when somebody else is faster with one of them, and then all is done by a key
    await acts(running, "p-shen", do="assign", ticket=second, lead="housing", uncategorised=True)
    await xu.presses("a")
    # then the one is done, the other is as somebody else did it, and says so; the other matter waits
    await expect(xu.page.locator(f"#row-{first}")).to_contain_text("✔ 已办")
    await expect(xu.page.locator(f"#row-{second}")).not_to_contain_text("✔")
    await expect(xu.page.locator(f"#row-{second}")).to_contain_text("工单")
    await xu.page.reload()
    await expect(xu.page.locator(f"#row-{first}")).to_contain_text("✔ 已办")
    await xu.opens(f"/queue?task=dispatching&text={other}")
    await expect(xu.page.locator(f"#row-{other}-dispatching")).to_be_visible()
    await xu.opens(f"/queue?task=dispatching&text={first}")
    await xu.sees("没有符合条件的")


async def test_no_kind_no_bulk(xu: Clerk) -> None:
    await xu.opens("/queue/bulk?text=灯")
    await xu.sees("批量办理只办同一种待办")
