"""docs/facts.md: each fact of a ticket's life, who says it, what it does, and what every service makes of it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from schemas.dispatch import DispatchFact
from schemas.requests import TicketRequest
from schemas.values import TicketState
from services.dispatch.for_tools import EPISODES, OPEN, Episode, Step, decide
from services.sla import for_tools as sla
from tools.lives import golden
from tools.pages.asked import asked, legend
from tools.pages.code import Function, Made, made, place_of
from tools.pages.effects import ROWS, effects_of
from tools.pages.heeded import codes, link, notices, policy, row, title, trace_rows, words
from tools.pages.other_facts import others, table_of_others
from vocabulary import TASKS

_CORE: Final = "services.dispatch.core"
_FEW: Final = 4

_HEAD: Final = """# The facts of a ticket's life

Made from the code by `make pages`; a test fails when this page says something else. Under each fact stands what the
trace says of the first of its kind in `schemas/golden/`, and then, as far as it applies:

- **Said**: the functions that say it, and the steps whose code leads there, whether or not a ticket ever goes that way;
  then the states in which these steps are legal. What a step is and needs stands in [lifecycle.md](lifecycle.md).
- **Ticket**: where the fact moves a ticket, and which of its fields it changes.
- **Departments**: under which word departments hear of it, and which. Whoever does not take part any more after a fact
  hears `released` besides, or the fact's own word.
- **Desk**, **Callbacks**: which tasks it opens and closes for the office, and what the callback agency hears. A task
  that only a state asks for is closed by every fact that moves the ticket out of that state.
- **Other tickets**: what it asks of them.
- **Clocks**: what it asks of the ticket's clocks, in the words at [the end of this page](#what-is-asked-of-clocks).
- **Notices**: which messages to people it can cause. Others wait for a clock: receipts and orders name a due time.
- **Trace**: what it writes beside the timeline, where every fact stands, and whose the ball is.

The facts of incidents, of the door, of clocks, of notices and of the rules follow after those of a ticket's life.

An *open state* is any of {open}.
"""


class Saying(NamedTuple):
    """Where a fact is said, and the step that leads there; None where the core says it in no step."""

    at: Made
    step: Step | None


def page() -> str:
    """The whole page."""
    sections = list(_sections())
    head = _HEAD.replace("{open}", codes(state for state in TicketState if state in OPEN))
    table = (
        "| episode | facts |",
        "|---|---|",
        *(row(episode.name, kinds) for episode, kinds in sections),
        *table_of_others(),
        "",
    )
    parts = (part for episode, kinds in sections for part in _section(episode, kinds))
    return "\n".join((head, *table, *parts, *others(), *legend()))


def _sections() -> Iterator[tuple[Episode, list[type[DispatchFact]]]]:
    """The facts of each episode; one that opens a ticket belongs where it is said first."""
    for episode in EPISODES:
        opening = [
            kind for kind, said in _said().items() if kind not in ROWS and said[0].at.place.path.stem == episode.name
        ]
        kinds = [*opening, *(row.heard for row in episode.facts)]
        if kinds:
            yield episode, kinds


def _section(episode: Episode, kinds: Iterable[type[DispatchFact]]) -> Iterator[str]:
    about = sys.modules[f"{_CORE}.episodes.{episode.name}"].__doc__ or ""
    yield f"## {episode.name}\n\n{about.strip()}\n"
    for kind in kinds:
        yield f"### {title(kind)}\n"
        sentence = words().fact(kind.type_name, dict(golden()[kind.type_name][0].value))
        yield f"“{sentence}” · `{kind.type_name}` · {place_of(kind).link}\n"
        yield from (f"- **{name}** {text}" for name, text in _rows(kind) if text)
        yield ""


def _rows(kind: type[DispatchFact]) -> Iterator[tuple[str, str]]:
    yield "Said", _by(kind)
    yield from _dispatch(kind)
    reaction = sla.clocks.of(kind)
    if reaction is not None:
        yield "Clocks", f"{link(reaction)}: {asked(kind, policy())}"
    yield "Notices", notices(kind)
    yield "Trace", trace_rows(kind)


# --- who says it -----------------------------------------------------------------------------------------------------


@cache
def _said() -> Mapping[type[DispatchFact], list[Saying]]:
    """Where each fact is said: by the steps, and by the core itself."""
    found: dict[type[DispatchFact], list[Saying]] = {}
    steps: list[tuple[Step | None, Function]] = [(step, step.decide) for episode in EPISODES for step in episode.steps]
    for step, code in (*steps, (None, decide)):
        for each in made(code, _CORE, DispatchFact):
            found.setdefault(each.kind, []).append(Saying(each, step))
    return found


def _by(kind: type[DispatchFact]) -> str:
    functions: dict[str, list[Saying]] = {}
    for saying in _said()[kind]:
        functions.setdefault(saying.at.function, []).append(saying)
    said = "; ".join(_in_function(name, sayings) for name, sayings in functions.items())
    sources = _sources(kind)
    return f"{said}. Legal in {_states(sources)}." if sources else f"{said}."


def _in_function(name: str, sayings: list[Saying]) -> str:
    place, steps = sayings[0].at.place.link, [saying.step for saying in sayings if saying.step]
    if not steps:
        return f"by the core itself, in no step, in `{name}` {place}"
    by = f"by {codes(dict.fromkeys(step.kind for step in steps))}"
    return f"{by} {place}" if {step.decide.__name__ for step in steps} == {name} else f"{by} in `{name}` {place}"


def _sources(kind: type[DispatchFact]) -> frozenset[TicketState]:
    return frozenset(state for saying in _said()[kind] if saying.step for state in saying.step.sources)


def _states(states: Collection[TicketState]) -> str:
    """Name states, by what they have in common where that is shorter."""
    among, missing = (
        [each for each in TicketState if each in states],
        [each for each in TicketState if each not in states],
    )
    closed = [each for each in among if each not in OPEN]
    lacking = [each for each in missing if each in OPEN]
    if len(missing) <= _FEW:
        return f"every state but {codes(missing)}"
    if len(among) <= _FEW or len(lacking) > _FEW:
        return codes(among)
    but = f" but {codes(lacking)}" if lacking else ""
    besides = f", and in {codes(closed)}" if closed else ""
    return f"every open state{but}{besides}"


# --- what dispatch makes of it ---------------------------------------------------------------------------------------


def _dispatch(kind: type[DispatchFact]) -> Iterator[tuple[str, str]]:
    entered, found = ROWS.get(kind), effects_of(kind, _sources(kind), policy())
    if entered is None:
        return
    if entered.fold is not None:
        moves = f"moves to {_states(found.to)}; " if found.to else ""
        changed = f"changes {codes(sorted(found.changes))}" if found.changes else "changes what it asked of another"
        yield "Ticket", f"{link(entered.fold)}: {moves}{changed}"
    if entered.heard_by is not None:
        yield (
            "Departments",
            f"hear `{kind.word}`: {entered.heard_by.__name__.strip('_').replace('_', ' ')} {link(entered.heard_by)}",
        )
    yield (
        "Desk",
        "; ".join(
            f"{verb} {'、'.join(TASKS[task] for task in TASKS if task in tasks)}"
            for verb, tasks in (("opens", found.opens), ("closes", found.closes))
            if tasks
        ),
    )
    yield "Callbacks", codes(sorted(found.callbacks))
    if entered.asks is not None:
        requests = dict.fromkeys(each.kind.__name__ for each in made(entered.asks, _CORE, TicketRequest))
        yield "Other tickets", f"{link(entered.asks)}: {codes(requests)}"
