"""One message to one addressee, before it is anybody's business how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.owner import Owner
from schemas.sealed import Veil


class Way(StrEnum):
    """By which way a message goes (`call` is the telephone call list); the settings say which channel serves it."""

    SMS = "sms"
    CALL = "call"
    WECHAT = "wechat"
    MAIL = "mail"
    VISITOR = "visitor"
    CITY = "city"


class Addressee(NamedTuple):
    """Whom a message is for (without personal data), by which way, where that ends; `gathers` what is not urgent.

    Of a requester whose contact is sealed `address` is the JSON of that contact with the one field.
    """

    audience: Owner
    way: Way
    address: str
    gathers: bool = False


class Notice(NamedTuple):
    """A message that is wanted: its key for ever, and all that it takes to send it.

    `peaceful` waits for the end of quiet hours, whenever it would leave; `gathered` goes into one message with others
    to that address; after `over` it is not sent any more. `veil` hides what its words must not say when it leaves.
    What one occasion asks to be told to one person has one `origin`, whichever ways it goes.
    """

    key: str
    template: str
    to: Addressee
    not_before: datetime
    subject: str
    text: str
    peaceful: bool = False
    gathered: bool = False
    over: datetime | None = None
    veil: Veil | None = None
    origin: str | None = None


class Wish(NamedTuple):
    """A template for an audience, with what only this occasion knows, and the moment after which it is pointless."""

    template: str
    to: Addressee
    values: Mapping[str, str]
    over: datetime | None = None
