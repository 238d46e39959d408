"""What a citizen is offered on their page fits the state of the ticket, and nobody else can say it as a citizen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doors.own import mark_of
from schemas.envelope import Envelope
from schemas.inbound import AnswerCallback, FollowUp, ProvideInfo, Withdraw
from schemas.registry import TICKETS, party_of
from schemas.tickets import ActionReceived
from schemas.values import TicketState
from services.intake.core.offers import QUESTIONS, Offer, action_of
from services.intake.edges.acting import Filled
from services.intake.edges.pages.acts import wrong_in
from services.intake.edges.pages.meanings import MEANINGS, offered

NOW = datetime(2026, 9, 14, 2, tzinfo=UTC)
WINDOW = timedelta(days=14)
TICKET = "26091400000015"
CHOSEN = {"contacted": "yes", "solved": "partly", "attitude": "satisfied", "result": "average"}


@pytest.mark.parametrize("state", TicketState)
def test_every_state_says_what_can_be_done_in_it(state: TicketState) -> None:
    offers = MEANINGS[state]["offers"]
    assert (Offer.ANSWER in offers) is (state is TicketState.CALLBACK_PENDING)
    assert (Offer.INFORM in offers) is (state is TicketState.NEEDS_INFO)


def test_what_has_ended_is_asked_about_as_long_as_the_window_is_open() -> None:
    closed = TicketState.CLOSED
    assert offered(closed, NOW - WINDOW, NOW, WINDOW) == (Offer.REOPEN,)
    assert offered(closed, NOW - WINDOW - timedelta(seconds=1), NOW, WINDOW) == ()
    assert offered(closed, None, NOW, WINDOW) == ()
    assert offered(TicketState.IN_PROGRESS, None, NOW, WINDOW) == (Offer.ADD, Offer.WITHDRAW)


@pytest.mark.parametrize(
    ("offer", "kind"),
    [
        (Offer.ANSWER, AnswerCallback),
        (Offer.INFORM, ProvideInfo),
        (Offer.ADD, FollowUp),
        (Offer.REOPEN, FollowUp),
        (Offer.WITHDRAW, Withdraw),
    ],
)
def test_what_is_done_is_passed_on_as_the_requesters_own_word_and_answered_on_no_topic(
    front: Any, report: Any, offer: Offer, kind: type[Any]
) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    action = action_of(offer, ticket, "三楼也漏。", CHOSEN)
    assert isinstance(action, kind)
    name = type(action).type_name.removeprefix("liuhen.inbound.").removesuffix(".v1")
    headers = Envelope("c-1", "door/citizen", action.type_name, front.now, "").headers()
    headers.append(
        mark_of(front.state.config.secrets.key, party_of("liuhen.inbound.citizen.v1"), "door/citizen", "c-1")
    )
    decision = front.take("citizen", name, action.to_json(), headers=headers)
    (said,) = decision.says
    assert said.topic == TICKETS
    assert isinstance(said.message, ActionReceived)
    assert (str(said.message.party), said.message.matched) == ("citizen", True)


@pytest.mark.parametrize("source", ["test", "door/citizen", "liuhen/desk"])
def test_nobody_without_the_doors_mark_speaks_as_a_citizen(front: Any, report: Any, source: str) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    said = {"ticket": ticket, "reason": "不要了。"}
    assert front.refused("citizen", "withdraw", said, source=source)[:2] == ("bad_envelope", "ce_source")


def test_no_channel_answers_a_callback(front: Any, report: Any) -> None:
    ticket = front.took("wechat", "register", report)[0].ticket
    for party in ("wechat", "hotline", "survey", "callback", "office"):
        assert front.refused(party, "answer-callback", {"ticket": ticket, **CHOSEN})[0] == "not_permitted"


def filled(offer: Offer, said: str, **chosen: str) -> Filled:
    return Filled(offer, TICKET, said, chosen, "k")


def test_what_is_wrong_is_said_beside_its_field() -> None:
    assert set(wrong_in(filled(Offer.WITHDRAW, " \u200b"))) == {"said"}
    assert set(wrong_in(filled(Offer.ADD, "字" * 2_001))) == {"said"}
    assert set(wrong_in(filled(Offer.ANSWER, ""))) == set(QUESTIONS)
    assert set(wrong_in(filled(Offer.ANSWER, "", **{**CHOSEN, "result": "<b>"}))) == {"result"}
    assert wrong_in(filled(Offer.ANSWER, "", **CHOSEN)) == {}
