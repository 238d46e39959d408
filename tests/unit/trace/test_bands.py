"""Bands, not ranks: exact binomial tails against the class's rate."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trace.core.bands import Band, Share, band, bands, class_rate, dispersion, expected


def tails(k: int, n: int, rate: Fraction) -> tuple[Fraction, Fraction]:
    """The chance of so few, and of so many, in exact numbers."""
    chances = [comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(n + 1)]
    return sum(chances[: k + 1], Fraction(0)), sum(chances[k:], Fraction(0))


@given(data=st.data(), n=st.integers(10, 60), percent=st.integers(0, 100))
def test_a_band_is_what_the_exact_tail_says(data: st.DataObject, n: int, percent: int) -> None:
    k, rate = data.draw(st.integers(0, n)), Fraction(percent, 100)
    low, high = tails(k, n, rate)

    found = band(Share(k, n), float(rate))

    assert (found in {Band.BELOW, Band.FAR_BELOW}) == (low < Fraction(25, 1000))
    assert (found is Band.FAR_BELOW) == (low < Fraction(1, 1000))
    assert (found in {Band.ABOVE, Band.FAR_ABOVE}) == (high < Fraction(25, 1000) and low >= Fraction(25, 1000))
    assert (found is Band.FAR_ABOVE) == (high < Fraction(1, 1000) and low >= Fraction(25, 1000))


def test_fewer_than_ten_have_no_band_and_count_in_the_class_nevertheless() -> None:
    found = bands({"small": Share(0, 9), "large": Share(95, 100)})

    assert found == {"small": None, "large": Band.ABOVE}
    assert class_rate([Share(0, 9), Share(95, 100)]) == pytest.approx(95 / 109)


def test_a_class_of_which_nothing_counts_has_no_rate_and_no_bands() -> None:
    assert class_rate([]) is None
    assert bands({"one": Share(0, 0)}) == {"one": None}


def test_a_year_of_tickets_is_no_burden() -> None:
    assert band(Share(60_000, 61_500), 0.95) is Band.FAR_ABOVE


# --- overdispersion --------------------------------------------------------------------------------------------------

ALIKE = {f"unit-{n}": Share(80 + n % 3 - 1, 100) for n in range(10)}
"""Ten units that differ less than chance would make them."""
SCATTERED = {f"unit-{n}": Share(counted, 100) for n, counted in enumerate((60, 66, 70, 76, 80, 84, 88, 92, 95, 97))}
"""Ten units that differ far more than chance lets them: standard deviations of twelve points where chance has four."""


def test_units_that_differ_by_chance_alone_have_no_wider_limits() -> None:
    assert dispersion(ALIKE.values()) == 1.0
    assert {*bands(ALIKE).values()} == {Band.WITHIN}


def test_units_that_all_differ_have_wider_limits_by_as_much_as_they_differ() -> None:
    rate, spread = class_rate(SCATTERED.values()), dispersion(SCATTERED.values())

    assert rate is not None
    assert rate == pytest.approx(0.808)
    assert 8 < spread < 10
    assert band(SCATTERED["unit-0"], rate) is Band.FAR_BELOW
    assert band(SCATTERED["unit-0"], rate, spread) is Band.WITHIN
    assert {*bands(SCATTERED).values()} == {Band.WITHIN}


def test_one_who_stands_out_does_not_hide_itself_by_widening_the_limits() -> None:
    found = bands({**{f"unit-{n}": Share(90, 100) for n in range(19)}, "out": Share(20, 100)})

    assert found["out"] is Band.FAR_BELOW


def test_z_is_by_the_formula_that_is_published() -> None:
    """By z = 2√n(asin√p − asin√p₀)/√φ: 60 of 100 where the class has 0.8 and φ is 4 lies 2.21 below."""
    assert band(Share(60, 100), 0.8, 4.0) is Band.BELOW
    assert band(Share(60, 100), 0.8, 6.0) is Band.WITHIN
    assert band(Share(60, 100), 0.8, 2.0) is Band.FAR_BELOW


def test_how_few_units_differ_cannot_be_told() -> None:
    assert dispersion([Share(1, 100), Share(99, 100), Share(50, 100), Share(50, 100)]) == 1.0


@pytest.mark.parametrize("counted", [0, 100])
def test_a_class_without_any_difference_has_none_beyond_chance(counted: int) -> None:
    assert dispersion([Share(counted, 100)] * 12) == 1.0


# --- the mix of categories -------------------------------------------------------------------------------------------


def test_who_has_the_hard_matters_is_expected_to_solve_fewer() -> None:
    mixes = {
        "easy": {"lamps": Share(90, 100)},
        "hard": {"lamps": Share(9, 10), "noise": Share(30, 90)},
        "other": {"noise": Share(15, 45)},
    }

    found = expected(mixes)

    assert found == pytest.approx({"easy": 90, "hard": 9 + 30, "other": 15})


@given(
    st.dictionaries(
        st.text("ab", min_size=1, max_size=2),
        st.dictionaries(st.sampled_from("xyz"), st.integers(0, 20).map(lambda n: Share(n, 20)), min_size=1),
        min_size=1,
    )
)
def test_all_together_are_expected_to_have_what_they_have(mixes: dict[str, dict[str, Share]]) -> None:
    observed = sum(share.counted for mix in mixes.values() for share in mix.values())

    assert sum(expected(mixes).values()) == pytest.approx(observed)
