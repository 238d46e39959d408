"""What turns pure functions (react, decide, evolve) into a service that remembers by folding its own facts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

from chassis.service import Cause, Connection, Fact, Heard, Instant, NextTimer, Say, Tell
from chassis.timers import Timer
from schemas.envelope import derived_id
from schemas.message import Message

S = TypeVar("S")
C = TypeVar("C")

EVERYONE: Final = "*"
"""The key that a reaction gives to a command for all that `concerned` names, such as a new calendar."""


class Change(NamedTuple, Generic[S]):
    """What one transaction did to one key, for read models: the state before and after, and the facts between."""

    key: str
    lane: str
    version: int
    before: S | None
    after: S
    facts: Sequence[tuple[Message, Cause]]


def _tells_nothing(_state: object, _fact: Message, _cause: Cause) -> Sequence[Tell]:
    return ()


def _no_timer(_state: object) -> NextTimer | None:
    return None


@dataclass(frozen=True)
class Decider(Generic[S, C]):
    """A service that remembers by folding its own facts; everything but `project` and `concerned` is pure.

    `decide` returns own facts, () being nothing to do. `evolve` is total; its instant is the cause's time. `timer` is
    the one that a state wants; a fired one stays silent until another is wanted. `form` numbers the shape of the stored
    state; code that meets a newer one than its own stops.
    """

    topic: str
    state: TypeAdapter[S]
    react: Callable[[Heard], Sequence[tuple[str, C]]]
    decide: Callable[[S | None, C, Cause], Sequence[Message]]
    evolve: Callable[[S | None, Message, Instant], S]
    tell: Callable[[S, Message, Cause], Sequence[Tell]] = _tells_nothing
    timer: Callable[[S], NextTimer | None] = _no_timer
    fired: Callable[[NextTimer], C] | None = None
    concerned: Callable[[Connection, str, Heard], Awaitable[Sequence[str]]] | None = None
    project: Callable[[Connection, Sequence[Change[S]]], Awaitable[None]] | None = None
    form: int = 1

    def written(self, state: S) -> str:
        """The state as JSON: what is not there is not written, and read as not there."""
        return self.state.dump_json(state, exclude_none=True).decode()


class Stepped(NamedTuple, Generic[S]):
    """What one command did to one state: the facts, the state after them, and what is said."""

    state: S | None
    facts: Sequence[tuple[Message, Cause]]
    says: Sequence[Say]


def step(decider: Decider[S, C], lane: str, key: str, state: S | None, command: C, cause: Cause) -> Stepped[S]:
    """Decide and evolve: the same whether it is done now or was done beforehand."""
    facts, says = list[tuple[Message, Cause]](), list[Say]()
    for fact in decider.decide(state, command, cause):
        done = taken(decider, Fact(lane, key, fact, cause), state)
        state = done.state
        facts += done.facts
        says += done.says
    return Stepped(state, facts, says)


def taken(decider: Decider[S, C], fact: Fact, state: S | None) -> Stepped[S]:
    """Fold one fact: the same whether it was just decided or is taken from the topic on which it stands."""
    lane, key, message, cause = fact
    after = decider.evolve(state, message, cause.time)
    tells = [Say(lane, *onward[:3], cause, onward.veil) for onward in decider.tell(after, message, cause)]
    return Stepped(after, [(message, cause)], [Say(lane, decider.topic, key, message, cause), *tells])


def cause_of(timer: Timer) -> Cause:
    """Why something happens when nothing but time has passed."""
    return Cause(derived_id(timer.key, timer.name, timer.due.isoformat()), timer.key, timer.due)
