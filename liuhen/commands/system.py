"""`liuhen up`, `down`, `status`: the whole system on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from rulebook import Policy, load_policy
from rulebook.codes import Role
from tools.client.addresses import Addresses
from tools.client.backlog import backlog_of
from tools.demo import live
from tools.errors import SaidClearly
from tools.local import workers
from tools.local.instance import SUPERVISOR, Announce, Instance
from tools.local.plan import service_names
from tools.local.process import Ending, end
from tools.local.readiness import is_ready
from tools.local.settings import load_settings
from tools.local.state import alone
from tools.prepare.logins import trial_password
from tools.progress import telling
from tools.terminal import Terminal, styled
from vocabulary import ROLES

_console: Final = Terminal()
_ENDED: Final = {Ending.STOPPED: "已停止", Ending.KILLED: "强行结束", Ending.WAS_GONE: "早已结束"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        help="启动消息系统、数据库和全部服务（已在运行则只启动结束了的），保持运行，并说明各处地址。"
        "LIUHEN_LIVE=10 则从空的开始，虚构的城区在里面以十倍的快慢生活，可以坐下来一起办。"
    )(up)
    app.command(help="只结束 up 启动的进程，连同它们的子进程。")(down)
    app.command(help="说明在运行什么、是否就绪；有没就绪的，退出码为 1。")(status)


def up(
    *,
    with_prometheus: Annotated[bool, typer.Option(help="同时启动 Debian 的 Prometheus，采集各服务的指标。")] = False,
    as_json: AsJson = False,
) -> None:
    """Start broker, database and services, or what of them ended by itself; leave them running; say where they are."""
    healed: tuple[str, ...] = ()
    settings = load_settings()
    with telling(_console) as tell:
        if settings.live:
            instance = live.start_live(settings, tell)
        else:
            instance, healed = _up_for_good(tell, with_prometheus=with_prometheus)
    if as_json:
        print_json(_described(instance))
        return
    if healed:
        _console.print(f"重新启动了：{'、'.join(healed)}")
    _show(instance)


def _up_for_good(tell: Announce, *, with_prometheus: bool) -> tuple[Instance, tuple[str, ...]]:
    """Start the system, or what of it ended; returns what was started again."""
    instance = Instance(announce=tell)
    with alone(instance.home):
        if not instance.is_running():
            instance.require_free_ports(with_prometheus=with_prometheus)
            _start(instance, with_prometheus=with_prometheus)
            return instance, ()
        healed = workers.heal(instance)
    if not healed:
        _show(instance)
        raise SaidClearly(f"{instance.name} 已在运行；用 liuhen down（make down）结束。")
    return instance, healed


def down(*, as_json: AsJson = False) -> None:
    """End what `up` started, children included, and nothing else."""
    with telling(_console) as tell:
        tell("正在结束各服务，然后是消息系统和数据库")
        instance = _present()
        # First, and without asking: it may be in the middle of starting what is to end.
        end([each for each in instance.processes if each.name == SUPERVISOR], at_once=True)
        with alone(instance.home):
            endings = instance.end_all()
    if as_json:
        print_json(endings)
    elif endings:
        _console.print(f"{instance.name}：" + "，".join(f"{name} {_ENDED[ending]}" for name, ending in endings.items()))
    else:
        _console.print(f"{instance.name}：本来就没有在运行")


def _present() -> Instance:
    """The system that is meant: the district that lives in slow motion, where that runs and the usual one does not."""
    usual, lives = Instance(), Instance(live.NAME)
    return lives if lives.is_running() and not usual.is_running() else usual


def status(*, as_json: AsJson = False) -> None:
    """Say what runs, and whether it is ready; exit code 1 when something is not."""
    instance = _present()
    described = _described(instance)
    if as_json:
        print_json(described)
    else:
        _show(instance)
        _show_standing(instance)
    if not instance.processes or not all(
        process.is_alive() and (not process.ready or is_ready(process.ready)) for process in instance.processes
    ):
        raise typer.Exit(1)


def _show_standing(instance: Instance) -> None:
    system = Addresses.of(instance.addresses())
    for process in instance.processes:
        running = process.is_alive() and (not process.ready or is_ready(process.ready))
        if not running and process.name in service_names() and (count := backlog_of(system, process.name)):
            waits = f"：{count} 条还没有听取"
            _console.print(styled((f"{process.name} 停住了", "red"), waits))


def _start(instance: Instance, *, with_prometheus: bool) -> None:
    instance.start_foundations()
    try:
        instance.start_services()
        if with_prometheus:
            instance.start_prometheus()
        instance.start_supervisor()
        instance.write_addresses()
    except BaseException:
        instance.end_all()
        raise


_OFFICE: Final = "派单台、查工单"
_DEPARTMENTS: Final = "承办台"
_DESKS: Final = {
    Role.SURVEY_CLERK: "大调研台",
    Role.CONTRACTOR: "接听台",
    Role.CALLBACK_AGENT: "回访台",
    Role.LEADER: "领导看板",
    Role.OPERATOR: "管理",
}
"""Where people of these roles begin; all others begin with what waits for the office."""


def who_may_log_in(policy: Policy) -> Table:
    """Name for each desk a person of each role who may log in there on a trial."""
    first = {person.roles[0]: person.name for person in reversed(policy.office.people)}
    desks: dict[str, list[str]] = {}
    for role in (each for each in Role if each in first):
        desks.setdefault(_DESKS.get(role, _OFFICE), []).append(f"{first[role]}（{ROLES[role]}）")
    desks[_DEPARTMENTS] = [policy.departments[0].name]
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for desk, names in desks.items():
        table.add_row(f"  {desk}", "、".join(names))
    return table


def _described(instance: Instance) -> dict[str, object]:
    parts = [
        {
            "name": process.name,
            "pid": process.pid,
            "alive": process.is_alive(),
            "ready": is_ready(process.ready) if process.ready else process.is_alive(),
            "log": str(process.log),
        }
        for process in instance.processes
    ]
    return {"instance": instance.name, "parts": parts, "addresses": instance.addresses()}


def _show(instance: Instance) -> None:
    if not instance.processes:
        _console.print(f"{instance.name}：没有在运行的")
        return
    table = Table(title=f"Liuhen 留痕 · {instance.name}", title_justify="left")
    for column in ("部件", "地址", "pid", "状态", "日志"):
        table.add_column(column, overflow="fold")
    for process in instance.processes:
        if not process.is_alive():
            state = styled(("已结束", "red"))
        elif not process.ready or is_ready(process.ready):
            state = styled(("就绪", "green"))
        else:
            state = styled(("未就绪", "yellow"))
        log = os.path.relpath(process.log)
        table.add_row(process.name, instance.whereabouts.of(process.name), str(process.pid), state, log)
    _console.print(table)
    tokens = os.path.relpath(instance.secrets)
    _console.print(
        f"在浏览器里办理：{instance.url('desk_http')}，口令都是 {trial_password(instance.secrets)}，试用姓名："
    )
    _console.print(
        f"第一次用的，五分钟走一遍：{instance.url('desk_http')}/tour；"
        f"走访用手机打开 {instance.url('intake_http')}/visit"
    )
    _console.print(who_may_log_in(load_policy(Path(instance.addresses()["LIUHEN_POLICY"]))))
    _console.print(f"HTTP 入口：须带 Authorization: Bearer，令牌见 {tokens}/ 的 wechat-token、survey-token")
    _console.print(f"供脚本使用的地址：source {os.path.relpath(instance.home / 'env')}")
