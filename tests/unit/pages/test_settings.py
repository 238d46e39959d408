"""The table of settings names every variable that is read, its default, and what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.layout import ROOT
from tools.local.plan import load_plan
from tools.pages.settings import NoMeaningError, page

CLASS = """
class WatchSettings(BaseSettings):
    \"\"\"Where it answers; `folder` is where it writes.\"\"\"

    port: int = 8080
    \"\"\"The port | of the door.\"\"\"
    folder: Path | None = None
    secret: SecretStr = Field(default=SecretStr("development"), min_length=8)
    {}
"""
FILES = (
    "schemas/layout.py",
    "chassis/settings.py",
    "doors/settings.py",
    "doors/attachments/settings.py",
    "doors/city.py",
    "tools/local/settings.py",
)


def _clone(folder: Path, more: str) -> Path:
    for file in (*FILES, "tools/watch.py"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(CLASS.format(more) if file == "tools/watch.py" else "", "utf-8")
    return folder


def test_a_line_says_default_kind_reader_and_meaning(tmp_path: Path) -> None:
    lines = page(_clone(tmp_path, '"""What opens it."""')).splitlines()[-3:]
    assert lines == [
        "| `LIUHEN_FOLDER` |  | path | the watch | `folder` is where it writes. |",
        "| `LIUHEN_PORT` | `8080` | number | the watch | The port \\| of the door. |",
        "| `LIUHEN_SECRET` | `development` | secret | the watch | What opens it. |",
    ]


def test_a_setting_that_says_nowhere_what_it_is_for_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoMeaningError, match="LIUHEN_SECRET of WatchSettings"):
        page(_clone(tmp_path, "more: int = 1"))


def test_every_variable_of_the_plan_that_a_service_is_told_is_in_the_table() -> None:
    told = {line.split("`")[1] for line in page(ROOT).splitlines() if line.startswith("| `")}
    plan = load_plan()
    asked = {
        *plan.environment,
        *plan.watch.environment,
        *(name for each in plan.services.values() for name in each.environment),
    }
    ours = {name for name in asked if name.startswith("LIUHEN_")}
    assert {name for name in ours if name not in told and name.removesuffix("_FILE") not in told} == set()
