"""What was said before a database was restored is found again by what it follows from, each message once."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.published_tail import PublishedTail, Recorded
from chassis.service import Cause, Say
from schemas.envelope import Envelope
from schemas.message import Message

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
OWN, OUTSIDE = "liuhen.own.v1", "liuhen.public.own.v1"


class UnitFact(Message, owner="unit-told"):
    """A fact of these tests."""


class Said(UnitFact):
    """What is said here."""

    n: int = 1


def recorded(topic: str, sequence: int, cause: str, key: str = "T1") -> Recorded:
    envelope = Envelope(f"{topic}-{sequence}", "liuhen/own/0", Said.type_name, NOON, key, sequence, key, cause)
    return Recorded("0", topic, 0, envelope, '{"n":1}', NOON)


def say(topic: str, cause: str, key: str = "T1") -> Say:
    return Say("0", topic, key, Said(), Cause(cause, key, NOON))


def test_what_follows_again_is_the_message_of_then_and_is_found_once() -> None:
    published = PublishedTail.of([recorded(OWN, 7, "c1"), recorded(OWN, 8, "c1"), recorded(OWN, 9, "c2")], OWN)
    found = [published.take(say(OWN, "c1")), published.take(say(OWN, "c1")), published.take(say(OWN, "c1"))]
    assert [each and each.envelope.sequence for each in found] == [7, 8, None]
    assert [each.envelope.sequence for each in published.rest()] == [9]


def test_what_was_never_published_comes_behind_all_that_was() -> None:
    published = PublishedTail.of([recorded(OUTSIDE, 4, "c2")], OWN)
    assert published.take(say(OUTSIDE, "c1")) is None
    assert published.left["0", OUTSIDE, 0] == 1  # c1 said nothing there: a later message of the place is known
    assert published.take(say(OUTSIDE, "c2")) is not None
    assert published.left["0", OUTSIDE, 0] == 0  # whatever follows from here on was never published


def test_only_the_last_cause_of_a_lane_can_have_been_answered_in_part() -> None:
    published = PublishedTail.of([recorded(OWN, 7, "c1"), recorded(OWN, 8, "c2"), recorded(OWN, 9, "c2", "T2")], OWN)
    assert published.torn == {"c2"}
    assert published.knows("c2", "T2")
    assert not published.knows("c2", "T3")
