"""An office behind one address logs in as often as it likes; whoever guesses there waits."""

from __future__ import annotations

from chassis.guessing import Guesses
from doors.passwords import Passwords

HERE = "192.0.2.1"


def tried(guesses: Guesses, person: str, *, right: bool) -> None:
    guesses.begin(person, HERE)
    if right:
        guesses.right(person, HERE, "session")


def test_right_passwords_of_many_slow_nobody_at_their_address() -> None:
    guesses = Passwords.of("trace").guesses
    for number in range(100):
        tried(guesses, f"p-{number}", right=True)

    assert guesses.wait("p-xu", HERE) == 0


def test_wrong_passwords_of_many_slow_their_address_though_some_are_right() -> None:
    guesses = Passwords.of("trace").guesses
    for number in range(12):
        tried(guesses, f"p-{number}", right=False)

    assert guesses.wait("p-xu", HERE) > 0
    assert guesses.wait("p-xu", "192.0.2.2") == 0
    tried(guesses, "p-own", right=True)
    tried(guesses, "p-12", right=False)
    assert guesses.wait("p-xu", HERE) > 0
