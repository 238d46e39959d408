"""What is said of rights, folded, tells who could do what on a day: the same as the policy that said it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rulebook import Policy, load_policy
from rulebook.directory import Delegation, Office
from rulebook.rights import Rights, change, folded, rights_of
from schemas.rules import Allowance
from schemas.values import Person

POLICY: Final = load_policy(Path("policy"))
NING: Final = Person(id="p-ning", name="宁致远")
TODAY: Final = rights_of(POLICY)
NOON: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)
LEAVE: Final = Delegation.model_validate(
    {"role": "approver", "of": "p-fang", "to": "p-gu", "from": "2026-09-15", "until": "2026-09-18"}
)


def policy_with(**office: Any) -> Policy:
    changed = Office.model_validate({**dict(POLICY.office), **office})
    return POLICY.model_copy(update={"version": "another", "office": changed})


def said(policy: Policy, before: Rights = TODAY) -> Any:
    return change(before, policy, NING, "rights-1")


def test_the_first_word_grants_all_that_there_is_and_the_same_again_says_nothing() -> None:
    first = said(POLICY, Rights())

    assert (first.taken, first.forbidden) == ((), ())
    assert folded([first]) == TODAY
    assert said(POLICY) is None


def test_folded_they_say_of_each_act_and_day_what_the_policy_says() -> None:
    leaving = [
        each.model_copy(update={"valid_to": date(2026, 9, 16)}) if each.id == "p-gu" else each
        for each in POLICY.office.people
    ]
    policy = policy_with(people=tuple(leaving), delegations=(LEAVE,))
    rights = folded([said(POLICY, Rights()), said(policy)])
    for act in (*policy.office.may, "nudge", "supervise", "interview"):
        for days in range(7):
            at = NOON + timedelta(days=days)
            there = {(each.id, each.name) for each in policy.who_may(act, at)}
            assert {(each.id, each.name) for each in rights.who_may(act, policy.day(at))} == there, (act, at)


def test_a_delegation_is_granted_with_its_days_and_taken_with_them() -> None:
    lent = said(policy_with(delegations=(LEAVE,)))
    (held,) = lent.granted
    assert (held.person.id, held.role, held.stead, str(held.begins), str(held.ends)) == (
        "p-gu",
        "approver",
        "p-fang",
        "2026-09-15",
        "2026-09-18",
    )
    assert said(POLICY, TODAY.after(lent)).taken == (held,)


def test_what_a_role_may_do_is_allowed_and_forbidden() -> None:
    may = {**POLICY.office.may, "assign": ("dispatcher",)}
    less = said(policy_with(may=may))
    assert less.forbidden == (Allowance(act="assign", role="duty_officer"),)
    assert less.allowed == ()


def test_a_new_name_is_another_right() -> None:
    people = [
        each.model_copy(update={"name": "徐文钰"}) if each.id == "p-xu" else each for each in POLICY.office.people
    ]
    renamed = said(policy_with(people=tuple(people)))
    assert [each.person.name for each in (*renamed.granted, *renamed.taken)] == ["徐文钰", "徐文珏"]
