"""`python -m tools.local.supervisor`: starts again what ended by itself on this machine, as containers do."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tools.errors import SaidClearly
from tools.local import workers
from tools.local.backoff import Backoff
from tools.local.instance import SUPERVISOR, Instance
from tools.local.state import alone

_LOOK_AGAIN: Final = 1.0  # seconds


def look(instance: Instance, backoff: Backoff, now: float) -> tuple[str, ...]:
    """Start again what ended and whose time has come; returns what was tried, foundations first.

    While a command of somebody starts or ends something, nothing is done: what ended may have been told to.
    """
    if not any(backoff.due(name, now) for name in _dead(instance)):
        return ()
    try:
        with alone(instance.home):
            chosen = tuple(name for name in workers.in_order(instance, _dead(instance)) if backoff.due(name, now))
            for name in chosen:
                backoff.started(name, now)
            stood_on = [name for name in chosen if name in instance.foundations]
            for names in (stood_on, *([name] for name in chosen if name not in stood_on)):
                _start(instance, names)
    except SaidClearly:
        return ()
    return chosen


def _dead(instance: Instance) -> list[str]:
    return [each.name for each in instance.processes if not each.is_alive() and each.name != SUPERVISOR]


def _start(instance: Instance, names: Sequence[str]) -> None:
    try:
        for name in workers.heal(instance, names, wait=False):
            _say(f"{name}: started again")
    except SaidClearly as error:
        _say(f"{', '.join(names)}: {error}")


def _say(words: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {words}", flush=True)


def main() -> None:
    """Look again and again until told to end."""
    over, backoff, instance = threading.Event(), Backoff(), Instance()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: over.set())
    while not over.wait(_LOOK_AGAIN):
        look(instance, backoff, time.monotonic())


if __name__ == "__main__":
    main()
