"""The half hour from the door to the department: percentiles, shares and a histogram that add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.trace.core.half_hour import PROMISED, Way, distribution

WAYS = st.builds(
    Way,
    ticket=st.just("t"),
    unit=st.just("unit-01"),
    minutes=st.integers(0, 2_000),
    arrived=st.booleans(),
    left_out=st.sampled_from([None, None, "merged"]),
)


@given(ways=st.lists(WAYS, max_size=60))
def test_every_way_is_counted_once(ways: list[Way]) -> None:
    found = distribution(ways)

    assert found.arrived + found.waiting + sum(found.left_out.values()) == len(ways)
    assert sum(count for _, count in found.histogram) == found.arrived
    assert found.within <= found.arrived <= found.counted <= found.arrived + found.waiting


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    found = distribution([Way("t", None, minutes, arrived=True) for minutes in range(1, 101)])

    assert found.percentiles == {"p50": 50, "p90": 90, "p99": 99}
    assert found.within == PROMISED


def test_whoever_waits_longer_than_was_promised_counts_against_it_already() -> None:
    ways = [Way("a", None, 10, arrived=True), Way("b", None, 31, arrived=False), Way("c", None, 5, arrived=False)]

    found = distribution(ways)

    assert (found.within, found.counted, found.waiting) == (1, 2, 2)
