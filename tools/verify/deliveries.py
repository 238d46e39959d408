"""The promise to whoever is told something: each message is asked for once, and comes to one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from schemas.message import Message
from schemas.notices import NoticeDelivered, NoticeDropped, NoticeGivenUp, NoticeRequested
from tools.verify.findings import Finding
from tools.verify.tables import DeliveryRow

_ENDS: Final[Mapping[type[Message], str]] = {
    NoticeDelivered: "delivered",
    NoticeGivenUp: "given_up",
    NoticeDropped: "dropped",
}


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
            yield Finding(ticket, f"notice {notice} was requested {asked[notice]} times")
        found = ends.get(notice, ["pending"])
        if len(found) > 1:
            yield Finding(ticket, f"notice {notice} has {len(found)} ends")
        ended = found[0]
        row = by_key.get(notice)
        if row is None:
            yield Finding(ticket, f"notice {notice} was requested and is not among the deliveries")
        elif row.status != ended and not row.untold:
            yield Finding(ticket, f"notice {notice} is {row.status}, and the facts say {ended}")
        elif row.status == "delivered" and not row.delivered:
            yield Finding(ticket, f"notice {notice} is delivered by no attempt")
