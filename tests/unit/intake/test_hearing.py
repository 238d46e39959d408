"""What requesters are told of their ticket's life, and what the door remembers of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rulebook import Policy
from schemas import dispatch as d
from schemas.correction import Correction
from schemas.message import Message
from schemas.public import ReceiptRefused, TicketNews
from schemas.referral import Referral
from schemas.values import (
    Actor,
    Channel,
    Contact,
    Kind,
    OfficialDue,
    Party,
    PartyKind,
    Place,
    ProvisionalDue,
    RequesterKind,
    Ruling,
    Tier,
)
from services.intake.core.news import NewsError, Newsroom
from services.intake.core.state import KnownTicket
from services.intake.reactions import Reaction, RefusedLater, SubmissionId, concerns, react
from services.intake.work import newsroom_of
from worktime import SHANGHAI

NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
TICKET, RECEIPT = "26091407000015", "R0123456789AB"
KNOWN = KnownTicket(TICKET, RECEIPT, "wechat", None, open=True, registered=NOW)
MINE = SubmissionId("call-centre/1", "call-20260914-0042")
RULE = Actor(by_rule="policy")
HOUSING = Party(kind=PartyKind.DEPARTMENT, department="housing")


@pytest.fixture(scope="session")
def newsroom(policy: Policy) -> Newsroom:
    return newsroom_of(policy)


def hear(message: Message, newsroom: Newsroom, known: KnownTicket | None = KNOWN) -> Reaction:
    assert concerns(message, newsroom) == TICKET
    return react(message, NOW, known, newsroom, MINE)


def told(reaction: Reaction) -> TicketNews:
    (answer,) = reaction.says
    assert answer.topic == "liuhen.public.channel.wechat.v1"
    assert isinstance(answer.message, TicketNews)
    return answer.message


def test_a_dispatch_is_told_with_the_departments_name(newsroom: Newsroom) -> None:
    fact = d.Dispatched(ticket=TICKET, by=RULE, order=1, lead="housing", tier=Tier.SIMPLE, reason="catalogue")
    assert told(hear(fact, newsroom)).text == "您的诉求已派至房管局。"


def due(day: int, hour: int = 17) -> OfficialDue:
    return OfficialDue(at=datetime(2026, 9, day, hour, 30, tzinfo=SHANGHAI))


def dispatched(by: OfficialDue | None, **values: Any) -> d.Dispatched:
    given: dict[str, Any] = {"order": 1, "lead": "housing", "tier": Tier.COMPLEX, "reason": "catalogue"}
    return d.Dispatched(ticket=TICKET, by=RULE, deadline=by, **{**given, **values})


def test_a_dispatch_names_the_date_that_is_promised_and_another_date_is_told_alone(newsroom: Newsroom) -> None:
    first = hear(dispatched(due(21)), newsroom)
    assert told(first).text == "您的诉求已派至房管局。办结期限2026年09月21日 17:30。"
    # the same date is not told again, not even by another order
    again = hear(dispatched(due(21), order=2, lead="greening"), newsroom, first.ticket)
    assert told(again).text == "您的诉求已派至绿化市容局。"
    # another one takes back the one before, and where nothing else is to be told, it is told by itself
    raised = d.Classified(ticket=TICKET, by=RULE, category="0101-02", tier=Tier.SIMPLE, deadline=due(15))
    moved = hear(raised, newsroom, first.ticket)
    assert told(moved).text == "您的诉求的办结期限现为2026年09月15日 17:30，此前告知的期限不再适用。"
    assert moved.ticket is not None
    assert moved.ticket.promised == "2026年09月15日 17:30"
    same_lead = hear(dispatched(due(15), order=2, same_lead=True), newsroom, moved.ticket)
    assert same_lead.says == ()
    text = told(hear(dispatched(due(15), order=2, same_lead=True), newsroom, first.ticket)).text
    assert "现为2026年09月15日 17:30" in text
    assert "09月21日" not in text


def test_a_date_before_anybody_was_told_of_one_is_no_news(newsroom: Newsroom) -> None:
    raised = d.Classified(ticket=TICKET, by=RULE, category="0101-02", tier=Tier.SIMPLE)
    assert concerns(raised, newsroom) is None


def test_a_date_without_a_published_calendar_is_told_with_the_latest_that_it_can_be(newsroom: Newsroom) -> None:
    maybe = ProvisionalDue(earliest=due(21).at, latest=due(23).at)
    text = told(hear(dispatched(None).model_copy(update={"deadline": maybe}), newsroom)).text
    assert "2026年09月21日 17:30（暂定，以公布的放假安排为准，最迟2026年09月23日 17:30）" in text


def test_whoever_is_asked_or_may_ask_again_is_told_until_when(newsroom: Newsroom) -> None:
    asked = d.InfoAsked(ticket=TICKET, by=RULE, question="哪一幢？", deadline=due(21))
    assert told(hear(asked, newsroom)).text == "请您补充：哪一幢？（请于2026年09月21日 17:30前补充）"
    closed = d.Closed(ticket=TICKET, by=RULE, outcome="solved", ruling=Ruling.SOLVED, deadline=due(28))
    assert told(hear(closed, newsroom)).text.endswith("可以在2026年09月28日 17:30前申请重启办理。")
    replied = closed.model_copy(update={"reply": "灯已换好"})
    assert "灯已换好。对结果不认可的" in told(hear(replied, newsroom)).text


def test_a_body_is_named_as_callers_are_told_of_it(newsroom: Newsroom) -> None:
    fact = d.Transferred(ticket=TICKET, by=RULE, to="other-district", reason="发生地在邻区")
    assert told(hear(fact, newsroom)).text == "您的诉求已转至所在区热线。"


def test_whoever_was_referred_hears_the_others_number_once_it_is_known(newsroom: Newsroom) -> None:
    fact = d.Transferred(ticket=TICKET, by=RULE, to="police-110", reason="警情", record=Referral(reference="110-7"))
    assert told(hear(fact, newsroom)).text == "您的诉求已转至110报警服务台（对方编号110-7）。"
    later = d.ReferralRecorded(ticket=TICKET, by=RULE, to="police-110", record=Referral(reference="110-7"))
    news = told(hear(later, newsroom, KNOWN._replace(open=False)))
    assert (news.state, news.text) == ("transferred", "您的诉求已转至110报警服务台（对方编号110-7）。")
    silent = d.ReferralRecorded(ticket=TICKET, by=RULE, to="police-110", record=Referral(said="已派警。"))
    assert concerns(silent, newsroom) is None


def test_the_reply_is_told_only_when_the_centre_took_it(newsroom: Newsroom) -> None:
    handled = hear(d.Handled(ticket=TICKET, by=RULE, department="housing", reply="灯已换好", round=0), newsroom)
    assert handled.says == ()
    accepted = d.HandledAccepted(ticket=TICKET, by=RULE, department="housing", handled_at=NOW)
    assert told(hear(accepted, newsroom, handled.ticket)).text == "房管局答复：灯已换好"


def test_what_a_department_says_to_a_requester_commands_no_screen(newsroom: Newsroom) -> None:
    said = "<b>灯</b>\u202e已换\x1b]8;;http://elsewhere.example\x07好\n谢谢"
    handled = hear(d.Handled(ticket=TICKET, by=RULE, department="housing", reply=said, round=0), newsroom)
    accepted = d.HandledAccepted(ticket=TICKET, by=RULE, department="housing", handled_at=NOW)
    text = told(hear(accepted, newsroom, handled.ticket)).text
    assert text == "房管局答复：<b>灯</b>\ufffd已换␛]8;;http://elsewhere.example␇好\n谢谢"


def test_a_corrected_reply_is_news_where_the_one_before_was_told(newsroom: Newsroom) -> None:
    new, old = Correction(reply="灯周五换"), Correction(reply="灯已换好")
    said: dict[str, Any] = {"ticket": TICKET, "by": RULE, "old": old, "new": new, "reason": "答复写错"}
    for known, state in (
        (KNOWN._replace(stands="callback_pending"), "callback_pending"),
        (KNOWN._replace(open=False, stands="closed"), "closed"),
    ):
        reaction = hear(d.Corrected(**said, told=True), newsroom, known)
        assert (told(reaction).text, told(reaction).state) == ("答复已更正：灯周五换", state)
        assert reaction.news is not None
        assert reaction.ticket is not None
        assert reaction.ticket.open == known.open
    before = hear(d.Corrected(**said), newsroom)
    assert before.says == ()
    assert before.ticket is not None
    assert before.ticket.reply == "灯周五换"


def test_a_review_that_the_city_brought_about_is_told_as_the_citys(newsroom: Newsroom) -> None:
    order = d.CallbackReviewOrdered(ticket=TICKET, by=RULE, department="housing", reason="市级回访：未解决", city=True)
    assert told(hear(order, newsroom)).text == "根据市级回访情况，已要求房管局复核。"
    assert concerns(order.model_copy(update={"city": None}), newsroom) is None


def test_the_result_is_told_and_the_ticket_is_no_longer_open(newsroom: Newsroom) -> None:
    closed = d.Closed(ticket=TICKET, by=RULE, outcome="solved", ruling=Ruling.SOLVED, reply="灯已换好")
    reaction = hear(closed, newsroom)
    assert told(reaction).state == "closed"
    assert reaction.ticket is not None
    assert not reaction.ticket.open
    reopened = hear(d.Reopened(ticket=TICKET, by=RULE, reason="又坏了", count=1), newsroom, reaction.ticket)
    assert reopened.ticket is not None
    assert reopened.ticket.open


@pytest.mark.parametrize(
    ("outcome", "said", "text"),
    [
        ("called_back", {"reply": "灯已换好"}, "结案。灯已换好"),
        ("final_answer", {"reply": "已尽力"}, "结案。已尽力"),
        ("settled_at_unit", {"reply": "灯已换好"}, "当场解决：灯已换好"),
        ("not_accepted", {"reason": "诉讼中"}, "不予受理。原因：诉讼中"),
        ("withdrawn", {"reason": "不用了"}, "撤诉"),
        ("transferred", {"reason": "属市级", "to": "city"}, "转至市热线办。"),
    ],
)
def test_the_end_of_the_ticket_that_took_one_in_is_told_for_both(
    newsroom: Newsroom, outcome: str, said: dict[str, Any], text: str
) -> None:
    into = "26091407000023"
    fact = d.MergedTicketEnded(ticket=TICKET, by=RULE, into=into, outcome=outcome, **said)
    news = told(hear(fact, newsroom, KNOWN._replace(open=False, stands="in_progress/merged")))
    assert (news.state, news.happened) == ("merged", "merged-ticket-ended")
    assert into in news.text
    assert text in news.text


def test_a_moment_is_told_in_local_time(newsroom: Newsroom) -> None:
    fact = d.Committed(ticket=TICKET, by=RULE, department="housing", promised=NOW, text="换新灯")
    assert "2026年09月14日 10:00" in told(hear(fact, newsroom)).text


def test_a_promise_until_midnight_names_the_day_that_ends(newsroom: Newsroom) -> None:
    midnight = datetime(2026, 9, 13, 16, 0, tzinfo=UTC)
    fact = d.Committed(ticket=TICKET, by=RULE, department="housing", promised=midnight, text="换新灯")

    assert "2026年09月13日 24时前" in told(hear(fact, newsroom)).text


@pytest.mark.parametrize(
    "fact",
    [
        d.ProgressNoted(ticket=TICKET, by=RULE, department="housing", text="内部计划", plan=True),
        d.ReturnRequested(ticket=TICKET, by=RULE, department="housing", ground="not-our-duty", reason="x", dispute=1),
        d.SupervisionOrdered(ticket=TICKET, by=RULE, department="housing", reason="x", number=1),
        d.Accepted(ticket=TICKET, by=RULE, department="housing"),
    ],
)
def test_what_concerns_only_the_house_is_not_told(newsroom: Newsroom, fact: Message) -> None:
    assert concerns(fact, newsroom) is None or hear(fact, newsroom).says == ()


def refusal(party: Party) -> d.ActionRefused:
    return d.ActionRefused(
        ticket=TICKET, by=RULE, receipt=RECEIPT, party=party, action="withdraw", code="closed", reason="已结案"
    )


def test_a_refused_action_is_told_to_its_author(newsroom: Newsroom) -> None:
    (answer,) = hear(refusal(Party(kind=PartyKind.OFFICE)), newsroom).says
    assert answer.topic == "liuhen.public.channel.office.v1"
    assert isinstance(answer.message, ReceiptRefused)
    assert answer.message.code == "closed"
    assert (answer.message.source, answer.message.submission) == MINE


def test_a_department_hears_of_its_refusal_on_its_own_topic_with_the_version_that_it_had_not_seen(
    newsroom: Newsroom,
) -> None:
    refused = refusal(HOUSING).model_copy(update={"version": 7})
    (answer,) = hear(refused, newsroom).says
    assert answer.topic == "liuhen.public.dispatch.housing.v1"
    assert isinstance(answer.message, ReceiptRefused)
    assert (answer.message.source, answer.message.submission, answer.message.version) == (*MINE, 7)


def test_a_refusal_of_what_the_door_never_took_is_nobodys(newsroom: Newsroom) -> None:
    assert react(refusal(HOUSING), NOW, KNOWN, newsroom, None) == Reaction()


@pytest.mark.parametrize("kind", [PartyKind.WECHAT, PartyKind.HOTLINE, PartyKind.OFFICE, PartyKind.CALLBACK])
def test_a_refusal_is_no_news_of_the_ticket_and_stands_on_the_receipt_of_its_author(
    newsroom: Newsroom, kind: PartyKind
) -> None:
    reaction = hear(refusal(Party(kind=kind)), newsroom)
    assert reaction.news is None
    assert reaction.refused == RefusedLater(RECEIPT, "withdraw", "closed", "已结案")
    assert [answer.topic for answer in reaction.says] == [f"liuhen.public.channel.{kind}.v1"]


def refused_act(party: Party) -> d.IncidentActionRefused:
    why = {"action": "attach_to_incident", "code": "incident_closed", "reason": "已结束"}
    return d.IncidentActionRefused(incident="M0123456789AB", by=RULE, receipt=RECEIPT, party=party, **why)


def test_a_refused_act_on_an_incident_is_told_to_its_author(newsroom: Newsroom) -> None:
    fact = refused_act(Party(kind=PartyKind.OFFICE))
    assert concerns(fact, newsroom) == fact.incident
    (answer,) = react(fact, NOW, None, newsroom, MINE).says
    assert answer.topic == "liuhen.public.channel.office.v1"
    assert isinstance(answer.message, ReceiptRefused)
    assert (answer.message.code, answer.message.ticket) == ("incident_closed", None)
    assert react(fact, NOW, None, newsroom, MINE).refused == RefusedLater(
        RECEIPT, "attach_to_incident", "incident_closed", "已结束"
    )
    (theirs,) = react(refused_act(HOUSING), NOW, None, newsroom, MINE).says
    assert theirs.topic == "liuhen.public.dispatch.housing.v1"


def test_a_part_is_remembered_with_the_channel_of_the_whole(newsroom: Newsroom) -> None:
    part = d.Opened(
        ticket=f"{TICKET}-1",
        by=RULE,
        receipt=RECEIPT,
        channel=Channel.WECHAT,
        kind=Kind.HELP,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        place=Place(text="平凉路"),
        text="水管",
        tier=Tier.SIMPLE,
        part_of=TICKET,
    )
    assert concerns(part, newsroom) == f"{TICKET}-1"
    known = react(part, NOW, None, newsroom).ticket
    assert known is not None
    assert known.channel == "wechat"
    assert concerns(part.model_copy(update={"part_of": None}), newsroom) is None


def test_a_line_that_fits_no_fact_is_found_at_the_start(policy: Policy) -> None:
    with pytest.raises(NewsError, match="clozed"):
        Newsroom({"clozed": {"state": "closed", "text": "x"}}, policy)
    with pytest.raises(NewsError, match="no outcome"):
        Newsroom({"merged.closed": {"state": "merged", "text": "x"}}, policy)
    with pytest.raises(NewsError, match="replyy"):
        Newsroom({"closed": {"state": "closed", "text": "{replyy}"}}, policy)


def test_who_has_it_is_the_lead_of_the_newest_order_or_its_successor(newsroom: Newsroom) -> None:
    given = d.Dispatched(ticket=TICKET, by=RULE, order=1, lead="housing", tier=Tier.SIMPLE, reason="category")
    after = hear(given, newsroom).ticket
    assert after is not None
    assert after.lead == "housing"
    gone = d.DepartmentReplaced(
        ticket=TICKET, by=RULE, department="greening", replaced="housing", reason="机构改革，职责划转。"
    )
    moved = hear(gone, newsroom, after)
    assert moved.ticket is not None
    assert (moved.ticket.lead, moved.says) == ("greening", ())
    # of a supporting department, nothing changes for the requester
    other = hear(gone.model_copy(update={"replaced": "education"}), newsroom, after)
    assert other.ticket is not None
    assert other.ticket.lead == "housing"
