"""Trace reads a ticket's state off the facts alone, and reads the same state that dispatch decided by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import (
    Actor,
    Channel,
    Contact,
    Contacted,
    Grade,
    Kind,
    Place,
    RequesterKind,
    Ruling,
    Solved,
    TicketState,
    Tier,
)
from services.dispatch.core.evolve import evolve
from services.dispatch.core.ticket import Ticket
from services.trace.core.rows import Summary
from services.trace.reactions import summed

TICKET, OTHER = "26030200000017", "26030200000025"
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ON: dict[str, Any] = {"ticket": TICKET, "by": Actor(by_rule="test")}
BY_HOUSING: dict[str, Any] = {**ON, "department": "housing"}
WHY: dict[str, Any] = {**BY_HOUSING, "reason": "理由"}
RETURN: dict[str, Any] = {**WHY, "ground": "not-our-duty"}
CALLED: dict[str, Any] = {
    "contacted": Contacted.YES,
    "solved": Solved.NOT,
    "attitude": Grade.FAIRLY,
    "result": Grade.DISSATISFIED,
}
RULED: dict[str, Any] = {**ON, "ruling": Ruling.SOLVED}

OPENED = d.Opened(
    **ON,
    receipt="R0123456789AB",
    channel=Channel.SURVEY,
    kind=Kind.HELP,
    requester_kind=RequesterKind.RESIDENT,
    contact=Contact(),
    place=Place(text="平凉路100弄"),
    text="路灯不亮",
    tier=Tier.COMPLEX,
)
FACTS: tuple[Message, ...] = (
    d.PassOnAwaited(**ON, stage="unit", unit="unit-01"),
    d.PassOnAwaited(**ON, stage="survey_office"),
    d.PassedOn(**ON, stage="unit"),
    d.PassedOn(**ON, stage="survey_office"),
    d.SettledAtUnit(**ON, reply="当场解决"),
    d.DispatchAwaited(**ON, reason="low-score"),
    d.Dispatched(**ON, order=1, lead="housing", tier=Tier.COMPLEX, reason="catalogue"),
    d.Dispatched(**ON, order=2, lead="police", tier=Tier.COMPLEX, reason="adjudicated", binding=True),
    d.Accepted(**BY_HOUSING),
    d.ReturnRequested(**RETURN, dispute=1),
    d.ReturnUpheld(**WHY),
    d.ReturnOverruled(**WHY),
    d.AdjudicationOpened(**ON, departments=("housing", "police"), reason="disputed-twice"),
    d.Adjudicated(**ON, lead="police", reason="职责所在"),
    d.FirstContactMade(**BY_HOUSING, method="phone"),
    d.InfoAsked(**ON, question="哪一栋？"),
    d.InfoProvided(**ON, text="三号楼"),
    d.InfoTimedOut(**ON),
    d.Handled(**BY_HOUSING, reply="已处理", round=0),
    d.HandledAccepted(**BY_HOUSING, handled_at=AT),
    d.HandledSentBack(**WHY),
    d.Suspended(**RETURN, until=AT),
    d.SuspensionEnded(**WHY),
    d.CallbackAwaited(**ON, round=0, attempts=0),
    d.CallbackTried(**ON, attempt=1),
    d.CallbackRecorded(**ON, round=0, **CALLED),
    d.ReworkOrdered(**BY_HOUSING, round=1, reason="unsolved"),
    d.ReworkOrdered(**BY_HOUSING, round=1, reason="unsolved", reopens=True),
    d.WithdrawalAsked(**ON, channel=Channel.HOTLINE, reason="不用了"),
    d.WithdrawalDeclined(**ON, reason="隐患仍在"),
    d.ReopeningAsked(**ON, receipt="R0123456789AB", channel=Channel.HOTLINE, text="又坏了", count=1),
    d.ReopeningDeclined(**ON, reason="已办结"),
    d.PartReopened(**ON, part=f"{TICKET}-1"),
    d.Closed(**RULED, outcome="called-back", lead="housing"),
    d.FinalAnswerGiven(**RULED, text="终结", approver=Actor(by_rule="test")),
    d.Reopened(**ON, reason="又坏了", count=1),
    d.Archived(**ON),
    d.NotAccepted(**ON, ground="court", reason="已起诉"),
    d.Withdrawn(**ON, reason="不用了"),
    d.Transferred(**ON, to="city", reason="市级事权"),
    d.Merged(**ON, into=OTHER, reason="重复"),
    d.Unmerged(**ON, into=OTHER, reason="不是一件事"),
    d.SplitUp(**ON, parts=(f"{TICKET}-1", f"{TICKET}-2"), texts=("一", "二"), categories=("", ""), reason="两件事"),
)
NEEDS: dict[type[Message], TicketState] = {
    d.InfoProvided: TicketState.NEEDS_INFO,
    d.InfoTimedOut: TicketState.NEEDS_INFO,
    d.SuspensionEnded: TicketState.SUSPENDED,
    d.Unmerged: TicketState.MERGED,
    d.CallbackTried: TicketState.CALLBACK_PENDING,
}
"""Dispatch never says these in any other state."""


@settings(max_examples=400)
@given(facts=st.lists(st.sampled_from(FACTS), max_size=25))
def test_trace_reads_the_state_that_dispatch_decides_by(facts: list[Message]) -> None:
    ticket, summary, at = evolve(None, OPENED, AT), summed(Summary(TICKET), OPENED, AT), AT

    for fact in facts:
        assert isinstance(ticket, Ticket)
        if NEEDS.get(type(fact), ticket.state) is not ticket.state:
            continue
        at += timedelta(minutes=1)
        ticket, summary = evolve(ticket, fact, at), summed(summary, fact, at)

        assert isinstance(ticket, Ticket)
        assert summary.state == ticket.state.value
        assert (summary.wish or "none") == ticket.wish.at
