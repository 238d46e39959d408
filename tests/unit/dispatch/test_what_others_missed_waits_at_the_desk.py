"""What the callback agency or a visiting unit missed waits at the desk, and with who missed it, until it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import inbound as i
from schemas import requests as r
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.values import Actor, Clock, Contact, DeskTaskKind, Grade, Solved, TicketState
from services.dispatch.core.desk import desk_tasks
from tests.support.dispatch import given
from tests.support.dispatch.story import OTHER, RECEIPT, TICKET, Story

LATE = DeskTaskKind.CALLBACK_LATE


def missed(story: Story) -> Story:
    return story.clock(c.ClockBreached, Clock.CALLBACK, "callback")


def tasks(story: Story) -> list[tuple[str, bool]]:
    """What the last step opened and closed at the desk."""
    messages = [tell.message for tell in story.told]
    return [(each.task, each.open) for each in messages if isinstance(each, DeskTask)]


def asked(story: Story) -> list[CallbackRequest]:
    return [tell.message for tell in story.told if isinstance(tell.message, CallbackRequest)]


def test_a_missed_callback_waits_at_the_desk_and_with_the_agency_and_no_department_hears_of_it() -> None:
    late = missed(given.callback_pending())

    assert tasks(late) == [("callback_late", True)]
    assert [(each.happened, each.attempts) for each in asked(late)] == [("overdue", 3)]
    assert not [tell for tell in late.told if isinstance(tell.message, Order)]


@pytest.mark.parametrize("solved", [Solved.SOLVED, Solved.NOT])
def test_it_ends_with_the_call_whatever_was_said(solved: Solved) -> None:
    late = missed(given.callback_pending())

    done = late.called(solved, Grade.DISSATISFIED if solved is Solved.NOT else Grade.SATISFIED)

    assert ("callback_late", False) in tasks(done)


def test_a_call_in_vain_or_another_appointment_does_not_end_it() -> None:
    late = missed(given.callback_pending())
    tried = late.callback(i.NoteUnreached, note="无人接听")
    appointed = late.callback(i.AppointCallback, at=late.at + timedelta(days=1))

    assert LATE in desk_tasks(tried.ticket)
    assert LATE in desk_tasks(appointed.ticket)
    assert [(each.happened, each.at) for each in asked(appointed)] == [("appointed", late.at + timedelta(days=1))]


def test_a_missed_appointment_is_asked_for_by_its_time() -> None:
    pending = given.callback_pending()
    at = pending.at + timedelta(days=1)

    late = missed(pending.callback(i.AppointCallback, at=at))

    assert [(each.happened, each.at) for each in asked(late)] == [("overdue", at)]


def test_a_breach_that_is_withdrawn_ends_it_and_the_call_is_owed_as_before() -> None:
    late = missed(given.callback_pending())

    calm = late.clock(c.BreachWithdrawn, Clock.CALLBACK, "callback")

    assert tasks(calm) == [("callback_late", False)]
    assert [each.happened for each in asked(calm)] == ["requested"]


def test_what_is_corrected_does_not_make_a_missed_call_look_in_time() -> None:
    late = missed(given.callback_pending())

    corrected = late.office(i.Correct, contact=Contact(phone="13900000000"), reason="号码记错。")

    assert [(each.happened, each.contact.phone) for each in asked(corrected)] == [("overdue", "13900000000")]


def test_the_callback_of_a_later_round_is_not_late_because_an_earlier_one_was() -> None:
    again = missed(given.callback_pending()).called(Solved.NOT, Grade.DISSATISFIED)
    reported = again.lead(i.ReportHandled, reply="再次办结。")

    pending = reported.office(i.Review, accepted=True)

    assert pending.ticket.state is TicketState.CALLBACK_PENDING
    assert LATE not in desk_tasks(pending.ticket)
    assert [each.happened for each in asked(pending)] == ["requested"]


def test_a_visiting_units_lateness_waits_with_the_survey_office_until_it_is_passed_on() -> None:
    at_unit = given.survey_review()

    late = at_unit.clock(c.ClockBreached, Clock.UNIT_PASS_ON, "unit:unit-01")

    assert tasks(late) == [("unit_late", True)]
    assert ("unit_late", False) in tasks(late.office(i.PassOn))
    assert ("unit_late", False) in tasks(late.clock(c.BreachWithdrawn, Clock.UNIT_PASS_ON, "unit:unit-01"))


def test_a_unit_that_is_late_while_the_ticket_is_merged_is_late_when_it_goes_its_own_way_again() -> None:
    asked_for = given.survey_review().office(i.Merge, into=OTHER, reason="同一诉求人重复反映。")
    answer = r.MergeAnswered(ticket=TICKET, origin=OTHER, by=Actor(), taken=True, reason="已并入", receipt=RECEIPT)

    late = asked_for.asked(answer).clock(c.ClockBreached, Clock.UNIT_PASS_ON, "unit:unit-01")

    assert tasks(late) == []
    assert ("unit_late", True) in tasks(late.office(i.Unmerge, reason="不是一件事。"))
