"""Whatever a requester is told of a date is what a clock says at that moment; nothing holds a date that is over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Channel, Clock, Contact, Due, Kind, OfficialDue, ProvisionalDue, Tier, remind_by
from services.notify.core.dates import dated, without_promise
from services.notify.core.notice import Notice
from services.notify.core.overtaken import still_true
from services.notify.store import DueDelivery
from tests.support.notify import BY, DUE, MORNING, TICKET, Teller, citizens, dispatched, registered, started

_DATE = re.compile(r"[0-9]+月[0-9]+日(?:[0-9]+:[0-9]+|24时)")
HOUSING: dict[str, Any] = {"ticket": TICKET, "by": BY, "department": "housing"}
REWORKED = d.ReworkOrdered(**HOUSING, round=1, reason="unsolved")
SUSPENDED = d.Suspended(**HOUSING, ground="litigation", until=MORNING + timedelta(days=60), reason="涉诉")
RESUMED = d.SuspensionEnded(**HOUSING, reason="到期")


def days(number: float, *, settled: bool = True) -> Due:
    at = DUE.at + timedelta(days=number)
    return OfficialDue(at=at) if settled else ProvisionalDue(earliest=at, latest=at + timedelta(days=3))


def about(clock: Clock) -> dict[str, Any]:
    owner = Owner("office:p-he") if clock is Clock.CITIZEN else Owner("department:housing")
    return {"ticket": TICKET, "clock_id": clock.value, "clock": clock, "owner": owner}


def extended(due: Due, clock: Clock = Clock.HANDLING) -> c.ClockExtended:
    return c.ClockExtended(**about(clock), days=3, due=due, explanation={})


def moved(clock: Clock, due: Due, was: Due = DUE) -> c.ClockRederived:
    return c.ClockRederived(**about(clock), was=was, due=due, because="tier", tier=Tier.COMPLEX, explanation={})


def went_on(clock: Clock, due: Due) -> c.ClockResumed:
    return c.ClockResumed(**about(clock), due=due, explanation={})


def breached(clock: Clock, due: Due) -> c.ClockBreached:
    return c.ClockBreached(**about(clock), due=due)


def told(notices: list[Notice]) -> list[str]:
    return [each.text for each in notices if each.to.audience == "requester"]


@pytest.fixture
def teller() -> Teller:
    """A requester who was told that it will be done by 9 March."""
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(fact)
    return teller


def test_who_heard_the_date_of_a_rework_hears_of_another_one(teller: Teller) -> None:
    teller.tell(REWORKED)
    (first,) = told(teller.tell(started(Clock.REWORK, due=days(10))))
    assert dated(days(10)).day in first
    (again,) = told(teller.tell(moved(Clock.REWORK, days(7), was=days(10))))
    assert (dated(days(7)).day in again, dated(days(10)).day in again) == (True, False)


def test_time_that_was_granted_is_told_with_that_date_alone_and_as_settled_as_it_is(teller: Teller) -> None:
    (text,) = told(teller.tell(extended(days(3, settled=False))))
    assert dated(days(3, settled=False)).in_full in text
    assert dated(DUE).day not in text


def test_time_that_does_not_reach_beyond_what_was_promised_is_no_news(teller: Teller) -> None:
    assert told(teller.tell(extended(days(-1)))) == []


def test_while_the_work_stands_still_no_date_is_promised_and_afterwards_the_one_that_holds(teller: Teller) -> None:
    (text,) = told(teller.tell(SUSPENDED))
    assert "此前告知的办结期限不再适用" in text
    assert dated(DUE).day not in text
    assert told(teller.tell(moved(Clock.CITIZEN, days(1)))) == []
    # the two can be heard in either order
    teller.tell(RESUMED)
    (text,) = told(teller.tell(went_on(Clock.HANDLING, days(70))))
    assert dated(days(70)).day in text


def test_who_was_promised_a_settled_date_hears_that_it_is_not_settled_any_more(teller: Teller) -> None:
    (text,) = told(teller.tell(moved(Clock.CITIZEN, days(0, settled=False))))
    assert "暂定" in text
    assert told(teller.tell(moved(Clock.CITIZEN, days(0, settled=False)))) == []


def test_a_promise_that_was_not_kept_is_owned_up_to_once_with_who_has_it_and_the_date_ahead() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING, due=days(1))):
        teller.tell(fact)
    late = DUE.at + timedelta(minutes=1)
    (text,) = told(teller.tell(breached(Clock.CITIZEN, DUE), late))
    assert f"未能在{dated(DUE).day}前办结" in text
    assert "房管局" in text
    assert f"我们将在{dated(days(1)).day}前办结" in text
    (text,) = told(teller.tell(breached(Clock.HANDLING, days(1)), late + timedelta(days=1)))
    assert len(_DATE.findall(text)) == 1
    assert told(teller.tell(breached(Clock.HANDLING, days(1)), late + timedelta(days=2))) == []


def test_a_department_that_is_late_before_the_promised_date_breaks_no_promise(teller: Teller) -> None:
    # given a promise that goes by the department since the work went on, and names the later date, the citizen's
    for fact in (SUSPENDED, RESUMED, went_on(Clock.HANDLING, days(-2))):
        teller.tell(fact)
    # when the department is late nobody is told that the promise was broken, and when its date goes by they are
    assert told(teller.tell(breached(Clock.HANDLING, days(-2)), DUE.at - timedelta(days=1))) == []
    (text,) = told(teller.tell(breached(Clock.CITIZEN, DUE), DUE.at + timedelta(minutes=1)))
    assert f"未能在{dated(DUE).day}前办结" in text


@pytest.mark.parametrize(
    ("kind", "done", "never"),
    [(Kind.PRAISE, "答复", "办结"), (Kind.SUGGEST, "答复", "办结"), (Kind.COMPLAIN, "办结", "答复")],
)
def test_whoever_praises_or_suggests_reads_of_every_date_that_it_is_answered_by_it(
    kind: Kind, done: str, never: str
) -> None:
    teller = Teller()
    for begins in (registered(kind=kind, category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING)):
        teller.tell(begins)
    # given whatever can become of a date that was promised
    life: list[tuple[Message, str | None]] = [
        (moved(Clock.CITIZEN, days(1)), "requester-due-changed"),
        (extended(days(3)), "requester-extended"),
        (SUSPENDED, "requester-suspended"),
        (RESUMED, None),
        (went_on(Clock.HANDLING, days(70)), "requester-resumed"),
        (breached(Clock.HANDLING, days(70)), "requester-overdue"),
    ]
    for fact, template in life:
        at = remind_by(days(71)) if template == "requester-overdue" else MORNING
        notices = [each for each in teller.tell(fact, at) if each.to.audience == "requester"]
        # then it is what was promised by it that the requester reads of
        assert [each.template for each in notices] == [template] * bool(template)
        for notice in notices:
            assert done in notice.text, template
            assert never not in notice.subject + notice.text, template


@pytest.mark.parametrize("changed", [{"confidential": True}, {"requester_kind": "anonymous"}])
def test_who_must_stay_unknown_is_not_written_to_about_lateness(changed: dict[str, Any]) -> None:
    teller = Teller()
    for fact in (registered(category="0401-04", **changed), citizens(), dispatched()):
        teller.tell(fact)
    assert told(teller.tell(breached(Clock.CITIZEN, DUE), DUE.at + timedelta(minutes=1))) == []


@pytest.mark.parametrize("ends", [d.Withdrawn(ticket=TICKET, by=BY, reason="好了"), SUSPENDED])
def test_what_has_ended_or_stands_still_is_not_called_late(teller: Teller, ends: Message) -> None:
    teller.tell(ends)
    assert told(teller.tell(breached(Clock.CITIZEN, DUE), DUE.at + timedelta(minutes=1))) == []


def waiting(notice: Notice) -> DueDelivery:
    to = notice.to
    return DueDelivery(
        notice.key, TICKET, to.audience, notice.template, to.way.value, to.address, notice.subject, notice.text, 1, None
    )


@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.WECHAT])
@pytest.mark.parametrize("later", [[SUSPENDED], [extended(days(5))], [REWORKED, started(Clock.REWORK, due=days(9))]])
def test_what_waited_for_the_morning_leaves_without_a_date_that_a_later_message_overtakes(
    channel: Channel, later: list[Message]
) -> None:
    teller = Teller(as_kept=True)
    life = [registered(channel=channel), citizens(), dispatched(), started(Clock.HANDLING), *later]
    notices = [each for fact in life for each in teller.tell(fact) if each.to.audience == "requester"]
    assert dated(DUE).day in "".join(each.text for each in notices)

    leaves, _ = still_true([waiting(each) for each in notices])

    text = "".join(each.text for each in leaves)
    assert dated(DUE).day not in text
    assert TICKET in text
    assert "，。" not in text


def test_a_clause_goes_and_what_stands_beside_it_stays() -> None:
    date = dated(days(0, settled=False)).promised
    assert (
        without_promise(f"您好，已派至房管局，我们将在{date}前办结，将与您联系。") == "您好，已派至房管局，将与您联系。"
    )


class Truth:
    """What the clocks say, told by their own facts alone."""

    def __init__(self) -> None:
        self.due: dict[Clock, Due] = {}
        self.promised = ""

    def hear(self, fact: Message) -> set[str]:
        """Every way to say a date that a message may use after this fact."""
        before = self.promised
        if isinstance(fact, c.ClockStarted | c.ClockExtended | c.ClockRederived | c.ClockResumed):
            self.due[fact.clock] = fact.due
        own = {dated(OfficialDue(at=fact.until)).day} if isinstance(fact, d.Suspended) else set[str]()
        passed = {before} if isinstance(fact, c.ClockBreached) else set[str]()
        return own | passed | {dated(due).in_full for due in self.due.values()}


@some.composite
def histories(draw: some.DrawFn) -> list[Message]:
    """A ticket whose dates move in whichever way they can, in an order in which they can."""
    some_due = some.builds(days, some.integers(-3, 40), settled=some.booleans())
    life: list[Message] = [registered(category="0401-04"), citizens(due=draw(some_due)), dispatched()]
    life.append(started(Clock.HANDLING, due=draw(some_due)))
    suspended = reworked = False
    for step in draw(some.lists(some.sampled_from("ercshbw"), max_size=8)):
        due, work = draw(some_due), Clock.REWORK if reworked else Clock.HANDLING
        match step:
            case "s" if not suspended:
                life.append(SUSPENDED)
                suspended = True
            case "h" if suspended:
                pair = [RESUMED, went_on(work, due)]
                life += pair if draw(some.booleans()) else pair[::-1]
                suspended = False
            case "w" if not suspended and not reworked:
                life += [REWORKED, started(Clock.REWORK, due=due)]
                reworked = True
            case "e":
                life.append(extended(due, work))
            case "c" if not reworked:
                life.append(moved(Clock.CITIZEN, due))
            case "r":
                life.append(moved(work, due))
            case "b" if not reworked:
                life.append(breached(Clock.CITIZEN, due))
    return life


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_date_that_is_told_is_what_a_clock_says(life: list[Message]) -> None:
    teller, truth = Teller(), Truth()
    at: datetime = MORNING
    for fact in life:
        at = max(at, remind_by(fact.due)) if isinstance(fact, c.ClockBreached) else at
        allowed = truth.hear(fact)
        texts = told(teller.tell(fact, at))
        for text in texts:
            rest = text
            for said in sorted(allowed, key=len, reverse=True):
                rest = rest.replace(said, "")
            assert not _DATE.findall(rest), (text, allowed)
            promised = [each for each in _DATE.findall(text.replace(truth.promised or "\0", "")) if "最迟" not in each]
            assert len(promised) <= (2 if "暂定" in text else 1) or "恢复" in text, text
        truth.promised = teller.profile.promised


def test_who_left_no_number_is_told_nothing() -> None:
    teller = Teller()
    for fact in (registered(category="0401-04", contact=Contact(name="王")), citizens(), dispatched(), SUSPENDED):
        assert told(teller.tell(fact)) == []
