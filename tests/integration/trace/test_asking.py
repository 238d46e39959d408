"""What was heard can be looked up: where a ticket stands, how it got there, whose the ball was, what waits for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from aiohttp.test_utils import TestClient

from schemas import clocks as c
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.registry import DISPATCH
from schemas.rules import CalendarPublished, NamedDay
from schemas.values import Actor, Clock, OfficialDue, Person, StopWord, Tier
from services.trace.for_tools import (
    ClockStanding,
    ClockWords,
    EntryAnswer,
    HeldFor,
    RateAnswer,
    RateRow,
    StandingWords,
    SummaryAnswer,
    SummaryWords,
    TicketAnswer,
)
from tests.support.rows import words_of
from worktime import Calendar, Ledger, OfficeHours, explain, parse_notice, working_days

BY = Actor(by_rule="test")
FRIDAY = datetime(2027, 1, 8, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
BRIBE = StopWord(group="discipline", name="违纪线索", reason="转纪检。", word="红包")
ONE_DAY = 390
"""Office minutes."""


def _published() -> CalendarPublished:
    notice = parse_notice(Path("examples/calendar/2027.json").read_bytes(), "2027")
    days = tuple(NamedDay(name=day.name, date=day.date, off=day.is_off_day) for day in notice.days)
    by = Person(id="p-he", name="何静宜")
    return CalendarPublished(by=by, year=2027, papers=notice.papers, days=days, version="2027-1")


async def _ask(web: TestClient[Any, Any], path: str, status: int = 200) -> Any:
    async with web.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_a_ticket_is_found_by_number_and_by_receipt(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(story.registered().wait(minutes=30).dispatched())

    by_number = await _ask(web, f"/v1/tickets/{story.ticket}")
    by_receipt = await _ask(web, "/v1/tickets/R0123456789AB")

    assert by_number["ticket"] == by_receipt["ticket"] == story.ticket
    assert (by_number["state"], by_number["holder"], by_number["waits_for"]) == (
        "dispatched",
        "department:housing",
        "acceptance",
    )
    assert by_number["words"]["holder"] == "房管局"


async def test_the_timeline_says_who_when_what_and_caused_by_what(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    await ear.hear(story.registered().wait(minutes=30).dispatched())

    entries = (await _ask(web, f"/v1/tickets/{story.ticket}/timeline"))["entries"]

    assert [entry["type"].split(".")[2] for entry in entries] == ["registered", "opened", "dispatched"]
    assert [entry["caused_by"] for entry in entries] == [None, 0, 1]
    assert entries[2]["who"] == "热线中心 徐敏"
    assert "房管局牵头" in entries[2]["words"]
    assert entries[2]["at"] == (story.now).isoformat()


async def test_a_long_timeline_comes_in_pages_that_together_say_the_same(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given a life in which what is on a later page was caused by what is on an earlier one
    await ear.hear(story.registered().wait(minutes=30).dispatched().wait(minutes=5).dispatched(order=2))
    address = f"/v1/tickets/{story.ticket}/timeline"
    whole = await _ask(web, address)
    assert (whole["first"], whole["next"]) == (0, None)
    # when it is asked for one entry at a time
    pages = [await _ask(web, f"{address}?limit=1")]
    while pages[-1]["next"] is not None:
        pages.append(await _ask(web, f"{address}?limit=1&after={pages[-1]['next']}"))
    # then each page has one, and says the same of it
    assert [page["first"] for page in pages] == list(range(len(whole["entries"])))
    assert [entry for page in pages for entry in page["entries"]] == whole["entries"]


async def test_the_contact_never_enters_trace(story: Any, ear: Any, web: TestClient[Any, Any], pool: Any) -> None:
    await ear.hear(story.registered())

    kept = "".join(await words_of(pool, "entry"))
    entries = (await _ask(web, f"/v1/tickets/{story.ticket}/timeline"))["entries"]

    assert "13800000000" not in kept
    assert "王小明" not in kept
    assert "5c0ffee5" not in kept, "the hash of the number"
    assert all(not {"contact", "requester"} & entry["body"].keys() for entry in entries)


async def test_the_same_cannot_be_noted_twice(story: Any, ear: Any, pool: Any) -> None:
    await ear.hear(story.registered())
    before = await pool.fetch("select * from entry")

    with pytest.raises(asyncpg.UniqueViolationError):
        await ear.take(story.items[:1])

    assert await pool.fetch("select * from entry") == before


async def test_a_topic_made_anew_begins_at_offset_zero_again(story: Any, ear: Any, pool: Any) -> None:
    await ear.hear(story.registered().dispatched())
    first = next(item.record for item in story.items if item.record.topic == DISPATCH)
    *_, later = story.handled().items

    await ear.take([later._replace(record=later.record._replace(offset=first.offset))])

    assert later.record[:2] == first[:2]
    assert await pool.fetchval("select count(*) from entry where id = $1", later.envelope.id) == 1


async def test_rows_are_the_same_however_the_facts_are_cut_into_transactions(story: Any, ear: Any, pool: Any) -> None:
    story.registered().dispatched().clock(
        Clock.HANDLING, story.now + timedelta(days=1)
    ).handled().called_back().closed()
    await ear.hear(story)
    whole = [await pool.fetch(f"select * from {table}") for table in ("summary", "orders", "clock")]  # noqa: S608

    await pool.execute(
        "delete from entry; delete from receipt; delete from summary; delete from orders; delete from clock"
    )
    for item in story.items:
        await ear.take([item])

    assert [await pool.fetch(f"select * from {table}") for table in ("summary", "orders", "clock")] == whole  # noqa: S608

    await pool.execute(
        "delete from entry; delete from receipt; delete from summary; delete from orders; delete from clock"
    )
    lanes = ear.lanes(story.items)
    for item in story.items:
        await ear.take([item], lanes)

    assert [await pool.fetch(f"select * from {table}") for table in ("summary", "orders", "clock")] == whole  # noqa: S608


async def test_every_working_minute_has_one_owner(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    story.registered().wait(minutes=30).dispatched().wait(hours=7).handled().called_back().closed()
    await ear.hear(story)

    ball = (await _ask(web, f"/v1/tickets/{story.ticket}"))["ball"]

    assert [(span["party"], span["minutes"]) for span in ball] == [
        ("centre", 30),
        ("department:housing", 300),
        ("centre", 20),
        ("callback", 40),
    ]


async def test_minutes_are_counted_by_the_calendar_that_was_published_last(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given a ticket that waits over a Saturday of 2027, of which no calendar is known: nobody works then
    story.now = FRIDAY
    await ear.hear(story.registered().dispatched().wait(days=3).handled().called_back().closed())
    before = (await _ask(web, f"/v1/tickets/{story.ticket}"))["ball"]
    assert before[0]["minutes"] == ONE_DAY
    # when the calendar of the year is published, in every partition, and that Saturday is worked
    await ear.hear(*(type(story)("calendar", lane).tell(_published()) for lane in "12"))
    # then its minutes are somebody's
    after = (await _ask(web, f"/v1/tickets/{story.ticket}"))["ball"]
    assert after[0]["minutes"] == 2 * ONE_DAY


async def test_why_due_names_the_calendar_in_force(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    # given a clock that was derived by the calendar of the policy, over days that no notice of 2027 can move
    ledger = Ledger(policy="p", policy_version="v", budget=working_days(2), started_at=story.now)
    why = explain(ledger, Calendar.published(), OfficeHours())
    started = story.registered().dispatched().clock(Clock.HANDLING, story.now + timedelta(days=2)).items[-1].message
    told = started.model_copy(update={"clock_id": "handling-2", "explanation": {"budget": why.model_dump(mode="json")}})
    await ear.hear(story.tell(told))
    (before,) = (await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=handling-2"))["clocks"]
    assert not any(line.startswith("现行日历") for line in before["lines"])
    # when the calendar of the year is published
    await ear.hear(type(story)("calendar", "1").tell(_published()))
    # then the explanation names both: the one that it was made by, and the one that counts now
    answer = await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=handling-2")
    (after,) = answer["clocks"]
    assert any(line.startswith(f"日历：{why.calendar_version}") for line in after["lines"])
    assert after["lines"][-1].startswith(f"现行日历：{answer['calendar']}，官方公布至 2027")
    assert answer["calendar"] != why.calendar_version


async def test_why_due_says_when_a_clock_moved_and_by_whose_order(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    due, later = story.now + timedelta(days=2), story.now + timedelta(days=3)
    story.registered().dispatched().clock(Clock.HANDLING, due)
    moved = c.ClockRederived(
        ticket=story.ticket,
        clock_id="handling",
        clock=Clock.HANDLING,
        owner=Owner("department:housing"),
        was=OfficialDue(at=due),
        due=OfficialDue(at=later),
        because="limits_2026",
        tier=Tier.SIMPLE,
        ordered_by=Person(id="p-he", name="何静宜"),
        explanation={},
    )
    await ear.hear(story.wait(hours=1).tell(moved))

    (clock,) = (await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=handling"))["clocks"]

    assert any("重新计算" in line and "要求人何静宜" in line for line in clock["lines"])
    (move,) = clock["moves"]
    assert (move["because"], move["ordered_by"]["name"]) == ("limits_2026", "何静宜")


async def test_why_due_is_said_by_the_newest_of_the_facts_that_explain_it(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given a clock whose time was derived anew, and of which more was said since
    due, later = OfficialDue(at=story.now + timedelta(days=2)), OfficialDue(at=story.now + timedelta(days=3))
    story.registered().dispatched().clock(Clock.HANDLING, due.at)
    about: dict[str, Any] = {
        "ticket": story.ticket,
        "clock_id": "handling",
        "clock": Clock.HANDLING,
        "owner": Owner("department:housing"),
    }
    cap = {"kind": "named_date", "due": later.model_dump(mode="json")}
    why = {"caps": [cap], "binding": "named_date"}
    story.tell(
        c.ClockRederived(**about, was=due, due=later, because="appointed", tier=Tier.SIMPLE, explanation=why),
        c.ClockMet(**about, at=story.now, due=later, late=False),
    )
    # when trace has heard it, in transactions of their own
    for item in story.items:
        await ear.take([item])
    # then the explanation is that of the fact by which it was due last
    (clock,) = (await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=handling"))["clocks"]
    assert clock["explanation"] == why
    assert clock["status"] == "met"


async def test_the_desk_shows_what_waits_for_the_office_and_what_was_asked(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    asked = d.ReturnRequested(
        ticket=story.ticket, by=BY, department="housing", ground="not-our-duty", reason="不归我们管", dispute=1
    )
    await ear.hear(story.registered().dispatched().wait(hours=1).tell(asked))

    desk = await _ask(web, "/v1/desk")

    filled = {queue["queue"]: queue["items"] for queue in desk["queues"] if queue["items"]}
    assert list(filled) == ["return_ruling"]
    (item,) = filled["return_ruling"]
    assert item["body"]["reason"] == "不归我们管"
    assert item["since"] == story.now.isoformat()


async def test_lists_are_filtered_by_state_department_and_lateness(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    story.registered().dispatched().clock(Clock.HANDLING, story.now + timedelta(days=1))
    await ear.hear(story)

    for query, found in (
        ("state=dispatched", 1),
        ("state=closed", 0),
        ("department=housing", 1),
        ("department=police", 0),
        ("overdue=true", 1),
        ("overdue=false", 0),
    ):
        assert len((await _ask(web, f"/v1/tickets?{query}"))["tickets"]) == found, query


_UNANSWERABLE: Final = (
    ("/v1/tickets/26030299999999", 404, "unknown", "name"),
    ("/v1/tickets/a%00b", 400, "bad_text", "name"),
    ("/v1/tickets/a%00b/timeline", 400, "bad_text", "name"),
    ("/v1/tickets?limit=many", 400, "bad_number", "limit"),
    ("/v1/tickets?colour=red", 400, "unknown_parameter", "colour"),
    ("/v1/tickets?state=lost", 400, "unknown_value", "state"),
    ("/v1/tickets?department=nobody", 400, "unknown_value", "department"),
    ("/v1/tickets?department=%00", 400, "bad_text", "department"),
    ("/v1/tickets?overdue=maybe", 400, "bad_flag", "overdue"),
    ("/v1/tickets?after=26030299999999", 422, "unknown_place", "after"),
    ("/v1/tickets/26030200000017/timeline?after=x", 422, "unknown_place", "after"),
    ("/v1/desk?queue=nothing", 400, "unknown_value", "queue"),
    ("/v1/desk?after=1.2.3", 422, "missing_parameter", "queue"),
    ("/v1/desk?queue=dispatching&after=nowhere", 422, "unknown_place", "after"),
    ("/v1/rates?from=0001-01-01", 400, "out_of_range", "from"),
    ("/v1/rates?to=9999-12-31T23:59:59-12:00", 400, "out_of_range", "to"),
    ("/v1/rates?from=2026-12-01&to=2026-11-01", 422, "empty_window", "from"),
    ("/v1/rates?by=colour", 400, "unknown_value", "by"),
    ("/v1/rates?rate=luck", 400, "unknown_value", "rate"),
    ("/v1/rates?part=housing", 422, "missing_parameter", "ids"),
    ("/v1/rates?ids=true&part=housing", 422, "missing_parameter", "by"),
    ("/v1/rates?ids=true&rate=on_time&after=1.2", 422, "unknown_place", "after"),
    ("/v1/summary?state=closed", 400, "unknown_parameter", "state"),
    ("/v1/nothing", 404, "unknown_path", None),
)


async def test_a_question_that_cannot_be_answered_says_why(web: TestClient[Any, Any]) -> None:
    for path, status, code, field in _UNANSWERABLE:
        told = await _ask(web, path, status)

        assert (told["code"], told.get("field")) == (code, field), path
        assert told["detail"].endswith("。")


async def test_a_clock_that_a_ticket_cannot_have_is_refused(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(story.registered())

    assert (await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=wrist", 400))["code"] == "unknown_value"
    assert (await _ask(web, f"/v1/tickets/{story.ticket}/clocks?clock=handling"))["clocks"] == []


async def test_a_list_says_how_many_there_are_and_every_page_leads_to_the_next(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given five tickets, two of them of the same moment, and one whose registration was not heard
    stories = [type(story)(f"2603020000{n:04}", str(n)).wait(minutes=n // 2).registered() for n in range(5)]
    unheard = type(story)("26030200009999", "5").tell(d.CallbackExempt(ticket="26030200009999", by=BY))
    await ear.hear(*stories, unheard)
    # when they are listed in pages of two, and one more comes between two pages
    first = await _ask(web, "/v1/tickets?limit=2")
    await ear.hear(type(story)("26030200008888", "6").wait(hours=1).registered())
    pages = [first]
    while pages[-1]["next"] is not None:
        pages.append(await _ask(web, f"/v1/tickets?limit=2&after={pages[-1]['next']}"))
    # then each of those stands on exactly one page, the newest first, and the total is that of the moment
    found = [ticket["ticket"] for page in pages for ticket in page["tickets"]]
    assert found == [story.ticket for story in reversed(stories)] + [unheard.ticket]
    assert [page["total"] for page in pages] == [6, 7, 7]


async def test_a_queue_says_how_much_waits_and_every_page_leads_to_the_next(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given what waits for dispatch, some of it due
    awaited = []
    for n in range(5):
        each = type(story)(f"2603020000{n:04}", str(n)).registered()
        each.tell(d.DispatchAwaited(ticket=each.ticket, by=BY, reason="no-category"))
        awaited.append(each.clock(Clock.DISPATCHING, each.now + timedelta(hours=n), "centre") if n % 2 else each)
    await ear.hear(*awaited)
    # when the queue is read in pages of two
    page = (await _ask(web, "/v1/desk?queue=dispatching&limit=2"))["queues"][0]
    pages = [page]
    while page["next"] is not None:
        page = (await _ask(web, f"/v1/desk?queue=dispatching&limit=2&after={page['next']}"))["queues"][0]
        pages.append(page)
    # then what is due comes first, and everything stands on exactly one page
    found = [item["ticket"][-1] for page in pages for item in page["items"]]
    assert found == ["1", "3", "0", "2", "4"]
    assert {page["total"] for page in pages} == {5}


async def test_what_is_urgent_stands_on_top_then_what_no_machine_may_answer_then_what_is_due(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given one that is due, one that is urgent, and one in whose text something was recognised
    due, urgent, cry = (type(story)(f"2603020000{n:04}", str(n)).registered() for n in range(3))
    urgent.tell(d.Classified(ticket=urgent.ticket, by=BY, category="0101-02", tier=Tier.URGENT))
    cry.tell(d.StopWordsFound(ticket=cry.ticket, by=BY, found=(BRIBE,)))
    for each in (due, urgent, cry):
        each.tell(d.DispatchAwaited(ticket=each.ticket, by=BY, reason="queue"))
    due.clock(Clock.DISPATCHING, due.now, "centre")
    # and one about which something was said when it had gone
    late, seen = (type(story)(f"2603020000{n:04}", str(n)).registered().dispatched() for n in (3, 4))
    for each in (late, seen):
        each.tell(d.StopWordsFound(ticket=each.ticket, by=BY, found=(BRIBE,), waits=True))
    seen.tell(d.StopWordsSeenTo(ticket=seen.ticket, by=BY, note="已核实。"))
    await ear.hear(due, urgent, cry, late, seen)
    # when the queue is read one by one
    found, after = list[str](), ""
    while True:
        (page,) = (await _ask(web, f"/v1/desk?queue=dispatching&limit=1{after}"))["queues"]
        found += [item["ticket"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    # then
    assert found == [urgent.ticket, cry.ticket, due.ticket]
    (words,) = (await _ask(web, "/v1/desk?queue=stop_words"))["queues"]
    assert ([item["ticket"] for item in words["items"]], words["total"]) == ([late.ticket], 1)


async def test_the_tickets_behind_a_figure_come_in_pages_too(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    # given five orders given at the same moment, two of them of one ticket
    stories = [type(story)(f"2603020000{n:04}", str(n)).registered().dispatched() for n in range(4)]
    stories[0].dispatched("police", order=2)
    await ear.hear(*stories)
    # when the tickets behind a rate are asked for, two at a time
    query, found, after = "rate=return&ids=true&limit=2", list[str](), ""
    while True:
        (rate,) = (await _ask(web, f"/v1/rates?{query}{after}"))["rates"]
        found += rate["tickets"]["kept"]
        if rate["next"] is None:
            break
        after = f"&after={rate['next']}"
    # then there are as many as the figure says
    assert len(found) == rate["rows"][0]["denominator"] == 5
    assert set(found) == {story.ticket for story in stories}
    # and of a part only those of the part
    (rate,) = (await _ask(web, "/v1/rates?rate=return&ids=true&by=department&part=police"))["rates"]
    assert rate["tickets"] == {"kept": [stories[0].ticket]}
    (rate,) = (await _ask(web, "/v1/rates?rate=follow_up&ids=true&by=department&part="))["rates"]
    assert rate["tickets"] == {}


async def test_a_gap_in_a_source_is_found(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(story.registered().tell(d.CallbackExempt(ticket=story.ticket, by=BY), skip=2))

    gaps = (await _ask(web, "/v1/gaps"))["gaps"]

    assert [(gap["topic"], gap["first"], gap["last"]) for gap in gaps] == [("liuhen.dispatch.v1", 2, 3)]


async def test_the_summary_counts_states_channels_and_running_clocks(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    await ear.hear(story.registered().dispatched().clock(Clock.HANDLING, story.now + timedelta(days=1)))

    counted = await _ask(web, "/v1/summary")

    assert counted["by_state"] == {"dispatched": 1}
    assert counted["by_channel"] == {"hotline": 1}
    assert counted["by_holder"] == {"department:housing": 1}
    assert counted["running_clocks"] == {"in_time": 0, "overdue": 1}


async def test_an_answer_has_every_field_that_a_terminal_shows(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(story.registered().dispatched().clock(Clock.HANDLING, story.now + timedelta(days=1)))

    answer = await _ask(web, f"/v1/tickets/{story.ticket}")
    entries = (await _ask(web, f"/v1/tickets/{story.ticket}/timeline"))["entries"]
    clocks = (await _ask(web, f"/v1/tickets/{story.ticket}/clocks"))["clocks"]
    summary, rates = await _ask(web, "/v1/summary"), (await _ask(web, "/v1/rates"))["rates"]

    for found, form in (
        (answer, TicketAnswer),
        (answer["words"], StandingWords),
        *((span, HeldFor) for span in answer["ball"]),
        *((entry, EntryAnswer) for entry in entries),
        *((clock, ClockStanding) for clock in clocks),
        *((clock["words"], ClockWords) for clock in clocks),
        (summary, SummaryAnswer),
        (summary["words"], SummaryWords),
        *((rate, RateAnswer) for rate in rates),
        *((row, RateRow) for rate in rates for row in rate["rows"]),
    ):
        assert form.__required_keys__ <= found.keys(), form  # type: ignore[attr-defined]
