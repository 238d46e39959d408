"""Five million pending timers, and those that come due while it is measured: none early, and how late they are.

The rows are put into sla's tables while it does not run, as its own transactions would have left them. The five million
are due weeks later; those that are measured belong to tickets with four running clocks, of which one comes due. The
topic is read afterwards: the broker's stamps say when it had each message, and nobody takes part in the work meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import asyncpg

from bench import cpu
from bench.figures import Figure, percentile
from bench.place import Late, connected, until
from chassis import store
from rulebook import load_policy
from rulebook.deriving import ClockRules
from schemas.envelope import partition_of
from schemas.layout import ONE_MACHINE
from schemas.owner import Owner
from schemas.principals import OPERATORS
from schemas.registry import CLOCKS, DISPATCH, RULES
from schemas.values import Clock, OfficialDue, Tier
from services.sla.core import commands as c
from services.sla.core.decide import decide
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks, Running
from services.sla.work import STATE
from tools.client.kafka import listener
from tools.local.instance import Announce, Instance
from worktime import load_calendar

_START_SECONDS: Final = 40.0
_BACKLOG: Final = 10_000
_BURST: Final = 20_000
_WORKERS: Final = ("1", "2")
"""As an operator would run it where timers are many: one for each core."""
_PATIENCE: Final = 120.0
_STAMP_SECONDS: Final = 0.001
"""The broker's stamps are whole milliseconds, cut off."""
_LEAD: Final = Owner("department:greening")


class Wave(NamedTuple):
    """So many timers, due one after another within some seconds (0: all at once) from a moment on."""

    digit: int
    size: int
    seconds: float
    begins: datetime

    def due(self, number: int) -> datetime:
        """When one of them is due."""
        return self.begins + timedelta(seconds=self.seconds * number / self.size)

    def key(self, number: int) -> str:
        """Whose it is: a ticket's number."""
        return f"{self.digit}{number:013d}"


class Fired(NamedTuple):
    """One timer as it was told on the topic: when it was due and when the broker had it."""

    due: datetime
    delivered: datetime

    @property
    def late(self) -> float:
        """Seconds; negative when it came too early."""
        return (self.delivered - self.due).total_seconds()


async def measure(instance: Instance, pending: int, announce: Announce, *, quick: bool) -> list[Figure]:
    """Fire timers beside the pending ones: those of an outage, a steady flow, a burst, and as many as it can."""
    connection = await connected(instance.postgres_dsn(), "sla")
    await _begin(connection)
    announce(f"Timers: putting {pending:,} pending ones into the table")
    await _pending(connection, pending)
    begins = datetime.now(UTC) + timedelta(seconds=_START_SECONDS)
    waves = [
        Wave(1, 2_000 if quick else 10_000, 2 if quick else 10, begins),
        Wave(2, _BURST, 0, begins + timedelta(seconds=5 if quick else 15)),
        Wave(3, 20_000 if quick else 40_000, 0, begins + timedelta(seconds=15 if quick else 30)),
        Wave(4, _BACKLOG, 0, begins - timedelta(hours=1)),
    ]
    template = _state(instance)
    for wave in waves:
        await _arm(connection, wave, template)
    await connection.execute("analyze timer, state")
    await connection.close()
    for worker in _WORKERS:
        instance.start_services(["sla"], worker=worker)
    if datetime.now(UTC) > begins:
        raise Late("sla was not up before the first timer was due")
    announce("Timers: waiting for those that come due")
    idle = cpu.spent(instance)
    fired = await _fired(instance, waves)
    spent = cpu.since(instance, idle)
    workers = [name for name in spent if name.startswith("sla")]
    instance.stop(*workers)
    count = sum(wave.size for wave in waves)
    besides = ", ".join(f"{name} {1e6 * spent[name] / count:.0f}" for name in ("postgres", "kafka"))
    of_sla = sum(spent[name] for name in workers)
    cost = Figure("… processor time of sla for a timer", 1e6 * of_sla / count, "µs", note=besides)
    return [*_figures(fired, pending), cost]


async def _begin(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    async with connection.transaction():
        lanes = {str(n): [(topic, n) for topic in (DISPATCH, RULES)] for n in range(ONE_MACHINE.lanes)}
        await store.create_lanes(connection, lanes)


async def _pending(connection: asyncpg.Connection[asyncpg.Record], count: int) -> None:
    # Nobody checks five million foreign keys that are known to hold.
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        "insert into timer (key, lane, name, due, status)"
        " select 'pending-' || n, (n % $2)::text, 'handling.due.0',"
        " now() + interval '7 days' + n % 5000000 * interval '1 second', 'pending' from generate_series(1, $1::int) n",
        count,
        ONE_MACHINE.lanes,
        timeout=600,
    )
    await connection.execute("vacuum analyze timer", timeout=600)


