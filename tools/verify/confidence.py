"""The promise of 保密: no order of a confidential ticket says who asks; what was granted to be seen is no order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.sealed import Seal
from schemas.spoken import reworded, spoken_in
from schemas.values import Contact
from tools.verify.life import Elsewhere, Life
from vocabulary import Chinese

_MASK: Final = "*"


def names_somebody(contact: Mapping[str, Any]) -> bool:
    """Whether a contact in an order is more than a mask."""
    shown = [contact.get("name"), contact.get("phone")]
    return any(contact.get(name) for name in ("wechat", "address")) or any(
        value is not None and _MASK not in value for value in shown
    )


def no_order_names_who_asks(life: Life, elsewhere: Elsewhere) -> Iterator[Chinese]:
    """Whatever a department has of a confidential ticket carries a mask, and no text that names who asks.

    Also where it was made so later, and where another contact stood before a correction.
    """
    if life.steps and life.summary.confidential:
        for department, order in elsewhere.orders.items():
            if order.names:
                yield Chinese(f"是保密工单，给 {department} 的派单却写明了诉求人")
    for topic in elsewhere.quoting:
        yield Chinese(f"是保密工单，主题 {topic} 上的文字却写明了诉求人")


def known_under(facts: Iterable[Message]) -> tuple[Contact, ...]:
    """Every contact that the requester of a ticket was ever known under, by what was said of it."""
    return tuple(dict.fromkeys(contact for fact in facts for contact in _named(fact)))


def _named(fact: Message) -> Iterator[Contact]:
    match fact:
        case d.Opened():
            yield from (fact.contact, *(fact.contacts or ()))
        case d.Corrected():
            yield from (each.contact for each in (fact.old, fact.new) if each.contact is not None)
        case d.MergeTaken():
            yield from fact.contacts or ()
        case _:
            pass


def quotes(
    body: Mapping[str, Any], contacts: Iterable[Contact], *, every_phone: bool = False, guessed: Collection[str] = ()
) -> bool:
    """Whether a text of a message says what one of these contacts does, any telephone number, or who somebody is.

    What was `guessed` by a department that was never shown who asks names nobody.
    """
    seal = Seal(*contacts, every_phone=every_phone, introductions=True)
    alike = Seal(every_phone=every_phone, introductions=True)
    return reworded(body, lambda text: (alike if text in guessed else seal)(text)) is not body


def guessed_in(facts: Iterable[Message], knowing: Collection[str]) -> frozenset[str]:
    """What departments other than those that know who asks said of a ticket, as it was said."""
    theirs = (
        fact
        for fact in facts
        if isinstance(fact, d.DispatchFact)
        and fact.by.party is not None
        and fact.by.party.department is not None
        and fact.by.party.department not in knowing
    )
    return frozenset(text for fact in theirs for text in spoken_in(fact.model_dump(mode="json", exclude_none=True)))
