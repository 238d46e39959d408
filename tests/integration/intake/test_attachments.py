"""What was uploaded goes with who is forgotten, and can be named again where a submission was refused."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from schemas import dispatch as d
from schemas.attachments import NamedAttachment
from schemas.inbound import FollowUp, Register
from schemas.public import ReceiptRefused
from schemas.values import Actor, Party, PartyKind, Person
from tests.support.intake import Dispatch

HOTLINE = Party(kind=PartyKind.HOTLINE)
CHEN = Person(id="p-chen", name="陈晓")


def token(outside: Any) -> dict[str, str]:
    """What the hotline shows at the door, where it uploads and does nothing else."""
    return {"Authorization": f"Bearer {(outside.system.secrets / 'hotline-token').read_text().split()[0]}"}


async def uploaded(outside: Any, content: bytes) -> NamedAttachment:
    headers = {**token(outside), "Content-Type": "application/pdf"}
    async with (
        aiohttp.ClientSession(outside.system.url("intake_http")) as web,
        web.post("/v1/attachments?filename=a.pdf", data=content, headers=headers) as response,
    ):
        told = await response.json()
        assert response.status == 201, told
        return NamedAttachment(id=told["id"], sha256=told["sha256"])


async def test_the_hotlines_token_is_good_for_uploads_alone(outside: Any) -> None:
    async with aiohttp.ClientSession(outside.system.url("intake_http"), headers=token(outside)) as web:
        async with web.get("/v1/receipts/R0K3V9TQ2M7HA6ZP1XC8D") as asked:
            assert asked.status == 403
        async with web.post("/v1/events", json={}) as said:
            assert said.status == 403


async def test_who_is_forgotten_takes_what_they_sent_along(outside: Any, report: Register) -> None:
    photo = await uploaded(outside, b"%PDF-1.7 my flat")
    given = await outside.given(await outside.say(HOTLINE, report.model_copy(update={"attachments": (photo,)})))
    (ticket,) = given.tickets
    place = outside.system.home / "attachments" / photo.id[1:3] / photo.id
    assert place.read_bytes() == b"%PDF-1.7 my flat"
    forgotten = d.ContactForgotten(ticket=ticket, by=Actor(person=CHEN), reason="本人申请删除。")
    await Dispatch(outside).say(ticket, forgotten)
    row = await gone(outside, photo.id)
    assert not place.exists()
    assert (row["name"], row["sha256"]) == (None, photo.sha256)


async def gone(outside: Any, attachment: str) -> Any:
    """Wait until a content was taken away; returns what is left of its row."""
    async with asyncio.timeout(60):
        while True:
            row = await outside.pool.fetchrow("select name, gone, sha256 from attachment where id = $1", attachment)
            if row["gone"]:
                return row
            await asyncio.sleep(0.2)


async def test_what_was_removed_goes_and_what_stands_beside_it_stays(outside: Any, report: Register) -> None:
    wrong, right = await uploaded(outside, b"%PDF-1.7 wrong"), await uploaded(outside, b"%PDF-1.7 right")
    given = await outside.given(await outside.say(HOTLINE, report.model_copy(update={"attachments": (wrong, right)})))
    (ticket,) = given.tickets
    removed = d.AttachmentRemoved(ticket=ticket, by=Actor(person=CHEN), attachment=wrong.id, reason="拍到了他人。")
    elsewhere = d.AttachmentRemoved(
        ticket="26090100000019", by=Actor(person=CHEN), attachment=right.id, reason="不是这件的。"
    )
    await Dispatch(outside).say("26090100000019", elsewhere)
    await Dispatch(outside).say(ticket, removed)
    row = await gone(outside, wrong.id)
    assert (row["name"], row["sha256"]) == (None, wrong.sha256)
    folder = outside.system.home / "attachments"
    assert not (folder / wrong.id[1:3] / wrong.id).exists()
    assert (folder / right.id[1:3] / right.id).read_bytes() == b"%PDF-1.7 right"


async def test_what_a_refused_submission_named_can_be_named_again(outside: Any, report: Register) -> None:
    photo = await uploaded(outside, b"%PDF-1.7 again")
    given = await outside.given(await outside.say(HOTLINE, report))
    (ticket,) = given.tickets
    more = FollowUp(ticket=ticket, mode="add", text="补充材料", contact=report.contact, attachments=(photo,))
    first = await outside.given(await outside.say(HOTLINE, more))
    assert (await outside.refused(await outside.say(HOTLINE, more))).code == "unknown_attachment"
    refused = d.ActionRefused(
        ticket=ticket,
        by=Actor(party=HOTLINE),
        receipt=first.receipt,
        party=HOTLINE,
        action="follow_up",
        code="illegal_in_state",
        reason="已经结案。",
    )
    await Dispatch(outside).say(ticket, refused)
    await outside.hear(lambda m: isinstance(m, ReceiptRefused) and m.receipt == first.receipt)
    assert (await outside.given(await outside.say(HOTLINE, more))).receipt != first.receipt
