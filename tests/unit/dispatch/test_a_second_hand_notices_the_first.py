"""Each act can say which version of the ticket its author saw: another act in between is a refusal that shows it."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import DeskTask, Order
from schemas.values import Person, TicketState
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, SUPPORTER, TICKET, Story


def version_of(story: Story) -> int:
    (newest,) = {each.message.version for each in story.told[-1:] if isinstance(each.message, Order | DeskTask)}
    assert newest is not None
    return newest


def test_two_dispatchers_assign_one_ticket_and_the_second_is_told_what_the_first_did() -> None:
    # given a ticket on the desk that two dispatchers look at
    waiting = given.pending_dispatch()
    seen = version_of(waiting)
    first, second = (Person(id=who.id, name=who.name) for who in waiting.rules.policy.who_may("assign", waiting.at)[:2])
    # when both assign it to different departments
    assigned = waiting.act(i.Assign(ticket=TICKET, by=first, lead="market", if_seen=seen))
    again = assigned.act(i.Assign(ticket=TICKET, by=second, lead="police", if_seen=seen))
    # then the first holds, and the second reads who did what
    assigned.then(d.Dispatched, state=TicketState.DISPATCHED)
    again.refused("changed_meanwhile")
    assert first.name in again.said(d.ActionRefused).reason
    assert "派单" in again.said(d.ActionRefused).reason
    # and may go on once they have looked again
    looked = again.act(i.Assign(ticket=TICKET, by=second, lead="police", if_seen=again.ticket.version))
    assert looked.said(d.Dispatched).lead == "police"


def test_nobody_saw_a_version_that_there_never_was() -> None:
    story = given.dispatched()
    refused = story.lead(i.Accept, if_seen=story.ticket.version + 1).refused("never_seen")
    said = refused.said(d.ActionRefused)
    assert said.version == story.ticket.version
    assert f"最新是版本{story.ticket.version}" in said.reason
    refused.lead(i.Accept, if_seen=refused.ticket.version).then(d.Accepted)


def test_what_rules_clocks_and_requesters_say_is_no_second_hand() -> None:
    waiting = given.dispatched()
    seen = waiting.ticket.version
    pressed = waiting.act(i.FollowUp(ticket=TICKET, mode="press", text="快点。"))

    assert pressed.ticket.version == seen
    pressed.lead(i.Accept, if_seen=seen).then(d.Accepted)


def test_ones_own_acts_in_between_are_known() -> None:
    waiting = given.in_progress()
    seen = waiting.ticket.version
    noted = waiting.lead(i.NoteProgress, text="已派人。", if_seen=seen)

    noted.lead(i.NoteProgress, text="已到场。", if_seen=seen).then(d.ProgressNoted)


def test_a_department_that_has_the_ticket_no_more_learns_nothing_of_what_others_did() -> None:
    before = given.in_progress()
    moved = before.office(i.Assign, lead="market")

    moved.department(LEAD, i.NoteProgress, text="已派人。", if_seen=before.ticket.version).refused("not_yours")


def test_ones_own_acts_are_known_however_many_they_are() -> None:
    story = given.in_progress()
    seen = story.ticket.version
    for number in range(12):
        story = story.lead(i.NoteProgress, text=f"第{number}次。", if_seen=seen).then(d.ProgressNoted)


def test_two_departments_that_call_their_people_alike_are_two_hands() -> None:
    story = given.in_progress()
    seen = story.ticket.version
    noted = story.department(SUPPORTER, i.NoteProgress, text="已配合。")

    refused = noted.lead(i.NoteProgress, text="已到场。", if_seen=seen).refused("changed_meanwhile")
    assert refused.said(d.ActionRefused).version == refused.ticket.version
    refused.lead(i.NoteProgress, text="已到场。", if_seen=refused.ticket.version).then(d.ProgressNoted)


def test_what_a_department_notes_meanwhile_holds_up_no_ruling_of_the_office() -> None:
    story = given.return_requested()
    seen = story.ticket.version
    noted = story.lead(i.NoteProgress, text="补充说明。")

    noted.office(i.RuleOnReturn, upheld=False, reason="属你局职责。", if_seen=seen).then(
        d.ReturnOverruled, d.Dispatched
    )
