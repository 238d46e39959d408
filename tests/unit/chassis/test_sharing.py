"""Lanes are shared out evenly among workers, and move no more than they must."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chassis.sharing import Shared, shared_out

OWN = "own"
WORKERS = st.sets(st.sampled_from("abcdefgh"), min_size=1).map(frozenset)


def of(kind: str, count: int, workers: frozenset[str]) -> list[Shared]:
    return [Shared(f"{kind}/{number}", kind, workers) for number in range(count)]


def test_three_workers_share_four_lanes_as_two_one_one() -> None:
    found = shared_out(of(OWN, 4, frozenset("abc")), {})
    assert sorted(Counter(found.values()).values()) == [1, 1, 2]


def test_the_topics_of_forty_departments_are_not_one_workers_alone() -> None:
    workers = frozenset("ab")
    lanes = [*of(OWN, 4, workers), *of("departments", 40, workers), *of("hotline", 4, workers)]
    found = shared_out(lanes, {})
    assert Counter(found[each.lane] for each in lanes if each.kind == "departments") == {"a": 20, "b": 20}
    assert Counter(found[each.lane] for each in lanes if each.kind == "hotline") == {"a": 2, "b": 2}


def test_a_worker_that_comes_takes_from_others_only_what_it_gets() -> None:
    before = shared_out(of(OWN, 16, frozenset("ab")), {})
    after = shared_out(of(OWN, 16, frozenset("abc")), before)
    moved = {lane for lane in after if after[lane] != before[lane]}
    assert {after[lane] for lane in moved} == {"c"}
    assert len(moved) == 5


def test_what_a_dead_worker_had_is_shared_by_the_rest_which_keep_theirs() -> None:
    before = shared_out(of(OWN, 4, frozenset("abc")), {})
    after = shared_out(of(OWN, 4, frozenset("ab")), before)
    assert all(after[lane] == worker for lane, worker in before.items() if worker != "c")
    assert sorted(Counter(after.values()).values()) == [2, 2]


@given(WORKERS, WORKERS, st.lists(st.integers(0, 20), max_size=5))
def test_every_lane_has_one_worker_no_kind_and_no_whole_is_uneven_and_nothing_moves_twice(
    before: frozenset[str], now: frozenset[str], kinds: list[int]
) -> None:
    def lanes(workers: frozenset[str]) -> list[Shared]:
        return [each for kind, count in enumerate(kinds) for each in of(f"kind-{kind}", count, workers)]

    found = shared_out(lanes(now), shared_out(lanes(before), {}))
    assert found.keys() == {each.lane for each in lanes(now)}
    for kind in (*(f"kind-{each}/" for each in range(len(kinds))), "kind-"):
        had = Counter(worker for lane, worker in found.items() if lane.startswith(kind))
        assert max(had[worker] for worker in now) - min(had[worker] for worker in now) <= 1
    assert shared_out(lanes(now), found) == found
