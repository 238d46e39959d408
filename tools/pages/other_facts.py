"""The rest of docs/facts.md: facts of incidents, of the door, of clocks, of notices and of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Final, NamedTuple, get_args

from schemas import clocks, notices, rules, tickets
from schemas.dispatch import IncidentActed, IncidentFact, IncidentOpened, Opened
from schemas.examples import example
from schemas.inbound import CloseIncident, OnIncident, OpenIncident
from schemas.message import MODELS, Message
from services.dispatch.for_tools import LISTENS_TO, Incident, decide, evolve_incident, tell_of_incident
from tools.lives import golden
from tools.pages import heeded
from tools.pages.code import Made, made, place_of
from tools.pages.heeded import codes, row, title
from tools.pages.shapes import shapes, varied

_CORE: Final = "services.dispatch.core"
_FIELDS: Final = tuple(each.name for each in fields(Incident))


class Family(NamedTuple):
    """The facts of a thing that is no ticket: how they are called together, who says them, and where they stand."""

    name: str
    owner: str
    about: str
    kinds: tuple[type[Message], ...]


def _family(name: str, owner: str, about: str, base: type[Message]) -> Family:
    return Family(name, owner, about, tuple(kind for kind in MODELS.values() if issubclass(kind, base)))


FAMILIES: Final = (
    _family("incidents", "dispatch", "An incident (多人同诉) is a thing of its own.", IncidentFact),
    _family("the door", "intake", "What came in, and what the door made of it.", tickets.TicketFact),
    _family("clocks", "sla", "The clocks of a ticket.", clocks.ClockFact),
    _family("notices", "notify", "What people were told.", notices.NoticeFact),
    _family("rules", "the office", "What the office publishes to all services.", rules.RulesFact),
)


def table_of_others() -> Iterator[str]:
    """Lines of the table at the top."""
    for family in FAMILIES:
        yield row(family.name, family.kinds)


def others() -> Iterator[str]:
    """The sections of these facts."""
    for family in FAMILIES:
        yield f"## {family.name}\n\n{family.about} Said by {family.owner}.\n"
        for kind in family.kinds:
            yield f"### {title(kind)}\n"
            sentence = heeded.words().fact(kind.type_name, dict(golden()[kind.type_name][0].value))
            yield f"“{sentence}” · `{kind.type_name}` · {place_of(kind).link}\n"
            yield from (f"- **{name}** {text}" for name, text in _rows(kind) if text)
            yield ""


def _rows(kind: type[Message]) -> Iterator[tuple[str, str]]:
    if issubclass(kind, IncidentFact):
        yield "Said", "; ".join(f"in `{each.function}` {each.place.link}" for each in _said(kind))
        yield "Incident", codes(_changes(kind))
        yield "Others", codes(_asks(kind))
    elif kind in LISTENS_TO:
        yield "Ticket", "dispatch hears it: a step of [lifecycle.md](lifecycle.md) can follow"
    yield "Notices", heeded.notices(kind)
    yield "Trace", heeded.trace_rows(kind)


# --- what an incident makes of its facts -----------------------------------------------------------------------------


def _said(kind: type[IncidentFact]) -> list[Made]:
    return [each for each in _made() if each.kind is kind]


@cache
def _made() -> list[Made]:
    return made(decide, _CORE, IncidentFact)


@cache
def _incidents() -> tuple[Incident, ...]:
    return tuple(shapes(Incident))


def _facts(kind: type[IncidentFact]) -> Iterator[IncidentFact]:
    for values in varied(kind, kind.model_fields):
        yield kind.model_construct(**values)


def _changes(kind: type[IncidentFact]) -> list[str]:
    """The fields of an incident that a fact changes; all of them by the one that opens it."""
    changed: set[str] = set()
    for fact in _facts(kind):
        for before in _incidents():
            after = evolve_incident(before, fact)
            changed |= {
                each.name for each in fields(Incident) if getattr(before, each.name) != getattr(after, each.name)
            }
    return sorted(changed)


def _asks(kind: type[IncidentFact]) -> list[str]:
    """What members, and tickets that want to be, are asked or told."""
    return sorted(
        {type(tell.message).__name__ for fact in _examples(kind) for tell in tell_of_incident(_opened(), fact)}
    )


def _examples(kind: type[IncidentFact]) -> Iterator[IncidentFact]:
    """An example of a fact; of one act for many, each act that goes to members, with some that are still to come."""
    usual = _example(kind)
    if not isinstance(usual, IncidentActed):
        yield usual
        return
    members = tuple(each.ticket for each in (example(Opened),) if isinstance(each, Opened))
    for act in get_args(OnIncident):
        if act not in (OpenIncident, CloseIncident):
            yield IncidentActed(**{**dict(usual), "act": example(act), "members": members, "rest": members})


def _example(kind: type[IncidentFact]) -> IncidentFact:
    found = example(kind)
    if not isinstance(found, IncidentFact):
        raise TypeError(f"{kind.__name__} is a fact of an incident")
    return found


def _opened() -> Incident | None:
    return evolve_incident(None, _example(IncidentOpened))
