"""The promises about a ticket's life, each with a violation that is found and an honest life that is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import dispatch as d
from schemas.correction import Correction
from schemas.inbound import Classify
from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.owner import Owner
from schemas.public import CallbackRequest, DeskTask, Order
from schemas.referral import Referral
from schemas.registry import CALLBACKS, DESK, department_topic
from schemas.tickets import Registered
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Kind,
    Party,
    PartyKind,
    Person,
    Place,
    RequesterKind,
    RequestKind,
    TicketState,
    Tier,
)
from services.trace.core.ball import BallSpan, ball_in_court
from tests.support.verify import BY, LIFE, MONDAY, TICKET, closed, dispatched, opened, stood
from tools.verify.accusations import Accusations
from tools.verify.ball import ball_adds_up
from tools.verify.confidence import known_under, names_somebody, quotes
from tools.verify.contents import contents_of
from tools.verify.histories import elsewhere_of
from tools.verify.life import Elsewhere, Life, NewestOrder, OpenClock, life_of
from tools.verify.lives import CHECKS
from tools.verify.referrals import referral_is_whole
from tools.verify.urgency import nothing_urgent_untold
from tools.verify.wholes import Wholes
from worktime import Calendar, OfficeHours

CALENDAR, HOURS = Calendar.published(), OfficeHours()
HANDLING = OpenClock("handling", Clock.HANDLING, Owner("department:housing"))
OPEN_ORDER = NewestOrder(MONDAY, "lead", TicketState.IN_PROGRESS)


def life(*facts: Message) -> Life:
    """A life with these facts behind the honest one's, an hour apart."""
    later = [(MONDAY + timedelta(hours=hour), fact) for hour, fact in enumerate(facts, 1)]
    return life_of(TICKET, [*LIFE, *later])


def found(histories: Life, elsewhere: Elsewhere) -> set[str]:
    """The names of the broken promises, as their checks are called."""
    return {check.__name__ for check in CHECKS.values() if list(check(histories, elsewhere))}


def known(
    histories: Life,
    orders: Mapping[str, NewestOrder] | None = None,
    clocks: tuple[OpenClock, ...] = (HANDLING,),
    *,
    desk: Mapping[str, bool] | None = None,
    callback: str | None = None,
) -> Elsewhere:
    """What others know of a life; trace tells the truth."""
    standing = (histories.summary.state, histories.summary.holder)
    told = {"housing": OPEN_ORDER} if orders is None else orders
    return Elsewhere(told, desk or {}, callback, clocks, standing)


def test_an_honest_life_is_clean() -> None:
    over = life(closed())
    window = OpenClock("reopen_window", Clock.REOPEN_WINDOW, Owner("requester"))

    assert found(life(), known(life())) == set()
    assert found(over, known(over, {"housing": OPEN_ORDER._replace(role="none")}, (window,))) == set()


def test_a_closed_ticket_that_is_open_at_a_department_is_found() -> None:
    over = life(closed())

    assert found(over, known(over, {"housing": OPEN_ORDER}, ())) == {"ended_is_ended_at_departments"}
    assert found(over, known(over, {"housing": OPEN_ORDER._replace(state=TicketState.CLOSED)}, ())) == set()


def test_an_order_that_says_who_asks_in_confidence_is_found() -> None:
    changed = Correction(confidential=True)
    made = d.Corrected(ticket=TICKET, by=BY, old=Correction(confidential=False), new=changed, reason="来电要求保密。")
    shown = {"housing": OPEN_ORDER._replace(names=names_somebody({"name": "王阿姨", "phone": "13812341234"}))}
    masked = {"housing": OPEN_ORDER._replace(names=names_somebody({"name": "王**", "phone": "138****1234"}))}

    assert found(life(made), known(life(made), shown)) == {"no_order_names_who_asks"}
    assert found(life(made), known(life(made), masked)) == set()
    assert found(life(), known(life(), shown)) == set()


