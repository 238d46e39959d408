"""The policy that the project ships: valid, complete, and what the rulebook says."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

import worktime
from rulebook import DepartmentKind, OwedBy, Policy, Role, Start, Unit, load_policy, validate
from schemas.values import Clock, Tier

DIRECTORY = Path(__file__).parents[3] / "policy"
NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(DIRECTORY)


def test_nothing_is_wrong_with_it() -> None:
    assert validate(DIRECTORY) == ()


def test_it_names_every_department_of_the_sources(policy: Policy) -> None:
    bureaus = {d.name for d in policy.departments if d.kind is DepartmentKind.BUREAU}
    subdistricts = {d.name for d in policy.departments if d.kind is DepartmentKind.SUBDISTRICT}

    assert len(bureaus) == 19
    assert {"公安分局", "房管局", "绿化市容局", "消防救援支队", "民防办"} <= bureaus
    assert len(subdistricts) == 12
    assert {"定海路街道", "新江湾城街道", "长海路街道"} <= subdistricts
    assert len(policy.units) == 64


def test_the_catalogue_has_three_levels_and_each_leaf_can_be_heard(policy: Policy) -> None:
    assert 120 <= len(policy.categories) <= 220
    assert all(category.path.count("/") == 2 for category in policy.categories)
    assert all(category.keywords for category in policy.categories)
    assert {category.led_by_subdistrict for category in policy.categories} == {True, False}


@pytest.mark.parametrize(
    ("clock", "tier", "amount", "unit"),
    [
        (Clock.HANDLING, Tier.SIMPLE, 1, Unit.WORKING_DAYS),
        (Clock.HANDLING, Tier.COMPLEX, 5, Unit.WORKING_DAYS),
        (Clock.HANDLING, Tier.PARTICULARLY_COMPLEX, 15, Unit.WORKING_DAYS),
        (Clock.HANDLING, Tier.URGENT, 24, Unit.HOURS),
        (Clock.CITIZEN, Tier.COMPLEX, 5, Unit.WORKING_DAYS),
        (Clock.FIRST_CONTACT, Tier.COMPLEX, 1, Unit.WORKING_DAYS),
        (Clock.FIRST_CONTACT, Tier.URGENT, 2, Unit.HOURS),
        (Clock.RETURN_WINDOW, Tier.COMPLEX, 1, Unit.WORKING_DAYS),
        (Clock.RETURN_WINDOW, Tier.SIMPLE, 1, Unit.HALF_WORKING_DAYS),
        (Clock.RETURN_WINDOW, Tier.URGENT, 30, Unit.MINUTES),
        (Clock.DUTY_ACKNOWLEDGEMENT, Tier.URGENT, 10, Unit.MINUTES),
        (Clock.URGENT_FIRST_REPORT, Tier.URGENT, 2, Unit.HOURS),
        (Clock.SUPERVISION, Tier.COMPLEX, 3, Unit.WORKING_DAYS),
        (Clock.REWORK, Tier.COMPLEX, 3, Unit.WORKING_DAYS),
        (Clock.CALLBACK_REVIEW, Tier.COMPLEX, 3, Unit.WORKING_DAYS),
        (Clock.NEEDS_INFO, Tier.COMPLEX, 5, Unit.WORKING_DAYS),
        (Clock.REOPEN_WINDOW, Tier.COMPLEX, 14, Unit.CALENDAR_DAYS),
        (Clock.UNIT_PASS_ON, Tier.COMPLEX, 10, Unit.OFFICE_MINUTES),
        (Clock.SURVEY_OFFICE, Tier.COMPLEX, 10, Unit.OFFICE_MINUTES),
        (Clock.DISPATCHING, Tier.COMPLEX, 10, Unit.OFFICE_MINUTES),
        (Clock.REVIEW, Tier.COMPLEX, 1, Unit.HALF_WORKING_DAYS),
        (Clock.RETURN_RULING, Tier.COMPLEX, 1, Unit.HALF_WORKING_DAYS),
        (Clock.APPROVAL, Tier.COMPLEX, 1, Unit.HALF_WORKING_DAYS),
        (Clock.ADJUDICATION, Tier.COMPLEX, 1, Unit.WORKING_DAYS),
        (Clock.CALLBACK, Tier.COMPLEX, 2, Unit.WORKING_DAYS),
        (Clock.WITHDRAWAL, Tier.COMPLEX, 1, Unit.WORKING_DAYS),
        (Clock.REOPENING, Tier.URGENT, 2, Unit.HOURS),
        (Clock.REFERRAL, Tier.COMPLEX, 1, Unit.WORKING_DAYS),
        (Clock.OUTCOME_RULING, Tier.COMPLEX, 2, Unit.WORKING_DAYS),
    ],
)
def test_each_limit_is_that_of_the_rulebook(policy: Policy, clock: Clock, tier: Tier, amount: int, unit: Unit) -> None:
    budget = policy.limit(clock).budget_for(tier)

    assert (budget.amount, budget.unit) == (amount, unit)


def test_the_citizens_clock_never_pauses_and_never_exceeds_fifteen_working_days(policy: Policy) -> None:
    limit = policy.limit(Clock.CITIZEN)

    assert not limit.pauses
    assert not limit.extendable
    assert limit.ceiling is not None
    assert (limit.ceiling.amount, limit.ceiling.unit) == (15, Unit.WORKING_DAYS)


def test_handling_can_be_extended_three_times_by_three_days(policy: Policy) -> None:
    assert policy.limit(Clock.HANDLING).extendable
    assert policy.limits.extension.max_times == 3
    assert (policy.limits.extension.span.amount, policy.limits.extension.span.unit) == (3, Unit.WORKING_DAYS)


def test_every_clock_of_the_centre_has_a_named_owner(policy: Policy) -> None:
    for clock in Clock:
        if policy.limit(clock).owner is OwedBy.OFFICE:
            assert policy.owner_of(clock, NOW) is not None, clock
    assert policy.owner_of(Clock.HANDLING, NOW) is None


def test_every_role_is_somebodys(policy: Policy) -> None:
    assert all(policy.with_role(role, NOW) for role in Role)
    approver = policy.with_role(Role.APPROVER, NOW)[0]
    assert policy.person(approver.id) == approver
    assert "p-nobody" not in {each.id for each in policy.with_role(Role.APPROVER, NOW)}


def test_every_request_that_needs_a_ground_has_some(policy: Policy) -> None:
    for grounds in policy.grounds.by_act().values():
        assert policy.grounds.named(grounds[0].code) == grounds[0]
    assert policy.grounds.named("because") is None


def test_citizens_are_left_in_peace_at_night(policy: Policy) -> None:
    assert policy.is_quiet(time(23, 0))
    assert policy.is_quiet(time(7, 59))
    assert not policy.is_quiet(time(8, 0))
    assert not policy.is_quiet(time(20, 59))


def test_units_and_start_rules_are_those_of_worktime() -> None:
    assert {unit.value for unit in Unit} == {unit.value for unit in worktime.Unit}
    assert {start.value for start in Start} == {start.value for start in worktime.StartRule}


def test_worktime_takes_every_budget_as_it_stands(policy: Policy) -> None:
    for limit in policy.limits.clocks:
        for tier in Tier:
            budget = limit.budget_for(tier)
            worktime.Budget(
                unit=worktime.Unit(budget.unit), amount=budget.amount, start=worktime.StartRule(budget.start)
            )


def test_codes_are_looked_up(policy: Policy) -> None:
    category = policy.category("0101-01")
    housing = policy.department("housing")

    assert category is not None
    assert category.name == "物业服务不到位"
    assert housing is not None
    assert housing.name == "房管局"
    assert policy.category("9999-99") is None
    assert policy.department("nobody") is None
    assert policy.is_outside("city")
    assert not policy.is_outside("housing")
    unit = policy.unit("unit-01")
    assert unit is not None
    assert unit.areas
    assert policy.template("requester-receipt") is not None
    assert policy.template("nothing") is None
