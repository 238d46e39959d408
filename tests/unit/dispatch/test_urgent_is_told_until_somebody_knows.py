"""Urgent is urgent however it became so: somebody on duty is told at once, and the next one, until somebody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rulebook.codes import Passing
from rulebook.duty import Duty
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import DeskTask, Order
from schemas.registry import DESK
from schemas.values import Actor, Channel, Clock, DeskTaskKind, Person, TicketState, Tier, Utterance, VisitRef
from services.dispatch.core.commands import Ask, Begin
from services.dispatch.core.regions import Acknowledged, Calling, NotUrgent
from services.dispatch.core.rules import Guess, Rules
from tests.support.dispatch import given
from tests.support.dispatch.story import (
    APPROVER,
    AT,
    BY_HAND,
    LEAD,
    OTHER,
    RECEIPT,
    TICKET,
    Story,
    opened,
    registered,
    rules_with,
    shipped,
)

GAS = "0401-03"
"""A category that the catalogue makes urgent."""
FLOOD = "0401-02"
FIRST, SECOND, THIRD = "p-min", "p-ruan", "p-jiang"
VISIT = VisitRef(visitor="v-1", unit="unit-01", visited_at=AT)


def people(*codes: str) -> tuple[Person, ...]:
    found = [shipped().person(code) for code in codes]
    return tuple(Person(id=each.id, name=each.name) for each in found if each is not None)


def on_roster(duty: Duty, **automation: Passing) -> Rules:
    rules = rules_with(**BY_HAND, **automation)
    return replace(rules, policy=rules.policy.model_copy(update={"duty": duty}))


def guessing(*, certain: bool = True) -> Rules:
    return replace(rules_with(**BY_HAND), suggest=lambda _text: Guess(GAS, 0.99, "words", certain=certain))


def part(category: str | None, tier: Tier = Tier.COMPLEX) -> Story:
    complaint = registered(f"{TICKET}-1", category=category).complaint
    asked = r.OpenPart(**complaint, ticket=f"{TICKET}-1", origin=TICKET, by=Actor(), tier=tier)
    return Story(rules_with(**BY_HAND)).when(Ask(asked))


def taking_in(story: Story, tier: Tier) -> Story:
    asked = r.TakeMerge(
        ticket=TICKET, origin=OTHER, by=Actor(), requester="h-1", tier=tier, reason="重复。", receipt=RECEIPT
    )
    return story.asked(asked)


def reopened() -> Story:
    acknowledged = opened(tier=Tier.URGENT).office(i.AcknowledgeUrgent)
    closed = given.without_task(acknowledged.lead(i.Accept)).lead(i.ReportHandled, reply="已处置。")
    return closed.office(i.Review, accepted=True).called().office(i.Reopen, reason="又漏气了。")


WAYS: dict[str, Callable[[], Story]] = {
    "typed by an agent": lambda: opened(tier=Tier.URGENT),
    "by its category": lambda: opened(category=GAS),
    "by a category that policy suggests": lambda: opened(guessing(), category=None),
    "from the survey, before anybody passed it on": lambda: opened(channel=Channel.SURVEY, visit=VISIT, category=GAS),
    "a part of an urgent whole": lambda: part(None, Tier.URGENT),
    "a part whose own category is urgent": lambda: part(GAS),
    "classified at the desk": lambda: given.pending_dispatch().office(i.Classify, tier="urgent"),
    "classified into an urgent category": lambda: given.pending_dispatch().office(i.Classify, category=GAS),
    "assigned with an urgent category": lambda: given.pending_dispatch().office(i.Assign, lead=LEAD, category=GAS),
    "assigned as urgent": lambda: given.pending_dispatch().office(i.Assign, lead=LEAD, tier="urgent"),
    "raised after dispatch": lambda: given.dispatched().office(i.Classify, tier="urgent"),
    "raised under work": lambda: given.in_progress().office(i.Classify, category=GAS),
    "raised while suspended": lambda: given.suspended().office(i.Classify, tier="urgent"),
    "set by hand before, an urgent category now": lambda: (
        given.in_progress().office(i.Classify, tier="simple").office(i.Classify, category=GAS)
    ),
    "took in an urgent one": lambda: taking_in(given.in_progress(), Tier.URGENT),
    "reopened": reopened,
}


@pytest.mark.parametrize("way", WAYS)
def test_however_it_became_urgent_somebody_on_duty_is_told_in_the_same_moment(way: str) -> None:
    story = WAYS[way]()

    (called,) = [fact for fact in story.facts if isinstance(fact, d.UrgentCalled)]
    assert (called.call, called.person.id, called.reason) == (1, FIRST, "became_urgent")
    assert called.by_default
    assert story.facts[-1] is called
    assert story.ticket.matter.tier is Tier.URGENT
    assert isinstance(story.ticket.urgency, Calling)
    assert [(task.task, task.open) for task in desk(story)][:1] == [("urgent_call", True)]


def desk(story: Story) -> list[DeskTask]:
    found = [each.message for each in story.told if each.topic == DESK and isinstance(each.message, DeskTask)]
    return sorted(found, key=lambda task: list(DeskTaskKind).index(DeskTaskKind(task.task)))


@pytest.mark.parametrize(
    "story",
    [
        opened,
        lambda: given.in_progress().office(i.Classify, tier="simple"),
        lambda: taking_in(given.in_progress(), Tier.SIMPLE),
        lambda: taking_in(opened(tier=Tier.URGENT), Tier.URGENT),
        lambda: opened(tier=Tier.URGENT).lead(i.Accept),
        lambda: opened(tier=Tier.URGENT).office(
            i.Split, parts=(i.Part(text="一。"), i.Part(text="二。")), reason="两件。"
        ),
    ],
)
def test_nobody_is_called_of_what_is_not_urgent_or_known_already(story: Callable[[], Story]) -> None:
    assert not any(isinstance(fact, d.UrgentCalled) for fact in story().facts)


def test_whoever_was_called_and_acts_on_it_knows_of_it_without_saying_so() -> None:
    story = opened(category=GAS)
    called = story.said(d.UrgentCalled).person
    acted = story.act(i.Classify(ticket=TICKET, by=called, category=FLOOD))
    assert acted.said(d.UrgentAcknowledged).by.person == called
    another = story.office(i.Classify, category=FLOOD)
    assert isinstance(another.ticket.urgency, Calling)


# --- what made it so -------------------------------------------------------------------------------------------------

CRY = "楼道里有很重的煤气味。"


def quoted(story: Story) -> Utterance:
    """What whoever is called reads of what made it urgent; the next one who is called reads the same."""
    said = story.said(d.UrgentCalled).said
    assert isinstance(said, Utterance)
    assert unanswered(story).said(d.UrgentCalled).said == said
    return said


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda story: story.act(i.FollowUp(ticket=TICKET, mode="add", text=CRY)), "follow_up"),
        (lambda story: story.lead(i.NoteProgress, text=CRY), "note_progress"),
        (lambda story: story.lead(i.ReportHandled, reply=CRY), "report_handled"),
        (lambda story: story.office(i.Correct, text=CRY, reason="漏记。"), "correct"),
        (lambda story: story.office(i.Nudge, reason=CRY), "nudge"),
    ],
)
def test_whoever_is_called_reads_the_words_that_made_it_urgent_and_whose_they_are(
    act: Callable[[Story], Story], kind: str
) -> None:
    story = act(given.without_task(given.in_progress()))
    said = quoted(story)
    assert (said.act, said.text) == (kind, CRY)
    assert said.by.party is not None
    assert story.said(d.StopWordsFound).said == said
    # and so does whoever looks at the desk
    (task,) = (each for each in desk_tasks_of(story) if each.task == DeskTaskKind.URGENT_CALL)
    assert task.made_urgent_by == said


def desk_tasks_of(story: Story) -> list[DeskTask]:
    told = (each.message for each in story.told if each.topic == DESK)
    return [each for each in told if isinstance(each, DeskTask) and each.open]


def test_what_is_said_while_somebody_is_called_is_read_by_the_next_who_is() -> None:
    called = given.in_progress().act(i.FollowUp(ticket=TICKET, mode="add", text=CRY))
    more = called.act(i.FollowUp(ticket=TICKET, mode="add", text="有人昏迷了。"))
    said = unanswered(more).said(d.UrgentCalled).said
    assert said is not None
    assert said.text == "有人昏迷了。"


def test_of_a_matter_that_is_urgent_from_its_first_text_on_nothing_is_quoted() -> None:
    assert opened(text=CRY).said(d.UrgentCalled).said is None
    assert opened(category=GAS).said(d.UrgentCalled).said is None


def test_whoever_made_it_urgent_by_hand_is_named_with_their_reason() -> None:
    said = quoted(given.dispatched().office(i.Classify, tier="urgent", reason="来电人很着急。"))
    assert (said.act, said.text) == ("classify", "来电人很着急。")
    assert said.by.person is not None


def test_what_a_department_writes_for_itself_is_marked_so_that_no_other_one_reads_it() -> None:
    assert quoted(given.in_progress().lead(i.NoteInternally, text=CRY)).inside
    both = "干部收受红包，" + CRY
    assert quoted(given.in_progress().act(i.FollowUp(ticket=TICKET, mode="add", text=both))).withheld


# --- round the roster ------------------------------------------------------------------------------------------------


def unanswered(story: Story) -> Story:
    """The clock of whoever was called last runs out."""
    called = story.said(d.UrgentCalled)
    return story.clock(c.ClockLapsed, Clock.DUTY_ACKNOWLEDGEMENT, f"office:{called.person.id}")


def test_without_acknowledgement_the_next_on_the_roster_is_told_and_so_on_round() -> None:
    story, told = opened(category=GAS), []
    for _ in range(4):
        story = unanswered(story).then(d.UrgentCalled)
        called = story.said(d.UrgentCalled)
        told.append((called.call, called.person.id, called.reason))
    assert told == [
        (2, SECOND, "unacknowledged"),
        (3, THIRD, "unacknowledged"),
        (4, FIRST, "unacknowledged"),
        (5, SECOND, "unacknowledged"),
    ]


def test_who_is_on_duty_is_what_the_roster_says_of_that_moment() -> None:
    here = (AT + timedelta(hours=8)).replace(tzinfo=None)
    shift = {"from": here, "until": here + timedelta(minutes=15), "people": (THIRD, SECOND)}
    rules = on_roster(Duty.model_validate({"default": (FIRST,), "shifts": (shift,)}))
    first = opened(rules, category=GAS)
    assert (first.said(d.UrgentCalled).person.id, first.said(d.UrgentCalled).by_default) == (THIRD, False)
    after = unanswered(first)
    assert (after.said(d.UrgentCalled).person.id, after.said(d.UrgentCalled).by_default) == (FIRST, True)
    assert unanswered(after).said(d.UrgentCalled).person.id == FIRST


def test_whoever_is_on_the_roster_can_acknowledge_and_then_nobody_is_called_any_more() -> None:
    called = unanswered(opened(category=GAS))
    second, third = people(SECOND, THIRD)
    for who in (second, third):
        known = called.act(i.AcknowledgeUrgent(ticket=TICKET, by=who)).then(d.UrgentAcknowledged)
        assert known.said(d.UrgentAcknowledged).call == 2
        assert isinstance(known.ticket.urgency, Acknowledged)
        assert [(task.task, task.open) for task in desk(known)] == [("urgent_call", False)]
        unanswered(known).then()


def test_an_acknowledgement_stands_in_nobodys_way() -> None:
    seen = opened(category=GAS)
    known = seen.office(i.AcknowledgeUrgent)
    assert known.ticket.version == seen.ticket.version


def test_the_word_of_a_clock_that_is_over_calls_nobody() -> None:
    called = unanswered(opened(category=GAS))
    called.clock(c.ClockLapsed, Clock.DUTY_ACKNOWLEDGEMENT, f"office:{FIRST}").then()


# --- refused ---------------------------------------------------------------------------------------------------------


def test_who_is_not_on_the_roster_hears_who_is() -> None:
    duty = Duty(default=(FIRST,))
    (second,) = people(SECOND)
    refused = opened(on_roster(duty), category=GAS).act(i.AcknowledgeUrgent(ticket=TICKET, by=second))
    assert "闵建国（p-min）" in refused.refused("not_on_duty").facts[0].reason  # type: ignore[attr-defined]


def test_who_has_no_such_role_hears_who_has() -> None:
    refused = opened(category=GAS).act(i.AcknowledgeUrgent(ticket=TICKET, by=APPROVER)).refused("role_missing")
    assert "闵建国（p-min）" in refused.facts[0].reason  # type: ignore[attr-defined]


def test_a_second_acknowledgement_hears_who_knows() -> None:
    refused = opened(category=GAS).office(i.AcknowledgeUrgent).office(i.AcknowledgeUrgent)
    assert "闵建国已确认" in refused.refused("acknowledged_already").facts[0].reason  # type: ignore[attr-defined]


def test_what_is_not_urgent_has_no_call_to_acknowledge() -> None:
    refused = opened().office(i.AcknowledgeUrgent).refused("nobody_called")
    assert "定为紧急" in refused.facts[0].reason  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "by", [lambda: opened(category=GAS), lambda: given.dispatched().office(i.Classify, tier="urgent")]
)
def test_an_urgent_order_is_not_returned_but_rung_about(by: Callable[[], Story]) -> None:
    story = by()
    refused = story.lead(i.RequestReturn, ground="not-our-duty", reason="不归我局。").refused("urgent_not_returnable")
    assert "致电热线中心值班长闵建国（16000001209）" in refused.facts[0].reason  # type: ignore[attr-defined]
    orders = [each.message for each in story.told if isinstance(each.message, Order)]
    assert orders
    assert not any(order.returnable for order in orders)


# --- not accepted in time --------------------------------------------------------------------------------------------


def test_an_urgent_order_that_nobody_takes_counts_as_taken_and_the_next_one_on_duty_is_told() -> None:
    known = opened(tier=Tier.URGENT).office(i.AcknowledgeUrgent)
    lapsed = known.clock(c.ClockLapsed, Clock.RETURN_WINDOW)
    lapsed.then(d.Accepted, d.UrgentCalled, state=TicketState.IN_PROGRESS)
    called = lapsed.said(d.UrgentCalled)
    assert lapsed.said(d.Accepted).presumed
    assert (called.call, called.person.id, called.reason) == (2, SECOND, "not_accepted")
    assert isinstance(lapsed.ticket.urgency, Calling)


def test_an_ordinary_order_that_nobody_takes_calls_nobody() -> None:
    given.dispatched().clock(c.ClockLapsed, Clock.RETURN_WINDOW).then(d.Accepted)


# --- over ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        lambda story: story.office(i.TransferOut, to="fire-119", reason="已起火。"),
        lambda story: story.office(i.Classify, tier="complex").approved(),
        lambda story: story.act(i.Withdraw(ticket=TICKET, reason="误会。")).office(i.ConfirmWithdrawal),
    ],
)
def test_what_has_ended_or_is_not_urgent_any_more_calls_nobody(end: Callable[[Story], Story]) -> None:
    over = end(opened(tier=Tier.URGENT))
    assert isinstance(over.ticket.urgency, NotUrgent)
    assert not any(task.open for task in desk(over) if task.task == "urgent_call")
    unanswered(over).then()


def test_when_nobody_on_duty_answers_those_above_are_told_and_then_the_alarm_stands() -> None:
    story, told = opened(category=GAS), []
    while not story.said(d.UrgentCalled).standing:
        told.append(story.said(d.UrgentCalled).person.id)
        story = unanswered(story)
    last = story.said(d.UrgentCalled)

    duty, above = shipped().duty.default, shipped().duty.above
    assert [*told, last.person.id] == [*duty * shipped().duty.rounds, *above]
    assert DeskTaskKind.URGENT_CALL in story.ticket.waiting
    boss = last.person
    known = story.act(i.AcknowledgeUrgent(ticket=TICKET, by=boss))
    assert known.said(d.UrgentAcknowledged).by.person == boss


def missed(story: Story, clock: Clock, owner: str = "office:p-xu") -> Story:
    return story.clock(c.ClockBreached, clock, owner)


@pytest.mark.parametrize(
    ("story", "clock", "owner"),
    [
        (lambda: opened(rules_with(dispatch=Passing.QUEUE), category=GAS), Clock.DISPATCHING, ""),
        (lambda: opened(tier=Tier.URGENT), Clock.URGENT_FIRST_REPORT, f"department:{LEAD}"),
        (lambda: opened(tier=Tier.URGENT), Clock.HANDLING, f"department:{LEAD}"),
        (lambda: opened(tier=Tier.URGENT), Clock.APPROVAL, ""),
        (lambda: opened(tier=Tier.URGENT), Clock.STOP_WORDS, ""),
    ],
)
def test_a_limit_of_something_urgent_that_is_missed_is_an_alarm_of_its_own(
    story: Callable[[], Story], clock: Clock, owner: str
) -> None:
    known = story().office(i.AcknowledgeUrgent)
    late = missed(known, clock, owner or "office:p-xu")
    called = late.said(d.UrgentCalled)
    assert (called.reason, called.turn) == ("limit_missed", 1)
    assert isinstance(late.ticket.urgency, Calling)
    assert not [fact for fact in missed(late, clock, owner or "office:p-xu").facts if isinstance(fact, d.UrgentCalled)]
    assert isinstance(late.office(i.AcknowledgeUrgent).ticket.urgency, Acknowledged)


def test_a_missed_limit_of_what_is_not_urgent_calls_nobody() -> None:
    assert missed(given.pending_dispatch(), Clock.DISPATCHING).facts == ()


def test_an_alarm_that_stands_rings_again_when_a_limit_is_missed() -> None:
    story = opened(rules_with(dispatch=Passing.QUEUE), category=GAS)
    while not story.said(d.UrgentCalled).standing:
        story = unanswered(story)
    again = missed(story, Clock.DISPATCHING).said(d.UrgentCalled)
    assert (again.turn, again.standing) == (1, None)


def test_a_ticket_that_is_merged_is_called_again_only_when_it_comes_back() -> None:
    merging = opened(tier=Tier.URGENT).office(i.Merge, into=OTHER, reason="重复反映。")
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=True, reason="已并入", receipt=RECEIPT)
    merged = merging.asked(answer)
    unanswered(merged).then()
    back = merged.office(i.Unmerge, reason="不是一件事。")
    assert unanswered(back).said(d.UrgentCalled).call == 2


def test_the_night_is_no_other_time() -> None:
    night = datetime.fromisoformat("2026-10-02 02:00+08:00")
    story = replace(Story(rules_with(**BY_HAND)), at=night).when(Begin(registered(category=GAS)))
    assert story.said(d.UrgentCalled).person.id == FIRST
