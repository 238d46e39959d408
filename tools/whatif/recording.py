"""What a running system recorded: what came in, what was suggested, and what became of it, read from its topics."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chassis.broker import Broker
from rulebook import Policy
from schemas.dispatch import Adjudicated, CategorySuggested, DispatchFact, Opened, ReturnOverruled, ReturnUpheld
from schemas.message import Message
from schemas.registry import DISPATCH, RULES, TICKETS, model_of
from schemas.rules import RulesFact
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from services.dispatch.for_tools import Guess, Suggest
from tools.client.log import Counted, TopicRecord, read_topics
from tools.errors import SaidClearly
from tools.whatif.compare import history_of
from tools.whatif.world import Happened, History, Input

_RULINGS: Final = (Adjudicated, ReturnOverruled, ReturnUpheld)
_WHOLE: Final = 14
"""The length of a ticket's number without the digit of a part."""


class Recording(NamedTuple):
    """Inputs since a moment, what was suggested for which text, and what became of the tickets.

    `ruled` are the lives of older tickets on which there was a ruling, for that is a precedent.
    """

    inputs: tuple[Input, ...]
    suggested: dict[str, CategorySuggested]
    history: History
    ruled: History


async def read(broker: Broker, since: datetime, counted: Counted) -> Recording:
    """Read a system's topics: tickets registered since a moment, with all that was done on them later."""
    stood = [record async for record in read_topics(broker, [TICKETS, DISPATCH, RULES], counted)]
    return gather([_read(record) for record in stood if record.envelope is not None], since)


def gather(messages: Sequence[Input], since: datetime) -> Recording:
    """Sort out what a replay needs; a message that was published twice counts once."""
    unique = {each.id: each for each in messages}.values()
    begun = {
        each.message.ticket for each in unique if isinstance(each.message, Registered | Answered) and each.at >= since
    }
    inputs, facts = [], []
    texts: dict[str, str] = {}
    guesses: dict[str, CategorySuggested] = {}
    for each in unique:
        match each.message:
            case Registered() | Answered() | ActionReceived() as fact if fact.ticket[:_WHOLE] in begun:
                inputs.append(each)
            case RulesFact():
                inputs.append(each)
            case IncidentActionReceived() if each.at >= since:
                inputs.append(each)
            case DispatchFact() as fact if fact.ticket[:_WHOLE] in begun:
                facts.append((fact.ticket, Happened(each.at, fact)))
                if isinstance(fact, Opened):
                    texts[fact.ticket] = fact.text
                elif isinstance(fact, CategorySuggested) and fact.ticket in texts:
                    guesses.setdefault(texts[fact.ticket], fact)
            case _:
                pass
    return Recording(_distinct_rules(inputs), guesses, history_of(facts), history_of(_older_lives(unique, begun)))


def _older_lives(messages: Iterable[Input], begun: Container[str]) -> Iterable[tuple[str, Happened]]:
    ruled = {each.message.ticket for each in messages if isinstance(each.message, _RULINGS)}
    for each in messages:
        fact = each.message
        if isinstance(fact, DispatchFact) and fact.ticket in ruled and fact.ticket[:_WHOLE] not in begun:
            yield fact.ticket, Happened(each.at, fact)


def _distinct_rules(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """A publication of rules stands in every partition; one world hears it once."""
    seen: set[bytes] = set()
    kept = []
    for each in inputs:
        if isinstance(each.message, RulesFact):
            body = each.message.to_json()
            if body in seen:
                continue
            seen.add(body)
        kept.append(each)
    return tuple(kept)


def suggest_as_recorded(recorded: Recording, present: Policy, policy: Policy) -> Suggest:
    """Suggest what was suggested then; whether it counts, the other policy decides anew where it trusts otherwise."""
    trust = policy.automation.suggestion
    changed = present.automation.suggestion != trust

    def suggest(text: str) -> Guess | None:
        found = recorded.suggested.get(text)
        if found is None:
            return None
        taken = trust.trusts(found.category, found.score, trust.margin) if changed else found.taken
        return Guess(found.category, found.score, found.method, taken)

    return suggest


def _read(record: TopicRecord) -> Input:
    envelope = record.envelope
    model = model_of(envelope.type) if envelope else None
    if envelope is None or model is None or record.value is None:
        raise SaidClearly(f"{record.topic}/{record.partition}/{record.offset} 的类型这个版本不认识。")
    message: Message = model.model_validate_json(record.value)
    return Input(envelope.time, envelope.id, message)
