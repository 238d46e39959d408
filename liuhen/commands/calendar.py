"""`liuhen calendar` and `liuhen clocks rederive`: a new year's working days, or a new policy, for clocks that run."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import asyncpg
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from chassis.clock import Clock as Time
from chassis.publish import Producer, Wire
from liuhen.answers import AsJson, print_json
from rulebook import Policy, load_policy
from schemas import registry
from schemas.envelope import Envelope, derived_id
from schemas.rules import CalendarPublished, NamedDay, RederivationOrdered, RulesFact
from schemas.values import Clock, Person
from tools.client.addresses import Addresses, load_addresses
from tools.errors import SaidClearly
from worktime import Calendar, Notice, NoticeError, load_calendar, parse_notice, read_notices, unforeseen

_console: Final = Console()
_WRITER: Final = "rules"

By = Annotated[str | None, typer.Option(help="Who answers for it: a person of policy/office.yaml.")]


class InForce(NamedTuple):
    """A calendar that was published to running clocks."""

    version: str
    year: int
    published_by: str
    lanes: list[str]
    notice: Notice


def register(app: typer.Typer) -> None:
    """Add the commands."""
    calendar = typer.Typer(help="The official working days, and until when they are known.", no_args_is_help=True)
    calendar.command("apply")(apply)
    calendar.command("show")(show)
    app.add_typer(calendar, name="calendar")
    clocks = typer.Typer(help="The clocks of all tickets.", no_args_is_help=True)
    clocks.command("rederive")(rederive)
    app.add_typer(clocks, name="clocks")


def apply(
    file: Annotated[Path, typer.Argument(help="A year's calendar in the holiday-cn JSON format.")],
    *,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Publish a year's calendar, also a corrected one: open due times are derived again, and each change is told."""
    addresses = load_addresses()
    policy = load_policy(addresses.policy)
    notice, now = _notice(file), Time.parse(addresses.clock).now()
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    version = _version(str(notice.year), now, notice.model_dump_json())
    fact = CalendarPublished(by=_person(policy, by), year=notice.year, papers=notice.papers, days=days, version=version)
    _publish(addresses, fact, version, now, policy)
    until = load_calendar(addresses.policy / "calendar").with_notice(notice).official_until
    surprises = unforeseen(notice)
    if as_json:
        told = {"year": notice.year, "version": version, "days": len(days), "official_until": str(until)}
        print_json(told | {"unforeseen": [str(day.date) for day in surprises]})
    else:
        _console.print(f"{notice.year}年日历已发布（{version}），由 {fact.by.name} 负责；官方日历至 {until}。")
        _console.print("到期时间正在重新推算，每项变化都会留痕并通知承办单位。")
        for day in surprises:
            said = "放假" if day.is_off_day else "上班"
            _console.print(
                f"[bold red]注意[/]：{day.date} {said}（{day.name}）出乎历年惯例，此前告知的暂定期限未作此估计。"
            )


def show(*, as_json: AsJson = False) -> None:
    """Show each year's source, until when the calendar is official, and which lanes go by what was published."""
    addresses = load_addresses()
    directory = addresses.policy / "calendar"
    files = {notice.year for notice in _files(directory)}
    published = asyncio.run(_in_force(addresses))
    calendar = load_calendar(directory)
    for item in published:
        calendar = calendar.with_notice(item.notice)
    if as_json:
        rows = [
            {"year": i.year, "version": i.version, "published_by": i.published_by, "lanes": i.lanes} for i in published
        ]
        told = {"version": calendar.version, "official_until": str(calendar.official_until), "published": rows}
        print_json(told | {"files": sorted(files)})
    else:
        _show(calendar, files, published)


def rederive(
    reason: Annotated[str, typer.Argument(help="Why, in a sentence.")],
    *,
    clock: Annotated[list[Clock] | None, typer.Option(help="Only clocks of this name; may be repeated.")] = None,
    code: Annotated[str, typer.Option(help="The reason as a code: it stands in every event.")] = "policy",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Order open clocks to be derived again under the policy that now stands; each change is an event."""
    addresses = load_addresses()
    policy, now = load_policy(addresses.policy), Time.parse(addresses.clock).now()
    version = _version("policy", now, f"{policy.version} {clock} {code} {reason}")
    fact = RederivationOrdered(
        by=_person(policy, by), clocks=tuple(clock or ()), policy=policy.version, code=code, reason=reason
    )
    _publish(addresses, fact, version, now, policy)
    if as_json:
        print_json({"version": version, "policy": policy.version, "clocks": [*fact.clocks]})
    else:
        _console.print(f"已要求按 {policy.version} 重新推算，由 {fact.by.name} 负责。")


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


def _publish(addresses: Addresses, fact: RulesFact, version: str, now: datetime, policy: Policy) -> None:
    async def send() -> None:
        producer = Producer(addresses.kafka, _WRITER)
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


def _person(policy: Policy, code: str | None) -> Person:
    found = policy.owner_of(Clock.CITIZEN) if code is None else policy.person(code)
    if found is None:
        known = "、".join(f"{person.id} {person.name}" for person in policy.office.people)
        raise SaidClearly(f"{code} is nobody of the office. Known are: {known}.")
    return Person(id=found.id, name=found.name)


def _notice(file: Path) -> Notice:
    try:
        return parse_notice(file.read_bytes(), str(file))
    except OSError as error:
        raise SaidClearly(f"{file} cannot be read: {error.strerror}.") from None
    except NoticeError as error:
        raise SaidClearly(f"{error}.") from None


def _files(directory: Path) -> tuple[Notice, ...]:
    try:
        return read_notices(directory)
    except NoticeError as error:
        raise SaidClearly(f"{error}.") from None


async def _in_force(addresses: Addresses) -> list[InForce]:
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
        InForce(
            row["version"], row["year"], row["published_by"], row["lanes"], parse_notice(row["body"], row["version"])
        )
        for row in rows
        if row["lanes"]
    ]


def _show(calendar: Calendar, files: set[int], published: list[InForce]) -> None:
    table = Table(title=f"官方日历至 {calendar.official_until}（{calendar.version}）")
    for column in ("年", "来源", "发布人", "采用的分区"):
        table.add_column(column, overflow="fold")
    shipped = max(Calendar.published().years)
    for year in sorted({shipped, *files, *(item.year for item in published)}):
        applied = [item for item in published if item.year == year]
        for item in applied:
            table.add_row(str(year), item.version, item.published_by, "、".join(item.lanes))
        if not applied:
            table.add_row(str(year), "政策文件" if year in files else "chinesecalendar", "", "")
    _console.print(table)