def test_a_text_that_names_who_asks_is_found_also_by_what_stood_before_a_correction() -> None:
    was, now = Contact(name="欧阳春晓", phone="13987654321"), Contact(name="王阿姨", phone="13812341234")
    corrected = d.Corrected(
        ticket=TICKET, by=BY, old=Correction(contact=was), new=Correction(contact=now), reason="登记有误。"
    )
    merged = d.MergeTaken(ticket=TICKET, by=BY, other="26030200000025", contacts=(Contact(wechat="wx-ouyang"),))
    contacts = known_under([opened(), corrected, merged])
    said = {"text": "我是欧阳春晓", "contact": {"name": "王**"}}

    assert {was, now} < set(contacts)
    assert all(quotes({"text": text}, contacts) for text in ("欧阳春晓", "139 8765 4321", "加wx-ouyang"))
    assert quotes(said, contacts)
    assert not quotes({**said, "text": "楼道积水"}, contacts)
    assert found(life(), replace(known(life()), quoting=("liuhen.public.desk.v1",))) == {"no_order_names_who_asks"}


def test_two_leads_at_once_are_found() -> None:
    both = {"housing": OPEN_ORDER, "greening": OPEN_ORDER}

    assert found(life(), known(life(), both)) == {"one_department_leads"}


def test_a_clock_that_outlives_its_ticket_is_found() -> None:
    over, none = life(closed()), {"housing": OPEN_ORDER._replace(role="none")}

    assert found(over, known(over, none, (HANDLING,))) == {"ended_has_no_clocks"}


_TRANSFERRED = d.Transferred(ticket=TICKET, by=BY, to="police-110", reason="警情")


def test_what_the_centre_owes_after_the_end_is_timed_and_nothing_else_is() -> None:
    none, desk = {"housing": OPEN_ORDER._replace(role="none")}, {"referral": True}
    referral = OpenClock("referral", Clock.REFERRAL, Owner("office:p-xu"))
    over = life(_TRANSFERRED)
    assert found(over, known(over, none, (referral,), desk=desk)) == set()
    assert found(over, known(over, none, (), desk=desk)) == {"what_the_centre_owes_is_timed"}
    shut = life(closed())
    window = OpenClock("reopen_window", Clock.REOPEN_WINDOW, Owner("requester"))
    broken = {"ended_has_no_clocks", "what_the_centre_owes_is_timed"}
    assert found(shut, known(shut, none, (window, referral))) == broken


_WHOLE = Referral(reference="7", spoken_to="王警官", spoken_at=MONDAY, said="已派警。", contact_given=True)
_RECORDED = d.ReferralRecorded(ticket=TICKET, by=BY, to="police-110", record=_WHOLE, complete=True)
_CALLED_BACK = d.CallbackAwaited(ticket=TICKET, by=BY, round=0, attempts=3)


@pytest.mark.parametrize(
    ("facts", "desk", "callback", "broken"),
    [
        ((_TRANSFERRED, _RECORDED), {}, None, False),
        ((_CALLED_BACK, _TRANSFERRED, _RECORDED), {}, "cancelled", False),
        ((_TRANSFERRED,), {"referral": True}, None, False),
        ((_TRANSFERRED,), {}, None, True),
        ((_TRANSFERRED, _RECORDED.model_copy(update={"record": Referral(reference="7")})), {}, None, True),
        ((_TRANSFERRED, _RECORDED), {}, "requested", True),
        ((_TRANSFERRED, _RECORDED, _CALLED_BACK, _TRANSFERRED, _RECORDED), {}, None, False),
    ],
)
def test_a_referral_without_its_record_or_with_a_callback_is_found(
    facts: tuple[Message, ...], desk: Mapping[str, bool], callback: str | None, *, broken: bool
) -> None:
    over = life(*facts)
    assert bool(list(referral_is_whole(over, known(over, {}, (), desk=desk, callback=callback)))) is broken


def test_a_word_of_a_callback_after_a_referral_is_found() -> None:
    tried = d.CallbackTried(ticket=TICKET, by=BY, attempt=1)
    assert list(referral_is_whole(life(_TRANSFERRED, _RECORDED, tried), Elsewhere()))


