"""A policy that differs from the district's in some files, put together as one folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from rulebook.load import validate
from tools.errors import SaidClearly
from tools.layout import POLICY, ROOT


def assemble(overlay: str | Path | None, out: Path) -> Path:
    """Return the folder of a policy: the district's own, or a copy in `out` with the overlay's files instead.

    A path that is not absolute begins at the project's root.
    """
    if overlay is None:
        return POLICY
    files = ROOT / overlay
    if not files.is_dir():
        raise SaidClearly(f"没有规则的目录 {files}。")
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(POLICY, out)
    shutil.copytree(files, out, dirs_exist_ok=True)
    problems = validate(out)
    if problems:
        raise SaidClearly("\n".join(map(str, problems)))
    return out
