"""Folding facts into states: turns pure functions (react, decide, evolve) into the work of a lane."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

from chassis.service import Cause, Connection, Heard, Instant
from schemas.message import Message

S = TypeVar("S")
C = TypeVar("C")

EVERYONE: Final = "*"
"""The key that a reaction gives to a command for all that `concerned` names, such as a new calendar."""


class Tell(NamedTuple):
    """A further topic that hears of a fact, besides the service's own."""

    topic: str
    key: str
    message: Message


class Change(NamedTuple, Generic[S]):
    """What one transaction did to one key, for read models: the state before and after, and the facts between."""

    key: str
    lane: str
    version: int
    before: S | None
    after: S
    facts: Sequence[tuple[Message, Cause]]


def _nothing_told(_state: object, _fact: Message, _cause: Cause) -> Sequence[Tell]:
    return ()


def _no_timers(_state: object) -> Mapping[str, Instant]:
    return {}


@dataclass(frozen=True)
class Decider(Generic[S, C]):
    """A service that remembers by folding its own facts; everything but `project` and `concerned` is pure.

    `decide` returns own facts, () being nothing to do. `evolve` is total; its instant is the cause's time. `timers`
    names the timers that a state wants, by due time; a fired one stays silent until its due time changes.
    """

    topic: str
    state: TypeAdapter[S]
    react: Callable[[Heard], Sequence[tuple[str, C]]]
    decide: Callable[[S | None, C, Cause], Sequence[Message]]
    evolve: Callable[[S | None, Message, Instant], S]
    tell: Callable[[S, Message, Cause], Sequence[Tell]] = _nothing_told
    timers: Callable[[S], Mapping[str, Instant]] = _no_timers
    fired: Callable[[str, Instant], C] | None = None
    concerned: Callable[[Connection, str, Heard], Awaitable[Sequence[str]]] | None = None
    project: Callable[[Connection, Sequence[Change[S]]], Awaitable[None]] | None = None
