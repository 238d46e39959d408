"""A thread that ends the process when it only seems to live; whoever started it starts it again."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Final

from chassis.clock import stopwatch
from chassis.health import Health

STALL_SECONDS: Final = 60.0
_LOOK_EVERY_SECONDS: Final = 1.0
EXIT_CODE: Final = 70


class Watchdog(threading.Thread):
    """Looks every second; says why, and ends the process at once, for nothing inside it can be trusted to."""

    def __init__(self, health: Health, coordinator_ended: Callable[[], bool], unassigned_seconds: float) -> None:
        """`coordinator_ended` tells whether the group's task is gone, which faust does not notice."""
        super().__init__(name="watchdog", daemon=True)
        self._health = health
        self._coordinator_ended = coordinator_ended
        self._unassigned_seconds = unassigned_seconds
        self._over = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            if (verdict := self.verdict(stopwatch())) is not None:
                said = {"level": "critical", "event": "watchdog", "service": self._health.service, "reason": verdict}
                sys.stdout.write(json.dumps({**said, "at": _main_thread_at()}) + "\n")
                sys.stdout.flush()
                os._exit(EXIT_CODE)

    def verdict(self, now: float) -> str | None:
        """Why the process must end; None while it may go on. `now` is the stopwatch's."""
        health = self._health
        if now - health.beat > STALL_SECONDS:
            return "the event loop stalls"
        if health.retrying:
            return None
        if self._coordinator_ended():
            return "the group's coordinator task is gone"
        if not health.assigned and now - health.assigned_since > self._unassigned_seconds:
            return "nothing is assigned"
        if health.behind and now - health.progressed > STALL_SECONDS:
            return "records wait and none is handled"
        return None

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


def _main_thread_at() -> list[str]:
    """Where the event loop's thread is, innermost last: what it stalls in, if it stalls."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001 - documented nevertheless
    return [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_stack(frame)[-8:]]
