"""The sources that only our own parts have, and the mark by which a door shows that it speaks itself."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Final

from doors.keyed import hashed
from schemas.inbound.base import CHANNEL_OF
from schemas.registry import answer_topic, channel_topic
from schemas.values import Party, PartyKind

MARK: Final = "doormark"
"""The header that a door puts on what it writes in the name of others."""
DESK: Final = "liuhen/desk"
"""The source of all that persons say through their door."""
_OURS: Final = frozenset({"liuhen", "door"})

Headers = Sequence[tuple[str, bytes | None]]


def is_ours(source: str) -> bool:
    """Whether a source is named as one of our own parts is, in whatever case."""
    return source.partition("/")[0].strip().casefold() in _OURS


def mark_of(key: bytes, party: Party, source: str, id_: str) -> tuple[str, bytes]:
    """The header which shows that a door gave a submission of a party its name; nobody without the key can make it."""
    return MARK, hashed(key, "door", f"{party}\0{source}\0{id_}").encode()


def answered_on(party: Party, source: str) -> str:
    """Name the topic on which a submission is answered: what persons say for a channel, where the office hears."""
    for_a_channel = source == DESK and party.kind in CHANNEL_OF
    return channel_topic(PartyKind.OFFICE) if for_a_channel else answer_topic(party)


def is_answered(party: Party) -> bool:
    """Whether a party hears on a topic what became of its submissions; citizens read it on their page."""
    return party.kind is not PartyKind.CITIZEN


def without_mark(headers: Headers) -> Headers:
    """The headers as they are read at once: a door puts its mark behind all others."""
    return headers[:-1] if headers and headers[-1][0] == MARK else headers


def is_marked(headers: Iterable[tuple[str, bytes | None]], mark: tuple[str, bytes]) -> bool:
    """Whether the headers bear a mark."""
    name, right = mark
    return any(found == name and hmac.compare_digest(raw or b"", right) for found, raw in headers)
