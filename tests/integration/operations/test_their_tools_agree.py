"""Prometheus and Grafana read our rules and dashboards with their own tools."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tools.layout import DEPLOY

PROMETHEUS: Final = DEPLOY / "prometheus"
CHECKS: Final = [
    ("check", "rules", *(str(path) for path in sorted((PROMETHEUS / "rules").glob("*.yml")))),
    ("test", "rules", str(PROMETHEUS / "rules.test.yml")),
]


@pytest.mark.parametrize("words", CHECKS)
def test_promtool_agrees(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool comes with Debian's prometheus, which is not installed")
    done = subprocess.run([promtool, *words], capture_output=True, text=True, check=False)  # noqa: S603 - it is Debian's
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_have_the_types_of_grafanas_own_schema(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed; tests/contract/test_operations.py holds the shape of the dashboards")
    done = subprocess.run(  # noqa: S603 - it is ours
        [str(DEPLOY / "grafana" / "check"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip("npm could not fetch Grafana's schema")
    assert done.returncode == 0, done.stdout + done.stderr
