"""What trace counts is what stands after corrections: answers where the mistaken ones stood, no mistaken rework."""

from __future__ import annotations

from schemas import inbound as i
from schemas.message import Message
from schemas.values import Contact, ContactKeys, Grade, Place, Solved, TicketState
from services.dispatch.core.commands import Act
from services.trace.core.rows import Summary
from services.trace.reactions import summed
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, TICKET, Story, person_for, received


def traced(story: Story) -> Summary:
    summary = Summary(TICKET)
    facts: tuple[Message, ...] = story.all_facts
    for fact in facts:
        summary = summed(summary, fact, AT)
    return summary


def test_a_rework_that_was_ordered_by_mistake_is_not_counted_and_the_answer_is() -> None:
    mistaken = traced(given.rework())
    assert (mistaken.state, mistaken.reworks, mistaken.solved, mistaken.first_solved) == ("rework", 1, None, "not")

    corrected = traced(given.rework().office(i.Correct, solved=Solved.SOLVED, result=Grade.FAIRLY, reason="误点。"))
    assert (corrected.state, corrected.reworks, corrected.ruling) == (TicketState.CLOSED, 0, "solved")
    assert (corrected.solved, corrected.result, corrected.callback_outcome) == ("solved", "fairly", "recorded")
    assert (corrected.first_solved, corrected.first_result) == ("solved", "fairly")
    assert corrected.handled_at is not None


def test_a_rework_that_a_mistake_prevented_opens_the_ticket_again() -> None:
    corrected = traced(given.closed().office(i.Correct, solved=Solved.NOT, reason="录音复核。"))
    assert (corrected.state, corrected.reworks, corrected.closed_at, corrected.outcome) == ("rework", 1, None, None)
    assert (corrected.first_solved, corrected.ruling) == ("not", None)


def test_a_corrected_place_and_category_are_those_that_rates_are_split_by() -> None:
    place = Place(text="国权路1号", subdistrict="wujiaochang")
    corrected = traced(given.closed().office(i.Correct, place=place, category="0101-01", reason="记错。"))
    assert (corrected.place, corrected.subdistrict, corrected.category) == ("国权路1号", "wujiaochang", "0101-01")


def test_a_corrected_answer_of_an_earlier_round_counts_for_the_first_callback_alone() -> None:
    done = given.rework().lead(i.ReportHandled, reply="再办。").office(i.Review, accepted=True).called()
    corrected = traced(done.office(i.Correct, round=0, solved=Solved.PARTLY, reason="录音复核。"))
    assert (corrected.first_solved, corrected.solved) == ("partly", "solved")


def test_a_first_contact_by_a_wrong_number_is_claimed_by_nobody() -> None:
    claimed = given.in_progress().lead(i.MakeFirstContact, reached=True)
    assert traced(claimed).contacted_at is not None
    keys = ContactKeys(phone="h-2")
    by = person_for(i.Correct)
    action = i.Correct(ticket=TICKET, by=by, contact=Contact(phone="13900000000"), reason="号码记错。")
    corrected = claimed.when(Act(received(action).model_copy(update={"requester": keys})))
    assert traced(corrected).contacted_at is None
    assert traced(corrected.lead(i.MakeFirstContact, reached=True)).contacted_at is not None
