"""What a requester is told of number, date and department: true, once, again when it changes, and in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from typing import Any

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import tickets as t
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import (
    Channel,
    Clock,
    Contact,
    Due,
    Kind,
    OfficialDue,
    Person,
    ProvisionalDue,
    RequesterKind,
    Ruling,
    Tier,
)
from services.notify.core.notice import Notice
from tests.support.notify import (
    AWAITED,
    BY,
    DUE,
    MORNING,
    POLICY,
    TICKET,
    Teller,
    citizens,
    classified,
    dispatched,
    rederived,
    registered,
    started,
)

SOON: Due = OfficialDue(at=datetime(2026, 3, 3, 9, 30, tzinfo=UTC))
NEW_YEAR: Due = ProvisionalDue(
    earliest=datetime(2027, 1, 5, 9, 30, tzinfo=UTC), latest=datetime(2027, 1, 8, 9, 30, tzinfo=UTC)
)


def told(notices: list[Notice]) -> list[str]:
    return [notice.template for notice in notices if notice.to.audience == "requester"]


def texts(notices: list[Notice]) -> list[str]:
    return [notice.text for notice in notices if notice.to.audience == "requester"]


def life(*facts: Message) -> list[Notice]:
    teller = Teller()
    return [notice for fact in facts for notice in teller.tell(fact)]


RECEIPT = "R0123456789AB"


@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.WECHAT])
def test_the_receipt_says_where_to_look_and_what_opens_it(channel: Channel) -> None:
    opened = registered(channel=channel, category="0401-04", contact=Contact(phone="+8613800000000", wechat="wx-1"))
    (receipt,) = texts(life(opened, citizens()))
    assert f"打开 {POLICY.progress_page} ，填回执号{RECEIPT}和您登记的电话" in receipt


def test_who_left_no_number_is_not_sent_to_a_page_that_opens_by_one() -> None:
    opened = registered(channel=Channel.WECHAT, category="0401-04", contact=Contact(wechat="wx-1"))
    (receipt,) = texts(life(opened, citizens()))
    assert POLICY.progress_page not in receipt
    assert RECEIPT not in receipt


def test_the_receipt_waits_until_the_clock_goes_by_the_tier_that_was_decided() -> None:
    teller = Teller()
    assert told([*teller.tell(registered()), *teller.tell(citizens()), *teller.tell(classified(Tier.SIMPLE))]) == []
    (receipt,) = texts(teller.tell(rederived(SOON, Tier.SIMPLE)))
    assert "我们将在3月3日17:30前办结" in receipt
    assert "3月9日" not in receipt


def test_the_date_is_told_too_where_the_tier_that_was_decided_leaves_it() -> None:
    teller = Teller()
    assert told([*teller.tell(registered()), *teller.tell(citizens()), *teller.tell(classified(Tier.SIMPLE))]) == []
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "citizen", "clock": Clock.CITIZEN, "explanation": {}}
    same = c.ClockRetiered(**about, owner=Owner("office:p-he"), due=DUE, tier=Tier.SIMPLE)
    (receipt,) = texts(teller.tell(same))
    assert "我们将在3月9日17:30前办结" in receipt


def test_received_is_told_before_dispatched_whatever_was_heard_first() -> None:
    life_of_it = [registered(), classified(Tier.SIMPLE), dispatched(Tier.SIMPLE)]
    for first, second in combinations_with_replacement(range(len(life_of_it) + 1), 2):
        heard: list[Message] = [*life_of_it]
        heard.insert(second, rederived(SOON, Tier.SIMPLE))
        heard.insert(first, citizens())
        notices = [each for each in life(*heard) if each.to.audience == "requester"]
        assert told(notices) == ["requester-receipt", "requester-dispatched"], [type(each) for each in heard]
        assert "3月3日17:30" in notices[0].text


@pytest.mark.parametrize(("kind", "word"), [(Kind.PRAISE, "表扬"), (Kind.SUGGEST, "建议")])
def test_who_praises_or_suggests_is_promised_an_answer_and_is_not_said_to_complain(kind: Kind, word: str) -> None:
    (receipt, sent) = texts(life(registered(kind=kind, category="0401-04"), dispatched(), citizens()))
    assert f"您的{word}已收到" in receipt
    assert "我们将在3月9日17:30前答复" in receipt
    assert "办结" not in receipt + sent
    assert "反映" not in receipt + sent


def test_who_waits_at_the_desk_gets_the_number_at_once_and_the_date_with_the_department() -> None:
    teller = Teller()
    received = [*teller.tell(registered()), *teller.tell(citizens()), *teller.tell(AWAITED)]
    assert told(received) == ["requester-receipt"]
    assert TICKET in received[0].text
    assert "前办结" not in received[0].text
    assert "办结期限最长15个工作日，派单后告知您具体日期" in received[0].text
    decided = [*teller.tell(classified(Tier.SIMPLE)), *teller.tell(dispatched(Tier.SIMPLE))]
    assert told(decided) == []
    (sent,) = teller.tell(rederived(SOON, Tier.SIMPLE))
    assert sent.template == "requester-dispatched"
    assert "我们将在3月3日17:30前办结" in sent.text


@pytest.mark.parametrize("waits", [AWAITED, d.PassOnAwaited(ticket=TICKET, by=BY, stage="survey_office")])
@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.WECHAT])
def test_who_is_in_danger_is_told_the_date_and_never_the_longest_time(waits: Message, channel: Channel) -> None:
    day_later = OfficialDue(at=MORNING + timedelta(hours=24))
    urgent = registered(channel=channel).as_urgent()
    teller = Teller()
    assert told([*teller.tell(urgent), *teller.tell(waits)]) == []
    (receipt,) = texts(teller.tell(citizens(due=day_later, tier=Tier.URGENT)))
    assert "3月3日10:00" in receipt
    assert "最长" not in receipt


def test_who_is_asked_before_the_date_is_known_is_not_told_the_longest_time_of_what_is_urgent() -> None:
    notices = life(registered().as_urgent(), d.InfoAsked(ticket=TICKET, by=BY, question="几楼？"))
    assert told(notices) == ["requester-receipt", "requester-needs-info"]
    assert not any("最长" in text for text in texts(notices))


def test_who_was_told_the_date_with_the_receipt_is_not_told_it_again_with_the_department() -> None:
    notices = life(registered(category="0401-04"), citizens(), dispatched())
    assert [("3月9日17:30" in text) for text in texts(notices)] == [True, False]


def test_a_receipt_after_the_date_promises_neither_date_nor_bound() -> None:
    late = MORNING + timedelta(days=60)
    teller = Teller()
    heard = [registered(category="0401-04"), citizens(), AWAITED]
    (receipt,) = texts([notice for fact in heard for notice in teller.tell(fact, late)])
    assert TICKET in receipt
    assert "办结" not in receipt


@pytest.mark.parametrize(
    "fact",
    [
        d.InfoAsked(ticket=TICKET, by=BY, question="几楼？"),
        d.NotAccepted(ticket=TICKET, by=BY, ground="not-public-affair", reason="邻里买卖纠纷"),
    ],
)
def test_nothing_is_told_before_the_receipt(fact: Any) -> None:
    assert told(life(registered(), fact))[0] == "requester-receipt"


def test_a_date_that_becomes_another_is_told_and_the_one_before_is_taken_back() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched()):
        teller.tell(fact)
    assert told(teller.tell(classified(Tier.SIMPLE))) == []
    (changed,) = teller.tell(rederived(SOON, Tier.SIMPLE))
    assert changed.template == "requester-due-changed"
    assert "现为3月3日17:30，此前告知的期限不再适用" in changed.text
    assert "3月9日" not in changed.text
    back = [*teller.tell(classified(Tier.COMPLEX)), *teller.tell(rederived(DUE))]
    assert ["现为3月9日17:30" in text for text in texts(back)] == [True]


def test_a_date_that_stays_the_same_is_told_neither_to_the_requester_nor_to_the_department() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    assert teller.tell(rederived(DUE, because="calendar")) == []
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling", "clock": Clock.HANDLING, "explanation": {}}
    same = c.ClockRederived(
        **about, owner=Owner("department:housing"), was=DUE, due=DUE, tier=Tier.COMPLEX, because="policy"
    )
    assert teller.tell(same) == []
    (moved,) = teller.tell(same.model_copy(update={"due": SOON}))
    assert "由3月9日17:30变更为3月3日17:30" in moved.text


def test_a_provisional_date_says_so_and_is_told_again_only_when_the_calendar_makes_it_another() -> None:
    teller = Teller()
    receipt = [*teller.tell(registered(category="0401-04")), *teller.tell(citizens(due=NEW_YEAR))]
    assert "1月5日17:30（暂定，以公布的放假安排为准，最迟1月8日17:30）前" in receipt[0].text
    official = OfficialDue(at=datetime(2027, 1, 5, 9, 30, tzinfo=UTC))
    assert teller.tell(rederived(official, because="calendar", was=NEW_YEAR)) == []
    later = OfficialDue(at=datetime(2027, 1, 6, 9, 30, tzinfo=UTC))
    (changed,) = teller.tell(rederived(later, because="calendar", was=official))
    assert "现为1月6日17:30" in changed.text


def test_a_date_that_is_over_is_promised_to_nobody() -> None:
    past = OfficialDue(at=MORNING - timedelta(hours=1))
    notices = life(registered(), citizens(), AWAITED, classified(Tier.URGENT), rederived(past, Tier.URGENT))
    assert told(notices) == ["requester-receipt"]
    late = life(registered(category="0401-04"), citizens(due=past), dispatched())
    assert told(late) == ["requester-receipt", "requester-dispatched"]
    assert not any("前办结" in text for text in texts(late))


def test_after_another_dispatch_the_requester_hears_who_is_responsible_now() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched(lead="housing")):
        teller.tell(fact)
    teller.tell(d.ReturnUpheld(ticket=TICKET, by=BY, department="housing", reason="不归房管"))
    (again,) = (each for each in teller.tell(dispatched(order=2, lead="greening")) if each.to.audience == "requester")
    assert again.template == "requester-redispatched"
    assert "现改由绿化市容局承办" in again.text
    same = dispatched(order=3, lead="greening", same_lead=True)
    assert told(teller.tell(same)) == []


def test_a_final_answer_says_what_it_means_and_announces_neither_callback_nor_rework() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched()):
        teller.tell(fact)
    final = d.FinalAnswerGiven(
        ticket=TICKET, by=BY, text="依据规定无法加装。", ground="law", ruling=Ruling.EXPLAINED, approver=BY
    )
    (answer,) = teller.tell(final)
    assert answer.template == "requester-final-answer"
    assert "依据规定无法加装。" in answer.text
    assert "也不再回访" in answer.text
    assert told(teller.tell(started(Clock.REOPEN_WINDOW, "requester"))) == []


def test_what_was_settled_on_the_spot_announces_no_callback() -> None:
    notices = life(registered(), d.SettledAtUnit(ticket=TICKET, by=BY, reply="当场清理。"))
    assert told(notices) == ["requester-receipt", "requester-settled"]
    assert not any("回访" in text for text in texts(notices))


@pytest.mark.parametrize(("contact", "called"), [(Contact(wechat="wx-1"), False), (Contact(phone="13800000000"), True)])
def test_who_left_no_number_is_promised_no_call(contact: Contact, called: bool) -> None:  # noqa: FBT001 - a case
    notices = life(
        registered(category="0401-04", contact=contact, channel=Channel.WECHAT),
        citizens(),
        dispatched(),
        d.HandledAccepted(ticket=TICKET, by=BY, department="housing", handled_at=MORNING),
    )
    assert told(notices) == ["requester-receipt", "requester-dispatched", "requester-result"]
    assert any("与您联系" in text or "回访" in text for text in texts(notices)) is called


def test_a_matter_is_named_for_the_caller_and_otherwise_for_the_house() -> None:
    notices = life(
        registered(category="0701-07", tier=Tier.URGENT),
        citizens(tier=Tier.URGENT),
        d.UrgentCalled(ticket=TICKET, by=BY, call=1, person=Person(id="p-min", name="闵建国"), reason="became_urgent"),
    )
    (receipt,) = texts(notices)
    assert "人身安全求助" in receipt
    assert "扬言" not in receipt
    assert any("扬言极端行为" in notice.text for notice in notices if notice.to.audience != "requester")


def test_an_incidents_report_quotes_the_requesters_own_number_alone() -> None:
    notices = life(
        registered(),
        d.FixReported(ticket=TICKET, by=BY, incident="M0123456789AB", title="某小区停电", text="已恢复供水。"),
    )
    (text,) = (each.text for each in notices if each.template == "requester-incident-resolved")
    assert TICKET in text
    assert "M0123456789AB" not in text


def test_who_was_answered_on_the_line_gets_the_answer_and_no_receipt() -> None:
    answered = t.Answered(
        ticket=TICKET,
        receipt="R0123456789AB",
        channel=Channel.HOTLINE,
        kind=Kind.CONSULT,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(phone="13800000000"),
        text="几点开门？",
        answer="九点。",
        agent=Person(id="a-1", name="坐席"),
    )
    assert told(life(answered)) == ["requester-answered"]
