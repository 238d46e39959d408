"""What every action from outside has."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field

from schemas.message import Message
from schemas.values import Channel, PartyKind

Version = Annotated[int, Field(ge=0)]
"""Which version of a ticket its author saw, as the newest public message of the ticket names it."""

CHANNEL_OF: Final = {PartyKind(channel): channel for channel in Channel}
"""The parties that speak for requesters, and the channel of each."""

CHANNELS: Final = frozenset(CHANNEL_OF)

COMES_BY: Final = {**CHANNEL_OF, PartyKind.CITY: Channel.HOTLINE}
"""The parties that raise matters, and the channel of each: what the city hands down came by its telephone."""


FOR_REQUESTERS: Final = CHANNELS | {PartyKind.CITIZEN}
"""The parties that say what a requester wants of their own ticket: channels for them, and the requester alone."""


class Action(Message, owner="inbound"):
    """A request from outside; `do` names it inside other messages, the envelope's type names it on the wire."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset()