_OFFICE = Actor(party=Party(kind=PartyKind.OFFICE), person=Person(id="p-xu", name="徐文珏"))
_OVERDUE = d.Overdue(ticket=TICKET, by=BY, clock=Clock.HANDLING, clock_id="handling", owner=Owner("department:housing"))
_SUPERVISED = d.SupervisionOrdered(ticket=TICKET, by=BY, department="housing", reason="久拖", number=1)


@pytest.mark.parametrize(
    ("before", "by", "broken"),
    [
        (_OVERDUE, BY, True),
        (_SUPERVISED, BY, True),
        (_OVERDUE, _OFFICE, False),
        (d.ProgressNoted(ticket=TICKET, by=BY, department="housing", text="已上门"), BY, False),
    ],
)
def test_what_was_late_and_withdrawn_on_a_call_alone_is_found(before: Message, by: Actor, *, broken: bool) -> None:
    over = life(before, d.Withdrawn(ticket=TICKET, by=by, reason="不用了"))
    closed_there = {"housing": OPEN_ORDER._replace(role="none")}

    expected = {"nothing_late_withdrawn_on_a_call"} if broken else set()
    assert found(over, known(over, closed_there, ())) == expected


def test_a_breach_that_was_taken_back_is_no_lateness() -> None:
    in_time = _OVERDUE.model_copy(update={"withdrawn": True})
    over = life(_OVERDUE, in_time, d.Withdrawn(ticket=TICKET, by=BY, reason="不用了"))

    assert found(over, known(over, {"housing": OPEN_ORDER._replace(role="none")}, ())) == set()


def test_a_wish_of_which_the_desk_does_not_know_is_found() -> None:
    wish = d.ReopeningAsked(
        ticket=TICKET, by=BY, receipt="R0123456789AB", channel=Channel.HOTLINE, text="又坏了", count=1
    )
    over = life(closed(), wish)
    closed_there = {"housing": OPEN_ORDER._replace(role="none")}

    answer = (OpenClock("reopening", Clock.REOPENING, Owner("office:p-xu")),)

    assert found(over, known(over, closed_there, answer)) == {"wishes_are_known"}
    assert found(over, known(over, closed_there, answer, desk={"reopening": True})) == set()


def test_a_ticket_that_was_registered_and_never_opened_is_found() -> None:
    registered = Registered(
        ticket=TICKET,
        receipt="R0123456789AB",
        channel=Channel.HOTLINE,
        kind=Kind.HELP,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        place=Place(text="平凉路"),
        text="路灯不亮",
        occurred_at=MONDAY,
    )

    assert found(life_of(TICKET, [(MONDAY, registered)]), Elsewhere()) == {"somebody_owes_it"}


def test_a_holder_who_does_not_know_is_found() -> None:
    assert found(life(), known(life(), {})) == {"somebody_owes_it"}
    assert found(life(), known(life(), {"housing": OPEN_ORDER._replace(role="none")})) == {"somebody_owes_it"}


def test_a_ticket_that_waits_at_the_desk_unknown_to_it_is_found() -> None:
    waiting = life(d.DispatchAwaited(ticket=TICKET, by=BY, reason="no-category"))

    counted = (OpenClock("dispatching", Clock.DISPATCHING, Owner("office:p-xu")),)

    assert found(waiting, known(waiting, {}, counted)) == {"somebody_owes_it"}
    assert found(waiting, known(waiting, {}, counted, desk={"dispatching": False})) == {"somebody_owes_it"}
    assert found(waiting, known(waiting, {}, counted, desk={"dispatching": True})) == set()
    assert found(waiting, known(waiting, {}, desk={"dispatching": True})) == {"what_the_centre_owes_is_timed"}


def test_a_callback_that_the_agency_does_not_know_of_is_found() -> None:
    waiting = life(d.CallbackAwaited(ticket=TICKET, by=BY, round=0, attempts=3))

    assert found(waiting, known(waiting, {})) == {"somebody_owes_it"}
    assert found(waiting, known(waiting, {}, callback="cancelled")) == {"somebody_owes_it"}
    assert found(waiting, known(waiting, {}, callback="requested")) == set()


