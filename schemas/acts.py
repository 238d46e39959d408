"""Which facts of a ticket are acts that a second hand has to notice; the version of a ticket is how many there were."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from schemas import inbound as i
from schemas.dispatch import ActionRefused, RequestRefused, UrgentAcknowledged
from schemas.values import PartyKind

SETTLED: Final = timedelta(seconds=60)
"""So long after its receipt nothing refuses an act any more, while the services run."""
STAFF: Final = frozenset({PartyKind.OFFICE, PartyKind.DEPARTMENT, PartyKind.CALLBACK})
_OF_A_LIFE: Final = "liuhen.dispatch."
_NO_ACTS: Final = frozenset(each.type_name for each in (ActionRefused, RequestRefused, UrgentAcknowledged))
"""What changes nothing that another one decides about."""
RELAYS: Final = (i.Reopen, i.RecordCityVerdict, i.Nudge, i.CheckCommitment)
"""Acts of the office that tell what somebody else said."""


def is_act(type_name: str, party: str) -> bool:
    """Whether a fact of this type is an act that another one has to notice, where one of such a party did it."""
    return party in STAFF and type_name not in _NO_ACTS


def version_told(facts: Iterable[tuple[str, str | None]]) -> int:
    """Count the version of a ticket from all that is told of it: the type of each fact, and whose act it was if any."""
    return sum(party is not None and name.startswith(_OF_A_LIFE) and is_act(name, party) for name, party in facts)
