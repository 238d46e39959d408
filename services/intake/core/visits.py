"""A visit to a household: its problems become tickets, its doubts are written down and block nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from doors.refusals import Refusal, refusal
from rulebook import Policy, locate
from schemas.inbound import Problem, RecordVisit
from schemas.tickets import ActionReceived, DeviceBound, Registered, Visited
from schemas.values import Channel, Contact, Place, RequesterKind, VisitRef
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.attachments import attached
from services.intake.core.devices import admitted, current, refused_from
from services.intake.core.homes import where_it_is
from services.intake.core.numbers import Numbers
from services.intake.core.promises import begun
from services.intake.core.reading import Reading
from services.intake.core.repeats import Earlier, Raised, Speaker, comparable, contact_about, earlier
from services.intake.core.rules import DoubtRules
from services.intake.core.state import Binding, Decision, DoorState, KnownTicket, Secrets, Sighting, VisitRow

_EARTH_RADIUS_KM: Final = 6371.0


def record_visit(
    state: DoorState, reading: Reading, visit: RecordVisit, received: datetime, numbers: Numbers
) -> Decision:
    """Take a visit from the visitor's own device: one receipt names the ticket of each problem.

    What the household had raised before, at the door, by telephone or in this visit, is a contact about that ticket.
    """
    if too_late := _too_late(state, visit, received):
        return refused(reading, too_late)
    admission = admitted(state, visit.visitor, visit.device, visit.visited_at)
    if isinstance(admission, Refusal):
        return refused_from(state, reading, visit.visitor, visit.device, admission, received)
    household = state.config.secrets.household(visit.household, visit.address.text)
    found = _found(state, reading, visit, household, received, numbers)
    named = tuple(dict.fromkeys(each.ticket.id for each in found))
    doubts = (
        *doubts_of(state.config.rules.doubts, visit, state.visits.get(visit.visitor, ())),
        *_doubt_of_the_unit(state.config.policy, visit),
        *_doubt_of_the_device(state, visit),
    )
    visited = Visited(
        receipt=reading.receipt,
        visitor=visit.visitor,
        unit=visit.unit,
        household=household,
        compound=visit.address.compound or state.config.policy.places.compound(visit.address.text),
        subdistrict=visit.address.subdistrict or locate(state.config.policy, visit.address.text, visit.visited_at),
        position=visit.position,
        visited_at=visit.visited_at,
        tickets=named,
        doubts=doubts,
    )
    facts = [fact(reading.receipt, visited)]
    if admission is not None:
        facts.insert(0, fact(reading.receipt, DeviceBound(receipt=reading.receipt, visitor=visit.visitor)))
    facts.extend(fact(each.ticket.id, _said(state, reading, visit, each)) for each in found)
    new = tuple(each.ticket for each in found if each.before.contact is None)
    return accepted(reading, facts, new, concerning=named)._replace(
        bindings=_bindings(admission), visit=_row(reading, visit, household, doubts)
    )


def _too_late(state: DoorState, visit: RecordVisit, received: datetime) -> Refusal | None:
    oldest = state.config.rules.visit_oldest_days
    if visit.visited_at >= received - timedelta(days=oldest):
        return None
    return refusal("too_late", "visited_at", f"走访已过去 {oldest:g} 天以上，不能补报；问题仍在的，请重新走访。")


class RaisedProblem(NamedTuple):
    """A problem that a household raised, the ticket that it is or is about, and what came before."""

    problem: Problem
    ticket: KnownTicket
    before: Earlier


def _found(
    state: DoorState, reading: Reading, visit: RecordVisit, household: str, received: datetime, numbers: Numbers
) -> list[RaisedProblem]:
    whose = known_as(state.config.secrets, visit, household)
    found: list[RaisedProblem] = []
    for problem in visit.problems:
        raised = Raised.at_door(problem, visit.address)
        before = earlier(_with(state, whose, found), raised, Speaker(reading.party, whose), received)
        ticket = before.contact or _ticket(reading, visit, problem, whose, numbers.next(received), received)
        found.append(RaisedProblem(problem, ticket, before))
    return found


def known_as(secrets: Secrets, visit: RecordVisit, household: str) -> tuple[str, ...]:
    """All that a household is known by, what counts first at the head; nothing where it wants to stay unknown."""
    if visit.requester_kind is RequesterKind.ANONYMOUS:
        return ()
    first = secrets.requester(visit.requester_kind, visit.contact)
    return (household,) if first is None else (first, household)


def _with(state: DoorState, whose: tuple[str, ...], found: list[RaisedProblem]) -> DoorState:
    """What is known, and what the same visit said before."""
    if not whose or not found:
        return state
    new = [each.ticket for each in found if each.before.contact is None]
    mine = [*state.open_by_requester.get(whose[0], ()), *new]
    return replace(state, open_by_requester={**state.open_by_requester, whose[0]: mine})


def _said(state: DoorState, reading: Reading, visit: RecordVisit, found: RaisedProblem) -> Registered | ActionReceived:
    came = attached(state.attachments, found.problem)
    if found.before.contact is not None:
        return contact_about(reading, found.before.contact, found.problem.text, came=came)
    at = where_it_is(state.config.policy, visit, found.problem)
    return _registered(reading, visit, found, *at).model_copy(update={"attachments": came})


def _bindings(admission: Binding | None) -> tuple[Binding, ...]:
    return () if admission is None else (admission,)


def _ticket(
    reading: Reading, visit: RecordVisit, problem: Problem, whose: tuple[str, ...], number: str, received: datetime
) -> KnownTicket:
    return KnownTicket(
        id=number,
        receipt=reading.receipt,
        channel=Channel.SURVEY,
        requester=next(iter(whose), None),
        open=True,
        registered=received,
        category=problem.category,
        place=comparable((problem.place or visit.address).text),
        words=comparable(problem.text),
        promise=begun(problem.kind),
        upstream=problem.upstream.number if problem.upstream else None,
    )


def _registered(
    reading: Reading, visit: RecordVisit, raised: RaisedProblem, place: Place, contact: Contact
) -> Registered:
    problem, ticket = raised.problem, raised.ticket
    return Registered(
        ticket=ticket.id,
        receipt=reading.receipt,
        channel=Channel.SURVEY,
        kind=problem.kind,
        requester_kind=visit.requester_kind,
        requester=ticket.requester,
        contact=contact,
        place=place,
        text=problem.text,
        category=problem.category,
        tier=problem.tier,
        suggested_department=problem.suggested_department,
        confidential=problem.confidential or False,
        accused=problem.accused or (),
        upstream=problem.upstream,
        occurred_at=visit.visited_at,
        visit=VisitRef(visitor=visit.visitor, unit=visit.unit, visited_at=visit.visited_at),
        recurrence_of=raised.before.recurrence_of,
    )


def _row(reading: Reading, visit: RecordVisit, household: str, doubts: tuple[str, ...]) -> VisitRow:
    position = visit.position
    return VisitRow(
        receipt=reading.receipt,
        visitor=visit.visitor,
        unit=visit.unit,
        visited_at=visit.visited_at,
        latitude=position.latitude,
        longitude=position.longitude,
        accuracy=position.accuracy,
        household=household,
        problems=len(visit.problems),
        doubts=doubts,
    )


def doubts_of(rules: DoubtRules, visit: RecordVisit, others: tuple[Sighting, ...] | list[Sighting]) -> Iterator[str]:
    """Name what is implausible about where and when a visit is said to have been."""
    position = visit.position
    inside = rules.south <= position.latitude <= rules.north and rules.west <= position.longitude <= rules.east
    if not inside:
        yield "outside_district"
    if position.accuracy > rules.worst_accuracy_metres:
        yield "poor_accuracy"
    if abs(position.at - visit.visited_at) > timedelta(minutes=rules.position_apart_minutes):
        yield "position_of_another_time"
    here = Sighting(visit.visited_at, position.latitude, position.longitude, position.accuracy)
    if any(_too_fast(here, other, rules.fastest_km_per_hour) for other in others):
        yield "too_fast"


def _doubt_of_the_unit(policy: Policy, visit: RecordVisit) -> Iterator[str]:
    """A unit visits the sub-districts that the policy gives it; a household elsewhere may be another unit's."""
    unit = policy.unit(visit.unit)
    where = visit.address.subdistrict or locate(policy, visit.address.text, visit.visited_at)
    if unit is not None and where is not None and where not in unit.areas:
        yield "outside_areas_of_unit"


def _doubt_of_the_device(state: DoorState, visit: RecordVisit) -> Iterator[str]:
    """What a phone kept from before another one was bound is taken; somebody else may have it by now."""
    bound = current(state, visit.visitor)
    if bound is not None and bound.device != visit.device:
        yield "earlier_device"


def _too_fast(one: Sighting, other: Sighting, fastest: float) -> bool:
    hours = abs((one.at - other.at).total_seconds()) / 3600
    return kilometres(one, other) - (one.accuracy + other.accuracy) / 1000 > fastest * hours


def kilometres(one: Sighting, other: Sighting) -> float:
    """Measure the way along the surface of the earth."""
    south, north = radians(one.latitude), radians(other.latitude)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * (
        sin(radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))
