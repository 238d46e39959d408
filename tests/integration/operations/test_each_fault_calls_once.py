"""Each fault fires what tells of it, and people hear one alert of it: promtool judges, Alertmanager calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
import yaml

from tools.layout import DEPLOY
from tools.local.ports import HOST, free_ports

ALERTMANAGER: Final = DEPLOY / "alertmanager"
RULES: Final = DEPLOY / "prometheus" / "rules"
PATIENCE: Final = 60.0
HEALTHY: Final[Mapping[str, str]] = {
    'up{job="liuhen",service="sla",instance="a"}': "1x60",
    'up{job="liuhen-watch",service="watch"}': "1x60",
    'liuhen_ready{service="sla",instance="a"}': "1x60",
    'liuhen_members{service="sla"}': "1x60",
    'liuhen_lanes_wanted{service="sla"}': "4x60",
    'liuhen_lanes{service="sla",state="running",instance="a"}': "4x60",
    'liuhen_lanes{service="sla",state="paused",instance="a"}': "0x60",
    'liuhen_lag_seconds{service="sla",instance="a"}': "0x60",
    "liuhen_broker_answers": "1x60",
    "liuhen_database_answers": "1x60",
    "liuhen_database_clock_ahead_seconds": "0x60",
    "liuhen_verified_timestamp_seconds": "0x60",
    "liuhen_broken_promises": "0x60",
    'liuhen_disk_bytes{disk="kafka"}': "1000x60",
    'liuhen_disk_free_bytes{disk="kafka"}': "600x60",
    'liuhen_alarms_total{service="sla",kind="other_log"}': "0x60",
    "liuhen_calendar_official_until_timestamp_seconds": "8640000x60",
    'liuhen_now_timestamp_seconds{service="sla"}': "0+30x60",
}
"""What a system in which all is well and nothing comes tells of itself."""
GONE: Final = "_x60"


class Fault(NamedTuple):
    """What tells of a fault, the alerts that fire, and those that people hear."""

    told: Mapping[str, str]
    fire: frozenset[str]
    heard: frozenset[str]


def fault(told: Mapping[str, str], *fire: str, heard: Sequence[str] | None = None) -> Fault:
    return Fault(told, frozenset(fire), frozenset(fire if heard is None else heard))


SECOND: Final = {
    'up{job="liuhen",service="sla",instance="b"}': "1x60",
    'liuhen_members{service="sla"}': "2x60",
    'liuhen_lanes{service="sla",state="running",instance="a"}': "2x60",
    'liuhen_lanes{service="sla",state="running",instance="b"}': "2x60",
}
SILENT: Final = {
    'liuhen_ready{service="sla",instance="a"}': GONE,
    'liuhen_lanes{service="sla",state="running",instance="a"}': GONE,
    'liuhen_lanes{service="sla",state="paused",instance="a"}': GONE,
    'liuhen_lag_seconds{service="sla",instance="a"}': GONE,
    'liuhen_members{service="sla"}': "0x60",
    'liuhen_waiting_records{service="sla"}': "32x60",
}
FAULTS: Final = {
    "an idle system": fault({}),
    "two workers share the lanes": fault(SECOND),
    "one worker of two is dead": fault({'up{job="liuhen",service="sla",instance="b"}': "0x60"}, "ServiceDown"),
    "the only worker is dead while records wait": fault(
        {**SILENT, 'up{job="liuhen",service="sla",instance="a"}': "0x60"},
        *("ServiceDown", "ServiceUnattended"),
        heard=["ServiceUnattended"],
    ),
    "the container is gone, and its name with it": fault(
        {**SILENT, 'up{job="liuhen",service="sla",instance="a"}': GONE}, "ServiceUnattended"
    ),
    "the broker is away": fault(
        {
            "liuhen_broker_answers": "0x60",
            'liuhen_members{service="sla"}': GONE,
            'liuhen_ready{service="sla",instance="a"}': "0x60",
            'liuhen_retries_total{service="sla",cause="publish"}': "0+10x60",
        },
        *("BrokerAway", "ServiceNotReady", "RetriesPersist"),
        heard=["BrokerAway"],
    ),
    "the database is away": fault(
        {
            "liuhen_database_answers": "0x60",
            'liuhen_ready{service="sla",instance="a"}': "0x60",
            'liuhen_retries_total{service="sla",cause="ConnectionRefusedError"}': "0+10x60",
        },
        *("DatabaseAway", "ServiceNotReady", "RetriesPersist"),
        heard=["DatabaseAway"],
    ),
    "more comes than is handled": fault(
        {'liuhen_lag_seconds{service="sla",instance="a"}': "900x60"}, "LagHigh", "LagVeryHigh", heard=["LagVeryHigh"]
    ),
    "a broker with another cluster's log": fault(
        {
            'liuhen_lane_paused{service="sla",lane="0",instance="a"}': "1x60",
            'liuhen_alarms_total{service="sla",kind="other_log"}': "0x40 1x20",
        },
        *("LanePaused", "MustNeverHappen"),
        heard=["LanePaused"],
    ),
    "a full disk": fault({'liuhen_disk_free_bytes{disk="kafka"}': "30x60"}, "DiskFull"),
    "a wrong clock": fault({'liuhen_broker_clock_ahead_seconds{service="sla",instance="a"}': "60x60"}, "ClockWrong"),
    "verify found something": fault({"liuhen_broken_promises": "1x60"}, "PromiseBroken"),
    "nobody watches": fault({'up{job="liuhen-watch",service="watch"}': "0x60"}, "WatchDown"),
    "a partner sends the wrong format": fault(
        {'liuhen_dead_letters_total{service="intake",topic="t",reason="envelope"}': "0+4x60"},
        *("DeadLetters", "DeadLettersGrowing"),
        heard=["DeadLettersGrowing"],
    ),
    "the calendar is over": fault(
        {
            "liuhen_calendar_official_until_timestamp_seconds": "0x60",
            'liuhen_now_timestamp_seconds{service="sla"}': "9x60",
        },
        *("CalendarRunsOut", "CalendarRanOut"),
        heard=["CalendarRanOut"],
    ),
}


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} comes with Debian's prometheus and prometheus-alertmanager, which are not installed")
    return path


def test_each_fault_fires_what_tells_of_it_and_nothing_else(tmp_path: Path) -> None:
    tests = [
        {
            "name": name,
            "interval": "30s",
            "input_series": [{"series": series, "values": said} for series, said in {**HEALTHY, **each.told}.items()],
            "promql_expr_test": [
                {
                    "expr": 'count by (alertname) (ALERTS{alertstate="firing",severity!="none"})',
                    "eval_time": "25m",
                    "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(each.fire)],
                }
            ],
        }
        for name, each in FAULTS.items()
    ]
    file = tmp_path / "faults.yml"
    rules = [str(path) for path in sorted(RULES.glob("*.yml"))]
    file.write_text(yaml.safe_dump({"rule_files": rules, "evaluation_interval": "30s", "tests": tests}), "utf-8")
    done = subprocess.run([_found("promtool"), "test", "rules", str(file)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


class Posted(NamedTuple):
    """Where alerts arrive, and what came there: the path, and the names of the alerts."""

    port: int
    came: list[tuple[str, frozenset[str]]]


@pytest.fixture
def posted() -> Iterator[Posted]:
    """Who is called, and who listens for the heartbeat."""
    came: list[tuple[str, frozenset[str]]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            came.append((self.path, frozenset(each["labels"]["alertname"] for each in told["alerts"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    server = ThreadingHTTPServer((HOST, 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Posted(server.server_address[1], came)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def alertmanager(tmp_path: Path, posted: Posted) -> Iterator[str]:
    """A real Alertmanager, started as its container starts it; yields its address."""
    ports = free_ports(["alertmanager"])
    address = f"{HOST}:{ports['alertmanager']}"
    told = {
        "PATH": os.environ["PATH"],
        "ALERTMANAGER": _found("prometheus-alertmanager"),
        "ALERTMANAGER_SETTINGS": str(ALERTMANAGER / "alertmanager.yml"),
        "ALERTMANAGER_MADE": str(tmp_path / "made.yml"),
        "ALERTMANAGER_STORAGE": str(tmp_path / "data"),
        "LIUHEN_ALERTS_URL": f"http://{HOST}:{posted.port}/people?a=1&b='2'",
        "LIUHEN_HEARTBEAT_URL": f"http://{HOST}:{posted.port}/heartbeat",
    }
    words = [str(ALERTMANAGER / "start"), f"--web.listen-address={address}", "--cluster.listen-address="]
    process = subprocess.Popen(words, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _until(lambda: _get(f"http://{address}/-/ready") is not None)
        yield address
    finally:
        process.terminate()
        process.wait()


def test_people_hear_of_each_fault_once(alertmanager: str) -> None:
    severities = _severities()
    for name, each in FAULTS.items():
        # given what fires at a fault, as Prometheus posts it
        ends = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        labels = [
            {
                "alertname": alert,
                "severity": severities[alert],
                "service": "sla",
                "topic": "t",
                "kind": "other_log",
                "fault": name,
            }
            for alert in sorted(each.fire)
        ]
        _post(alertmanager, [{"labels": one, "endsAt": ends} for one in labels])
        # then what is not held back, because its cause is told, is this
        _until(lambda name=name, each=each: _heard(alertmanager, name) == each.heard)
        _post(alertmanager, [{"labels": one, "endsAt": datetime.now(UTC).isoformat()} for one in labels])


def test_the_heartbeat_goes_outside_and_what_is_critical_to_people(alertmanager: str, posted: Posted) -> None:
    ends = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    firing = [("Heartbeat", "none"), ("BrokerAway", "critical")]
    _post(
        alertmanager,
        [{"labels": {"alertname": name, "severity": severity}, "endsAt": ends} for name, severity in firing],
    )
    _until(lambda: ("/heartbeat", frozenset({"Heartbeat"})) in posted.came)
    _until(lambda: ("/people?a=1&b='2'", frozenset({"BrokerAway"})) in posted.came)
    assert {path for path, names in posted.came if "Heartbeat" in names} == {"/heartbeat"}


def test_nobody_to_call_is_no_way_to_start() -> None:
    done = subprocess.run(  # noqa: S603 - it is ours
        [str(ALERTMANAGER / "start")], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "LIUHEN_ALERTS_URL: is the address to which alerts are posted" in done.stderr


def test_amtool_takes_the_configuration() -> None:
    done = subprocess.run(  # noqa: S603 - it is Debian's
        [_found("amtool"), "check-config", str(ALERTMANAGER / "alertmanager.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _severities() -> dict[str, str]:
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(RULES.glob("*.yml"))]
    rules = [rule for file in files for group in file["groups"] for rule in group["rules"]]
    return {rule["alert"]: rule["labels"]["severity"] for rule in rules if "alert" in rule}


def _post(address: str, alerts: Sequence[Mapping[str, Any]]) -> None:
    body = json.dumps(alerts).encode()
    with urlopen(Request(f"http://{address}/api/v2/alerts", body, {"Content-Type": "application/json"})):
        pass


def _heard(address: str, name: str) -> frozenset[str] | None:
    """What is active of a fault and not inhibited; None as long as not all of it is known."""
    found = [each for each in _get(f"http://{address}/api/v2/alerts") or [] if each["labels"]["fault"] == name]
    if len(found) < len(FAULTS[name].fire):
        return None
    return frozenset(each["labels"]["alertname"] for each in found if not each["status"]["inhibitedBy"])


def _get(url: str) -> Any:
    try:
        with urlopen(url) as answer:  # noqa: S310 - the address is our own
            text = answer.read().decode()
    except (URLError, OSError):
        return None
    return json.loads(text) if text.startswith("[") else text


def _until(condition: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
