"""docs/facts.md: each fact of a ticket's life, who says it, what it does, and what every service makes of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from chassis.frozen import replace
from rulebook import Policy, load_policy
from schemas.dispatch import DispatchFact
from schemas.examples import example
from schemas.requests import TicketRequest
from schemas.values import TicketState
from services.dispatch.for_tools import EPISODES, OPEN, Episode, Step, decide
from services.notify import for_tools as notify
from services.sla import for_tools as sla
from services.trace import for_tools as trace
from tools.layout import POLICY
from tools.pages.asked import asked, legend
from tools.pages.code import Function, Made, keywords, made, place_of, texts
from tools.pages.effects import ROWS, effects_of
from vocabulary import FACTS, NOTICES, TASKS

_CORE: Final = "services.dispatch.core"
_FEW: Final = 4

_HEAD: Final = """# The facts of a ticket's life

Made from the code by `make pages`; a test fails when this page says something else. Under each fact stands what the
trace says of the example in `schemas/golden/`, and then, as far as it applies:

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

An *open state* is any of {open}.
"""


class Saying(NamedTuple):
    """Where a fact is said, and the step that leads there; None where the core says it in no step."""

    at: Made
    step: Step | None


def page() -> str:
    """The whole page."""
    sections = list(_sections())
    head = _HEAD.replace("{open}", _codes(state for state in TicketState if state in OPEN))
    table = ("| episode | facts |", "|---|---|", *(_row(episode, kinds) for episode, kinds in sections), "")
    told = (part for episode, kinds in sections for part in _section(episode, kinds))
    return "\n".join((head, *table, *told, *legend()))


def _sections() -> Iterator[tuple[Episode, list[type[DispatchFact]]]]:
    """The facts of each episode; one that opens a ticket belongs where it is said first."""
    for episode in EPISODES:
        opening = [
            kind for kind, said in _said().items() if kind not in ROWS and said[0].at.place.path.stem == episode.name
        ]
        kinds = [*opening, *(row.heard for row in episode.facts)]
        if kinds:
            yield episode, kinds


def _row(episode: Episode, kinds: Iterable[type[DispatchFact]]) -> str:
    links = (f"[{kind.__name__}](#{anchor(_title(kind))}) {FACTS[kind.type_name]}" for kind in kinds)
    return f"| [{episode.name}](#{episode.name}) | {', '.join(links)} |"


def _title(kind: type[DispatchFact]) -> str:
    return f"`{kind.__name__}` {FACTS[kind.type_name]}"


def anchor(title: str) -> str:
    """The name under which a heading of a page is linked to."""
    return re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")


def _section(episode: Episode, kinds: Iterable[type[DispatchFact]]) -> Iterator[str]:
    about = sys.modules[f"{_CORE}.episodes.{episode.name}"].__doc__ or ""
    yield f"## {episode.name}\n\n{about.strip()}\n"
    for kind in kinds:
        yield f"### {_title(kind)}\n"
        sentence = _words().fact(kind.type_name, example(kind).model_dump(mode="json"))
        yield f"“{sentence}” · `{kind.type_name}` · {place_of(kind).link}\n"
        yield from (f"- **{name}** {text}" for name, text in _told(kind) if text)
        yield ""


def _told(kind: type[DispatchFact]) -> Iterator[tuple[str, str]]:
    yield "Said", _by(kind)
    yield from _dispatch(kind)
    reaction = sla.clocks.of(kind)
    if reaction is not None:
        yield "Clocks", f"{_link(reaction)}: {asked(kind, _policy())}"
    yield "Notices", _notices(kind)
    yield "Trace", _trace(kind)


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
    by = f"by {_codes(dict.fromkeys(step.kind for step in steps))}"
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
        return f"every state but {_codes(missing)}"
    if len(among) <= _FEW or len(lacking) > _FEW:
        return _codes(among)
    but = f" but {_codes(lacking)}" if lacking else ""
    besides = f", and in {_codes(closed)}" if closed else ""
    return f"every open state{but}{besides}"


# --- what dispatch makes of it ---------------------------------------------------------------------------------------


def _dispatch(kind: type[DispatchFact]) -> Iterator[tuple[str, str]]:
    row, found = ROWS.get(kind), effects_of(kind, _sources(kind), _policy())
    if row is None:
        return
    if row.fold is not None:
        moves = f"moves to {_states(found.to)}; " if found.to else ""
        changed = f"changes {_codes(sorted(found.changes))}" if found.changes else "changes what it asked of another"
        yield "Ticket", f"{_link(row.fold)}: {moves}{changed}"
    if row.heard_by is not None:
        yield (
            "Departments",
            f"hear `{kind.word}`: {row.heard_by.__name__.strip('_').replace('_', ' ')} {_link(row.heard_by)}",
        )
    yield (
        "Desk",
        "; ".join(
            f"{verb} {'、'.join(TASKS[task] for task in TASKS if task in tasks)}"
            for verb, tasks in (("opens", found.opens), ("closes", found.closes))
            if tasks
        ),
    )
    yield "Callbacks", _codes(sorted(found.callbacks))
    if row.asks is not None:
        requests = dict.fromkeys(each.kind.__name__ for each in made(row.asks, _CORE, TicketRequest))
        yield "Other tickets", f"{_link(row.asks)}: {_codes(requests)}"


# --- what notify and trace make of it --------------------------------------------------------------------------------


def _notices(kind: type[DispatchFact]) -> str:
    wish = notify.wishes.of(kind)
    if wish is None:
        return ""
    known = {template.code for template in _policy().templates}
    found = (text for text in dict.fromkeys(texts(wish, "services.notify")) if text in known)
    return f"{_link(wish)}: {'、'.join(NOTICES[template] for template in found)}"


def _trace(kind: type[DispatchFact]) -> str:
    tables = (("of the ticket", trace.summaries.of(kind)), ("of its order", trace.orders.of(kind)))
    return "; ".join(f"{_link(code)}: {what} {_written(code)}" for what, code in tables if code is not None)


def _written(code: Function) -> str:
    """The fields that a function of the trace writes; one that writes none makes a new row."""
    written = sorted(set(keywords(code, "services.trace", replace)))
    return _codes(written) if written else "a new row"


# --- how it is written -----------------------------------------------------------------------------------------------


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _link(function: Function) -> str:
    return place_of(function).link


@cache
def _policy() -> Policy:
    return load_policy(POLICY)


@cache
def _words() -> trace.Words:
    return trace.Words(_policy())
