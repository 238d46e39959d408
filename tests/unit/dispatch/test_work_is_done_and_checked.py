"""Accepted, handled, supported, extended, suspended, promised, reviewed, called back, closed, reopened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rulebook.codes import Passing
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.more_time import TimeUnit
from schemas.public import CallbackRequest, DeskTask
from schemas.values import (
    Channel,
    Clock,
    Contact,
    Grade,
    Kind,
    Person,
    RequesterKind,
    Ruling,
    Solved,
    TicketState,
    Tier,
    VisitRef,
)
from services.dispatch.core.holder import held_by
from services.dispatch.core.rules import Guess, Rules
from tests.support.dispatch import given
from tests.support.dispatch.examples import EXAMPLES
from tests.support.dispatch.story import (
    APPROVER,
    AT,
    BY_HAND,
    FINAL,
    LEAD,
    SUPPORTER,
    TICKET,
    Story,
    opened,
    rules_with,
    shipped,
)
from worktime import SHANGHAI

VISIT = VisitRef(visitor="v-1", unit="unit-01", visited_at=AT)


def moment(text: str) -> datetime:
    """An instant of Shanghai: `2026-09-14 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def at(text: str, story: Story) -> Story:
    """A story whose next step is taken at this moment."""
    return replace(story, at=moment(text) - timedelta(minutes=10))


def test_a_survey_ticket_passes_unit_and_office_in_the_same_moment_where_policy_says_so() -> None:
    rules = rules_with(unit_pass_on=Passing.AUTOMATIC, survey_office=Passing.AUTOMATIC)
    opened(rules, channel=Channel.SURVEY, visit=VISIT).then(
        d.Opened, d.PassOnAwaited, d.PassedOn, d.PassOnAwaited, d.PassedOn, d.Dispatched, d.SupportTaskOpened
    )


def test_from_a_queue_a_survey_ticket_is_passed_on_by_unit_then_by_the_survey_office() -> None:
    unit = given.survey_review()
    assert held_by(unit.ticket) == "unit:unit-01"
    office = unit.office(i.PassOn)
    assert held_by(office.ticket) == "survey_office"
    office.office(i.SettleAtUnit, reply="已解决。").refused("passed_on_already")
    assert office.office(i.PassOn).ticket.state is TicketState.DISPATCHED
    unit.office(i.SettleAtUnit, reply="已当场解决。").then(d.SettledAtUnit, state=TicketState.CLOSED)


@pytest.mark.parametrize(("certain", "state"), [(True, TicketState.DISPATCHED), (False, TicketState.PENDING_DISPATCH)])
def test_a_suggested_category_counts_above_the_threshold_only(certain: bool, state: TicketState) -> None:  # noqa: FBT001 - the case
    rules = Rules(shipped(), lambda _text: Guess("0101-02", 0.91, "rules", certain))
    story = opened(rules, category=None)
    assert story.ticket.state is state
    assert story.said(d.CategorySuggested).taken is certain
    if not certain:
        assert story.said(d.DispatchAwaited).suggestion == "0101-02"


def test_handled_waits_for_a_blocking_task() -> None:
    story = given.in_progress()
    story.lead(i.ReportHandled, reply="已办结。").refused("blocking_tasks_open")
    done = story.department(SUPPORTER, i.ReportTaskDone, reply="已配合。")
    done.office(i.Review, accepted=False, ground="not-done", reason="不完整。", department=SUPPORTER).then(
        d.SupportTaskSentBack
    )
    done.lead(i.ReportHandled, reply="已办结。").then(d.Handled, state=TicketState.HANDLED)


def test_a_supporter_does_not_act_for_the_lead() -> None:
    given.in_progress().department(SUPPORTER, i.ReportHandled, reply="已办结。").refused("not_lead")


def test_work_on_an_order_accepts_it() -> None:
    story = given.without_task(given.dispatched())
    story.lead(i.ReportHandled, reply="已办结。").then(d.Accepted, d.Handled)


def test_whoever_sends_back_names_a_ground_of_the_rulebook_and_is_told_which_there_are() -> None:
    handled = given.handled()
    missing = handled.office(i.Review, accepted=False, reason="没做。").refused("ground_missing")
    assert "退回办结须写明依据（ground），请选择：未联系诉求人（not-contacted）" in missing.said(d.ActionRefused).reason
    handled.office(i.Review, accepted=False, ground="not-our-duty").refused("illegal_ground")
    back = handled.office(i.Review, accepted=False, ground="not-contacted").then(d.HandledSentBack)
    said = back.said(d.HandledSentBack)
    assert (said.ground, said.reason) == ("not-contacted", "没有联系诉求人或者没有联系记录。")
    handled.office(i.Review, accepted=True).then(d.HandledAccepted, d.CallbackAwaited)


def test_a_final_answer_names_a_ground_of_the_rulebook() -> None:
    again = given.rework()
    answer: dict[str, Any] = {"text": "终结。", "ruling": Ruling.UNREASONABLE}
    missing = again.office(i.GiveFinalAnswer, **answer).refused("ground_missing")
    assert "多次重办无新情况（reworks-changed-nothing）" in missing.said(d.ActionRefused).reason
    again.office(i.GiveFinalAnswer, ground="not-done", **answer).refused("illegal_ground")
    answered = again.office(i.GiveFinalAnswer, ground=FINAL, **answer).approved()
    assert answered.said(d.FinalAnswerGiven).ground == FINAL


def test_what_was_recorded_before_grounds_were_asked_for_is_decided_again_without() -> None:
    story = given.handled()
    again = replace(story, rules=replace(story.rules, asks_who=False))
    again.office(i.Review, accepted=False).then(d.HandledSentBack, state=TicketState.IN_PROGRESS)


def test_what_is_sent_back_is_in_progress_again_and_rework_is_rework_again() -> None:
    given.handled().office(i.Review, accepted=False, ground="not-done").then(
        d.HandledSentBack, state=TicketState.IN_PROGRESS
    )
    again = given.rework().lead(i.ReportHandled, reply="再次办结。")
    again.office(i.Review, accepted=False, ground="not-done").then(d.HandledSentBack, state=TicketState.REWORK)


def test_a_review_by_policy_takes_the_same_moment() -> None:
    story = given.without_task(opened(rules_with(review=Passing.AUTOMATIC)).lead(i.Accept))
    story.lead(i.ReportHandled, reply="已办结。").then(
        d.Handled, d.HandledAccepted, d.CallbackAwaited, state=TicketState.CALLBACK_PENDING
    )


def test_an_anonymous_contact_is_neither_contacted_nor_called_back() -> None:
    story = opened(requester_kind=RequesterKind.ANONYMOUS, requester=None)
    assert story.said(d.FirstContactExempt)
    story.lead(i.MakeFirstContact, reached=True).refused("anonymous")
    done = given.without_task(story).lead(i.ReportHandled, reply="已办结。")
    done.office(i.Review, accepted=True).then(d.HandledAccepted, d.CallbackExempt, d.Closed, state=TicketState.CLOSED)
    assert done.office(i.Review, accepted=True).said(d.Closed).ruling is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"contact": Contact(name="王阿姨")}, "no_number"),
        ({"contact": Contact(address="3号楼")}, "no_number"),
        ({"contact": Contact(phone="13800000000")}, None),
        ({"contact": Contact(wechat="w-1"), "channel": Channel.WECHAT}, None),
    ],
    ids=str,
)
def test_first_contact_is_owed_where_some_way_leads_to_the_requester(
    values: dict[str, Any], reason: str | None
) -> None:
    story = opened(**values)
    exempt = [fact.reason for fact in story.all_facts if isinstance(fact, d.FirstContactExempt)]
    assert exempt == ([reason] if reason else [])
    # and whoever finds a way all the same, at the place, may say so
    story.lead(i.MakeFirstContact, reached=True, method="visit").then(d.FirstContactMade)


def test_extensions_are_asked_in_time_counted_and_answered_by_an_approver() -> None:
    story = given.in_progress().clock(c.ClockStarted, Clock.HANDLING)
    ask = {"days": 3, "ground": "needs-works", "reason": "要施工。"}
    for _ in range(3):
        story = story.lead(i.RequestExtension, **ask)
        story.lead(i.RequestExtension, **ask).refused("already_asked")
        story = story.office(i.RuleOnExtension, granted=True, reason="同意。")
    assert story.said(d.ExtensionRequested).count == 3
    story.lead(i.RequestExtension, **ask).refused("too_many_extensions")

    fresh = given.in_progress().clock(c.ClockStarted, Clock.HANDLING)
    fresh.lead(i.RequestExtension, **ask | {"days": 4}).refused("too_long")
    fresh.when(EXAMPLES["request_extension"](fresh), later=timedelta(days=6)).refused("asked_too_late")
    asked = fresh.lead(i.RequestExtension, **ask)
    asked.act(
        i.RuleOnExtension(ticket=TICKET, by=APPROVER.model_copy(update={"id": "p-xu"}), granted=True, reason="行")
    )
    asked.office(i.RuleOnExtension, granted=False, reason="不同意。").then(d.ExtensionRefused)


def test_an_extension_names_its_unit_and_keeps_to_the_limit_of_the_tier() -> None:
    ask = {"ground": "needs-works", "reason": "要施工。"}
    days = given.in_progress()
    for wrong in ({"days": 4}, {"hours": 72}, {"calendar_days": 3}, {"days": 3, "hours": 3}, {}):
        (refused,) = days.lead(i.RequestExtension, **ask, **wrong).facts
        assert "每次延期最多3个工作日" in getattr(refused, "reason", "")

    urgent = opened(tier=Tier.URGENT)
    (refused,) = urgent.lead(i.RequestExtension, **ask, days=1).facts
    assert "按小时计" in getattr(refused, "reason", "")
    assert "每次延期最多12小时" in getattr(refused, "reason", "")
    asked = urgent.lead(i.RequestExtension, **ask, hours=10)
    asked.office(i.RuleOnExtension, granted=True, days=1, reason="同意。").refused("wrong_unit")
    asked.office(i.RuleOnExtension, granted=True, hours=13, reason="同意。").refused("too_long")
    granted = asked.office(i.RuleOnExtension, granted=True, reason="同意。").then(d.ExtensionGranted)
    assert granted.said(d.ExtensionGranted).spans == ((10, TimeUnit.HOURS),)
    assert granted.said(d.ExtensionGranted).ground == asked.said(d.ExtensionRequested).ground


def test_what_was_asked_for_in_working_days_is_not_granted_on_a_matter_that_became_urgent() -> None:
    ask = {"days": 3, "ground": "needs-works", "reason": "要施工。"}
    urgent = given.in_progress().lead(i.RequestExtension, **ask).office(i.Classify, tier=Tier.URGENT)
    urgent.office(i.RuleOnExtension, granted=True, reason="同意。").refused("wrong_unit")
    urgent.office(i.RuleOnExtension, granted=True, hours=6, reason="同意。").then(d.ExtensionGranted)


def test_a_suspension_ends_by_its_date_and_goes_on_where_it_stood() -> None:
    given.suspended().clock(c.ClockLapsed, Clock.SUSPENSION).then(d.SuspensionEnded, state=TicketState.IN_PROGRESS)
    given.suspended().office(i.EndSuspension, reason="已完工。").then(d.SuspensionEnded, state=TicketState.IN_PROGRESS)


def test_a_question_comes_back_where_it_was_asked_answered_or_not() -> None:
    asked = given.rework().lead(i.AskForInfo, question="哪一幢？")
    asked.act(i.ProvideInfo(ticket=TICKET, text="3号楼。")).then(d.InfoProvided, state=TicketState.REWORK)
    lapsed = asked.clock(c.ClockLapsed, Clock.NEEDS_INFO)
    lapsed.then(d.InfoTimedOut, state=TicketState.REWORK)
    lapsed.act(i.ProvideInfo(ticket=TICKET, text="3号楼。")).then(d.FollowUpAdded, state=TicketState.REWORK)


def test_a_promise_comes_back_for_checking_and_a_broken_one_is_pressed() -> None:
    promised = given.in_progress().lead(i.Commit, promised=AT + timedelta(days=10), text="月底前完成。")
    due = promised.clock(c.ClockLapsed, Clock.COMMITMENT)
    due.then(d.CommitmentDue)
    due.clock(c.ClockLapsed, Clock.COMMITMENT).then()
    due.office(i.CheckCommitment, kept=False, note="未兑现。").then(d.CommitmentChecked, d.Nudged)
    due.office(i.CheckCommitment, kept=True, note="已兑现。").then(d.CommitmentChecked)


def test_what_the_catalogue_refers_to_others_waits_on_the_desk_with_the_proposal() -> None:
    story = opened(category="0701-04").then(d.Opened, d.DispatchAwaited, state=TicketState.PENDING_DISPATCH)
    (task,) = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    assert isinstance(task, DeskTask)
    assert (task.task, task.reason, task.refer) == ("dispatching", "referral", "police-110")
    story.office(i.Classify, category="0701-05").then(d.Classified, d.DispatchAwaited)
    refused = story.office(i.TransferOut, to="moon", reason="不属本区。").refused("unknown_body")
    assert "110报警服务台（police-110，正在发生的违法犯罪和危及人身安全的警情）" in refused.said(d.ActionRefused).reason
    gone = story.office(i.TransferOut, to="police-110", reason="警情。")
    assert gone.said(d.Transferred).to == "police-110"
    assert gone.ticket.state is TicketState.TRANSFERRED
    kept = story.office(i.Assign, lead="police")
    assert kept.said(d.Dispatched).lead == "police"


def test_what_the_catalogue_says_is_the_citys_goes_to_the_city_wherever_it_came_from() -> None:
    buses = opened(category="0404-01")
    assert buses.said(d.DispatchAwaited).refer == "city"
    assert buses.office(i.TransferOut, to="city", reason="属市级部门。").said(d.Transferred).to == "city"
    opened().office(i.TransferOut, to="city", reason="属市级部门。").refused("not_from_city")


def test_a_category_that_is_not_certain_comes_to_the_desk_with_the_next_ones() -> None:
    guess = Guess("0101-02", 0.41, "rules", certain=False, alternatives=("0101-01", "0104-06"))
    rules = replace(rules_with(), suggest=lambda _text: guess)
    story = opened(rules, category=None)
    (task,) = [each.message for each in story.told if isinstance(each.message, DeskTask)]
    assert isinstance(task, DeskTask)
    assert (task.suggestion, task.alternatives) == ("0101-02", ("0101-01", "0104-06"))


def test_what_the_citizen_says_and_what_the_centre_rules_are_kept_apart() -> None:
    story = given.callback_pending()
    assert story.called(Solved.PARTLY, Grade.AVERAGE).said(d.Closed).ruling is None
    ruled = story.office(i.RuleOnOutcome, ruling=Ruling.FOR_REFERENCE, reason="建议类。")
    assert ruled.called().said(d.Closed).ruling is Ruling.FOR_REFERENCE


def test_unreachable_after_three_attempts_is_an_outcome() -> None:
    story = given.callback_pending()
    for _ in range(2):
        story = replace(story.callback(i.NoteUnreached).then(d.CallbackTried), at=story.at + timedelta(days=1))
    story = story.callback(i.AppointCallback, at=story.at + timedelta(days=1)).then(d.CallbackAppointed)
    story = replace(story, at=story.at + timedelta(days=1))
    story.callback(i.NoteUnreached).then(d.CallbackTried, d.CallbackGivenUp, d.Closed, state=TicketState.CLOSED)


def test_attempts_to_call_back_keep_their_distance_and_the_next_moment_is_named() -> None:
    once = at("2026-09-14 09:50", given.callback_pending()).callback(i.NoteUnreached)
    soon = at("2026-09-14 15:00", once).callback(i.NoteUnreached).refused("called_too_soon")
    said = "两次回访至少间隔半个工作日，请于2026-09-14 15:05之后再次回访。"
    assert soon.said(d.ActionRefused).reason == said
    at("2026-09-14 15:05", once).callback(i.NoteUnreached).then(d.CallbackTried)
    asked = at("2026-09-14 10:30", once).callback(i.AppointCallback, at=moment("2026-09-14 11:00"))
    at("2026-09-14 11:00", asked).callback(i.NoteUnreached).then(d.CallbackTried)


def test_attempts_to_call_back_are_made_on_two_days_at_least() -> None:
    story = at("2026-09-14 09:00", given.callback_pending()).callback(i.NoteUnreached).then(d.CallbackTried)
    story = at("2026-09-14 14:15", story).callback(i.NoteUnreached).then(d.CallbackTried)
    evening = at("2026-09-14 19:00", story).callback(i.NoteUnreached).refused("called_on_one_day")
    assert evening.said(d.ActionRefused).reason == "3次回访须分在2天以上，请于2026-09-14之后再次回访。"
    at("2026-09-15 09:00", evening).callback(i.NoteUnreached).then(d.CallbackTried, d.CallbackGivenUp, d.Closed)


def test_the_third_failed_callback_goes_to_supervision_and_the_final_answer_is_the_way_out() -> None:
    story = given.callback_pending()
    story.act(
        i.GiveFinalAnswer(ticket=TICKET, by=APPROVER, ground=FINAL, text="终结。", ruling=Ruling.UNREASONABLE)
    ).refused("no_rework_yet")
    for number in range(1, 4):
        story = story.called(Solved.NOT, Grade.DISSATISFIED)
        assert story.said(d.ReworkOrdered).round == number
        if number < 3:
            story = story.lead(i.ReportHandled, reply="再次办结。").office(i.Review, accepted=True)
    story.then(d.CallbackRecorded, d.ReworkOrdered, d.SupervisionOrdered, state=TicketState.REWORK)

    pending = story.lead(i.ReportHandled, reply="再次办结。").office(i.Review, accepted=True)
    final = pending.act(
        i.GiveFinalAnswer(ticket=TICKET, by=APPROVER, ground=FINAL, text="终结。", ruling=Ruling.UNREASONABLE)
    )
    final.approved().refused("own_request")
    final = final.approved(Person(id="p-qian", name="钱秉章"))
    final.then(d.ApprovalGranted, d.FinalAnswerGiven, d.SupervisionEnded, d.Closed, state=TicketState.CLOSED)
    (call,) = [each.message for each in final.told if isinstance(each.message, CallbackRequest)]
    assert isinstance(call, CallbackRequest)
    assert call.happened == "cancelled"


def test_a_reopened_ticket_really_reaches_its_department_again() -> None:
    reopened = given.closed().office(i.Reopen, reason="又坏了。")
    reopened.then(d.Reopened, d.Dispatched, d.Accepted, d.SupportTaskOpened, state=TicketState.IN_PROGRESS)
    assert (reopened.said(d.Dispatched).lead, reopened.said(d.Dispatched).binding) == (LEAD, True)
    given.at(TicketState.ARCHIVED).office(i.Reopen, reason="又坏了。").refused("reopen_window_closed")
    withdrawn = given.at(TicketState.WITHDRAWN)
    withdrawn.office(i.Reopen, reason="还是要办。").then(d.Reopened, d.Dispatched, d.Accepted, d.SupportTaskOpened)


def test_a_suggestion_that_nobody_confirmed_is_for_the_record() -> None:
    story = given.without_task(opened(kind=Kind.SUGGEST).lead(i.Accept)).lead(i.ReportHandled, reply="已采纳。")
    story = story.office(i.Review, accepted=True)
    for _ in range(3):
        story = replace(story.callback(i.NoteUnreached), at=story.at + timedelta(days=1))
    assert story.said(d.Closed).ruling is Ruling.FOR_REFERENCE


def test_the_city_has_its_say_on_its_own_tickets_alone() -> None:
    verdict = {"solved": Solved.NOT, "satisfaction": Grade.DISSATISFIED}
    given.closed().office(i.RecordCityVerdict, **verdict).then(d.CityVerdictRecorded, d.CallbackReviewOrdered)
    own = (
        given.without_task(opened().lead(i.Accept)).lead(i.ReportHandled, reply="好。").office(i.Review, accepted=True)
    )
    own.called().office(i.RecordCityVerdict, **verdict).refused("not_from_city")
    opened(rules_with(**BY_HAND, dispatch=Passing.QUEUE)).office(i.TransferOut, to="city", reason="市级。").refused(
        "not_from_city"
    )


def test_a_callback_is_appointed_within_the_days_of_the_policy() -> None:
    waiting = given.callback_pending()
    most = timedelta(days=shipped().limits.callback_within_days)
    waiting.callback(i.AppointCallback, at=waiting.at).refused("appointed_in_the_past")
    waiting.callback(i.AppointCallback, at=waiting.at + most).then(d.CallbackAppointed)
    slip = waiting.callback(i.AppointCallback, at=waiting.at.replace(year=2098)).refused("appointed_too_far")
    assert "（at）最远为30天" in slip.said(d.ActionRefused).reason


def test_a_promise_comes_back_for_checking_after_the_ticket_was_closed() -> None:
    promising = given.in_progress()
    promising = promising.lead(i.Commit, promised=promising.at + timedelta(days=90), text="停暖后更换。")
    done = promising.department(SUPPORTER, i.ReportTaskDone, reply="已配合。").lead(i.ReportHandled, reply="已答复。")
    closed = done.office(i.Review, accepted=True).called()
    assert closed.ticket.state is TicketState.CLOSED
    due = closed.clock(c.ClockLapsed, Clock.COMMITMENT)
    due.then(d.CommitmentDue, state=TicketState.CLOSED)
    (task,) = [each.message for each in due.told if isinstance(each.message, DeskTask)]
    assert (task.task, task.open) == ("commitment_check", True)
    checked = due.office(i.CheckCommitment, kept=False, note="仍未更换。").then(d.CommitmentChecked)
    assert [each.message.open for each in checked.told if isinstance(each.message, DeskTask)] == [False]
    assert checked.office(i.Reopen, reason="承诺未兑现。").ticket.state is TicketState.IN_PROGRESS
