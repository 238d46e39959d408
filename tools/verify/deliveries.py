"""The promise to whoever is told something: each message is asked for once, and comes to one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from schemas.message import Message
from schemas.notices import NoticeDelivered, NoticeDropped, NoticeGivenUp, NoticeRequested
from tools.verify.findings import Finding
from tools.verify.tables import DeliveryRow
from vocabulary import Chinese, word

_ENDS: Final[Mapping[type[Message], str]] = {
    NoticeDelivered: "delivered",
    NoticeGivenUp: "given_up",
    NoticeDropped: "dropped",
}


_CALLED: Final = {"pending": Chinese("尚无结果"), **{code: word(fact) for fact, code in _ENDS.items()}}


def delivered_once(ticket: str, facts: Sequence[Message], rows: Sequence[DeliveryRow]) -> Iterator[Finding]:
    """Of each idempotency key there is one request, at most one end, and the delivery that the facts tell of."""
    asked = Counter(fact.notice for fact in facts if isinstance(fact, NoticeRequested))
    ends: dict[str, list[str]] = {}
    for fact in facts:
        if isinstance(fact, NoticeDelivered | NoticeGivenUp | NoticeDropped):
            ends.setdefault(fact.notice, []).append(_ENDS[type(fact)])
    by_key = {row.notice: row for row in rows}
    for notice in {*asked, *ends, *by_key}:
        if asked[notice] != 1:
            yield Finding(ticket, Chinese(f"通知 {notice} 要求了 {asked[notice]} 次"))
        found = ends.get(notice, ["pending"])
        if len(found) > 1:
            yield Finding(ticket, Chinese(f"通知 {notice} 有 {len(found)} 个结果"))
        ended = found[0]
        row = by_key.get(notice)
        if row is None:
            yield Finding(ticket, Chinese(f"通知 {notice} 已要求，投递表里没有"))
        elif row.status != ended and not row.untold:
            yield Finding(
                ticket, Chinese(f"通知 {notice}：投递表里是{_CALLED[row.status]}，事件说的是{_CALLED[ended]}")
            )
        elif row.status == "delivered" and not row.delivered:
            yield Finding(ticket, Chinese(f"通知 {notice} 已送达，没有哪次投递送到过"))
