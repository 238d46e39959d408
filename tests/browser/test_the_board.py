"""A leader at the board: the day, rates with what is behind them, and a wall screen; others see what is theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeAlias

import pytest
from playwright.async_api import Browser, expect

from tests.support.acting import reported
from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
_SERVICES = ("intake", "dispatch", "sla", "trace", "desk")


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    """The services with those that count."""
    system.start_services(_SERVICES)
    yield system
    system.stop(*_SERVICES)


@pytest.fixture
async def zheng(browser: Browser, running: Instance) -> Clerk:
    """A leader, who has the board open."""
    clerk = await Clerk.at_work(browser, running, "郑怀安", "/")
    await clerk.page.locator("nav a", has_text="看板").click()
    await expect(clerk.page.locator("h1")).to_contain_text("领导看板")
    return clerk


async def test_the_board_shows_the_day_and_opens_to_what_is_behind_a_rate(
    browser: Browser, running: Instance, zheng: Clerk, call: Call
) -> None:
    before = int(await zheng.page.locator("#registered b").inner_text())
    # when a call comes in and is dealt with, the open board comes to say so, and whoever stands on a link still does
    ticket = await call("楼道里的灯坏了一个星期")
    link = zheng.page.locator("#rates a").first
    await link.focus()
    await expect(zheng.page.locator("#registered b")).to_have_text(str(before + 1))
    await expect(link).to_be_focused()
    await reported(running, ticket, "灯已修好。")
    assert await zheng.violations() == []
    await zheng.pictured("board")
    # then behind a rate stand its tickets, without an address that a leader may not open
    await zheng.page.locator("#rates a", has_text="受理量").click()
    await expect(zheng.page.locator("tbody")).to_contain_text(ticket)
    assert await zheng.violations() == []
    await zheng.page.go_back()
    # and it is a report on paper for whoever acts in the office
    xu = await Clerk.at_work(browser, running, "徐文珏", f"/tickets/{ticket}")
    await xu.presses("r")
    await expect(xu.page.locator("h1")).to_have_text("办结报告")
    await xu.sees("灯已修好。")
    await xu.sees("楼道里的灯坏了一个星期")
    assert await xu.violations() == []
    await xu.pictured("report")
    # and a wall screen has no links that nobody could click
    await zheng.presses("f")
    await expect(zheng.page.locator("body.wall")).to_be_visible()
    assert await zheng.page.locator("table a").count() == 0
    assert await zheng.violations() == []


async def test_who_may_not_see_the_board_is_told_and_nobody_is_told_where_to_log_in(
    browser: Browser, running: Instance
) -> None:
    stranger = await Clerk.sit_down(browser, running)
    board = f"{running.url('trace_http')}/board"
    await stranger.page.goto(board)
    await stranger.sees("请先在工作台登录")
    assert await stranger.violations() == []
    for name, home in (("房管局", "/orders"), ("孔令仪", "/calls"), ("邵一帆", "/callbacks")):
        other = await Clerk.at_work(browser, running, name, home)
        await other.page.goto(board)
        await other.sees("这里不归您看")


async def test_the_survey_office_sees_who_was_where_and_the_half_hour(browser: Browser, running: Instance) -> None:
    yuan = await Clerk.at_work(browser, running, "袁晓岚", "/queue")
    await yuan.presses("w")
    await expect(yuan.page.locator("h1")).to_contain_text("大调研台")
    await yuan.sees("还没有去")
    assert await yuan.violations() == []
    await yuan.pictured("survey")
    await yuan.presses("l")
    await expect(yuan.page.locator("h1")).to_contain_text("走访台账")
    # when days are asked for on which nobody had been anywhere yet
    await yuan.presses("s")
    await expect(yuan.page.locator("#from")).to_be_focused()
    await yuan.page.locator("#from").fill("2020-01-01")
    await yuan.page.locator("#to").fill("2020-01-03")
    await yuan.presses("Enter")
    await yuan.sees("没有符合条件的走访")
    assert await yuan.violations() == []
    # and what is to be decided is a form at the desk
    await yuan.opens("/survey/devices?visitor=v-1&device=phone-2")
    await expect(yuan.page.locator("#approve_device-device")).to_have_value("phone-2")
    assert await yuan.violations() == []
    await yuan.opens("/office")
    await yuan.sees("徐文珏")
    assert await yuan.violations() == []


async def test_the_brief_of_a_day_is_a_sheet_of_paper(zheng: Clerk) -> None:
    await zheng.presses("r")
    await expect(zheng.page.locator("h1")).to_contain_text("热线日报")
    await zheng.sees("上周同一天")
    assert await zheng.violations() == []


async def test_whoever_applies_the_rules_sees_what_a_change_would_make_of_them(
    browser: Browser, running: Instance
) -> None:
    ning = await Clerk.at_work(browser, running, "宁致远", "/office")
    await ning.presses("t")
    await expect(ning.page.locator("h1")).to_contain_text("office.yaml")
    assert await ning.violations() == []
    text = ning.page.locator("#text")
    present = await text.input_value()
    # given a mistake, which is named by its line while every word stays
    await text.fill(present.replace("delegations: []", "delegations: [{role: approver, of: p-fang}]"))
    await text.press("Control+Enter")
    await expect(ning.page.locator("#outcome")).to_contain_text("处要改")
    await expect(text).to_have_value(present.replace("delegations: []", "delegations: [{role: approver, of: p-fang}]"))
    assert await ning.violations() == []
    # when it is mended, then it stands there who would have which role from when until when
    lent = "delegations:\n  - {role: approver, of: p-fang, to: p-gu, from: 2027-02-01, until: 2027-02-05}"
    await text.fill(present.replace("delegations: []", lent))
    await text.press("Control+Enter")
    await expect(ning.page.locator("#outcome")).to_contain_text("新给的职责")
    await expect(ning.page.locator("#outcome")).to_contain_text("2027-02-01 至 2027-02-05")
    assert await ning.violations() == []
    await ning.page.evaluate("window.scrollTo(0, 0)")
    await ning.pictured("trial")
    # and what was typed is there for its author the next time, and nobody's rules have changed
    await ning.opens("/office/trial?file=office.yaml")
    await expect(text).to_have_value(present.replace("delegations: []", lent))
    await ning.opens("/office")
    await ning.sees("没有。")
