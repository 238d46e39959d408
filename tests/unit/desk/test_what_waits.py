"""Queues are folded from a public topic alone: the newest message of each thing counts, the longest waiting first."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from liuhen.desk.queue import (
    PublishedMessage,
    callbacks,
    desk,
    inside,
    of_person,
    orders,
)
from rulebook import load_policy
from rulebook.desk import TASKS
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask
from schemas.rules import CalendarPublished, NamedDay
from schemas.values import Clock, DeskTaskKind, DueTime, Kind, OfficialDue, Person, StopWord, TicketState, Tier
from services.desk.for_tools import owed
from services.sla.for_tools import DueTimes
from services.trace.for_tools import as_published
from tests.support.desk import MORNING, ONE, TWO, order
from worktime import load_calendar, parse_notice

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def times() -> DueTimes:
    return DueTimes(load_policy(Path("policy")), load_calendar(Path("policy/calendar")))


def told(*messages: Message) -> list[PublishedMessage]:
    return [PublishedMessage(MORNING, message) for message in messages]


def task(ticket: str = ONE, **fields: Any) -> DeskTask:
    given = {"task": "dispatching", "open": True, "ticket": ticket, "since": MORNING, "text": "楼道积水"}
    return DeskTask.model_validate({**given, "tier": Tier.COMPLEX, "kind": Kind.HELP, **fields})


def due(clock: Clock, at: datetime) -> tuple[DueTime, ...]:
    return (DueTime(clock=clock, due=OfficialDue(at=at)),)


def test_what_does_not_wait_any_more_is_gone(times: DueTimes) -> None:
    found = desk(told(task(), task(TWO), task(open=False)), times, MORNING)

    assert [each.task.ticket for each in found] == [TWO]


def test_a_ticket_may_wait_for_two_things_at_once(times: DueTimes) -> None:
    found = desk(told(task(task="review"), task(task="extension"), task(task="review", open=False)), times, MORNING)

    assert [each.task.task for each in found] == ["extension"]


def test_a_threat_stands_above_another_district_that_waits_longer(times: DueTimes) -> None:
    away, threat = (StopWord(group=each, name=each, reason="由人判断。", word="词") for each in ("elsewhere", "threat"))
    later = MORNING + timedelta(minutes=30)
    longer = task(stop_words=(away,))

    top, *_ = desk(told(longer, task(TWO, tier=Tier.URGENT, since=later, stop_words=(threat,))), times, later)

    assert top.task.ticket == TWO


def test_nothing_stands_above_what_is_urgent_and_in_nobodys_hands(times: DueTimes) -> None:
    """Nor what is urgent and handled by now, nor a street lamp of another district, however long these wait."""
    later = MORNING + timedelta(hours=1)
    away = StopWord(group="elsewhere", name="外区", reason="由人判断。", word="徐汇区")
    lamp, reviewed = task(ONE, stop_words=(away,)), task(TWO, task="review", tier=Tier.URGENT)
    gas = task("26090100000035", tier=Tier.URGENT, since=later)
    usual = task("26090100000043")

    found = desk(told(usual, lamp, reviewed, gas), times, later)

    assert [each.task for each in found] == [gas, lamp, reviewed, usual]


def test_who_is_called_of_something_urgent_sees_it_on_top_with_the_minutes_that_are_left(times: DueTimes) -> None:
    later = MORNING + timedelta(minutes=3)

    top, _ = desk(told(task(), task(TWO, task="urgent_call", tier=Tier.URGENT, since=later)), times, later)

    assert (top.task.ticket, top.due) == (TWO, later + timedelta(minutes=10))


def test_what_waits_longest_comes_first(times: DueTimes) -> None:
    later = MORNING + timedelta(minutes=3)

    found = desk(told(task(since=later), task(TWO)), times, later)

    assert [each.task.ticket for each in found] == [TWO, ONE]


def test_a_task_is_marked_by_the_offices_own_clock(times: DueTimes) -> None:
    # given a dispatch, for which the office has ten minutes
    def urgency(minutes: float) -> str:
        return desk(told(task()), times, MORNING + timedelta(minutes=minutes))[0].urgency

    assert urgency(1) == "in_time"
    assert urgency(9.5) == "due_soon"
    assert urgency(11) == "overdue"


def test_a_department_sees_what_it_owes_by_the_newest_order(times: DueTimes) -> None:
    accepted = order(state=TicketState.IN_PROGRESS, happened="accepted")
    gone = order(TWO, role="none", happened="return_upheld")

    found = orders(told(order(), order(TWO), accepted, gone), times, MORNING)

    assert [(each.order.ticket, owed(each.order)) for each in found] == [(ONE, "处置")]


def test_what_waits_for_others_is_shown_when_asked_for(times: DueTimes) -> None:
    handled = order(state=TicketState.HANDLED)

    assert orders(told(handled), times, MORNING) == []
    assert [owed(each.order) for each in orders(told(handled), times, MORNING, everything=True)] == ["等候"]


@pytest.mark.parametrize("state", [TicketState.SUSPENDED, TicketState.NEEDS_INFO, TicketState.CALLBACK_PENDING])
def test_a_supervision_order_is_owed_wherever_the_ticket_stands(times: DueTimes, state: TicketState) -> None:
    found = orders(told(order(state=state, supervised=True)), times, MORNING)

    assert [owed(each.order) for each in found] == ["督办：回复"]


def test_the_earliest_due_time_comes_first_and_is_marked(times: DueTimes) -> None:
    evening = datetime(2026, 9, 1, 17, 30, tzinfo=SHANGHAI)
    soon = order(due=due(Clock.HANDLING, evening))
    later = order(TWO, due=due(Clock.HANDLING, evening + timedelta(days=7)))

    found = orders(told(later, soon), times, MORNING)
    after = orders(told(later, soon), times, evening + timedelta(seconds=1))

    assert [each.order.ticket for each in found] == [ONE, TWO]
    assert [each.urgency for each in found] == ["due_soon", "in_time"]
    assert after[0].urgency == "overdue"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "签收或者退单"),
        ({"returnable": False}, "签收"),
        ({"role": "supporting", "state": TicketState.IN_PROGRESS}, "协办"),
        ({"state": TicketState.IN_PROGRESS, "supervised": True}, "督办：回复并处置"),
        ({"state": TicketState.REWORK}, "重办"),
        ({"state": TicketState.REWORK, "supervised": True}, "督办：回复并重办"),
        ({"state": TicketState.SUSPENDED, "supervised": True}, "督办：回复"),
    ],
)
def test_what_an_order_asks_is_said_in_words(fields: dict[str, Any], words: str) -> None:
    assert owed(order(**fields)) == words


def test_callbacks_that_were_cancelled_are_not_made() -> None:
    def asked(ticket: str, happened: str, at: datetime | None = None) -> CallbackRequest:
        given = {"happened": happened, "ticket": ticket, "round": 0, "attempts": 3, "contact": {}, "text": "积水"}
        return CallbackRequest.model_validate({**given, "at": at})

    found = callbacks(told(asked(ONE, "requested"), asked(TWO, "requested"), asked(ONE, "cancelled")))
    appointed = callbacks(told(asked(ONE, "appointed", MORNING), asked(TWO, "requested")))

    assert [each.ticket for each in found] == [TWO]
    assert [each.ticket for each in appointed] == [TWO, ONE]


def test_office_time_follows_a_calendar_that_was_published_while_the_system_ran(times: DueTimes) -> None:
    # given a review that began on a Friday afternoon, before a Saturday that the published calendar makes people work
    notice = parse_notice(Path("examples/calendar/2027.json").read_text("utf-8"), "2027")
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    fact = CalendarPublished(by=Person(id="p-he", name="何静宜"), year=2027, days=days, version="2027-1")
    friday = datetime(2027, 1, 8, 16, 30, tzinfo=SHANGHAI)
    saturday = friday.replace(day=9, hour=12, minute=0)
    waits = told(task(task="review", since=friday))

    after = DueTimes(times.policy, as_published(times.calendar, (fact, fact)))

    (found,) = desk(waits, after, saturday)
    assert (found.due, found.urgency) == (saturday.replace(hour=11, minute=15), "overdue")
    assert desk(waits, times, saturday)[0].urgency != "overdue"


def test_the_newest_publication_of_a_year_counts(times: DueTimes) -> None:
    notice = parse_notice(Path("examples/calendar/2027.json").read_text("utf-8"), "2027")
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    by = Person(id="p-he", name="何静宜")
    first = CalendarPublished(by=by, year=2027, days=tuple(day for day in days if day.off), version="2027-1")
    second = CalendarPublished(by=by, year=2027, days=days, version="2027-2")

    after = as_published(times.calendar, (first, second))

    assert after.version == as_published(times.calendar, (second,)).version


def test_an_approver_sees_what_they_may_decide_and_never_what_they_asked_for(times: DueTimes) -> None:
    policy = load_policy(Path("policy"))
    fang, qian = (Person(id=code, name=code) for code in ("p-fang", "p-qian"))
    waiting = desk(told(task(), task(TWO, task="approval", requested_by=fang)), times, MORNING)

    assert of_person(waiting, fang, policy, MORNING) == []
    assert [each.task.ticket for each in of_person(waiting, qian, policy, MORNING)] == [TWO]
    assert [each.task.ticket for each in of_person(waiting, Person(id="p-xu", name="徐文珏"), policy, MORNING)] == [ONE]


def test_a_section_and_a_person_see_what_was_passed_on_to_them_inside(times: DueTimes) -> None:
    handler = Person(id="h-7", name="钱工")
    mine = order(ONE, section="物业管理科", handler=handler)
    owing = orders(told(mine, order(TWO, section="综合科")), times, MORNING)

    def seen(section: str | None = None, person: str | None = None) -> list[str]:
        return [each.order.ticket for each in inside(owing, section, person)]

    assert set(seen()) == {ONE, TWO}
    assert (seen(section="综合科"), seen(section="保卫科")) == ([TWO], [])
    assert seen(person="钱工") == seen(person="h-7") == seen("物业管理科", "钱工") == [ONE]


def test_what_requesters_wish_for_is_decided_by_whoever_may(times: DueTimes) -> None:
    policy = load_policy(Path("policy"))
    waiting = desk(told(task(task="withdrawal"), task(TWO, task="reopening")), times, MORNING)

    def may(id_: str, name: str) -> list[str]:
        return [each.task.task for each in of_person(waiting, Person(id=id_, name=name), policy, MORNING)]

    assert set(may("p-xu", "徐文珏")) == {"withdrawal", "reopening"}
    assert may("p-lu", "陆惠芬") == ["reopening"]
    assert may("p-yuan", "袁晓岚") == []


@pytest.mark.parametrize("kind", DeskTaskKind)
def test_each_task_is_seen_by_exactly_those_who_may_do_what_it_asks(kind: DeskTaskKind, times: DueTimes) -> None:
    policy = load_policy(Path("policy"))
    waiting = desk(told(task(task=kind.value)), times, MORNING)

    seen = {
        each.id
        for each in policy.office.people
        if of_person(waiting, Person(id=each.id, name=each.name), policy, MORNING)
    }

    assert seen
    assert seen == {each.id for each in policy.who_may(TASKS[kind].act, MORNING)}
