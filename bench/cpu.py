"""Processor time, which says what something costs even while the machine does other things besides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.local.instance import Instance
from tools.local.process import Started, family

_TICKS: Final = os.sysconf("SC_CLK_TCK")
HERE: Final = "parties"


def spent(instance: Instance) -> dict[str, float]:
    """Seconds of processor time by process of the instance, and of this one; children that ended are counted in."""
    return {HERE: sum(os.times()[:2]), **{process.name: _of(process) for process in instance.processes}}


def since(instance: Instance, before: Mapping[str, float]) -> dict[str, float]:
    """What was spent since then, the dearest first."""
    now = spent(instance)
    return dict(sorted(((name, now[name] - before.get(name, 0.0)) for name in now), key=lambda each: -each[1]))


def _of(process: Started) -> float:
    """The family's own time, and the time of children that the first of them has buried."""
    ticks = 0
    for member in family(process):
        times = _times(member.pid)
        ticks += sum(times if member.pid == process.pid else times[:2])
    return ticks / _TICKS


def _times(pid: int) -> tuple[int, ...]:
    """utime, stime, cutime, cstime in clock ticks; nothing of a process that ended meanwhile."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return (0,)
    return tuple(int(field) for field in fields[11:15])
