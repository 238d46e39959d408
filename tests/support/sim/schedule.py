"""One schedule: starts the workers, lets the blows fall, waits for quiet, and holds the promises against it."""

from __future__ import annotations

import gc
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, assert_never

import structlog

from chassis.clock import stopwatch
from chassis.lane import lane_of
from chassis.publish import Wire
from tests.support.sim import promises
from tests.support.sim.broker import Broker, Group
from tests.support.sim.loop import Process, Stuck, World
from tests.support.sim.plan import SLOTS, Blow, Call, Fault, Plan
from tests.support.sim.postgres import Database
from tests.support.sim.services import CALLS, SERVICES, inputs_of
from tests.support.sim.worker import Foundations, SimulatedWorker

_MOST_TURNS: Final = 150_000
_MOST_SECONDS: Final = 200.0
_RESTART_SECONDS: Final = 1.0
_SEEN_SECONDS: Final = 0.05
"""So long the database takes to see that a client is gone."""


class Verdict(NamedTuple):
    """What came of a schedule."""

    broken: tuple[str, ...]
    turns: int
    seconds: float
    story: tuple[str, ...]


class Schedule:
    """One city from its first call to quiet."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        # Of a loop it has what the chassis asks for.
        self.world = World(random.Random(plan.seed))  # type: ignore[abstract]  # noqa: S311 - no secret
        self.broker = Broker(self.world)
        self.database = Database(self.world)
        self.groups = {name: Group(self.broker, _lanes(name)) for name in SERVICES}
        self.story: list[str] = []
        self.broker.tell = self.database.tell = self._tell
        self.bugs: list[str] = []
        self._faults: dict[str, list[Fault]] = {slot: [] for slot in SLOTS}
        for fault in sorted(plan.faults, key=lambda fault: fault.turn):
            self._faults[fault.slot].append(fault)
        self._turns = dict.fromkeys(SLOTS, 0)
        self._lives = dict.fromkeys(SLOTS, 0)
        self._running: dict[str, tuple[Process, SimulatedWorker]] = {}
        self._processes: list[Process] = []

    def run(self) -> Verdict:
        """Run it, and say what is broken."""
        with _measured_by(self.world):
            self.world.before_turn = self._before_turn
            for slot in SLOTS:
                self.world.outside(self._start, slot)
            for call in self.plan.calls:
                self.world.outside(self._call, call, after=call.at)
            try:
                self.world.run_until(self._over, _MOST_TURNS, _MOST_SECONDS)
                stuck = []
            except Stuck as error:
                stuck = [f"nothing stands still: {error}"]
            found = promises.broken(self.broker, self.database, self.groups, self.plan.calls)
            self._end()
        # The chassis keeps what it precomputed out of the collector's way, and with it this whole city.
        gc.unfreeze()
        return Verdict((*self.bugs, *stuck, *found), self.world.turns, self.world.now, tuple(self.story))

    # --- what happens --------------------------------------------------------------------------------------------

    def _over(self) -> bool:
        if self.bugs:
            return True
        awake = len(self._running) == len(SLOTS) and not any(process.frozen for process, _ in self._running.values())
        return awake and promises.settled(self.broker, self.database, len(self.plan.calls))

    def _call(self, call: Call) -> None:
        said = {"n": call.n, "key": call.key, "wait": call.wait}
        value = json.dumps(said).encode() if call.readable else b"\xff"
        self._tell("outside", f"call {call.n} for {call.key}" + ("" if call.readable else ", unreadable"))
        self.broker.append([Wire(CALLS, call.partition, None, value, [])])

    def _start(self, slot: str) -> None:
        self._lives[slot] += 1
        process = Process(f"{slot}{self._lives[slot]}")
        self._processes.append(process)
        self._tell(process.name, "starts")
        name = slot.partition("-")[0]
        on = Foundations(self.world, self.broker, self.database, self.groups[name])

        async def live() -> None:
            worker = SimulatedWorker(SERVICES[name], process, on)
            self._running[slot] = process, worker
            try:
                await worker.run()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                self.bugs.append(f"{process.name} ended by a bug: {type(error).__qualname__}: {error}")

        self.world.within(process, live(), slot)

    def _before_turn(self, process: Process) -> None:
        slot = process.name.rstrip("0123456789")
        self._turns[slot] += 1
        faults = self._faults[slot]
        while faults and faults[0].turn <= self._turns[slot]:
            if slot not in self._running:
                return
            self._strike(faults.pop(0), process)

    def _strike(  # noqa: C901 - one blow after the other
        self, fault: Fault, process: Process
    ) -> None:
        world, told = self.world, f"{fault.blow} at its turn {fault.turn}"
        self._tell(process.name, told + (f", {fault.seconds:.1f} s" if fault.seconds else ""))
        match fault.blow:
            case Blow.KILLED:
                self._bury(fault.slot, process)
            case Blow.FROZEN:
                process.frozen = True
                world.outside(self._thaw, process, after=fault.seconds)
            case Blow.STOPPED:
                worker = self._running.pop(fault.slot)[1]
                world.within(process, self._stop(fault.slot, process, worker), "stop")
            case Blow.CUT_OFF:
                self.database.end_all(process)
            case Blow.DATABASE:
                self.database.restart(fault.seconds)
            case Blow.BROKER:
                self.broker.away_until = world.now + fault.seconds
            case Blow.UNACKNOWLEDGED:
                self.broker.loses_acknowledgements = True
            case Blow.FORGOTTEN:
                self.broker.forgets = True
            case Blow.LATE:
                self.broker.slow_until = world.now + fault.seconds
            case Blow.CLOCK:
                process.skew += fault.seconds
            case _ as never:
                assert_never(never)

    def _bury(self, slot: str, process: Process) -> None:
        """A process is gone at once; the database sees it soon, the group after the session time."""
        process.alive = False
        self._running.pop(slot, None)
        self.world.outside(self.database.end_all, process, after=_SEEN_SECONDS)
        self.world.outside(self._start, slot, after=_RESTART_SECONDS)

    def _thaw(self, process: Process) -> None:
        if process.alive and process.frozen:
            self._tell(process.name, "thaws")
            self.world.thaw(process)

    async def _stop(self, slot: str, process: Process, worker: SimulatedWorker) -> None:
        try:
            await worker.stop()
        finally:
            self._tell(process.name, "has ended in order")
            self.world.outside(self._bury, slot, process)

    def _tell(self, who: str, what: str) -> None:
        self.story.append(f"{self.world.now:8.3f} s  {who}: {what}")

    # --- the end -------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Let every task come to its end: what is only thrown away would be heard of later."""
        self.world.before_turn = lambda _: None
        self.database.restart(1e9)
        tasks = [task for process in self._processes for task in process.tasks]
        for process in self._processes:
            process.alive = True
            self.world.thaw(process)
        for _ in range(5):
            left = [task for task in tasks if not task.done()]
            if not left:
                break
            for task in left:
                task.cancel()
            try:
                self.world.run_until(lambda: all(task.done() for task in left), 5_000, 60.0)  # noqa: B023 - used at once
            except Stuck:
                continue


def _lanes(name: str) -> dict[str, list[tuple[str, int]]]:
    lanes: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for tp in inputs_of(SERVICES[name]):
        lanes[lane_of(tp, foreign=tp[0] == CALLS)].append(tp)
    return dict(lanes)


@contextmanager
def _measured_by(world: World) -> Iterator[None]:
    """Stopwatches, chance and logs of the chassis are the schedule's own meanwhile."""
    before, state, logs = stopwatch.ticks, random.getstate(), structlog.get_config()
    stopwatch.ticks = world.time
    random.seed(world.chance.random())
    structlog.configure(processors=[_dropped])
    try:
        yield
    finally:
        stopwatch.ticks = before
        random.setstate(state)
        structlog.configure(**logs)


def _dropped(*_: object) -> str:
    raise structlog.DropEvent
