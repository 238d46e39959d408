"""A replay is over when nothing waits in any service; that nothing moves for a while does not end it."""

from __future__ import annotations

from tools.replay.stillness import LONG, QUIET, STUCK, ReplayState, Stillness

CLOSED = {"closed": 12}


def over_after(seconds: float, seen: ReplayState) -> bool:
    stillness = Stillness(0.0)
    stillness.is_over(seen, 0.0)
    return stillness.is_over(seen, seconds)


def test_it_is_over_when_nothing_waits_and_nothing_moved_for_a_while() -> None:
    assert over_after(QUIET, ReplayState(CLOSED, 0, 0))
    assert not over_after(QUIET - 1, ReplayState(CLOSED, 0, 0))


def test_it_is_not_over_while_records_wait_in_a_service_that_stands_still() -> None:
    assert not over_after(STUCK - 1, ReplayState(CLOSED, 0, 91_800))


def test_it_is_not_over_while_nobody_can_tell_what_waits() -> None:
    assert not over_after(STUCK - 1, ReplayState(CLOSED, 0, None))


def test_what_is_stuck_ends_it() -> None:
    assert over_after(STUCK, ReplayState(CLOSED, 0, 91_800))


def test_somebody_who_means_to_act_is_waited_for() -> None:
    assert not over_after(LONG - 1, ReplayState(CLOSED, 1, 0))
    assert over_after(LONG, ReplayState(CLOSED, 1, 0))


def test_whatever_moves_begins_it_anew() -> None:
    stillness = Stillness(0.0)
    seen = [ReplayState(CLOSED, 0, left) for left in (3, 2, 1, 0)]
    assert not any(stillness.is_over(each, number * (STUCK - 1)) for number, each in enumerate(seen))
    assert stillness.is_over(seen[-1], 3 * (STUCK - 1) + QUIET)
