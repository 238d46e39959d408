"""A matter for 110, 119, 120, another district or the city is handed over, and what was said is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import CallbackRequest, DeskTask
from schemas.referral import Referral
from schemas.values import Person, TicketState
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, TICKET, Story

WHOLE = Referral(reference="110-3321", spoken_to="接警员12号", spoken_at=AT, said="已派警。", contact_given=True)


def referred(record: Referral | None = None) -> Story:
    return given.pending_dispatch().office(i.TransferOut, to="police-110", reason="警情。", record=record)


def waits(story: Story) -> DeskTask:
    (task,) = [
        each.message for each in story.told if isinstance(each.message, DeskTask) and each.message.task == "referral"
    ]
    assert isinstance(task, DeskTask)
    return task


def test_a_referral_says_to_whom_with_whom_when_what_and_whether_they_have_the_contact() -> None:
    story = referred(WHOLE).then(d.Transferred, state=TicketState.TRANSFERRED)
    assert story.said(d.Transferred).record == WHOLE
    assert not any(isinstance(each.message, CallbackRequest) for each in story.told)
    assert "referral" not in [each.message.task for each in story.told if isinstance(each.message, DeskTask)]


def test_what_is_missing_waits_at_the_desk_until_it_is_written_down() -> None:
    story = referred(Referral(spoken_to="接警员12号", spoken_at=AT, said="已派警。", contact_given=False))
    task = waits(story)
    assert (task.open, task.refer) == (True, "police-110")
    assert task.referral is not None
    assert task.referral.missing == ("reference",)
    known = story.office(i.RecordReferral, record=Referral(reference="110-3321")).then(d.ReferralRecorded)
    assert known.said(d.ReferralRecorded).complete
    assert waits(known).open is False
    known.office(i.RecordReferral, record=Referral(reference="110-9999")).refused("recorded_already")


def test_a_record_that_comes_in_pieces_waits_with_what_is_missing_still() -> None:
    story = referred()
    some = story.office(i.RecordReferral, record=Referral(spoken_to="接警员12号", said="已派警。"))
    assert some.said(d.ReferralRecorded).complete is None
    still = waits(some)
    assert still.open
    assert still.referral is not None
    assert still.referral.missing == ("reference", "spoken_at", "contact_given")
    twice = some.office(i.RecordReferral, record=Referral(said="已派警两名。", reference="110-3321"))
    refused = twice.refused("recorded_already").said(d.ActionRefused)
    assert "说了什么（record.said）已经记录" in refused.reason


def test_only_what_was_said_already_is_written_down() -> None:
    early = Referral(spoken_at=AT + timedelta(days=1))
    given.pending_dispatch().office(i.TransferOut, to="police-110", reason="警情。", record=early).refused(
        "referred_in_the_future"
    )
    referred().office(i.RecordReferral, record=Referral()).refused("nothing_recorded")


def test_what_comes_back_waits_for_no_record_any_more_and_a_second_referral_begins_its_own() -> None:
    back = referred().office(i.Reopen, reason="退回。")
    assert waits(back).open is False
    again = back.office(i.TransferOut, to="fire-119", reason="已起火。", record=WHOLE)
    assert again.said(d.Transferred).record == WHOLE
    again.office(i.RecordReferral, record=Referral(reference="1")).refused("recorded_already")


def test_whoever_is_called_at_night_about_what_was_referred_reopens_it_and_refers_it_once_more() -> None:
    on_duty = Person(id="p-min", name="闵建国")
    story = given.pending_dispatch().office(i.TransferOut, to="fire-119", reason="煤气味。", record=WHOLE)
    again = story.act(i.FollowUp(ticket=TICKET, mode="add", text="消防还没来，煤气味更重了。")).then(
        d.ReopeningAsked, d.StopWordsFound, d.UrgentCalled
    )
    back = again.act(i.Reopen(ticket=TICKET, by=on_duty, reason="须再次呼叫119。"))
    second = Referral(reference="119-7002", spoken_to="接警员3号", spoken_at=AT, said="已催。", contact_given=True)
    twice = back.act(i.TransferOut(ticket=TICKET, by=on_duty, to="fire-119", reason="再次呼叫119。", record=second))
    assert twice.ticket.state is TicketState.TRANSFERRED
    assert twice.said(d.Transferred).record == second


@pytest.mark.parametrize("given_number", ["无", "对方未给编号"])
def test_a_side_that_gave_no_number_has_none_to_tell(given_number: str) -> None:
    assert Referral(reference=given_number).number is None
    assert Referral(reference="110-3321").number == "110-3321"
