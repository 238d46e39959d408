"""When a message leaves: in order, in no quiet hours, only while it is true, and gathered where that is wished."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from chassis.service import EdgeContext
from rulebook.rules import Delivery
from services.notify.core.notice import Way
from services.notify.core.values import LEFT
from services.notify.edges.channels import Loop, channels_of
from services.notify.settings import NotifySettings
from tests.support.notify import DIGEST

RULES = Delivery(attempts=3, first_wait_seconds=30, factor=4, longest_wait_seconds=3600, timeout_seconds=2)
DESK = "desk@housing.example"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def awake(_at: datetime) -> bool:
    return False


def asleep(_at: datetime) -> bool:
    return True


@pytest.fixture
def leave(tmp_path: Path) -> Callable[..., Any]:
    """Deliver what is due; returns what left by then, one line for each message."""

    async def deliver(
        context: EdgeContext, is_quiet: Callable[[datetime], bool] = awake, routes: dict[Way, str] | None = None
    ) -> list[dict[str, str]]:
        settings = NotifySettings(notices=tmp_path, routes=routes or {})
        async with aiohttp.ClientSession() as session:
            await Loop(context, settings, RULES, DIGEST, channels_of(settings, RULES, session), is_quiet).deliver()
        return _left(tmp_path)

    return deliver


def _left(folder: Path) -> list[dict[str, str]]:
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def keys(lines: list[dict[str, str]]) -> list[str]:
    return [line["notice"] for line in lines]


async def test_what_waited_for_an_outage_to_end_still_leaves_nobody_without_sleep(
    planner: Any, later: Any, leave: Any
) -> None:
    await planner.plan("n-1", peaceful=True)
    await planner.plan("n-urgent")

    assert keys(await leave(later(hours=13), asleep)) == ["n-urgent"]
    assert keys(await leave(later(hours=22))) == ["n-urgent", "n-1"]


async def test_a_requester_is_told_one_thing_after_the_other_however_long_the_first_takes(
    planner: Any, later: Any, leave: Any, webhook: Any
) -> None:
    webhook.answers = [503, 200]
    for key in ("n-received", "n-dispatched"):
        await planner.plan(key, audience="requester")
    routes = {Way.SMS: webhook.url}

    for seconds in (0, 1, 31, 32):
        await leave(later(seconds=seconds), awake, routes)

    assert [key for key, _ in webhook.posted] == ["n-received", "n-received", "n-dispatched"]


async def test_what_is_urgent_waits_for_no_morning_and_takes_along_what_was_to_be_told_before_it(
    planner: Any, later: Any, leave: Any
) -> None:
    """Overtaken, a receipt would come after the message that already speaks of its ticket."""
    morning = NOW + timedelta(hours=8)
    await planner.plan("n-received", audience="requester", peaceful=True, at=morning)
    await planner.plan("n-other", audience="requester", ticket="26030200000025", peaceful=True, at=morning)
    await planner.plan("n-urgent", audience="requester")

    await leave(later(), asleep)

    assert keys(await leave(later(), asleep)) == ["n-received", "n-urgent"]


async def test_a_desk_reads_of_a_ticket_in_order_also_when_it_becomes_urgent(
    planner: Any, later: Any, leave: Any
) -> None:
    mail: dict[str, Any] = {"way": Way.MAIL, "address": DESK, "audience": "department:housing", "gathers": True}
    await planner.plan("n-1", **mail, gathered=True, at=NOW + timedelta(hours=4))
    await planner.plan("n-urgent", **mail)

    await leave(later())

    assert keys(await leave(later())) == ["n-1", "n-urgent"]


async def test_whoever_is_on_duty_is_rung_up_whatever_did_not_reach_them_before(
    planner: Any, later: Any, leave: Any, webhook: Any
) -> None:
    webhook.answers = [503]
    for key in ("n-first", "n-second"):
        await planner.plan(key, way=Way.CALL, audience="duty_officer:p-min")

    await leave(later(), awake, {Way.CALL: webhook.url})

    assert sorted(key for key, _ in webhook.posted) == ["n-first", "n-second"]


async def test_a_reminder_says_what_is_left_when_it_leaves_and_does_not_leave_when_nothing_is(
    planner: Any, later: Any, leave: Any
) -> None:
    for key, hours in (("n-1", 3.5), ("n-2", 1)):
        over = NOW + timedelta(hours=hours)
        await planner.plan(key, way=Way.MAIL, address=f"{key}@x.example", text=f"还剩{LEFT}", over=over)

    lines = await leave(later(hours=1))

    assert [(line["notice"], line["text"]) for line in lines] == [("n-1", "还剩2小时")]
    rows = {row["notice"]: (row["status"], row["address"]) for row in await planner.rows()}
    assert rows == {"n-1": ("delivered", None), "n-2": ("dropped", None)}
    attempts = {row["notice"]: (row["outcome"], row["error"]) for row in await planner.rows("attempt")}
    assert attempts["n-2"] == ("dropped", "over")


async def test_what_is_gathered_leaves_in_one_message_for_each_address_and_ends_one_by_one(
    planner: Any, later: Any, leave: Any
) -> None:
    noon = NOW + timedelta(hours=4)
    await planner.plan("n-1", "n-2", way=Way.MAIL, address=DESK, gathered=True, at=noon)
    await planner.plan("n-3", way=Way.MAIL, address="desk@police.example", gathered=True, at=noon)

    assert await leave(later(hours=3)) == []
    lines = await leave(later(hours=4))

    assert [(line["to"], line["subject"]) for line in lines] == [
        (DESK, "通知汇总（2条）"),
        ("desk@police.example", "您的诉求已受理"),
    ]
    assert "您好，n-1" in lines[0]["text"]
    assert "您好，n-2" in lines[0]["text"]
    assert {(row["status"], row["attempts"]) for row in await planner.rows()} == {("delivered", 1)}


async def test_what_cannot_wait_for_the_half_day_takes_the_rest_along(planner: Any, later: Any, leave: Any) -> None:
    await planner.plan("n-later", way=Way.MAIL, address=DESK, gathered=True, at=NOW + timedelta(hours=4))
    over = NOW + timedelta(hours=2.5)
    await planner.plan("n-soon", way=Way.MAIL, address=DESK, gathered=True, over=over, text=f"还剩{LEFT}")

    (line,) = await leave(later(hours=1))

    assert "您好，n-later" in line["text"]
    assert "还剩1小时" in line["text"]


async def test_a_gathered_message_that_failed_leaves_again_whole_and_under_the_same_key(
    planner: Any, later: Any, leave: Any, webhook: Any
) -> None:
    webhook.answers = [503, 200]
    await planner.plan("n-1", "n-2", way=Way.MAIL, address=DESK, gathered=True)
    routes = {Way.MAIL: webhook.url}

    for seconds in (0, 31):
        await leave(later(seconds=seconds), awake, routes)

    (first, one), (second, other) = webhook.posted
    assert first == second
    assert one["text"] == other["text"]
    assert {row["status"] for row in await planner.rows()} == {"delivered"}


async def test_what_waited_for_the_morning_leaves_as_one_message_without_what_is_no_longer_so(
    planner: Any, later: Any, leave: Any
) -> None:
    # given a night in which a ticket was dispatched, dispatched anew and withdrawn, and another one was dispatched
    night: dict[str, Any] = {"audience": "requester", "peaceful": True, "at": NOW + timedelta(hours=8)}
    for step in ("receipt", "dispatched", "redispatched", "withdrawn"):
        await planner.plan(step, template=f"requester-{step}", text=f"您好，{step}。【示例区12345】", **night)
    await planner.plan("other", template="requester-dispatched", ticket="26030200000025", **night)

    # when the morning comes
    lines = await leave(later(hours=8))

    # then the requester is told once that it was received and withdrawn, and the other one what is so
    assert [line["text"] for line in lines] == ["您好，receipt。withdrawn。【示例区12345】", "您好，other"]
    ended = {row["notice"]: row["status"] for row in await planner.rows()}
    assert ended == {
        "receipt": "delivered",
        "dispatched": "dropped",
        "redispatched": "dropped",
        "withdrawn": "delivered",
        "other": "delivered",
    }


async def test_what_waited_for_a_number_that_was_wrong_goes_to_the_right_one(
    planner: Any, later: Any, leave: Any
) -> None:
    night: dict[str, Any] = {"audience": "requester", "peaceful": True, "at": NOW + timedelta(hours=8)}
    right = "+8613900000000"
    await planner.plan("receipt", **night)
    await planner.plan("progress", template="requester-progress", **night)
    await planner.plan("again", address=right, **night)
    await planner.plan("who", template="requester-dispatched", address=right, **night)

    lines = await leave(later(hours=8))

    assert [(line["to"], line["text"]) for line in lines] == [(right, "您好，progressagainwho")]


async def test_what_was_told_together_and_failed_is_told_together_again(
    planner: Any, later: Any, leave: Any, webhook: Any
) -> None:
    webhook.answers = [503, 200]
    await planner.plan("n-1", "n-2", audience="requester", peaceful=True)
    routes = {Way.SMS: webhook.url}

    for seconds in (0, 31):
        await leave(later(seconds=seconds), awake, routes)

    (first, one), (second, other) = webhook.posted
    assert first == second
    assert one["text"] == other["text"]