def test_a_ticket_that_is_left_in_passing_is_found() -> None:
    left = life_of(TICKET, LIFE[:1])

    assert found(left, known(left)) == {"somebody_owes_it"}


def test_a_wait_that_no_clock_counts_is_found() -> None:
    assert found(life(), known(life(), clocks=())) == {"every_wait_is_timed"}


def notice(audience: str) -> NoticeRequested:
    return NoticeRequested(
        ticket=TICKET, notice="n-1", audience=Owner(audience), template="order", way="mail", not_before=MONDAY
    )


@pytest.mark.parametrize("role", ["lead", "supporting", "none"])
def test_an_order_to_whom_a_report_accuses_is_found(role: str) -> None:
    accusing = life_of(TICKET, [(MONDAY, opened("greening")), *LIFE[1:]])
    orders = {"housing": OPEN_ORDER, "greening": NewestOrder(MONDAY, role, TicketState.CLOSED)}

    assert found(accusing, known(accusing)) == set()
    assert found(accusing, known(accusing, orders)) == {"accused_never_told"}


def test_a_notice_to_whom_a_report_accuses_is_found() -> None:
    told = life_of(TICKET, [(MONDAY, opened("greening")), *LIFE[1:], (MONDAY, notice("department:greening"))])
    other = life_of(TICKET, [(MONDAY, opened("greening")), *LIFE[1:], (MONDAY, notice("department:housing"))])

    assert found(told, known(told)) == {"accused_never_told"}
    assert found(other, known(other)) == set()


def test_whom_a_merged_ticket_accuses_hears_nothing_from_then_on() -> None:
    taken = d.MergeTaken(ticket=TICKET, by=BY, other="26030200000025", accused=("greening",))
    merged, hour = life(taken), timedelta(hours=1)
    before = {"housing": OPEN_ORDER, "greening": NewestOrder(MONDAY, "supporting", TicketState.IN_PROGRESS)}
    after = {**before, "greening": before["greening"]._replace(at=MONDAY + 2 * hour)}

    assert found(merged, known(merged, before)) == set()
    assert found(merged, known(merged, after)) == {"accused_never_told"}


A, B, C = "26030200000025", "26030200000033", "26030200000041"


def _taking(ticket: str, other: str, accused: tuple[str, ...] = ()) -> Life:
    """A ticket that took in another one, and was told (or not) whom that one accuses."""
    own = d.MergeTaken(ticket=ticket, by=BY, other=other, accused=accused)
    return life_of(ticket, [*LIFE, (MONDAY + timedelta(hours=1), own)])


@pytest.mark.parametrize("role", ["lead", "supporting"])
def test_an_accusation_that_travelled_through_a_merged_ticket_is_found(role: str) -> None:
    report = life_of(A, [(MONDAY, opened("greening"))])
    middle, last = _taking(B, A, ("greening",)), _taking(C, B)
    early = {"greening": NewestOrder(MONDAY, role, TicketState.IN_PROGRESS)}
    late = {"greening": NewestOrder(MONDAY + timedelta(hours=2), role, TicketState.IN_PROGRESS)}

    def leaks(orders: Mapping[str, NewestOrder]) -> list[str]:
        whispers = Accusations()
        for each, elsewhere in ((last, Elsewhere(orders)), (middle, Elsewhere()), (report, Elsewhere())):
            whispers.note(each, elsewhere)
        return [ticket for ticket, _ in whispers.leaks()]

    assert "accused_never_told" not in found(last, known(last, late)), "its own life does not show it"
    assert set(leaks(late)) == {C}
    assert leaks(early) == []


