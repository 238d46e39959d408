"""The list of the city's platform as a file, and what trace knows to hold against it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from liuhen.letters import tables
from rulebook.expected import expected_of
from services.trace.for_tools import CityTicket, Difference, OurTicket, came_from_city
from tools.client.addresses import Addresses
from tools.errors import SaidClearly

_KEPT: Final = TypeAdapter(list[Difference])


class Reconciled(NamedTuple):
    """What the newest look of the running system found."""

    day: date
    theirs: int
    ours: int
    differences: Sequence[Difference]


def read_list(path: Path) -> tuple[CityTicket, ...]:
    """Read the city's list, a CSV file; SaidClearly names the line and the column of what cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_lines(csv.DictReader(file, strict=True)))
    except OSError as error:
        raise SaidClearly(f"读不了 {path}：{error.strerror}。") from None
    except (UnicodeDecodeError, csv.Error):
        raise SaidClearly(f"{path} 不是 UTF-8 的逗号分隔文件，请另存后再试。") from None


def _lines(reader: csv.DictReader[str]) -> Iterator[CityTicket]:
    header = reader.fieldnames or ()
    fields = CityTicket.model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    if not {*needed} <= {*header} <= {*fields}:
        others = "、".join(name for name in fields if name not in needed)
        given = "、".join(header) or "空的"
        raise SaidClearly(f"第 1 行应为列名：必有 {'、'.join(needed)}，另可有 {others}；现为 {given}。")
    seen = dict[str, int]()
    for row in reader:
        if None in row:
            raise SaidClearly(f"第 {reader.line_num} 行的列比第 1 行多，请核对。")
        try:
            found = CityTicket.model_validate({name: value for name, value in row.items() if value})
        except ValidationError as error:
            first = error.errors()[0]
            raise SaidClearly(
                f"第 {reader.line_num} 行的 {first['loc'][0]} 不可用，应为{expected_of(first)}。"
            ) from None
        if found.number in seen:
            raise SaidClearly(
                f"第 {reader.line_num} 行的编号 {found.number} 在第 {seen[found.number]} 行已有，请核对。"
            )
        seen[found.number] = reader.line_num
        yield found


async def ours(system: Addresses, numbers: Iterable[str], since: date) -> list[OurTicket]:
    """Find what came down from the city: with these numbers, open, or registered since a day."""
    async with tables(system, "trace") as connection:
        return await came_from_city(connection, numbers, since)


async def newest(system: Addresses) -> Reconciled | None:
    """What the running system found this morning, or on an earlier one; None where it never looked."""
    async with tables(system, "trace") as connection:
        row = await connection.fetchrow(
            "select day, theirs, ours, differences from reconciled order by day desc limit 1"
        )
    if row is None:
        return None
    return Reconciled(row["day"], row["theirs"], row["ours"], _KEPT.validate_json(row["differences"]))
