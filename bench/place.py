"""Where it is measured: an instance of its own, on disks that keep what they are told, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from tools.local.instance import Instance, Progress
from tools.local.plan import load_plan
from tools.local.ports import require_free
from tools.local.process import this_process
from tools.local.settings import LocalSettings, chosen_ports, load_settings
from tools.local.state import read_state, write_state

_PORTS_AWAY = 400


class Late(Exception):  # noqa: N818 - it says what happened
    """Something did not come in time: the figures would mean nothing."""


@contextmanager
def measured_instance(progress: Progress) -> Iterator[Instance]:
    """A broker, a database and no service; ends with the measurement."""
    settings = load_settings()
    settings = settings.model_copy(update={"port_shift": _free_shift(settings), "patience": 3 * settings.patience})
    instance = Instance(
        f"bench-{os.getpid()}",
        settings=settings,
        clock="real",
        progress=progress,
    )
    try:
        instance.start_foundations()
        # Whoever starts an instance next ends this one, should nobody be left to do it.
        write_state(instance.home, read_state(instance.home).model_copy(update={"owner": this_process()}))
        yield instance
    finally:
        instance.end_all()
        shutil.rmtree(instance.home, ignore_errors=True)


def _free_shift(settings: LocalSettings) -> int:
    """Another system, or another measurement, may run beside this one."""
    plan = load_plan()
    for shift in range(settings.port_shift + _PORTS_AWAY, settings.port_shift + 10 * _PORTS_AWAY, _PORTS_AWAY // 4):
        try:
            require_free(chosen_ports(plan, settings.model_copy(update={"port_shift": shift})), plan.ports())
        except SaidClearly:
            continue
        return shift
    raise SaidClearly("No free ports were found. Set LIUHEN_PORT_SHIFT.")


def addresses(instance: Instance) -> Addresses:
    """The instance's addresses, as commands read them."""
    told = {name.removeprefix("LIUHEN_").lower(): value for name, value in instance.addresses().items()}
    return Addresses.model_validate({name: told[name] for name in Addresses.model_fields if name in told})


async def until(condition: Callable[[], Awaitable[bool]], seconds: float, what: str, every: float = 0.02) -> None:
    """Wait for a condition; Late says what did not come."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - what is waited for is in another process
                await asyncio.sleep(every)
    except TimeoutError:
        raise Late(f"{what}: not within {seconds:.0f} s") from None


async def connected(dsn: str, schema: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection to a service's tables."""
    return await asyncpg.connect(dsn, server_settings={"search_path": schema})


def machine() -> str:
    """What the figures depend on, in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
