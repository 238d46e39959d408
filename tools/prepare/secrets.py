"""Secrets of a system: a folder that only its owner may enter, with one file for each, made when it is first needed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_BYTES: Final = 32
BESIDE: Final = ".next"
"""What stands behind a secret's name while its successor is made known."""

REDACTION: Final = "redaction-secret"
"""The key of the hashes by which redacted passages are found, the same for all services."""

MASTER: Final = "master-key"
"""The keys that wrap those of records put aside, the newest first: the older ones open what they wrapped."""

CONTACTS: Final = "contact-key"
"""Likewise of the keys that seal contacts, for the services that may open them."""

DOOR: Final = "door-secret"
"""The key of the hashes by which requesters are known."""

NAMED: Final[Mapping[str, str]] = {
    REDACTION: "LIUHEN_REDACTION_SECRET",
    MASTER: "LIUHEN_MASTER_KEY",
    CONTACTS: "LIUHEN_CONTACT_KEY",
    DOOR: "LIUHEN_SECRET",
    "login-secret": "LIUHEN_LOGIN_SECRET",
    "survey-token": "LIUHEN_SURVEY_TOKEN",
    "wechat-token": "LIUHEN_WECHAT_TOKEN",
    "hotline-token": "LIUHEN_HOTLINE_TOKEN",
    "gateway-token": "LIUHEN_GATEWAY_TOKEN",
}
"""Secrets that are no password of the broker or the database, with the variables by which operators may say them."""
TOKENS: Final = ("survey-token", "wechat-token", "hotline-token", "gateway-token")
"""Those of the HTTP door, of which several may be valid together: the newest stands first in the file."""


def secret(folder: Path, name: str) -> str:
    """Return a secret by its name, the newest where several are valid; it is made where there is none yet."""
    try:
        return (folder / name).read_text("ascii").split()[0]
    except FileNotFoundError:
        return renewed(folder, name)


def make_named(folder: Path, said: Mapping[str, str] = {}) -> None:
    """Put the named secrets into the folder: what their variables say, else what is there, else chance."""
    for name, variable in NAMED.items():
        if value := said.get(variable):
            write_secret(folder / name, value)
        secret(folder, name)


def renewed(folder: Path, name: str) -> str:
    """Make a secret anew, all or nothing, whatever it was before; return it."""
    value = chance()
    write_secret(folder / name, value)
    return value


def forget_secret(folder: Path, name: str) -> None:
    """Take a secret out of the folder, and what an interrupted rotation left beside it."""
    for file in (name, f"{name}{BESIDE}"):
        (folder / file).unlink(missing_ok=True)


def chance() -> str:
    """Return what nobody guesses."""
    return secrets.token_urlsafe(_BYTES)


def write_secret(path: Path, text: str, encoding: str = "ascii") -> None:
    """Write a file that its owner alone may read, in a folder that its owner alone may enter, all or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding=encoding) as file:
        file.write(text)
    new.replace(path)
