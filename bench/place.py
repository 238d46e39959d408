"""Where it is measured: an instance of its own, on disks that keep what they are told, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import asyncpg

from tools.local.instance import Announce, Instance
from tools.local.ports import with_free_ports
from tools.local.process import this_process
from tools.local.settings import load_settings
from tools.local.state import read_state, write_state

Made = TypeVar("Made", bound=Instance)

_SHIFTS: Final = range(400, 4_000, 100)
"""By how much ports move: another system, or another measurement, may run beside this one."""


class Late(Exception):  # noqa: N818 - it says what happened
    """Something did not come in time: the figures would mean nothing."""


@contextmanager
def measured_instance(announce: Announce, make: Callable[..., Made]) -> Iterator[Made]:
    """A broker, a database and no service, as an instance of its own kind; ends with the measurement."""
    settings = load_settings()
    settings = with_free_ports(settings, _SHIFTS).model_copy(update={"patience": 3 * settings.patience})
    instance = make(
        f"bench-{os.getpid()}",
        settings=settings,
        clock="real",
        announce=announce,
    )
    try:
        instance.start_foundations()
        # Whoever starts an instance next ends this one, should nobody be left to do it.
        write_state(instance.home, read_state(instance.home).model_copy(update={"owner": this_process()}))
        yield instance
    finally:
        instance.end_all()
        shutil.rmtree(instance.home, ignore_errors=True)


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
