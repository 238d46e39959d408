"""The tables, by what their codes are. Where the codes stand in `schemas`, a missing word is an error on import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from schemas import clocks, dispatch, inbound, notices, rules, tickets
from schemas.inbound import Action
from schemas.message import Message, contracts
from schemas.recognised import Sort
from schemas.values import (
    Channel,
    Clock,
    Contacted,
    DeskTaskKind,
    DoubtVerdict,
    Grade,
    Kind,
    RequesterKind,
    Ruling,
    Solved,
    TicketState,
    Tier,
    Unruled,
    Verified,
    WatchOrder,
)
from vocabulary.tables import NAMES, Table, complete, table

_FAMILIES: Final = {module.__name__.rpartition(".")[2] for module in (tickets, dispatch, clocks, notices, rules)}


def _facts() -> Iterator[str]:
    return (name for name, model in contracts().items() if model.family in _FAMILIES)


def _actions() -> Iterator[str]:
    for model in contracts().values():
        if issubclass(model, Action) and model.__module__.startswith(inbound.__name__):
            yield str(model.model_fields["do"].default)


def _heard() -> Mapping[str, str]:
    return {model.word: FACTS[name] for name, model in contracts().items() if issubclass(model, dispatch.DispatchFact)}


STATES: Final = complete("state", TicketState)
ACTIONS: Final = complete("action", _actions())
FACTS: Final = complete("fact", _facts())
CLOCKS: Final = complete("clock", Clock)
URGENT_CLOCKS: Final = table("urgent_clock")
CHANNELS: Final = complete("channel", Channel)
KINDS: Final = complete("kind", Kind)
REQUESTER_KINDS: Final = complete("requester_kind", RequesterKind)
TIERS: Final = complete("tier", Tier)
CONTACTED: Final = complete("contacted", Contacted)
SOLVED: Final = complete("solved", Solved)
GRADES: Final = complete("grade", Grade)
RULINGS: Final = complete("ruling", Ruling)
UNRULED: Final = complete("unruled", Unruled)
VERIFIED: Final = complete("verified", Verified)
WATCH_ORDERS: Final = complete("watch_order", WatchOrder)


def word(fact: type[Message]) -> str:
    """Return what a kind of fact is called."""
    return FACTS[fact.type_name]


STEPS: Final = Table("step", {**ACTIONS, **table("step")})
"""Whatever can happen to a ticket: actions, what clocks say, what other tickets ask."""
DUTIES: Final = Table("duty", {**ACTIONS, **table("duty")})
"""What the policy says who may do."""
HAPPENED: Final = Table("happened", {**_heard(), **table("happened")})
"""What has just happened to an order: a fact by the word under which departments hear of it, and what is no fact."""
TASKS: Final = complete("task", DeskTaskKind)
RECOGNISED: Final = complete("recognised", Sort)
QUEUES: Final = Table("queue", {**TASKS, **table("queue")})
"""What waits: at the desk, and beside it."""
WAITS: Final = table("waits_for")
CLOCK_STATUS: Final = table("clock_status")
CAPS: Final = table("cap")
GROUNDS: Final = table("ground")
"""Why a clock stood still or began anew, where that is no ground of the policy."""
PARTIES: Final = table("party")
PARTS: Final = table("part")
ROLES: Final = table("role")
SERVICES: Final = table("service")
METHODS: Final = table("method")
MODES: Final = table("mode")
WAYS: Final = table("way")
ERRORS: Final = table("error")
"""Why a message did not arrive; what follows a hyphen in the code is the other side's own number."""
DOUBTS: Final = table("doubt")
DOUBT_VERDICTS: Final = complete("doubt_verdict", DoubtVerdict)
REASONS: Final = table("reason")
OUTCOMES: Final = table("outcome")
REFUSALS: Final = table("refusal")
DEAD_LETTERS: Final = table("dead_letter")
RATES: Final = table("rate")
CALLBACKS: Final = table("callback")
AXES: Final = table("axis")
VERDICTS: Final = table("verdict")
NOTICES: Final = table("notice")
FIELDS: Final = table("field")
FIELDS_BESIDE: Final = table("field_beside")
"""Fields that nobody fills in by themselves."""
PARAMETERS: Final = table("parameter")
YES: Final = table("yes")
"""What the yes of a field says; NO has its no."""
NO: Final = table("no")
PASSAGES: Final = table("passage")


def choices_in_words(codes: Sequence[str]) -> str:
    """Name what a field can say, with the codes on the wire: 满意（satisfied）; of codes without words, the codes."""
    found = next((each for each in map(table, NAMES) if set(each) == set(codes)), None)
    return "、".join(f"{found[code]}（{code}）" if found else code for code in codes)


def clock_of(clock: str, tier: str | None) -> str:
    """Name a clock as it is for a ticket of this tier: what cannot be returned has a time to sign for it."""
    urgent = URGENT_CLOCKS.get(clock) if tier == Tier.URGENT else None
    return urgent or CLOCKS.said(clock)


def label(path: str) -> str:
    """Name a field for whoever has to correct it, with its name on the wire, such as 难易程度（tier）."""
    parts = [part for part in path.split(".") if not part.isdigit()]
    ends = (".".join(parts[start:]) for start in range(len(parts)))
    known = {**FIELDS_BESIDE, **FIELDS}
    word_ = next((known[end] for end in ends if end in known), None)
    return f"{word_}（{path}）" if word_ else path


def parameter(name: str) -> str:
    """Name a parameter of a query for whoever has to correct it, with its name on the wire, such as 指标（rate）."""
    return f"{PARAMETERS[name]}（{name}）" if name in PARAMETERS else name


def passage(name: str) -> str:
    """Name a text of a ticket for whoever has to point at it, such as 共同记录2（note-2）."""
    kind, _, number = name.partition("-")
    return f"{PASSAGES.said(kind)}{number}（{name}）"
