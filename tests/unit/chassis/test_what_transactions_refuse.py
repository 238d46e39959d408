"""What a transaction refuses before anything of it is written, and when it lets a party wait."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

import pytest

from chassis.clock import REAL
from chassis.lane import TOO_MANY_UNREADABLE, Alarm, LaneState
from chassis.service import Cause, DeadLetter, Foreign, Lane, Record, Refused, Say
from chassis.transaction import Transactions
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from tests.support.chassis.toy import Counted, Poke, service

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
SEAL = RecordSeal(MasterKeys("of-our-own", os.urandom), os.urandom)
LANE = "toy.foreign/0"


@pytest.fixture
def transactions() -> Transactions:
    """The toy with one lane from outside."""
    made = Transactions(service("toy", "toy.in", "toy.out", "toy.outward", "toy.foreign"), REAL, SEAL)
    made.states[LANE] = LaneState(Lane(LANE, NOON, {}), turn=0, next_number=1, published=0)
    return made


def foreign(offset: int) -> Foreign:
    return Foreign(LANE, Record("toy.foreign", 0, offset, None, b"", (), NOON))


def dead(offset: int) -> DeadLetter:
    return DeadLetter(LANE, foreign(offset).record, "not-text", "")


def say(topic: str, message: Poke | Counted) -> Say:
    return Say(LANE, topic, "T1", message, Cause("id", "T1", NOON))


def test_a_party_of_which_too_many_in_a_row_cannot_be_read_waits_for_a_person(transactions: Transactions) -> None:
    # given one record less than too many, in several transactions
    letters = [dead(offset) for offset in range(TOO_MANY_UNREADABLE)]
    for letter in letters[:-1]:
        transactions.count_failures([Foreign(LANE, letter.record)], [letter])
    assert transactions.states[LANE].paused is None
    # when one more comes, then the lane stands still
    transactions.count_failures([Foreign(LANE, letters[-1].record)], letters[-1:])
    assert transactions.states[LANE].alarm is Alarm.UNREADABLE


def test_one_record_that_can_be_read_begins_the_count_anew(transactions: Transactions) -> None:
    letters = [dead(offset) for offset in range(TOO_MANY_UNREADABLE - 1)]
    transactions.count_failures([Foreign(LANE, letter.record) for letter in letters], letters)
    transactions.count_failures([foreign(TOO_MANY_UNREADABLE)], [])
    assert transactions.states[LANE].failures == {("toy.foreign", 0): 0}


def test_what_is_larger_than_its_topic_accepts_is_refused_before_it_is_numbered(transactions: Transactions) -> None:
    with pytest.raises(Refused, match=r"larger than toy\.out accepts"):
        transactions.number([say("toy.out", Poke(n=1, text="字" * 2_000_000))], Counter())
    assert transactions.states[LANE].next_number == 1


@pytest.mark.parametrize("topic", ["toy.foreign", "toy.nowhere"])
def test_nothing_is_said_where_a_service_may_not_write(transactions: Transactions, topic: str) -> None:
    with pytest.raises(Refused, match="no topic that a service may write"):
        transactions.number([say(topic, Poke(n=1))], Counter())
