"""Tickets in every state, each brought there by a story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Final

from rulebook.codes import Passing
from schemas import clocks as c
from schemas import inbound as i
from schemas import requests as r
from schemas.tickets import Answered
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Grade,
    Kind,
    RequesterKind,
    Solved,
    TicketState,
    Upstream,
    VisitRef,
)
from services.dispatch.core.commands import BeginAnswered
from tests.support.dispatch.story import (
    AGENT,
    AT,
    BY_HAND,
    OTHER,
    RECEIPT,
    SUPPORTER,
    TICKET,
    Story,
    opened,
    rules_with,
)

CITY: Final = Upstream(number="SH-1")


@cache
def dispatched() -> Story:
    return opened(upstream=CITY)


@cache
def in_progress() -> Story:
    return dispatched().lead(i.Accept)


def without_task(story: Story) -> Story:
    return story.department(SUPPORTER, i.ReportTaskDone, reply="已配合。")


@cache
def handled() -> Story:
    return without_task(in_progress()).lead(i.ReportHandled, reply="已办结。")


@cache
def callback_pending() -> Story:
    return handled().office(i.Review, accepted=True)


@cache
def rework() -> Story:
    return callback_pending().called(Solved.NOT, Grade.DISSATISFIED)


@cache
def closed() -> Story:
    return callback_pending().called()


@cache
def return_requested() -> Story:
    return dispatched().lead(i.RequestReturn, ground="not-our-duty", reason="不属于我局职责。")


@cache
def adjudicating() -> Story:
    once = return_requested().office(i.RuleOnReturn, upheld=False, reason="属你局职责。")
    return once.lead(i.RequestReturn, ground="not-our-duty", reason="仍不属于我局职责。")


@cache
def pending_dispatch() -> Story:
    return opened(rules_with(**BY_HAND, dispatch=Passing.QUEUE), upstream=CITY)


@cache
def survey_review() -> Story:
    visit = VisitRef(visitor="v-1", unit="unit-01", visited_at=AT)
    return opened(channel=Channel.SURVEY, visit=visit, upstream=CITY)


@cache
def suspended() -> Story:
    asked = in_progress().lead(
        i.RequestSuspension, ground="awaiting-works", until=AT + timedelta(days=20), reason="等待施工。"
    )
    return asked.office(i.RuleOnSuspension, granted=True, reason="同意。")


@cache
def merged() -> Story:
    asked = in_progress().office(i.Merge, into=OTHER, reason="同一诉求人重复反映。")
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=True, reason="已并入", receipt=RECEIPT)
    return asked.asked(answer)


@cache
def split() -> Story:
    parts = (i.Part(text="物业费问题。", category="0101-02"), i.Part(text="停车问题。", category="0101-03"))
    return pending_dispatch().office(i.Split, parts=parts, reason="两件事。")


@cache
def answered() -> Story:
    fact = Answered(
        ticket=TICKET,
        receipt=RECEIPT,
        channel=Channel.HOTLINE,
        kind=Kind.CONSULT,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        text="物业费怎么查询？",
        answer="可以查询公示栏。",
        agent=AGENT,
    )
    return Story(rules_with(**BY_HAND)).when(BeginAnswered(fact))


STORIES: Final[Mapping[TicketState, Callable[[], Story]]] = {
    TicketState.SURVEY_REVIEW: survey_review,
    TicketState.NEEDS_INFO: lambda: in_progress().lead(i.AskForInfo, question="是哪一幢楼？"),
    TicketState.PENDING_DISPATCH: pending_dispatch,
    TicketState.DISPATCHED: dispatched,
    TicketState.RETURN_REQUESTED: return_requested,
    TicketState.ADJUDICATING: adjudicating,
    TicketState.IN_PROGRESS: in_progress,
    TicketState.SUSPENDED: suspended,
    TicketState.HANDLED: handled,
    TicketState.CALLBACK_PENDING: callback_pending,
    TicketState.REWORK: rework,
    TicketState.CLOSED: closed,
    TicketState.ARCHIVED: lambda: closed().clock(c.ClockLapsed, Clock.REOPEN_WINDOW, "requester"),
    TicketState.ANSWERED: answered,
    TicketState.NOT_ACCEPTED: lambda: pending_dispatch().office(i.RefuseTicket, ground="court", reason="已起诉。"),
    TicketState.WITHDRAWN: lambda: in_progress().act(i.Withdraw(ticket=TICKET, reason="已自行解决。")),
    TicketState.MERGED: merged,
    TicketState.SPLIT: split,
    TicketState.TRANSFERRED: lambda: pending_dispatch().office(i.TransferOut, to="city", reason="属市级事权。"),
}
"""A story for each state but `registered`, which no ticket is left in."""


def at(state: TicketState) -> Story:
    """Given a ticket in a state."""
    story = STORIES[state]()
    assert story.ticket.state is state
    return story
