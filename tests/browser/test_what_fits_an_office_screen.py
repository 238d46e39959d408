"""On the PC of an office, 1366 × 768, a page of the desk shows its main buttons at once, and is walked by keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from playwright.async_api import Browser

from tests.support.browser import SCREEN, Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
PAGES: Final = (
    ("徐文珏", "/queue"),
    ("徐文珏", "/tasks/{ticket}/dispatching"),
    ("徐文珏", "/queue/bulk?task=dispatching"),
    ("徐文珏", "/queue/export"),
    ("徐文珏", "/tickets"),
    ("徐文珏", "/tickets/{ticket}"),
    ("徐文珏", "/office"),
    ("孔令仪", "/calls"),
    ("孔令仪", "/desk/pop?ani=13611112222&call_id=fits"),
    ("袁晓岚", "/survey/devices?visitor=v-1&device=phone-2"),
    ("宁致远", "/office/trial"),
    ("房管局", "/orders"),
    ("房管局", "/orders/figures"),
    ("房管局", "/hand"),
    ("邵一帆", "/callbacks"),
)
_OUT_OF_SIGHT: Final = """() => [...document.querySelectorAll("main button.first")]
    .filter((each) => each.checkVisibility() && !each.closest("details:not([open])"))
    .map((each) => [each.innerText, each.getBoundingClientRect()])
    .filter(([, box]) => box.top < 0 || box.bottom > window.innerHeight || box.right > window.innerWidth)
    .map(([word, box]) => `${word} at ${box.top}`)"""
_ORDER: Final = """() => [...document.querySelectorAll("[tabindex]")].filter((each) => each.tabIndex > 0).length"""
_WIDE: Final = "document.documentElement.scrollWidth > window.innerWidth"


async def test_main_buttons_are_in_sight_the_order_is_that_of_the_page_and_nothing_moves_sideways(
    browser: Browser, running: Instance, call: Call
) -> None:
    ticket = await call("楼道里的灯坏了一个多月，晚上上下楼很不安全，" * 12)
    at_work: dict[str, Clerk] = {}
    found = []
    for name, path in PAGES:
        page = path.format(ticket=ticket)
        if name in at_work:
            await at_work[name].opens(page)
        else:
            at_work[name] = await Clerk.at_work(browser, running, name, page)
        clerk = at_work[name]
        found += [f"{path}: {word}" for word in await clerk.page.evaluate(_OUT_OF_SIGHT)]
        assert await clerk.page.evaluate(_ORDER) == 0, path
        assert await clerk.violations() == [], path
        await clerk.presses("Tab")
        assert await clerk.page.evaluate("document.activeElement.className") in ("skip", ""), path
        # at 200 % a screen shows half as much
        await clerk.page.set_viewport_size({"width": SCREEN["width"] // 2, "height": SCREEN["height"] // 2})
        if await clerk.page.evaluate(_WIDE):
            found.append(f"{path}: wider than the screen")
        await clerk.page.set_viewport_size({"width": SCREEN["width"], "height": SCREEN["height"]})
    assert found == []
