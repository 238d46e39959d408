"""What took too long or failed is tried again smaller, down to one, and grows back by success."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chassis.portions import Portion

LIMIT = 5.0


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
        portion = portion.after_success(portion.size, 0.5, LIMIT)
        sizes.append(portion.size)
    assert sizes == [600, 1_000, 1_000]


def test_a_small_success_says_nothing_about_a_large_one() -> None:
    assert Portion(300, 1_000).after_success(5, 0.001, LIMIT).size == 300


def test_what_went_well_but_took_too_long_is_halved_before_it_fails() -> None:
    assert Portion(1_000, 1_000).after_success(1_000, 8.0, LIMIT).size == 500
    assert Portion(1_000, 1_000).after_success(300, 8.0, LIMIT).size == 150


def test_slowness_alone_makes_none_so_small_that_it_is_all_cost() -> None:
    portion = Portion(1_000, 1_000)
    for _ in range(20):
        portion = portion.after_success(portion.size, 60.0, LIMIT)
    assert portion.size == 50
    assert Portion(3, 1_000).after_success(3, 60.0, LIMIT).size == 3
    assert Portion(20, 20).after_success(20, 60.0, LIMIT).size == 20


def test_what_takes_about_as_long_as_it_may_stays() -> None:
    assert Portion(400, 1_000).after_success(400, 4.0, LIMIT).size == 400


@given(st.integers(1, 1_000), st.floats(0, 1e6))
def test_it_is_never_none_and_never_more_than_the_most(size: int, seconds: float) -> None:
    portion = Portion(size, 1_000)
    assert 1 <= portion.after_failure(size).size <= 1_000
    assert 1 <= portion.after_success(size, seconds, LIMIT).size <= 1_000


@given(st.floats(0.0001, 5.0), st.floats(0.0, 4.0))
def test_whatever_a_record_and_a_transaction_cost_nothing_is_tried_in_vain_for_ever(cost: float, fixed: float) -> None:
    portion, done = Portion(100, 1_000), 0
    for _ in range(40):
        taken = fixed + portion.size * cost
        if taken > 10:
            portion = portion.after_failure(portion.size)
        else:
            done += portion.size
            portion = portion.after_success(portion.size, taken, LIMIT)
    assert done > 0
