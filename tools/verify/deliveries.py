"""The promise to whoever is told something: each message is asked for once, and comes to one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from schemas.message import Message
from schemas.notices import (
    NoticeAccepted,
    NoticeDelivered,
    NoticeDropped,
    NoticeFact,
    NoticeGivenUp,
    NoticeRequested,
    NoticeUnconfirmed,
    NoticeUndelivered,
)
from tools.verify.findings import Finding
from tools.verify.rows import DeliveryRow
from vocabulary import Chinese, word

_STANDINGS: Final[Mapping[type[Message], str]] = {
    NoticeAccepted: "accepted",
    NoticeDelivered: "delivered",
    NoticeUndelivered: "undelivered",
    NoticeUnconfirmed: "unconfirmed",
    NoticeGivenUp: "given_up",
    NoticeDropped: "dropped",
}
_CALLED: Final = {"pending": Chinese("尚无结果"), **{code: word(fact) for fact, code in _STANDINGS.items()}}
_FOLLOWS: Final[Mapping[str, frozenset[str]]] = {
    "pending": frozenset(_STANDINGS.values()),
    "accepted": frozenset({"delivered", "undelivered", "unconfirmed", "given_up", "dropped"}),
    "unconfirmed": frozenset({"delivered", "undelivered"}),
    "undelivered": frozenset({"delivered"}),
}
"""What may still become of a notice after each standing: nothing after those that are not named."""


def delivered_once(ticket: str, facts: Sequence[Message], rows: Sequence[DeliveryRow]) -> Iterator[Finding]:
    """Of each idempotency key there is one request, at most one end, and the delivery that the facts tell of."""
    asked = Counter(fact.notice for fact in facts if isinstance(fact, NoticeRequested))
    stood: dict[str, list[str]] = {}
    for fact in facts:
        if isinstance(fact, NoticeFact) and type(fact) in _STANDINGS:
            stood.setdefault(fact.notice, ["pending"]).append(_STANDINGS[type(fact)])
    by_key = {row.notice: row for row in rows}
    for notice in {*asked, *stood, *by_key}:
        if asked[notice] != 1:
            yield Finding(ticket, Chinese(f"通知 {notice} 要求了 {asked[notice]} 次"))
        found = stood.get(notice, ["pending"])
        if any(after not in _FOLLOWS.get(before, frozenset()) for before, after in pairwise(found)):
            yield Finding(ticket, Chinese(f"通知 {notice} 有 {len(found) - 1} 个结果"))
        yield from _agrees(ticket, notice, found[-1], by_key.get(notice))


def _agrees(ticket: str, notice: str, ended: str, row: DeliveryRow | None) -> Iterator[Finding]:
    if row is None:
        yield Finding(ticket, Chinese(f"通知 {notice} 已要求，投递表里没有"))
    elif row.status != ended and not row.untold:
        yield Finding(ticket, Chinese(f"通知 {notice}：投递表里是{_CALLED[row.status]}，事件说的是{_CALLED[ended]}"))
    elif row.status == "delivered" and not row.delivered:
        yield Finding(ticket, Chinese(f"通知 {notice} 已送达，没有哪次投递送到过"))
