"""What every action from outside has."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field

from schemas.message import Message
from schemas.values import PartyKind

Version = Annotated[int, Field(ge=0)]
"""Which version of a ticket its author saw, as the newest public message of the ticket names it."""

CHANNELS: Final = frozenset({PartyKind.HOTLINE, PartyKind.WECHAT, PartyKind.SURVEY})


class Action(Message, owner="inbound"):
    """A request from outside; `do` names it inside other messages, the envelope's type names it on the wire."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset()
