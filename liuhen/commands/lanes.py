"""`liuhen lanes`: what operators do when a lane stands still, and how to see which one does."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from chassis import admin
from chassis.admin import Sender
from chassis.publish import Producer
from liuhen import letters
from liuhen.answers import AsJson, print_json
from tools.client.addresses import Addresses, load_addresses
from tools.errors import SaidClearly
from tools.local.plan import service_names
from tools.terminal import Terminal, styled

_console: Final = Terminal()

OfService = Annotated[str, typer.Argument(metavar="SERVICE", help="如 sla。")]
Lane = Annotated[str, typer.Argument(metavar="LANE", help="该服务的分区，见 list。")]
Topic = Annotated[str, typer.Argument(metavar="TOPIC", help="主题的全名。")]
Partition = Annotated[int, typer.Argument(metavar="PARTITION", min=0, help="主题分区的编号，从 0 起。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="分区：哪些停住了，怎样继续。", no_args_is_help=True)
    group.command("list", help="列出分区：各自的时间、已发布的、搁置的，以及停住的原因。")(list_)
    group.command(help="排除原因之后，让停住的分区继续运行。")(resume)
    group.command(help="让停在缺口处的分区继续运行，其来源在补发之前先不听取；随后用 republish 补发。")(mend)
    group.command(help="重发一个分区为某主题分区记录的消息；已听取过的，听者自会略去。")(republish)
    group.command(help="主题重建或者恢复之后，从另一处读起；已听取过的按编号略去，来件按 CloudEvent id 认出。")(rebase)
    app.add_typer(group, name="lanes")


def list_(
    *,
    service: Annotated[str | None, typer.Option(help="只看这个服务。")] = None,
    paused: Annotated[bool, typer.Option("--paused", help="只看停住的。")] = False,
    as_json: AsJson = False,
) -> None:
    """List lanes: their own time, what they published, how much is parked in them, and why they stand still."""
    rows = asyncio.run(_lanes(load_addresses(), service))
    shown = [row for row in rows if row["paused"] or not paused]
    if as_json:
        print_json(shown)
        return
    table = Table(title=f"分区 lanes（{len(shown)}）", title_justify="left")
    for column in ("服务", "分区", "自己的时间", "已记录", "已发布", "搁置", "停住的原因"):
        table.add_column(column, overflow="fold")
    for row in shown:
        figures = (str(row[name]) for name in ("recorded", "published", "parked"))
        table.add_row(row["service"], row["lane"], row["now"] or "", *figures, styled((row["paused"] or "", "red")))
    _console.print(table)


async def _lanes(system: Addresses, service: str | None) -> list[dict[str, Any]]:
    found = []
    for name in (service,) if service else service_names():
        async with letters.tables(system, name) as connection:
            rows = await connection.fetch(
                "select name as lane, now::text, next_number - 1 as recorded, published,"
                " (select count(*) from parked p where p.lane = l.name) as parked, paused from lane l order by name"
            )
        found += [{"service": name, **dict(row)} for row in rows]
    return found


def resume(service: OfService, lane: Lane, *, as_json: AsJson = False) -> None:
    """Let a paused lane go on, once what paused it is mended."""

    async def done() -> bool:
        async with letters.tables(load_addresses(), service) as connection:
            await _require(connection, "lane where name = $1", lane, what=f"{service} 没有分区 {lane}")
            return await admin.resume(connection, lane)

    resumed = asyncio.run(done())
    if as_json:
        print_json({"service": service, "lane": lane, "resumed": resumed})
    else:
        _console.print(f"{service}/{lane}：" + ("继续运行" if resumed else "本来就在运行"))


def mend(
    service: OfService,
    topic: Topic,
    partition: Partition,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="如 liuhen/dispatch/3。")],
    *,
    as_json: AsJson = False,
) -> None:
    """Let a lane that stopped at a gap go on, and leave out that source until its missing message comes again.

    Then `liuhen lanes republish` of the source's service sends from the missing message on.
    """

    async def done() -> None:
        async with letters.tables(load_addresses(), service) as connection:
            await _require_input(connection, service, topic, partition)
            await admin.mend(connection, topic, partition, source)

    asyncio.run(done())
    if as_json:
        print_json({"service": service, "topic": topic, "partition": partition, "source": source})
    else:
        _console.print(f"{service} 等待 {source} 在 {topic}/{partition} 上补发；随后请运行 liuhen lanes republish。")


def republish(
    service: OfService,
    lane: Lane,
    topic: Topic,
    partition: Partition,
    *,
    first: Annotated[int, typer.Option("--from", min=1, help="从第几号起。")],
    as_json: AsJson = False,
) -> None:
    """Send again what a lane recorded for a partition of a topic; listeners drop what they know already."""

    async def done() -> int:
        system = load_addresses()
        async with letters.tables(system, service) as connection:
            what = f"{service}/{lane} 没有为 {topic}/{partition} 记录过消息"
            where = "position where lane = $1 and topic = $2 and partition = $3"
            await _require(connection, where, lane, topic, partition, what=what)
            producer = Producer(system.broker(service), service)
            try:
                sender = Sender(producer, service, system.contacts())
                return await admin.republish(connection, sender, (topic, partition), lane, first)
            finally:
                await producer.close()

    sent = asyncio.run(done())
    if as_json:
        print_json({"service": service, "lane": lane, "topic": topic, "partition": partition, "sent": sent})
    else:
        _console.print(f"{service}/{lane} 在 {topic}/{partition} 上从第 {first} 号起重发 {sent} 条")


def rebase(
    service: OfService,
    topic: Topic,
    partition: Partition,
    *,
    next_offset: Annotated[int, typer.Option(min=0, help="在新的主题里从第几条读起。")] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a topic on from another place, after it was made anew or restored.

    On our own topics, what was heard already is known by its number and dropped. On inbound topics, all from that place
    on is read, and a repeat is known by its CloudEvent id.
    """

    async def done() -> None:
        async with letters.tables(load_addresses(), service) as connection:
            await _require_input(connection, service, topic, partition)
            await admin.rebase(connection, topic, partition, next_offset)

    if not yes:
        typer.confirm(f"{service} 将从 {topic}/{partition} 的第 {next_offset} 条读起。确定？", abort=True)
    asyncio.run(done())
    if as_json:
        print_json({"service": service, "topic": topic, "partition": partition, "next_offset": next_offset})
    else:
        _console.print(f"{service} 从 {topic}/{partition} 的第 {next_offset} 条读起")


async def _require_input(connection: Any, service: str, topic: str, partition: int) -> None:
    what = f"{service} 不读 {topic}/{partition}"
    await _require(connection, "input where topic = $1 and partition = $2", topic, partition, what=what)


async def _require(connection: Any, where: str, *values: object, what: str) -> None:
    if not await connection.fetchval(f"select exists (select from {where})", *values):  # noqa: S608 - our own words
        raise SaidClearly(f"{what}；有哪些见 liuhen lanes list。")
