"""What each fact does to a ticket: the core is asked, with tickets of every shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Final, get_type_hints

from rulebook import Policy
from schemas.dispatch import DispatchFact, Opened
from schemas.examples import example
from schemas.public import CallbackRequest
from schemas.values import DeskTaskKind, TicketState
from services.dispatch.for_tools import EPISODES, FactRow, Rules, Seen, Ticket, evolve, seen, tell_callback_agency
from tools.pages.shapes import AT, shapes, varied

ROWS: Final[Mapping[type[DispatchFact], FactRow]] = {row.heard: row for each in EPISODES for row in each.facts}

_AT_WORK: Final = TicketState.IN_PROGRESS
"""Where most of what can happen beside the main state happens."""
_GIVEN: Final = ("id", "matter", "standing", "order", "before")


@dataclass
class Effects:
    """What a fact can do: the fields that it changes, where a ticket goes, desk tasks and callbacks that it moves."""

    changes: set[str] = field(default_factory=set)
    to: set[TicketState] = field(default_factory=set)
    opens: set[DeskTaskKind] = field(default_factory=set)
    closes: set[DeskTaskKind] = field(default_factory=set)
    callbacks: set[str] = field(default_factory=set)


def effects_of(kind: type[DispatchFact], sources: Collection[TicketState], policy: Policy) -> Effects:
    """What a fact can do to a ticket, if steps say it in these states; nothing for one that opens a ticket."""
    found, row, rules = Effects(), ROWS.get(kind), Rules(policy)
    if row is None:
        return found
    usual = next((state for state in TicketState if state in sources), _AT_WORK)
    tickets = [*_standing(), *_in_all_shapes(_AT_WORK if _AT_WORK in sources else usual)]
    for fact in _facts(kind):
        for ticket in tickets:
            after = row.change(ticket, fact, AT)
            now = seen(after)
            _add(found, ticket, after, now)
            if ticket.state in sources:
                found.closes |= {*ticket.before.desk} - {*now.desk}
                heard = (tell.message for tell in tell_callback_agency(after, fact, now, rules))
                found.callbacks |= {each.happened for each in heard if isinstance(each, CallbackRequest)}
    return found


def _add(found: Effects, ticket: Ticket, after: Ticket, now: Seen) -> None:
    if after is ticket:
        return
    found.changes |= {name for name in _FIELDS if getattr(ticket, name) != getattr(after, name)}
    found.opens |= {*now.desk} - {*ticket.before.desk}
    if after.state is not ticket.state:
        found.to.add(after.state)


_FIELDS: Final = tuple(each.name for each in fields(Ticket) if each.name != "before")


def _facts(kind: type[DispatchFact]) -> Iterator[DispatchFact]:
    """A fact in all its shapes, by one and the same author."""
    for values in varied(kind, kind.model_fields, DispatchFact.model_fields):
        yield kind.model_construct(**values)


@cache
def _standing() -> Sequence[Ticket]:
    """A ticket in each place where it can stand."""
    opened = evolve(None, example(Opened), AT)
    if not isinstance(opened, Ticket):
        raise TypeError("what was opened is a ticket")
    (first, *_) = varied(Ticket, [*_FIELDS, "before"])
    marks = {"fell_back": opened.fell_back, "would_lead": opened.would_lead}
    ticket = Ticket(**{**first, "id": opened.id, "matter": opened.matter, **marks})
    return [_noted(replace(ticket, standing=each)) for each in shapes(get_type_hints(Ticket)["standing"])]


@cache
def _in_all_shapes(state: TicketState) -> Sequence[Ticket]:
    """A ticket in a state, with every shape of all else."""
    ticket = next(each for each in _standing() if each.state is state)
    given = {name: getattr(ticket, name) for name in _GIVEN}
    return [_noted(Ticket(**{**values, **given})) for values in varied(Ticket, [*_FIELDS, "before"], _GIVEN)]


def _noted(ticket: Ticket) -> Ticket:
    """A ticket that knows what others saw of it, as before every fact."""
    return replace(ticket, before=seen(ticket))
