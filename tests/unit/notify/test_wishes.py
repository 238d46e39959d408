"""Who is told what, and when: by audience, by night and by day, and never the accused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.correction import Correction
from schemas.message import Message
from schemas.owner import Owner
from schemas.referral import Referral
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    OfficialDue,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    RequestKind,
    Supplement,
    Tier,
    VisitRef,
)
from services.notify.core.notice import Notice
from tests.support.notify import (
    BY,
    DUE,
    MORNING,
    NIGHT,
    TICKET,
    Teller,
    citizens,
    dispatched,
    registered,
    started,
)

MIN, RUAN = Person(id="p-min", name="闵建国"), Person(id="p-ruan", name="阮志强")


def called(**changed: Any) -> d.UrgentCalled:
    usual = {"ticket": TICKET, "by": BY, "call": 1, "person": MIN, "reason": "became_urgent"}
    return d.UrgentCalled(**{**usual, **changed})


def loud(notices: list[Notice]) -> list[tuple[str, str, list[str]]]:
    """Who is told what by telephone, and by which ways in which order."""
    ways: dict[tuple[str, str], list[str]] = {}
    for notice in notices:
        if notice.to.way.value in ("sms", "call") and notice.to.audience != "requester":
            ways.setdefault((notice.template, notice.to.audience), []).append(notice.to.way.value)
    return [(*told, those) for told, those in ways.items()]


def said(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(notice.template, notice.to.audience) for notice in notices]


@pytest.fixture
def teller() -> Teller:
    return Teller()


def test_the_receipt_names_the_date_and_is_told_once_both_are_known(teller: Teller) -> None:
    assert said(teller.tell(registered(category="0401-04"))) == []
    (receipt,) = teller.tell(citizens())
    assert said([receipt]) == [("requester-receipt", "requester")]
    assert "3月9日17:30" in receipt.text
    assert said(teller.tell(registered(category="0401-04"))) == []


def test_the_receipt_does_not_depend_on_which_was_heard_first(teller: Teller) -> None:
    assert said(teller.tell(citizens())) == []
    assert said(teller.tell(registered(category="0401-04"))) == [("requester-receipt", "requester")]


def test_a_new_order_is_told_to_the_lead_with_its_due_time(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched())
    (order,) = teller.tell(started(Clock.HANDLING))
    assert said([order]) == [("department-new-order", "department:housing")]
    assert "3月9日17:30" in order.text


def test_a_new_lead_hears_of_its_order_only_with_its_own_due_time(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched())
    teller.tell(started(Clock.HANDLING))
    assert "department-new-order" not in dict(said(teller.tell(dispatched(order=2, lead="greening"))))
    assert said(teller.tell(started(Clock.HANDLING, "department:greening"))) == [
        ("department-new-order", "department:greening")
    ]


@pytest.mark.parametrize(
    ("channel", "contact", "way"),
    [
        (Channel.WECHAT, Contact(wechat="wx-1", phone="+8613800000000"), "wechat"),
        (Channel.WECHAT, Contact(phone="+8613800000000"), "sms"),
        (Channel.HOTLINE, Contact(phone="+8613800000000"), "sms"),
        (Channel.HOTLINE, Contact(name="王小明"), None),
    ],
)
def test_a_requester_is_reached_by_the_channel_that_they_came_by(
    teller: Teller, channel: Channel, contact: Contact, way: str | None
) -> None:
    teller.tell(registered(channel=channel, contact=contact, category="0401-04"))
    notices = teller.tell(citizens())
    assert [notice.to.way.value for notice in notices] == ([way] if way else [])


def test_an_anonymous_requester_is_never_told_anything(teller: Teller) -> None:
    teller.tell(registered(requester_kind=RequesterKind.ANONYMOUS, category="0401-04"))
    assert said(teller.tell(citizens())) == []
    assert said(teller.tell(dispatched())) == []


def test_citizens_are_left_in_peace_at_night(teller: Teller) -> None:
    told = [*teller.tell(registered(), NIGHT), *teller.tell(citizens(), NIGHT), *teller.tell(dispatched(), NIGHT)]
    assert [notice.template for notice in told] == ["requester-receipt", "requester-dispatched"]
    assert {notice.not_before for notice in told} == {datetime(2026, 3, 3, 0, 0, tzinfo=UTC)}  # 8:00 in Shanghai


def test_what_is_urgent_is_told_at_once_by_day_and_night(teller: Teller) -> None:
    teller.tell(registered(tier=Tier.URGENT), NIGHT)
    notices = [*teller.tell(dispatched(Tier.URGENT), NIGHT), *teller.tell(called(), NIGHT)]
    assert loud(notices) == [
        ("department-urgent-order", "department:housing", ["sms", "call"]),
        ("duty-urgent", "duty_officer:p-min", ["sms", "call"]),
    ]
    assert all(notice.not_before == NIGHT for notice in notices)


def test_whoever_is_called_hears_what_it_is_why_and_until_when_they_have_to_say_that_they_know(teller: Teller) -> None:
    teller.tell(registered())
    (sms, ring) = teller.tell(called(call=2, person=RUAN, reason="unacknowledged"), NIGHT)
    assert (sms.to.address, ring.to.address) == ("16000001212", "16000001212")
    assert "第2次呼叫（前一位未确认），请阮志强在3月2日23:10前确认知悉" in sms.text
    assert ring.text.startswith("请呼叫阮志强：紧急件26030200000017，平凉路100弄")
    assert f"诉求：{registered().text}" in sms.text
    assert sms.key != ring.key


_SPOKEN: dict[str, Any] = {
    "ticket": TICKET,
    "by": BY,
    "receipt": "R0123456789AB",
    "channel": Channel.HOTLINE,
    "text": "消防还没来，味道更重了。我是王小明。",
    "count": 1,
}


@pytest.mark.parametrize("spoken", [d.ReopeningAsked(**_SPOKEN), d.FollowUpAdded(**_SPOKEN, mode="add")])
def test_whoever_is_called_again_reads_what_was_said_last_and_no_name_of_who_must_stay_unknown(
    teller: Teller, spoken: Message
) -> None:
    teller.tell(registered(tier=Tier.URGENT, text="闻到煤气味", confidential=True))
    teller.tell(spoken)
    told = teller.tell(called(call=2, reason="stop_words"), NIGHT)
    assert {notice.to.way.value for notice in told} == {"sms", "call"}
    for notice in told:
        assert "消防还没来，味道更重了" in notice.text
        assert "闻到煤气味" in notice.text
        assert "王小明" not in notice.text


def test_whatever_is_told_of_something_urgent_names_the_ticket(teller: Teller) -> None:
    teller.tell(registered(tier=Tier.URGENT))
    told = [*teller.tell(dispatched(Tier.URGENT, supporting=("police",)), NIGHT), *teller.tell(called(), NIGHT)]
    by_telephone = [notice for notice in told if notice.to.way in ("sms", "call")]
    assert len(by_telephone) >= 6
    assert all(TICKET in notice.text for notice in by_telephone)


@pytest.mark.parametrize(("confidential", "announced"), [(False, True), (True, False)])
def test_nobody_is_told_to_expect_a_call_from_who_does_not_see_the_number(
    teller: Teller,
    confidential: bool,  # noqa: FBT001 - a case of the table
    announced: bool,  # noqa: FBT001 - a case of the table
) -> None:
    teller.tell(registered(confidential=confidential))
    teller.tell(citizens())
    (told,) = (each for each in teller.tell(dispatched()) if each.template == "requester-dispatched")
    assert ("承办单位将与您联系" in told.text) is announced


@pytest.mark.parametrize(
    "raise_it",
    [
        lambda: d.Classified(ticket=TICKET, by=BY, category="0301-01", tier=Tier.URGENT),
        lambda: d.MergeTaken(ticket=TICKET, by=BY, other="26030200000025", tier=Tier.URGENT),
        lambda: dispatched(Tier.URGENT, order=2, supporting=("police",)),
    ],
)
def test_lead_and_supporters_hear_loudly_and_once_that_their_order_became_urgent(
    teller: Teller, raise_it: Callable[[], Message]
) -> None:
    teller.tell(registered())
    teller.tell(dispatched(supporting=("police",)))
    assert loud(teller.tell(raise_it(), NIGHT)) == [
        ("department-urgent-order", "department:housing", ["sms", "call"]),
        ("department-urgent-task", "department:police", ["sms", "call"]),
    ]
    again = d.Classified(ticket=TICKET, by=BY, category="0301-02", tier=Tier.URGENT)
    assert loud(teller.tell(again, NIGHT)) == []


def test_who_supports_an_urgent_order_later_hears_as_loudly(teller: Teller) -> None:
    teller.tell(registered(tier=Tier.URGENT))
    teller.tell(dispatched(Tier.URGENT))
    asked = d.SupportTaskOpened(ticket=TICKET, by=BY, department="police", blocking=True)
    assert loud(teller.tell(asked, NIGHT)) == [("department-urgent-task", "department:police", ["sms", "call"])]


@pytest.mark.parametrize(
    ("tier", "ends"),
    [
        (Tier.URGENT, [("department-urgent-ended", "department:police", ["sms", "call"])]),
        (Tier.COMPLEX, []),
    ],
)
def test_a_supporter_hears_as_loudly_as_they_were_called_that_they_need_not_come(
    teller: Teller, tier: Tier, ends: list[tuple[str, str, list[str]]]
) -> None:
    teller.tell(registered(tier=tier))
    teller.tell(dispatched(tier, supporting=("police",)))
    over = d.SupportTaskEnded(ticket=TICKET, by=BY, department="police", reason=d.TaskEnd.ORDER_CHANGED)
    told = teller.tell(over, NIGHT)
    assert loud(told) == ends
    assert ("department-ended" in {each.template for each in told}) is not bool(ends)


def test_a_lead_hears_as_loudly_as_they_were_called_that_another_one_has_the_order_or_nobody(teller: Teller) -> None:
    teller.tell(registered(tier=Tier.URGENT))
    teller.tell(dispatched(Tier.URGENT))
    moved = teller.tell(dispatched(Tier.URGENT, order=2, lead="police"), NIGHT)
    assert ("department-urgent-ended", "department:housing", ["sms", "call"]) in loud(moved)
    assert any("已改由" in each.text for each in moved)
    withdrawn = teller.tell(d.Withdrawn(ticket=TICKET, by=BY, reason="已经没事了"), NIGHT)
    assert loud(withdrawn) == [("department-urgent-ended", "department:police", ["sms", "call"])]


def asks_for_contact(by: Actor = BY) -> d.ApprovalRequested:
    act = i.AskForContact(
        ticket=TICKET, by=Person(id="d-1", name="经办人"), ground="first-contact", reason="须与诉求人先行联系。"
    )
    about: dict[str, Any] = {"wanted": act, "receipt": "R0123456789AB", "reason": "申请查看联系方式"}
    return d.ApprovalRequested(ticket=TICKET, by=by, request=RequestKind.APPROVAL, **about)


def test_of_what_is_urgent_the_approver_and_whoever_is_on_duty_hear_at_once_that_it_waits_for_them(
    teller: Teller,
) -> None:
    teller.tell(registered(tier=Tier.URGENT))
    teller.tell(dispatched(Tier.URGENT))
    told = teller.tell(asks_for_contact(), NIGHT)
    assert loud(told) == [
        ("centre-urgent-approval", "centre:p-fang", ["sms", "call"]),
        ("duty-urgent-approval", "duty_officer:p-min", ["sms", "call"]),
    ]
    assert all(each.not_before == NIGHT and "23:30前" in each.text for each in told)
    by_duty = loud(teller.tell(asks_for_contact(Actor(person=MIN)), NIGHT))
    assert by_duty[-1] == ("duty-urgent-approval", "duty_officer:p-ruan", ["sms", "call"])
    more_time = d.ExtensionRequested(
        ticket=TICKET, by=BY, department="housing", ground="complex", reason="缺件", count=1, hours=2
    )
    assert loud(teller.tell(more_time, NIGHT)) == [("centre-urgent-approval", "centre:p-fang", ["sms", "call"])]


SUPPORTS_NO_MORE = d.SupportTaskEnded(ticket=TICKET, by=BY, department="housing", reason=d.TaskEnd.LEAD_CHANGED)
ASKS: dict[str, Any] = {"ticket": TICKET, "by": BY, "department": "housing", "reason": "说明"}


def test_the_first_report_is_due_when_it_is_due_however_often_somebody_is_called(teller: Teller) -> None:
    teller.tell(registered(tier=Tier.URGENT))
    assert "首报" not in teller.tell(called())[0].text
    for fact in (dispatched(Tier.URGENT), started(Clock.HANDLING, tier=Tier.URGENT)):
        teller.tell(fact)
    teller.tell(started(Clock.URGENT_FIRST_REPORT, due=OfficialDue(at=MORNING + timedelta(hours=2))))
    for minutes in (10, 20):
        (said_it, _) = teller.tell(called(), MORNING + timedelta(minutes=minutes))
        assert "3月2日12:00前首报" in said_it.text


def asked_for_both(teller: Teller) -> None:
    for fact in (registered(), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    teller.tell(d.ExtensionRequested(**ASKS, ground="needs-inspection", count=1, days=3))
    teller.tell(d.SuspensionRequested(**ASKS, ground="litigation", until=DUE.at))


def extended(**changed: Any) -> c.ClockExtended:
    usual: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling", "clock": Clock.HANDLING, "explanation": {}}
    later = OfficialDue(at=DUE.at + timedelta(days=3))
    return c.ClockExtended(**usual, owner=Owner("department:housing"), days=3, **{"due": later, **changed})


def test_each_request_is_answered_with_its_own_ground(teller: Teller) -> None:
    asked_for_both(teller)
    told = [*teller.tell(d.ExtensionGranted(**ASKS, days=3, ground="needs-inspection")), *teller.tell(extended())]
    assert said(told) == [("department-approval", "department:housing"), ("requester-extended", "requester")]
    assert all("诉讼" not in notice.text and "检测" in notice.text for notice in told)
    (refused,) = teller.tell(d.SuspensionRefused(**ASKS))
    assert "诉讼" in refused.text


def test_more_time_that_ends_where_it_ended_before_is_no_news_to_the_citizen(teller: Teller) -> None:
    asked_for_both(teller)
    assert said(teller.tell(extended(due=DUE))) == []


def test_who_leads_no_more_hears_so_and_who_leads_after_supporting_hears_only_that(teller: Teller) -> None:
    for fact in (registered(), dispatched(lead="pingliang", supporting=("housing",)), started(Clock.HANDLING)):
        teller.tell(fact)
    told = [*teller.tell(dispatched(order=2, lead="housing", supporting=())), *teller.tell(SUPPORTS_NO_MORE)]
    assert ("department-ended", "department:pingliang") in said(told)
    assert ("department-ended", "department:housing") not in said(told)


def test_who_is_reached_at_another_number_hears_again_who_has_it(teller: Teller) -> None:
    for fact in (registered(category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    new = Correction(contact=Contact(phone="+8613900000000"))
    old = Correction(contact=Contact(phone="+8613800000000"))
    told = teller.tell(d.Corrected(ticket=TICKET, by=BY, new=new, old=old, reason="听错了"))
    again = [each.template for each in told if each.to.address == "+8613900000000"]
    assert again == ["requester-receipt", "requester-dispatched"]


def test_what_is_not_urgent_waits_for_its_approver_in_the_queue_alone(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched())
    assert teller.tell(asks_for_contact()) == []


@pytest.mark.parametrize("confirmed", [None, True])
def test_whoever_withdraws_hears_that_it_is_withdrawn_whether_or_not_the_centre_had_to_confirm_it(
    teller: Teller, confirmed: Literal[True] | None
) -> None:
    teller.tell(registered())
    told = teller.tell(d.Withdrawn(ticket=TICKET, by=BY, reason="已解决", confirmed=confirmed))
    assert ("requester-withdrawn", "requester") in said(told)


def test_who_leads_no_more_hears_nothing_of_what_becomes_urgent_later(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched())
    teller.tell(d.ReturnUpheld(ticket=TICKET, by=BY, department="housing", reason="不归房管"))
    assert teller.tell(d.Classified(ticket=TICKET, by=BY, category="0301-01", tier=Tier.URGENT)) == []


@pytest.mark.parametrize(("tier", "told"), [(Tier.URGENT, True), (Tier.COMPLEX, False)])
def test_the_supervisor_hears_at_once_that_nobody_took_an_urgent_order(teller: Teller, tier: Tier, told: bool) -> None:  # noqa: FBT001 - a case of the table
    teller.tell(registered())
    teller.tell(dispatched(tier))
    lapsed = d.Accepted(ticket=TICKET, by=BY, department="housing", presumed=True)
    expected = [("supervisor-urgent-unaccepted", "supervisor:p-he", ["sms", "call"])] if told else []
    assert loud(teller.tell(lapsed, NIGHT)) == expected
    bound = d.Accepted(ticket=TICKET, by=BY, department="housing", presumed=True, binding=True)
    assert teller.tell(bound) == []


def test_the_accused_are_never_told(teller: Teller) -> None:
    teller.tell(registered(confidential=True, accused=("housing",)))
    teller.tell(dispatched(lead="housing"))
    told = [*teller.tell(started(Clock.HANDLING)), *teller.tell(_nudged("housing"))]
    assert [notice for notice in told if notice.to.audience.startswith("department")] == []


def _nudged(department: str) -> d.Nudged:
    return d.Nudged(ticket=TICKET, by=BY, reason="请抓紧", department=department)


def test_a_department_hears_that_what_a_rule_ordered_is_taken_back(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched(lead="housing"))
    withdrawn = d.NudgeWithdrawn(ticket=TICKET, by=BY, reason="逾期已撤销", department="housing", breach="handling")
    taken_back = d.SupervisionEnded(ticket=TICKET, by=BY, result="逾期已撤销", reason="breach_withdrawn")
    for fact in (withdrawn, taken_back):
        assert said(teller.tell(fact)) == [("department-taken-back", "department:housing")]
    assert teller.tell(d.SupervisionEnded(ticket=TICKET, by=BY, result="已落实")) == []


def test_both_leads_and_the_supervisor_hear_that_a_supervision_goes_on_with_another_lead(teller: Teller) -> None:
    ordered = d.SupervisionOrdered(ticket=TICKET, by=BY, department="housing", reason="久拖不决。", number=1)
    ended = d.SupervisionEnded(ticket=TICKET, by=BY, result="牵头单位变更", reason=d.LEAD_CHANGED)
    teller.tell(registered())
    teller.tell(dispatched(lead="housing"))
    teller.tell(ordered)
    assert said(teller.tell(ended)) == [("department-taken-back", "department:housing")]
    teller.tell(dispatched(lead="greening", order=2))
    told = teller.tell(ordered.model_copy(update={"department": "greening", "number": 2, "taken_over_from": "housing"}))
    assert {notice.template for notice in told} == {"department-supervision", "supervisor-taken-over"}
    (supervisor, *_) = [notice for notice in told if notice.template == "supervisor-taken-over"]
    assert "牵头单位由房管局改为绿化市容局" in supervisor.text


@pytest.mark.parametrize(("phone", "once"), [("13900000009", True), ("13800000001", False)])
def test_a_corrected_number_is_sent_the_receipt_once_and_the_lead_hears_of_it(phone: str, once: bool) -> None:  # noqa: FBT001 - a case of the table
    teller = Teller()
    was = Contact(phone="13800000001")
    for fact in (registered(contact=was), citizens(), dispatched(lead="housing")):
        teller.tell(fact)
    new = Correction(contact=Contact(phone=phone, name="王阿姨"))
    told = teller.tell(d.Corrected(ticket=TICKET, by=BY, old=Correction(contact=was), new=new, reason="记错。"))
    receipts = [notice for notice in told if notice.template == "requester-receipt"]
    assert [notice.to.address for notice in receipts] == ([phone] if once else [])
    assert ("department-info-provided", "department:housing") in said(told) or not once
    name = d.Corrected(ticket=TICKET, by=BY, old=new, new=Correction(text="灯不亮"), reason="记错。")
    assert teller.tell(name) == []


def test_the_supervisor_hears_of_as_many_failures_as_dispatch_counts_since_the_last_reopening(teller: Teller) -> None:
    rework = d.ReworkOrdered(ticket=TICKET, by=BY, department="housing", round=1, failure=1, reason="unsolved")
    teller.tell(registered())
    teller.tell(dispatched())
    assert said(teller.tell(rework.model_copy(update={"round": 4, "failure": 2}))) == []
    third, *_ = teller.tell(rework.model_copy(update={"round": 5, "failure": 3}))
    assert said([third]) == [("supervisor-failed-callbacks", "supervisor:p-he")]
    assert "已3次回访" in third.text


def test_a_department_is_reminded_before_and_told_after_a_due_time_and_the_supervisor_with_it(teller: Teller) -> None:
    teller.tell(registered())
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling", "clock": Clock.HANDLING}
    soon = c.ClockDueSoon(**about, owner=Owner("department:housing"), due=DUE)
    breached = c.ClockBreached(**about, owner=Owner("department:housing"), due=DUE)
    assert said(teller.tell(soon)) == [("department-reminder", "department:housing")]
    assert said(teller.tell(breached)) == [
        ("department-overdue", "department:housing"),
        ("supervisor-breach", "supervisor:p-he"),
    ]


def test_the_centres_own_lateness_is_told_to_its_named_owner(teller: Teller) -> None:
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "review", "clock": Clock.REVIEW}
    breached = c.ClockBreached(**about, owner=Owner("office:p-lu"), due=DUE)
    assert said(teller.tell(breached)) == [("centre-overdue", "centre:p-lu")]


def test_what_a_merged_ticket_says_is_told_to_whoever_works_on_the_one_that_stays(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched(supporting=("siping",)))
    said_there = Supplement(ticket="26030200000025", place=Place(text="3号楼电梯"), text="有人被困。")
    told = teller.tell(d.MergeTaken(ticket=TICKET, by=BY, other="26030200000025", supplements=(said_there,)))
    assert [audience for _, audience in said(told)] == ["department:housing", "department:siping"]
    assert all("有人被困。（3号楼电梯）" in notice.text for notice in told)


def test_no_notice_names_who_must_stay_unknown_by_what_stood_before_a_correction(teller: Teller) -> None:
    was, there = Contact(name="欧阳春晓", phone="13987654321"), Contact(wechat="wx-ouyang")
    teller.tell(registered(confidential=True, contact=was))
    teller.tell(dispatched())
    now = Contact(name="王阿姨", phone="13812341234")
    teller.tell(
        d.Corrected(ticket=TICKET, by=BY, old=Correction(contact=was), new=Correction(contact=now), reason="有误。")
    )
    said_there = Supplement(ticket="26030200000025", place=Place(text="3号楼"), text="欧阳春晓，加wx-ouyang。")
    told = teller.tell(
        d.MergeTaken(ticket=TICKET, by=BY, other="26030200000025", supplements=(said_there,), contacts=(there,))
    )
    assert told
    assert not [each for each in told if "欧阳" in each.text or "wx-ouyang" in each.text]


@pytest.mark.parametrize(("clock", "owner"), [(Clock.CALLBACK, "callback"), (Clock.UNIT_PASS_ON, "unit:unit-01")])
def test_lateness_that_waits_at_the_desk_is_told_to_nobody_besides(teller: Teller, clock: Clock, owner: str) -> None:
    """Who sees to it is the desk's task, which somebody has to end; a mail could be overlooked, and told it twice."""
    teller.tell(registered())
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": clock.value, "clock": clock}
    assert said(teller.tell(c.ClockBreached(**about, owner=Owner(owner), due=DUE))) == []


