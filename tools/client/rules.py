"""Changing the rules of a running system: a year's calendar published, open due times ordered to be derived again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
from aiokafka.errors import KafkaError

from chassis.clock import Clock as Time
from chassis.publish import Producer, Wire
from rulebook import Policy, load_policy
from rulebook.codes import PUBLISH_CALENDAR, REDERIVE_CLOCKS
from schemas import registry
from schemas.envelope import Envelope, derived_id
from schemas.principals import principal_of
from schemas.rules import CalendarPublished, NamedDay, RederivationOrdered, RulesFact
from schemas.values import Clock, Party, PartyKind, Person
from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from worktime import Notice, NoticeError, parse_notice

_WRITER: Final = "rules"
_OFFICE: Final = Party(kind=PartyKind.OFFICE)


class CalendarInForce(NamedTuple):
    """A calendar that was published to running clocks, and the lanes that go by it."""

    version: str
    year: int
    published_by: str
    lanes: list[str]
    notice: Notice


class OrderedRederivation(NamedTuple):
    """A rederivation as it was ordered, and the version that stands in every event that follows from it."""

    fact: RederivationOrdered
    version: str


def read_notice(file: Path) -> Notice:
    """Read a year's calendar in the holiday-cn JSON format; say clearly what is wrong with it."""
    try:
        return parse_notice(file.read_bytes(), str(file))
    except OSError as error:
        raise SaidClearly(f"{file} cannot be read: {error.strerror}.") from None
    except NoticeError as error:
        raise SaidClearly(f"{error}.") from None


def publish_calendar(addresses: Addresses, notice: Notice, by: str | None) -> CalendarPublished:
    """Publish a year's calendar, also a corrected one; `by` is a person whose role allows it."""
    policy, now = load_policy(addresses.policy), Time.parse(addresses.clock).now()
    person = _person(policy, by, PUBLISH_CALENDAR, now)
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    version = _version(str(notice.year), now, notice.model_dump_json())
    fact = CalendarPublished(by=person, year=notice.year, papers=notice.papers, days=days, version=version)
    _publish(addresses, fact, version, now, policy)
    return fact


def order_rederivation(
    addresses: Addresses, reason: str, code: str, clocks: Sequence[Clock], by: str | None
) -> OrderedRederivation:
    """Order open clocks (all where none is named) to be derived again under the policy that now stands."""
    policy, now = load_policy(addresses.policy), Time.parse(addresses.clock).now()
    version = _version("policy", now, f"{policy.version} {list(clocks) or None} {code} {reason}")
    person = _person(policy, by, REDERIVE_CLOCKS, now)
    fact = RederivationOrdered(by=person, clocks=tuple(clocks), policy=policy.version, code=code, reason=reason)
    _publish(addresses, fact, version, now, policy)
    return OrderedRederivation(fact, version)


def wires(fact: RulesFact, version: str, now: datetime, policy: Policy) -> list[Wire]:
    """A change of the rules as its messages: a copy for every partition, each the first and only one of its source."""
    kind = fact.type_name.split(".")[2]
    source = f"liuhen/{_WRITER}/{version}"
    return [
        Wire(
            registry.RULES,
            partition,
            kind.encode(),
            fact.to_json(),
            Envelope(
                id=derived_id(source, partition),
                source=source,
                type=fact.type_name,
                time=now,
                subject=kind,
                sequence=1,
                correlation=version,
                causation=version,
                policy=policy.version,
            ).headers(),
        )
        for partition in range(registry.partitions())
    ]


async def calendars_in_force(addresses: Addresses) -> list[CalendarInForce]:
    """Read which published calendars the lanes of sla go by; say clearly when its database does not answer."""
    try:
        connection = await asyncpg.connect(addresses.postgres_dsn("sla"), server_settings={"search_path": "sla"})
    except (OSError, asyncpg.PostgresError) as error:
        raise SaidClearly(f"The database does not answer ({type(error).__name__}): is the system up?") from None
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


def _publish(addresses: Addresses, fact: RulesFact, version: str, now: datetime, policy: Policy) -> None:
    async def send() -> None:
        producer = Producer(addresses.broker(principal_of(_OFFICE)), _WRITER)
        try:
            await producer.send(wires(fact, version, now, policy))
        finally:
            await producer.close()

    try:
        asyncio.run(send())
    except (KafkaError, OSError, TimeoutError) as error:
        raise SaidClearly(f"{addresses.kafka} did not take it ({type(error).__name__}); apply it again.") from None


def _version(name: str, now: datetime, content: str) -> str:
    # The moment makes each publication a source of its own: the same calendar can be published again after another one.
    return f"{name}-{now:%Y%m%d%H%M%S}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _person(policy: Policy, code: str | None, act: str, now: datetime) -> Person:
    allowed = policy.who_may(act, now)
    found = next((each for each in allowed if each.id == code), None)
    if found is None:
        said = "Say with --by who does it" if code is None else f"{code} may not do it"
        names = "、".join(f"{person.id} {person.name}" for person in allowed)
        raise SaidClearly(f"{said}; by policy/office.yaml (may.{act}) these may: {names}.")
    return Person(id=found.id, name=found.name)
