"""A visit to a household: its problems become tickets, its doubts are written down and block nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final

from rulebook import Policy, locate
from schemas.inbound import Problem, RecordVisit
from schemas.tickets import DeviceBound, Registered, Visited
from schemas.values import Channel, Place, RequesterKind, VisitRef
from services.intake.core.answers import accepted, fact, refused
from services.intake.core.devices import admitted, current
from services.intake.core.numbers import Numbers
from services.intake.core.reading import Reading
from services.intake.core.refusals import Refusal
from services.intake.core.repeats import comparable
from services.intake.core.rules import DoubtRules
from services.intake.core.state import Binding, Decision, DoorState, KnownTicket, Secrets, Sighting, VisitRow

_EARTH_RADIUS_KM: Final = 6371.0


def record_visit(
    state: DoorState, reading: Reading, visit: RecordVisit, received: datetime, numbers: Numbers
) -> Decision:
    """Take a visit from the visitor's own device: one ticket for each problem, one receipt that names them all."""
    admission = admitted(state, visit.visitor, visit.device, visit.visited_at)
    if isinstance(admission, Refusal):
        return refused(reading, admission)
    household = state.config.secrets.household(visit.household, visit.address.text)
    requester = _requester(state.config.secrets, visit, household)
    tickets = tuple(
        _ticket(reading, problem, problem.place or visit.address, requester, numbers.next(received), received)
        for problem in visit.problems
    )
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
        tickets=tuple(ticket.id for ticket in tickets),
        doubts=doubts,
    )
    facts = [fact(reading.receipt, visited)]
    if admission is not None:
        facts.insert(0, fact(reading.receipt, DeviceBound(receipt=reading.receipt, visitor=visit.visitor)))
    facts.extend(
        fact(ticket.id, _registered(reading, visit, problem, ticket))
        for problem, ticket in zip(visit.problems, tickets, strict=True)
    )
    return accepted(reading, facts, tickets)._replace(
        bindings=_bindings(admission), visit=_row(reading, visit, household, doubts)
    )


def _requester(secrets: Secrets, visit: RecordVisit, household: str) -> str | None:
    if visit.requester_kind is RequesterKind.ANONYMOUS:
        return None
    return secrets.requester(visit.requester_kind, visit.contact) or household


def _bindings(admission: Binding | None) -> tuple[Binding, ...]:
    return () if admission is None else (admission,)


def _ticket(
    reading: Reading, problem: Problem, place: Place, requester: str | None, number: str, received: datetime
) -> KnownTicket:
    return KnownTicket(
        id=number,
        receipt=reading.receipt,
        channel=Channel.SURVEY,
        requester=requester,
        open=True,
        registered=received,
        category=problem.category,
        place=comparable(place.text),
        words=comparable(problem.text),
        upstream=problem.upstream.number if problem.upstream else None,
    )


def _registered(reading: Reading, visit: RecordVisit, problem: Problem, ticket: KnownTicket) -> Registered:
    return Registered(
        ticket=ticket.id,
        receipt=reading.receipt,
        channel=Channel.SURVEY,
        kind=problem.kind,
        requester_kind=visit.requester_kind,
        requester=ticket.requester,
        contact=visit.contact,
        place=problem.place or visit.address,
        text=problem.text,
        category=problem.category,
        tier=problem.tier,
        suggested_department=problem.suggested_department,
        confidential=problem.confidential or False,
        accused=problem.accused or (),
        upstream=problem.upstream,
        occurred_at=visit.visited_at,
        visit=VisitRef(visitor=visit.visitor, unit=visit.unit, visited_at=visit.visited_at),
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