def test_a_visitor_hears_of_the_problems_that_they_brought_unless_they_are_confidential(teller: Teller) -> None:
    visit = VisitRef(visitor="v-17", unit="unit-01", visited_at=MORNING)
    teller.tell(registered(channel=Channel.SURVEY, visit=visit))
    assert ("visitor-progress", "visitor:v-17") in said(teller.tell(dispatched()))
    other = Teller()
    other.tell(registered(channel=Channel.SURVEY, visit=visit, confidential=True))
    assert "visitor-progress" not in dict(said(other.tell(dispatched())))


@pytest.mark.parametrize(
    ("outcome", "said_of_it", "words"),
    [
        ("called_back", {"reply": "灯已换好"}, "结案。答复：灯已换好"),
        ("not_accepted", {"reason": "诉讼中"}, "不予受理。原因：诉讼中"),
        ("withdrawn", {"reason": "不用了"}, "撤诉。原因：不用了"),
        ("transferred", {"reason": "属市级", "to": "city"}, "转介至市热线办。【"),
    ],
)
def test_a_requester_hears_how_the_ticket_ended_that_took_theirs_in(
    teller: Teller, outcome: str, said_of_it: dict[str, Any], words: str
) -> None:
    teller.tell(registered())
    fact = d.MergedTicketEnded(ticket=TICKET, by=BY, into="26091407000023", outcome=outcome, **said_of_it)
    notice = next(each for each in teller.tell(fact) if each.template == "requester-merged-ended")
    assert words in notice.text


