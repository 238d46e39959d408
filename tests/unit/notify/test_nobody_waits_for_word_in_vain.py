"""Whoever was told something hears when it is so no more, and how it ended: the requester, the visitor, the lead."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Channel, Clock, VisitRef
from tests.support.notify import BY, MORNING, TICKET, Teller, citizens, dispatched, registered, started

OTHER, PARTS = "26030200000025", (f"{TICKET}-1", f"{TICKET}-2")
SPLIT = d.SplitUp(ticket=TICKET, by=BY, parts=PARTS, texts=("灯坏", "漏水"), categories=("", ""), reason="两件事")
REQUESTER_HEARS: list[tuple[Message, str, str]] = [
    (SPLIT, "requester-split", f"已分为{PARTS[0]}、{PARTS[1]}分别办理"),
    (d.Unmerged(ticket=TICKET, by=BY, into=OTHER, reason="不是一件事"), "requester-unmerged", OTHER),
    (d.MergedTicketReopened(ticket=TICKET, by=BY, into=OTHER), "requester-merged-reopened", OTHER),
    (d.Withdrawn(ticket=TICKET, by=BY, reason="好了"), "requester-withdrawn", "如非您本人要求，请立即拨打12345"),
]


def led(**changed: Any) -> Teller:
    teller = Teller()
    for fact in (registered(**changed), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    return teller


@pytest.mark.parametrize(("fact", "template", "words"), REQUESTER_HEARS)
def test_the_requester_hears_what_became_of_their_number(fact: Message, template: str, words: str) -> None:
    (told,) = (each for each in led().tell(fact) if each.to.audience == "requester")
    assert told.template == template
    assert words in told.text


@pytest.mark.parametrize(
    "fact",
    [
        SPLIT,
        d.Withdrawn(ticket=TICKET, by=BY, reason="好了"),
        d.NotAccepted(ticket=TICKET, by=BY, ground="not-public-affair", reason="邻里纠纷"),
        d.Merged(ticket=TICKET, by=BY, into=OTHER, reason="重复"),
    ],
)
def test_the_visitor_hears_how_their_problem_ended(fact: Message) -> None:
    visit = VisitRef(visitor="v-1", unit="unit-01", visited_at=MORNING)
    told = [each.template for each in led(channel=Channel.SURVEY, visit=visit).tell(fact)]
    assert told.count("visitor-progress") == 1


def test_a_department_hears_that_its_time_runs_on() -> None:
    teller = led()
    (told,) = teller.tell(d.InfoTimedOut(ticket=TICKET, by=BY))
    assert (told.to.audience, "补充期限已结束" in told.text) == ("department:housing", True)
    ended = d.SuspensionEnded(ticket=TICKET, by=BY, department="housing", reason="到期")
    (told,) = teller.tell(ended)
    assert (told.template, told.to.audience) == ("department-goes-on", "department:housing")
