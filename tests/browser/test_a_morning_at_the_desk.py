"""A dispatcher's morning: nothing that was typed is lost, nothing is overwritten in silence, all of it by keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from playwright.async_api import Browser, expect

from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]


async def test_the_login_goes_on_where_one_was(browser: Browser, running: Instance) -> None:
    clerk = await Clerk.sit_down(browser, running)
    await clerk.opens("/queue?task=dispatching")
    await clerk.at("/login")

    await clerk.logs_in(password="not the password")
    await clerk.sees("密码不对")
    assert await clerk.page.locator("#person").input_value() == "徐文珏"

    await clerk.logs_in()
    await clerk.at("/queue")
    assert clerk.page.url.endswith("/queue?task=dispatching")


async def test_a_ticket_is_dispatched_by_keyboard_alone(xu: Clerk, call: Call) -> None:
    # given one call that waits, in a list that is shown whole however much else waits
    ticket = await call("电梯故障，停运三天了")
    await xu.opens(f"/queue?task=dispatching&text={ticket}")
    # when it is found with j and opened, and the first suggestion is taken with its key
    await expect(xu.page.locator(f"#row-{ticket}-dispatching")).to_contain_text("四平路100号")
    link = xu.page.locator(f"#row-{ticket}-dispatching a")
    for _ in range(200):
        await xu.presses("j")
        if await link.evaluate("(link) => link === document.activeElement"):
            break
    await xu.presses("Enter")
    await xu.at(f"/tasks/{ticket}/dispatching")
    await xu.sees("四平路100号")
    await expect(xu.page.locator("mark.kind").first).to_be_visible()
    # what is only likely is offered, and stands in no field
    await expect(xu.page.locator("#assign-lead")).to_have_value("")
    await xu.presses("1")
    # then it is dispatched, and waits no more
    await xu.at("/queue")
    await xu.sees(f"✔ 派单：工单 {ticket}")
    await expect(xu.page.locator(f"#row-{ticket}-dispatching")).to_have_count(0)


async def test_a_department_is_found_by_its_initials_and_what_is_meant_by_nobody_is_told_beside_its_field(
    xu: Clerk, call: Call
) -> None:
    ticket = await call("楼道里的灯坏了")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await xu.presses("a")
    # when a word is typed that many departments have in their names
    await xu.presses("Control+a")
    await xu.page.keyboard.type("局")
    await xu.presses("Control+Enter")
    # then it is told beside the field, with what it could be, and what was typed stands
    await expect(xu.page.locator("#assign-lead-wrong")).to_contain_text("房管局")
    lead = xu.page.locator("#assign-lead")
    await expect(lead).to_be_focused()
    assert await lead.input_value() == "局"
    # when the initials are typed, and no category, then those that are suggested are named
    await lead.fill("fgj")
    await lead.press("Control+Enter")
    await xu.sees("该工单还没有分类，推荐")
    # when none of them fits
    await xu.page.locator("#assign-uncategorised-yes").check()
    await lead.press("Control+Enter")
    # then the housing bureau has it
    await xu.at("/queue")
    await xu.sees(f"✔ 派单：工单 {ticket}")


async def test_what_comes_in_gathers_and_what_changes_changes_in_place(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    # given a list of what is about one thing, which is shown whole however much else waits
    first = await call("楼顶屋面漏水")
    await xu.opens("/queue?task=dispatching&text=屋面")
    row = xu.page.locator(f"#row-{first}-dispatching")
    await expect(row).to_be_visible()
    # when another call comes in
    second = await call("屋面渗水")
    # then the list stays as it is read, and says so
    await expect(xu.page.locator("#news")).to_contain_text("1 条新的")
    await expect(xu.page.locator(f"#row-{second}-dispatching")).to_have_count(0)
    # when somebody else dispatches what is on the list
    shen = await Clerk.at_work(browser, running, "沈知远", f"/tasks/{first}/dispatching")
    await shen.presses("1")
    await shen.at("/queue")
    # then its row says so where it stands
    await expect(row).to_contain_text("已经办了")
    # and the new ones come when they are asked for
    await xu.presses("n")
    await expect(xu.page.locator(f"#row-{second}-dispatching")).to_be_visible()


async def test_of_two_dispatchers_the_second_sees_both_versions_and_keeps_the_words(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    # given two who have the same ticket open
    ticket = await call("电梯故障没人修")
    shen = await Clerk.sit_down(browser, running)
    for clerk in (xu, shen):
        await clerk.opens(f"/tasks/{ticket}/dispatching")
    await shen.logs_in("沈知远")
    await shen.at(f"/tasks/{ticket}/dispatching")
    await shen.page.locator("#assign-lead").fill("fgj")
    await shen.page.locator("#assign-note").fill("请先看现场")
    # when the first dispatches, and then the second
    await xu.presses("1")
    await xu.at("/queue")
    await xu.sees("✔ 派单")
    await shen.page.locator("#assign-note").focus()
    await shen.presses("Control+Enter")
    # then the second sees what was and what is, who was first, and the own words
    await shen.sees("别人先办了")
    await shen.sees("徐文珏")
    assert await shen.page.locator(".versions .card").count() == 2
    assert await shen.page.locator("#assign-note").input_value() == "请先看现场"


async def test_what_is_typed_survives_reload_log_out_and_a_server_that_ends(
    running: Instance, xu: Clerk, call: Call
) -> None:
    ticket = await call("下水道堵了")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    note, kept = xu.page.locator("#assign-note"), xu.page.locator("#act-assign .kept")
    await note.fill("物业说已报修")
    await expect(kept).to_have_text("草稿已存", timeout=5_000)
    # when the server ends while somebody types, they see it within seconds, and nothing is lost
    running.stop("desk")
    await note.press_sequentially("，请核实")
    await expect(xu.page.locator("#away")).to_be_visible()
    running.start_services(["desk"])
    await expect(kept).to_have_text("草稿已存")
    await expect(xu.page.locator("#away")).to_be_hidden()
    # and it is there after a reload, and after logging out and in
    await xu.page.reload()
    await expect(note).to_have_value("物业说已报修，请核实")
    await xu.page.get_by_role("button", name="退出").click()
    await xu.at("/login")
    await xu.logs_in()
    await xu.at("/queue")
    await xu.opens(f"/queue?text={ticket}")
    await xu.sees("有草稿")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await expect(note).to_have_value("物业说已报修，请核实")
    # until its author lets go of it
    await xu.page.get_by_role("button", name="放弃草稿").click()
    await expect(note).to_have_value("")


async def test_keys_can_be_switched_off(xu: Clerk, call: Call) -> None:
    ticket = await call("路灯不亮")
    await xu.page.get_by_role("button", name="关闭单键操作").click()
    await expect(xu.page.get_by_role("button", name="打开单键操作")).to_be_visible()
    await xu.opens(f"/tasks/{ticket}/dispatching")

    await xu.presses("1", "b")

    assert await xu.page.locator("kbd").count() == 0
    await xu.at(f"/tasks/{ticket}/dispatching")


async def test_what_should_be_looked_at_first_is_dispatched_by_no_single_key(xu: Clerk, call: Call) -> None:
    ticket = await call("徐汇区的路灯坏了")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await expect(xu.page.locator("#act-assign")).to_be_visible()
    await expect(xu.page.locator("[data-key='1']")).to_have_count(0)

    await xu.presses("1")

    await xu.at(f"/tasks/{ticket}/dispatching")
