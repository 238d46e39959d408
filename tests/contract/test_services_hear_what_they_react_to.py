"""What a service lets pass by unread is what it would not have reacted to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.service import Heard, Record
from rulebook import load_policy
from schemas.envelope import Envelope
from schemas.examples import example
from schemas.message import Message, contracts
from schemas.registry import DISPATCH
from services.dispatch import reactions as of_dispatch
from services.intake import reactions as of_intake
from services.intake.work import newsroom_of

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
NEWSROOM = newsroom_of(load_policy(Path(__file__).resolve().parents[2] / "policy"))


def made(type_name: str) -> Message:
    model = contracts()[type_name]
    return model.model_validate(example(model))


def heard(message: Message) -> Heard:
    envelope = Envelope("e-1", "liuhen/test/0", message.type_name, NOON, "26091407000015", 1)
    return Heard("0", Record(DISPATCH, 0, 0, None, None, (), NOON), envelope, message)


@pytest.mark.parametrize("type_name", contracts())
def test_dispatch_reacts_to_nothing_that_it_does_not_hear(type_name: str) -> None:
    message = made(type_name)
    reaction = of_dispatch.react(heard(message))
    assert type(message) in of_dispatch.LISTENS_TO or not reaction


@pytest.mark.parametrize("type_name", contracts())
def test_the_door_reacts_to_nothing_that_it_does_not_hear(type_name: str) -> None:
    message = made(type_name)
    concerned = of_intake.concerns(message, NEWSROOM)
    assert type(message) in of_intake.listens_to(NEWSROOM) or concerned is None
