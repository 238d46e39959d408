"""A small made-up file of work orders goes through the whole system: its own times, its dirt, its side regions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tools.layout import ROOT, home_of
from tools.replay.mapping import MAPPINGS

ORDERS = """\
case_h,ticket12345_h,tags,content_len,dept,supervised,dispatched_at,dept_replied_at,due_12345_at,extended_to,redo
in-time,T1,来电,80,管网部,否,2020-11-02T09:00:00,2020-11-02T20:00:00,2020-11-04T09:00:00,,否
late,T2,来电,80,营业部,否,2020-11-02T09:00:00,2020-11-03T15:00:00,2020-11-02T21:00:00,,否
again,T3,来电,80,营业部,否,2020-11-02T10:00:00,2020-11-02T20:00:00,2020-11-04T10:00:00,,是
watched,T4,来电,80,水质中心,是,2020-11-02T11:00:00,2020-11-02T22:00:00,2020-11-04T11:00:00,,否
longer,T5,来电,80,管网部,否,2020-11-02T12:00:00,2020-11-04T20:00:00,2020-11-04T14:00:00,2020-11-05T14:00:00,否
unanswered,T6,来电,80,管网部,否,2020-11-02T13:00:00,,2020-11-03T13:00:00,,否
due-before,T7,来电,80,管网部,否,2020-11-02T14:00:00,2020-11-02T20:00:00,2020-11-02T13:59:00,,否
nobody,T8,来电,80,没有的单位,否,2020-11-02T15:00:00,,2020-11-03T15:00:00,,否
no-time,T9,来电,80,管网部,否,昨天下午,,2020-11-03T15:00:00,,否
"""
INSTANCE = f"e2e-{os.getpid()}"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("replay")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    given = (MAPPINGS / "work-orders.yaml").read_text("utf-8")
    (folder / "orders.yaml").write_text(given.replace("goes_on: P8D", "goes_on: P2D"), "utf-8")
    command = [sys.executable, "-m", "liuhen", "replay", str(folder / "orders.csv"), "--json", "--speed", "12000"]
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, "--mapping", str(folder / "orders.yaml")],
        cwd=ROOT,
        env={**os.environ, "LIUHEN_INSTANCE": INSTANCE},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(home_of(f"{INSTANCE}-replay"), ignore_errors=True)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_row_is_answered_and_dirt_is_refused_with_its_reason(told: dict[str, Any]) -> None:
    assert told["answers"] == {
        "accepted": 6,
        "due_before_occurred": 1,
        "malformed": 1,
        "bad_time": 1,
    }
    assert told["unanswered"] == []


def test_on_time_and_late_are_what_the_file_says(told: dict[str, Any]) -> None:
    assert told["against_the_file"]["citizen"] == {"file_on_time_ours_on_time": 3, "file_late_ours_late": 2}


def test_extension_rework_and_supervision_are_what_the_file_says(told: dict[str, Any]) -> None:
    regions = told["regions"]
    assert (regions["extensions"], regions["reworks"], regions["supervised"]["by_person"]) == (1, 1, 1)


def test_who_replied_is_closed_and_who_did_not_is_still_owed(told: dict[str, Any]) -> None:
    assert told["states"] == {"closed": 5, "in_progress": 1}


def test_nothing_was_lost_or_doubled_on_the_way(told: dict[str, Any]) -> None:
    assert [found for verdict in told["verify"] for found in verdict["found"]] == []
