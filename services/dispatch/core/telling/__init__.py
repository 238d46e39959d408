"""Who else hears of a fact: departments, the desk, the callback agency, other tickets."""

from __future__ import annotations

from datetime import datetime

from chassis.service import Tell
from schemas import dispatch as d
from schemas.message import Message
from schemas.registry import REQUESTS
from schemas.requests import CategoryRequest, IncidentRequest
from services.dispatch.core.categories import tell_of_category
from services.dispatch.core.episode import AnyRequest
from services.dispatch.core.episodes.refusals import answer_to
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.incidents.telling import tell_of_incident
from services.dispatch.core.rules import Rules
from services.dispatch.core.seen import seen
from services.dispatch.core.state import AnyState
from services.dispatch.core.table import FACTS
from services.dispatch.core.telling.callbacks import tell_callback_agency
from services.dispatch.core.telling.contacts import tell_who_looks
from services.dispatch.core.telling.departments import tell_departments
from services.dispatch.core.telling.desk import SAID_ANEW, tell_desk
from services.dispatch.core.ticket import Ticket


def tell(state: AnyState, fact: Message, at: datetime, rules: Rules) -> list[Tell]:
    """Name every further message of a fact, in order; `state` is the ticket after it."""
    if isinstance(fact, d.IncidentFact):
        return list(tell_of_incident(state if isinstance(state, Incident) else None, fact))
    if isinstance(fact, d.CategoryFact):
        return list(tell_of_category(fact))
    said: list[Tell] = []
    if not isinstance(fact, d.DispatchFact):
        return said
    if not isinstance(state, Ticket):
        if isinstance(fact, d.RequestRefused):
            answer = answer_to(fact)
            said.append(Tell(REQUESTS, answer.ticket, answer))
        return said
    now = seen(state)
    said.extend(tell_departments(state, fact, at, now, rules))
    if isinstance(fact, SAID_ANEW) or (state.before is not now and state.before != now):
        said.extend(tell_desk(state, fact, at, now, rules))
    said.extend(tell_callback_agency(state, fact, now, rules))
    said.extend(tell_who_looks(state, fact, now, rules))
    row = FACTS.get(type(fact))
    if row is not None:
        said.extend(Tell(REQUESTS, _asked(request), request) for request in row.requests(state, fact))
    return said


def _asked(request: AnyRequest) -> str:
    match request:
        case IncidentRequest():
            return request.incident
        case CategoryRequest():
            return request.key
        case _:
            return request.ticket
