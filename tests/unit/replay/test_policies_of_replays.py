"""Each mapping's policy is whole, and every category that a mapping names is one of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook import Policy, load_policy
from rulebook.codes import Unit
from schemas.values import Clock, Tier
from tools.replay.mapping import known_mappings, load_mapping
from tools.replay.policies import assemble


def policy_of(name: str, tmp_path: Path) -> Policy:
    return load_policy(assemble(load_mapping(name).policy, tmp_path / "policy"))


@pytest.mark.parametrize("name", known_mappings())
def test_every_category_and_place_of_a_mapping_is_known(name: str, tmp_path: Path) -> None:
    policy, fields = policy_of(name, tmp_path), load_mapping(name).fields

    categories = fields["category"].lookup.values() if "category" in fields else ()
    places = fields["place.subdistrict"].lookup.values() if "place.subdistrict" in fields else ()

    assert [code for code in categories if policy.category(code) is None] == []
    assert [code for code in places if policy.department(code) is None] == []


def test_the_work_orders_run_under_hours(tmp_path: Path) -> None:
    policy = policy_of("work-orders", tmp_path)

    budgets = {tier: policy.limit(Clock.HANDLING).budget_for(tier) for tier in Tier}

    assert {budget.unit for budget in budgets.values()} == {Unit.HOURS}
    assert sorted(budget.amount for budget in budgets.values()) == [2, 12, 24, 48]
    assert len(policy.departments) == 16
