"""What a fact asks of its ticket's clocks: the reactions of sla are asked, with the fact in all its shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Final, NamedTuple, get_args

from rulebook import Policy
from schemas.dispatch import DispatchFact
from schemas.values import Clock
from services.sla.for_tools import ClockOrder, commands
from tools.pages.shapes import shapes
from vocabulary import CLOCKS

_SPARED: Final = "sparing"
_KINDS: Final[tuple[type, ...]] = get_args(ClockOrder)


class _Asked(NamedTuple):
    """What is asked, of which clocks, and which are spared."""

    verb: str
    clocks: tuple[Clock, ...]
    spared: tuple[Clock, ...]

    def __str__(self) -> str:
        of = f" {_named(self.clocks)}" if self.clocks else ""
        return f"`{self.verb}`{of}{f' but {_named(self.spared)}' if self.spared else ''}"


_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def asked(kind: type[DispatchFact], policy: Policy) -> str:
    """Everything that a fact can ask of clocks."""
    found: dict[_Asked, None] = {}
    for fact in shapes(kind):
        _, orders = commands(fact, policy, _SOME_DAY) or ("", ())
        found |= dict.fromkeys(map(_read, orders))
    return " · ".join(map(str, found))


def _read(order: ClockOrder) -> _Asked:
    named = {each.name: tuple(_clocks(getattr(order, each.name))) for each in fields(order)}
    spared = named.pop(_SPARED, ())
    return _Asked(type(order).__name__, tuple(clock for each in named.values() for clock in each), spared)


def _clocks(value: object) -> Iterator[Clock]:
    values = value if isinstance(value, frozenset) else {value} if isinstance(value, Clock) else ()
    yield from (clock for clock in Clock if clock in values)


def _named(clocks: Iterable[Clock]) -> str:
    return "、".join(CLOCKS[clock] for clock in clocks)


def legend() -> Iterator[str]:
    """What each thing that is asked of clocks means."""
    yield "## What is asked of clocks\n"
    yield "| word | what it asks |\n|---|---|"
    for kind in _KINDS:
        yield f"| `{kind.__name__}` | {(kind.__doc__ or '').strip()} |"
    yield ""
