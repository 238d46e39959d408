"""The workers of a running instance: started beside others, ended, started again, and all of it healed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from http.client import HTTPException
from typing import Final, NamedTuple
from urllib.request import urlopen

from tools.errors import SaidClearly
from tools.local.instance import SUPERVISOR, Instance
from tools.local.process import Ending, Started
from tools.local.prometheus import WATCH
from tools.local.readiness import PATIENCE, is_ready
from tools.local.whereabouts import FIRST

WATCHING: Final = (WATCH, "prometheus")
_NAME: Final = re.compile(r"[a-z0-9]{1,20}")
_LANES: Final = re.compile(r'^liuhen_lanes\{.*state="running"\} (\S+)$', re.MULTILINE)


class Worker(NamedTuple):
    """One process of a service."""

    service: str
    name: str

    @property
    def process(self) -> str:
        """The name of its process: the first worker of a service is called like the service."""
        return self.service if self.name == FIRST else f"{self.service}-{self.name}"


def worker_of(process: str) -> Worker:
    """Tell which worker a process is."""
    service, _, name = process.partition("-")
    return Worker(service, name or FIRST)


def workers(instance: Instance) -> Iterator[tuple[Worker, Started]]:
    """List the workers that were started and not stopped, dead ones too."""
    for process in instance.processes:
        worker = worker_of(process.name)
        if worker.service in instance.plan.services:
            yield worker, process


def start(instance: Instance, service: str, name: str | None = None, *, wait: bool = True) -> Worker:
    """Start a worker of a service, and `wait` until it is ready; without a name it takes the next free number."""
    taken = {worker.name: process for worker, process in workers(instance) if worker.service == service}
    chosen = name or next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)
    if not _NAME.fullmatch(chosen):
        raise SaidClearly(f"进程名“{chosen}”不合要求：应为 1 至 20 个小写字母或数字，如 2。")
    worker = Worker(service, chosen)
    if chosen in taken and taken[chosen].is_alive():
        raise SaidClearly(f"{worker.process} 已在运行；要重启请用 liuhen worker restart {worker.process}。")
    # Before what has ended is forgotten: whoever cannot be started now is tried again.
    instance.require_ports([service], chosen)
    instance.stop(worker.process, at_once=True)
    instance.start_services([service], worker=chosen, wait=wait)
    return worker


def stop(instance: Instance, process: str, *, at_once: bool = False) -> Ending:
    """End a worker: what it was in the middle of is finished, or taken up by another."""
    _require(instance, process)
    return instance.stop(process, at_once=at_once)[process]


def restart(instance: Instance, process: str, *, at_once: bool = False) -> Worker:
    """End a worker and start it again under its name."""
    stop(instance, process, at_once=at_once)
    return start(instance, *worker_of(process))


def in_order(instance: Instance, names: Iterable[str]) -> tuple[str, ...]:
    """Sort processes so that what others stand on comes first; all else stays as it is."""
    some, first = list(names), instance.foundations
    return (*(name for name in first if name in some), *(name for name in some if name not in first))


def heal(instance: Instance, only: Container[str] | None = None, *, wait: bool = True) -> tuple[str, ...]:
    """Start again what ended by itself (or what of it is named), what others stand on first; returns their names.

    Unless it is to `wait`, nobody waits for services: what they stand on may end meanwhile.
    """
    ended = [
        process.name
        for process in instance.processes
        if not process.is_alive() and (only is None or process.name in only)
    ]
    # Together: a broker alone waits for the others.
    instance.restart(*(name for name in instance.foundations if name in ended), at_once=True)
    again = [worker_of(name) for name in ended if worker_of(name).service in instance.plan.services]
    for worker in again:
        start(instance, *worker, wait=wait)
    watching = [name for name in ended if name in WATCHING]
    if watching:
        instance.stop(*WATCHING, at_once=True)
        instance.start_prometheus()
    if SUPERVISOR in ended:
        instance.stop(SUPERVISOR, at_once=True)
        instance.start_supervisor()
    started = {*instance.foundations, *(worker.process for worker in again), *WATCHING, SUPERVISOR}
    return in_order(instance, (name for name in ended if name in started))


def lanes_of(process: Started) -> int | None:
    """Count the lanes that a worker has open; None where it does not answer."""
    try:
        with urlopen(process.metrics, timeout=PATIENCE) as answer:  # noqa: S310 - the address is our own
            found = _LANES.search(answer.read().decode())
    except (OSError, HTTPException):
        return None
    return int(float(found[1])) if found else 0


def state_of(process: Started) -> str:
    """Say in one word how a worker is: ended, ready, or not ready."""
    if not process.is_alive():
        return "ended"
    return "ready" if is_ready(process.ready) else "unready"


def _require(instance: Instance, process: str) -> None:
    known = [each.name for _, each in workers(instance)]
    if process not in known:
        raise SaidClearly(f"没有名为“{process}”的进程；{instance.name} 有：{'、'.join(known) or '无'}。")
