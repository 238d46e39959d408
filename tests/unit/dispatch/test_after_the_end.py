"""A call about what has ended waits on the desk (重启申请); what is overdue is withdrawn by the centre alone (撤诉)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from rulebook.codes import Passing
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Grade,
    Party,
    PartyKind,
    Person,
    Ruling,
    Solved,
    TicketState,
    Tier,
    Verified,
    breach_by,
)
from services.dispatch.core.commands import Act
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Acknowledged, Calling, NotUrgent, NoWish
from services.dispatch.core.standing import OPEN, REOPENABLE, Merged, Split
from tests.support.dispatch import given
from tests.support.dispatch.examples import MEMBER, ORDERED, TOOK, beside
from tests.support.dispatch.story import (
    AGENT,
    APPROVER,
    BY_HAND,
    INCIDENT,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    opened,
    received,
    rules_with,
)
from vocabulary import STATES

AGAIN: Final = i.FollowUp(ticket=TICKET, mode="press", text="修好一天又坏了。", agent=AGENT)
TAKES_BACK: Final = i.Withdraw(ticket=TICKET, reason="不用了。", agent=AGENT)
LONG: Final = timedelta(days=40)


def desk(story: Story) -> list[tuple[str, bool]]:
    """What the desk heard of the last step."""
    return [(told.message.task, told.message.open) for told in story.told if isinstance(told.message, DeskTask)]


def overdue(story: Story | None = None, clock: Clock = Clock.HANDLING) -> Story:
    """Given a ticket that its lead let run out of time."""
    return (story or given.in_progress()).clock(c.ClockBreached, clock)


# --- a call about what has ended --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(REOPENABLE - {TicketState.ARCHIVED}))
def test_a_call_about_what_has_ended_waits_for_the_desk(state: TicketState) -> None:
    # when its requester calls again
    asked = given.at(state).act(AGAIN).then(d.ReopeningAsked, state=state)
    # then the desk has to decide, and reads what was said
    task = next(told.message for told in asked.told if isinstance(told.message, DeskTask))
    assert (task.task, task.open, task.wish) == ("reopening", True, AGAIN.text)
    fact = asked.said(d.ReopeningAsked)
    assert (fact.channel, fact.count, fact.verified) == (Channel.HOTLINE, 1, Verified.NUMBER_MATCHED)
    # and whoever works on it next reads it too
    reopened = asked.office(i.Reopen, reason="市民再次反映。")
    assert ("reopening", False) in desk(reopened)
    assert AGAIN.text in [note.text for note in reopened.ticket.notes]


def test_the_desk_says_why_it_is_not_reopened() -> None:
    asked = given.closed().act(AGAIN)
    declined = asked.office(i.DeclineReopening, reason="属物业公司自管范围，已书面答复。")
    declined.then(d.ReopeningDeclined, state=TicketState.CLOSED)
    assert desk(declined) == [("reopening", False)]
    declined.office(i.DeclineReopening, reason="再说一次。").refused("nothing_asked")
    assert declined.act(AGAIN).said(d.ReopeningAsked).count == 2


def test_each_further_call_is_counted_and_told_to_the_desk_anew() -> None:
    twice = given.closed().act(AGAIN).act(i.FollowUp(ticket=TICKET, mode="add", text="楼上也漏了。"))
    assert twice.said(d.ReopeningAsked).count == 2
    assert [told.message.wish for told in twice.told if isinstance(told.message, DeskTask)] == ["楼上也漏了。"]


def test_what_was_asked_for_and_comes_after_the_end_is_heard_too() -> None:
    given.closed().act(i.ProvideInfo(ticket=TICKET, text="是3号楼。")).then(d.ReopeningAsked)


def test_a_strangers_call_about_what_has_ended_does_not_count() -> None:
    for state in sorted(REOPENABLE):
        refused = given.at(state).stranger(AGAIN).refused("not_verified")
        assert "另行登记" in refused.said(d.ActionRefused).reason
    # though an agent can have verified in another way who speaks, and says how
    verified = AGAIN.model_copy(update={"verified": Verified.CALLED_BACK})
    given.closed().stranger(verified).then(d.ReopeningAsked)
    # which is more than a claim that the number matches, when it does not
    claimed = AGAIN.model_copy(update={"verified": Verified.NUMBER_MATCHED})
    given.closed().stranger(claimed).refused("not_verified")


def test_after_the_window_it_is_a_new_matter_unless_it_was_asked_within() -> None:
    archived = given.at(TicketState.ARCHIVED)
    archived.act(AGAIN).refused("reopen_window_closed")
    given.at(TicketState.WITHDRAWN).act(AGAIN, later=LONG).refused("reopen_window_closed")
    # what was asked for within waits however long the desk takes
    waiting = given.closed().act(AGAIN).clock(c.ClockLapsed, Clock.REOPEN_WINDOW, "requester")
    assert waiting.ticket.state is TicketState.ARCHIVED
    late = replace(waiting, at=waiting.at + LONG)
    late.act(AGAIN).then(d.ReopeningAsked)
    late.office(i.Reopen, reason="市民在期限内提出。").then(d.Reopened, d.Dispatched, d.Accepted, d.SupportTaskOpened)


def test_what_cries_for_help_is_told_at_once_though_the_ticket_has_ended() -> None:
    # given a ticket that ended, and a call that smells of gas
    gas = i.FollowUp(ticket=TICKET, mode="press", text="又漏煤气了，味道很重。", agent=AGENT)
    called = given.closed().act(gas).then(d.ReopeningAsked, d.StopWordsFound, d.UrgentCalled)
    # then somebody on duty is called, and the next one where nobody answers
    assert called.ticket.matter.tier is Tier.URGENT
    assert isinstance(called.ticket.urgency, Calling)
    assert {("urgent_call", True), ("reopening", True)} <= set(desk(called))
    owner = f"office:{called.ticket.urgency.person.id}"
    called.clock(c.ClockLapsed, Clock.DUTY_ACKNOWLEDGEMENT, owner).then(d.UrgentCalled)
    known = called.office(i.AcknowledgeUrgent).then(d.UrgentAcknowledged)
    # and the order that follows is urgent, and nobody is called twice for it
    reopened = known.office(i.Reopen, reason="燃气泄漏。")
    assert isinstance(reopened.ticket.urgency, Acknowledged)
    assert reopened.said(d.Dispatched).tier is Tier.URGENT
    # nor is anybody, once the desk has declined
    declined = called.office(i.DeclineReopening, reason="燃气公司已到场，无泄漏。").then(d.ReopeningDeclined)
    assert isinstance(declined.ticket.urgency, NotUrgent)


GAS: Final = i.FollowUp(ticket=TICKET, mode="press", text="又漏煤气了，味道很重。", agent=AGENT)


def _city_not_content(story: Story) -> Story:
    """Given what ended, and that whoever led it looks at it again, for the city heard that it is not solved."""
    verdict = story.office(i.RecordCityVerdict, solved=Solved.NOT, satisfaction=Grade.DISSATISFIED)
    assert participants(verdict.ticket) == (LEAD,)
    return verdict


@pytest.mark.parametrize("says", ["requester", "stranger"])
def test_no_department_is_told_that_something_is_urgent_of_what_has_ended(says: str) -> None:
    reviewed = _city_not_content(given.closed())
    cried = reviewed.act(GAS) if says == "requester" else reviewed.stranger(GAS)
    # what it could not do is not asked of it
    assert cried.said(d.StopWordsFound).tier is Tier.URGENT
    assert [told.message.happened for told in cried.told if isinstance(told.message, Order)] == []
    # until somebody of the centre has reopened it: from then on it is urgent at once
    reopened = cried.office(i.Reopen, reason="又漏煤气。")
    assert reopened.said(d.Dispatched).tier is Tier.URGENT
    assert [told.message.tier for told in reopened.told if isinstance(told.message, Order)][-1] is Tier.URGENT


@pytest.mark.parametrize("state", sorted(REOPENABLE))
def test_what_a_stranger_cried_about_what_has_ended_comes_back_as_urgent(state: TicketState) -> None:
    """Nobody has to be sure who says that it burns."""
    cried = given.at(state).stranger(GAS)
    assert isinstance(cried.ticket.urgency, Calling)
    if state is TicketState.ARCHIVED:
        return
    # whoever is on duty at night may reopen it, and the call goes on until somebody knows
    on_duty = i.Reopen(ticket=TICKET, by=Person(id="p-min", name="闵建国"), reason="又漏煤气。")
    reopened = cried.act(on_duty)
    assert isinstance(reopened.said(d.Reopened), d.Reopened)
    assert reopened.ticket.matter.tier is Tier.URGENT
    assert not isinstance(reopened.ticket.urgency, NotUrgent)


def test_no_date_is_promised_of_what_has_ended() -> None:
    assert given.closed().act(GAS).said(d.StopWordsFound).deadline is None


def test_whoever_is_on_duty_reopens_what_is_urgent_and_nothing_else() -> None:
    on_duty = i.Reopen(ticket=TICKET, by=Person(id="p-min", name="闵建国"), reason="又漏煤气。")
    calm = given.closed().act(AGAIN)
    refused = calm.act(on_duty).refused("role_missing").said(d.ActionRefused)
    assert "徐文珏（p-xu）" in refused.reason
    gas = i.FollowUp(ticket=TICKET, mode="press", text="又漏煤气了，味道很重。", agent=AGENT)
    assert isinstance(given.closed().act(gas).act(on_duty).said(d.Reopened), d.Reopened)
    calm.office(i.Reopen, reason="市民再次反映。").said(d.Reopened)


def test_what_speaks_of_misconduct_is_withheld_from_whoever_works_on_it_next() -> None:
    bribed = i.FollowUp(ticket=TICKET, mode="add", text="房管局的人收了红包才不管的。", agent=AGENT)
    asked = given.closed().act(bribed)
    assert asked.said(d.ReopeningAsked).withheld
    reopened = asked.office(i.Reopen, reason="重新核实。")
    orders = [told.message for told in reopened.told if isinstance(told.message, Order)]
    assert all(bribed.text not in [note.text for note in order.notes] for order in orders)


@pytest.mark.parametrize("verified", [Verified.NUMBER_MATCHED, None])
def test_a_call_about_what_was_merged_into_it_is_one_about_the_ticket(verified: Verified | None) -> None:
    by = Actor(party=Party(kind=PartyKind.HOTLINE), person=AGENT)
    told = r.PassOnFollowUp(
        ticket=TICKET, origin=OTHER, by=by, receipt=RECEIPT, channel=Channel.HOTLINE, mode="press", text="又坏了。",
        verified=verified,
    )  # fmt: skip
    heard = TOOK(given.closed()).asked(told)
    if verified is not None:
        heard.then(d.ReopeningAsked)
        # but too late it is refused to whoever called, in words
        TOOK(given.at(TicketState.ARCHIVED)).asked(told).refused("reopen_window_closed")
    else:
        heard.refused("not_verified")


def test_two_hands_at_one_wish() -> None:
    """Whoever declines what another one has reopened meanwhile is shown that."""
    asked = given.closed().act(AGAIN)
    seen = asked.ticket.version
    reopened = asked.office(i.Reopen, reason="市民再次反映。")
    reopened.office(i.DeclineReopening, reason="不再办理。", if_seen=seen).refused("illegal_in_state")
    declined = asked.office(i.DeclineReopening, reason="不再办理。")
    another = Person(id="p-lu", name="陆惠芬")
    declined.act(i.Reopen(ticket=TICKET, by=another, reason="重启。", if_seen=seen)).refused("changed_meanwhile")


# --- taken back -------------------------------------------------------------------------------------------------------


def test_who_took_the_call_and_how_the_caller_was_verified_stand_in_the_fact() -> None:
    withdrawn = given.in_progress().act(TAKES_BACK).then(d.SupportTaskEnded, d.Withdrawn).said(d.Withdrawn)
    assert (withdrawn.by.person, withdrawn.verified) == (AGENT, Verified.NUMBER_MATCHED)
    vouched = TAKES_BACK.model_copy(update={"verified": Verified.DETAILS_CONFIRMED})
    assert given.in_progress().stranger(vouched).said(d.Withdrawn).verified is Verified.DETAILS_CONFIRMED


def test_nobody_takes_back_what_is_another_ones() -> None:
    given.in_progress().stranger(TAKES_BACK).refused("not_verified")
    nobody = i.Withdraw(ticket=TICKET, reason="不用了。")
    given.in_progress().when(Act(received(nobody))).refused("agent_missing")


def test_on_a_channel_without_agents_the_account_alone_tells() -> None:
    story = opened(channel=Channel.WECHAT)
    party = Party(kind=PartyKind.WECHAT)
    said = received(i.Withdraw(ticket=TICKET, reason="不用了。", agent=AGENT, verified=Verified.CALLED_BACK))
    of_another = said.model_copy(update={"party": party, "matched": False})
    assert "12345" in story.when(Act(of_another)).refused("not_verified").said(d.ActionRefused).reason
    own = received(i.Withdraw(ticket=TICKET, reason="不用了。")).model_copy(update={"party": party})
    story.when(Act(own)).then(d.SupportTaskEnded, d.Withdrawn)


@pytest.mark.parametrize("state", sorted(frozenset(TicketState) - {TicketState.REGISTERED}))
@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.WECHAT, Channel.SURVEY])
def test_a_stranger_learns_nothing_by_a_refusal(state: TicketState, channel: Channel) -> None:
    """Whatever they ask for, on whatever channel: the same words for a ticket in any state and of any channel."""
    asked = (
        TAKES_BACK.model_copy(update={"agent": None}),
        i.Withdraw(ticket=TICKET, reason="不用了。", agent=AGENT),
        i.ProvideInfo(ticket=TICKET, text="在三楼。", agent=AGENT),
        AGAIN,
        i.FollowUp(ticket=TICKET, mode="add", text="还有。"),
    )
    for action in asked:
        heard = received(action, matched=False).model_copy(update={"party": Party(kind=PartyKind(channel.value))})
        facts = given.at(state).when(Act(heard)).facts
        refused = [fact for fact in facts if isinstance(fact, d.ActionRefused)]
        assert {fact.code for fact in refused} <= {"not_verified", "agent_missing"}
        assert not [fact for fact in refused if STATES[state] in fact.reason or "登记，请" in fact.reason]


def test_an_answer_of_a_stranger_is_no_answer() -> None:
    asked = given.in_progress().lead(i.AskForInfo, question="哪一幢？")
    asked.stranger(i.ProvideInfo(ticket=TICKET, text="不用管了。", agent=AGENT)).refused("not_verified")
    asked.when(Act(received(i.ProvideInfo(ticket=TICKET, text="3号楼。")))).refused("agent_missing")
    provided = asked.act(i.ProvideInfo(ticket=TICKET, text="3号楼。")).said(d.InfoProvided)
    assert (provided.by.person, provided.verified) == (AGENT, Verified.NUMBER_MATCHED)


def _was_late(story: Story) -> Story:
    """Overdue, and done since: it was late all the same."""
    return overdue(story.lead(i.MakeFirstContact, reached=True), Clock.FIRST_CONTACT)


@pytest.mark.parametrize(
    "before",
    [
        overdue,
        lambda: _was_late(given.in_progress()),
        lambda: overdue(given.pending_dispatch(), Clock.CITIZEN),
        lambda: given.in_progress().office(i.Supervise, reason="久拖。"),
        lambda: given.handled().office(i.ReviewCallback, reason="核实。"),
        lambda: overdue(given.callback_pending(), Clock.CITIZEN),
    ],
)
def test_what_is_late_or_supervised_does_not_disappear_on_a_call(before: Any) -> None:
    story = before()
    # when its requester takes it back
    asked = story.act(TAKES_BACK).then(d.WithdrawalAsked, state=story.ticket.state)
    # then it goes on, and waits for a person of the centre
    assert ("withdrawal", True) in desk(asked)
    asked.act(TAKES_BACK).refused("already_asked")
    # who confirms it, and stands beside the agent who took the call
    over = asked.office(i.ConfirmWithdrawal, note="已核实，市民自行解决。")
    assert over.ticket.state is TicketState.WITHDRAWN
    fact = over.said(d.Withdrawn)
    assert (fact.reason, fact.taken_by, fact.verified) == (TAKES_BACK.reason, AGENT, Verified.NUMBER_MATCHED)
    assert fact.by.party.kind is PartyKind.OFFICE
    assert fact.confirmed
    assert ("withdrawal", False) in desk(over)
    # or does not, and it goes on
    declined = asked.office(i.DeclineWithdrawal, reason="隐患仍在。").then(d.WithdrawalDeclined)
    assert isinstance(declined.ticket.wish, NoWish)
    assert declined.ticket.state is story.ticket.state


def test_a_due_time_that_has_passed_is_late_before_anybody_has_said_so() -> None:
    started = given.in_progress().clock(c.ClockStarted, Clock.HANDLING)
    started.act(TAKES_BACK, later=LONG).then(d.WithdrawalAsked)


@pytest.mark.parametrize(("early", "state"), [(0, TicketState.IN_PROGRESS), (1, TicketState.WITHDRAWN)])
def test_what_is_due_in_the_moment_of_the_call_is_late(early: int, state: TicketState) -> None:
    started = given.in_progress().clock(c.ClockStarted, Clock.HANDLING)
    (due,) = (breach_by(each.due) for each in started.ticket.dues.values() if each.due is not None)
    asked = started.act(TAKES_BACK, later=due - started.at - timedelta(microseconds=early))
    assert asked.ticket.state is state


def test_a_wish_ends_with_the_ticket() -> None:
    asked = overdue(given.without_task(given.in_progress())).act(TAKES_BACK)
    closed = asked.lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True).called()
    assert isinstance(closed.ticket.wish, NoWish)
    asked.office(i.TransferOut, to="city", reason="属市级事权。")


def test_only_a_person_with_the_role_confirms() -> None:
    asked = ORDERED(given.in_progress()).act(TAKES_BACK)
    reviewer = Person(id="p-lu", name="陆惠芬")
    asked.act(i.ConfirmWithdrawal(ticket=TICKET, by=reviewer)).refused("role_missing")


# --- a whole and its parts --------------------------------------------------------------------------------------------


def _ended(story: Story, *parts: str, ruling: Ruling = Ruling.SOLVED) -> Story:
    for part in parts:
        end = r.ReportPart(ticket=TICKET, origin=part, by=Actor(), outcome="called_back", ruling=ruling)
        story = story.asked(end)
    return story


def _again(part: str) -> r.ReopenWhole:
    return r.ReopenWhole(ticket=TICKET, origin=part, by=Actor())


def _waiting(story: Story) -> tuple[str, ...]:
    assert isinstance(story.ticket.standing, Split)
    return story.ticket.standing.waiting


def _requests(story: Story, kind: type[r.TicketRequest]) -> list[str]:
    return [told.message.ticket for told in story.told if isinstance(told.message, kind)]


def _as_part(story: Story) -> Story:
    return beside(matter=story.ticket.matter.model_copy(update={"part_of": OTHER}))(story)


FIRST, SECOND = f"{TICKET}-1", f"{TICKET}-2"


@pytest.mark.parametrize("archived", [False, True])
def test_a_part_that_is_reopened_reopens_its_whole_which_closes_again_with_it(*, archived: bool) -> None:
    whole = _ended(_ended(given.split(), FIRST), SECOND, ruling=Ruling.UNSOLVED)
    assert whole.said(d.Closed).ruling is Ruling.UNSOLVED
    if archived:
        whole = whole.clock(c.ClockLapsed, Clock.REOPEN_WINDOW, "requester")
    # when the part that was not solved is worked on again
    opened_again = whole.asked(_again(SECOND)).then(d.PartReopened, state=TicketState.SPLIT)
    assert (opened_again.ticket.ruling, _waiting(opened_again)) == (None, (SECOND,))
    opened_again.asked(_again(SECOND)).then()
    # and another one
    both = opened_again.asked(_again(FIRST)).then(d.PartReopened)
    # then the whole closes with the last of them, by what they come to now
    closed = _ended(both, SECOND, FIRST).then(d.PartEnded, d.Closed, state=TicketState.CLOSED)
    assert closed.said(d.Closed).ruling is Ruling.SOLVED


def test_a_whole_that_waits_waits_for_the_reopened_part_too() -> None:
    one = _ended(given.split(), FIRST)
    assert _waiting(one.asked(_again(FIRST))) == (SECOND, FIRST)


def test_whoever_wants_the_whole_reopened_is_told_to_reopen_a_part() -> None:
    whole = _ended(given.split(), FIRST, SECOND).act(AGAIN).then(d.ReopeningAsked)
    assert FIRST in whole.office(i.Reopen, reason="又坏了。").refused("reopen_a_part").said(d.ActionRefused).reason
    # and with the part the wish is granted
    granted = whole.asked(_again(FIRST)).then(d.PartReopened)
    assert isinstance(granted.ticket.wish, NoWish)
    assert ("reopening", False) in desk(granted)


@pytest.mark.parametrize(
    "again",
    [
        lambda: _as_part(given.closed()).office(i.Reopen, reason="又坏了。"),
        lambda: _as_part(given.at(TicketState.WITHDRAWN)).office(i.Reopen, reason="还是要办。"),
        lambda: _as_part(given.at(TicketState.TRANSFERRED)).office(i.Reopen, reason="退回。"),
        lambda: _as_part(given.closed()).office(
            i.Correct, solved=Solved.NOT, result=Grade.DISSATISFIED, reason="点错。"
        ),
        lambda: _as_part(_ended_merged()).office(i.Unmerge, reason="另一件事。"),
    ],
)
def test_however_a_part_comes_back_its_whole_is_told(again: Any) -> None:
    assert _requests(again(), r.ReopenWhole) == [OTHER]


def _ended_merged() -> Story:
    return given.merged().asked(r.EndOfMerged(ticket=TICKET, origin=OTHER, by=Actor(), outcome="called_back"))


def test_a_rework_in_the_ordinary_life_of_a_part_asks_nothing_of_the_whole() -> None:
    failed = _as_part(given.callback_pending()).called(Solved.NOT, Grade.DISSATISFIED)
    assert failed.said(d.ReworkOrdered).reopens is None
    assert _requests(failed, r.ReopenWhole) == []


def test_what_was_merged_into_a_reopened_ticket_has_not_ended_any_more() -> None:
    reopened = TOOK(given.closed()).office(i.Reopen, reason="又坏了。")
    assert _requests(reopened, r.ReopenMerged) == [OTHER]
    merged = _as_part(_ended_merged()).asked(r.ReopenMerged(ticket=TICKET, origin=OTHER, by=Actor()))
    merged.then(d.MergedTicketReopened, state=TicketState.MERGED)
    assert isinstance(merged.ticket.standing, Merged)
    assert not merged.ticket.standing.ended
    # nor has the whole that it is a part of
    assert _requests(merged, r.ReopenWhole) == [OTHER]


def test_a_reopened_member_belongs_to_its_incident_still() -> None:
    member = MEMBER(given.closed()).office(i.Reopen, reason="又停电了。")
    fix = r.PassOnFix(ticket=TICKET, origin=INCIDENT, by=Actor(), title="停电", text="已修复。")
    member.asked(fix).then(d.FixReported)
    order = next(told.message for told in member.told if isinstance(told.message, Order))
    assert order.incident == INCIDENT


def test_a_review_of_what_the_city_heard_is_an_order_beside_and_reopens_nothing() -> None:
    verdict = _as_part(given.closed()).office(
        i.RecordCityVerdict, solved=Solved.NOT, satisfaction=Grade.DISSATISFIED, note="还是漏水。"
    )
    verdict.then(d.CityVerdictRecorded, d.CallbackReviewOrdered, state=TicketState.CLOSED)
    assert _requests(verdict, r.ReopenWhole) == []


def reviewed_whole() -> Story:
    """Given a whole that a department led once, whose parts ended, and of which the city heard that it is unsolved."""
    parts = (i.Part(text="物业费问题。", category="0101-02"), i.Part(text="停车问题。", category="0101-03"))
    closed = _ended(given.in_progress().office(i.Split, parts=parts, reason="两件事。"), FIRST, SECOND)
    verdict = closed.office(i.RecordCityVerdict, solved=Solved.NOT, satisfaction=Grade.DISSATISFIED)
    assert verdict.said(d.CallbackReviewOrdered).city
    return verdict.clock(c.ClockStarted, Clock.CALLBACK_REVIEW)


@pytest.mark.parametrize("archived", [False, True])
def test_a_part_that_comes_back_leaves_the_citys_review_of_its_whole_to_whoever_led_it(*, archived: bool) -> None:
    whole = reviewed_whole()
    if archived:
        whole = whole.clock(c.ClockLapsed, Clock.REOPEN_WINDOW, "requester")
    back = whole.asked(_again(SECOND)).then(d.PartReopened, state=TicketState.SPLIT)
    assert participants(back.ticket) == (LEAD,)
    assert [each.clock for each in back.ticket.dues.values()] == [Clock.CALLBACK_REVIEW]
    # it can be missed, answered, and ended while the part is worked on
    back.clock(c.ClockBreached, Clock.CALLBACK_REVIEW).then(d.Overdue)
    answered = back.lead(i.AnswerSupervision, report="已复核，属实。").then(d.SupervisionAnswered)
    assert ("callback_review", True) in desk(answered)
    answered.office(i.EndSupervision, result="复核完毕。").then(d.SupervisionEnded)
    # and runs on when the whole has closed again
    closed = _ended(back, SECOND).then(d.PartEnded, d.Closed, state=TicketState.CLOSED)
    closed.lead(i.AnswerSupervision, report="已复核，属实。").then(d.SupervisionAnswered)


def test_another_department_has_nothing_to_answer_of_the_whole() -> None:
    back = reviewed_whole().asked(_again(SECOND))
    back.department("market", i.AnswerSupervision, report="已复核。").refused("not_yours")


# --- what came back ---------------------------------------------------------------------------------------------------


def test_what_came_back_names_what_it_came_back_from_on_the_order_and_on_the_desk() -> None:
    story = opened(recurrence_of=OTHER)
    assert story.said(d.Opened).recurrence_of == OTHER
    assert {told.message.recurrence_of for told in story.told if isinstance(told.message, Order)} == {OTHER}
    queued = opened(rules_with(**BY_HAND, dispatch=Passing.QUEUE), recurrence_of=OTHER)
    assert [told.message.recurrence_of for told in queued.told if isinstance(told.message, DeskTask)] == [OTHER]
    # also after a correction
    assert story.office(i.Correct, text="楼上漏水。", reason="记错。").ticket.matter.recurrence_of == OTHER


def test_what_came_back_goes_to_whom_the_rules_name_and_policy_passes_it_on_by_itself() -> None:
    again, first = opened(recurrence_of=OTHER), opened()
    assert again.ticket.order == first.ticket.order
    assert [type(fact) for fact in again.facts] == [type(fact) for fact in first.facts]
    assert again.ticket.matter.opened_at == again.at


def test_what_the_door_took_for_a_contact_is_not_lost_in_the_last_minutes_of_the_window() -> None:
    found = received(AGAIN).model_copy(update={"repeat_of": RECEIPT})
    given.at(TicketState.ARCHIVED).when(Act(found)).then(d.ReopeningAsked)


# --- beside what else waits -------------------------------------------------------------------------------------------

CALLER: Final = Contact(name="王阿姨", phone="13812341234")
NAMED: Final = "我是王阿姨，电话138-1234-1234。"


def _sealed() -> Story:
    """Given a ticket at work whose requester must stay unknown."""
    return given.without_task(opened(rules_with(**BY_HAND), confidential=True, contact=CALLER).lead(i.Accept))


def _sealed_and_closed() -> Story:
    return _sealed().lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True).called()


@pytest.mark.parametrize(
    ("before", "wish"),
    [
        (_sealed_and_closed, AGAIN.model_copy(update={"text": f"{NAMED}又坏了。"})),
        (lambda: overdue(_sealed()), TAKES_BACK.model_copy(update={"reason": f"{NAMED}不用了。"})),
    ],
)
def test_a_wish_that_waits_at_the_desk_names_nobody_who_must_stay_unknown(before: Any, wish: Any) -> None:
    asked = before().act(wish)
    (task,) = [told.message for told in asked.told if isinstance(told.message, DeskTask)]
    assert (task.task in {"reopening", "withdrawal"}, task.open, task.confidential) == (True, True, True)
    assert not any(named in task.model_dump_json() for named in ("王阿姨", "1234-1234", "13812341234"))
    # and whoever looks at the contact takes nothing away from it
    why: dict[str, Any] = {"ground": "verifying-caller", "reason": "须回拨核实情况。"}
    if asked.ticket.state in OPEN:
        looked = asked.office(i.LookAtContact, **why).approved()
    else:
        looked = asked.act(i.LookAtContact(ticket=TICKET, by=APPROVER, **why)).then(d.ContactShown)
    assert looked.ticket.wish == asked.ticket.wish


def _raised(story: Story) -> Story:
    """A longer limit is asked for, which an approver has to grant."""
    by = Person(id="p-xu", name="徐文珏")
    asked = i.Classify(ticket=TICKET, by=by, tier=Tier.PARTICULARLY_COMPLEX, reason="涉及三个部门。")
    return story.act(asked).then(d.ApprovalRequested)


@pytest.mark.parametrize(
    "both",
    [
        lambda: _raised(overdue()).act(TAKES_BACK).then(d.WithdrawalAsked),
        lambda: _raised(overdue().act(TAKES_BACK).then(d.WithdrawalAsked)),
    ],
)
def test_an_approval_and_a_wish_that_wait_do_not_lose_each_other(both: Any) -> None:
    story = both()
    assert len(story.ticket.asked) == 1
    # what is decided of one leaves the other one waiting
    granted = story.approved().then(d.ApprovalGranted, d.Classified)
    assert granted.ticket.wish == story.ticket.wish
    declined = story.office(i.DeclineWithdrawal, reason="隐患仍在。").then(d.WithdrawalDeclined)
    assert declined.ticket.asked == story.ticket.asked
    declined.approved().then(d.ApprovalGranted, d.Classified)
    granted.office(i.ConfirmWithdrawal, note="已核实。")
    # and the end of the ticket ends both, for everybody
    over = story.office(i.ConfirmWithdrawal, note="已核实。")
    assert (over.ticket.state, over.ticket.asked, over.ticket.wish) == (TicketState.WITHDRAWN, (), NoWish())
    assert {("approval", False), ("withdrawal", False)} <= set(desk(over))
