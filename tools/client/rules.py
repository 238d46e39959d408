"""The calendars of a running system: a year's notice read from a file, and what was published to its clocks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import asyncpg

from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from worktime import Notice, NoticeError, parse_notice


class CalendarInForce(NamedTuple):
    """A calendar that was published to running clocks, and the lanes that go by it."""

    version: str
    year: int
    published_by: str
    lanes: list[str]
    notice: Notice


def read_notice(file: Path) -> Notice:
    """Read a year's calendar in the holiday-cn JSON format; say clearly what is wrong with it."""
    try:
        return parse_notice(file.read_bytes(), str(file))
    except OSError as error:
        raise SaidClearly(f"{file} 读不了：{error.strerror}。") from None
    except NoticeError as error:
        raise SaidClearly(f"{error}。") from None


async def calendars_in_force(addresses: Addresses) -> list[CalendarInForce]:
    """Read which published calendars the lanes of sla go by; say clearly when its database does not answer."""
    try:
        connection = await asyncpg.connect(addresses.postgres_dsn("sla"), server_settings={"search_path": "sla"})
    except (OSError, asyncpg.PostgresError) as error:
        raise SaidClearly(f"数据库没有应答（{type(error).__name__}），请确认系统在运行。") from None
    try:
        rows = await connection.fetch(
            "select c.number, c.version, c.year, c.published_by, c.body, coalesce(array_agg(l.name order by l.name)"
            " filter (where l.name is not null), '{}') as lanes from calendar c left join lane l"
            " on (l.counters ->> ('calendar.' || c.year))::bigint = c.number group by c.number order by c.number"
        )
    finally:
        await connection.close()
    return [
        CalendarInForce(
            row["version"], row["year"], row["published_by"], row["lanes"], parse_notice(row["body"], row["version"])
        )
        for row in rows
        if row["lanes"]
    ]
