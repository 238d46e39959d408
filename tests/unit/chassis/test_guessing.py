"""Guessing slows whoever guesses, and not the one whose password is guessed where they are known."""

from __future__ import annotations

import pytest

from chassis.guessing import Guesses
from chassis.problems import HttpProblem
from chassis.slowing import Slowing

HOME, CAFE = "10.0.0.7", "203.0.113.9"


def guesses(*, forgives: bool = True) -> Guesses:
    return Guesses("desk", "password", "", Slowing(3, 60.0), Slowing(10, 900.0), forgives=forgives)


def strangers_guess(at: Guesses, name: str) -> None:
    for number in range(10):
        for _ in range(2):
            at.begin(name, f"198.51.100.{number}")


@pytest.mark.parametrize("forgives", [True, False])
def test_who_was_right_at_an_address_is_not_kept_out_there_by_strangers(forgives: bool) -> None:  # noqa: FBT001
    # given somebody who logged in at their place, and strangers who try their name elsewhere
    door = guesses(forgives=forgives)
    door.begin("p-lu", HOME)
    door.right("p-lu", HOME, "session")
    strangers_guess(door, "p-lu")
    # when they log in again at their place, then nothing is in their way
    door.require_patience("p-lu", HOME)
    # and everywhere else the name is slowed
    with pytest.raises(HttpProblem):
        door.require_patience("p-lu", CAFE)


def test_who_guesses_at_the_place_of_somebody_waits_there_too() -> None:
    door = guesses()
    door.begin("p-lu", HOME)
    door.right("p-lu", HOME, "session")
    for _ in range(6):
        door.begin("p-lu", HOME)
    assert door.wait("p-lu", HOME) > 0
    # and a right answer forgives there, and there alone
    strangers_guess(door, "p-lu")
    door.right("p-lu", HOME, "session")
    assert door.names.wait("p-lu", 0.0) > 0


def test_an_address_is_known_for_the_name_that_was_right_alone() -> None:
    door = guesses()
    door.begin("p-lu", HOME)
    door.right("p-lu", HOME, "session")
    strangers_guess(door, "p-he")
    assert door.wait("p-he", HOME) > 0


def test_few_addresses_of_a_name_are_remembered() -> None:
    door = guesses()
    for number in range(9):
        door.right("p-lu", f"10.0.0.{number}", "session")
    strangers_guess(door, "p-lu")
    assert door.wait("p-lu", "10.0.0.0") > 0
    assert door.wait("p-lu", "10.0.0.8") == 0
