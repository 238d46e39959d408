"""Bands, not ranks: exact binomial tails against the class's rate."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trace.core.bands import Band, Share, band, bands, class_rate


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
