"""What leaves as one message: everything that is gathered for one address."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chassis.contacts import Opening, handles_in, opened_in, opened_outside
from schemas.envelope import derived_id
from services.notify.core.dates import as_read
from services.notify.core.values import LEFT, remaining
from services.notify.core.wording import DigestWords
from services.notify.store import DueDelivery

_GREETING: Final = re.compile(r"^您好，")
_SIGNED: Final = re.compile(r"【[^【】]*】$")


def leaving(delivery: DueDelivery, now: datetime) -> DueDelivery:
    """The message as it leaves: what time is left is said as of now."""
    text = as_read(delivery.text)
    if delivery.over is not None and LEFT in text:
        text = text.replace(LEFT, remaining(delivery.over, now))
    return delivery._replace(text=text)


def opened(delivery: DueDelivery, opening: Opening) -> DueDelivery:
    """The delivery with the address that its contact says, and without what its veil hides."""
    address = _reached_at(delivery.address, opening)
    if delivery.veil is None:
        return delivery._replace(address=address)
    words = {"veil": json.loads(delivery.veil), "title": delivery.subject, "text": delivery.text}
    shown = json.loads(opened_outside(json.dumps(words, ensure_ascii=False), opening))
    return delivery._replace(address=address, subject=shown["title"], text=shown["text"])


def _reached_at(address: str, opening: Opening) -> str:
    """What a contact says is its address; nothing where its person was forgotten."""
    rows = [*handles_in(address)]
    if not rows:
        return address
    return next(iter(json.loads(opened_in(address, opening)).values())) if all(map(opening.get, rows)) else ""


def is_over(delivery: DueDelivery, now: datetime) -> bool:
    """Whether the moment that it is about has come, or whom it is for was forgotten."""
    return not delivery.address or (delivery.over is not None and delivery.over <= now)


def in_one(waited: Sequence[DueDelivery]) -> DueDelivery:
    """One message for all that a requester is told of a ticket at once: greeted once, signed once."""
    first, *others = waited
    if not others:
        return first
    middle = [_GREETING.sub("", each.text) for each in others]
    texts = [_SIGNED.sub("", text) for text in (first.text, *middle[:-1])]
    return first._replace(
        notice=derived_id("together", *(each.notice for each in waited)),
        template=others[-1].template,
        subject=others[-1].subject,
        text="".join((*texts, middle[-1])),
    )


def as_one(gathered: Sequence[DueDelivery], words: DigestWords) -> DueDelivery:
    """One message for all that is gathered for an address; its key is the same as long as they are the same."""
    first, *others = gathered
    if not others:
        return first
    return first._replace(
        notice=derived_id("gathered", *(each.notice for each in gathered)),
        ticket=" ".join(dict.fromkeys(each.ticket for each in gathered)),
        template="gathered",
        subject=words.subject(len(gathered)),
        text="\n\n".join(words.item(n, each.subject, each.text) for n, each in enumerate(gathered, 1)),
    )
