"""The promises about contacts that are looked at: no more within an hour than policy lets, none in confidence alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from rulebook import Policy
from rulebook.codes import Role
from schemas.dispatch import ContactShown
from schemas.values import TicketState
from services.dispatch.for_tools import OPEN
from tools.verify.life import Life
from vocabulary import Chinese

_HOUR: Final = timedelta(hours=1)


class Looks:
    """Who looked at contacts, when, and at which ticket; and which of these looks nobody approved."""

    def __init__(self, per_hour: int) -> None:
        """`per_hour` is how many contacts a person may look at within an hour."""
        self.looked_at = 0
        self._per_hour = per_hour
        self._by: dict[tuple[str, str], list[datetime]] = {}
        self._unapproved: list[tuple[tuple[str, str], datetime, str]] = []

    def note(self, life: Life) -> None:
        """Remember the looks at one ticket's contact."""
        for step in life.steps:
            fact = step.fact
            if isinstance(fact, ContactShown) and fact.by.person is not None:
                who = (str(fact.by.party), fact.by.person.id)
                self.looked_at += 1
                self._by.setdefault(who, []).append(step.at)
                if fact.approver is None:
                    self._unapproved.append((who, step.at, life.ticket))

    def too_many(self) -> Iterator[tuple[str, Chinese]]:
        """Each look that should have waited for an approver; looks of one moment are not told apart."""
        moments = {who: sorted(each) for who, each in self._by.items()}
        for who, at, ticket in self._unapproved:
            before = bisect_left(moments[who], at) - bisect_right(moments[who], at - _HOUR)
            if before >= self._per_hour:
                yield ticket, Chinese(f"{who[1]} 一小时内已查看 {before} 件联系方式，未经批准又看了这一件")


def by_one_hand(policy: Policy, life: Life) -> Iterator[Chinese]:
    """Each look at who asked in confidence that nobody else approved; of what has ended, that was no approver's."""
    for step in life.steps:
        fact = step.fact
        if not isinstance(fact, ContactShown) or not step.after.confidential or fact.by.person is None:
            continue
        if TicketState(step.after.state) in OPEN:
            approved = fact.approver is not None and fact.approver.person not in (None, fact.by.person)
        else:
            approved = Role.APPROVER in policy.roles_of(fact.by.person.id, step.at)
        if not approved:
            yield Chinese(f"是保密工单，{fact.by.person.id} 未经批准就看了联系方式")
