"""What people write commands no page, what other sites send does nothing, and everybody can use what is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiohttp
from playwright.async_api import Browser, expect
from yarl import URL

from chassis.http import SESSION
from tests.support.browser import Clerk
from tools.local.instance import Instance

Call: TypeAlias = Callable[[str], Awaitable[str]]
HOSTILE = "灯坏了<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\"{{7*7}}"


async def test_what_people_write_is_shown_and_commands_nothing(xu: Clerk, call: Call) -> None:
    ticket = await call(HOSTILE)
    for path, shown in ((f"/queue?text={ticket}", HOSTILE[:60]), (f"/tasks/{ticket}/dispatching", HOSTILE)):
        await xu.opens(path)
        await xu.sees(shown)
        assert await xu.page.title() != "taken"
        assert await xu.page.locator("main img, main script").count() == 0


async def test_what_is_typed_is_shown_again_and_commands_nothing(xu: Clerk, call: Call) -> None:
    ticket = await call("路面破损")
    await xu.opens(f"/tasks/{ticket}/dispatching")
    await xu.page.locator("#assign-lead").fill(HOSTILE)
    await xu.page.locator("#assign-lead").press("Control+Enter")

    await expect(xu.page.locator("#assign-lead-wrong")).to_be_visible()
    assert await xu.page.locator("#assign-lead").input_value() == HOSTILE
    assert await xu.page.title() != "taken"


async def test_a_form_that_no_page_of_ours_sent_does_nothing(running: Instance, xu: Clerk, call: Call) -> None:
    ticket = await call("河道垃圾")
    (session,) = [each["value"] for each in await xu.page.context.cookies() if each["name"] == SESSION]
    path, said = f"/tasks/{ticket}/dispatching/assign", {"lead": "房管局"}
    await xu.opens(f"/tasks/{ticket}/dispatching")
    token = await xu.page.locator("#act-assign input[name=token]").input_value()
    async with aiohttp.ClientSession(running.url("desk_http"), cookies={SESSION: session}) as other:
        async with other.post(path, data=said) as answer:
            assert answer.status == 403
        async with other.post(path, data={**said, "token": "0" * 64}) as answer:
            assert answer.status == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        async with other.post(path, data={**said, "token": token}, headers=foreign) as answer:
            assert answer.status == 403
        # and a cookie opens no address of programs
        async with other.get("/v1/tasks") as answer:
            assert answer.status == 401
    await xu.page.reload()
    await xu.sees("河道垃圾")


async def test_no_field_of_a_form_and_no_path_is_a_bug_whatever_stands_in_it(
    running: Instance, xu: Clerk, call: Call
) -> None:
    ticket = await call("路口积水")
    (session,) = [each["value"] for each in await xu.page.context.cookies() if each["name"] == SESSION]
    await xu.opens(f"/tasks/{ticket}/dispatching")
    token = await xu.page.locator("#act-assign input[name=token]").input_value()
    path, said = f"/tasks/{ticket}/dispatching/ask_requester", {"token": token, "question": "哪一号门口？"}
    async with aiohttp.ClientSession(running.url("desk_http"), cookies={SESSION: session}) as other:
        for field in ("act_key", "question", "seen", "shown", "at_once"):
            for suffix in ("", "/draft"):
                async with other.post(path + suffix, data={**said, field: "\0"}, allow_redirects=False) as answer:
                    assert answer.status == 422, (field, suffix)
        for key in ("中", "x" * 5_000, "a b"):
            async with other.post(path, data={**said, "act_key": key}, allow_redirects=False) as answer:
                assert answer.status == 422, key
        for place in ("/keys", "/logout", f"{path}/forget"):
            async with other.post(place, data={"token": token, "next": "\0"}, allow_redirects=False) as answer:
                assert answer.status == 422, place
        async with other.post("/login", data={"token": token, "person": "\0"}, allow_redirects=False) as answer:
            assert answer.status == 422
        for odd in (f"/tasks/{ticket}/%00", "/tasks/%ED%A0%80/dispatching", "/acts/%00", "/queue?task=%00"):
            async with other.get(URL(odd, encoded=True), allow_redirects=False) as answer:
                assert answer.status in {400, 404}, odd
    async with aiohttp.ClientSession(running.url("intake_http")) as citizen:
        for field in ("receipt", "phone", "other"):
            async with citizen.post("/progress", data={"receipt": "R1", "phone": "1", field: "\0"}) as answer:
                assert answer.status == 422, field


async def test_a_session_that_somebody_planted_is_none_and_a_login_makes_a_new_one(
    browser: Browser, running: Instance
) -> None:
    clerk = await Clerk.sit_down(browser, running)
    await clerk.page.context.add_cookies([{"name": SESSION, "value": "lhs.planted", "url": clerk.home}])
    await clerk.opens("/queue")
    await clerk.at("/login")

    await clerk.logs_in()

    await clerk.at("/queue")
    (cookie,) = [each for each in await clerk.page.context.cookies() if each["name"] == SESSION]
    assert cookie["value"] != "lhs.planted"
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"


async def test_what_a_page_asks_by_itself_is_no_login_once_its_session_is_over(running: Instance) -> None:
    # given somebody who logs in in another page, while a list that was open still asks for what is new
    asked = [{"HX-Request": "true"}, {"Accept": "text/event-stream"}]
    async with aiohttp.ClientSession(running.url("desk_http")) as page:
        for headers in asked:
            async with page.get("/queue/urgent", headers=headers, allow_redirects=False) as answer:
                # then it hears that nobody is logged in, and the form of the other page stays the one that counts
                assert (answer.status, answer.headers.getall("Set-Cookie", [])) == (401, [])
        async with page.get("/queue", headers={"HX-Request": "true", "HX-Boosted": "true"}) as answer:
            assert answer.url.path == "/login"


async def test_the_login_sends_nobody_to_another_site(browser: Browser, running: Instance) -> None:
    clerk = await Clerk.sit_down(browser, running)
    for place in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        await clerk.page.context.clear_cookies()
        await clerk.opens(f"/login?next={place}")
        await clerk.logs_in()
        await clerk.at("/queue")


async def test_a_department_is_told_that_the_desk_of_the_centre_is_not_its_own(
    browser: Browser, running: Instance
) -> None:
    clerk = await Clerk.at_work(browser, running, "房管局", "/queue")

    await clerk.sees("您的职责不能查看中心的待办")


async def test_whoever_acts_nowhere_here_is_told_where_they_find_what_they_need(
    browser: Browser, running: Instance
) -> None:
    leader = await Clerk.at_work(browser, running, "郑怀安", "/")

    await leader.sees("按您的职责，这里没有要您办理的事")
    assert await leader.violations() == []
    await leader.opens("/queue")
    await leader.sees("这里不归您看")
    assert "没有做成" not in await leader.page.content()
    assert await leader.page.locator("nav a", has_text="派单台").count() == 0


async def test_a_wrong_address_is_a_page_that_says_so(browser: Browser, running: Instance) -> None:
    stranger = await Clerk.sit_down(browser, running)
    await stranger.opens("/nowhere")

    await stranger.sees("没有这个地址")
    assert await stranger.violations() == []


async def test_axe_finds_nothing_on_any_page_also_enlarged(
    browser: Browser, running: Instance, xu: Clerk, call: Call
) -> None:
    ticket = await call("电梯困人")
    stranger = await Clerk.sit_down(browser, running)
    await stranger.opens("/login")
    assert await stranger.violations() == []
    await stranger.page.locator("main a", has_text="五分钟走一遍").click()
    await stranger.sees("接一个电话")
    assert await stranger.violations() == []
    await xu.opens("/queue")
    assert await xu.violations() == []
    await xu.opens("/tasks/26090100000019/dispatching")
    assert await xu.violations() == []
    await xu.opens(f"/tasks/{ticket}/dispatching")
    assert await xu.violations() == []
    await xu.page.locator("#assign-lead").fill("局")
    await xu.page.locator("#assign-lead").press("Control+Enter")
    await expect(xu.page.locator("#assign-lead-wrong")).to_be_visible()
    assert await xu.violations() == []
    # at 200 % a screen shows half as much, and nothing has to be moved sideways
    await xu.page.set_viewport_size({"width": 683, "height": 384})
    for path in ("/queue", f"/tasks/{ticket}/dispatching"):
        await xu.opens(path)
        assert await xu.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await xu.violations() == []
