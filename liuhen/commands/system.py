"""`liuhen up`, `down`, `status`: the whole system on this machine."""

from __future__ import annotations

import os
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from tools.local.instance import Instance
from tools.local.plan import service_names
from tools.local.readiness import is_ready
from tools.local.state import alone
from tools.progress import telling
from tools.terminal import Terminal, styled
from tools.verify.backlog import backlog_of

_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    *,
    with_prometheus: Annotated[bool, typer.Option(help="Start Debian's Prometheus, scraping the services.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start broker, database and services; leave them running; say where everything is."""
    with telling(_console) as tell:
        instance = Instance(announce=tell)
        with alone(instance.home):
            if instance.is_running():
                _show(instance)
                raise SaidClearly(f"{instance.name} is running already. `liuhen down` (make down) ends it.")
            instance.require_free_ports(with_prometheus=with_prometheus)
            _start(instance, with_prometheus=with_prometheus)
    if as_json:
        print_json(_described(instance))
        return
    _show(instance)


def down(*, as_json: AsJson = False) -> None:
    """End what `up` started, children included, and nothing else."""
    with telling(_console) as tell:
        tell("Ending services, then broker and database")
        instance = Instance()
        with alone(instance.home):
            endings = instance.end_all()
    if as_json:
        print_json(endings)
    elif endings:
        _console.print(f"{instance.name}: " + ", ".join(f"{name} {ending}" for name, ending in endings.items()))
    else:
        _console.print(f"{instance.name}: nothing was running")


def status(*, as_json: AsJson = False) -> None:
    """Say what runs, and whether it is ready; exit code 1 when something is not."""
    instance = Instance()
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
            waits = f": {count} records wait for it unheard"
            _console.print(styled((f"{process.name} stands still", "red"), waits))


def _start(instance: Instance, *, with_prometheus: bool) -> None:
    instance.start_foundations()
    try:
        instance.start_services()
        if with_prometheus:
            instance.start_prometheus()
        instance.write_addresses()
    except BaseException:
        instance.end_all()
        raise


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
        _console.print(f"{instance.name}: nothing runs")
        return
    table = Table(title=f"Liuhen 留痕 · {instance.name}", title_justify="left")
    for column in ("what", "where", "pid", "state", "log"):
        table.add_column(column, overflow="fold")
    for process in instance.processes:
        if not process.is_alive():
            state = styled(("ended", "red"))
        elif not process.ready or is_ready(process.ready):
            state = styled(("ready", "green"))
        else:
            state = styled(("not ready", "yellow"))
        log = os.path.relpath(process.log)
        table.add_row(process.name, instance.whereabouts(process.name), str(process.pid), state, log)
    _console.print(table)
    tokens = os.path.relpath(instance.secrets)
    _console.print(f"HTTP door: Authorization: Bearer with the token in {tokens}/wechat-token or survey-token")
    _console.print(f"Addresses for scripts: source {os.path.relpath(instance.home / 'env')}")
