"""Whatever comes in ends as taken, refused or a dead letter, and its author is told so."""

from __future__ import annotations

import json

import pytest

from schemas.envelope import Envelope
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.registry import inbound_topic
from schemas.values import Party, PartyKind
from tests.support.verify import MONDAY
from tools.client.log import TopicRecord
from tools.verify.answers import ToldAuthors, everybody_told
from tools.verify.rows import EventRow
from tools.verify.submissions import Arrivals, DoorVerdict

TOPIC = inbound_topic(Party(kind=PartyKind.HOTLINE))
RECEIPT = "R0123456789AB"
TAKEN, REFUSED = DoorVerdict(RECEIPT, refused=False), DoorVerdict(RECEIPT, refused=True)
GIVEN_AS, REFUSED_AS = ReceiptGiven.type_name, ReceiptRefused.type_name


def arrived() -> Arrivals:
    arrivals = Arrivals()
    envelope = Envelope("a-1", "test", "liuhen.inbound.register.v1", MONDAY, "")
    body = {"kind": "help", "contact": {}, "place": {"text": "延吉路"}, "text": "楼道里的灯不亮"}
    arrivals.take(TopicRecord(TOPIC, 0, 0, envelope, envelope.headers(), json.dumps(body).encode()))
    return arrivals


def told(*types: str) -> ToldAuthors:
    answers = ToldAuthors()
    for number, name in enumerate(types, 1):
        body = json.dumps({"receipt": RECEIPT})
        answers.take(EventRow("intake", "0", number, TOPIC, 0, number, "", "", name, None, MONDAY, body))
    return answers


@pytest.mark.parametrize(
    ("verdict", "answers", "note"),
    [
        (TAKEN, [GIVEN_AS], "办理 1 件，退回 0 件，死信 0 件"),
        (REFUSED, [REFUSED_AS], "办理 0 件，退回 1 件，死信 0 件"),
        (REFUSED, [GIVEN_AS, REFUSED_AS], "办理 0 件，退回 1 件，死信 0 件"),  # refused later, in the ticket's life
    ],
)
def test_whose_submission_is_decided_on_and_who_is_told_so_is_content(
    verdict: DoorVerdict, answers: list[str], note: str
) -> None:
    result = everybody_told(arrived(), {("hotline", "test", "a-1"): verdict}, told(*answers), ())
    assert result.findings == []
    assert result.note == note


@pytest.mark.parametrize(
    ("verdict", "answers"),
    [(TAKEN, []), (REFUSED, []), (TAKEN, [REFUSED_AS]), (REFUSED, [GIVEN_AS])],
)
def test_whoever_is_told_nothing_or_something_else_is_found_by_the_place_of_their_record(
    verdict: DoorVerdict, answers: list[str]
) -> None:
    (found,) = everybody_told(arrived(), {("hotline", "test", "a-1"): verdict}, told(*answers), ()).findings
    assert found.subject == f"{TOPIC}/0@0"


def test_a_dead_letter_is_an_end_of_its_own() -> None:
    result = everybody_told(arrived(), {}, ToldAuthors(), {(TOPIC, 0, 0)})
    assert result.findings == []
    assert result.note == "办理 0 件，退回 0 件，死信 1 件"
