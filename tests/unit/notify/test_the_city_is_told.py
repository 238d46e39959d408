"""Of what it handed down the city is told each state, with reply, reason and verdict, in documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas.correction import CallbackAnswers, Correction
from schemas.dispatch import DispatchFact
from schemas.examples import example
from schemas.owner import Owner
from schemas.values import (
    Actor,
    Clock,
    Contacted,
    Grade,
    OfficialDue,
    Party,
    PartyKind,
    ProvisionalDue,
    Ruling,
    Solved,
    Upstream,
)
from tests.support.notify import BY, TICKET, Teller, dispatched, registered

NUMBER = "SH20260302-1"
HANDED_DOWN = Actor(party=Party(kind=PartyKind.CITY))
OF_THE_CLOCK: dict[str, Any] = {
    "ticket": TICKET,
    "clock_id": "handling",
    "clock": Clock.HANDLING,
    "owner": Owner("department:housing"),
    "explanation": {},
}
REPLY = '已更换"镇流器"，\n18时亮灯'


def of(model: type[DispatchFact], **more: Any) -> Any:
    return model.model_validate({**dict(example(model)), "ticket": TICKET, "by": BY, **more})


def heard(teller: Teller, fact: Any) -> list[dict[str, Any]]:
    """What the city is told of a fact."""
    notices = [each for each in teller.tell(fact) if each.to.audience == "city"]
    assert all(
        (each.to.way, each.to.address, each.peaceful, each.gathered) == ("city", NUMBER, False, False)
        for each in notices
    )
    return [json.loads(each.text) for each in notices]


@pytest.fixture
def teller() -> Teller:
    told = Teller()
    assert heard(told, registered(upstream=Upstream(number=NUMBER), by=HANDED_DOWN)) == []
    assert heard(told, dispatched()) == []
    return told


def extended(**changed: Any) -> c.ClockExtended:
    return c.ClockExtended(**{**OF_THE_CLOCK, "days": 3, "due": LATER, **changed})


def resumed(**changed: Any) -> c.ClockResumed:
    return c.ClockResumed(**{**OF_THE_CLOCK, "due": LATER, **changed})


ANSWERS = CallbackAnswers(
    round=0, contacted=Contacted.YES, solved=Solved.NOT, attitude=Grade.SATISFIED, result=Grade.DISSATISFIED
)
VERDICT = {"contacted": Contacted.YES, "solved": Solved.SOLVED, "attitude": Grade.SATISFIED, "result": Grade.FAIRLY}
CITY, OFFICE = Party(kind=PartyKind.CITY), Party(kind=PartyKind.OFFICE)
TOO_EARLY = {"action": "record_city_verdict", "code": "illegal_in_state", "reason": "还在办理。"}
LIMIT = {"state": "due", "department": "房管局", "due": "2026-03-12T17:30:00+08:00"}
LATER = OfficialDue(at=datetime(2026, 3, 12, 9, 30, tzinfo=UTC))
PROVISIONAL = ProvisionalDue(earliest=LATER.at, latest=LATER.at + timedelta(days=6))
TOLD: list[tuple[Any, list[dict[str, Any]]]] = [
    (of(d.Accepted, department="housing"), [{"state": "accepted", "department": "房管局"}]),
    (extended(), [{**LIMIT, "why": "extended"}]),
    (extended(due=PROVISIONAL), [{**LIMIT, "due": "2026-03-18T17:30:00+08:00", "why": "extended"}]),
    (extended(clock=Clock.CITIZEN), []),
    (resumed(), [{**LIMIT, "why": "resumed"}]),
    (resumed(clock=Clock.SUPPORTING_TASK), []),
    (of(d.FinalAnswerGiven, text=REPLY, ruling=Ruling.EXPLAINED), [{"state": "handled", "reply": REPLY}]),
    (of(d.Transferred, to="city", reason="属市管道路"), [{"state": "returned", "to": "city", "reason": "属市管道路"}]),
    (
        of(d.CallbackRecorded, round=0, note="亮了", withheld=None, **VERDICT),
        [{"state": "called_back", "solved": "solved", "satisfaction": "fairly", "note": "亮了"}],
    ),
    (
        of(d.CallbackRecorded, round=0, note="收钱", withheld=True, **VERDICT),
        [{"state": "called_back", "solved": "solved", "satisfaction": "fairly", "note": ""}],
    ),
    (
        of(d.Closed, outcome="handled", ruling=Ruling.SOLVED),
        [{"state": "ended", "outcome": "handled", "ruling": "solved", "reason": "", "reply": ""}],
    ),
    (
        of(d.Withdrawn, reason="已自行解决"),
        [{"state": "ended", "outcome": "withdrawn", "ruling": "", "reason": "已自行解决", "reply": ""}],
    ),
    (
        of(d.MergedTicketEnded, into=TICKET, outcome="handled", ruling=Ruling.SOLVED, reply=REPLY, reason=None),
        [{"state": "ended", "outcome": "handled", "ruling": "solved", "reason": "", "reply": REPLY}],
    ),
    (of(d.OutcomeRuled, ruling=Ruling.UNSOLVED, reason="复核"), [{"state": "ruled", "ruling": "unsolved"}]),
    (of(d.Reopened, reason="又坏了"), [{"state": "open", "why": "reopened"}]),
    (
        of(d.Corrected, old=Correction(reply="旧"), new=Correction(reply=REPLY), reason="错字", told=True),
        [{"state": "handled", "reply": REPLY}],
    ),
    (
        of(d.Corrected, old=Correction(answers=ANSWERS), new=Correction(answers=ANSWERS), reason="记错"),
        [{"state": "called_back", "solved": "not", "satisfaction": "dissatisfied", "note": ""}],
    ),
    (of(d.ActionRefused, receipt="R0123456789AB", party=CITY, **TOO_EARLY), [{"state": "refused", **TOO_EARLY}]),
    (of(d.ActionRefused, receipt="R0123456789AB", party=OFFICE, **TOO_EARLY), []),
]


@pytest.mark.parametrize(("fact", "told"), TOLD, ids=lambda value: type(value).__name__)
def test_the_city_hears_each_step_of_its_order(teller: Teller, fact: Any, told: list[dict[str, Any]]) -> None:
    assert heard(teller, fact) == [{"ticket": TICKET, **each} for each in told]


@pytest.mark.parametrize("fact", [fact for fact, _ in TOLD], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "theirs",
    [
        {},
        {"upstream": Upstream(number=NUMBER), "by": HANDED_DOWN, "part_of": TICKET},
        {"upstream": Upstream(number=NUMBER), "by": Actor(party=Party(kind=PartyKind.HOTLINE))},
        {"upstream": Upstream(number=NUMBER), "by": Actor(party=Party(kind=PartyKind.SURVEY))},
    ],
    ids=["ours", "a part", "a call that names its number", "a visit that names its number"],
)
def test_of_what_is_not_its_own_the_city_hears_nothing(fact: Any, theirs: dict[str, Any]) -> None:
    teller = Teller()
    for each in (registered(**theirs), dispatched(), fact):
        assert heard(teller, each) == []


def test_what_is_granted_while_the_work_stands_still_is_told_when_it_goes_on(teller: Teller) -> None:
    told = [heard(teller, fact) for fact in (of(d.Suspended), extended(), of(d.SuspensionEnded), resumed())]

    assert told == [[], [], [], [{"ticket": TICKET, **LIMIT, "why": "resumed"}]]
