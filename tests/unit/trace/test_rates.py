"""Rates are arithmetic on counted verdicts: what has a weight counts, all else is left out and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import load_policy
from services.trace.core.figures import Counted, figures
from services.trace.edges.rates import Rate, rates_of

POLICY = load_policy(Path(__file__).resolve().parents[3] / "policy")
RATES = {rate.name: rate for rate in rates_of(POLICY.rates)}
VERDICTS = st.sampled_from(["satisfied", "fairly", "average", "dissatisfied", "not_rated", "no_callback"])


@given(rows=st.lists(st.tuples(st.sampled_from(["housing", "police"]), VERDICTS), max_size=60))
def test_a_rate_is_the_weighted_mean_of_what_counts(rows: list[tuple[str, str]]) -> None:
    rate = RATES["satisfaction"]

    found = figures(rate.weights, [Counted(part, verdict, 1) for part, verdict in rows])

    for part, its in found.items():
        mine = [verdict for where, verdict in rows if where == part]
        weighed = [rate.weights[verdict] for verdict in mine if verdict in rate.weights]
        assert its.denominator == len(weighed)
        assert its.numerator == pytest.approx(sum(weighed))
        assert sum(its.excluded.values()) == len(mine) - len(weighed)
        assert its.value == (pytest.approx(sum(weighed) / len(weighed)) if weighed else None)


def test_satisfaction_weighs_the_four_grades_as_the_policy_says() -> None:
    counts = [Counted(None, grade, 1) for grade in ("satisfied", "fairly", "average", "dissatisfied", "not_rated")]

    its = figures(RATES["satisfaction"].weights, counts)[None]

    assert its.value == pytest.approx((1 + 0.8 + 0.6 + 0) / 4)
    assert its.excluded == {"not_rated": 1}


def test_the_policy_says_whether_an_answer_that_was_not_given_counts_against_first_contact() -> None:
    counts = [Counted(None, answer, 1) for answer in ("yes", "no", "not_rated")]
    strict = POLICY.rates.model_copy(update={"first_contact_left_out": ()})

    left_out = figures(RATES["first_contact"].weights, counts)[None]
    counted = figures(next(rate for rate in rates_of(strict) if rate.name == "first_contact").weights, counts)[None]

    assert (left_out.numerator, left_out.denominator, left_out.excluded) == (1, 2, {"not_rated": 1})
    assert (counted.numerator, counted.denominator, counted.excluded) == (1, 3, {})


def test_actual_resolution_counts_unsolved_and_leaves_reference_and_unreasonable_out() -> None:
    counts = [Counted(None, r, 1) for r in ("solved", "explained", "unsolved", "for_reference", "unreasonable")]

    its = figures(RATES["actual_resolution"].weights, counts)[None]

    assert (its.numerator, its.denominator) == (1, 3)
    assert its.excluded == {"for_reference": 1, "unreasonable": 1}


def test_open_and_overdue_counts_against_being_on_time() -> None:
    counts = [Counted(None, v, 1) for v in ("on_time", "late", "overdue", "not_due", "paused", "fell_away")]

    its = figures(RATES["on_time"].weights, counts)[None]

    assert (its.numerator, its.denominator) == (1, 3)


def test_nothing_counted_is_no_rate_rather_than_zero() -> None:
    rate: Rate = RATES["first_contact"]

    assert figures(rate.weights, [Counted(None, "no_callback", 3)])[None].value is None
