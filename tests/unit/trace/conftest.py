"""Made-up facts of every type, in any order: what trace must be able to take."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import AwareDatetime

from schemas import clocks, dispatch, notices, registry, tickets
from schemas.correction import CallbackAnswers, Correction
from schemas.inbound import AcceptIncident, Classify
from schemas.message import MODELS, Message
from schemas.referral import Referral
from schemas.values import (
    Actor,
    Clock,
    Contact,
    Contacted,
    DueTime,
    Grade,
    OfficialDue,
    Party,
    PartyKind,
    Person,
    Place,
    Position,
    Solved,
    StopWord,
    VisitRef,
)

FAMILIES = {"tickets", "dispatch", "clocks", "notices"}
MODULES = (clocks, dispatch, notices, registry, tickets)
TICKET = "26030200000017"
BEGIN = datetime(2026, 2, 9, 1, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 60 * 24 * 40).map(
    lambda minutes: datetime.fromtimestamp(BEGIN.timestamp() + minutes * 60, UTC)
)
UNMADE = (tickets.ActionReceived, tickets.IncidentActionReceived, tickets.DoubtsSettled)
"""What holds an action, or is about a visit: it means nothing to what trace keeps of a ticket."""
ANSWERS = CallbackAnswers(
    round=0, contacted=Contacted.YES, solved=Solved.SOLVED, attitude=Grade.SATISFIED, result=Grade.SATISFIED
)
DEPARTMENTS = st.sampled_from(["housing", "police", "greening"])
BY_NAME: dict[str, Any] = {
    "ticket": st.just(TICKET),
    "receipt": st.just("R0123456789AB"),
    "by": st.just(Actor(party=Party(kind=PartyKind.OFFICE), person=Person(id="p-xu", name="徐敏"))),
    "wanted": st.just(Classify(ticket=TICKET, by=Person(id="p-xu", name="徐敏"), category="0301-01")),
    "approver": st.just(Actor(by_rule="approval")),
    "raised_by": st.none(),
    "party": st.just(Party(kind=PartyKind.DEPARTMENT, department="housing")),
    "department": DEPARTMENTS,
    "lead": DEPARTMENTS,
    "supporting": st.just(()),
    "departments": st.just(("housing", "police")),
    "parts": st.just((f"{TICKET}-1", f"{TICKET}-2")),
    "contact": st.just(Contact(phone="+8613800000000")),
    "place": st.just(Place(text="平凉路100弄", subdistrict="pingliang")),
    "position": st.builds(
        Position, latitude=st.just(31.2), longitude=st.just(121.5), accuracy=st.just(9.0), at=MOMENTS
    ),
    "visit": st.none() | st.builds(VisitRef, visitor=st.just("v-1"), unit=st.just("unit-01"), visited_at=MOMENTS),
    "due": MOMENTS.map(lambda at: OfficialDue(at=at)),
    "was": MOMENTS.map(lambda at: OfficialDue(at=at)),
    "explanation": st.just({}),
    "owner": st.sampled_from(["department:housing", "office:p-xu", "requester"]),
    "clock_id": st.sampled_from(["handling", "citizen", "review-2"]),
    "category": st.just("0301-01"),
    "score": st.floats(0, 1),
    "length": st.just(4),
    "into": st.just("26030200000025"),
    "origin": st.just("26030200000025"),
    "other": st.just("26030200000025"),
    "incident": st.just("M0123456789AB"),
    "members": st.just(("26030200000025",)),
    "tickets": st.just(("26030200000025",)),
    "act": st.just(AcceptIncident(incident="M0123456789AB", by=Person(id="d-1", name="经办人"))),
    "member": st.just("26030200000025"),
    "attachment": st.just("A0123456789ABCDEFGHJK"),
    "part": st.just(f"{TICKET}-1"),
    "old": st.just(Correction(category="0301-01")),
    "new": st.just(Correction(category="0301-02")),
    "found": st.just((StopWord(group="fire", name="火情", reason="可能正在起火。", word="着火"),)),
    "record": st.just(Referral(reference="转-1", spoken_to="值班员")),
    "agent": st.just(Person(id="a-1", name="小李")),
    "person": st.just(Person(id="p-min", name="闵建国")),
    "declined_by": st.just(Person(id="p-yuan", name="袁晓岚")),
}


def _field(name: str, annotation: Any) -> st.SearchStrategy[Any]:
    if any(DueTime in get_args(part) for part in get_args(annotation)):
        return st.tuples(st.builds(DueTime, clock=st.just(Clock.HANDLING), due=BY_NAME["due"]))
    if name in BY_NAME:
        return BY_NAME[name]  # type: ignore[no-any-return]
    kind = next((part for part in (annotation, *get_args(annotation)) if isinstance(part, type)), str)
    if issubclass(kind, CallbackAnswers):
        return st.just(ANSWERS)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if kind is AwareDatetime or issubclass(kind, datetime):
        return MOMENTS
    literal = [value for value in get_args(annotation) if isinstance(value, str)]
    plain = st.sampled_from(literal) if literal else st.just("some-code")
    several = st.just(("some-code",)) if get_origin(annotation) is tuple else plain
    return {bool: st.booleans(), int: st.integers(0, 5), float: st.floats(0, 1)}.get(kind, several)


def fact_of(model: type[Message]) -> st.SearchStrategy[Message]:
    """Make facts of one type; what is optional and not known by name is left out."""
    needed = {
        name: _field(name, field.annotation)
        for name, field in model.model_fields.items()
        if field.is_required() or name in BY_NAME
    }
    return st.builds(model, **needed)


@st.composite
def facts(draw: st.DrawFn, families: tuple[str, ...]) -> Message:
    """Make any fact of some families."""
    models = [m for m in MODELS.values() if m.family in families and m not in UNMADE]
    return draw(fact_of(draw(st.sampled_from(models))))


@pytest.fixture(scope="session")
def timelines() -> Any:
    """Strategies for lists of (moment, fact) of some families; moments may go back, as late facts do."""

    def made(*families: str, max_size: int = 25) -> st.SearchStrategy[list[tuple[datetime, Message]]]:
        return st.lists(st.tuples(MOMENTS, facts(families)), max_size=max_size)

    return made