def test_an_accusation_that_travelled_to_a_part_is_found() -> None:
    part = life_of(f"{B}-1", [(MONDAY + timedelta(hours=2), opened().model_copy(update={"part_of": B}))])
    orders = {"greening": NewestOrder(MONDAY + timedelta(hours=3), "lead", TicketState.IN_PROGRESS)}
    whispers = Accusations()
    whispers.note(_taking(B, A, ("greening",)), Elsewhere())
    whispers.note(part, Elsewhere(orders))

    assert {ticket for ticket, _ in whispers.leaks()} == {f"{B}-1"}


def test_a_trace_that_tells_another_state_is_found() -> None:
    honest = known(life())

    assert found(life(), Elsewhere(honest.orders, {}, None, honest.clocks, ("closed", ""))) == {"trace_agrees"}
    assert found(life(), Elsewhere(honest.orders, {}, None, honest.clocks, None)) == {"trace_agrees"}


def spans(histories: Life) -> tuple[BallSpan, ...]:
    return ball_in_court(histories.steps, CALENDAR, HOURS)


def adds_up(histories: Life, parts: tuple[BallSpan, ...]) -> bool:
    return not list(ball_adds_up(histories.steps, parts, HOURS, CALENDAR))


def test_the_ball_of_an_honest_life_adds_up_through_rests() -> None:
    again = life(closed(), d.Reopened(ticket=TICKET, by=BY, reason="又坏了", count=1), dispatched("greening"), closed())

    assert len(spans(again)) > 3
    assert adds_up(again, spans(again))


def test_a_life_of_one_moment_has_nothing_to_add_up() -> None:
    moment = life_of(TICKET, [(MONDAY, fact) for _, fact in LIFE])

    assert spans(moment) == ()
    assert adds_up(moment, ())


def test_a_ball_that_is_held_twice_by_nobody_or_for_a_minute_more_is_found() -> None:
    histories = life(closed())
    first, *rest = spans(histories)
    minute = timedelta(minutes=1)

    assert adds_up(histories, (first, *rest))
    assert not adds_up(histories, (replace(first, end=first.end + minute), *rest))
    assert not adds_up(histories, (replace(first, end=first.end - minute), *rest))
    assert not adds_up(histories, (replace(first, minutes=first.minutes + 1), *rest))
    assert not adds_up(histories, (replace(first, start=first.start - minute), *rest))
    assert not adds_up(histories, (first, *rest[:-1]))


def test_the_newest_public_message_of_each_kind_is_what_others_know() -> None:
    order = Order(
        happened="dispatched", ticket=TICKET, order=1, role="lead", state=TicketState.DISPATCHED, lead="housing",
        returnable=True, kind=Kind.HELP, tier=Tier.COMPLEX, requester_kind=RequesterKind.RESIDENT, contact=Contact(),
        place=Place(text="平凉路"), text="路灯不亮",
    )  # fmt: skip
    released = order.model_copy(update={"happened": "closed", "role": "none", "state": TicketState.CLOSED})
    task = DeskTask(task="review", open=True, ticket=TICKET, since=MONDAY, tier=Tier.COMPLEX, kind=Kind.HELP, text="x")
    call = CallbackRequest(happened="requested", ticket=TICKET, round=0, attempts=3, contact=Contact(), text="x")
    housing = department_topic("housing")

    records = [
        stood(1, order, topic=housing),
        stood(2, released, topic=housing),
        stood(1, order, topic=housing, offset=2),
        stood(1, task, topic=DESK),
        stood(2, task.model_copy(update={"task": "extension", "open": False}), topic=DESK),
        stood(1, call, topic=CALLBACKS),
    ]
    elsewhere = elsewhere_of(contents_of(records))[TICKET]

    assert elsewhere.orders == {"housing": NewestOrder(MONDAY, "none", TicketState.CLOSED)}
    assert elsewhere.desk == {"review": True, "extension": False}
    assert elsewhere.callback == "requested"


# --- nothing urgent is untold ----------------------------------------------------------------------------------------

MIN, RUAN = Person(id="p-min", name="闵建国"), Person(id="p-ruan", name="阮志强")
TEN = timedelta(minutes=10)
NIGHT = MONDAY + timedelta(hours=17, minutes=10)  # 2:10 in Shanghai


