"""What an episode of a ticket's life is written in: steps with their legality beside them, facts with what they change.

Each module of `episodes/` makes one `Episode` and enters its steps and facts into it; `table.py` assembles them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from typing import Final, Generic, Literal, NamedTuple, Protocol, TypeVar

from schemas.clocks import ClockFact
from schemas.dispatch import DispatchFact
from schemas.inbound import Action
from schemas.message import Message
from schemas.naming import snake_case
from schemas.requests import CategoryRequest, IncidentRequest, TicketRequest
from schemas.values import DepartmentCode
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.ticket import Ticket

SAME: Final = "same"
"""The target of a step that leaves the main state as it is; a region beside it moves."""

Target = S | Literal["same"]


class Refusal(NamedTuple):
    """What speaks against a step: a machine's word, and a Chinese sentence that says what to do instead."""

    code: str
    reason: str


MOOT: Final = Refusal("moot", "该事项已不再涉及本工单。")
"""What speaks against a step that nobody waits for: it does not concern the ticket any more."""

M = TypeVar("M", bound=Message)
A = TypeVar("A", bound=Action)
R = TypeVar("R", bound=TicketRequest)
C = TypeVar("C", bound=ClockFact)
F = TypeVar("F", bound=DispatchFact)

Guard = Callable[["Draft", M], Refusal | None]
"""Says what speaks against an act; what asks the ticket alone is a `StateGuard`."""

Decision = Callable[["Draft", M], None]
Change = Callable[["Ticket", F, datetime], "Ticket"]
Readers = Callable[["Ticket", F], tuple[DepartmentCode, ...]]
"""Names the departments that hear of a fact, of those that take part after it."""

Stake = Callable[["Draft", M], str | None]
"""Says what is at stake where an act needs somebody else's approval; None where it does not."""

AnyRequest = TicketRequest | IncidentRequest | CategoryRequest
Asks = Callable[["Ticket", F], Iterator[AnyRequest]]
"""Names what follows from a fact for other tickets, for incidents, and for how categories fare."""


class StateGuard:
    """A guard that asks the ticket and whoever acts, and nothing of the act: whoever may act is told so beforehand."""

    __name__: str

    def __init__(self, ask: Callable[[Draft], Refusal | None]) -> None:
        self.ask: Final = ask
        update_wrapper(self, ask)

    def __call__(self, draft: Draft, _message: Message | None = None) -> Refusal | None:
        """Say what speaks against any act of the kind."""
        return self.ask(draft)


def state_guard(ask: Callable[[Draft], Refusal | None]) -> StateGuard:
    """Make a guard of what asks nothing of the act."""
    return StateGuard(ask)


class Step(Protocol):
    """One row of the table: a kind of command, where it is legal, what must hold, what it does, where it can lead."""

    @property
    def kind(self) -> str: ...
    @property
    def sources(self) -> frozenset[S]: ...
    @property
    def targets(self) -> frozenset[Target]: ...
    @property
    def guards(self) -> tuple[Callable[..., Refusal | None], ...]: ...
    @property
    def guard_names(self) -> tuple[str, ...]: ...
    @property
    def decide(self) -> Callable[..., None]: ...

    def against(self, draft: Draft, message: Message) -> Refusal | None:
        """The first of the guards that does not hold."""

    def at_stake(self, draft: Draft, message: Message) -> str | None:
        """What is at stake where somebody else has to approve the step; None where nobody has."""

    def take(self, draft: Draft, message: Message) -> None:
        """Decide: say facts."""


@dataclass(frozen=True)
class _Step(Generic[M]):
    kind: str
    heard: type[M]
    sources: frozenset[S]
    guards: tuple[Guard[M], ...]
    targets: frozenset[Target]
    decide: Decision[M]
    stake: Stake[M] | None

    @property
    def guard_names(self) -> tuple[str, ...]:
        return tuple(guard.__name__ for guard in self.guards)

    def against(self, draft: Draft, message: Message) -> Refusal | None:
        if isinstance(message, self.heard):
            for guard in self.guards:
                refused = guard(draft, message)
                if refused is not None:
                    return refused
        return None

    def at_stake(self, draft: Draft, message: Message) -> str | None:
        return self.stake(draft, message) if self.stake is not None and isinstance(message, self.heard) else None

    def take(self, draft: Draft, message: Message) -> None:
        if isinstance(message, self.heard):
            self.decide(draft, message)


