"""A requester acts on their own page: they need no agent, whatever the channel, and are called by nobody afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import CallbackRequest
from schemas.values import Channel, Contacted, Grade, Party, PartyKind, Ruling, Solved, TicketState, Verified
from services.dispatch.core.commands import Act
from tests.support.dispatch import given
from tests.support.dispatch.examples import beside
from tests.support.dispatch.story import AGENT, TICKET, Story, received

CITIZEN = Party(kind=PartyKind.CITIZEN)


def acted(story: Story, action: type[i.FromRequester], *, matched: bool | None = True, **values: Any) -> Story:
    said = received(action(ticket=TICKET, **values), matched=matched)
    return story.when(Act(said.model_copy(update={"party": CITIZEN})))


def answered(story: Story, solved: Solved, result: Grade, note: str | None = None) -> Story:
    four: dict[str, Any] = {"contacted": Contacted.YES, "solved": solved, "attitude": Grade.SATISFIED, "result": result}
    return acted(story, i.AnswerCallback, note=note, **four)


def came_by(story: Story, channel: Channel) -> Story:
    return beside(matter=story.ticket.matter.model_copy(update={"channel": channel}))(story)


def requests(story: Story) -> list[CallbackRequest]:
    return [each.message for each in story.told if isinstance(each.message, CallbackRequest)]


def test_their_own_answers_close_the_ticket_and_the_agency_need_not_call() -> None:
    pending = given.callback_pending()
    closed = answered(pending, Solved.SOLVED, Grade.SATISFIED, "当晚就亮了").then(d.CallbackRecorded, d.Closed)
    fact = closed.said(d.CallbackRecorded)
    assert (fact.by.party, fact.by.person, fact.note) == (CITIZEN, None, "当晚就亮了")
    assert closed.said(d.Closed).ruling is Ruling.SOLVED
    assert [each.happened for each in requests(closed)] == ["cancelled"]
    # once a round: neither they nor the agency answer it again
    answered(closed, Solved.NOT, Grade.DISSATISFIED).refused("illegal_in_state")
    closed.called(Solved.NOT, Grade.DISSATISFIED).refused("not_yours")


def test_what_is_not_solved_is_done_again_and_the_next_round_is_answered_anew() -> None:
    again = answered(given.callback_pending(), Solved.NOT, Grade.DISSATISFIED, "还是不亮")
    again.then(d.CallbackRecorded, d.ReworkOrdered, state=TicketState.REWORK)
    assert again.said(d.ReworkOrdered).said is not None
    second = again.lead(i.ReportHandled, reply="已更换。").office(i.Review, accepted=True)
    assert answered(second, Solved.SOLVED, Grade.FAIRLY).said(d.CallbackRecorded).round == 1


@pytest.mark.parametrize("channel", list(Channel))
def test_whatever_channel_it_came_by_nobody_has_to_vouch(channel: Channel) -> None:
    asked = came_by(given.at(TicketState.NEEDS_INFO), channel)
    assert acted(asked, i.ProvideInfo, text="3号楼。").said(d.InfoProvided).verified is Verified.NUMBER_MATCHED
    opened = came_by(given.in_progress(), channel)
    assert acted(opened, i.Withdraw, reason="已经好了。").ticket.state is TicketState.WITHDRAWN
    added = acted(opened, i.FollowUp, mode="add", text="三楼也漏。").said(d.FollowUpAdded)
    assert (added.channel, added.verified) == (channel, Verified.NUMBER_MATCHED)
    wish = acted(came_by(given.closed(), channel), i.FollowUp, mode="add", text="又坏了。")
    assert wish.said(d.ReopeningAsked).verified is Verified.NUMBER_MATCHED


@pytest.mark.parametrize("kind", [PartyKind.HOTLINE, PartyKind.WECHAT, PartyKind.SURVEY])
def test_nobody_answers_in_their_place(kind: PartyKind) -> None:
    four: dict[str, Any] = {
        "contacted": Contacted.YES,
        "solved": Solved.SOLVED,
        "attitude": Grade.SATISFIED,
        "result": Grade.SATISFIED,
    }
    said = received(i.AnswerCallback(ticket=TICKET, agent=AGENT, verified=Verified.CALLED_BACK, **four), matched=False)
    other = came_by(given.callback_pending(), Channel.SURVEY if kind is PartyKind.WECHAT else Channel.WECHAT)
    other.when(Act(said.model_copy(update={"party": Party(kind=kind)}))).refused("not_verified")


def test_a_page_that_opens_no_such_ticket_does_nothing() -> None:
    acted(given.in_progress(), i.Withdraw, matched=False, reason="不要了。").refused("not_verified")
