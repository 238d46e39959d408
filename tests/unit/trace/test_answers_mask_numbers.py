"""Whoever looks up a ticket reads no identity-card or bank-card number, in the list, the timeline or its sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rulebook import load_policy
from rulebook.codes import Role
from services.trace.core.rights import of_department, of_office
from services.trace.core.rows import Summary
from services.trace.edges.answers import Answers
from services.trace.edges.calendars import Calendars
from services.trace.edges.lookup import TicketStanding
from services.trace.edges.words import Words
from worktime import Calendar, OfficeHours

ANSWERS = Answers(
    Words(load_policy(Path(__file__).resolve().parents[3] / "policy")),
    Calendars(Calendar.published()),
    OfficeHours(),
)
AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
NUMBERS = ("310110199003071237", "6222021001123456789")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_timeline_shows_none(number: str) -> None:
    body = {"ticket": "26091403000175", "by": {}, "mode": "press", "text": f"证件{number}", "receipt": "R0123456789AB"}
    row: dict[str, Any] = dict.fromkeys(
        ("recorded", "cause", "correlation", "policy", "topic", "partition", "offset", "source", "sequence", "place")
    )
    row |= {"at": AT, "id": "e-1", "type": "liuhen.dispatch.follow-up-added.v1", "body": json.dumps(body)}
    (entry,) = ANSWERS.timeline([row])
    assert number not in json.dumps(entry, default=str, ensure_ascii=False)
    assert f"{number[:6]}*" in entry["words"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_ticket_that_was_found_shows_none(number: str) -> None:
    summary = Summary("26091403000175", place=f"某路{number}号", gist=f"证件{number}")
    told = ANSWERS.standing(TicketStanding(summary, None, None, 0), looks=True)
    assert number not in json.dumps(told, default=str, ensure_ascii=False)


SAID = "我是张建国，举报物业，电话13812345678"


def test_what_was_said_in_confidence_is_read_by_those_alone_who_may_look() -> None:
    for confidential, looks, reads in ((True, True, True), (True, False, False), (False, False, True)):
        summary = Summary("26091403000175", place="景林新村5号201", gist=SAID, confidential=confidential)
        told = json.dumps(ANSWERS.standing(TicketStanding(summary, None, None, 0), looks=looks), ensure_ascii=False)
        assert ("举报物业" in told, "景林新村" in told) == (reads, reads)


def test_whoever_may_look_reads_by_whom_it_was_said_only_by_the_act_of_looking() -> None:
    summary = Summary("26091403000175", gist=SAID, confidential=True)
    found = ANSWERS.standing(TicketStanding(summary, None, None, 0), looks=True)
    assert found["gist"] == "我是***，举报物业，电话***********"
    (entry,) = ANSWERS.timeline([pressed()], confidential=True, looks=True)
    assert "举报物业" in entry["words"]
    assert not [
        said for said in ("张建国", "13812345678") if said in json.dumps(entry, default=str, ensure_ascii=False)
    ]


def test_what_is_wanted_of_the_centre_is_no_secret() -> None:
    summary = Summary("26091403000175", confidential=True, wish="reopening")
    told = ANSWERS.standing(TicketStanding(summary, None, None, 0), looks=False)
    assert told["words"]["wish"] == "待决定重启"


def test_a_receipt_opens_the_matter_and_is_for_those_alone_who_may_look() -> None:
    standing = TicketStanding(Summary("26091403000175", receipt="R0123456789AB"), None, None, 0)
    shown = [ANSWERS.standing(standing, looks=looks)["receipt"] for looks in (True, False)]
    assert shown == ["R0123456789AB", None]


def pressed() -> dict[str, Any]:
    body = {"ticket": "26091403000175", "by": {}, "mode": "press", "text": SAID, "receipt": "R0123456789AB"}
    row: dict[str, Any] = dict.fromkeys(
        ("recorded", "cause", "correlation", "policy", "topic", "partition", "offset", "source", "sequence", "place")
    )
    row |= {"at": AT, "id": "e-1", "type": "liuhen.dispatch.follow-up-added.v1", "body": json.dumps(body)}
    return row


def test_a_timeline_shows_receipts_of_requesters_to_those_alone_who_may_look() -> None:
    act = {"party": {"kind": "office"}, "receipt": "R0123456789AC", "action": {"do": "nudge"}}
    rows = [pressed(), {**pressed(), "type": "liuhen.tickets.action-received.v1", "body": json.dumps(act)}]

    shown = [[each["body"]["receipt"] for each in ANSWERS.timeline(rows, looks=looks)] for looks in (True, False)]

    assert shown == [["R0123456789AB", "R0123456789AC"], [None, "R0123456789AC"]]


def test_a_timeline_that_is_withheld_quotes_nobody() -> None:
    (entry,) = ANSWERS.timeline([pressed()], confidential=True)
    assert "张建国" not in json.dumps(entry, default=str, ensure_ascii=False)
    assert "（保密，不予显示）" in entry["words"]


def test_who_may_look_is_what_the_policy_says_and_no_department() -> None:
    looking = ANSWERS.words.policy.office.may["look_at_contact"]
    assert of_office("p-xu", [Role.DISPATCHER], looking).looks
    assert not of_office("p-c", [Role.CONTRACTOR], looking).looks
    assert not of_department("department.housing", "housing").looks
