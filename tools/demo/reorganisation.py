"""The reorganisation of the story: a department is merged into another one while it has open orders."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from rulebook.load import validate
from tools.errors import SaidClearly
from tools.layout import POLICY

GONE: Final = "planning"
SUCCESSOR: Final = "construction"
REASON: Final = "机构改革，规划与建设合并"
_LISTED: Final = f"  - code: {GONE}\n"


def policy_until(day: date, out: Path) -> Path:
    """Write the policy as it is known beforehand: from a day on one department stands in for another."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(POLICY, out)
    file = out / "directory.yaml"
    directory = file.read_text("utf-8")
    ends = f"    valid_to: {day - timedelta(days=1)}\n    successor: {SUCCESSOR}\n"
    file.write_text(directory.replace(_LISTED, _LISTED + ends), "utf-8")
    problems = validate(out)
    if problems or ends not in file.read_text("utf-8"):
        raise SaidClearly("\n".join(map(str, problems)) or f"{file} 里没有 {GONE}。")
    return out


def plan_from(day: date, file: Path) -> Path:
    """Write the plan by which what is open is moved."""
    said = f"day: {day}\nreason: {REASON}\nmoves:\n  - {{from: {GONE}, to: {SUCCESSOR}}}\n"
    file.write_text(said, "utf-8")
    return file
