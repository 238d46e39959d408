"""A department goes while it has open orders: the office moves them by a plan, on real services, and verify agrees."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from chassis.clock import Clock
from liuhen.commands import channels, department, office, reorganise, verify
from tests.support.terminal import typed_at_their_desk
from tools.client.addresses import load_addresses
from tools.client.login import be
from tools.demo.reorganisation import GONE, SUCCESSOR, plan_from, policy_until
from tools.errors import SaidClearly
from tools.local.instance import Instance
from worktime.hours import SHANGHAI

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

DAY: Final = date(2026, 12, 8)
"""A Tuesday: from this day on the one department stands in for the other."""
SPEED: Final = 900
PATIENCE: Final = 30.0
CATEGORY: Final = "1501-05"
BY: Final = f"{GONE}-1=陈立"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Given the noon before: the rulebook says that the department is there today, and not tomorrow."""
    policy = policy_until(DAY, tmp_path_factory.mktemp("district") / "policy")
    with Instance(ephemeral=True, policy=policy) as system:
        noon = datetime.combine(DAY - timedelta(days=1), time_of_day(12), SHANGHAI)
        system.clock = f"{noon.isoformat()}@{SPEED}@{time.time():.3f}"
        system.start_services()
        yield system


@pytest.fixture(autouse=True)
def at_a_terminal(services: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in services.addresses().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LIUHEN_PERSON", raising=False)


APP: Final = typer.Typer()
for _module in (office, department, channels, reorganise):
    _module.register(APP)


def typed(*said: str) -> Any:
    """What a command answers."""
    told = typed_at_their_desk(APP, [*said, "--json"])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def a_call(number: int) -> str:
    text = f"{number}号旁边的空地围墙倒了一段，荒地没有人管"
    where = ["--place", f"国和路{number}号", "--subdistrict", "wujiaochang", "--category", CATEGORY]
    said = ["hotline", "register", "--kind", "complain", *where, "--text", text, "--phone", f"1381111{number:04d}"]
    return str(typed(*said)["tickets"][0])


def dues(code: str, tickets: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By ticket the due times that a department's newest orders show, by clock, once it has these with their times."""
    until = time.monotonic() + PATIENCE
    while True:
        queue = typed("department", code, "queue")
        found = {each["ticket"]: {due["clock"]: due["due"] for due in each["due"]} for each in queue}
        if all("handling" in found.get(ticket, ()) for ticket in tickets):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.2)


def test_what_a_department_has_open_is_its_successors_the_day_after(services: Instance, tmp_path: Path) -> None:
    # given two orders of a department, one of them accepted
    taken, waiting = a_call(1), a_call(2)
    typed("department", GONE, "accept", taken, "--as", BY)
    before = dues(GONE, (taken, waiting))
    assert before.keys() == {taken, waiting}

    # when its last day has passed, and the office carries out the plan
    clock = Clock.parse(services.clock)
    asyncio.run(clock.sleep_until(datetime.combine(DAY, time_of_day(0, 5), SHANGHAI)))
    plan = str(plan_from(DAY, tmp_path / "plan.yaml"))
    preview = typed("reorganise", plan)
    be(load_addresses(), "p-fang")
    outcomes = typed("reorganise", plan, "--apply")

    # then all that was shown has moved, with the times by which it is due, and nothing is left to move
    assert {move["ticket"] for move in preview["moves"]} == {taken, waiting}
    assert preview["against"] == []
    assert {(each["ticket"], each["outcome"]) for each in outcomes} == {(taken, "moved"), (waiting, "moved")}
    with pytest.raises(SaidClearly, match="不在名册上"):
        raise typed_at_their_desk(APP, ["department", GONE, "queue"]).exception or AssertionError
    after = dues(SUCCESSOR, (taken, waiting))
    assert {number: each["handling"] for number, each in after.items()} == {
        number: each["handling"] for number, each in before.items()
    }
    assert typed("reorganise", plan, "--apply") == []

    # and who calls now is the successor's too, and every promise holds
    another = a_call(3)
    assert another in dues(SUCCESSOR, (another,))
    found = [finding for result in verify.check_running() for finding in result.findings]
    assert found == []
