"""The one table of what may happen to a ticket, assembled from the episodes; decisions consult it, pages show it.

What stands in no row is refused (an action, a question of another ticket) or means nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from schemas.dispatch import DispatchFact
from schemas.values import TicketState
from services.dispatch.core.episode import SAME, Episode, FactRow, Step
from services.dispatch.core.episodes import (
    acceptance,
    alike,
    approvals,
    callback,
    checking,
    clock_events,
    closing,
    commitment,
    correction,
    dispatching,
    escalation,
    extension,
    first_contact,
    follow_ups,
    forgetting,
    incident,
    information,
    inside,
    looking,
    merging,
    nudging,
    redaction,
    referral,
    refusals,
    registration,
    removing,
    reopening,
    reorganising,
    returns,
    review,
    sending,
    splitting,
    stop_words,
    supervision,
    support,
    suspension,
    urgency,
    withdrawing,
    work,
)

EPISODES: Final[tuple[Episode, ...]] = (
    registration.episode,
    urgency.episode,
    stop_words.episode,
    dispatching.episode,
    sending.episode,
    checking.episode,
    acceptance.episode,
    returns.episode,
    first_contact.episode,
    work.episode,
    information.episode,
    inside.episode,
    support.episode,
    extension.episode,
    suspension.episode,
    approvals.episode,
    commitment.episode,
    review.episode,
    callback.episode,
    closing.episode,
    referral.episode,
    withdrawing.episode,
    reopening.episode,
    correction.episode,
    redaction.episode,
    removing.episode,
    looking.episode,
    forgetting.episode,
    follow_ups.episode,
    nudging.episode,
    escalation.episode,
    supervision.episode,
    merging.episode,
    alike.episode,
    incident.episode,
    splitting.episode,
    reorganising.episode,
    clock_events.episode,
    refusals.episode,
)
"""In the order in which a ticket lives through them."""

TABLE: Final[tuple[Step, ...]] = tuple(step for episode in EPISODES for step in episode.steps)


def _by_state() -> Iterator[tuple[tuple[TicketState, str], Step]]:
    for step in TABLE:
        for source in step.sources:
            yield (source, step.kind), step


LEGAL: Final[Mapping[tuple[TicketState, str], Step]] = dict(_by_state())
"""The row for a state and a kind; where there is none, it is not legal."""

KINDS: Final = tuple(dict.fromkeys(step.kind for step in TABLE))

FACTS: Final[Mapping[type[DispatchFact], FactRow]] = {row.heard: row for each in EPISODES for row in each.facts}
"""The row of each fact; what opens a ticket stands in `registration` and changes none that exists."""


class OutOfTableError(Exception):
    """A decision left a ticket where the row of its step does not allow."""


def leads_out_of_table(step: Step, before: TicketState, after: TicketState) -> bool:
    """Whether a step ended in a state that its row does not name."""
    return after not in step.targets and not (after is before and SAME in step.targets)
