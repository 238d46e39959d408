"""What the rulebook says that a clock can be is what sla and dispatch make of it."""

from __future__ import annotations

from typing import get_args

from rulebook import load_policy
from rulebook.clocks import CLIMBING, EXTENDABLE, LAPSING, NEVER_STILL, OWNERS, PRESSING
from rulebook.codes import ON_NO_TICKET, OwedBy
from rulebook.desk import TASKS
from schemas.inbound import OfficeAction, OnExisting
from schemas.values import Clock, DeskTaskKind
from services.dispatch.core.episodes.clock_events import FOR_DEPARTMENTS
from services.dispatch.core.table import TABLE
from services.sla.core.state import HELD_UP_BY, OF_THE_LEAD
from tools.layout import POLICY


def test_what_lapses_brings_about_no_step_of_the_ladder() -> None:
    assert not LAPSING & PRESSING


def test_dispatch_knows_what_follows_from_each_clock_that_lapses_and_from_no_other() -> None:
    lapses = {row.kind for row in TABLE if row.kind.endswith("_lapsed")}

    assert lapses == {f"{clock}_lapsed" for clock in LAPSING}


def test_a_clock_belongs_to_the_lead_where_it_ends_with_the_lead() -> None:
    assert {clock for clock, owners in OWNERS.items() if OwedBy.LEAD in owners} == OF_THE_LEAD


def test_more_time_goes_to_the_clocks_that_can_be_extended() -> None:
    assert HELD_UP_BY[Clock.APPROVAL] == EXTENDABLE


def test_the_ladder_climbs_on_what_departments_hear_of_and_on_the_citizens_clock() -> None:
    assert (FOR_DEPARTMENTS - LAPSING) | {Clock.CITIZEN} == PRESSING
    assert {Clock.SUPPORTING_TASK} == PRESSING - CLIMBING


def test_what_nothing_can_pause_is_nothing_that_a_department_works_by() -> None:
    # the window to return is over as soon as a department takes the order up, and only then can it ask or suspend
    assert set(NEVER_STILL) & FOR_DEPARTMENTS <= {Clock.RETURN_WINDOW}


def test_every_task_of_the_desk_asks_for_an_act_of_the_office_that_somebody_may_do() -> None:
    policy = load_policy(POLICY)
    acts = {
        str(action.model_fields["do"].default) for action in get_args(OnExisting) if issubclass(action, OfficeAction)
    }

    assert set(TASKS) == set(DeskTaskKind)
    assert {asked.act for asked in TASKS.values()} <= acts
    assert not [asked.act for asked in TASKS.values() if not policy.roles_for(asked.act)]


def test_only_what_is_done_to_a_ticket_can_be_done_to_urgent_ones_alone() -> None:
    policy = load_policy(POLICY)
    on_tickets = {
        str(action.model_fields["do"].default) for action in get_args(OnExisting) if issubclass(action, OfficeAction)
    }

    assert set(policy.office.may) - on_tickets == ON_NO_TICKET
