"""Each page that has an address can be used by whoever may open it and does not see it, also enlarged."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Browser

from services.desk.edges.pages import ROUTES
from tests.support.browser import Clerk
from tools.local.instance import Instance

WHO: Final = ("徐文珏", "邵一帆", "房管局", "宁致远")
"""A dispatcher, a callback agent, a department and an operator; where each of them starts."""
FIRST: Final = dict(zip(WHO, ("/queue", "/callbacks", "/orders", "/office"), strict=True))
NO_PAGE: Final = ("events", "excel", "openid", "back", "pop", "presence", "districts", "urgent")
"""What is read by a program, is a file or a part of a page, or leads elsewhere."""


def paths() -> list[str]:
    read = (each.path for each in ROUTES if each.method == "GET" and "{" not in each.path)
    return [path for path in read if path.rpartition("/")[2] not in NO_PAGE]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", WHO)
async def test_axe_finds_nothing_and_nothing_has_to_be_moved_sideways(
    browser: Browser, running: Instance, name: str
) -> None:
    somebody = await Clerk.at_work(browser, running, name, FIRST[name])
    found: dict[str, object] = {}
    seen: set[str] = set()
    for width, height in ((1366, 768), (683, 384)):
        await somebody.page.set_viewport_size({"width": width, "height": height})
        for path in paths():
            answer = await somebody.page.goto(f"{somebody.home}{path}")
            if answer is None or not answer.ok:
                continue
            wrong: list[str] = [*await somebody.violations()]
            if not await somebody.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                wrong.append("wider than the screen")
            if wrong:
                found[f"{path} at {width}"] = wrong
            seen.add(path)
    assert found == {}
    assert FIRST[name] in seen
