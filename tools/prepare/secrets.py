"""Secrets of a system: a folder that only its owner may enter, with one file for each, made when it is first needed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

_BYTES: Final = 32
REDACTION: Final = "redaction-secret"
"""The key of the hashes by which redacted passages are found, the same for all services."""


def secret(folder: Path, name: str) -> str:
    """Return a secret by its name; it is made where there is none yet."""
    try:
        return (folder / name).read_text("ascii").strip()
    except FileNotFoundError:
        return renewed(folder, name)


def renewed(folder: Path, name: str) -> str:
    """Make a secret anew, all or nothing, whatever it was before; return it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    value = secrets.token_urlsafe(_BYTES)
    write_secret(folder / name, value)
    return value


def write_secret(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, all or nothing."""
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    new.replace(path)
