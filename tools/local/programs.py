"""Programs of other people that have to be installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.errors import SaidClearly

_PACKAGES = {
    "java": "a Java 17 runtime (Debian: openjdk-17-jre-headless)",
    "prometheus": "Prometheus (Debian: prometheus)",
    "setpriv": "setpriv (Debian: util-linux)",
}


def find(program: str) -> str:
    """Return the path of a program, or say what to install."""
    path = shutil.which(program)
    if path is None:
        raise SaidClearly(f"没有找到 {program}，请安装 {_PACKAGES[program]}。")
    return path


def find_postgres() -> Path:
    """Return the folder with PostgreSQL's own programs, version 15 or newer, the newest first."""
    debian = sorted(
        (folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()),
        key=lambda folder: -int(folder.parent.name),
    )
    on_path = shutil.which("initdb")
    for folder in (*([Path(on_path).resolve().parent] if on_path else []), *debian):
        old = folder.parent.name.isdigit() and int(folder.parent.name) < 15  # noqa: PLR2004 - the oldest that will do
        if not old and all((folder / program).exists() for program in ("initdb", "postgres", "pg_isready")):
            return folder
    raise SaidClearly("没有找到 PostgreSQL 15 或者更新的版本，请安装（Debian：postgresql）。")
