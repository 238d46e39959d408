"""Trace answers nobody who is not logged in, and everybody else what their role is for: a number is no key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client import REGISTRY

from chassis.logins import Doorkeeper
from rulebook import load_policy
from schemas import dispatch as d
from schemas.values import Actor, Party, PartyKind, Person, Place
from services.trace.edges.browser import ROUTES
from tools.prepare.logins import TRIAL, revoke, set_password

Login = Callable[[str], dict[str, str]]
Web = TestClient[Any, Any]
POLICY: Final = Path("policy")
PASSWORD: Final = "a horse of the office"
BEFORE: Final = datetime(2026, 3, 1, tzinfo=UTC)
OPEN: Final = {"/v1/openapi.json", "/v1/login", "/v1/logout", "/v1/me"}
"""Where a login is given, and what everybody may ask who has one."""
ELSEWHERE: Final = {"/v1/rights"}
"""What is asked in `tests/security/test_rights_are_facts.py`, by whoever may and may not."""
PAGES: Final = {each.path for each in ROUTES}
"""What is asked in `tests/security/test_every_page_of_the_trace.py`, by whoever may and may not."""
EVERYTHING: Final = (
    "/v1/tickets",
    "/v1/tickets/{ticket}",
    "/v1/tickets/{ticket}/timeline",
    "/v1/tickets/{ticket}/clocks",
    "/v1/desk",
    "/v1/rates",
    "/v1/rates?rate=return&ids=true",
    "/v1/summary",
    "/v1/gaps",
    "/v1/survey/visits",
    "/v1/survey/coverage",
    "/v1/survey/devices",
    "/v1/survey/problems?visitor=v-1",
    "/v1/survey/half-hour",
)
MAY: Final[dict[str, tuple[int, ...]]] = {
    "p-xu": tuple(range(14)),
    "p-kong": (0, 1, 2, 3),
    "p-zheng": (0, 4, 5, 6, 7),
    "p-ning": (4, 7, 8),
    "department.housing": (0, 1, 3, 5),
}
"""Dispatcher, a contractor's, leader, operator, a department's desk: which of these addresses they may ask."""


def addresses(ticket: str) -> list[str]:
    return [each.format(ticket=ticket) for each in EVERYTHING]


async def status(web: Web, path: str, headers: dict[str, str]) -> int:
    async with web.get(path, headers=headers) as answer:
        return answer.status


async def test_every_address_of_the_door_stands_in_the_table_of_this_test(web: Web) -> None:
    known = {route.resource.canonical for route in web.app.router.routes() if route.resource}

    assert known - OPEN - ELSEWHERE - PAGES == {each.split("?")[0].replace("{ticket}", "{name}") for each in EVERYTHING}


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer lht.guessed", "Bearer lhs.a.b.c.d.e", "Basic cC14dTp4"])
async def test_nobody_is_told_anything_without_a_login(story: Any, ear: Any, web: Web, shown: str) -> None:
    await ear.hear(story.registered())

    for path in (*addresses(story.ticket), "/v1/me"):
        async with web.get(path, headers={"Authorization": shown}) as answer:
            told = await answer.json()
            assert (answer.status, told["code"]) == (401, "not_logged_in"), path
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert "liuhen login" in told["detail"]


@pytest.mark.parametrize("person", MAY)
async def test_a_role_is_answered_what_it_is_for(story: Any, ear: Any, web: Web, login: Login, person: str) -> None:
    await ear.hear(story.registered().dispatched())

    found = [await status(web, path, login(person)) for path in addresses(story.ticket)]

    assert found == [200 if place in MAY[person] else 403 for place in range(len(EVERYTHING))]


async def test_a_refusal_says_what_to_do_next(story: Any, ear: Any, web: Web, login: Login) -> None:
    await ear.hear(story.registered().dispatched())

    async with web.get(f"/v1/tickets/{story.ticket}/timeline", headers=login("department.housing")) as answer:
        told = await answer.json()

    assert (told["code"], told["field"]) == ("not_permitted", "Authorization")
    assert "liuhen department" in told["detail"]


async def test_a_department_finds_its_own_tickets_and_of_others_not_even_that_they_are(
    story: Any, ear: Any, web: Web, login: Login
) -> None:
    await ear.hear(story.registered().dispatched())

    for path in (f"/v1/tickets/{story.ticket}", f"/v1/tickets/{story.ticket}/clocks", "/v1/tickets/R0123456789AB"):
        assert await status(web, path, login("department.housing")) == 200
        assert await status(web, path, login("department.police")) == 404
    async with web.get("/v1/tickets?department=housing", headers=login("department.police")) as answer:
        assert (await answer.json())["total"] == 0
    after = f"/v1/tickets?after={story.ticket}"
    assert await status(web, after, login("department.housing")) == 200
    assert await status(web, after, login("department.police")) == 422


async def test_who_may_only_count_reads_nothing_of_what_waits(story: Any, ear: Any, web: Web, login: Login) -> None:
    await ear.hear(story.registered())

    async with web.get("/v1/desk", headers=login("p-ning")) as answer:
        told = await answer.text()

    assert "dispatching" in told
    assert story.ticket not in told


SECRET: Final = "说了不该让人知道的话"
"""Stands in every text of a ticket that asks for confidence."""
READERS: Final = (*(each.id for each in load_policy(POLICY).office.people), "department.housing", "department.police")


async def told_everywhere(web: Web, headers: dict[str, str], ticket: str) -> set[str]:
    """The addresses by which somebody reads the secret."""
    found = set()
    for path in addresses(ticket):
        async with web.get(path, headers=headers) as answer:
            if SECRET in await answer.text():
                found.add(path)
    return found


@pytest.mark.parametrize("confidential", [True, False])
async def test_what_was_said_in_confidence_is_told_by_no_address_to_whoever_may_not_look(
    story: Any, ear: Any, web: Web, login: Login, *, confidential: bool
) -> None:
    """Every address, everybody of the office and the desks of two departments, confidential or not."""
    place = Place(text=SECRET, subdistrict="pingliang")
    story.registered(confidential=confidential, text=SECRET, place=place).dispatched()
    by = Actor(party=Party(kind=PartyKind.DEPARTMENT, department="housing"), person=Person(id="h-1", name="陈工"))
    wants = {"department": "housing", "dispute": 1, "ground": "not-our-duty", "reason": SECRET}
    await ear.hear(story.tell(d.ReturnRequested.model_validate({"ticket": story.ticket, "by": by, **wants})))
    office = load_policy(POLICY).office
    looks = {each.id for each in office.people if {*each.roles} & {*office.may["look_at_contact"]}}

    told = {person: await told_everywhere(web, login(person), story.ticket) for person in READERS}

    assert looks
    assert {person for person in READERS if told[person]} >= looks, "whoever may look reads it"
    if confidential:
        assert {person: told[person] for person in READERS if person not in looks and told[person]} == {}
    assert told["department.police"] == set()


async def test_who_is_on_no_list_any_more_is_told_nothing(web: Web, login: Login) -> None:
    assert await status(web, "/v1/tickets", login("p-nobody")) == 403


async def test_what_is_taken_away_counts_from_the_next_request_on(web: Web, login: Login, keeper: Doorkeeper) -> None:
    shown = login("p-xu")
    assert await status(web, "/v1/tickets", shown) == 200

    assert revoke(keeper.file.parent, "p-xu", TRIAL, BEFORE)

    assert await status(web, "/v1/tickets", shown) == 401


async def log_in(web: Web, person: str, password: str) -> tuple[int, dict[str, Any]]:
    async with web.post("/v1/login", json={"person": person, "password": password}) as answer:
        return answer.status, await answer.json()


async def test_a_password_begins_a_session_and_the_session_tells_who_it_is(web: Web, keeper: Doorkeeper) -> None:
    set_password(keeper.file.parent, "p-fang", PASSWORD, BEFORE)

    code, told = await log_in(web, "p-fang", PASSWORD)

    assert (code, told["name"], told["roles"]) == (200, "方立群", ["approver", "referee"])
    async with web.get("/v1/me", headers={"Authorization": f"Bearer {told['session']}"}) as answer:
        assert (await answer.json())["person"] == "p-fang"


async def test_an_unknown_person_and_a_wrong_password_are_told_alike(web: Web, keeper: Doorkeeper) -> None:
    set_password(keeper.file.parent, "p-fang", PASSWORD, BEFORE)

    assert await log_in(web, "p-fang", "something else") == await log_in(web, "p-unheard-of", PASSWORD)
    assert (await log_in(web, "p-fang", "something else"))[0] == 401


async def test_guessing_is_slowed_for_the_person_and_says_for_how_long(web: Web, keeper: Doorkeeper) -> None:
    set_password(keeper.file.parent, "p-fang", PASSWORD, BEFORE)
    before = REGISTRY.get_sample_value("liuhen_logins_total", {"service": "trace", "outcome": "slowed"}) or 0

    found = [await log_in(web, "p-fang", f"guess {number}") for number in range(5)]

    assert [code for code, _ in found] == [401, 401, 401, 401, 429]
    assert found[-1][1]["retry_after"] >= 1
    assert (await log_in(web, "p-fang", PASSWORD))[0] == 429
    after = REGISTRY.get_sample_value("liuhen_logins_total", {"service": "trace", "outcome": "slowed"}) or 0
    assert after == before + 2


@pytest.mark.parametrize("body", [b"", b"[]", b'{"person": 1, "password": "x"}', b'{"person": "p-xu"}', b"\xff"])
async def test_what_is_no_login_is_refused_with_what_is_expected(web: Web, body: bytes) -> None:
    async with web.post("/v1/login", data=body, headers={"Content-Type": "application/json"}) as answer:
        told = await answer.json()

    assert (answer.status, told["code"]) == (400, "bad_login")
    assert "person" in told["detail"]
