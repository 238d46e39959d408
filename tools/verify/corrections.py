"""The promise about corrections: what one says that it replaces is what stood there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.correction import Correction
from schemas.dispatch import Corrected
from schemas.message import Message
from services.dispatch.for_tools import Ticket, evolve, what_stands
from tools.verify.findings import Finding
from vocabulary import NOTHING, Chinese


def _shown(value: Correction | None) -> str:
    return NOTHING if value is None else value.model_dump_json(exclude_none=True)


def corrections_fold(key: str, facts: Sequence[tuple[Message, datetime]]) -> Iterator[Finding]:
    """Hold each correction of a ticket against what the facts before it had made of the ticket."""
    if not any(isinstance(fact, Corrected) for fact, _ in facts):
        return
    ticket = None
    for fact, at in facts:
        if isinstance(fact, Corrected) and isinstance(ticket, Ticket):
            stood = what_stands(ticket, fact.new, fact.callback)
            if stood != fact.old:
                yield Finding(key, Chinese(f"{at} 更正的原值写作 {_shown(fact.old)}，当时为 {_shown(stood)}"))
        ticket = evolve(ticket, fact, at)
