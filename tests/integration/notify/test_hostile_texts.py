"""Whatever stands in a place, a text or a reply, each channel hands it over as text, and the next message too."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import aiohttp

from rulebook import load_policy
from rulebook.rules import Delivery
from schemas.owner import Owner
from schemas.text import COMMANDS, one_line
from services.notify import store
from services.notify.core.notice import Addressee, Notice, Way, Wish
from services.notify.core.profile import Profile
from services.notify.core.wording import Wording
from services.notify.edges.channels import Loop, channels_of
from services.notify.settings import NotifySettings
from tests.support.hostile import HOSTILE
from tests.support.notify import DIGEST

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RULES = Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=30)
DESK = "desk@housing.example"
_COMMAND = re.compile(f"[{COMMANDS}]")


def awake(_at: datetime) -> bool:
    return False


async def deliver(planner: Any, context: Any, folder: Path, notices: list[Notice], routes: dict[Way, str]) -> None:
    async with planner.pool.acquire() as connection:
        # each of a ticket of its own: one ticket's messages to one person leave one after the other
        planned = [store.Planned(f"26030200{n:06}", "0", notice) for n, notice in enumerate(notices)]
        settings = NotifySettings(notices=folder, routes=routes, lease_seconds=600)
        await store.plan(connection, planned)
    async with aiohttp.ClientSession() as session:
        await Loop(context, settings, RULES, DIGEST, channels_of(settings, RULES, session), awake).deliver()


def notices(way: Way, address: str) -> list[Notice]:
    to = Addressee(Owner("department:housing"), way, address)
    return [Notice(f"n-{n}", "dispatched", to, NOW, text, text) for n, text in enumerate(HOSTILE.values())]


async def test_a_mail_has_one_subject_and_no_header_of_somebody_elses(
    planner: Any, later: Any, tmp_path: Path, mailbox: Any
) -> None:
    await deliver(planner, later(), tmp_path, notices(Way.MAIL, DESK), {Way.MAIL: mailbox.url})

    assert {row["status"] for row in await planner.rows()} == {"delivered"}
    mails = [message_from_bytes(mail.content, policy=default) for mail in mailbox.mails]
    by_subject = {mail["Subject"]: mail for mail in mails}
    assert by_subject.keys() == {one_line(text) for text in HOSTILE.values()}
    for envelope, mail in zip(mailbox.mails, mails, strict=True):
        assert envelope.rcpt_tos == [DESK]
        assert mail["Bcc"] is None
        assert mail.get_content_type() == "text/plain"
        assert isinstance(mail, EmailMessage)
        assert _COMMAND.search(mail.get_content().replace("\r\n", "\n")) is None


async def test_a_webhook_and_a_file_get_text_that_commands_nothing(
    planner: Any, later: Any, tmp_path: Path, webhook: Any
) -> None:
    routes = {Way.SMS: webhook.url}
    mixed = [*notices(Way.SMS, "13800138000"), *notices(Way.VISITOR, "v-1")]
    keyed = [notice._replace(key=f"{notice.to.way}-{notice.key}") for notice in mixed]

    await deliver(planner, later(), tmp_path, keyed, routes)

    written = [json.loads(line) for line in (tmp_path / "visitor.jsonl").read_text("utf-8").splitlines()]
    told = [body for _, body in webhook.posted] + written
    assert len(told) == len(keyed)
    for body in told:
        assert _COMMAND.search(body["subject"] + body["text"]) is None
        assert "\n" not in body["subject"]


async def test_a_message_that_cannot_be_sent_at_all_is_given_up_and_the_next_is_sent(
    planner: Any, later: Any, tmp_path: Path, mailbox: Any
) -> None:
    good, bad = notices(Way.MAIL, DESK)[0], notices(Way.MAIL, "desk@housing.example\r\nBcc: everybody@x.example")[1]

    await deliver(planner, later(), tmp_path, [bad, good], {Way.MAIL: mailbox.url})

    outcomes = {row["notice"]: (row["outcome"], row["error"]) for row in await planner.rows("attempt")}
    assert outcomes == {bad.key: ("given_up", "unsendable"), good.key: ("delivered", None)}


async def test_a_template_with_the_place_in_its_subject_stays_a_template(
    planner: Any, later: Any, tmp_path: Path, mailbox: Any
) -> None:
    policy = load_policy(Path("policy"))
    templates = tuple(
        each.model_copy(update={"subject": "新工单：{{ place }}"}) if each.code == "department-new-order" else each
        for each in policy.templates
    )
    wording = Wording(policy.model_copy(update={"templates": templates}))
    wish = Wish("department-new-order", Addressee(Owner("department:housing"), Way.MAIL, DESK), {})
    worded = [
        wording.notice(wish, Profile(ticket="26030200000017", place=text, text=text), f"cause-{n}", NOW)
        for n, text in enumerate(HOSTILE.values())
    ]

    await deliver(planner, later(), tmp_path, [each for each in worded if each], {Way.MAIL: mailbox.url})

    subjects = {str(message_from_bytes(mail.content, policy=default)["Subject"]) for mail in mailbox.mails}
    assert subjects == {f"新工单：{one_line(text)}" for text in HOSTILE.values()}
