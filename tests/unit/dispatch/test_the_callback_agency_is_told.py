"""What the callback agency hears: how often it may still try, also where the requester named another time."""

from __future__ import annotations

from datetime import timedelta

from schemas import inbound as i
from schemas.public import CallbackRequest
from tests.support.dispatch import given
from tests.support.dispatch.story import Story


def asked(story: Story) -> CallbackRequest:
    (message,) = [each.message for each in story.told if isinstance(each.message, CallbackRequest)]
    return message


def test_an_appointment_names_the_attempts_that_are_left() -> None:
    waiting = given.callback_pending()
    assert asked(waiting).attempts == 3

    once = waiting.callback(i.NoteUnreached)
    appointed = once.callback(i.AppointCallback, at=once.at + timedelta(days=1))

    assert asked(appointed).happened == "appointed"
    assert asked(appointed).attempts == 2
