"""Whatever form of the desk somebody filled in while their session ended: they log in, and every word is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from rulebook import Policy
from services.desk.edges.pages import ROUTES
from tests.support.desk import ONE
from tests.support.security.doors import Browser, Doors, SentForm, forms_in
from tests.support.security.matters import save_matters
from tools.prepare.logins import trial_password

SAID: Final = "<b>楼道</b>里的灯\n还是不亮 & 没人来"
FORMS: Final[dict[str, tuple[str, str, str]]] = {
    # Address: who fills it in, where it is sent to, in which field they type.
    "/tasks/{ticket}/{task}/{do}": ("徐文珏", f"/tasks/{ONE}/dispatching/ask_requester", "question"),
    "/orders/{ticket}/{do}": ("房管局", f"/orders/{ONE}/note_internally", "text"),
    "/callbacks/{ticket}/{do}": ("邵一帆", f"/callbacks/{ONE}/record_callback", "note"),
    "/calls/{call}/{do}": ("孔令仪", "/calls/c-1/register", "text"),
    "/survey/{matter}/{do}": ("袁晓岚", "/survey/doubts/settle_doubts?visit=v-1", "reason"),
    "/queue/bulk/{do}": ("徐文珏", "/queue/bulk/ask_requester?task=dispatching", "question"),
    "/office/trial": ("宁致远", "/office/trial?file=office.yaml", "text"),
}
"""Forms that keep a draft: what comes back stands in its field, and nothing is done."""
SHORT: Final[dict[str, tuple[str, str, dict[str, str], str]]] = {
    "/calls": ("孔令仪", "/calls", {"phone": "13600001111"}, "来电"),
    "/hand": ("房管局", "/hand", {"id": "7", "name": "王芳", "next": "/orders"}, "承办台"),
    "/tickets/caller": ("徐文珏", "/tickets/caller", {"phone": "13600001111"}, "查工单"),
    "/tickets/{ticket}/claim": ("徐文珏", f"/tickets/{ONE}/claim", {"to": "沈知远", "next": "/queue"}, "沈知远 在办"),
    "/queue/export": ("徐文珏", "/queue/export", {"column-ticket": "yes"}, "导出"),
    "/orders/export": ("房管局", "/orders/export", {"column-ticket": "yes"}, "导出"),
}
"""Forms of one field or of choices: they go on as they were sent."""
NOTHING_TYPED: Final = (
    "/attachments",
    "/login",
    "/logout",
    "/keys",
    "/presence/{ticket}",
    "/tickets/{ticket}/unclaim",
    "/batches/{batch}/go",
    "/batches/{batch}/again",
    "/calls/{call}/beside",
)


@pytest.fixture
async def door(doors: Doors, policy: Policy) -> AsyncIterator[Any]:
    async with doors.desk(policy) as opened, asyncpg.create_pool(doors.database.dsn("desk"), min_size=1) as pool:
        async with pool.acquire() as connection:
            await save_matters(connection, doors.settings().words())
        yield opened


def test_no_form_of_the_desk_is_left_out() -> None:
    asked = {each.path for each in ROUTES if each.method == "POST"}
    assert {each for each in asked if not each.endswith(("/draft", "/forget"))} == {*FORMS, *SHORT, *NOTHING_TYPED}


async def sent_while_the_session_ends(
    browser: Browser, doors: Doors, who: str, to: str, typed: dict[str, str]
) -> SentForm:
    """Fill in a form, lose the session, send it, log in; returns the form that takes it back."""
    await browser.logs_in(doors, who)
    sent = {"token": await browser.token("/"), "act_key": str(uuid4()), **typed}
    await browser.loses_its_session()
    async with browser.web.post(to, data=sent, allow_redirects=False) as answer:
        assert answer.status == 401
        (login,) = forms_in(await answer.text())
    login.fields.update(person=who, password=trial_password(doors.secrets))
    async with browser.web.post(login.action, data=login.fields, allow_redirects=False) as answer:
        assert answer.status == 200
        return next(each for each in forms_in(await answer.text()) if each.action == to)


async def test_what_was_typed_is_in_its_field_again_after_the_login_and_a_short_form_goes_on(
    door: Any, doors: Doors
) -> None:
    for who, to, field in FORMS.values():
        async with Browser.at(door) as browser:
            # given somebody whose session is over while they type
            carried = await sent_while_the_session_ends(browser, doors, who, to, {field: SAID})
            # when they are back
            async with browser.web.post(to, data=carried.fields) as answer:
                page = await answer.text()
            if who == "房管局":  # whose people also say anew who they are
                hand = next(each for each in forms_in(page) if each.action == "/hand")
                hand.fields.update(id="7", name="王芳")
                async with browser.web.post("/hand", data=hand.fields) as answer:
                    carried = next(each for each in forms_in(await answer.text()) if each.action == to)
                async with browser.web.post(to, data=carried.fields) as answer:
                    page = await answer.text()
        # then every word is in the form
        found = [each.fields for each in forms_in(page) if each.action == to]
        assert [each[field].replace("\r\n", "\n") for each in found] == [SAID], to
    # and nothing was done
    async with asyncpg.create_pool(doors.database.dsn("desk"), min_size=1) as pool:
        assert await pool.fetchval("select count(*) from act") == 0
    # but a form of one field, or of choices, goes on as it was sent
    for who, to, typed, shown in SHORT.values():
        async with Browser.at(door) as browser:
            carried = await sent_while_the_session_ends(browser, doors, who, to, typed)
            async with browser.web.post(to, data=carried.fields) as answer:
                assert shown in await answer.text(), to


async def test_what_was_typed_is_taken_from_its_author_alone_and_by_pages_of_ours(door: Any, doors: Doors) -> None:
    to = f"/tasks/{ONE}/dispatching/ask_requester"
    async with Browser.at(door) as browser:
        # given a page that was open while its reader logged in again
        carried = await sent_while_the_session_ends(browser, doors, "徐文珏", to, {"question": SAID})
        del carried.fields["resumed"]
        async with browser.web.post(f"{to}/draft", data=carried.fields) as answer:
            # then it goes on keeping its draft
            assert answer.status == 204
        # but not where somebody else logs in there
        await browser.loses_its_session()
        await browser.logs_in(doors, "沈知远")
        async with browser.web.post(to, data=carried.fields) as answer:
            assert (answer.status, "楼道" in await answer.text()) == (403, False)
    async with Browser.at(door) as browser:
        # and a form of another site is not carried into a login
        foreign = {"Sec-Fetch-Site": "cross-site"}
        async with browser.web.post(to, data={"question": SAID}, headers=foreign) as answer:
            assert "楼道" not in await answer.text()
        # a mistyped password loses nothing
        for password, status in (("", 401), ("wrong", 401), (trial_password(doors.secrets), 200)):
            async with browser.web.post(to, data={"question": SAID}) as answer:
                (login,) = forms_in(await answer.text())
            login.fields.update(person="徐文珏", password=password)
            async with browser.web.post(login.action, data=login.fields) as answer:
                assert answer.status == status
                assert "还是不亮" in await answer.text()
        # and who reloads what a form answered is on its page
        assert await browser.where(to) == f"/tasks/{ONE}/dispatching"
        assert await browser.where("/queue/bulk/assign?task=dispatching") == "/queue/bulk?task=dispatching"
    async with Browser.at(door) as browser:
        # what can be taken no more is shown, so that it can be copied
        await browser.logs_in(doors, "房管局")
        sent = {"token": await browser.token("/"), "act_key": "one", "text": SAID}
        await browser.sends("/hand", "/hand", id="7", name="王芳")
        async with browser.web.post("/orders/26090100000999/note_internally", data=sent) as answer:
            assert (answer.status, "没人来" in await answer.text()) == (404, True)


async def test_of_two_pages_with_one_draft_neither_overwrites_the_other_and_both_texts_are_offered(
    door: Any, doors: Doors
) -> None:
    page = f"/tasks/{ONE}/dispatching"
    async with Browser.at(door) as browser:
        # given one form that is open twice
        await browser.logs_in(doors)
        one, other = [
            next(each for each in forms_in((await browser.opens(page))[1]) if each.action == f"{page}/ask_requester")
            for _ in range(2)
        ]
        # when something is typed into both
        for words in ("甲", "甲乙"):
            async with browser.web.post(f"{one.action}/draft", data={**one.fields, "question": words}) as answer:
                assert answer.status == 204
        sent = {**other.fields, "question": "丙"}
        async with browser.web.post(f"{one.action}/draft", data=sent) as answer:
            # then the second is told
            assert answer.status == 409
        # and nothing is said or overwritten by it, also where it is sent
        async with browser.web.post(one.action, data=sent) as answer:
            shown = await answer.text()
        assert "另一页写的是：<q>甲乙</q>" in shown
        (both,) = [each for each in forms_in(shown) if each.action == one.action]
        assert both.fields["question"] == "丙"
        # but once both have been seen it is
        async with browser.web.post(f"{one.action}/draft", data={**both.fields, "question": "丁"}) as answer:
            assert answer.status == 204
        async with browser.web.post(f"{one.action}/draft", data={**one.fields, "question": "甲乙丙"}) as answer:
            assert answer.status == 409
