"""Who may do what on a day is what the policy says: roles with their days, in whose stead, and what another changes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from rulebook import Policy, load_policy
from rulebook.codes import Role
from rulebook.directory import Delegation, Person
from rulebook.duties import Duty, changes, duties_on, roles_on

DAY: Final = date(2027, 2, 3)
POLICY: Final = load_policy(Path(__file__).resolve().parents[3] / "policy")
LENT: Final = Delegation.model_validate(
    {"role": "approver", "of": "p-fang", "to": "p-gu", "from": DAY - timedelta(days=1), "until": DAY}
)


def changed(people: tuple[Person, ...] = POLICY.office.people, delegations: tuple[Delegation, ...] = ()) -> Policy:
    office = POLICY.office.model_copy(update={"people": people, "delegations": delegations})
    return POLICY.model_copy(update={"office": office})


def test_everybody_may_do_what_their_roles_may() -> None:
    duties = duties_on(POLICY, DAY)

    assert Duty("p-xu", "assign") in duties
    assert Duty("p-kong", "assign") not in duties
    assert Duty("p-kong", "find_caller") in duties
    assert Duty("p-kong", "take_call") in duties
    assert {each.act for each in duties if each.person == "p-zheng"} == set()


def test_what_is_lent_is_had_in_anothers_stead_for_as_long_as_it_lasts() -> None:
    lent = changed(delegations=(LENT,))

    assert Duty("p-gu", "rule_on_extension", "p-fang") in duties_on(lent, DAY)
    assert Duty("p-gu", "adjudicate") in duties_on(lent, DAY)
    assert not [each for each in duties_on(lent, DAY + timedelta(days=1)) if each.stead]
    (role,) = (each for each in roles_on(lent, DAY) if each.stead)
    assert (role.person, role.role, role.begins, role.ends) == ("p-gu", Role.APPROVER, LENT.begins, LENT.ends)


@pytest.mark.parametrize(("day", "there"), [(DAY, True), (DAY + timedelta(days=1), False)])
def test_who_has_left_may_do_nothing(day: date, *, there: bool) -> None:
    people = tuple(
        each.model_copy(update={"valid_to": DAY}) if each.id == "p-xu" else each for each in POLICY.office.people
    )
    left = changed(people=people)

    assert (Duty("p-xu", "assign") in duties_on(left, day)) is there
    assert ("p-xu" in {each.person for each in roles_on(left, day)}) is there


def test_another_policy_grants_and_takes() -> None:
    people = tuple(
        each.model_copy(update={"roles": (Role.REVIEWER,)}) if each.id == "p-xu" else each
        for each in POLICY.office.people
    )
    after = changed(people=people, delegations=(LENT,))

    granted, taken = changes(POLICY, after, DAY)

    assert Duty("p-xu", "assign") in taken
    assert Duty("p-xu", "restore_automation") not in taken
    assert Duty("p-xu", "redact") not in (*granted, *taken)
    assert Duty("p-gu", "approve", "p-fang") in granted
    assert changes(POLICY, POLICY, DAY) == ((), ())
