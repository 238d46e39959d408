"""What the rulebook says that a clock can be is what sla and dispatch make of it."""

from __future__ import annotations

from rulebook.clocks import CLIMBING, EXTENDABLE, LAPSING, NEVER_STILL, OWNERS, PRESSING
from rulebook.codes import OwedBy
from schemas.values import Clock
from services.dispatch.core.episodes.clock_events import FOR_DEPARTMENTS
from services.sla.core.state import HELD_UP_BY, OF_THE_LEAD, WINDOWS


def test_what_lapses_for_sla_brings_about_no_step_of_the_ladder() -> None:
    assert LAPSING == WINDOWS
    assert not LAPSING & PRESSING


def test_a_clock_belongs_to_the_lead_where_it_ends_with_the_lead() -> None:
    assert {clock for clock, owners in OWNERS.items() if OwedBy.LEAD in owners} == OF_THE_LEAD


def test_more_time_goes_to_the_clocks_that_can_be_extended() -> None:
    assert HELD_UP_BY[Clock.APPROVAL] == EXTENDABLE


def test_the_ladder_climbs_on_what_departments_hear_of_and_on_the_citizens_clock() -> None:
    assert (FOR_DEPARTMENTS - WINDOWS) | {Clock.CITIZEN} == PRESSING
    assert {Clock.SUPPORTING_TASK} == PRESSING - CLIMBING


def test_what_nothing_can_pause_is_nothing_that_a_department_works_by() -> None:
    assert not set(NEVER_STILL) & FOR_DEPARTMENTS
