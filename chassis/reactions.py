"""What a service does with each kind of fact that it hears: one function for each, entered where it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar, overload

from schemas.message import Message

X = TypeVar("X")
Y = TypeVar("Y")
S = TypeVar("S")
F = TypeVar("F", bound=Message)
G = TypeVar("G", bound=Message)
H = TypeVar("H", bound=Message)
T = TypeVar("T")

Reaction = Callable[[F, X], Y]
Change = Callable[[S, F, datetime], S]


class Reactions(Generic[X, Y]):
    """What a fact asks for, knowing `X`: `@table.on(Handled)` enters a function of that fact, or of up to three."""

    def __init__(self) -> None:
        self._reactions: dict[type[Message], Callable[[Any, X], Y]] = {}

    @property
    def facts(self) -> frozenset[type[Message]]:
        """Every kind of fact that asks for something."""
        return frozenset(self._reactions)

    def of(self, fact: type[Message]) -> Callable[..., Y] | None:
        """The function that is entered for a kind of fact."""
        return self._reactions.get(fact)

    @overload
    def on(self, fact: type[F], /) -> Callable[[Reaction[F, X, Y]], Reaction[F, X, Y]]: ...
    @overload
    def on(self, fact: type[F], other: type[G], /) -> Callable[[Reaction[F | G, X, Y]], Reaction[F | G, X, Y]]: ...
    @overload
    def on(
        self, fact: type[F], other: type[G], third: type[H], /
    ) -> Callable[[Reaction[F | G | H, X, Y]], Reaction[F | G | H, X, Y]]: ...
    def on(self, *facts: type[Message]) -> Callable[[Callable[[Any, X], Y]], Callable[[Any, X], Y]]:
        """Enter what these facts ask for; TypeError where one of them is entered already."""
        return lambda reaction: _entered(self._reactions, facts, reaction)

    def to(self, fact: Message, known: X) -> Y | None:
        """What a fact asks for; None for one that asks for nothing."""
        reaction = self._reactions.get(type(fact))
        return None if reaction is None else reaction(fact, known)


class Changes(Generic[S]):
    """What a fact changes: `@table.on(Handled)` enters how one state becomes the next, `begins` how one begins."""

    def __init__(self) -> None:
        self._changes: dict[type[Message], Callable[[Any, Any, datetime], S]] = {}
        self._beginnings: dict[type[Message], Callable[..., S]] = {}

    @property
    def facts(self) -> frozenset[type[Message]]:
        """Every kind of fact that changes something."""
        return frozenset(self._changes)

    def of(self, fact: type[Message]) -> Callable[..., S] | None:
        """The function that is entered for a kind of fact."""
        return self._beginnings.get(fact) or self._changes.get(fact)

    @overload
    def on(self, fact: type[F], /) -> Callable[[Change[S, F]], Change[S, F]]: ...
    @overload
    def on(self, fact: type[F], other: type[G], /) -> Callable[[Change[S, F | G]], Change[S, F | G]]: ...
    @overload
    def on(
        self, fact: type[F], other: type[G], third: type[H], /
    ) -> Callable[[Change[S, F | G | H]], Change[S, F | G | H]]: ...
    def on(self, *facts: type[Message]) -> Callable[[Callable[[S, Any, datetime], S]], Callable[[S, Any, datetime], S]]:
        """Enter what these facts change; TypeError where one of them is entered already."""
        return lambda change: _entered(self._changes, facts, change)

    def begins(self, fact: type[F]) -> Callable[[Reaction[F, datetime, S]], Reaction[F, datetime, S]]:
        """Enter what a fact puts in place of whatever was there."""

        def entered(beginning: Reaction[F, datetime, S]) -> Reaction[F, datetime, S]:
            _entered(self._changes, (fact,), lambda _before, said, at: beginning(said, at))
            self._beginnings[fact] = beginning
            return beginning

        return entered

    @overload
    def after(self, state: S, fact: Message, at: datetime) -> S: ...
    @overload
    def after(self, state: None, fact: Message, at: datetime) -> S | None: ...
    def after(self, state: S | None, fact: Message, at: datetime) -> S | None:
        """What a state is after a fact that was judged by the moment `at`; the same object where nothing changes."""
        kind = type(fact)
        change = self._changes.get(kind)
        if change is None or (state is None and kind not in self._beginnings):
            return state
        return change(state, fact, at)


def _entered(table: dict[type[Message], T], facts: tuple[type[Message], ...], entry: T) -> T:
    for fact in facts:
        if fact in table:
            raise TypeError(f"{fact.__name__} is entered twice")
        table[fact] = entry
    return entry
