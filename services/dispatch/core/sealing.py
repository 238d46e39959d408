"""Of whom nobody may know who it is: what is told of such a ticket carries a mask, and no text that names them."""

from __future__ import annotations

from typing import Final

from rulebook import Department, Policy
from rulebook.codes import ContactAccess
from schemas import dispatch as d
from schemas.recognised import Sort, recognised
from schemas.sealed import Veil, masked_contact, only
from schemas.values import Contact, DepartmentCode, RequesterKind
from services.dispatch.core.regions import Made, NoWish, Owed
from services.dispatch.core.ticket import Ticket

_INSIDE: Final = "internal_notes"
"""What of an order its reader wrote for itself."""


def is_confidential(ticket: Ticket) -> bool:
    """Whether the requester, or whoever spoke in a ticket that was taken in, asked for 保密."""
    return ticket.matter.confidential or any(each.confidential for each in ticket.taken.values())


def is_sealed(ticket: Ticket) -> bool:
    """Whether departments must not know who asks: confidential, or anonymous whatever else was written down."""
    return is_confidential(ticket) or ticket.matter.requester_kind is RequesterKind.ANONYMOUS


def contact_for(ticket: Ticket, department: Department) -> Contact:
    """What a department has of the contact in its orders; of an anonymous requester nothing at all."""
    matter = ticket.matter
    if matter.requester_kind is RequesterKind.ANONYMOUS:
        return Contact()
    return masked_contact(matter.contact) if asks(department) or is_confidential(ticket) else matter.contact


def asks(department: Department) -> bool:
    """Whether a department reads a mask in its orders, and asks for the contact of each ticket."""
    return department.contact is ContactAccess.ON_REQUEST


def contact_for_callback(ticket: Ticket) -> Contact:
    """What the callback agency has: of a confidential ticket the number to call, and nothing else."""
    contact = ticket.matter.contact
    return only(contact, "phone") if is_confidential(ticket) else contact


def contacts_of(ticket: Ticket) -> tuple[Contact, ...]:
    """Every contact that the requester was known under: texts quote what stood before a correction, too."""
    taken = (contact for each in ticket.taken.values() for contact in each.contacts)
    return tuple(dict.fromkeys((ticket.matter.contact, *ticket.contacts, *taken)))


def veil_of(ticket: Ticket) -> Veil:
    """What takes the requester out of texts; whose number an anonymous one left in them nobody wrote down.

    Nor did anybody write down who else somebody says to be in a text.
    """
    return Veil(
        contacts=tuple(contact for contact in contacts_of(ticket) if contact != Contact()),
        every_phone=ticket.matter.requester_kind is RequesterKind.ANONYMOUS,
        introductions=True,
    )


def veil_for(ticket: Ticket) -> Veil | None:
    """What hides the requester in what others than departments are told of a ticket; None where nothing does."""
    return veil_of(ticket) if is_sealed(ticket) else None


def veil_of_order(ticket: Ticket, reader: Department, fact: d.DispatchFact, policy: Policy) -> Veil | None:
    """What hides a requester whom a department must not know in its orders; None where nothing does.

    Who asks for contacts reads the address where it is the place of the matter.
    """
    if is_sealed(ticket):
        veil = veil_of(ticket)
    elif asks(reader):
        veil = Veil(contacts=tuple(only(each, "name", "phone", "wechat") for each in contacts_of(ticket)))
    else:
        return None
    author = None if fact.by.party is None else fact.by.party.department
    wrote = (each.department for each in ticket.notes)
    strangers = [
        each for each in dict.fromkeys((reader.code, author, *wrote)) if each and _knows_not(ticket, each, policy)
    ]
    strange = (*(("reason",) if author in strangers else ()), *((_INSIDE,) if reader.code in strangers else ()))
    return Veil(
        contacts=veil.contacts,
        every_phone=veil.every_phone,
        introductions=veil.introductions,
        strangers=tuple(strangers),
        strange=strange,
    )


def _knows_not(ticket: Ticket, code: DepartmentCode, policy: Policy) -> bool:
    """Whether a department was never told who asks, in no order and by no looking."""
    if code in ticket.shown or ticket.was_open:
        return False
    department = policy.department(code)
    return is_sealed(ticket) or (department is not None and asks(department))


def recognised_in(ticket: Ticket) -> tuple[Sort, ...] | None:
    """Which numbers that nobody should have written stand in what the desk reads of a ticket."""
    matter, contact = ticket.matter, ticket.contact
    texts = [matter.text, matter.place.text, ticket.reply or "", *(each.text for each in ticket.notes)]
    texts += [each.text for each in ticket.supplements]
    texts += [each.note or "" for each in ticket.heard]
    texts += [] if isinstance(ticket.wish, NoWish) else [ticket.wish.text]
    texts += [contact.note or ""] if isinstance(contact, Made | Owed) else []
    found = dict.fromkeys(each.sort for text in texts for each in recognised(text))
    return tuple(found) or None
