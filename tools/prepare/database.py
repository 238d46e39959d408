"""What has to be true of a database before services start: roles, schemas and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from chassis.migrate import migrate
from tools.layout import ROOT
from tools.prepare.roles import MIGRATION, OWNER, let_share, prepare_roles


async def prepare_database(
    address: Callable[[str], str], services: Iterable[str], now: datetime, password: Callable[[str], str]
) -> list[str]:
    """Make roles, schemas and tables; doing it again changes nothing. Return the migrations that were applied.

    `address` gives the address for a role, `password` the password; the owner's may stand in its address.
    """
    names = tuple(services)
    await prepare_roles(address(OWNER), names, password)
    applied: list[str] = []
    for service in names:
        folder = ROOT / "services" / service / "sql"
        own = folder if folder.is_dir() else None
        done = await migrate(address(MIGRATION), service, own, now, password(MIGRATION))
        applied += [f"{service}: {name}" for name in done]
    await let_share(address(MIGRATION), names, password(MIGRATION))
    return applied
