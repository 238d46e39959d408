"""What a door said it had taken is there, and a submission is registered once, however often it comes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from schemas.envelope import Envelope
from schemas.inbound import Nudge
from schemas.registry import TICKETS, inbound_topic
from schemas.values import Party, PartyKind, Person
from tests.support.dispatch.story import registered
from tools.client.log import TopicRecord
from tools.verify.submissions import Arrivals, DoorFacts, nothing_promised_is_gone, taken_once

NOON: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)
OFFICE: Final = Party(kind=PartyKind.OFFICE)
TAKEN: Final = (str(OFFICE), "liuhen/desk", "a-1")


def arrived(*ids: str) -> Arrivals:
    arrivals, topic = Arrivals(), inbound_topic(OFFICE)
    act = Nudge(ticket="26030200000017", by=Person(id="p-xu", name="徐文珏"), reason="没有进展")
    for offset, id_ in enumerate(ids):
        envelope = Envelope(id_, "liuhen/desk", act.type_name, NOON, "")
        arrivals.take(TopicRecord(topic, 0, offset, envelope, envelope.headers(), act.to_json()))
    return arrivals


def test_what_a_door_took_stands_on_its_topic() -> None:
    assert nothing_promised_is_gone([TAKEN], arrived("a-1"), ()).findings == []


def test_what_a_door_took_and_nobody_has_is_found() -> None:
    (found,) = nothing_promised_is_gone([TAKEN], arrived("a-2"), ()).findings
    assert found.subject == "a-1"


def test_what_the_topic_let_go_of_was_decided_on_before() -> None:
    assert nothing_promised_is_gone([TAKEN], arrived(), {TAKEN}).findings == []


def fact(number: int, ticket: str, cause: str) -> TopicRecord:
    message = registered().model_copy(update={"ticket": ticket})
    envelope = Envelope(f"e-{number}", "liuhen/intake/0", message.type_name, NOON, ticket, number, ticket, cause)
    return TopicRecord(TICKETS, 0, number, envelope, [], message.to_json())


def test_two_tickets_of_one_submission_that_came_twice_are_found() -> None:
    # given a submission that was registered from two records, because the door had forgotten the first
    facts = DoorFacts()
    facts.take(fact(1, "26030200000017", "R1@liuhen.inbound.hotline.v1/0/7"))
    facts.take(fact(2, "26030200000025", "R1@liuhen.inbound.hotline.v1/0/9"))
    (found,) = taken_once(facts).findings
    assert "26030200000017、26030200000025" in found.text


def test_a_visit_has_a_ticket_for_each_problem() -> None:
    facts = DoorFacts()
    facts.take(fact(1, "26030200000017", "R1@liuhen.inbound.survey.v1/0/7"))
    facts.take(fact(2, "26030200000025", "R1@liuhen.inbound.survey.v1/0/7"))
    assert taken_once(facts).findings == []
