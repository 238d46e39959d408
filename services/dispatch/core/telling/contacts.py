"""What whoever looks at a sealed contact is shown, and that it is sealed again."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.service import Tell
from schemas import dispatch as d
from schemas.public import ShownContact
from schemas.registry import DESK, department_topic
from schemas.values import Contact
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import DESK_LOOKS, Seen, Ticket


def tell_who_looks(state: Ticket, fact: d.DispatchFact, now: Seen, rules: Rules) -> Iterator[Tell]:
    """Show it to whoever may see it, once; and seal it again for whoever has nothing to do with the ticket any more."""
    matter = state.matter
    if isinstance(fact, d.ContactShown):
        shown = ShownContact(
            ticket=state.id, receipt=fact.receipt, contact=matter.contact, place=matter.place, text=matter.text
        )
        yield Tell(_looks_on(fact.department or DESK_LOOKS), state.id, shown)
    for who in state.before.shown:
        if who not in now.shown and (who == DESK_LOOKS or rules.policy.department(who) is not None):
            yield Tell(_looks_on(who), state.id, ShownContact(ticket=state.id, contact=Contact()))


def _looks_on(who: str) -> str:
    return DESK if who == DESK_LOOKS else department_topic(who)