def test_who_is_referred_hears_the_others_number_and_whether_they_have_the_contact(teller: Teller) -> None:
    teller.tell(registered())
    record = Referral(reference="110-7", contact_given=True)
    gone = d.Transferred(ticket=TICKET, by=BY, to="police-110", reason="已报警。", record=record)
    notice = next(each for each in teller.tell(gone) if each.template == "requester-transferred")
    assert "已转至110报警服务台，对方编号110-7。您的联系方式已告知对方。" in notice.text
    later = d.ReferralRecorded(ticket=TICKET, by=BY, to="police-110", record=Referral(contact_given=False))
    notice = next(each for each in teller.tell(later) if each.template == "requester-referral-recorded")
    assert "已转至110报警服务台。您的联系方式没有告知对方。" in notice.text
    silent = d.ReferralRecorded(ticket=TICKET, by=BY, to="police-110", record=Referral(said="已派警。"))
    assert said(teller.tell(silent)) == []


def test_who_is_not_accepted_hears_the_ground_in_full_and_which_district_says_so(teller: Teller) -> None:
    teller.tell(registered())
    fact = d.NotAccepted(ticket=TICKET, by=BY, ground="not-public-affair", reason="邻里买卖纠纷")
    notice = next(each for each in teller.tell(fact) if each.template == "requester-not-accepted")
    assert "依据：非公共管理事项（不属于政府职责和公共服务范围）。邻里买卖纠纷。【示例区12345】" in notice.text