def _state(instance: Instance) -> Clocks:
    """The clocks of a ticket that was just dispatched, all of them due weeks later."""
    rules = ClockRules(load_policy(instance.policy), load_calendar(instance.policy / "calendar"))
    now, state = datetime.now(UTC), None
    for command in (
        c.Start(Clock.CITIZEN, Owner("office:desk"), tier=Tier.COMPLEX),
        c.Lead(_LEAD, Tier.COMPLEX, binding=False),
    ):
        for fact in decide(rules, state, command, "0" * 14, now):
            state = evolve(state, fact, now)
    if state is None:
        raise RuntimeError("no clock was started")
    later = OfficialDue(at=now + timedelta(days=30))
    clocks = tuple(clock.model_copy(update={"due": later, "remind_at": None}) for clock in state.clocks)
    return state.model_copy(update={"clocks": clocks})


async def _arm(connection: asyncpg.Connection[asyncpg.Record], wave: Wave, template: Clocks) -> None:
    states, timers = [], []
    running = next(clock for clock in template.clocks if isinstance(clock, Running) and clock.clock is Clock.HANDLING)
    for number in range(wave.size):
        key, due = wave.key(number), wave.due(number)
        lane = str(partition_of(key, ONE_MACHINE.lanes))
        clock = running.model_copy(update={"due": OfficialDue(at=due)})
        state = template.with_clock(clock).model_copy(update={"ticket": key})
        states.append((key, lane, 1, 1, STATE.dump_json(state).decode()))
        timers.append((key, lane, f"{clock.id}.due.{clock.round}", due, "pending"))
    await connection.copy_records_to_table("state", records=states, columns=["key", "lane", "version", "form", "body"])
    lanes = Counter(lane for _, lane, *_ in states)
    await connection.executemany(
        "insert into tally values ($1, $2, 'running', $3)"
        " on conflict (lane, clock, status) do update set count = tally.count + excluded.count",
        [(lane, clock.clock.value, count) for lane, count in lanes.items() for clock in template.clocks],
    )
    await connection.copy_records_to_table("timer", records=timers, columns=["key", "lane", "name", "due", "status"])


async def _fired(instance: Instance, waves: Sequence[Wave]) -> dict[int, list[Fired]]:
    dues = {wave.key(number): (wave.digit, wave.due(number)) for wave in waves for number in range(wave.size)}
    fired: dict[int, list[Fired]] = {wave.digit: [] for wave in waves}
    heard: Counter[str] = Counter()
    last = max(wave.begins for wave in waves)
    async with listener(instance.broker(OPERATORS), [CLOCKS]) as consumer:

        async def all_delivered() -> bool:
            ends = await consumer.end_offsets(consumer.assignment())
            return bool(sum(ends.values()) >= len(dues))

        patience = (last - datetime.now(UTC)).total_seconds() + _PATIENCE
        await until(all_delivered, patience, f"{len(dues):,} timers on their topic", every=0.5)
        while heard.total() < len(dues):
            for records in (await consumer.getmany(timeout_ms=200, max_records=5_000)).values():
                for record in records:
                    key = (record.key or b"").decode()
                    if key in dues and not heard[key]:
                        heard[key] += 1
                        delivered = datetime.fromtimestamp(record.timestamp / 1000, UTC)
                        digit, due = dues[key]
                        fired[digit].append(Fired(due, delivered))
    return fired


def _figures(fired: dict[int, list[Fired]], pending: int) -> list[Figure]:
    beside = f"beside {pending:,} pending"
    everything = [each for wave in fired.values() for each in wave]
    early = sum(each.late < -_STAMP_SECONDS for each in everything)
    steady, burst, flood, backlog = fired.values()
    lateness = [each.late for each in steady]
    delivered = sorted(each.delivered for each in backlog)
    after_outage = len(backlog) / max((delivered[-1] - delivered[0]).total_seconds(), 0.001)
    through = len(flood) / max(each.late for each in flood)
    return [
        Figure("timers fired through the topic", through, "timers/s", 10_000, note=f"{len(flood):,} at once, {beside}"),
        Figure(
            "… not precomputed, by one worker", after_outage, "timers/s", note=f"{len(backlog):,} overdue at its start"
        ),
        Figure("timers fired early", early, "timers", 0, "less", f"of {len(everything):,}"),
        Figure("lateness, 99 % (1,000 due a second)", 1000 * percentile(lateness, 0.99), "ms", 250, "less", beside),
        Figure("lateness, median", 1000 * percentile(lateness, 0.5), "ms"),
        Figure("a burst of 20,000 told within", max(each.late for each in burst), "s", 3, "less", beside),
    ]
