"""The catalogue decides who leads; the sub-district of the place is the last resort; the accused never lead."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import Assignment, DepartmentKind, Policy, Rule, Undetermined, load_policy, locate, responsible

POLICY = load_policy(Path(__file__).parents[3] / "policy")
NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


@pytest.fixture
def policy() -> Policy:
    return POLICY


def test_a_bureau_leads_where_the_catalogue_says_so(policy: Policy) -> None:
    found = responsible(policy, "0101-04", "daqiao")

    assert isinstance(found, Assignment)
    assert found.lead == "market"
    assert found.rule is Rule.CATALOGUE_BUREAU
    assert ("housing", True) in [(s.department, s.blocking) for s in found.supporting]
    assert ("daqiao", False) in [(s.department, s.blocking) for s in found.supporting]


def test_the_sub_district_of_the_place_leads_where_the_catalogue_says_so(policy: Policy) -> None:
    found = responsible(policy, "0101-01", "yinhang")

    assert isinstance(found, Assignment)
    assert found.lead == "yinhang"
    assert found.rule is Rule.CATALOGUE_SUBDISTRICT


def test_without_a_place_a_person_names_the_sub_district(policy: Policy) -> None:
    found = responsible(policy, "0101-01", None)

    assert isinstance(found, Undetermined)
    assert found.rule is Rule.NO_PLACE


def test_without_a_category_the_sub_district_is_the_last_resort(policy: Policy) -> None:
    found = responsible(policy, None, "siping")

    assert isinstance(found, Assignment)
    assert (found.lead, found.rule) == ("siping", Rule.LAST_RESORT)
    assert isinstance(responsible(policy, None, None), Undetermined)


def test_an_unknown_category_is_left_to_a_person(policy: Policy) -> None:
    found = responsible(policy, "9999-99", "siping")

    assert isinstance(found, Undetermined)
    assert found.rule is Rule.UNKNOWN_CATEGORY


@given(
    category=st.sampled_from([None, *(category.code for category in POLICY.categories)]),
    place=st.sampled_from([None, *(d.code for d in POLICY.departments if d.kind is DepartmentKind.SUBDISTRICT)]),
    accused=st.frozensets(st.sampled_from([d.code for d in POLICY.departments]), max_size=4),
)
def test_whom_a_report_accuses_neither_leads_nor_supports(
    category: str | None, place: str | None, accused: frozenset[str]
) -> None:
    found = responsible(POLICY, category, place, accused)

    if isinstance(found, Assignment):
        involved = [found.lead, *(s.department for s in found.supporting)]
        assert not accused & set(involved)
        assert len(involved) == len(set(involved))
        assert all(POLICY.department(code) is not None for code in involved)


def test_a_compound_tells_the_sub_district(policy: Policy) -> None:
    compound = next(street for street in policy.streets if street.kind == "compound")

    assert locate(policy, f"我住在{compound.name}12号302室", NOW) == compound.subdistrict


def test_a_road_that_crosses_sub_districts_needs_its_number(policy: Policy) -> None:
    first, second = [s for s in policy.streets if s.first is not None and s.side == "all"][:2]
    assert first.name == second.name

    assert locate(policy, first.name, NOW) is None
    assert locate(policy, f"{first.name}{first.last}号", NOW) == first.subdistrict
    assert locate(policy, f"{first.name}{second.first}弄7号", NOW) == second.subdistrict


def test_odd_and_even_sides_can_lie_in_different_sub_districts(policy: Policy) -> None:
    odd, even = [s for s in policy.streets if s.side != "all"][:2]

    assert locate(policy, f"{odd.name}33号", NOW) == odd.subdistrict
    assert locate(policy, f"{odd.name}34号", NOW) == even.subdistrict


def test_digits_in_full_width_are_read(policy: Policy) -> None:
    first, second = [s for s in policy.streets if s.first is not None and s.side == "all"][:2]

    assert locate(policy, f"{first.name}７号", NOW) == first.subdistrict != second.subdistrict


def test_a_sub_district_can_be_named_itself(policy: Policy) -> None:
    assert locate(policy, "五角场街道某处", NOW) == "wujiaochang"
    assert locate(policy, "长白新村街道办事处门口", NOW) == "changbai"


def test_a_numbered_place_outweighs_roads_that_are_only_mentioned(policy: Policy) -> None:
    here, there = [
        next(s for s in policy.streets if s.kind == "road" and s.first is None and s.subdistrict == code)
        for code in ("dinghai", "daqiao")
    ]

    assert locate(policy, f"{here.name}15号，靠近{there.name}", NOW) == "dinghai"
    assert locate(policy, f"{here.name}{there.name}路口", NOW) is None


def test_an_unknown_place_says_nothing(policy: Policy) -> None:
    assert locate(policy, "火星路1号", NOW) is None
    assert locate(policy, "", NOW) is None
