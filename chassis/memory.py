"""What the holder of a lane remembers of its keys, for as long as nobody else writes in the lane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from chassis.decider import C, Decider, Step
from chassis.service import Connection, Lane, Wanted
from chassis.timers import Timer

S = TypeVar("S")

REMEMBERED: Final = 3_000
"""So many keys of a lane; a state takes some ten kilobytes."""
_NAME: Final = "decider"


class NewerState(Exception):  # noqa: N818 - it says what was met
    """A stored state has a newer form than this version knows: an older version runs where a newer one wrote."""


class Known(NamedTuple, Generic[S]):
    """A state as it is stored, how many facts it was folded from, and the timer that it wants."""

    version: int
    state: S
    wanted: Wanted | None


class Foreseen(NamedTuple, Generic[S]):
    """What will happen to a key when its timer fires, unless something else happens before."""

    known: Known[S]
    step: Step[S]
    wanted: Wanted | None
    body: str


@dataclass(slots=True)
class Memory(Generic[S]):
    """The latest states of a lane, and what was worked out beforehand: up to which timer, and what follows."""

    states: dict[str, Known[S]] = field(default_factory=dict)
    foreseen: dict[str, Foreseen[S]] = field(default_factory=dict)
    looked_at: Timer | None = None

    def known(self, key: str) -> Known[S] | None:
        """The state of a key, if it is remembered."""
        known = self.states.get(key)
        if known is None and key in self.foreseen:
            known = self.foreseen[key].known
        return known

    def changed(self, key: str, known: Known[S]) -> None:
        """Remember a new state; whatever was foreseen of it is void."""
        self.foreseen.pop(key, None)
        self.states.pop(key, None)
        self.states[key] = known
        if len(self.states) > REMEMBERED:
            del self.states[next(iter(self.states))]


def memory_of(lane: Lane) -> Memory[Any]:
    """The memory of a lane; begins empty."""
    memory = lane.memory.get(_NAME)
    if not isinstance(memory, Memory):
        memory = lane.memory[_NAME] = Memory[Any]()
    return memory


async def load(connection: Connection, decider: Decider[S, C], keys: Iterable[str]) -> dict[str, Known[S]]:
    """Read states from the table."""
    rows = await connection.fetch("select key, version, form, body from state where key = any($1::text[])", list(keys))
    return {row["key"]: _known(decider, row["key"], row["version"], row["form"], row["body"]) for row in rows}


def _known(decider: Decider[S, C], key: str, version: int, form: int, body: str) -> Known[S]:
    if form > decider.form:
        raise NewerState(f"{key}: form {form}")
    state = decider.state.validate_json(body)
    return Known(version, state, None if decider.fired is None else decider.timer(state))