def test_the_result_carries_the_departments_reply(teller: Teller) -> None:
    teller.tell(registered())
    teller.tell(dispatched())
    teller.tell(d.Handled(ticket=TICKET, by=BY, department="housing", reply="已清理干净", round=0))
    accepted = d.HandledAccepted(ticket=TICKET, by=BY, department="housing", handled_at=MORNING)
    (result,) = (notice for notice in teller.tell(accepted) if notice.template == "requester-result")
    assert "已清理干净" in result.text
    assert "房管局" in result.text


def test_a_department_hears_why_its_action_was_refused(teller: Teller) -> None:
    refused = d.ActionRefused(
        ticket=TICKET,
        by=BY,
        receipt="R0123456789AB",
        party=Party(kind=PartyKind.DEPARTMENT, department="housing"),
        action="accept",
        code="not-yours",
        reason="工单不在贵单位",
    )
    (notice,) = teller.tell(refused)
    assert said([notice]) == [("department-refused", "department:housing")]
    assert "工单不在贵单位" in notice.text


def test_a_notice_has_the_same_key_however_often_it_is_decided() -> None:
    one, two = Teller(), Teller()
    for teller in (one, two):
        teller.tell(registered())
    assert [n.key for n in one.tell(dispatched())] == [n.key for n in two.tell(dispatched())]
