"""An event loop without a wall clock: who has its turn next is drawn by a seed, and time passes when nobody has one.

Each handle belongs to the process in whose context it was made. What belongs to a frozen one waits until it thaws;
what belongs to a dead one is kept until the schedule is over, and tidied up then.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")
_LOOK_EVERY: Final = 25


class Stuck(Exception):  # noqa: N818 - it says what happened
    """Nothing can happen any more, or too much has."""


@dataclass(eq=False)
class Process:
    """One life of a worker: it ends for good, or stands still for a while."""

    name: str
    alive: bool = True
    frozen: bool = False
    held: list[asyncio.Handle] = field(default_factory=list)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    skew: float = 0.0
    """By how many seconds its clock is wrong."""


PROCESS: ContextVar[Process | None] = ContextVar("PROCESS", default=None)


class World(asyncio.AbstractEventLoop):
    """Runs everything that happens in one schedule."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now = 0.0
        self.turns = 0
        self.before_turn: Callable[[Process], None] = lambda _: None
        """Called before each turn of a process: here it may die."""
        self.errors: list[dict[str, Any]] = []
        self._ready: list[asyncio.Handle] = []
        self._later: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._made = 0
        self._outside = copy_context()
        self._outside.run(PROCESS.set, None)

    # --- what asyncio asks of a loop -----------------------------------------------------------------------------

    def time(self) -> float:
        return self.now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.now + max(delay, 0.0), callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._made += 1
        heapq.heappush(self._later, (when, self._made, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled one is passed over when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        process = (context or copy_context()).get(PROCESS)
        if process is not None:
            process.tasks.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(context)

    # --- what the world outside does -----------------------------------------------------------------------------

    def outside(self, callback: Callable[..., object], *args: Any, after: float = 0.0) -> None:
        """Let something happen that belongs to no process."""
        if after:
            self.call_later(after, callback, *args, context=self._outside)
        else:
            self.call_soon(callback, *args, context=self._outside)

    def within(self, process: Process, coroutine: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Begin a task of a process."""
        context = copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(coroutine, name=name, context=context)

    def thaw(self, process: Process) -> None:
        """Whatever waited for a frozen process has its turn again."""
        process.frozen = False
        self._ready += process.held
        process.held.clear()

    def run_until(self, over: Callable[[], bool], turns: int, seconds: float) -> None:
        """Run until it is over, as is asked now and then; Stuck where that takes more than so many turns or seconds."""
        until, last = self.now + seconds, self.turns + turns
        asyncio._set_running_loop(self)
        try:
            while not over():
                if self.turns > last or self.now > until:
                    raise Stuck(f"not over after {self.turns} turns and {self.now:.0f} seconds")
                for _ in range(_LOOK_EVERY):
                    self.turn()
        finally:
            asyncio._set_running_loop(None)

    def turn(self) -> None:
        """Let one handle have its turn, or time pass."""
        ready = self._ready
        if not ready:
            self._pass_time()
            return
        place = int(self.chance.random() * len(ready))
        handle = ready[place]
        ready[place] = ready[-1]
        ready.pop()
        if handle._cancelled:
            return
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is not None:
            if process.alive and not process.frozen:
                self.before_turn(process)
            if process.frozen or not process.alive:
                process.held.append(handle)
                return
        self.turns += 1
        handle._run()

    def _pass_time(self) -> None:
        if not self._later:
            raise Stuck("nobody waits for anything")
        self.now = max(self.now, self._later[0][0])
        while self._later and self._later[0][0] <= self.now:
            handle = heapq.heappop(self._later)[2]
            if not handle._cancelled:
                self._ready.append(handle)
