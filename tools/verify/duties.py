"""The promise about duties: no act stands by a person of the office whose role did not allow it then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from rulebook import Policy
from schemas.dispatch import ActionRefused, IncidentActionRefused
from schemas.inbound import OfficeAction
from schemas.message import Message
from schemas.tickets import ActionReceived, IncidentActionReceived
from vocabulary import ACTIONS, Chinese

ACTS: Final = tuple(
    model.type_name for model in (ActionReceived, IncidentActionReceived, ActionRefused, IncidentActionRefused)
)
"""The types of entries by which acts come in, and are refused."""


def beyond_duties(policy: Policy, facts: Iterable[tuple[datetime, Message]]) -> Iterator[Chinese]:
    """Name each act of a ticket or incident that was not refused although the policy gave its author no such duty.

    Whoever has left the office stays in the policy, with the day; who was taken out of it is nobody.
    """
    known = list(facts)
    refused = {fact.receipt for _, fact in known if isinstance(fact, ActionRefused | IncidentActionRefused)}
    for at, fact in known:
        match fact:
            case (
                ActionReceived(action=OfficeAction() as action, receipt=receipt)
                | IncidentActionReceived(action=OfficeAction() as action, receipt=receipt)
            ) if receipt not in refused:
                do, by = str(type(action).model_fields["do"].default), action.by
                if (by.id, by.name) not in {(each.id, each.name) for each in policy.who_may(do, at)}:
                    yield Chinese(f"{by.id} {at:%Y-%m-%d %H:%M:%S} 没有{ACTIONS.said(do)}（{do}）的职责，所做的却作数")
            case _:
                pass
