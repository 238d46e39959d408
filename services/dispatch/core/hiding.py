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
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order, ShownContact
from schemas.registry import department_topic, model_of
from schemas.sealed import Seal, masked_contact
from schemas.spoken import reworded
from schemas.values import Contact

_KEPT: Final = (Order, DeskTask, CallbackRequest, ShownContact)
"""What stands on topics that keep the newest of each thing."""

Document = dict[str, Any]


class Told(NamedTuple):
    """The newest message of its kind about a key on a topic for outsiders: its type and its body as JSON text."""

    topic: str
    type: str
    body: str


def told_again(
    cause: Say, told: Sequence[Told], hide: Callable[[Document], Document], says: Sequence[Say], policy: Policy
) -> Iterator[Say]:
    """Say again what reads otherwise once it is hidden, unless something newer about the same thing is said anyway."""
    newer = {(say.topic, say.message.type_name, _apart(say.message)) for say in says if say.key == cause.key}
    there = {department_topic(each.code) for each in policy.departments}
    for each in told:
        document, model = json.loads(each.body), model_of(each.type)
        after = hide(document)
        if model is None or after == document:
            continue
        message = model.model_validate(after)
        heard = not isinstance(message, Order) or each.topic in there
        if isinstance(message, _KEPT) and heard and (each.topic, each.type, _apart(message)) not in newer:
            yield Say(cause.lane, each.topic, cause.key, message, cause.cause)


def _apart(message: Message) -> str:
    return message.task if isinstance(message, DeskTask) else ""


def unknown_in(told: Sequence[Told]) -> Callable[[Document], Document]:
    """How what was told of a ticket reads once it is confidential; its contacts stand in what was told."""
    contacts = [Contact.model_validate(json.loads(each.body).get("contact") or {}) for each in told]
    seal = Seal(*contacts)

    def hide(document: Document) -> Document:
        if document.get("confidential") or "shown" in document:
            return document
        after: Document = {**reworded(document, seal), "confidential": True}
        if "contact" in document:
            contact = Contact.model_validate(document["contact"])
            shown = masked_contact(contact) if "role" in document else Contact(phone=contact.phone)
            after["contact"] = shown.model_dump(exclude_none=True)
        return after

    return hide
