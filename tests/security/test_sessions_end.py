"""A session is over everywhere once it was ended: by logging out, by a new password, or with the role of its person."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any, Final

import pytest

from rulebook import Policy
from tests.support.security.doors import NOON, Browser, Doors
from tools.prepare.logins import set_password, trial_password

CLERK: Final = "p-lu"


def shown(session: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {session}"}


async def begun(door: Any, doors: Doors, person: str = CLERK) -> str:
    """Log in from a terminal."""
    async with door.post("/v1/login", json={"person": person, "password": trial_password(doors.secrets)}) as answer:
        return str((await answer.json())["session"])


async def status(door: Any, path: str, session: str) -> int:
    async with door.get(path, headers=shown(session)) as answer:
        return int(answer.status)


async def ended(door: Any, session: str) -> bool:
    async with door.post("/v1/logout", headers=shown(session)) as answer:
        assert answer.status == 200
        return bool((await answer.json())["ended"])


async def test_whoever_logs_out_leaves_no_cookie_that_opens_a_page(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as door, Browser.at(door) as own:
        await own.logs_in(doors)
        async with Browser.at(door, own.session) as copied:
            assert await copied.where("/queue") == ""

            await own.sends("/queue", "/logout")

            assert await own.where("/queue") == "/login?next=%2Fqueue"
            assert await copied.where("/queue") == "/login?next=%2Fqueue"


async def test_a_live_queue_falls_silent_once_its_session_is_over(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as door, Browser.at(door) as own, Browser.at(door) as other:
        await own.logs_in(doors)
        await other.logs_in(doors)
        async with own.web.get("/queue/events") as live:
            assert live.content_type == "text/event-stream"
            await own.sends("/queue", "/logout")
            async with asyncio.timeout(30):
                while not live.content.at_eof():
                    await live.content.readany()
        assert await other.where("/queue") == ""


async def test_whoever_logs_out_at_a_terminal_ends_the_session_at_each_door(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as desk, doors.trace(policy) as trace:
        one, other = await begun(trace, doors), await begun(trace, doors)
        both = ((trace, "/v1/me"), (desk, "/v1/calendars"))
        assert [await status(door, path, one) for door, path in both] == [200, 200]

        assert [await ended(door, one) for door in (trace, desk)] == [True, True]

        assert [await status(door, path, one) for door, path in both] == [401, 401]
        assert [await status(door, path, other) for door, path in both] == [200, 200]


async def test_the_token_of_a_script_goes_on(doors: Doors, policy: Policy) -> None:
    async with doors.trace(policy) as door:
        token = doors.shows(CLERK)["Authorization"].removeprefix("Bearer ")
        assert not await ended(door, token)
        assert await status(door, "/v1/me", token) == 200


async def test_a_new_password_ends_every_session(doors: Doors, policy: Policy) -> None:
    async with doors.desk(policy) as desk, doors.trace(policy) as trace, Browser.at(desk) as own:
        await own.logs_in(doors, "陆惠芬")
        session = await begun(trace, doors)

        set_password(doors.secrets, CLERK, "一句新的话，很长", NOON + timedelta(minutes=1))

        assert await own.where("/queue") == "/login?next=%2Fqueue"
        both = ((trace, "/v1/me"), (desk, "/v1/calendars"))
        assert [await status(door, path, session) for door, path in both] == [401, 401]


async def test_with_the_last_day_of_a_role_the_session_is_good_for_nothing(doors: Doors, policy: Policy) -> None:
    leaving = [
        each.model_copy(update={"valid_to": date(2026, 9, 2)}) if each.id == CLERK else each
        for each in policy.office.people
    ]
    office = policy.office.model_copy(update={"people": tuple(leaving)})
    until_today = policy.model_copy(update={"office": office})
    evening = NOON + timedelta(hours=11)
    async with doors.desk(until_today, at=evening) as door, Browser.at(door) as own:
        await own.logs_in(doors, "陆惠芬")
        session = own.session
    async with doors.desk(until_today, at=evening + timedelta(hours=2)) as door, Browser.at(door, session) as own:
        assert await own.where("/queue") == "/login?next=%2Fqueue"


@pytest.mark.parametrize("path", ["/v1/calendars", "/v1/tasks"])
async def test_the_session_of_a_browser_is_no_token_and_a_token_no_session(
    doors: Doors, policy: Policy, path: str
) -> None:
    async with doors.desk(policy) as door, doors.trace(policy) as trace, Browser.at(door) as own:
        await own.logs_in(doors)
        assert await status(door, path, own.session) == 401
        assert await status(trace, "/v1/me", own.session) == 401
        for planted in (await begun(trace, doors), doors.shows(CLERK)["Authorization"].removeprefix("Bearer ")):
            async with Browser.at(door, planted) as other:
                assert await other.where("/queue") == "/login?next=%2Fqueue"
