"""Who is answered what at each address of the door of channels: one table of all of them, and of whose receipts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from rulebook import Policy
from services.intake import store
from services.intake.core.state import KnownTicket
from services.intake.edges.http import routes
from services.intake.edges.pages.progress import ROUTES as OF_CITIZENS
from services.intake.edges.pages.visit import ROUTES as OF_VISITORS
from tests.support.security.doors import NOON, Doors

ASKERS: Final = ("nobody", "a stranger", "p-xu", "hotline", "survey", "wechat")
"""The person of the office shows a token that opens the door of persons; the last three show those of channels."""
PARTIES: Final = ("hotline", "survey", "wechat", "office", "department:housing", "callback", "city")
OWN: Final = {party: f"R{place:020d}" for place, party in enumerate(PARTIES)}
TICKET: Final = "26090100000019"
OF_WECHAT: Final = (401, 401, 401, 403, 403, 422)
OF_SURVEY: Final = (401, 401, 401, 403, 422, 403)
"""What a channel says here is empty: it gets as far as being read, and nobody else does."""
TABLE: Final[Mapping[str, tuple[int, ...]]] = {
    "POST /v1/wechat/reports": OF_WECHAT,
    "POST /v1/wechat/follow-ups": OF_WECHAT,
    "POST /v1/wechat/infos": OF_WECHAT,
    "POST /v1/wechat/withdrawals": OF_WECHAT,
    "POST /v1/survey/visits": OF_SURVEY,
    "POST /v1/survey/device-requests": OF_SURVEY,
    "POST /v1/survey/follow-ups": OF_SURVEY,
    "POST /v1/survey/infos": OF_SURVEY,
    "POST /v1/survey/withdrawals": OF_SURVEY,
    "POST /v1/events": (401, 401, 401, 403, 400, 400),
    # Anybody may try: what opens it is a receipt and the number that was left, tried so often and no more.
    "POST /v1/progress": (400,) * len(ASKERS),
    "POST /v1/attachments": (401, 401, 401, 415, 415, 415),
    "GET /v1/receipts/{receipt}": (401, 401, 401, 403, 404, 200),
}
PAGES: Final = (*OF_CITIZENS, *OF_VISITORS)
OF_PAGES: Final[Mapping[str, tuple[int, ...]]] = {
    "GET /": (302,) * len(ASKERS),
    "GET /progress": (200,) * len(ASKERS),
    "POST /progress": (422,) * len(ASKERS),
    # Whoever has no session is shown the form that begins one, and leaves what was never entered.
    "GET /progress/matter": (200,) * len(ASKERS),
    "POST /progress/leave": (303,) * len(ASKERS),
    "POST /progress/matter/{offer}": (401,) * len(ASKERS),
    "GET /static/{name}": (404,) * len(ASKERS),
    # The same for everybody: what somebody typed is on their phone alone.
    "GET /visit": (200,) * len(ASKERS),
    # It draws a receipt that somebody has; nobody names one here.
    "GET /visit/card": (404,) * len(ASKERS),
    "GET /visit/worker.js": (200,) * len(ASKERS),
}

_SAID: Final = """
insert into intake.submission (party, source, id, digest, receipt, lane, at, action, tickets, follow_up)
values ($1, 'test', $1, $2, $3, 'intake/0', $4, 'register', $5, false)
"""


def test_no_address_is_left_out_of_the_table() -> None:
    assert {f"{each.method} {each.path}" for each in routes()} == TABLE.keys()
    assert {f"{each.method} {each.path}" for each in PAGES} == OF_PAGES.keys()


@pytest.fixture
async def door(doors: Doors, policy: Policy) -> AsyncIterator[Any]:
    """Every party said something once, about the same ticket."""
    doors.admit(policy)
    async with (
        doors.intake(policy) as opened,
        asyncpg.create_pool(
            doors.database.dsn("intake"), min_size=1, server_settings={"search_path": "intake"}
        ) as pool,
    ):
        for party, receipt in OWN.items():
            await pool.execute(_SAID, party, b"0" * 16, receipt, NOON, [TICKET])
        async with pool.acquire() as connection:
            known = KnownTicket(TICKET, OWN["wechat"], "wechat", None, open=True, registered=NOON)
            await store.insert_tickets(connection, [known])
        yield opened


def shows(doors: Doors, asker: str) -> dict[str, str]:
    match asker:
        case "nobody":
            return {}
        case "a stranger":
            return {"Authorization": "Bearer development-nobody"}
        case "hotline" | "survey" | "wechat":
            return {"Authorization": f"Bearer development-{asker}"}
        case _:
            return doors.shows(asker)


@pytest.mark.parametrize("address", TABLE)
async def test_at_an_address_of_channels_everybody_gets_what_the_table_says(
    door: Any, doors: Doors, address: str
) -> None:
    method, path = address.split(" ")
    found = []
    for asker in ASKERS:
        headers = {**shows(doors, asker), "Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        data = json.dumps({}) if method == "POST" else None
        async with door.request(method, path.format(receipt=OWN["wechat"]), headers=headers, data=data) as answer:
            found.append(answer.status)
            if answer.status in (401, 403, 404):
                assert TICKET not in await answer.text()
    assert dict(zip(ASKERS, found, strict=True)) == dict(zip(ASKERS, TABLE[address], strict=True))


@pytest.mark.parametrize("address", OF_PAGES)
async def test_the_pages_of_citizens_are_the_same_for_everybody(door: Any, doors: Doors, address: str) -> None:
    method, path = address.split(" ")
    found = []
    for asker in ASKERS:
        data = {"receipt": OWN["wechat"], "phone": ""} if method == "POST" else None
        asked = door.request(
            method,
            path.format(name="no.css", offer="add"),
            headers=shows(doors, asker),
            data=data,
            allow_redirects=False,
        )
        async with asked as answer:
            found.append(answer.status)
            assert TICKET not in await answer.text()
    assert tuple(found) == OF_PAGES[address]


@pytest.mark.parametrize("asker", ASKERS)
async def test_a_receipt_is_shown_to_the_channel_that_submitted_and_to_no_other(
    door: Any, doors: Doors, asker: str
) -> None:
    found = {}
    for party, receipt in OWN.items():
        async with door.get(f"/v1/receipts/{receipt}", headers=shows(doors, asker)) as answer:
            found[party] = answer.status
            assert (TICKET in await answer.text()) == (answer.status == 200)
    usual = {"hotline": 403, "survey": 404, "wechat": 404}.get(asker, 401)
    assert found == {party: 200 if party == asker and asker != "hotline" else usual for party in PARTIES}
