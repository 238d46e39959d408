"""The door's tables of visits and of the devices that they are recorded with: one function per statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from chassis.service import Connection, Instant
from chassis.store import columns
from services.intake.core.state import (
    Binding,
    DeclinedDevice,
    DeviceRequest,
    DoubtedVisit,
    SettledDoubts,
    Sighting,
    VisitRow,
)

_NEIGHBOUR_HOURS: Final = 12


async def load_bindings(connection: Connection, visitors: Sequence[str], devices: Sequence[str]) -> list[Binding]:
    """Find the devices of these visitors, past ones too, and the visitors of these devices."""
    rows = await connection.fetch(
        "select visitor, device, since, until, approved_by from device"
        " where visitor = any($1::text[]) or device = any($2::text[]) and until is null",
        visitors,
        devices,
    )
    return [Binding(*row) for row in rows]


async def load_requests(connection: Connection, visitors: Sequence[str]) -> dict[str, DeviceRequest]:
    rows = await connection.fetch(
        "select visitor, device, receipt, at from device_request where visitor = any($1::text[])", visitors
    )
    return {row["visitor"]: DeviceRequest(*row) for row in rows}


async def save_request(connection: Connection, request: DeviceRequest) -> None:
    await connection.execute(
        "insert into device_request (visitor, device, receipt, at) values ($1, $2, $3, $4) on conflict (visitor)"
        " do update set device = excluded.device, receipt = excluded.receipt, at = excluded.at",
        *request,
    )


async def decline_requests(connection: Connection, declined: Sequence[DeclinedDevice]) -> None:
    """Forget wishes that were declined."""
    await connection.execute(
        "delete from device_request r using unnest($1::text[], $2::text[]) d(visitor, receipt)"
        " where r.visitor = d.visitor and r.receipt = d.receipt",
        [each.visitor for each in declined],
        [each.receipt for each in declined],
    )


async def save_binding(connection: Connection, binding: Binding) -> None:
    """End a binding, or begin one; a serialization failure when another lane bound the same one at the same time."""
    if binding.until is not None:
        await connection.execute(
            "update device set until = $3 where visitor = $1 and device = $2 and until is null",
            binding.visitor,
            binding.device,
            binding.until,
        )
        return
    done = await connection.execute(
        "insert into device (visitor, device, since, approved_by) values ($1, $2, $3, $4) on conflict do nothing",
        *(binding.visitor, binding.device, binding.since, binding.approved_by),
    )
    if done != "INSERT 0 1":
        raise asyncpg.SerializationError("another lane bound the visitor or the device at the same time")
    await connection.execute("delete from device_request where visitor = $1", binding.visitor)


async def load_neighbours(connection: Connection, visits: Sequence[tuple[str, Instant]]) -> list[tuple[str, Sighting]]:
    """Find where visitors were just before and just after these moments."""
    side = (
        "(select visited_at, latitude, longitude, accuracy from visit v where v.visitor = x.visitor and v.visited_at"
        " {} order by v.visited_at {} limit 1)"
    )
    before = side.format(f"between x.at - interval '{_NEIGHBOUR_HOURS} hours' and x.at", "desc")
    after = side.format(f"between x.at and x.at + interval '{_NEIGHBOUR_HOURS} hours'", "asc")
    rows = await connection.fetch(
        "select x.visitor, n.* from unnest($1::text[], $2::timestamptz[]) x(visitor, at)"  # noqa: S608 - constants
        f" cross join lateral ({before} union {after}) n",
        *columns(visits, 2),
    )
    return [(row[0], Sighting(*row[1:])) for row in rows]


async def load_doubted(connection: Connection, receipts: Sequence[str]) -> dict[str, DoubtedVisit]:
    """Find visits by their receipts, with whoever looked into their doubts."""
    rows = await connection.fetch(
        "select v.receipt, v.visitor, v.doubts, s.name from visit v left join doubts_settled s on s.visit = v.receipt"
        " where v.receipt = any($1::text[])",
        receipts,
    )
    return {row["receipt"]: DoubtedVisit(row["visitor"], tuple(row["doubts"]), row["name"]) for row in rows}


async def save_settled(connection: Connection, settled: SettledDoubts) -> None:
    """Write what was found about a visit; a serialization failure when another lane wrote it at the same time."""
    done = await connection.execute(
        "insert into doubts_settled (visit, verdict, person, name, at) values ($1, $2, $3, $4, $5)"
        " on conflict do nothing",
        *settled,
    )
    if done != "INSERT 0 1":
        raise asyncpg.SerializationError("another lane settled the doubts of the visit at the same time")


async def insert_visits(connection: Connection, visits: Sequence[VisitRow]) -> None:
    rows = [(*visit[:-1], "\n".join(visit.doubts)) for visit in visits]
    await connection.execute(
        "insert into visit (receipt, visitor, unit, visited_at, latitude, longitude, accuracy, household, problems,"
        " doubts) select receipt, visitor, unit, at, latitude, longitude, accuracy, household, problems,"
        " string_to_array(doubts, E'\\n') from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[],"
        " $5::float8[], $6::float8[], $7::float8[], $8::text[], $9::int[], $10::text[])"
        " v(receipt, visitor, unit, at, latitude, longitude, accuracy, household, problems, doubts)",
        *columns(rows, 10),
    )
