"""A look at a running system: asked of the broker, the database, each process and the disk; nothing is changed."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import asyncpg
from confluent_kafka import KafkaException
from cryptography import x509
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel

from chassis.clock import Clock
from rulebook import Policy, load_policy
from schemas.principals import ADMIN, OPERATORS
from schemas.registry import topics
from tools.client.addresses import Addresses
from tools.doctor.judge import Disk, LastVerified, Look, Part, Tables
from tools.errors import SaidClearly
from tools.local.instance import Instance
from tools.local.plan import service_names
from tools.local.process import Started
from tools.local.readiness import PATIENCE, is_ready
from tools.prepare import topics as topics_of
from tools.watch import Watched, counted

_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_CALENDAR: Final = "liuhen_calendar_official_until_timestamp_seconds"
_AHEAD: Final = "liuhen_broker_clock_ahead_seconds"
_WEEK: Final = 7
_FIRST_STEP: Final = (
    "select min(first.recorded) from lane,"
    " lateral (select recorded from event where lane = lane.name order by number limit 1) first"
)
_UNTOLD: Final = "select count(*) from summary where untold and is_open"
_OTHERWISE_AT_CITY: Final = (
    "select coalesce((select jsonb_array_length(differences) from reconciled order by day desc limit 1), 0)"
)
_KEPT_FROM_CITY: Final = (
    "select count(*) from delivery where status = 'pending' and way = 'city' and attempts > 0 and leased_until is null"
)


async def look_at(system: Addresses, instance: Instance) -> Look:
    """Look at everything once."""
    policy, clock = load_policy(system.policy), Clock.parse(system.clock)
    members, waits = await asyncio.to_thread(_groups, system, policy)
    tables, ahead, bytes_a_day = await _database(system)
    verified, first_step = await _verified(system) if tables is not None else (None, None)
    return Look(
        now=clock.now(),
        real=datetime.now(UTC),
        parts=tuple(_part(each) for each in instance.processes),
        members=members,
        waiting=waits,
        tables=tables,
        database_ahead=ahead,
        broker_ahead=max(map(_broker_ahead, instance.processes), key=abs, default=timedelta()),
        certificates=_certificates(system, instance),
        topics=await asyncio.to_thread(_topics, system) if members is not None else (),
        disk=_disk(instance.home, bytes_a_day),
        verified=verified,
        first_step=first_step,
        calendar_until=_calendar(instance),
        roster_until=_roster(policy, clock.now()),
    )


def _groups(system: Addresses, policy: Policy) -> tuple[dict[str, int] | None, dict[str, int]]:
    """Members and waiting records of each service; None where the broker does not answer."""
    broker, known = (
        Watched(system.broker(OPERATORS).for_librdkafka()),
        topics((each.code for each in policy.departments), system),
    )
    members, waits = dict[str, int](), dict[str, int]()
    try:
        for service in service_names():
            members[service], waits[service] = counted(broker, service, known, system)
    except KafkaException:
        return None, {}
    return members, waits


async def _database(system: Addresses) -> tuple[dict[str, Tables] | None, timedelta, int]:
    """The tables of each service, how far the database's clock is ahead, and the bytes that a day brings."""
    found, ahead, daily = dict[str, Tables](), timedelta(), 0
    try:
        for service in service_names():
            connection = await asyncpg.connect(system.postgres_dsn(service), timeout=PATIENCE)
            try:
                found[service] = await _tables(connection)
                ahead = await connection.fetchval("select clock_timestamp()") - datetime.now(UTC)
                daily += await _bytes_a_day(connection)
            finally:
                await connection.close()
    except _AWAY:
        return None, timedelta(), 0
    return found, ahead, daily


async def _tables(connection: asyncpg.Connection[Any]) -> Tables:
    row = await connection.fetchrow(
        "select (select coalesce(array_agg(name order by name), '{}') from lane where paused is not null),"
        " (select count(distinct parked_key) from parked), (select count(*) from dead_letter),"
        " (select count(*) from event_default)"
    )
    if row is None:
        return Tables()
    return Tables(
        *(tuple(row[0]), row[1], row[2], row[3]),
        untold=await _counted(connection, "summary", _UNTOLD),
        otherwise_at_city=await _counted(connection, "reconciled", _OTHERWISE_AT_CITY),
        kept_from_city=await _counted(connection, "delivery", _KEPT_FROM_CITY),
    )


