"""What took too long or failed is tried again smaller, down to one, and grows back by success."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chassis.portions import Portion

AIM = 2.0


def test_what_failed_is_halved_down_to_one() -> None:
    portion = Portion(100, 1_000)
    sizes = [portion.size]
    for _ in range(9):
        portion = portion.after_failure(portion.size)
        sizes.append(portion.size)
    assert sizes == [100, 50, 25, 12, 6, 3, 1, 1, 1, 1]


def test_half_of_what_was_tried_where_less_was_there_than_fits() -> None:
    assert Portion(1_000, 1_000).after_failure(tried=30).size == 15


def test_it_grows_back_by_success_up_to_the_most() -> None:
    portion = Portion(300, 1_000)
    sizes = []
    for _ in range(3):
        portion = portion.after_success(portion.size, 0.5, AIM)
        sizes.append(portion.size)
    assert sizes == [600, 1_000, 1_000]


def test_a_small_success_says_nothing_about_a_large_one() -> None:
    assert Portion(300, 1_000).after_success(5, 0.001, AIM).size == 300


def test_what_went_well_but_took_too_long_is_cut_to_what_fits_before_it_fails() -> None:
    assert Portion(1_000, 1_000).after_success(1_000, 8.0, AIM).size == 250
    assert Portion(4, 1_000).after_success(1, 60.0, AIM).size == 1


def test_what_takes_about_as_long_as_it_may_stays() -> None:
    assert Portion(400, 1_000).after_success(400, 1.5, AIM).size == 400


@given(st.integers(1, 1_000), st.floats(0, 1e6))
def test_it_is_never_none_and_never_more_than_the_most(size: int, seconds: float) -> None:
    portion = Portion(size, 1_000)
    assert 1 <= portion.after_failure(size).size <= 1_000
    assert 1 <= portion.after_success(size, seconds, AIM).size <= 1_000


@given(st.floats(0.0001, 0.9))
def test_whatever_a_record_costs_portions_settle_within_their_time(cost: float) -> None:
    portion = Portion(100, 1_000)
    for _ in range(30):
        taken = portion.size * cost
        portion = portion.after_failure(portion.size) if taken > 10 else portion.after_success(portion.size, taken, AIM)
    assert portion.size * cost <= AIM
    assert portion.size == 1_000 or portion.size * cost > AIM / 4 or portion.size == 1
