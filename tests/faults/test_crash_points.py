"""Every service is really ended at every crash point, on a real broker and database: nothing is lost or doubled."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from bench.journal import Spoken
from bench.village import Village
from chassis.crash_points import CrashPoint
from chassis.migrate import migrate
from schemas.inbound import Register
from schemas.registry import inbound_topic
from schemas.values import Contact, Kind, Party, PartyKind, Place, Tier
from services.intake.core.numbers import check_digit
from tools.client.kafka import Voice, producer
from tools.errors import SaidClearly
from tools.layout import ROOT
from tools.local.database import Database
from tools.prepare.logins import trial_token
from tools.prepare.roles import prepare_roles

_EVERYBODY: Final = ("intake", "dispatch", "sla", "notify", "trace", "desk")
_SAYING: Final = ("intake", "dispatch", "sla", "notify")
"""Who says anything; trace and the desk write tables alone."""
IN_THE_FLOW: Final[Mapping[CrashPoint, Sequence[str]]] = {
    CrashPoint.LOADED: _EVERYBODY,
    CrashPoint.DECIDED: _EVERYBODY,
    CrashPoint.COMMITTED: _EVERYBODY,
    CrashPoint.HALF_SENT: _SAYING,
    CrashPoint.PUBLISHED: _SAYING,
    CrashPoint.TOLD: ("intake", "dispatch"),
}
"""Who passes each point while tickets live; the other points have a test of their own each."""
ALONE: Final = (CrashPoint.NOTICE_SENT, CrashPoint.LETTER_SENT, CrashPoint.DOOR_SAID, CrashPoint.MIGRATED)
_AT_ONCE: Final = 5
_HOTLINE: Final = Party(kind=PartyKind.HOTLINE)
_PATIENCE: Final = 120.0


async def _start(village: Village, services: Collection[str], point: CrashPoint | None = None) -> None:
    """Start services anew, side by side; one that ends at the point before it is ready has ended there too."""
    environment = {} if point is None else {"LIUHEN_CRASH_AT": point.value}
    await asyncio.to_thread(village.instance.stop, *services)
    with suppress(SaidClearly):
        await asyncio.to_thread(village.instance.start_services, sorted(services), environment=environment)


async def _all_ended(village: Village, services: Sequence[str], point: CrashPoint) -> None:
    """Wait until each has ended at the point, and start again whoever has, so that the others hear of something."""
    left = set(services)
    async with asyncio.timeout(_PATIENCE):
        while left:
            gone = {name for name in left if not village.process(name).is_alive()}
            for name in gone:
                assert f"ends at the crash point {point}" in village.process(name).tail(5)
            if gone:
                await _start(village, gone)
            left -= gone
            await asyncio.sleep(0.1)


async def _nothing_is_lost(village: Village) -> None:
    assert [finding for result in await village.results() for finding in result.findings] == []


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_whoever_ends_anywhere_while_tickets_live_loses_and_doubles_nothing(village: Village) -> None:
    # given tickets that flow
    async with village.flowing(_AT_ONCE):
        # when at each point every service that passes it ends there
        for point, services in IN_THE_FLOW.items():
            await _start(village, services, point)
            await _all_ended(village, services, point)
    # then all tickets were closed, and every promise is kept
    await _nothing_is_lost(village)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_call_for_help_that_was_told_and_not_noted_is_told_again_as_the_same(village: Village) -> None:
    # given messages that leave, and are not known to have left
    await _start(village, ["notify"], CrashPoint.NOTICE_SENT)
    # when something is urgent, of which somebody is told at any hour
    urgent = Register(
        kind=Kind.HELP,
        tier=Tier.URGENT,
        contact=Contact(phone="13900005678"),
        place=Place(text="四平路200号"),
        text="楼道里煤气味很重",
    )
    async with producer(village.instance.broker("hotline")) as sender:
        await Voice(sender, _HOTLINE, "test", lambda: datetime.now(UTC)).say(urgent)
    await _all_ended(village, ["notify"], CrashPoint.NOTICE_SENT)
    # then it is written down in the end, and nobody has two messages of one notice
    await _until_true(village, "select exists (select from notify.delivery where status = 'delivered')")
    await _nothing_is_lost(village)


async def _until_true(village: Village, question: str) -> None:
    """Ask the database until it says so."""
    connection = await asyncpg.connect(village.instance.postgres_dsn())
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                if await connection.fetchval(question):
                    return
                await asyncio.sleep(0.2)
    finally:
        await connection.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_dead_letter_that_was_sent_and_not_noted_is_one_dead_letter(village: Village) -> None:
    # given an intake that ends once a dead letter is out
    await _start(village, ["intake"], CrashPoint.LETTER_SENT)
    # when a record comes that nobody can read
    async with producer(village.instance.broker("hotline")) as sender:
        await sender.send_and_wait(inbound_topic(_HOTLINE), b"unreadable")
    await _all_ended(village, ["intake"], CrashPoint.LETTER_SENT)
    # then it is put aside once, and known to be published
    await _until_true(village, "select count(*) = 1 and bool_and(published) from intake.dead_letter")
    await _nothing_is_lost(village)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("door", ["intake", "desk"])
async def test_whoever_got_no_answer_at_a_door_asks_again_and_has_spoken_once(village: Village, door: str) -> None:
    # given a door that ends when what was said is on its topic
    await _start(village, [door], CrashPoint.DOOR_SAID)
    with village.journal() as journal:
        # when somebody speaks, gets no answer, and asks again under the same key
        journal.sending(_NOTED[door])
        assert await _ask(village, door) == 0
        await _all_ended(village, [door], CrashPoint.DOOR_SAID)
        # then it is taken, and was said once
        assert await _ask(village, door) in (200, 202)
        journal.taken(_NOTED[door])
    await _nothing_is_lost(village)


_KEY: Final = str(uuid4())
_NOBODYS: Final = "2609010000001"
_SAID: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    "intake": (
        "/v1/wechat/reports",
        {
            "kind": "help",
            "text": "楼道里的灯不亮",
            "contact": {"phone": "13900001234"},
            "place": {"text": "四平路200号"},
        },
    ),
    "desk": ("/v1/acts", {"do": "nudge", "ticket": f"{_NOBODYS}{check_digit(_NOBODYS)}", "reason": "没有进展"}),
}
_NOTED: Final[Mapping[str, Sequence[Spoken]]] = {"intake": [Spoken("door/wechat", _KEY)], "desk": []}
"""What a journal can be held against: intake's door remembers what it took, the desk's passes it on."""


async def _ask(village: Village, door: str) -> int:
    """The status of the answer; 0 where there is none."""
    secrets = village.instance.secrets
    token = trial_token(secrets, "p-xu") if door == "desk" else (secrets / "wechat-token").read_text("ascii").strip()
    path, content = _SAID[door]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": _KEY}
    try:
        async with (
            aiohttp.ClientSession(village.instance.url(f"{door}_http"), headers=headers) as web,
            web.post(path, json=content) as answer,
        ):
            await answer.read()
            return answer.status
    except aiohttp.ClientConnectionError:
        return 0


_MIGRATES: Final = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from chassis import crash_points
from chassis.migrate import migrate
crash_points.arm(crash_points.CrashPoint.MIGRATED)
asyncio.run(migrate(sys.argv[1], "newcomer", Path(sys.argv[2]), datetime.now(UTC)))
"""


