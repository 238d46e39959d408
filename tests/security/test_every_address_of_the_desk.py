"""Who is answered what at each address of the door of persons, and about whose tickets: one table of all of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from rulebook import Policy
from services.desk.edges.http import routes
from services.desk.edges.pages import ROUTES as PAGES
from services.desk.edges.pages import lookup
from services.desk.edges.pages.lookup import Key
from tests.support.desk import ONE
from tests.support.security.doors import NOON, Browser, Doors
from tests.support.security.matters import save_matters

ASKERS: Final = (
    "nobody",
    "p-xu",  # a dispatcher, whose act and draft there are
    "p-shen",  # another one
    "p-he",  # a supervisor
    "p-yuan",  # of the survey office
    "p-kong",  # of a contractor
    "p-shao",  # of the callback agency
    "p-zheng",  # a leader
    "p-ning",  # an operator
    "department.housing",  # whose order there is
    "department.police",  # another department
)
ACT: Final = "act-1"
ATTACHMENT: Final = f"A{'1' * 20}"
LOGGED_IN: Final = (401, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200)
OFFICE: Final = (401, 200, 200, 200, 200, 403, 403, 403, 403, 403, 403)
ITS_AUTHOR: Final = (401, 200, 404, 404, 404, 404, 404, 404, 404, 404, 404)
DEPARTMENTS: Final = (401, 403, 403, 403, 403, 403, 403, 403, 403, 200, 200)
ITS_DEPARTMENT: Final = (401, 403, 403, 403, 403, 403, 403, 403, 403, 200, 404)
OF_OFFICE_ALONE: Final = (401, 202, 202, 403, 403, 403, 422, 403, 403, 422, 422)
"""A department does not know such an act, and the callback agency neither."""
PROGRAMS: Final[dict[str, tuple[int, ...]]] = {
    "POST /v1/acts": OF_OFFICE_ALONE,
    "GET /v1/acts/{act}": ITS_AUTHOR,
    "GET /v1/tasks": OFFICE,
    "GET /v1/orders": DEPARTMENTS,
    "GET /v1/orders/{ticket}": ITS_DEPARTMENT,
    "POST /v1/contacts/{ticket}/reveal": (401, 202, 202, 202, 403, 403, 422, 403, 403, 422, 422),
    "POST /v1/callers": (401, 422, 422, 422, 422, 422, 403, 403, 403, 403, 403),
    "GET /v1/calendars": LOGGED_IN,
    "POST /v1/rules/calendar": (401, 403, 403, 422, 403, 403, 403, 403, 403, 403, 403),
    "POST /v1/rules/rederivation": (401, 403, 403, 422, 403, 403, 403, 403, 403, 403, 403),
    # Of nobody's ticket: none of them has an attachment.
    "GET /v1/attachments/{ticket}/{attachment}": (401, *(404,) * (len(ASKERS) - 1)),
    "POST /v1/attachments": (401, *(415,) * (len(ASKERS) - 1)),
    "POST /v1/logout": LOGGED_IN,
    # Where there is no provider, there is no such login; with one, tests of it ask.
    "POST /v1/login/openid": (404,) * len(ASKERS),
    "POST /v1/login/openid/redeem": (404,) * len(ASKERS),
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "POST /v1/acts": {"do": "assign", "ticket": ONE, "lead": "housing"},
    # A department names who of its people looks.
    "POST /v1/contacts/{ticket}/reveal": {"ground": "first-contact", "reason": "来电人催问，须核对号码"},
    "POST /v1/callers": {"phone": "nobody"},
    "POST /v1/rules/calendar": {},
    "POST /v1/rules/rederivation": {},
}
TO_LOGIN: Final = 303
ASKS_WHO: Final = 401
"""The form to log in, with what was typed beside it."""
SEEN: Final = (TO_LOGIN, 200, 200, 200, 200, 403, 403, 403, 403, 403, 403)
OF_DEPARTMENTS: Final = (TO_LOGIN, *DEPARTMENTS[1:])
AGENTS: Final = (TO_LOGIN, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403)
NO_BATCH: Final = (TO_LOGIN, 404, 404, 404, 404, 403, 403, 403, 403, 403, 403)
NO_EXPORT: Final = (TO_LOGIN, *(404,) * (len(ASKERS) - 1))
TAKERS: Final = (TO_LOGIN, 200, 200, 403, 403, 200, 403, 403, 403, 403, 403)
OPEN: Final = (200,) * len(ASKERS)
STRANGE: Final = (TO_LOGIN, *(403,) * (len(ASKERS) - 1))
"""A form without the token of a page does nothing for anybody."""
TYPED: Final = (ASKS_WHO, *STRANGE[1:])
BACK: Final = STRANGE[:1] + (TO_LOGIN,) * (len(ASKERS) - 1)
"""Back to the page of the form."""
OF_PAGES: Final[dict[str, tuple[int, ...]]] = {
    "GET /": (303, 303, 303, 303, 303, 303, 303, 200, 200, 303, 303),
    "GET /attachments/{ticket}/{attachment}": (TO_LOGIN, *(404,) * (len(ASKERS) - 1)),
    "POST /attachments": STRANGE,
    # It names nobody.
    "GET /tour": OPEN,
    "GET /login": OPEN,
    "POST /login": (403,) * len(ASKERS),
    "GET /login/openid": (404,) * len(ASKERS),
    "GET /login/openid/back": (401,) * len(ASKERS),
    "GET /logout/openid": (404,) * len(ASKERS),
    "POST /logout": STRANGE,
    "POST /keys": STRANGE,
    "GET /static/{name}": (404,) * len(ASKERS),
    "GET /queue": SEEN,
    "GET /queue/events": SEEN,
    "GET /queue/districts": SEEN,
    "GET /queue/urgent": SEEN,
    "GET /queue/rows/{ticket}/{task}": SEEN,
    "GET /acts/{act}": (TO_LOGIN, *ITS_AUTHOR[1:]),
    "GET /tasks/{ticket}/{task}": SEEN,
    "GET /tasks/{ticket}/{task}/{do}": BACK,
    "POST /tasks/{ticket}/{task}/{do}": TYPED,
    "POST /tasks/{ticket}/{task}/{do}/draft": STRANGE,
    "POST /tasks/{ticket}/{task}/{do}/forget": STRANGE,
    "GET /hand": OF_DEPARTMENTS,
    "POST /hand": TYPED,
    "GET /orders": OF_DEPARTMENTS,
    "GET /orders/events": OF_DEPARTMENTS,
    "GET /orders/figures": OF_DEPARTMENTS,
    # Of a ticket that it does not have, a department is told just that.
    "GET /orders/rows/{ticket}/order": OF_DEPARTMENTS,
    "GET /orders/{ticket}": (TO_LOGIN, *ITS_DEPARTMENT[1:]),
    "GET /queue/excel": SEEN,
    "GET /orders/excel": OF_DEPARTMENTS,
    "GET /queue/export": SEEN,
    "POST /queue/export": TYPED,
    "GET /orders/export": OF_DEPARTMENTS,
    "POST /orders/export": TYPED,
    # Somebody else's is none.
    "GET /exports/{export}": NO_EXPORT,
    "GET /exports/{export}/progress": NO_EXPORT,
    "GET /exports/{export}/file": NO_EXPORT,
    # The table's address names no task, of which all could be done.
    "GET /queue/bulk": (TO_LOGIN, 422, 422, 422, 422, 403, 403, 403, 403, 403, 403),
    "GET /queue/bulk/{do}": BACK,
    "POST /queue/bulk/{do}": TYPED,
    "POST /queue/bulk/{do}/draft": STRANGE,
    "POST /queue/bulk/{do}/forget": STRANGE,
    "GET /batches/{batch}": NO_BATCH,
    "GET /batches/{batch}/rows": NO_BATCH,
    "POST /batches/{batch}/go": STRANGE,
    "POST /batches/{batch}/again": STRANGE,
    "GET /survey/{matter}": SEEN,
    "GET /survey/{matter}/{do}": BACK,
    "POST /survey/{matter}/{do}": TYPED,
    "POST /survey/{matter}/{do}/draft": STRANGE,
    "POST /survey/{matter}/{do}/forget": STRANGE,
    # Whoever leads the office or keeps it running sees who is there, too.
    "GET /office": (TO_LOGIN, 200, 200, 200, 200, 403, 403, 200, 200, 403, 403),
    "GET /office/messages": (TO_LOGIN, 200, 200, 200, 200, 403, 403, 200, 200, 403, 403),
    # The operator; no approver is among these.
    "GET /office/trial": (TO_LOGIN, *(403,) * 7, 200, 403, 403),
    "POST /office/trial": TYPED,
    "POST /office/trial/draft": STRANGE,
    "POST /office/trial/forget": STRANGE,
    "GET /presence": SEEN,
    "POST /presence/{ticket}": STRANGE,
    # Whoever takes calls finds whoever calls.
    "GET /tickets": (TO_LOGIN, 200, 200, 200, 200, 200, 403, 403, 403, 403, 403),
    # For whoever takes calls it opens the form of one, also where no number is shown.
    "GET /desk/pop": (TO_LOGIN, 303, 303, 422, 422, 303, 403, 403, 403, 403, 403),
    "GET /calls": TAKERS,
    "POST /calls": TYPED,
    "GET /calls/{call}": TAKERS,
    "POST /calls/{call}/beside": STRANGE,
    "POST /calls/{call}/draft": STRANGE,
    "POST /calls/{call}/forget": STRANGE,
    "GET /calls/{call}/{do}": BACK,
    "POST /calls/{call}/{do}": TYPED,
    "GET /tickets/{ticket}": SEEN,
    "GET /tickets/{ticket}/sheet": SEEN,
    # It was never supervised.
    "GET /tickets/{ticket}/supervision": (TO_LOGIN, 404, 404, 404, 404, 403, 403, 403, 403, 403, 403),
    "POST /tickets/caller": TYPED,
    "POST /tickets/{ticket}/claim": TYPED,
    "POST /tickets/{ticket}/unclaim": STRANGE,
    "GET /callbacks": AGENTS,
    "GET /callbacks/events": AGENTS,
    "GET /callbacks/rows/{ticket}/callback": AGENTS,
    "GET /callbacks/{ticket}": AGENTS,
    "GET /callbacks/{ticket}/{do}": BACK,
    "POST /callbacks/{ticket}/{do}": TYPED,
    "POST /callbacks/{ticket}/{do}/draft": STRANGE,
    "POST /callbacks/{ticket}/{do}/forget": STRANGE,
    "GET /orders/{ticket}/{do}": BACK,
    "POST /orders/{ticket}/{do}": TYPED,
    "POST /orders/{ticket}/{do}/draft": STRANGE,
    "POST /orders/{ticket}/{do}/forget": STRANGE,
}
MINE: Final = Key("p-xu", ONE, "dispatching", "assign")
WORDS: Final = "草稿里的话"


_ACT: Final = """
insert into act (id, login, key, digest, party, answered_on, action, about, on_incident, at, sent)
values ($1, 'p-xu', 'k', $2, 'office', 'liuhen.public.channel.office.v1', 'nudge', $3, false, $4, true)
"""


def filled(path: str) -> str:
    names = {
        "ticket": ONE,
        "task": "dispatching",
        "do": "assign",
        "name": "desk.css",
        "attachment": ATTACHMENT,
        "call": "c-1",
        "batch": "b-1",
        "export": "e-1",
        "matter": "doubts",
    }
    return path.format(act=ACT, **names)


def test_no_address_is_left_out_of_the_table() -> None:
    assert {f"{each.method} {each.path}" for each in routes()} == PROGRAMS.keys()
    assert {f"{each.method} {each.path}" for each in PAGES} == OF_PAGES.keys()


@pytest.fixture
async def door(doors: Doors, policy: Policy) -> AsyncIterator[Any]:
    """A ticket waits for a dispatcher, who has a draft and an act about it; the housing bureau has its order."""
    settings = doors.settings()
    async with doors.desk(policy) as opened, asyncpg.create_pool(doors.database.dsn("desk"), min_size=1) as pool:
        async with pool.acquire() as connection:
            await save_matters(connection, settings.words())
            await connection.execute(_ACT, ACT, b"0" * 16, ONE, NOON)
        await lookup.keep(pool, MINE, {"lead": WORDS}, NOON, settings.redaction_key)
        yield opened


@pytest.mark.parametrize("address", PROGRAMS)
async def test_at_an_address_of_programs_everybody_gets_what_the_table_says(
    door: Any, doors: Doors, address: str
) -> None:
    method, path = address.split(" ")
    found = []
    for asker in ASKERS:
        shown = {} if asker == "nobody" else doors.shows(asker)
        headers = {**shown, "Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        data = json.dumps(BODIES.get(address, {})) if method == "POST" else None
        async with door.request(method, filled(path), headers=headers, data=data) as answer:
            found.append(answer.status)
            if answer.status in (401, 403, 404):
                told = await answer.text()
                assert "楼道积水" not in told
                assert WORDS not in told
    assert dict(zip(ASKERS, found, strict=True)) == dict(zip(ASKERS, PROGRAMS[address], strict=True))


async def test_at_a_page_everybody_gets_what_the_table_says(door: Any, doors: Doors, policy: Policy) -> None:
    names = {each.id: each.name for each in policy.office.people}
    names |= {f"department.{each.code}": each.name for each in policy.departments}
    found: dict[str, list[int]] = {address: [] for address in OF_PAGES}
    for asker in ASKERS:
        async with Browser.at(door) as browser:
            if asker != "nobody":
                await browser.logs_in(doors, names[asker])
            for address in OF_PAGES:
                method, path = address.split(" ")
                data = {"lead": "房管局"} if method == "POST" else None
                async with browser.web.request(method, filled(path), data=data, allow_redirects=False) as answer:
                    found[address].append(answer.status)
    assert {address: tuple(codes) for address, codes in found.items()} == OF_PAGES


async def test_a_draft_is_seen_and_forgotten_by_its_author_alone(door: Any, doors: Doors) -> None:
    page = f"/tasks/{ONE}/dispatching"
    async with Browser.at(door) as shen, Browser.at(door) as xu:
        await shen.logs_in(doors, "沈知远")
        await xu.logs_in(doors)
        assert WORDS not in (await shen.opens(page))[1]
        assert (await shen.sends(page, f"{page}/assign/forget"))[0] == 303
        assert (await shen.sends(page, f"{page}/assign/draft", lead="别人的话"))[0] == 204
        shown = (await xu.opens(page))[1]
        assert (WORDS in shown, "别人的话" in shown) == (True, False)


async def test_nobody_is_noted_at_what_is_no_ticket(door: Any, doors: Doors) -> None:
    page = f"/tasks/{ONE}/dispatching"
    async with Browser.at(door) as xu:
        await xu.logs_in(doors)
        for ticket in (ONE, "a-word"):
            assert (await xu.sends(page, f"/presence/{ticket}"))[0] == 200
            assert (await xu.sends(page, f"/tickets/{ticket}/claim"))[0] == 303
    async with asyncpg.create_pool(doors.database.dsn("desk"), min_size=1) as pool:
        noted = await pool.fetch("select ticket from presence union select ticket from claim")
    assert [row["ticket"] for row in noted] == [ONE]


async def test_the_token_of_one_session_is_that_of_no_other(door: Any, doors: Doors) -> None:
    async with Browser.at(door) as shen, Browser.at(door) as xu:
        await shen.logs_in(doors, "沈知远")
        await xu.logs_in(doors)
        token = await shen.token("/queue")
        async with xu.web.post("/keys", data={"token": token}, allow_redirects=False) as answer:
            assert answer.status == 403
        async with xu.web.post(
            "/keys",
            data={"token": await xu.token("/queue")},
            headers={"Sec-Fetch-Site": "cross-site"},
            allow_redirects=False,
        ) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("place", ["0", "1", "9" * 30, "-1", "x", "%00"])
async def test_whatever_place_somebody_listens_from_they_hear_what_the_queue_shows_and_no_words(
    door: Any, doors: Doors, place: str
) -> None:
    async with Browser.at(door) as xu:
        await xu.logs_in(doors)
        async with xu.web.get(f"/queue/events?since={place}") as live:
            assert live.status == (400 if place == "%00" else 200)
            if live.status == 200:
                assert "灯" not in (await live.content.readany()).decode()


async def test_a_session_that_somebody_knew_before_the_login_is_nobodys_afterwards(door: Any, doors: Doors) -> None:
    async with Browser.at(door, "lhb.planted") as victim:
        await victim.opens("/login")
        await victim.logs_in(doors)
        own = victim.session
    async with Browser.at(door, "lhb.planted") as attacker:
        assert await attacker.where("/queue") == "/login?next=%2Fqueue"
    assert own != "lhb.planted"
