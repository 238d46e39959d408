"""Who is answered what when they fetch an attachment: one table of askers and of what an attachment can be to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from doors.attachments import rows
from doors.attachments.keeping import Folder
from doors.attachments.rows import Uploaded
from rulebook import Policy
from schemas.attachments import Attached, ShownAttachment
from schemas.envelope import Envelope
from schemas.public import DeskTask
from schemas.values import Kind, Tier
from services.desk import store
from services.desk.core.orders import kept
from services.desk.core.pressing import weight
from services.desk.reactions import TaskRow
from tests.support.desk import ONE, TWO, order
from tests.support.security.doors import NOON, Browser, Doors

ASKERS: Final = (
    "nobody",
    "p-xu",  # a dispatcher
    "p-he",  # a supervisor
    "p-kong",  # of a contractor
    "p-zheng",  # a leader
    "p-ning",  # an operator
    "department.housing",  # who leads
    "department.greening",  # who supports
    "department.police",  # who led before
    "department.market",  # who never had the ticket
)
CONTENT: Final = b"%PDF-1.7 of somebody"
PART_OF: Final = (401, 200, 200, 404, 404, 404, 200, 200, 404, 404)
WHO_LOOKED: Final = (401, 403, 403, 404, 404, 404, 403, 403, 404, 404)
"""Nobody looked at the contact yet."""
DELETED: Final = (401, 410, 410, 404, 404, 404, 410, 410, 404, 404)
OF_THE_OFFICE: Final = (401, 200, 200, 404, 404, 404, 404, 404, 404, 404)
NOBODYS: Final = (401, *(404,) * 9)
ITS_UPLOADER: Final = (401, 404, 404, 404, 404, 404, 200, 404, 404, 404)
TABLE: Final = {
    "of the requester": PART_OF,
    "of the lead, as proof": PART_OF,
    "of the lead, as proof of all members of an incident": PART_OF,
    "of a confidential requester": WHO_LOOKED,
    "with words that are kept from departments": OF_THE_OFFICE,
    "deleted": DELETED,
    "of another ticket": NOBODYS,
    "uploaded by the lead's desk, and named by nothing": ITS_UPLOADER,
    "never uploaded": NOBODYS,
}
IDS: Final = {what: f"A{number:020d}" for number, what in enumerate(TABLE, 1)}
_LISTED: Final = ("of the requester", "of the lead, as proof", "deleted")
_OF_AN_INCIDENT: Final = "of the lead, as proof of all members of an incident"
"""Nobody of the office has a task for it."""
_SECRET: Final = "26090100000035"


def _shown(what: str, *, sealed: bool = False) -> ShownAttachment:
    attached = Attached(id=IDS[what], sha256="9f" * 32, size=len(CONTENT), media="application/pdf")
    department = "housing" if what.startswith("of the lead") else None
    return ShownAttachment(**dict(attached), department=department, sealed=True if sealed else None)


def _uploaded(what: str) -> Uploaded:
    by = "housing" if "lead" in what else ""
    party, login = (f"department:{by}", f"department.{by}") if by else ("wechat", "wechat")
    return Uploaded(IDS[what], party, login, "材料.pdf", "application/pdf", len(CONTENT), "9f" * 32, NOON)


async def _hold(connection: Any, doors: Doors, department: str, ticket: str, place: int, **fields: Any) -> None:
    said = order(ticket, version=place, **fields)
    envelope = Envelope(f"e-{department}-{ticket}", "liuhen/dispatch/0", said.type_name, NOON, ticket, sequence=place)
    words = doors.settings().words().of(ticket)
    await store.save_orders(connection, [kept(department, envelope, said.to_json(), words)])


@pytest.fixture
async def door(doors: Doors, policy: Policy, tmp_path: Path) -> AsyncIterator[Any]:
    """One open ticket, led and supported, that another led before; one of a confidential requester."""
    keeper = Folder(tmp_path / "kept")
    (tmp_path / "content").write_bytes(CONTENT)
    tickets = {"of another ticket": TWO, "of a confidential requester": _SECRET, _OF_AN_INCIDENT: "M260901000001"}
    async with (
        doors.desk(policy, attachments=str(tmp_path / "kept")) as opened,
        asyncpg.create_pool(doors.database.dsn("desk"), min_size=1, max_size=2) as desk,
        asyncpg.create_pool(doors.database.dsn("intake"), min_size=1, max_size=2) as intake,
    ):
        for what, id_ in IDS.items():
            if what != "never uploaded":
                await rows.add(desk, _uploaded(what))
                await keeper.put(id_, tmp_path / "content")
            if "named by nothing" not in what:
                named = "update intake.attachment set receipt = 'R' || id, ticket = $2 where id = $1"
                await intake.execute(named, id_, tickets.get(what, ONE))
        gone = "update intake.attachment set removed_at = uploaded_at, name = null, gone = true where id = $1"
        await intake.execute(gone, IDS["deleted"])
        listed = tuple(map(_shown, _LISTED))
        withheld = _shown("with words that are kept from departments")
        async with desk.acquire() as connection:
            secret = (_shown("of a confidential requester", sealed=True),)
            in_orders = (*listed, _shown(_OF_AN_INCIDENT))
            await _hold(connection, doors, "housing", ONE, 1, attachments=in_orders)
            await _hold(connection, doors, "greening", ONE, 2, attachments=in_orders, role="supporting")
            await _hold(connection, doors, "police", ONE, 3, attachments=listed)
            await _hold(connection, doors, "police", ONE, 4, role="none")
            for place, department in enumerate(("housing", "greening"), 5):
                await _hold(connection, doors, department, _SECRET, place, attachments=secret, confidential=True)
            await store.save_tasks(connection, [_waits(ONE, (*listed, withheld)), _waits(_SECRET, secret)])
        yield opened


def _waits(ticket: str, shown: tuple[ShownAttachment, ...]) -> TaskRow:
    task = DeskTask(
        task="dispatching",
        open=True,
        ticket=ticket,
        since=NOON,
        tier=Tier.SIMPLE,
        kind=Kind.HELP,
        text="灯",
        version=1,
        attachments=shown,
        confidential=ticket == _SECRET or None,
    )
    return TaskRow(
        ticket, "dispatching", "liuhen/dispatch/0", 9, NOON, task.to_json().decode(), weight(task), NOON, NOON
    )


@pytest.mark.parametrize("what", TABLE)
async def test_everybody_is_answered_what_the_table_says(door: Any, doors: Doors, what: str) -> None:
    ticket = _SECRET if "confidential" in what else ONE
    found = []
    for asker in ASKERS:
        shown = {} if asker == "nobody" else doors.shows(asker)
        async with door.get(f"/v1/attachments/{ticket}/{IDS[what]}", headers=shown) as answer:
            found.append(answer.status)
            assert (CONTENT in await answer.read()) == (answer.status == 200)
    assert dict(zip(ASKERS, found, strict=True)) == dict(zip(ASKERS, TABLE[what], strict=True))


async def test_the_page_of_an_order_names_what_its_department_may_fetch(
    door: Any, doors: Doors, policy: Policy
) -> None:
    names = {f"department.{each.code}": each.name for each in policy.departments}
    async with Browser.at(door) as housing:
        await housing.logs_in(doors, names["department.housing"])
        status, page = await housing.opens(f"/orders/{ONE}")
        assert status == 200
        for what in _LISTED:
            assert f'href="/attachments/{ONE}/{IDS[what]}"' in page
        assert IDS["with words that are kept from departments"] not in page
        assert (await housing.opens(f"/attachments/{ONE}/{IDS['of the requester']}"))[0] == 200
