"""A callback agent's day in the browser: whom to call and why, three questions, and each attempt with its time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, expect

from chassis.clock import Clock
from tests.support.acting import has_order, reported
from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
SHANGHAI = ZoneInfo("Asia/Shanghai")
REPLY = "楼道灯已更换，请您查看。"


@pytest.fixture
async def shao(browser: Browser, running: Instance) -> Clerk:
    """A callback agent, who has the list open."""
    return await Clerk.at_work(browser, running, "邵一帆", "/callbacks")


async def test_somebody_is_called_back_by_keyboard_with_the_reply_beside_what_was_asked(
    running: Instance, shao: Clerk, call: Call
) -> None:
    # given a matter that is done, which the open list comes to say
    ticket = await call("楼道里的灯坏了一个星期")
    await reported(running, ticket, REPLY)
    await expect(shao.page.locator("#news")).to_contain_text("1 条新的")
    await shao.presses("n")
    row = shao.page.locator(f"#row-{ticket}-callback")
    await expect(row).to_contain_text("还剩")
    await shao.pictured("callbacks")
    await row.locator("a").focus()
    await shao.presses("Enter")
    # then what was asked, what was answered and whom to call stand on one page
    await shao.at(f"/callbacks/{ticket}")
    for said in ("楼道里的灯坏了一个星期", REPLY, "136"):
        await shao.sees(said)
    assert await shao.violations() == []
    # when nobody answers the telephone, that stands there with its time, and the form is as it was
    await shao.presses("d")
    await shao.page.locator("#note_unreached-note").fill("响了很久")
    await shao.presses("Control+Enter")
    await shao.at("/callbacks")
    await shao.sees("✔")
    await expect(row).to_contain_text("未接通 1 次")
    await shao.opens(f"/callbacks/{ticket}")
    await shao.sees("第 1 次，邵一帆：响了很久")
    # and to try again at once is refused with the rule, and what was typed stands
    await shao.page.locator("#act-note_unreached summary").click()
    await shao.page.locator("#note_unreached-note").fill("再打一次")
    await shao.presses("Control+Enter")
    await shao.sees("两次回访至少间隔")
    assert await shao.page.locator("#note_unreached-note").input_value() == "再打一次"
    # when the requester calls back and answers, the ticket is closed and nobody has to be called any more
    for question in ("contacted-yes", "solved-solved", "attitude-satisfied", "result-satisfied"):
        await shao.page.locator(f"#record_callback-{question}").check()
    await shao.page.locator("#record_callback-note").fill("很满意")
    await shao.pictured("callback")
    await shao.presses("Control+Enter")
    await shao.at("/callbacks")
    await has_order(running, "housing", ticket, "closed")
    await expect(row).to_have_count(0)
    await shao.opens(f"/callbacks/{ticket}")
    await shao.sees("现在不需要回访")


async def test_who_wants_to_be_called_at_another_time_is_found_under_those_appointed(
    running: Instance, shao: Clerk, call: Call
) -> None:
    ticket = await call("门禁坏了")
    await reported(running, ticket, REPLY)
    await shao.opens(f"/callbacks/{ticket}")
    await shao.page.locator("#act-appoint_callback summary").click()
    later = (Clock.parse(running.clock).now() + timedelta(hours=20)).astimezone(SHANGHAI)
    await shao.page.locator("#appoint_callback-at").fill(f"{later:%Y-%m-%dT%H:%M}")
    await shao.page.locator("#act-appoint_callback button.first").click()
    await shao.at("/callbacks")
    await shao.opens("/callbacks")
    await shao.presses("a")
    await expect(shao.page.locator(f"#row-{ticket}-callback")).to_contain_text("约定")
    assert "show=appointed" in shao.page.url


async def test_the_centre_and_departments_are_told_that_it_is_not_theirs(browser: Browser, running: Instance) -> None:
    clerk = await Clerk.at_work(browser, running, "徐文珏", "/callbacks")

    await clerk.sees("回访台由回访员使用")
