"""What is told again when something of a ticket must not be read any more.

Whoever heard of it on a topic that keeps the newest of each thing hears the newest again: also those who do not take
part any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from chassis.service import Say
from rulebook import Policy
from schemas.dispatch import Corrected, MergeTaken
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order, ShownContact
from schemas.registry import department_topic, model_of
from schemas.sealed import Veil, masked_contact, only
from schemas.values import Contact
from services.dispatch.core.sealing import is_confidential, veil_of
from services.dispatch.core.ticket import Ticket

_KEPT: Final = (Order, DeskTask, CallbackRequest, ShownContact)
"""What stands on topics that keep the newest of each thing."""

Document = dict[str, Any]
_VEIL: Final = "veil"
"""Under this name a message that is kept says what hides its texts when it leaves."""
_BY_STRANGERS: Final = ("strangers", "strange")


class NewestMessage(NamedTuple):
    """The newest message of its kind about a key on a topic for outsiders: its type and its body as JSON text."""

    topic: str
    type: str
    body: str


def said_again(
    cause: Say,
    newest: Sequence[NewestMessage],
    hide: Callable[[Document], Document],
    says: Sequence[Say],
    policy: Policy,
) -> Iterator[Say]:
    """Say again what reads otherwise once it is hidden, unless something newer about the same thing is said anyway."""
    newer = {(say.topic, say.message.type_name, _apart(say.message)) for say in says if say.key == cause.key}
    there = {department_topic(each.code) for each in policy.departments}
    for each in newest:
        document, model = json.loads(each.body), model_of(each.type)
        after = hide(document)
        if model is None or after == document:
            continue
        message = model.model_validate(after)
        veil = Veil.model_validate(after["veil"]) if _VEIL in after else None
        heard = not isinstance(message, Order) or each.topic in there
        if isinstance(message, _KEPT) and heard and (each.topic, each.type, _apart(message)) not in newer:
            yield Say(cause.lane, each.topic, cause.key, message, cause.cause, veil)


def _apart(message: Message) -> str:
    return message.task if isinstance(message, DeskTask) else ""


def hides(fact: Message) -> bool:
    """Tell whether outsiders may have read, before this fact, who asks, and must not read it any more."""
    match fact:
        case Corrected(new=new):
            return bool(new.confidential) or new.contact is not None
        case MergeTaken():
            return fact.contacts is not None
        case _:
            return False


def without_contact(document: Document) -> Document:
    """What was told of a ticket as it reads once its contact is forgotten."""
    if not document.get("contact"):
        return document
    if "shown" in document:
        return ShownContact(ticket=document["ticket"], contact=Contact()).model_dump(mode="json", exclude_none=True)
    return {**document, "contact": {}}


def unknown_in(ticket: Ticket) -> Callable[[Document], Document]:
    """How what was told of a sealed ticket reads by what is known of its requester now."""
    veil = veil_of(ticket).model_dump(mode="json", exclude_none=True)
    confidential = is_confidential(ticket)

    def hide(document: Document) -> Document:
        if "shown" in document:
            return document
        # Whose words were written without knowing who asks stays as it was.
        before = {name: each for name, each in document.get(_VEIL, {}).items() if name in _BY_STRANGERS}
        after: Document = {**document, _VEIL: {**veil, **before}}
        if document.get("confidential") or not confidential:
            return after
        after = {**after, "confidential": True}
        if "contact" in document:
            contact = Contact.model_validate(document["contact"])
            shown = masked_contact(contact) if "role" in document else only(contact, "phone")
            after["contact"] = shown.model_dump(mode="json", exclude_none=True)
        return after

    return hide
