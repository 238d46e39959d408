"""The HTTP door: 202 only for what the broker has, the same answer for the same id, and clear words for the rest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from aiohttp.test_utils import TestClient, TestServer

from chassis.broker import Broker
from chassis.clock import REAL
from chassis.publish import EdgeProducer
from chassis.service import EdgeContext
from rulebook import load_policy
from schemas.inbound import Register
from services.intake import store
from services.intake.__main__ import config_of
from services.intake.core.state import KnownTicket
from services.intake.edges.http import application
from services.intake.reactions import NewsRow, RefusedLater
from services.intake.settings import IntakeSettings
from tools.local.database import Database

WECHAT, SURVEY = {"Authorization": "Bearer development-wechat"}, {"Authorization": "Bearer development-survey"}


def submitted(token: dict[str, str] = WECHAT) -> dict[str, str]:
    """The headers of a new submission."""
    return {**token, "Idempotency-Key": str(uuid4())}


@pytest.fixture
async def web(outside: Any) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(outside.system.url("intake_http")) as session:
        yield session


def content(report: Register) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(report.to_json())
    return told


async def settled(web: aiohttp.ClientSession, receipt: str, headers: Any = WECHAT) -> dict[str, Any]:
    """Ask until the submission is decided."""
    async with asyncio.timeout(20):
        while True:
            async with web.get(f"/v1/receipts/{receipt}", headers=headers) as response:
                told: dict[str, Any] = await response.json()
                if told["state"] != "pending":
                    return told


async def test_a_report_is_taken_and_its_receipt_leads_to_its_ticket(web: Any, report: Register, outside: Any) -> None:
    async with web.post("/v1/wechat/reports", json=content(report), headers=submitted()) as r:
        assert r.status == 202
        taken = await r.json()
    standing = await settled(web, taken["receipt"])
    assert standing["state"] == "accepted"
    (ticket,) = standing["tickets"]
    assert await outside.pool.fetchval("select channel from ticket where id = $1", ticket["ticket"]) == "wechat"


async def test_the_same_id_is_one_submission_and_another_content_is_a_conflict(web: Any, report: Register) -> None:
    body, headers = content(report), submitted()
    answers = []
    for _ in range(2):
        async with web.post("/v1/wechat/reports", json=body, headers=headers) as response:
            answers.append((response.status, (await response.json())["receipt"]))
    assert answers[0] == answers[1]
    await settled(web, answers[0][1])
    async with web.post("/v1/wechat/reports", json=body, headers=headers) as response:
        told = await response.json()
        assert (told["state"], told["repeated"]) == ("accepted", True)
    async with web.post("/v1/wechat/reports", json=body | {"text": "另外一件事情"}, headers=headers) as response:
        assert response.status == 409
        told = await response.json()
        assert (told["code"], told["receipt"], told["differs"]) == ("conflicting_repeat", answers[0][1], ["text"])
        assert "不同之处：text" in told["detail"]


async def test_of_two_contents_under_one_id_at_the_same_moment_one_is_a_conflict(web: Any, report: Register) -> None:
    async def post(text: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        body = content(report) | {"text": text}
        async with web.post("/v1/wechat/reports", json=body, headers=headers) as response:
            return response.status, await response.json()

    for _ in range(20):
        headers = submitted()
        answers = await asyncio.gather(*(post(f"第{n}种说法，彼此不同", headers) for n in (1, 1, 2, 3)))
        taken = {told["receipt"] for status, told in answers if status == 202}
        conflicts = [told for status, told in answers if status == 409]
        assert len(taken) == 1
        assert len(conflicts) >= 2
        assert all((told["receipt"], told["differs"]) == (min(taken), ["text"]) for told in conflicts)


async def _posted(web: aiohttp.ClientSession, way: str, body: dict[str, Any]) -> str:
    async with web.post(f"/v1/wechat/{way}", json=body, headers=submitted()) as response:
        assert response.status == 202
        receipt: str = (await response.json())["receipt"]
        return receipt


async def test_the_news_of_a_ticket_and_of_its_parts_is_shown_to_its_requester_alone(
    web: Any, report: Register, outside: Any
) -> None:
    mine = await _posted(web, "reports", content(report))
    (known,) = (await settled(web, mine))["tickets"]
    whole, part = known["ticket"], f"{known['ticket']}-1"
    now = datetime.now(UTC)
    async with outside.pool.acquire() as connection:
        row = KnownTicket(part, mine, "wechat", None, open=True, registered=now)
        await store.insert_tickets(connection, [row])
        await store.insert_news(connection, [NewsRow(part, now, "dispatched", "dispatched", "已转房管局办理。")])

    standing = await settled(web, mine)
    assert [ticket["ticket"] for ticket in standing["tickets"]] == [whole, part]
    assert standing["tickets"][1]["news"][0]["text"] == "已转房管局办理。"
    asked = {"ticket": whole, "mode": "press", "text": "怎么还没修"}
    stranger = await settled(web, await _posted(web, "follow-ups", asked))
    assert (stranger["state"], stranger["tickets"]) == ("accepted", [{"ticket": whole}])
    phone = {"phone": report.contact.phone}
    again = await settled(web, await _posted(web, "follow-ups", {**asked, "contact": phone}))
    assert [ticket["ticket"] for ticket in again["tickets"]] == [whole, part]


async def test_who_is_shown_the_news_follows_the_corrected_number(web: Any, report: Register, outside: Any) -> None:
    (known,) = (await settled(web, await _posted(web, "reports", content(report))))["tickets"]
    asked = {"ticket": known["ticket"], "mode": "press", "text": "怎么还没修"}
    before = await _posted(web, "follow-ups", {**asked, "contact": {"phone": report.contact.phone}})
    later = await _posted(web, "follow-ups", {**asked, "contact": {"phone": "13900000002"}})
    assert "news" in (await settled(web, before))["tickets"][0]
    assert "news" not in (await settled(web, later))["tickets"][0]

    async with outside.pool.acquire() as connection:
        (whose,) = await connection.fetchval("select spoke_as from submission where receipt = $1", later)
        row = (await store.load_tickets(connection, [known["ticket"]])).tickets[known["ticket"]]
        await store.update_tickets(connection, [row._replace(requester=whose, account=None)])
    assert "news" not in (await settled(web, before))["tickets"][0]
    assert "news" in (await settled(web, later))["tickets"][0]


async def test_a_receipt_says_that_its_action_was_refused_later_and_why(
    web: Any, report: Register, outside: Any
) -> None:
    (known,) = (await settled(web, await _posted(web, "reports", content(report))))["tickets"]
    receipt = await _posted(web, "withdrawals", {"ticket": known["ticket"], "reason": "不用了"})
    assert (await settled(web, receipt))["state"] == "accepted"
    async with outside.pool.acquire() as connection:
        other = RefusedLater(receipt, "merge", "closed", "不相干")
        await store.refuse_later(connection, [other])
        assert (await settled(web, receipt))["state"] == "accepted"
        await store.refuse_later(connection, [RefusedLater(receipt, "withdraw", "closed", "已结案")])

    standing = await settled(web, receipt)
    assert (standing["state"], standing["code"], standing["reason"]) == ("refused", "closed", "已结案")


async def test_a_visit_of_the_survey_app_is_taken(web: Any) -> None:
    at = datetime.now(UTC).isoformat()
    visit = {
        "visitor": f"v-{uuid4().hex[:8]}",
        "device": uuid4().hex,
        "unit": "unit-01",
        "position": {"latitude": 31.27, "longitude": 121.53, "accuracy": 20, "at": at},
        "visited_at": at,
        "household": "三号楼 201",
        "address": {"text": "平凉路100弄3号"},
        "problems": [{"text": "三楼水管漏水"}],
    }
    async with web.post("/v1/survey/visits", json=visit, headers=submitted(SURVEY)) as response:
        assert response.status == 202
        receipt = (await response.json())["receipt"]
    standing = await settled(web, receipt, SURVEY)
    assert len(standing["tickets"]) == 1
    async with web.get(f"/v1/receipts/{receipt}", headers=WECHAT) as other:
        assert other.status == 404


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"text": None}, 422, "wrong_type", "text"),
        ({"colour": "red"}, 422, "unknown_field", "colour"),
        ({"category": "9999-99"}, 422, "unknown_category", "category"),
        ({"contact": {"phone": "1"}}, 422, "bad_phone", "contact.phone"),
        ({"text": "a\0b"}, 422, "nul_character", "text"),
        ({"id": "x"}, 422, "unknown_field", "id"),
        ({"text": "x" * 1_000_001}, 413, "too_long", None),
    ],
)
async def test_what_is_wrong_is_said_at_once(
    web: Any, report: Register, change: Any, status: int, code: str, field: str | None
) -> None:
    body = content(report) | change
    async with web.post("/v1/wechat/reports", json=body, headers=submitted()) as response:
        told = await response.json()
        assert (response.status, told["code"], told.get("field")) == (status, code, field)
        assert told["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "x"}, 401), (SURVEY, 403)],
)
async def test_without_the_channels_token_nothing_is_taken(
    web: Any, report: Register, headers: Any, status: int
) -> None:
    async with web.post(
        "/v1/wechat/reports", json=content(report), headers={**headers, "Idempotency-Key": "x"}
    ) as response:
        assert response.status == status


async def test_without_an_id_of_the_clients_own_nothing_is_taken(web: Any, report: Register) -> None:
    async with web.post("/v1/wechat/reports", json=content(report), headers=WECHAT) as response:
        assert (response.status, (await response.json())["code"]) == (400, "bad_id")


async def test_not_json_is_said(web: Any) -> None:
    headers = {**WECHAT, "Idempotency-Key": "x"}
    for media, said in (("application/json", (400, "not_json")), ("text/plain", (415, "unknown_media_type"))):
        shown = {**headers, "Content-Type": media}
        async with web.post("/v1/wechat/reports", data=b"{", headers=shown) as response:
            assert (response.status, (await response.json())["code"]) == said


async def test_the_door_describes_itself(web: Any) -> None:
    async with web.get("/v1/openapi.json") as response:
        described = await response.json()
    assert described["openapi"].startswith("3.1")
    assert "/v1/survey/visits" in described["paths"]


NOBODY_LISTENS = Broker("127.0.0.1:1", "intake", "unheard")


async def test_while_the_broker_is_away_the_client_is_asked_to_come_again(
    intake: Any, database: Database, report: Register
) -> None:
    settings = IntakeSettings()
    config = config_of(settings, load_policy(intake.policy))
    where = {"search_path": "intake"}
    async with asyncpg.create_pool(database.dsn("intake"), min_size=0, server_settings=where) as pool:
        body, headers = content(report), submitted()
        app = application(EdgeContext(pool, REAL, EdgeProducer(NOBODY_LISTENS)), settings, config)
        async with TestClient(TestServer(app)) as client:
            response = await client.post("/v1/wechat/reports", json=body, headers=headers)
            assert response.status == 503
            assert response.headers["Retry-After"]
            assert await pool.fetchval("select count(*) from put where sent") == 0
        app = application(EdgeContext(pool, REAL, EdgeProducer(intake.broker("intake"))), settings, config)
        async with TestClient(TestServer(app)) as client:
            response = await client.post("/v1/wechat/reports", json=body, headers=headers)
            assert response.status == 202
            assert await pool.fetchval("select count(*) from put where sent") == 1


async def opened(web: aiohttp.ClientSession, receipt: str, phone: str) -> tuple[int, dict[str, Any]]:
    """Ask for progress as a citizen does: with a receipt and a telephone number."""
    async with web.post("/v1/progress", json={"receipt": receipt, "phone": phone}) as response:
        return response.status, await response.json()


async def test_a_citizen_sees_progress_with_the_receipt_and_the_number(web: Any, report: Register) -> None:
    receipt = await _posted(web, "reports", content(report))
    (known,) = (await settled(web, receipt))["tickets"]

    status, told = await opened(web, receipt, f" +86 {report.contact.phone}")

    assert (status, told["tickets"][0]["ticket"]) == (200, known["ticket"])
    unknown = f"R{'0' * 20}"
    assert (await opened(web, unknown, "13800000000"))[1]["code"] == "wrong_factor"


async def test_guessing_the_number_is_slowed_by_the_receipt(web: Any, report: Register) -> None:
    receipt = await _posted(web, "reports", content(report))
    await settled(web, receipt)
    right = str(report.contact.phone)
    wrong = [f"138{number:04}{right[-4:]}" for number in range(9000, 9005)]

    answers = [await opened(web, receipt, phone) for phone in wrong]

    assert [status for status, _ in answers] == [403, 403, 403, 403, 429]
    assert answers[-1][1]["retry_after"] >= 1
    assert (await opened(web, receipt, right))[0] == 429


EVENT = {"specversion": "1.0", "type": "liuhen.inbound.register.v1", "source": "wechat/backend"}


def event(report: Register, **changes: object) -> dict[str, Any]:
    """A report as a CloudEvent in structured mode, with an id of its own."""
    now = datetime.now(UTC).isoformat()
    return {**EVENT, "id": str(uuid4()), "time": now, "data": content(report), **changes}


async def test_a_cloudevent_is_one_submission_in_either_mode(web: Any, report: Register) -> None:
    said = event(report)
    structured = {**WECHAT, "Content-Type": "application/cloudevents+json"}
    async with web.post("/v1/events", data=json.dumps(said).encode(), headers=structured) as response:
        first = await response.json()
        assert (response.status, first["repeated"]) == (202, False)
    assert (await settled(web, first["receipt"]))["state"] == "accepted"
    attributes = {f"ce-{name}": said[name] for name in ("specversion", "type", "source", "id", "time")}
    async with web.post("/v1/events", json=said["data"], headers={**WECHAT, **attributes}) as response:
        again = await response.json()
        assert (response.status, again["receipt"], again["repeated"]) == (202, first["receipt"], True)


async def test_a_byte_that_is_no_text_in_an_attribute_is_the_clients_mistake(web: Any) -> None:
    reader, writer = await asyncio.open_connection(web._base_url.host, web._base_url.port)
    token = WECHAT["Authorization"].encode()
    lines = (b"POST /v1/events HTTP/1.1", b"Host: door", b"Authorization: " + token, b"Content-Type: application/json")
    attributes = (b"ce-specversion: 1.0", b"ce-id: a\xff", b"ce-source: s", b"ce-type: t", b"Content-Length: 2")
    writer.write(b"\r\n".join((*lines, *attributes, b"Connection: close", b"", b"{}")))
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"bad_envelope" in answer


@pytest.mark.parametrize("source", ["door/wechat", "liuhen/desk"])
async def test_who_sends_a_cloudevent_has_a_name_of_their_own(web: Any, report: Register, source: str) -> None:
    structured = {**WECHAT, "Content-Type": "application/cloudevents+json"}
    said = json.dumps(event(report, source=source)).encode()
    async with web.post("/v1/events", data=said, headers=structured) as response:
        told = await response.json()
        assert (response.status, told["code"], told["field"]) == (400, "bad_envelope", "ce_source")


async def test_an_attribute_of_a_cloudevent_is_percent_decoded(web: Any, report: Register) -> None:
    said = event(report, source="公众号/后台")
    attributes = {f"ce-{name}": quote(said[name]) for name in ("specversion", "type", "source", "id", "time")}
    receipts = set()
    async with web.post("/v1/events", json=said["data"], headers={**WECHAT, **attributes}) as response:
        receipts.add((await response.json())["receipt"])
    structured = {**WECHAT, "Content-Type": "application/cloudevents+json; charset=utf-8"}
    async with web.post("/v1/events", data=json.dumps(said).encode(), headers=structured) as response:
        receipts.add((await response.json())["receipt"])
    assert len(receipts) == 1


@pytest.mark.parametrize(
    ("media", "changes", "answered"),
    [
        ("application/cloudevents+json", {"id": ""}, (400, "bad_envelope", "ce-id")),
        ("application/cloudevents+json", {"time": "yesterday"}, (400, "bad_envelope", "ce-time")),
        ("application/cloudevents+json", {"type": "liuhen.inbound.assign.v1"}, (422, "not_permitted", "ce_type")),
        ("application/cloudevents+json", {"data": {"kind": "help"}}, (422, "missing_field", "place")),
        ("application/cloudevents-batch+json", {}, (415, "unknown_media_type", "Content-Type")),
        ("application/cloudevents+xml", {}, (415, "unknown_media_type", "Content-Type")),
    ],
)
async def test_a_cloudevent_that_cannot_be_taken_is_answered(
    web: Any, report: Register, media: str, changes: Any, answered: Any
) -> None:
    body = json.dumps(event(report, **changes)).encode()
    async with web.post("/v1/events", data=body, headers={**WECHAT, "Content-Type": media}) as response:
        told = await response.json()
        assert (response.status, told["code"], told["field"]) == answered
