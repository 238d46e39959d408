"""The promise about duties: no act stands by a person of the office whose role did not allow it then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from rulebook import Policy
from rulebook.rights import Rights
from schemas import dispatch as d
from schemas.dispatch import ActionRefused, IncidentActionRefused
from schemas.inbound import OfficeAction
from schemas.message import Message
from schemas.rules import RightsChanged
from schemas.tickets import ActionReceived, IncidentActionReceived
from schemas.values import Party, PartyKind, Tier
from services.trace.for_tools import LifeStep
from tools.verify.life import Life
from vocabulary import ACTIONS, Chinese

ACTS: Final = tuple(
    model.type_name for model in (ActionReceived, IncidentActionReceived, ActionRefused, IncidentActionRefused)
)
"""The types of entries by which acts come in, and are refused."""
LIMITED: Final[Mapping[type[Message], str]] = {
    d.ApprovalGranted: "approve",
    d.ApprovalDeclined: "decline",
    d.Reopened: "reopen",
}
"""The facts by which acts are known that some roles may do on urgent tickets alone."""


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
                ActionReceived(party=Party(kind=PartyKind.OFFICE), action=OfficeAction() as action, receipt=receipt)
                | IncidentActionReceived(action=OfficeAction() as action, receipt=receipt)
            ) if receipt not in refused:
                do, by = str(type(action).model_fields["do"].default), action.by
                if (by.id, by.name) not in rights.who_may(do, at):
                    yield Chinese(f"{by.id} {at:%Y-%m-%d %H:%M:%S} 没有{ACTIONS.said(do)}（{do}）的职责，所做的却作数")
            case _:
                pass


def beyond_urgency(policy: Policy, life: Life) -> Iterator[Chinese]:
    """Name each act on what was not urgent by somebody who may do it on urgent tickets alone."""
    tier: str | None = None
    for step in life.steps:
        do = LIMITED.get(type(step.fact))
        if do is not None and do in policy.office.urgent_only and tier != Tier.URGENT:
            yield from _by_somebody_else(policy, do, step)
        tier = step.after.tier


def _by_somebody_else(policy: Policy, do: str, step: LifeStep) -> Iterator[Chinese]:
    """Name whoever did what only those may do who may always, and is none of them."""
    by = step.fact.by.person if isinstance(step.fact, d.DispatchFact) else None
    if by is not None and by.id not in {each.id for each in policy.who_may_always(do, step.at)}:
        duty = f"{ACTIONS.said(do)}（{do}）"
        yield Chinese(f"{by.id} {step.at:%Y-%m-%d %H:%M:%S} 只对紧急件有{duty}的职责，这件不是")