def call(number: int, person: Person, reason: str = "unacknowledged") -> d.UrgentCalled:
    return d.UrgentCalled(ticket=TICKET, by=BY, call=number, person=person, reason=reason)


def rung(person: Person) -> NoticeRequested:
    to = Owner.of("duty_officer", person.id)
    return NoticeRequested(
        ticket=TICKET, notice="n-1", audience=to, template="duty-urgent", way="sms", not_before=NIGHT
    )


RAISED = d.Classified(ticket=TICKET, by=BY, category="0403-03", tier=Tier.URGENT)
KNOWN = d.UrgentAcknowledged(ticket=TICKET, by=Actor(person=RUAN), call=2)
TOLD: tuple[tuple[timedelta, Message], ...] = (
    (timedelta(), RAISED),
    (timedelta(), call(1, MIN, "became_urgent")),
    (timedelta(), rung(MIN)),
    (TEN, call(2, RUAN)),
    (TEN, rung(RUAN)),
    (TEN + TEN / 2, KNOWN),
)


def untold(
    told: Sequence[tuple[timedelta, Message]],
    *,
    counted: Collection[timedelta] = (timedelta(), TEN),
    asked: bool = False,
) -> list[str]:
    night = life_of(TICKET, [*LIFE, *((NIGHT + after, fact) for after, fact in told)])
    calls = {NIGHT + after: NIGHT + after + TEN for after in counted}
    return list(nothing_urgent_untold(night, Elsewhere(desk={"urgent_call": asked}, calls=calls)))


def test_what_was_told_until_somebody_knew_is_no_finding() -> None:
    assert untold(TOLD) == []
    assert untold(TOLD[:5], asked=True) == []


def test_what_became_urgent_while_nobody_was_called_is_found() -> None:
    (found_here,) = untold(TOLD[:1])
    assert "没有呼叫值班长" in found_here


def test_a_call_of_which_no_notice_was_asked_for_is_found() -> None:
    (found_here,) = untold([each for each in TOLD if each[1] != rung(RUAN)])
    assert "应呼叫 p-ruan 1 次，只要求了 0 次通知" in found_here


def test_a_call_that_no_clock_counts_is_found() -> None:
    (found_here,) = untold(TOLD, counted=(timedelta(),))
    assert "对 p-ruan 的第 2 次呼叫等应答，没有时限计时" in found_here


def test_a_next_call_that_came_late_is_found() -> None:
    late = TEN + timedelta(minutes=1)
    told = [*TOLD[:3], (late, call(2, RUAN)), (late, rung(RUAN)), (late, KNOWN)]
    (found_here,) = untold(told, counted=(timedelta(), late))
    assert "对 p-min 的第 1 次呼叫无人应答，到" in found_here


def test_a_call_that_nobody_answered_and_nobody_sees_is_found() -> None:
    (found_here,) = untold(TOLD[:5])
    assert "对 p-ruan 的第 2 次呼叫无人应答，待办里没有" in found_here


def test_what_another_ticket_caused_a_moment_before_it_became_urgent_hides_no_call() -> None:
    # given a ticket that asked to join an incident, and became urgent before it heard that it may
    asked = d.IncidentAsked(ticket=TICKET, by=BY, incident="M0123456789AB")
    joined = d.IncidentJoined(ticket=TICKET, by=BY, incident="M0123456789AB", title="停水")
    earlier = -TEN
    # when the answer is judged by the moment of the question
    found_here = untold([(earlier, asked), *TOLD, (earlier, joined)])
    # then the call of the moment in which it became urgent is the one that was owed
    assert found_here == []


def test_a_ticket_that_ended_or_is_not_urgent_any_more_needs_no_answer() -> None:
    calm = d.Classified(ticket=TICKET, by=BY, category="0101-02", tier=Tier.COMPLEX)
    for over in (closed(), calm):
        assert untold([*TOLD[:3], (TEN / 2, over)]) == []


