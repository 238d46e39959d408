"""What a terminal showed of each ticket last, kept for each login: its next act says what its author had seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from schemas.acts import version_told
from services.trace.for_tools import EntryAnswer
from tools.client.addresses import Addresses
from tools.prepare.secrets import write_secret

_KEPT: Final = 10_000
"""So many tickets are remembered, those that were shown last."""


def version_in(entries: Sequence[EntryAnswer]) -> int:
    """The version of a ticket whose whole trace was shown."""
    return version_told((entry["type"], _party(entry["body"])) for entry in entries)


def _party(body: Mapping[str, Any]) -> str | None:
    found: str | None = ((body.get("by") or {}).get("party") or {}).get("kind")
    return found


def remember(addresses: Addresses, shown: Iterable[tuple[str, int | None]]) -> None:
    """Keep the versions that were shown, where somebody is logged in.

    Several messages of one queue may speak of one ticket, each with the version of its own moment: the newest counts.
    """
    file = _file(addresses)
    if file is None:
        return
    kept = _kept(file)
    for ticket, version in shown:
        if version is not None:
            kept[ticket] = max(version, kept.pop(ticket, 0))
    write_secret(file, json.dumps(dict([*kept.items()][-_KEPT:])))


def last_seen(addresses: Addresses, ticket: str) -> int | None:
    """The version that was shown last of a ticket to whoever is logged in; None where none was."""
    file = _file(addresses)
    return None if file is None else _kept(file).get(ticket)


def forget(addresses: Addresses) -> None:
    """Keep nothing of the login that ends."""
    file = _file(addresses)
    if file is not None:
        file.unlink(missing_ok=True)


def _file(addresses: Addresses) -> Path | None:
    who = addresses.logged_in()
    if addresses.login is None or not who:
        return None
    return addresses.login.with_name(f"{addresses.login.name}-seen") / f"{sha256(who.encode()).hexdigest()[:24]}.json"


def _kept(file: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found