class FactRow(Protocol):
    """One fact of a ticket's life: how it changes the ticket, and who else hears of it."""

    @property
    def heard(self) -> type[DispatchFact]: ...
    @property
    def fold(self) -> Callable[..., Ticket] | None: ...
    @property
    def heard_by(self) -> Callable[..., tuple[DepartmentCode, ...]] | None: ...
    @property
    def asks(self) -> Callable[..., Iterator[AnyRequest]] | None: ...

    def change(self, ticket: Ticket, fact: DispatchFact, at: datetime) -> Ticket:
        """The ticket after the fact."""

    def readers(self, ticket: Ticket, fact: DispatchFact) -> tuple[DepartmentCode, ...] | None:
        """The departments that hear of it, of those that take part; None where departments never do."""

    def requests(self, ticket: Ticket, fact: DispatchFact) -> Iterator[AnyRequest]:
        """What it asks of other tickets."""


@dataclass(frozen=True)
class _FactRow(Generic[F]):
    heard: type[F]
    fold: Change[F] | None
    heard_by: Readers[F] | None
    asks: Asks[F] | None

    def change(self, ticket: Ticket, fact: DispatchFact, at: datetime) -> Ticket:
        return self.fold(ticket, fact, at) if self.fold is not None and isinstance(fact, self.heard) else ticket

    def readers(self, ticket: Ticket, fact: DispatchFact) -> tuple[DepartmentCode, ...] | None:
        return self.heard_by(ticket, fact) if self.heard_by is not None and isinstance(fact, self.heard) else None

    def requests(self, ticket: Ticket, fact: DispatchFact) -> Iterator[AnyRequest]:
        return self.asks(ticket, fact) if self.asks is not None and isinstance(fact, self.heard) else iter(())


class Episode:
    """The steps and facts of one episode, in reading order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[Step] = []
        self.facts: list[FactRow] = []

    def action(
        self,
        action: type[A],
        states: AbstractSet[S],
        *guards: Guard[A],
        to: AbstractSet[Target] = frozenset({SAME}),
        approved: Stake[A] | None = None,
    ) -> Callable[[Decision[A]], Decision[A]]:
        """Enter what somebody may ask for in some states, if the guards hold; `to` is where it can lead.

        `approved` says when it waits for somebody else's approval, which leaves the state as it is.
        """
        to = to if approved is None else {SAME, *to}
        return self._step(str(action.model_fields["do"].default), action, states, guards, to, approved)

    def request(
        self, request: type[R], states: AbstractSet[S], *guards: Guard[R], to: AbstractSet[Target] = frozenset({SAME})
    ) -> Callable[[Decision[R]], Decision[R]]:
        """Enter what another ticket may ask for."""
        return self._step(snake_case(request.__name__), request, states, guards, to)

    def clock(
        self,
        kind: str,
        fact: type[C],
        states: AbstractSet[S],
        *guards: Guard[C],
        to: AbstractSet[Target] = frozenset({SAME}),
    ) -> Callable[[Decision[C]], Decision[C]]:
        """Enter what a clock's word leads to."""
        return self._step(kind, fact, states, guards, to)

    def begins(self, kind: str, fact: type[M], *, to: AbstractSet[Target]) -> Callable[[Decision[M]], Decision[M]]:
        """Enter how far a new ticket goes by itself, from the passing state `registered`."""
        return self._step(kind, fact, {S.REGISTERED}, (), to)

    def fact(
        self, fact: type[F], *, heard_by: Readers[F] | None = None, asks: Asks[F] | None = None
    ) -> Callable[[Change[F]], Change[F]]:
        """Enter how a fact changes the ticket, which departments hear of it, and what it asks of other tickets."""

        def entered(change: Change[F]) -> Change[F]:
            self.facts.append(_FactRow(fact, change, heard_by, asks))
            return change

        return entered

    def remembered(self, fact: type[F], *, heard_by: Readers[F] | None = None, asks: Asks[F] | None = None) -> None:
        """Enter a fact that changes nothing of the ticket."""
        self.facts.append(_FactRow(fact, None, heard_by, asks))

    def _step(
        self,
        kind: str,
        heard: type[M],
        states: AbstractSet[S],
        guards: Sequence[Guard[M]],
        to: AbstractSet[Target],
        stake: Stake[M] | None = None,
    ) -> Callable[[Decision[M]], Decision[M]]:
        def entered(decision: Decision[M]) -> Decision[M]:
            self.steps.append(_Step(kind, heard, frozenset(states), tuple(guards), frozenset(to), decision, stake))
            return decision

        return entered
