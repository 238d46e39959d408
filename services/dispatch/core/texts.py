"""The texts of a ticket by name, so that a passage of one can be pointed at without repeating it."""

from __future__ import annotations

from collections.abc import Mapping

from services.dispatch.core.regions import Made, Owed
from services.dispatch.core.ticket import Ticket


def texts_of(ticket: Ticket) -> Mapping[str, str]:
    """Every text that somebody said, as far as it is remembered.

    `note-1` is the newest of the shared notes, `callback-1` what was said at the first callback, `supplement-1` what
    the first of the tickets says that were taken in, `earlier-1` the newest of what was said in its facts: a reply that
    was corrected since, a reason, a question.
    """
    matter, contact = ticket.matter, ticket.contact
    found: dict[str, str | None] = {
        "text": matter.text,
        "place": matter.place.text,
        "reply": ticket.reply,
        "first_contact": contact.note if isinstance(contact, Made | Owed) else None,
    }
    found |= {f"note-{number}": note.text for number, note in enumerate(reversed(ticket.notes), 1)}
    found |= {f"callback-{number}": heard.note for number, heard in enumerate(ticket.heard, 1)}
    found |= {f"supplement-{number}": each.text for number, each in enumerate(ticket.supplements, 1)}
    found |= {f"earlier-{number}": text for number, text in enumerate(reversed(ticket.texts), 1)}
    return {name: text for name, text in found.items() if text}
