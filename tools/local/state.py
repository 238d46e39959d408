"""What an instance remembers on disk about itself: which processes it started, in order."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from schemas.layout import Layout
from tools.errors import SaidClearly
from tools.local.process import Identity, Started

_PRIVATE: Final = 0o700


class State(BaseModel):
    """What an instance started, in order; its ports, clock and layout; `owner` is whose end ends it all."""

    model_config = ConfigDict(frozen=True)

    owner: Identity | None = None
    ports: dict[str, int] = {}
    clock: str | None = None
    layout: Layout | None = None
    processes: tuple[Started, ...] = ()


def read_state(home: Path) -> State:
    """Return what is remembered; nothing where nothing ran."""
    try:
        return State.model_validate_json((home / "state.json").read_bytes())
    except FileNotFoundError:
        return State()


def write_state(home: Path, state: State) -> None:
    """Remember, all or nothing."""
    new = home / "state.json.new"
    new.write_text(state.model_dump_json(indent=2), "utf-8")
    new.replace(home / "state.json")


def private(folder: Path) -> None:
    """Make a folder that no other user of this machine looks into: topics and logs of an instance are personal data."""
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    folder.chmod(_PRIVATE)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the instance: nobody else starts or ends anything of it meanwhile."""
    private(home)
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SaidClearly(f"{home.name} 正在启动或者结束，请稍后再试。") from None
    try:
        yield
    finally:
        os.close(descriptor)
