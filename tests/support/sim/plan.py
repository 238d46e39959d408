"""What happens to a simulated city: who calls, and which blows fall; all of it follows from a seed."""

from __future__ import annotations

import random
from enum import StrEnum
from typing import Final, NamedTuple

SLOTS: Final = ("door-a", "door-b", "life-a", "life-b")
_KEYS: Final = 3
_TURNS: Final = 200
"""A worker has about so many turns while there is something to do."""


class Blow(StrEnum):
    """What befalls a worker at one of its turns, or the foundations meanwhile."""

    KILLED = "killed"
    FROZEN = "frozen"
    STOPPED = "stopped"
    CUT_OFF = "cut off from the database"
    DATABASE = "the database restarts"
    BROKER = "the broker is away"
    UNACKNOWLEDGED = "an acknowledgement is lost"
    LATE = "what is sent arrives late"
    CLOCK = "a clock jumps"
    FORGOTTEN = "the broker forgets what it acknowledges"
    """Kafka promises that this never happens; no seed leads to it, and what it breaks must be found."""


_OFTEN: Final = {
    Blow.KILLED: 6,
    Blow.FROZEN: 5,
    Blow.STOPPED: 3,
    Blow.CUT_OFF: 3,
    Blow.DATABASE: 1,
    Blow.BROKER: 1,
    Blow.UNACKNOWLEDGED: 2,
    Blow.LATE: 2,
    Blow.CLOCK: 1,
}
_SECONDS: Final = {Blow.FROZEN: 25.0, Blow.DATABASE: 3.0, Blow.BROKER: 8.0, Blow.LATE: 10.0, Blow.CLOCK: 60.0}


class Call(NamedTuple):
    """What somebody sends: at which moment, for which key, and whether it can be read."""

    n: int
    at: float
    key: str
    partition: int
    wait: float | None
    readable: bool


class Fault(NamedTuple):
    """One blow, at a turn of a worker, for so many seconds."""

    slot: str
    turn: int
    blow: Blow
    seconds: float


class Plan(NamedTuple):
    """A whole schedule: the seed decides who has their turn, too."""

    seed: int
    calls: tuple[Call, ...]
    faults: tuple[Fault, ...]


def planned(seed: int) -> Plan:
    """The schedule of a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    calls = tuple(_call(n, chance) for n in range(chance.randint(3, 9)))
    faults = tuple(_fault(chance) for _ in range(chance.randint(1, 5)))
    return Plan(seed, calls, faults)


def _call(n: int, chance: random.Random) -> Call:
    wait = chance.choice((None, None, 0.5, 2.0, 6.0))
    key = f"T{chance.randrange(_KEYS)}"
    return Call(n, chance.uniform(0.0, 3.0), key, chance.randrange(2), wait, chance.random() > 0.1)


def _fault(chance: random.Random) -> Fault:
    blow = chance.choices(list(_OFTEN), list(_OFTEN.values()))[0]
    most = _SECONDS.get(blow, 0.0)
    seconds = chance.uniform(-most if blow is Blow.CLOCK else 0.0, most)
    return Fault(chance.choice(SLOTS), chance.randrange(_TURNS), blow, seconds)
