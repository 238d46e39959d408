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
from tools.verify.answers import Answers, everybody_told
from tools.verify.submissions import Arrivals, Verdict
from tools.verify.tables import EventRow

TOPIC = inbound_topic(Party(kind=PartyKind.HOTLINE))
RECEIPT = "R0123456789AB"
TAKEN, REFUSED = Verdict(RECEIPT, refused=False), Verdict(RECEIPT, refused=True)
GIVEN_AS, REFUSED_AS = ReceiptGiven.type_name, ReceiptRefused.type_name


def arrived() -> Arrivals:
    arrivals = Arrivals()
    envelope = Envelope("a-1", "test", "liuhen.inbound.register.v1", MONDAY, "")
    body = {"kind": "help", "contact": {}, "place": {"text": "延吉路"}, "text": "楼道里的灯不亮"}
    arrivals.take(TopicRecord(TOPIC, 0, 0, envelope, envelope.headers(), json.dumps(body).encode()))
    return arrivals


def told(*types: str) -> Answers:
    answers = Answers()
    for number, name in enumerate(types, 1):
        body = json.dumps({"receipt": RECEIPT})
        answers.take(EventRow("intake", "0", number, TOPIC, 0, number, "", "", name, None, body))
    return answers


@pytest.mark.parametrize(
    ("verdict", "answers", "note"),
    [
        (TAKEN, [GIVEN_AS], "办理 1 件"),
        (REFUSED, [REFUSED_AS], "退回 1 件"),
        (TAKEN, [GIVEN_AS, REFUSED_AS], "退回 1 件"),  # refused later, in the ticket's life
    ],
)
def test_whose_submission_is_decided_on_and_who_is_told_so_is_content(
    verdict: Verdict, answers: list[str], note: str
) -> None:
    result = everybody_told(arrived(), {("hotline", "test", "a-1"): verdict}, told(*answers), ())
    assert result.findings == []
    assert result.note == note


@pytest.mark.parametrize(
    ("verdict", "answers"),
    [(TAKEN, []), (REFUSED, []), (TAKEN, [REFUSED_AS]), (REFUSED, [GIVEN_AS]), (REFUSED, [GIVEN_AS, REFUSED_AS])],
)
def test_whoever_is_told_nothing_or_something_else_is_found_by_the_place_of_their_record(
    verdict: Verdict, answers: list[str]
) -> None:
    (found,) = everybody_told(arrived(), {("hotline", "test", "a-1"): verdict}, told(*answers), ()).findings
    assert found.subject == f"{TOPIC}/0@0"


def test_a_dead_letter_is_an_end_of_its_own() -> None:
    result = everybody_told(arrived(), {}, Answers(), {(TOPIC, 0, 0)})
    assert result.findings == []
    assert result.note == "死信 1 件"