async def test_a_migration_that_ends_in_the_middle_has_not_begun(database: Database, tmp_path: Path) -> None:
    # given a migration whose process ends before it is committed
    (tmp_path / "001_first.sql").write_text("-- migrate:up\ncreate table first (n int);\n", "utf-8")
    password = database.cluster.password
    await prepare_roles(database.dsn(), ["newcomer"], lambda role: "new" if role == "newcomer" else password(role))
    ended = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MIGRATES, database.dsn(), str(tmp_path), cwd=ROOT, env=dict(os.environ)
    )
    assert await ended.wait() == -signal.SIGKILL
    # when it is applied again, then it is applied whole, and once
    applied = await migrate(database.dsn(), "newcomer", tmp_path, datetime.now(UTC))
    assert "newcomer/001_first" in applied
    assert await migrate(database.dsn(), "newcomer", tmp_path, datetime.now(UTC)) == []


def test_every_crash_point_stands_in_the_code_once_and_is_struck_here() -> None:
    placed: Counter[str] = Counter()
    for folder in ("chassis", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(func=ast.Attribute(attr="here"), args=[ast.Attribute(attr=name)]):
                        placed[name] += 1
                    case _:
                        pass
    assert placed == Counter(point.name for point in CrashPoint)
    assert {*IN_THE_FLOW, *ALONE} == set(CrashPoint)
    assert set(IN_THE_FLOW[CrashPoint.DECIDED]) == {path.parent.name for path in (ROOT / "services").glob("*/work.py")}