def test_a_ticket_that_is_reopened_has_to_be_told_again() -> None:
    again = d.Reopened(ticket=TICKET, by=BY, reason="又漏了", count=1)
    found_here = untold([*TOLD, (2 * TEN, closed()), (3 * TEN, again)])
    assert ["成为紧急件" in each for each in found_here] == [True]


# --- nobody approves their own request -------------------------------------------------------------------------------

CENTRE = Party(kind=PartyKind.OFFICE)
FANG, QIAN = (Actor(party=CENTRE, person=Person(id=code, name=code)) for code in ("p-fang", "p-qian"))
ACT = Classify(ticket=TICKET, by=Person(id="p-fang", name="p-fang"), tier=Tier.PARTICULARLY_COMPLEX)
WANTED = d.ApprovalRequested(
    ticket=TICKET, by=FANG, request=RequestKind.APPROVAL, wanted=ACT, receipt="R0123456789AB", reason="难"
)


def granted(by: Actor) -> d.ApprovalGranted:
    return d.ApprovalGranted(ticket=TICKET, by=by, request=RequestKind.APPROVAL)


def test_what_somebody_else_approved_is_no_finding() -> None:
    assert "nobody_approves_their_own" not in found(life(WANTED, granted(QIAN)), Elsewhere())


@pytest.mark.parametrize(
    "facts",
    [
        (WANTED, granted(FANG)),
        (WANTED, granted(Actor(party=CENTRE, person=QIAN.person, acting_for=FANG.person))),
        (d.Classified(ticket=TICKET, by=FANG, category="0101-02", tier=Tier.COMPLEX, raised_by=FANG),),
    ],
)
def test_what_somebody_approved_for_themselves_is_found(facts: tuple[Message, ...]) -> None:
    assert "nobody_approves_their_own" in found(life(*facts), Elsewhere())


def test_a_whole_that_does_not_wait_for_its_open_part_is_found() -> None:
    part = opened().model_copy(update={"ticket": f"{TICKET}-1", "part_of": TICKET})
    split = d.SplitUp(ticket=TICKET, by=BY, parts=(f"{TICKET}-1",), texts=("一",), categories=("",), reason="两件事")
    ended = d.PartEnded(ticket=TICKET, by=BY, part=f"{TICKET}-1", outcome="called_back")
    again = d.PartReopened(ticket=TICKET, by=BY, part=f"{TICKET}-1")

    def early(whole: Life, *facts: Message) -> list[str]:
        wholes = Wholes()
        wholes.note(whole)
        wholes.note(life_of(f"{TICKET}-1", [(MONDAY, part), *((MONDAY + timedelta(hours=1), each) for each in facts)]))
        return [subject for subject, _ in wholes.closed_too_early()]

    assert early(life(split)) == []
    assert early(life(split, ended, closed())) == [f"{TICKET}-1"]
    assert early(life(split, ended, closed()), d.Withdrawn(ticket=f"{TICKET}-1", by=BY, reason="不用了")) == []
    assert early(life(split, ended, closed(), again)) == []


# --- a department that is gone holds nothing -------------------------------------------------------------------------

REPLACED = d.DepartmentReplaced(ticket=TICKET, by=FANG, department="market", replaced="housing", reason="合并")


def test_what_a_successor_took_over_is_no_finding() -> None:
    orders = {"housing": NewestOrder(MONDAY, "none", TicketState.IN_PROGRESS)}
    assert "gone_holds_nothing" not in found(life(REPLACED), Elsewhere(orders=orders))


@pytest.mark.parametrize(
    ("facts", "orders"),
    [
        ((REPLACED,), {"housing": NewestOrder(MONDAY, "lead", TicketState.IN_PROGRESS)}),
        ((REPLACED, dispatched("housing")), {}),
    ],
)
def test_what_is_left_with_a_department_that_is_gone_is_found(
    facts: tuple[Message, ...], orders: dict[str, NewestOrder]
) -> None:
    assert "gone_holds_nothing" in found(life(*facts), Elsewhere(orders=orders))
