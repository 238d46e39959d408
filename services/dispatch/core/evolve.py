"""What a ticket is after a fact: total, for a fact cannot be refused. Each fact's change stands in its episode."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import remembered, replace
from schemas import dispatch as d
from schemas.message import Message, reason_of
from schemas.spoken import said_besides, spoken_fields
from services.dispatch.core.attachments import with_attachments
from services.dispatch.core.categories import Category, evolve_category
from services.dispatch.core.episodes import registration
from services.dispatch.core.episodes.urgency import unless_over
from services.dispatch.core.incidents.state import Incident, evolve_incident
from services.dispatch.core.sealing import is_sealed
from services.dispatch.core.second_hand import with_act
from services.dispatch.core.seen import seen
from services.dispatch.core.state import AnyState
from services.dispatch.core.table import FACTS
from services.dispatch.core.ticket import Stub, Ticket, WaitingAtDesk


def evolve(state: AnyState | None, fact: Message, at: datetime) -> AnyState:
    """Fold one fact of dispatch; the first one opens the ticket, or the incident."""
    match fact:
        case d.IncidentFact():
            incident = evolve_incident(state if isinstance(state, Incident) else None, fact)
            return incident or state or Stub()
        case d.CategoryFact():
            return evolve_category(state if isinstance(state, Category) else None, fact, at)
        case d.Opened():
            return registration.open_ticket(fact, at)
        case d.AnsweredOnLine():
            return registration.open_answered(fact, at)
        case d.DispatchFact() if isinstance(state, Ticket):
            return changed(state, fact, at)
        case _:
            return state or Stub()


@remembered
def changed(ticket: Ticket, fact: d.DispatchFact, at: datetime) -> Ticket:
    """Fold one fact of a ticket that was opened; what others saw before it is kept in `before`.

    Whoever decides folds each fact to see what follows, and the shell folds it again to keep the state.
    """
    row = FACTS.get(type(fact))
    after = with_act(ticket if row is None else unless_over(row.change(ticket, fact, at)), fact, at)
    after = with_attachments(after, fact)
    spoken = spoken_fields(type(fact))
    if spoken and fact.by.by_rule is None and not isinstance(fact, d.REFUSALS):
        document = fact.model_dump(mode="json", exclude_none=True, include={"by", *spoken})
        texts = said_besides(after.texts, document)
        after = after if texts == after.texts else replace(after, texts=texts)
    if ticket.orders and is_sealed(after) and not is_sealed(ticket):
        after = replace(after, was_open=True)
    before, now = seen(ticket), seen(after)
    if now.desk != before.desk:
        after = replace(after, waiting={task: ticket.waiting.get(task) or _waits(fact, at) for task in now.desk})
    return after if before is ticket.before or before == ticket.before else replace(after, before=before)


def _waits(fact: d.DispatchFact, at: datetime) -> WaitingAtDesk:
    """What is said of a task as long as it waits, by the fact that brought it to the desk."""
    if isinstance(fact, d.DispatchAwaited):
        return WaitingAtDesk(
            since=at,
            reason=fact.reason,
            suggestion=fact.suggestion,
            alternatives=fact.alternatives,
            refer=fact.refer,
        )
    return WaitingAtDesk(since=at, reason=reason_of(fact))
