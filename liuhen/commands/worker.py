"""`liuhen worker`: the processes of a service on this machine, each of which takes its share of the lanes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from tools.errors import SaidClearly
from tools.local import workers
from tools.local.instance import Instance
from tools.local.plan import service_names
from tools.local.state import alone
from tools.progress import telling
from tools.terminal import Terminal, styled

_console: Final = Terminal()
_STATES: Final = {"ready": ("就绪", "green"), "unready": ("未就绪", "yellow"), "ended": ("已结束", "red")}
T = TypeVar("T")

OfService = Annotated[str, typer.Argument(metavar="SERVICE", help="如 sla。")]
Process = Annotated[str, typer.Argument(metavar="PROCESS", help="如 sla 或 sla-2，见 list。")]
AtOnce = Annotated[bool, typer.Option("--at-once", help="不等手上的办完，像机器故障那样立即结束。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="本机上各服务的进程：增减、重启；分区自动重新分配。", no_args_is_help=True)
    group.command("list", help="列出各进程：是否就绪，开着几个分区。")(list_)
    group.command(help="给一个服务加一个进程，或把结束了的重新启动。")(start)
    group.command(help="结束一个进程；手上的办完，其余由别的进程接着办。")(stop)
    group.command(help="重启一个进程。")(restart)
    app.add_typer(group, name="worker")


def list_(*, as_json: AsJson = False) -> None:
    """List the workers, how each is, and how many lanes it has open."""
    instance = Instance()
    rows = [
        {
            "process": process.name,
            "service": worker.service,
            "pid": process.pid,
            "state": workers.state_of(process),
            "lanes": workers.lanes_of(process),
        }
        for worker, process in workers.workers(instance)
    ]
    if as_json:
        print_json(rows)
        return
    table = Table(title=f"进程（{len(rows)}）", title_justify="left")
    for column in ("进程", "服务", "pid", "状态", "分区"):
        table.add_column(column, overflow="fold")
    for row in rows:
        lanes = "—" if row["lanes"] is None else str(row["lanes"])
        table.add_row(
            str(row["process"]), str(row["service"]), str(row["pid"]), styled(_STATES[str(row["state"])]), lanes
        )
    _console.print(table)


def start(
    service: OfService,
    *,
    name: Annotated[str | None, typer.Option("--as", help="进程名；不填则取下一个空着的编号。")] = None,
    as_json: AsJson = False,
) -> None:
    """Start one more worker of a service, or one that ended, and return when it is ready."""
    if service not in service_names():
        raise SaidClearly(f"没有名为“{service}”的服务；有：{'、'.join(service_names())}。")
    started = _alone(lambda instance: workers.start(instance, service, name))
    _tell(as_json, f"{started.process} 已就绪", {"process": started.process, "state": "ready"})


def stop(process: Process, *, at_once: AtOnce = False, as_json: AsJson = False) -> None:
    """End a worker; says so where nobody is left for its service."""
    ending = _alone(lambda instance: workers.stop(instance, process, at_once=at_once))
    service = workers.worker_of(process).service
    left = [each for each, its in workers.workers(Instance()) if each.service == service and its.is_alive()]
    alone_now = "" if left else f"；{service} 已没有进程，来件留在消息系统里，启动后接着办"
    _tell(as_json, f"{process} 已结束{alone_now}", {"process": process, "ending": ending, "left": len(left)})


def restart(process: Process, *, at_once: AtOnce = False, as_json: AsJson = False) -> None:
    """End a worker, start it again, and return when it is ready."""
    started = _alone(lambda instance: workers.restart(instance, process, at_once=at_once))
    _tell(as_json, f"{started.process} 已重启，就绪", {"process": started.process, "state": "ready"})


def _alone(work: Callable[[Instance], T]) -> T:
    with telling(_console) as tell:
        instance = Instance(announce=tell)
        with alone(instance.home):
            if not instance.is_running():
                raise SaidClearly(f"{instance.name} 没有在运行；用 liuhen up（make up）启动。")
            return work(instance)


def _tell(as_json: bool, words: str, document: object) -> None:  # noqa: FBT001 - what the option says
    if as_json:
        print_json(document)
    else:
        _console.print(words)
