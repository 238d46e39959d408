"""What every action from outside has."""

from __future__ import annotations

from typing import ClassVar, Final

from schemas.message import Message
from schemas.values import PartyKind

CHANNELS: Final = frozenset({PartyKind.HOTLINE, PartyKind.WECHAT, PartyKind.SURVEY})


class Action(Message, owner="inbound"):
    """A request from outside; `do` names it inside other messages, the envelope's type names it on the wire."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset()
