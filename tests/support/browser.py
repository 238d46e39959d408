"""Somebody of the office at a browser, and what they see there."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright, expect

from tools.local.instance import Instance
from tools.prepare.logins import trial_password

SCREEN: Final = {"width": 1366, "height": 768}
_AXE: Final = Path(__file__).resolve().parents[1] / "browser/vendor/axe-4.14.1.min.js"
_CHECK: Final = "() => axe.run({resultTypes: ['violations']})"
_SLOW: Final = 15_000
"""Milliseconds for which a page may take on a machine that is busy with much else."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start Debian's Chromium; where it is missing, `make test` installs it."""
    expect.set_options(timeout=_SLOW)
    found = shutil.which("chromium")
    assert found is not None, "install Debian's package chromium: as root, `make setup` does it"
    # Chromium's own sandbox refuses to work for root, who runs the tests of a bare container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        await browser.close()


class Clerk:
    """One person with a browser of their own."""

    def __init__(self, page: Page, running: Instance) -> None:
        self.page = page
        self.home = running.url("desk_http")
        self._password = trial_password(running.secrets)

    @classmethod
    async def sit_down(cls, browser: Browser, running: Instance) -> Clerk:
        context = await browser.new_context(viewport={"width": SCREEN["width"], "height": SCREEN["height"]})
        context.set_default_timeout(_SLOW)
        return cls(await context.new_page(), running)

    @classmethod
    async def at_work(cls, browser: Browser, running: Instance, name: str, path: str) -> Clerk:
        """Somebody who asks for a page, and is there once they have logged in."""
        clerk = await cls.sit_down(browser, running)
        await clerk.opens(path)
        await clerk.logs_in(name)
        await clerk.at(path.partition("?")[0])
        return clerk

    async def opens(self, path: str) -> None:
        await self.page.goto(f"{self.home}{path}")

    async def logs_in(self, name: str = "徐文珏", password: str | None = None) -> None:
        """Fill in the login that is shown, by keyboard."""
        await self.page.locator("#person").fill(name)
        await self.page.locator("#password").fill(self._password if password is None else password)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_load_state()

    async def presses(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("main")).to_contain_text(text)

    async def at(self, path: str) -> None:
        """Be at a page, whichever query it has."""
        await self.page.wait_for_url(lambda url: url.removeprefix(self.home).partition("?")[0] == path)

    async def pictured(self, name: str) -> None:
        await pictured(self.page, name)

    async def violations(self) -> Sequence[str]:
        """Ask axe what is wrong with the page for whoever does not see it, or has no mouse."""
        return await violations(self.page)


async def pictured(page: Page, name: str) -> None:
    """Take a picture of a page for the docs, where those are being renewed (`make pictures`)."""
    folder = os.environ.get("LIUHEN_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


async def violations(page: Page) -> Sequence[str]:
    """Ask axe what is wrong with a page."""
    await page.evaluate(_AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(_CHECK)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]
