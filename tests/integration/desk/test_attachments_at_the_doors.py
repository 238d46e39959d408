"""A photograph goes in at one door, is named, and comes out at another for whoever takes part: of real services."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from itertools import count
from typing import Any, Final
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from tools.local.instance import Instance
from tools.prepare.logins import trial_password, trial_token

_SERVICES: Final = ("intake", "dispatch", "desk")
_phones = count(13_710_000_000)
JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2_000


@pytest.fixture(scope="module")
def running(system: Instance) -> Iterator[Instance]:
    started = system.start_services(_SERVICES)
    yield system
    system.stop(*(process.name for process in started))


class Door:
    """Somebody at one of the doors, with their token."""

    def __init__(self, web: aiohttp.ClientSession, token: str) -> None:
        self.web, self.shown = web, {"Authorization": f"Bearer {token}"}

    async def uploads(
        self, content: bytes = JPEG, media: str = "image/jpeg", name: str = "路面.jpg"
    ) -> tuple[int, dict[str, Any]]:
        headers = {**self.shown, "Content-Type": media}
        async with self.web.post(
            "/v1/attachments", params={"filename": name}, data=BytesIO(content), headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def uploaded(self, content: bytes = JPEG) -> dict[str, str]:
        """Upload it; returns how a message names it."""
        status, told = await self.uploads(content)
        assert status == 201, told
        return {"id": told["id"], "sha256": told["sha256"]}

    async def says(self, path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        headers = {**self.shown, "Idempotency-Key": str(uuid4())}
        async with self.web.post(path, json=content, headers=headers) as answer:
            return answer.status, await answer.json()

    async def asks(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.web.get(path, headers=self.shown) as answer:
            return answer.status, await answer.json()

    async def fetches(self, ticket: str, id_: str) -> tuple[int, bytes, Any]:
        async with self.web.get(f"/v1/attachments/{ticket}/{id_}", headers=self.shown) as answer:
            return answer.status, await answer.read(), answer.headers

    async def until(self, path: str, wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                status, told = await self.asks(path)
                if status == 200 and wanted(told):
                    return told
                await asyncio.sleep(0.1)

    async def does(self, **content: Any) -> dict[str, Any]:
        """Act, and wait for what becomes of it."""
        status, told = await self.says("/v1/acts", **content)
        assert status == 202, told
        return await self.until(f"/v1/acts/{told['act']}", lambda act: act["state"] != "pending")


@pytest.fixture
async def wechat(running: Instance) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession(running.url("intake_http")) as web:
        yield Door(web, (running.secrets / "wechat-token").read_text().split()[0])


@pytest.fixture
async def desk(running: Instance) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(running.url("desk_http")) as web:
        yield web


@pytest.fixture
def xu(desk: aiohttp.ClientSession, running: Instance) -> Door:
    return Door(desk, trial_token(running.secrets, "p-xu"))


@pytest.fixture
def fang(desk: aiohttp.ClientSession, running: Instance) -> Door:
    return Door(desk, trial_token(running.secrets, "p-fang"))


@pytest.fixture
def housing(desk: aiohttp.ClientSession, running: Instance) -> Door:
    return Door(desk, trial_token(running.secrets, "department.housing"))


@pytest.fixture
def police(desk: aiohttp.ClientSession, running: Instance) -> Door:
    return Door(desk, trial_token(running.secrets, "department.police"))


@pytest.fixture
async def intake(running: Instance) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(running.postgres_dsn("intake"), server_settings={"search_path": "intake"})
    yield connection
    await connection.close()


async def reported(wechat: Door, **more: Any) -> str:
    """Report something; returns the ticket."""
    report = {
        "kind": "complain",
        "contact": {"phone": str(next(_phones))},
        "place": {"text": "国和路100号"},
        "text": f"小区门口的路面有一个坑，第{next(_phones)}次来信",
    }
    status, told = await wechat.says("/v1/wechat/reports", **report | more)
    assert status == 202, told
    receipt = await wechat.until(told["href"], lambda standing: standing["state"] != "pending")
    assert receipt["state"] == "accepted", receipt
    ticket: str = receipt["tickets"][0]["ticket"]
    return ticket


async def dispatched(xu: Door, housing: Door, ticket: str) -> dict[str, Any]:
    """Give a ticket to the housing bureau; returns its order."""
    await xu.until("/v1/tasks?task=dispatching&limit=1000", lambda told: ticket in {t["ticket"] for t in told["tasks"]})
    assert (await xu.does(do="assign", uncategorised=True, ticket=ticket, lead="housing"))["state"] == "accepted"
    told = await housing.until(f"/v1/orders/{ticket}", lambda each: "order" in each)
    order: dict[str, Any] = told["order"]
    return order


async def gone(intake: Any, attachment: str) -> None:
    """Wait until a content was taken away."""
    async with asyncio.timeout(60):
        while True:
            if await intake.fetchval("select gone from attachment where id = $1", attachment):
                return
            await asyncio.sleep(0.2)


async def test_a_photograph_reaches_whoever_has_the_order_and_nobody_else(
    wechat: Door, xu: Door, housing: Door, police: Door
) -> None:
    photo = await wechat.uploaded()
    assert photo["sha256"] == hashlib.sha256(JPEG).hexdigest()
    ticket = await reported(wechat, attachments=[photo])
    order = await dispatched(xu, housing, ticket)
    assert order["attachments"] == [{**photo, "size": len(JPEG), "media": "image/jpeg"}]
    status, content, headers = await housing.fetches(ticket, photo["id"])
    assert (status, content) == (200, JPEG)
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E8%B7%AF%E9%9D%A2.jpg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert (await xu.fetches(ticket, photo["id"]))[0] == 200
    assert (await police.fetches(ticket, photo["id"]))[0] == 404


async def test_proof_of_a_department_is_uploaded_at_its_own_door(wechat: Door, xu: Door, housing: Door) -> None:
    ticket = await reported(wechat)
    await dispatched(xu, housing, ticket)
    by = {"id": "h-09", "name": "张科"}
    proof = await housing.uploaded(JPEG + b"done")
    assert (await housing.does(do="accept", ticket=ticket, by=by))["state"] == "accepted"
    note = {"do": "note_progress", "ticket": ticket, "by": by, "text": "已补好"}
    assert (await housing.does(**note, attachments=[proof]))["state"] == "accepted"
    told = await housing.until(f"/v1/orders/{ticket}", lambda each: each["order"].get("attachments"))
    assert [each["department"] for each in told["order"]["attachments"]] == ["housing"]
    stolen = await wechat.uploaded(JPEG + b"theirs")
    refused = await housing.does(**note, attachments=[stolen])
    assert (refused["state"], refused["code"]) == ("refused", "unknown_attachment")


async def test_a_confidential_photograph_is_for_whoever_looked_at_the_contact(
    wechat: Door, xu: Door, fang: Door, housing: Door
) -> None:
    photo = await wechat.uploaded(JPEG + b"secret")
    ticket = await reported(wechat, attachments=[photo], confidential=True)
    order = await dispatched(xu, housing, ticket)
    assert order["attachments"][0]["sealed"] is True
    for somebody in (housing, xu):
        status, content, _ = await somebody.fetches(ticket, photo["id"])
        assert status == 403
        assert b"sealed_attachment" in content
    assert (await wechat.asks(f"/v1/attachments/{ticket}/{photo['id']}"))[0] == 404
    why = {"ground": "inspection", "reason": "须核对诉求人所拍的照片"}
    status, told = await xu.says(f"/v1/contacts/{ticket}/reveal", **why)
    assert status == 202, "it waits for an approver"
    assert (await xu.fetches(ticket, photo["id"]))[0] == 403
    assert (await fang.does(do="approve", ticket=ticket, reason="同意核对"))["state"] == "accepted"
    await xu.until(f"/v1/acts/{told['act']}", lambda act: "shown" in act)
    assert (await xu.fetches(ticket, photo["id"]))[:2] == (200, JPEG + b"secret")
    assert (await fang.fetches(ticket, photo["id"]))[0] == 403
    assert (await housing.fetches(ticket, photo["id"]))[0] == 403


async def test_a_page_uploads_with_its_own_token_and_fetches_with_its_session(
    running: Instance, wechat: Door, xu: Door
) -> None:
    photo = await wechat.uploaded(JPEG + b"page")
    ticket = await reported(wechat, attachments=[photo])
    await xu.until("/v1/tasks?task=dispatching&limit=1000", lambda told: ticket in {t["ticket"] for t in told["tasks"]})
    async with aiohttp.ClientSession(running.url("desk_http"), cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get("/login") as page:
            token = re.search(r'name="token" value="(\w+)"', await page.text())
        assert token is not None
        form = {"token": token[1], "person": "p-xu", "password": trial_password(running.secrets), "next": "/queue"}
        async with browser.post("/login", data=form) as entered:
            assert entered.status == 200
        async with browser.get(f"/tasks/{ticket}/dispatching") as page:
            shown = await page.text()
        assert f'href="/attachments/{ticket}/{photo["id"]}"' in shown
        async with browser.get(f"/attachments/{ticket}/{photo['id']}") as fetched:
            assert (fetched.status, await fetched.read()) == (200, JPEG + b"page")
        mine = re.search(r'name="token" value="(\w+)"', shown)
        assert mine is not None
        for shown_token, expected in ((mine[1], 201), (token[1], 403), ("", 403)):
            headers = {"X-Form-Token": shown_token, "Content-Type": "image/jpeg"}
            asked: dict[str, Any] = {"params": {"filename": "a.jpg"}, "data": BytesIO(JPEG), "headers": headers}
            async with browser.post("/attachments", **asked) as answer:
                assert answer.status == expected
                assert answer.content_type in ("application/json", "application/problem+json")
    place = f"/attachments/{ticket}/{photo['id']}"
    async with xu.web.get(place, allow_redirects=False) as answer:
        assert answer.status == 303, "nobody who has no session here"


@pytest.mark.parametrize(
    ("content", "media", "name", "refused"),
    [
        (b"<script>", "image/jpeg", "a.jpg", (422, "unknown_content")),
        (b"%PDF-1.7", "image/jpeg", "a.jpg", (422, "attachment_lies")),
        (b"", "image/jpeg", "a.jpg", (422, "empty_field")),
        (JPEG, "image/gif", "a.gif", (415, "unknown_media_type")),
        (JPEG + bytes(20_000_000), "image/jpeg", "a.jpg", (413, "too_long")),
        (JPEG, "image/jpeg", "", (400, "empty_field")),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    wechat: Door, intake: Any, content: bytes, media: str, name: str, refused: tuple[int, str]
) -> None:
    before = await intake.fetchval("select count(*) from attachment")
    found, told = await wechat.uploads(content, media, name)
    assert (found, told["code"]) == refused
    assert told["detail"]
    assert await intake.fetchval("select count(*) from attachment") == before


async def test_what_nobody_names_is_swept_and_what_is_named_stays(
    running: Instance, wechat: Door, housing: Door, intake: Any
) -> None:
    named, unnamed = await wechat.uploaded(JPEG + b"named"), await wechat.uploaded(JPEG + b"unnamed")
    assert (await housing.fetches("26090100000019", unnamed["id"]))[0] == 404
    await reported(wechat, attachments=[named])
    place = running.home / "attachments" / unnamed["id"][1:3] / unnamed["id"]
    assert place.exists()
    await intake.execute("update attachment set uploaded_at = uploaded_at - interval '3 days'")
    await gone(intake, unnamed["id"])
    assert not place.exists()
    assert (running.home / "attachments" / named["id"][1:3] / named["id"]).exists()
    status, told = await wechat.says(
        "/v1/wechat/reports",
        kind="help",
        contact={"phone": str(next(_phones))},
        place={"text": "国和路100号"},
        text="小区门口的窨井盖不见了",
        attachments=[unnamed],
    )
    assert (status, told["code"], told["field"]) == (422, "unknown_attachment", "attachments.0")
