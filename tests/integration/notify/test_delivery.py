"""Delivery: each way by its channel, each attempt recorded, repeated with the same key, given up visibly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from chassis.contacts import Naming, Putting
from chassis.service import EdgeContext
from rulebook.rules import Delivery
from schemas.public import ShownContact
from schemas.sealed import Veil, only
from schemas.values import Contact
from services.notify import store
from services.notify.core.notice import Way
from services.notify.edges.channels import Loop, channels_of
from services.notify.edges.sending import Channel, Failed
from services.notify.settings import NotifySettings
from services.notify.store import DueDelivery
from tests.support.notify import DIGEST
from tools.local.database import Database

RULES = Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=2)


def awake(_at: datetime) -> bool:
    return False


async def _deliver(
    context: EdgeContext,
    folder: Path,
    routes: Mapping[Way, str] | None = None,
    lease: float = 60.0,
    is_quiet: Callable[[datetime], bool] = awake,
) -> int:
    settings = NotifySettings(notices=folder, routes=routes or {}, lease_seconds=lease)
    async with aiohttp.ClientSession() as session:
        return await Loop(context, settings, RULES, DIGEST, channels_of(settings, RULES, session), is_quiet).deliver()


async def test_a_way_without_an_address_goes_into_a_file_line_by_line(planner: Any, later: Any, tmp_path: Path) -> None:
    await planner.plan("n-1", "n-2")

    await _deliver(later(), tmp_path / "notices")

    lines = [json.loads(line) for line in (tmp_path / "notices" / "sms.jsonl").read_text("utf-8").splitlines()]
    assert sorted(line["notice"] for line in lines) == ["n-1", "n-2"]
    assert lines[0]["to"] == "+8613800000000"
    assert {row["status"] for row in await planner.rows()} == {"delivered"}


async def test_the_number_of_a_requester_is_a_row_until_it_is_rung(
    planner: Any, later: Any, database: Database, tmp_path: Path
) -> None:
    contact = await _put_down(database, Contact(name="王建国", phone="13812345678"))
    address = only(contact, "phone").model_dump_json(exclude_none=True)
    await planner.plan("n-1", audience="requester", address=address)

    (kept,) = [row["address"] for row in await planner.rows()]
    await _deliver(later(), tmp_path, {})

    assert "13812345678" not in kept
    assert "138****5678" in kept
    assert json.loads((tmp_path / "sms.jsonl").read_text("utf-8"))["to"] == "13812345678"


async def test_words_leave_without_who_must_stay_unknown(
    planner: Any, later: Any, database: Database, tmp_path: Path
) -> None:
    contact = await _put_down(database, Contact(name="王建国", phone="13812345678"))
    await planner.plan("n-1", text="王建国（13812345678）来电。", veil=Veil(contacts=(contact,)))

    await _deliver(later(), tmp_path, {})

    assert json.loads((tmp_path / "sms.jsonl").read_text("utf-8"))["text"] == "***（***********）来电。"


async def _put_down(database: Database, contact: Contact) -> Contact:
    """The contact as intake puts it down, and everybody else has it."""
    putting = Putting(NotifySettings().contacts(), Naming(lambda _: (), lambda *said: str(hash(said))))
    report = ShownContact(ticket="26030200000017", contact=contact)
    written = report.model_dump_json(exclude_none=True, context=putting.of(report.ticket))
    connection = await asyncpg.connect(database.dsn("intake"))
    try:
        await putting.write(connection)
    finally:
        await connection.close()
    return ShownContact.model_validate_json(written).contact


async def test_an_address_is_forgotten_when_nothing_is_to_be_sent_any_more(
    planner: Any, later: Any, tmp_path: Path
) -> None:
    await planner.plan("n-1")

    await _deliver(later(), tmp_path)

    assert [row["address"] for row in await planner.rows()] == [None]


async def test_a_webhook_is_posted_to_with_the_notices_key(
    planner: Any, later: Any, tmp_path: Path, webhook: Any
) -> None:
    await planner.plan("n-1")

    await _deliver(later(), tmp_path, {Way.SMS: webhook.url})

    ((key, body),) = webhook.posted
    assert key == body["notice"] == "n-1"
    assert body["text"] == "您好，n-1"


async def test_a_mail_is_handed_to_the_mail_server(planner: Any, later: Any, tmp_path: Path, mailbox: Any) -> None:
    await planner.plan("n-1", way=Way.MAIL, address="desk@housing.example")

    await _deliver(later(), tmp_path, {Way.MAIL: mailbox.url})

    (mail,) = mailbox.mails
    assert mail.rcpt_tos == ["desk@housing.example"]
    read = message_from_bytes(mail.content, policy=default)
    assert read["Subject"] == "您的诉求已受理"
    assert read["Idempotency-Key"] == "n-1"
    assert "您好，n-1" in read.get_content()


@pytest.mark.parametrize("answer", [503, 429, 302])
async def test_what_failed_is_repeated_with_the_same_key_after_a_wait(
    planner: Any, later: Any, tmp_path: Path, webhook: Any, answer: int
) -> None:
    webhook.answers = [answer, 200]
    await planner.plan("n-1")
    routes = {Way.SMS: webhook.url}

    assert await _deliver(later(), tmp_path, routes) == 1
    assert await _deliver(later(seconds=20), tmp_path, routes) == 0
    assert await _deliver(later(seconds=31), tmp_path, routes) == 1

    assert [key for key, _ in webhook.posted] == ["n-1", "n-1"]
    attempts = await planner.rows("attempt")
    assert [(row["attempt"], row["outcome"], row["error"]) for row in attempts] == [
        (1, "failed", f"http-{answer}"),
        (2, "delivered", None),
    ]


async def test_after_the_last_attempt_it_is_given_up(planner: Any, later: Any, tmp_path: Path, webhook: Any) -> None:
    webhook.answers = [503]
    await planner.plan("n-1")

    for hours in range(5):
        await _deliver(later(hours=hours), tmp_path, {Way.SMS: webhook.url})

    assert len(webhook.posted) == RULES.attempts
    assert [row["status"] for row in await planner.rows()] == ["given_up"]


async def test_what_will_never_be_taken_is_given_up_at_once(
    planner: Any, later: Any, tmp_path: Path, webhook: Any, mailbox: Any
) -> None:
    webhook.answers, mailbox.refusal = [400], "550 no such user"
    await planner.plan("n-1")
    await planner.plan("n-2", way=Way.MAIL, address="nobody@housing.example")

    await _deliver(later(), tmp_path, {Way.SMS: webhook.url, Way.MAIL: mailbox.url})

    attempts = await planner.rows("attempt")
    assert [(row["outcome"], row["error"]) for row in attempts] == [("given_up", "http-400"), ("given_up", "smtp-550")]


@pytest.mark.parametrize("route", ["http://127.0.0.1:1/send", "smtp://127.0.0.1:1"])
async def test_nobody_there_is_tried_again(planner: Any, later: Any, tmp_path: Path, route: str) -> None:
    await planner.plan("n-1")

    await _deliver(later(), tmp_path, {Way.SMS: route})

    (row,) = await planner.rows("attempt")
    assert (row["outcome"], row["error"]) == ("failed", "unreachable")


class _Killed(BaseException):
    """The process ends between sending and recording."""


class _Dying:
    """Sends, and dies before anybody hears that it did."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def __call__(self, batch: Sequence[DueDelivery]) -> Sequence[Failed | None]:
        await self.channel(batch)
        raise _Killed


