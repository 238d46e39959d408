"""One message to one addressee, before it is anybody's business how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.owner import Owner


class Way(StrEnum):
    """By which way a message goes (`call` is the telephone call list); the settings say which channel serves it."""

    SMS = "sms"
    CALL = "call"
    WECHAT = "wechat"
    MAIL = "mail"
    VISITOR = "visitor"


class Addressee(NamedTuple):
    """Whom a message is for (without personal data), by which way, and where that ends."""

    audience: Owner
    way: Way
    address: str


class Notice(NamedTuple):
    """A message that is wanted: its key for ever, and all that it takes to send it."""

    key: str
    template: str
    to: Addressee
    not_before: datetime
    subject: str
    text: str


class Wish(NamedTuple):
    """A template for an audience, with what only this occasion knows."""

    template: str
    to: Addressee
    values: Mapping[str, str]