async def _counted(connection: asyncpg.Connection[Any], table: str, statement: str) -> int:
    """Count in a table that one service alone has."""
    there = await connection.fetchval("select to_regclass($1) is not null", table)
    return int(await connection.fetchval(statement)) if there else 0


async def _bytes_a_day(connection: asyncpg.Connection[Any]) -> int:
    """What the tables of a service grew by on a day of the last week, by the share of its events that are so young."""
    row = await connection.fetchrow(
        "select (select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c"
        "   where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'),"
        " (select count(*) from event),"
        " (select count(*) from event where recorded > now() - $1::int * interval '1 day')",
        _WEEK,
    )
    size, events, young = row if row is not None else (0, 0, 0)
    return int(size * young / events / _WEEK) if events else 0


async def _verified(system: Addresses) -> tuple[LastVerified | None, datetime | None]:
    """The newest run of verify, and when the oldest step was recorded."""
    connection = await asyncpg.connect(system.postgres_dsn("trace"), timeout=PATIENCE)
    try:
        row = await connection.fetchrow("select began_at, broken from board_verified")
        first = await connection.fetchval(_FIRST_STEP)
    finally:
        await connection.close()
    return (None if row is None else LastVerified(*row)), first


def _part(process: Started) -> Part:
    alive = process.is_alive()
    ready = alive and (not process.ready or is_ready(process.ready))
    return Part(process.name, alive, ready, () if ready or not alive else _waits(process))


def _waits(process: Started) -> tuple[str, ...]:
    """What a worker says is in its way; nothing where it does not answer."""
    try:
        with urlopen(process.ready, timeout=PATIENCE):  # noqa: S310 - the address is our own
            return ()
    except HTTPError as error:
        return tuple(_Waiting.model_validate_json(error.read()).waits)
    except (OSError, HTTPException):
        return ()


class _Waiting(BaseModel):
    waits: dict[str, str] = {}


def _topics(system: Addresses) -> tuple[str, ...]:
    """Which topics are missing or not as the registry asks; nothing where only others may know."""
    try:
        needed = topics_of.plan(system.broker(ADMIN), topics_of.wanted(system.policy))
    except (SaidClearly, KafkaException):
        return ()
    return tuple(each.topic.name for each in needed if each.change is not topics_of.TopicChange.UNCHANGED)


def _certificates(system: Addresses, instance: Instance) -> dict[str, datetime]:
    """Until when certificates are good: the authority's that clients trust, and what servers of this machine show."""
    shown = instance.certificates
    files = {"CA": system.kafka_ca or (shown and shown.ca), "服务端": shown and shown.certificate}
    return {
        name: x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after.replace(tzinfo=UTC)
        for name, file in files.items()
        if file is not None and file.exists()
    }


def _disk(home: Path, daily: int) -> Disk | None:
    """The disk of an instance; None where nothing was started on this machine."""
    if not home.exists():
        return None
    usage = shutil.disk_usage(home)
    return Disk(usage.total, usage.free, daily)


def _calendar(instance: Instance) -> datetime | None:
    """The end of the published calendar, as sla tells it."""
    for process in instance.processes:
        if process.name == "sla" and process.is_alive():
            return _end_of_calendar(process)
    return None


def _end_of_calendar(process: Started) -> datetime | None:
    values = _measured(process, _CALENDAR)
    return datetime.fromtimestamp(values[0], UTC) if values and values[0] else None


def _broker_ahead(process: Started) -> timedelta:
    """How far the broker's clock is from a service's, as the service tells it; nothing where it was told nothing."""
    values = _measured(process, _AHEAD) if process.metrics and process.is_alive() else []
    return timedelta(seconds=values[0]) if values else timedelta()


def _measured(process: Started, name: str) -> list[float]:
    """The values of a metric, as a process tells them now; none where it does not answer."""
    try:
        with urlopen(process.metrics, timeout=PATIENCE) as answer:  # noqa: S310 - the address is our own
            families = text_string_to_metric_families(answer.read().decode())
            return [sample.value for family in families for sample in family.samples if sample.name == name]
    except (OSError, HTTPException):
        return []


def _roster(policy: Policy, now: datetime) -> datetime | None:
    """Up to when shifts cover every moment from now on; None where no shift covers this one."""
    zone = ZoneInfo(policy.office.zone)
    here = reached = now.astimezone(zone).replace(tzinfo=None)
    while (shift := policy.duty.at(reached)) is not None:
        reached = shift.ends
    return reached.replace(tzinfo=zone) if reached > here else None