async def test_a_crash_between_sending_and_recording_repeats_with_the_same_key(
    planner: Any, later: Any, tmp_path: Path, webhook: Any
) -> None:
    await planner.plan("n-1")
    settings = NotifySettings(notices=tmp_path, routes={Way.SMS: webhook.url}, lease_seconds=0.0)
    async with aiohttp.ClientSession() as session:
        channels = channels_of(settings, RULES, session)
        with pytest.raises(_Killed):
            await Loop(
                later(), settings, RULES, DIGEST, {**channels, Way.SMS: _Dying(channels[Way.SMS])}, awake
            ).deliver()

    await _deliver(later(), tmp_path, {Way.SMS: webhook.url}, lease=60.0)

    assert [key for key, _ in webhook.posted] == ["n-1", "n-1"]
    attempts = await planner.rows("attempt")
    assert [(row["attempt"], row["outcome"]) for row in attempts] == [(1, None), (2, "delivered")]


async def test_what_somebody_is_sending_is_not_sent_by_another(planner: Any, later: Any, pool: Any) -> None:
    await planner.plan("n-1")
    context, lease = later(), timedelta(seconds=60)

    first = await store.take_due(pool, context.clock.now(), store.WantedDeliveries(10, lease))
    second = await store.take_due(pool, context.clock.now(), store.WantedDeliveries(10, lease))

    assert [taken.notice for taken in first] == ["n-1"]
    assert second == []


async def test_what_is_due_is_asked_by_how_much_there_is_now(later: Any, pool: Any) -> None:
    now, lease, often = later().clock.now(), timedelta(seconds=60), 8

    for _ in range(often):
        assert await store.take_due(pool, now, store.WantedDeliveries(10, lease)) == []
        assert await store.take_gathered(pool, now, lease) == []

    plans = await pool.fetch(
        "select custom_plans, generic_plans from pg_prepared_statements where statement like 'with due as %'"
    )
    assert sum(each["custom_plans"] for each in plans) == 2 * often
    assert {each["generic_plans"] for each in plans} == {0}


async def test_nothing_goes_out_before_its_time(planner: Any, later: Any, tmp_path: Path) -> None:
    await planner.plan("n-1")

    assert await _deliver(later(minutes=-1), tmp_path) == 0


class _Slow:
    """Says that it began, and takes until it is let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self, batch: Sequence[DueDelivery]) -> Sequence[Failed | None]:
        self.began.set()
        await self.may_end.wait()
        return [None] * len(batch)


async def test_an_orderly_end_writes_down_what_is_being_sent(planner: Any, later: Any, tmp_path: Path) -> None:
    await planner.plan("n-1")
    slow = _Slow()
    loop = Loop(later(), NotifySettings(notices=tmp_path), RULES, DIGEST, dict.fromkeys(Way, slow), awake)
    running = asyncio.create_task(loop.run())
    await slow.began.wait()

    running.cancel()
    slow.may_end.set()
    await asyncio.wait({running})

    assert [row["status"] for row in await planner.rows()] == ["delivered"]
