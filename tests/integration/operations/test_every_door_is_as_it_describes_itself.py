"""Every HTTP door is walked by schemathesis from its own description: what it promises holds, and nothing is a 5xx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from schemas.values import Channel
from tests.support.operations import Operations
from tools.prepare.logins import trial_token
from tools.prepare.secrets import secret

pytestmark = pytest.mark.timeout(600)
WALKER: Final = Path(sys.executable).with_name("schemathesis")
SEED: Final = "20261129"
DISPATCHER: Final = "p-xu"
TERMS: Final = """
[checks.positive_data_acceptance]
# What fits the schema may name what there is not (422), contradict what stands (409), or be one too many (429).
expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]

[checks.negative_data_rejection]
# What does not fit the schema may be too large before it is read.
expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]

[[operations]]
include-path = "/v1/events"
# OpenAPI has no words for headers that are required with one media type alone: those of the binary mode.
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 409, 415, 422, 429]
"""


def walked(url: str, token: str, folder: Path, terms: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Walk a door as whoever shows this token; returns what was found."""
    config = folder / "schemathesis.toml"
    config.write_text(terms, "utf-8")
    command = [str(WALKER), "--config-file", str(config), "run", f"{url}/v1/openapi.json"]
    how = ["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", SEED, "--continue-on-failure"]
    shown = ["--header", f"Authorization: Bearer {token}", "--warnings", "off", *more]
    return subprocess.run([*command, *how, *shown], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - it is ours


@pytest.mark.parametrize("channel", [Channel.WECHAT, Channel.SURVEY])
def test_the_door_of_the_channels(operations: Operations, tmp_path: Path, channel: Channel) -> None:
    instance = operations.instance
    token = secret(instance.secrets, f"{channel}-token")
    found = walked(instance.url("intake_http"), token, tmp_path, TERMS)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_door_of_the_trace(operations: Operations, tmp_path: Path) -> None:
    instance, ticket = operations.instance, operations.report(13_912_340_001)
    known = f'{TERMS}\n[parameters]\n"path.name" = ["{ticket}", "nobody"]\n'
    token = trial_token(instance.secrets, DISPATCHER)
    found = walked(instance.url("trace_http"), token, tmp_path, known, "--rate-limit", "45/s")
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("person", [DISPATCHER, "department.housing"])
def test_the_door_of_persons(operations: Operations, tmp_path: Path, person: str) -> None:
    instance = operations.instance
    token = trial_token(instance.secrets, person)
    found = walked(instance.url("desk_http"), token, tmp_path, TERMS, "--rate-limit", "45/s")
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_door_of_gateways(operations: Operations, tmp_path: Path) -> None:
    instance = operations.instance
    found = walked(instance.url("notify_http"), secret(instance.secrets, "gateway-token"), tmp_path, TERMS)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("port", ["intake_http", "trace_http", "desk_http"])
def test_nobody_is_let_in_but_to_the_description(operations: Operations, tmp_path: Path, port: str) -> None:
    found = walked(operations.instance.url(port), "nobody", tmp_path, TERMS, "--include-method", "GET")
    assert found.returncode == 0, found.stdout + found.stderr
