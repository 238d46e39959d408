"""`liuhen recover`: after a database was put back from a backup, what each service will take back from its topics."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, NamedTuple

import typer
from rich.table import Table

from chassis.misfit import UnrecoverableError
from chassis.store import TopicPartition
from chassis.tail import existing, outputs, reading, unknown_tail
from liuhen import letters
from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas.principals import OPERATORS
from schemas.registry import Topic, topics
from tools.client.addresses import Addresses, load_addresses
from tools.local.plan import service_names
from tools.terminal import Terminal, styled

_console: Final = Terminal()


class RecoveryPlan(NamedTuple):
    """What a service will take back at its next start, or why it cannot."""

    service: str
    messages: int
    since: datetime | None
    until: datetime | None
    unheard: int
    """Records that it hears again, or for the first time."""
    refusal: str | None


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help="数据库换成较旧的备份之后：各服务下次启动时从主题接回多少，能否接齐。只看，不改。")
    def recover(*, as_json: AsJson = False) -> None:
        """Show what each service will take back from its topics when it starts on a restored database; changes nothing.

        Exit code 1 where one of them cannot.
        """
        plans = asyncio.run(plans_of(load_addresses()))
        if as_json:
            print_json([_as_json(each) for each in plans])
        else:
            _show(plans)
        raise typer.Exit(1 if any(each.refusal for each in plans) else 0)


async def plans_of(system: Addresses) -> list[RecoveryPlan]:
    """Ask each service's tables and topics."""
    policy = load_policy(system.policy)
    known = topics((department.code for department in policy.departments), system)
    return [await _plan(system, service, known) for service in service_names()]


async def _plan(system: Addresses, service: str, known: tuple[Topic, ...]) -> RecoveryPlan:
    broker = system.broker(OPERATORS)
    async with letters.tables(system, service) as connection:
        lanes = {row["name"] for row in await connection.fetch("select name from lane")}
        rows = await connection.fetch("select topic, partition, next_offset from input")
        offsets: dict[TopicPartition, int] = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        written = outputs(service, known)
        names, compacted = {topic.name for topic in written}, [topic.name for topic in written if topic.compacted]
        everywhere = await existing(broker, known)
        there = offsets.keys() & everywhere
        async with reading(broker, sorted(there)) as inputs:
            unheard = sum(max(inputs.ends[tp] - offsets[tp], 0) for tp in there)
            gone = sorted(tp for tp in there if offsets[tp] < inputs.begins[tp])
        try:
            said = [tp for tp in everywhere if tp[0] in names]
            tail = (await unknown_tail(connection, broker, service, said, lanes, compacted)).messages
        except UnrecoverableError as error:
            return RecoveryPlan(service, 0, None, None, unheard, str(error))
    moments = [each.at for each in tail]
    refusal = None
    if tail and gone:
        topic, partition = gone[0]
        refusal = f"要听的来件已不在主题 {topic}/{partition} 上。请改用更新的备份。"
    return RecoveryPlan(service, len(tail), min(moments, default=None), max(moments, default=None), unheard, refusal)


def _show(plans: list[RecoveryPlan]) -> None:
    table = Table(title="从主题接回 liuhen recover", title_justify="left")
    for column in ("服务", "接回自己说过的", "从", "到", "待听取", "结论"):
        table.add_column(column, overflow="fold")
    for each in plans:
        verdict = styled((each.refusal, "red")) if each.refusal else _VERDICTS[each.messages > 0]
        span = [moment.isoformat(timespec="seconds") if moment else "" for moment in (each.since, each.until)]
        table.add_row(each.service, str(each.messages), *span, str(each.unheard), verdict)
    _console.print(table)
    if any(each.refusal for each in plans):
        _console.print("接不齐的服务不会启动，也什么都不改。")
    elif any(each.messages for each in plans):
        _console.print(_NEXT)


_NEXT: Final = (
    "逐个启动：liuhen worker start 服务（容器里用 docker compose start）。各服务先接回，再继续听取；"
    "已发的通知不重发，但丢失前约一秒内的可能重发。随后请运行 liuhen verify。"
)
_VERDICTS: Final = {True: "启动时接回", False: "不比主题旧"}


def _as_json(plan: RecoveryPlan) -> dict[str, object]:
    return {
        "service": plan.service,
        "messages": plan.messages,
        "since": plan.since.isoformat() if plan.since else None,
        "until": plan.until.isoformat() if plan.until else None,
        "unheard": plan.unheard,
        "refusal": plan.refusal,
    }
