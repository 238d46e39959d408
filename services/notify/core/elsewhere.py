"""What did not arrive is told to the same person by another way, as the policy has them one after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from rulebook import Audience, Policy
from rulebook.messages import MESSAGES
from schemas.envelope import derived_id
from schemas.owner import Owner
from schemas.sealed import Veil
from services.notify.core.book import AddressBook
from services.notify.core.notice import Notice, Way
from services.notify.core.overtaken import is_overtaken
from services.notify.core.profile import Profile


class NotArrived(NamedTuple):
    """A message that did not arrive: what it says, the ways by which it was tried, and what was wanted after it.

    `veil` is the JSON of what hides its words; `later` are the templates of later messages to the same person.
    """

    notice: str
    ticket: str
    audience: str
    template: str
    way: str
    subject: str
    text: str
    peaceful: bool
    over: datetime | None
    veil: str | None
    origin: str
    tried: Collection[str]
    later: Collection[str]


def told_elsewhere(message: NotArrived, profile: Profile, book: AddressBook, at: datetime) -> Notice | None:
    """The same message by the next way of that person; None where none is left, or it is true no more."""
    if is_overtaken(message.template, message.later) or (message.over is not None and message.over <= at):
        return None
    audience = Owner(message.audience)
    for way in _next_ways(book.policy, message.way):
        if way in message.tried or not _may_go(message.template, audience, way):
            continue
        to = book.by_way(profile, audience, way)
        if to is not None:
            return Notice(
                key=derived_id(message.notice, "elsewhere"),
                origin=message.origin,
                template=message.template,
                to=to,
                not_before=book.policy.peace_until(at) if message.peaceful else at,
                subject=message.subject,
                text=message.text,
                peaceful=message.peaceful,
                over=message.over,
                veil=Veil.model_validate_json(message.veil) if message.veil else None,
            )
    return None


def _next_ways(policy: Policy, way: str) -> Sequence[Way]:
    return [Way(each) for from_way, others in policy.delivery.otherwise.items() if from_way == way for each in others]


def _may_go(template: str, audience: Owner, way: Way) -> bool:
    """Whoever asked is rung up about what they have to act on alone; staff is reached by whatever reaches them."""
    message = MESSAGES.get(template)
    return message is not None and (audience.kind != Audience.REQUESTER or way in message.ways)
