"""The promise about duties: no act stands by a person of the office whose role did not allow it then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from rulebook import Policy
from rulebook.rights import Rights
from schemas.dispatch import ActionRefused, IncidentActionRefused
from schemas.inbound import OfficeAction
from schemas.message import Message
from schemas.rules import RightsChanged
from schemas.tickets import ActionReceived, IncidentActionReceived
from vocabulary import ACTIONS, Chinese

ACTS: Final = tuple(
    model.type_name for model in (ActionReceived, IncidentActionReceived, ActionRefused, IncidentActionRefused)
)
"""The types of entries by which acts come in, and are refused."""


class SaidRights:
    """Who could do what when, by what was said of rights; by the policy that stands where nothing was ever said.

    Before the first word it is what that one grants, by its dates.
    """

    def __init__(self, policy: Policy, changes: Iterable[tuple[datetime, RightsChanged]] = ()) -> None:
        """`changes` come in any order."""
        self._policy = policy
        self._since: list[datetime] = []
        self._then: list[Rights] = []
        for at, change in sorted(changes, key=lambda each: each[0]):
            self._then.append((self._then[-1] if self._then else Rights()).after(change))
            self._since.append(at)

    def who_may(self, act: str, at: datetime) -> frozenset[tuple[str, str]]:
        """Name who could do something at a moment: ids and names."""
        if not self._then:
            return frozenset((each.id, each.name) for each in self._policy.who_may(act, at))
        rights = self._then[max(bisect_right(self._since, at) - 1, 0)]
        return frozenset((each.id, each.name) for each in rights.who_may(act, self._policy.day(at)))


def beyond_duties(rights: SaidRights, facts: Iterable[tuple[datetime, Message]]) -> Iterator[Chinese]:
    """Name each act of a ticket or incident that was not refused although its author had no such right then."""
    known = list(facts)
    refused = {fact.receipt for _, fact in known if isinstance(fact, ActionRefused | IncidentActionRefused)}
    for at, fact in known:
        match fact:
            case (
                ActionReceived(action=OfficeAction() as action, receipt=receipt)
                | IncidentActionReceived(action=OfficeAction() as action, receipt=receipt)
            ) if receipt not in refused:
                do, by = str(type(action).model_fields["do"].default), action.by
                if (by.id, by.name) not in rights.who_may(do, at):
                    yield Chinese(f"{by.id} {at:%Y-%m-%d %H:%M:%S} 没有{ACTIONS.said(do)}（{do}）的职责，所做的却作数")
            case _:
                pass
