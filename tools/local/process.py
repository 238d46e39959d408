"""Processes that outlive the command that started them, and are ended exactly: by id and start time, with children."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

MARK = "LIUHEN_STARTED_BY"
"""Stands in the environment of all that an instance starts; its value is the instance's folder."""

_BOOT = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
_LAST_RESORT = 5.0  # seconds for the kernel to carry out a SIGKILL


class Identity(NamedTuple):
    """A process, unmistakably: ids are used again, an id with its start time is not."""

    pid: int
    started: int


class Started(BaseModel):
    """A process that we started, and how it wants to be ended."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started: int
    boot: str = _BOOT
    mark: str
    log: Path
    stop_signal: int = signal.SIGTERM
    ready: str = ""
    """The address that answers 200 once it is ready, for a service."""
    patience: float = 20.0
    """Seconds between being asked to stop and being killed."""

    @property
    def metrics(self) -> str:
        """The address of a service's metrics, beside that of its readiness; nothing for what is no service."""
        return self.ready and self.ready.removesuffix("/ready") + "/metrics"

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.started)

    def is_alive(self) -> bool:
        """Return whether this very process still runs."""
        return self.boot == _BOOT and _is_alive(self.identity)

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""


class Ending(StrEnum):
    """How a process ended when it was told to."""

    STOPPED = "stopped"
    KILLED = "killed"
    WAS_GONE = "was gone"


class _Stat(NamedTuple):
    state: str
    parent: int
    session: int
    threads: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return _Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[17]), int(fields[19]))


def _is_alive(identity: Identity) -> bool:
    stat = _stat(identity.pid)
    if stat is None or stat.started != identity.started:
        return False
    # Of a killed process the first thread can be gone while others still hold its ports.
    return stat.state not in "ZX" or stat.threads > 1


def this_process() -> Identity:
    """Return the identity of the process that runs this."""
    stat = _stat(os.getpid())
    return Identity(os.getpid(), stat.started if stat else 0)


def is_running(identity: Identity) -> bool:
    """Return whether this very process still runs."""
    return _is_alive(identity)


@dataclass(frozen=True)
class Launch:
    """What to start, under which name, and how it will want to be ended."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop_signal: int = signal.SIGTERM
    ready: str = ""


def spawn(launch: Launch, *, home: Path, folder: Path) -> Started:
    """Start a process in a session of its own for the instance at `home`; it writes to `<home>/logs/<name>.log`."""
    log = home / "logs" / f"{launch.name}.log"
    log.touch(mode=0o600)
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - the commands are ours
            launch.command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**launch.environment, MARK: str(home)},
            start_new_session=True,
            umask=0o077,
        )
    stat = _stat(process.pid)
    # From here on it is watched by id and start time, whoever started it; subprocess has nothing more to do with it.
    process.returncode = 0
    return Started(
        name=launch.name,
        pid=process.pid,
        started=stat.started if stat else 0,
        mark=str(home),
        log=log,
        stop_signal=launch.stop_signal,
        ready=launch.ready,
    )


def family(started: Started) -> tuple[Identity, ...]:
    """Return the process and all that came from it: its session, its descendants, and nothing else."""
    if started.boot != _BOOT:
        return ()
    stats = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    leader = stats.get(started.pid)
    if leader is not None and leader.started != started.started:
        return ()
    members = {pid for pid, stat in stats.items() if stat and stat.session == started.pid and _is_ours(pid, started)}
    if leader is not None:
        members.add(started.pid)
    grown = True
    while grown:
        children = {pid for pid, stat in stats.items() if stat and stat.parent in members} - members
        members |= children
        grown = bool(children)
    return tuple(Identity(pid, stat.started) for pid in members if (stat := stats[pid]))


def _is_ours(pid: int, started: Started) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"{MARK}={started.mark}".encode() in variables


def end(group: Iterable[Started], *, at_once: bool = False) -> dict[str, Ending]:
    """End these processes and their children: ask all, wait for each within its patience, then kill what is left."""
    members = list(group)
    families = {started.name: family(started) for started in members}
    alive = {started.name: started.is_alive() for started in members}
    begin = monotonic()
    for started in members:
        if alive[started.name]:
            _signal(started.identity, signal.SIGKILL if at_once else started.stop_signal)
    endings: dict[str, Ending] = {}
    for started in members:
        ended = wait_for_end(started.identity, started.patience - (monotonic() - begin))
        if not alive[started.name]:
            endings[started.name] = Ending.WAS_GONE
        else:
            endings[started.name] = Ending.STOPPED if ended and not at_once else Ending.KILLED
        _kill_all({*families[started.name], *family(started)})
    return endings


def _kill_all(identities: Iterable[Identity]) -> None:
    left = [identity for identity in identities if _is_alive(identity)]
    for identity in left:
        _signal(identity, signal.SIGKILL)
    for identity in left:
        wait_for_end(identity, _LAST_RESORT)


def _signal(identity: Identity, number: int) -> None:
    """Signal through a descriptor, so that the process which is looked at is the one that is signalled."""
    try:
        descriptor = os.pidfd_open(identity.pid)
    except OSError:
        return
    try:
        if _is_alive(identity):
            signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def wait_for_end(identity: Identity, seconds: float) -> bool:
    """Return whether the process ended within these seconds; reap it where it is our own child."""
    try:
        descriptor = os.pidfd_open(identity.pid)
    except OSError:
        return True
    try:
        if _is_alive(identity):
            select.select([descriptor], [], [], max(seconds, 0))
    finally:
        os.close(descriptor)
    _reap(identity.pid)
    return not _is_alive(identity)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
