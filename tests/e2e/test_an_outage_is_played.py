"""The people of the demo play an outage: who calls joins by rule, one department handles once, each is called back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

import pytest

from chassis.clock import Clock
from chassis.packing import said, unpacked
from examples.district.moments import ZONE
from examples.district.outage import CALLERS, calls
from examples.people.messages import register
from rulebook import load_policy
from schemas.values import Party, PartyKind
from tests.support.operations import Operations
from tools.client.kafka import Voice, producer
from tools.local.instance import Instance
from tools.local.people import ANSWERING, start_people

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

POLICY: Final = load_policy(Path(__file__).parents[2] / "policy")
START: Final = date(2026, 12, 21)
SEED: Final = 12345
SPEED: Final = 3_000
STORY: Final = {"LIUHEN_START": START.isoformat(), "LIUHEN_TICKETS": "300", "LIUHEN_SEED": str(SEED)}
OF_ONE: Final = "select incident from trace.summary where incident is not null group by 1 having count(*) = $1"
REVIEWED: Final = (
    "select from trace.summary where incident = $1"
    " and state in ('callback_pending', 'closed', 'archived', 'rework') having count(*) >= $2"
)
ACTS: Final = f"select {said()} from trace.entry where ticket = $1 and type like '%.incident-acted.%'"  # noqa: S608 - our own columns


@pytest.fixture(scope="module")
def played() -> Iterator[Operations]:
    """Given the evening two days before the outage, and the people who answer."""
    with Instance(ephemeral=True) as system:
        evening = datetime.combine(START + timedelta(days=7), time_of_day(18), ZONE)
        system.clock = f"{evening.isoformat()}@{SPEED}@{time.time():.3f}"
        system.start_services()
        start_people(system, ANSWERING, STORY)
        yield Operations(system)


async def everybody_calls(system: Instance) -> None:
    """All callers, once the moment of the last of them has come."""
    clock, said = Clock.parse(system.clock), list(calls(POLICY, seed=SEED, start=START, callers=CALLERS))
    await clock.sleep_until(max(each.at for each in said))
    async with producer(system.broker(PartyKind.HOTLINE)) as sender:
        voice = Voice(sender, Party(kind=PartyKind.HOTLINE), "test/outage", clock.now)
        await asyncio.gather(*(voice.say(register(each), submission=each.id) for each in said))


def test_two_hundred_callers_are_one_incident_of_a_handful_of_acts(played: Operations) -> None:
    # given an outage that the utility had announced to the office
    played.wait("select from trace.entry where type = 'liuhen.dispatch.incident-opened.v1'")
    # when everybody calls about it
    asyncio.run(everybody_calls(played.instance))

    # then all belong to the one incident without anybody's doing, and are handled, reviewed and called back before long
    ((incident,),) = played.wait(OF_ONE, CALLERS)
    played.wait(REVIEWED, incident, CALLERS * 9 // 10)
    acts = {json.loads(unpacked(kept))["receipt"] for (kept,) in played.sql(ACTS, incident)}
    assert len(acts) <= 8

    # and every promise is kept
    played.instance.stop(*ANSWERING)
    checked = played.run("verify", "--json")
    assert [each for each in json.loads(checked.stdout) if not each["kept"]] == []
