"""Whoever guesses waits, longer each time; whoever mistypes once does not notice."""

from __future__ import annotations

from chassis.slowing import Slowing


def waits(slowing: Slowing, times: int) -> list[float]:
    found = []
    for _ in range(times):
        slowing.wrong("p-xu", 100.0)
        found.append(slowing.wait("p-xu", 100.0))
    return found


def test_each_wrong_answer_after_the_free_ones_costs_twice_as_much_up_to_the_longest() -> None:
    assert waits(Slowing(free=2, longest=5.0), 7) == [0, 0, 1, 2, 4, 5, 5]
    assert waits(Slowing(free=0, longest=60.0), 2_000)[-1] == 60


def test_the_wait_is_over_in_time_and_a_right_answer_forgives() -> None:
    slowing = Slowing(free=0, longest=60.0)
    waits(slowing, 3)

    assert slowing.wait("p-xu", 104.1) == 0
    assert slowing.wait("p-lu", 100.0) == 0
    slowing.right("p-xu")
    assert slowing.wait("p-xu", 100.0) == 0


def test_no_more_are_remembered_than_fit() -> None:
    slowing = Slowing(free=0, longest=60.0, most=2)
    for name in ("one", "two", "three"):
        slowing.wrong(name, 0.0)

    assert [slowing.wait(name, 0.0) for name in ("one", "two", "three")] == [0, 1, 1]


def test_a_long_wait_is_not_ended_by_many_others() -> None:
    slowing = Slowing(free=0, longest=3_600.0, most=10)
    for _ in range(10):
        slowing.wrong("victim", 0.0)
    for other in range(100):
        slowing.wrong(f"made up {other}", 1.0)
    assert slowing.wait("victim", 1.0) == 511


def test_what_turns_out_right_is_taken_back_and_the_rest_still_counts() -> None:
    slowing = Slowing(free=2, longest=60.0)
    waits(slowing, 3)

    slowing.undo("p-xu", 100.0)

    assert slowing.wait("p-xu", 100.0) == 0
    assert waits(slowing, 2) == [1, 2]
    slowing.undo("p-lu", 100.0)
    assert slowing.wait("p-lu", 100.0) == 0
