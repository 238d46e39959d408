"""What comes in is recorded once, answered on the channel that it came by, and heard of on its way."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import aiohttp

from schemas import dispatch as d
from schemas import inbound
from schemas.correction import Correction
from schemas.message import Message
from schemas.public import ReceiptGiven, ReceiptRefused, TicketNews
from schemas.tickets import ActionReceived, DeviceBound, Registered
from schemas.values import Actor, Contact, Kind, Party, PartyKind, Person, Place, Position, Ruling, Tier, Upstream
from services.intake import store
from tests.support.intake import Dispatch
from tests.support.rows import words_of

HOTLINE, SURVEY, WECHAT, OFFICE = (
    Party(kind=kind) for kind in (PartyKind.HOTLINE, PartyKind.SURVEY, PartyKind.WECHAT, PartyKind.OFFICE)
)
HOUSING = Party(kind=PartyKind.DEPARTMENT, department="housing")
CHEN = Person(id="h-1", name="陈工")
NOBODYS = "26010100000008"


def a_visit(visitor: str, device: str, **changes: Any) -> inbound.RecordVisit:
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "visitor": visitor,
        "device": device,
        "unit": "unit-01",
        "position": Position(latitude=31.27, longitude=121.53, accuracy=15, at=now),
        "visited_at": now,
        "household": "三号楼 201",
        "address": Place(text="平凉路100弄3号"),
        "problems": (inbound.Problem(text="三楼水管漏水"), inbound.Problem(text="门口路灯不亮")),
    }
    return inbound.RecordVisit.model_validate(given | changes)


async def test_a_call_becomes_a_ticket_and_gets_a_receipt_with_its_number(outside: Any) -> None:
    number = await outside.report(HOTLINE)

    envelope, fact = await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == number)
    assert envelope.subject == number
    assert envelope.causation.startswith(f"{fact.receipt}@liuhen.inbound.hotline.v1/0/")


async def test_lanes_that_register_number_apart_and_for_ever(outside: Any) -> None:
    lanes = await outside.pool.fetch("select name from lane order by name limit 3")
    async with outside.pool.acquire() as connection, connection.transaction():
        first = [
            await store.numbering(connection, lane["name"], bytes([place] * 16)) for place, lane in enumerate(lanes)
        ]
        again = [await store.numbering(connection, lane["name"], bytes([9] * 16)) for lane in lanes]

    assert len({numbering.number for numbering in first}) == len(lanes)
    assert again == first


async def test_of_who_wants_to_stay_unknown_no_table_keeps_name_or_number(outside: Any) -> None:
    named = {"name": "不愿具名的人", "phone": "13800999888", "address": "平凉路9号909室"}
    unknown = {"requester_kind": "anonymous", "contact": named, "kind": "help", "place": {"text": "延吉路"}}
    report = inbound.Register.model_validate({**unknown, "text": "请派人来看看屋顶漏水"})
    taken = await outside.given(await outside.say(HOTLINE, report))
    _, fact = await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == taken.tickets[0])
    assert fact.contact.model_dump(exclude_none=True) == {}
    refused = inbound.Register.model_validate({**unknown, "text": "屋顶漏水", "category": "9999-99"})
    assert (await outside.refused(await outside.say(HOTLINE, refused))).code == "unknown_category"

    for table in ("event", "submission", "ticket", "refused_record"):
        rows = " ".join(await words_of(outside.pool, table))
        for word in named.values():
            assert word not in rows, (table, word)
            assert word.encode().hex() not in rows, (table, word)


async def test_structured_mode_is_taken_like_binary(outside: Any, report: Any) -> None:
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "test",
        "type": "liuhen.inbound.register.v1",
        "time": datetime.now(UTC).isoformat(),
        "data": json.loads(report.to_json()),
    }
    mode = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
    await outside.put(HOTLINE, json.dumps(event).encode(), mode)
    assert len((await outside.given(event["id"])).tickets) == 1


async def test_the_same_submission_on_several_partitions_at_once_is_one_ticket(outside: Any, report: Any) -> None:
    submission = str(uuid4())
    await asyncio.gather(*(outside.say(HOTLINE, report, submission, partition=n % 4) for n in range(8)))

    first = await outside.given(submission)
    registered = await outside.pool.fetch("select id from ticket where receipt = $1", first.receipt)
    assert [row["id"] for row in registered] == list(first.tickets)
    last = await outside.report(HOTLINE)
    await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == last)
    said = {m.ticket for _, _, m in outside.heard if isinstance(m, Registered) and m.receipt == first.receipt}
    assert said == set(first.tickets)


async def test_two_workers_take_the_same_submission_once(outside: Any) -> None:
    (second,) = outside.system.start_services(["intake"], worker="2")
    try:
        submissions = [str(uuid4()) for _ in range(20)]
        await asyncio.gather(
            *(
                outside.say(HOTLINE, _somebodys(n), id_, partition=p)
                for n, id_ in enumerate(submissions)
                for p in (0, 3)
            )
        )
        receipts = [(await outside.given(id_)).receipt for id_ in submissions]
        rows = await outside.pool.fetch("select receipt from ticket where receipt = any($1::text[])", receipts)
        assert sorted(row["receipt"] for row in rows) == sorted(receipts)
    finally:
        outside.system.stop(second.name)


async def test_of_two_contents_under_one_id_at_the_same_moment_one_is_taken(outside: Any, report: Any) -> None:
    report = report.model_copy(update={"confidential": True})  # never put together with another
    for _ in range(10):
        submission = str(uuid4())
        contents = [_other(report, f"楼道里的灯坏了没有人来修，这是第{n}种说法") for n in range(4)]
        await asyncio.gather(*(outside.say(HOTLINE, one, submission, partition=n) for n, one in enumerate(contents)))
        answers = await _answers(outside, submission, 4)
        given = [one for one in answers if isinstance(one, ReceiptGiven)]
        refused = [one for one in answers if isinstance(one, ReceiptRefused)]
        assert len(given) == 1
        assert {one.code for one in refused} == {"conflicting_repeat"}
        assert all("text" in one.reason for one in refused)
        assert await outside.pool.fetchval("select count(*) from ticket where receipt = $1", given[0].receipt) == 1


def _other(report: inbound.Register, text: str) -> inbound.Register:
    return report.model_copy(update={"text": text})


async def _answers(outside: Any, submission: str, number: int) -> list[Message]:
    """Wait until so many answers to a submission were heard."""

    def mine() -> list[Message]:
        return [
            message
            for _, _, message in outside.heard
            if isinstance(message, ReceiptGiven | ReceiptRefused) and message.submission == submission
        ]

    await outside.hear(lambda _: len(mine()) >= number)
    return mine()


async def test_a_report_is_compared_with_all_open_tickets_of_its_requester(outside: Any, report: Any) -> None:
    """A hotel's desk, a school's office: one number with more open matters than anybody thought of."""
    matters = [_other(report, "".join(chr(0x4E00 + 40 * n + place) for place in range(20))) for n in range(30)]
    submissions = [await outside.say(HOTLINE, matter) for matter in matters]
    tickets = [(await outside.given(submission)).tickets[0] for submission in submissions]
    assert len(set(tickets)) == len(matters)

    again = await outside.given(await outside.say(HOTLINE, matters[0]))
    assert again.follow_up
    assert again.tickets == (tickets[0],)


def _somebodys(number: int) -> inbound.Register:
    contact = {"phone": f"1390000{number:04}"}
    return inbound.Register.model_validate(
        {"kind": Kind.HELP, "contact": contact, "place": {"text": "延吉路"}, "text": "请派人来看看屋顶漏水"}
    )


async def test_a_second_call_about_an_open_matter_is_counted_on_the_ticket(outside: Any, report: Any) -> None:
    ticket = (await outside.given(await outside.say(WECHAT, report))).tickets[0]
    again = await outside.given(await outside.say(HOTLINE, report))
    assert again.follow_up
    assert again.tickets == (ticket,)
    _, pressed = await outside.hear(lambda m: isinstance(m, ActionReceived) and m.receipt == again.receipt)
    assert pressed.action.do == "follow_up"


async def test_a_second_call_about_what_the_city_passed_on_is_counted_on_the_ticket(outside: Any, report: Any) -> None:
    from_the_city = report.model_copy(update={"upstream": Upstream(number="city-1")})
    ticket = (await outside.given(await outside.say(HOTLINE, from_the_city))).tickets[0]
    again = await outside.given(await outside.say(HOTLINE, report))
    assert (again.follow_up, again.tickets) == (True, (ticket,))


async def test_a_departments_action_is_passed_on_and_so_is_one_on_no_ticket(outside: Any) -> None:
    """Its receipt tells nothing of whether there is such a ticket: the ticket's life answers both alike."""
    ticket = await outside.report(HOTLINE)
    given = await outside.given(await outside.say(HOUSING, inbound.Accept(ticket=ticket, by=CHEN)))
    assert (given.source, given.final) == ("test", False)
    await outside.hear(lambda m: isinstance(m, ActionReceived) and m.ticket == ticket)

    nothing = await outside.given(await outside.say(HOUSING, inbound.Accept(ticket=NOBODYS, by=CHEN)))
    assert (nothing.source, nothing.final) == ("test", False)
    await outside.hear(lambda m: isinstance(m, ActionReceived) and m.ticket == NOBODYS)
    wrong = await outside.refused(await outside.say(HOUSING, inbound.Accept(ticket="26010100000005", by=CHEN)))
    assert (wrong.code, wrong.source) == ("unknown_ticket", "test")


async def test_a_visit_binds_its_device_and_another_one_is_refused_until_the_office_approves(outside: Any) -> None:
    visitor, first, second = (f"{name}-{uuid4().hex[:8]}" for name in ("v", "phone", "phone"))
    given = await outside.given(await outside.say(SURVEY, a_visit(visitor, first)))
    assert len(given.tickets) == 2
    assert (await outside.refused(await outside.say(SURVEY, a_visit(visitor, second)))).code == "other_device"

    wish = inbound.RequestDevice(visitor=visitor, device=second, reason="手机丢了")
    await outside.given(await outside.say(SURVEY, wish))
    clerk = Person(id="p-yuan", name="袁晓岚")
    await outside.given(await outside.say(OFFICE, inbound.ApproveDevice(visitor=visitor, device=second, by=clerk)))
    await outside.hear(lambda m: isinstance(m, DeviceBound) and m.visitor == visitor and m.approved_by is not None)
    assert (await outside.given(await outside.say(SURVEY, a_visit(visitor, second)))).action == "record_visit"


async def test_two_phones_at_once_bind_one(outside: Any) -> None:
    visitor = f"v-{uuid4().hex[:8]}"
    visits = [a_visit(visitor, f"phone-{uuid4().hex}", problems=()) for _ in range(4)]
    said = await asyncio.gather(*(outside.say(SURVEY, visit, partition=n) for n, visit in enumerate(visits)))
    answers = [await outside.answer(submission) for submission in said]
    assert sorted(type(answer).__name__ for answer in answers) == ["ReceiptGiven"] + ["ReceiptRefused"] * 3
    bound = await outside.pool.fetchval("select count(*) from device where visitor = $1 and until is null", visitor)
    assert bound == 1


async def test_a_phone_that_delivers_days_late_keeps_the_time_of_the_visit(outside: Any) -> None:
    visited = datetime.now(UTC) - timedelta(days=4)
    position = Position(latitude=31.27, longitude=121.53, accuracy=15, at=visited)
    visit = a_visit(f"v-{uuid4().hex[:8]}", uuid4().hex, visited_at=visited, position=position)
    given = await outside.given(await outside.say(SURVEY, visit))
    envelope, fact = await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == given.tickets[0])
    assert fact.occurred_at == visited
    assert envelope.time > visited + timedelta(days=3)


async def test_a_receipt_opens_by_the_number_that_stands_and_by_none_before_it(outside: Any, report: Any) -> None:
    says, by = Dispatch(outside), Actor(person=CHEN)
    numbers = [report.contact.phone, "13900007777", "13900008888"]
    given = await outside.given(await outside.say(WECHAT, report))
    (ticket,) = given.tickets
    async with aiohttp.ClientSession(outside.system.url("intake_http")) as web:

        async def opens(number: str) -> bool:
            asked = {"receipt": given.receipt, "phone": number}
            async with web.post("/v1/progress", json=asked) as response:
                return response.status == 200

        assert await opens(numbers[0])
        for was, now in pairwise(numbers):
            old, new = (Correction(contact=Contact(phone=phone), requester=f"h-{phone}") for phone in (was, now))
            await says.say(ticket, d.Corrected(ticket=ticket, by=by, old=old, new=new, reason="号码记错。"))
        await says.say(ticket, d.Closed(ticket=ticket, by=by, outcome="solved", ruling=Ruling.SOLVED))
        await outside.hear(lambda m: isinstance(m, TicketNews) and m.ticket == ticket and m.happened == "closed")
        assert [await opens(number) for number in numbers] == [False, False, True]


async def test_progress_reply_and_result_come_back_on_the_channel(outside: Any) -> None:

    by, says = Actor(party=HOUSING, person=CHEN), Dispatch(outside)
    ticket = await outside.report(WECHAT)
    await says.say(ticket, d.Dispatched(ticket=ticket, by=by, order=1, lead="housing", tier=Tier.SIMPLE, reason="x"))
    await says.say(ticket, d.Handled(ticket=ticket, by=by, department="housing", reply="灯已换好", round=0))
    await says.say(ticket, d.HandledAccepted(ticket=ticket, by=by, department="housing", handled_at=datetime.now(UTC)))
    await says.say(ticket, d.Closed(ticket=ticket, by=by, outcome="solved", ruling=Ruling.SOLVED))

    await outside.hear(lambda m: isinstance(m, TicketNews) and m.ticket == ticket and m.happened == "closed")
    told = [m for _, _, m in outside.heard if isinstance(m, TicketNews) and m.ticket == ticket]
    assert [news.happened for news in told] == ["dispatched", "handled-accepted", "closed"]
    assert "灯已换好" in told[1].text
    row = await outside.pool.fetchrow("select open from ticket where id = $1", ticket)
    assert not row["open"]


async def test_a_reply_as_long_as_a_text_may_be_is_told_cut_and_the_door_goes_on(outside: Any) -> None:
    by, says, reply = Actor(party=HOUSING, person=CHEN), Dispatch(outside), "答" * 19_996
    ticket = await outside.report(WECHAT)
    await says.say(ticket, d.Handled(ticket=ticket, by=by, department="housing", reply=reply, round=0))
    await says.say(ticket, d.HandledAccepted(ticket=ticket, by=by, department="housing", handled_at=datetime.now(UTC)))

    _, news = await outside.hear(lambda m: isinstance(m, TicketNews) and m.ticket == ticket)
    assert news.text == "房管局答复：" + "答" * 19_993 + "…"
    assert await outside.pool.fetchval("select text from news where ticket = $1", ticket) == "房管局答复：" + reply
    assert await outside.report(HOTLINE)


async def test_the_end_of_the_ticket_that_took_one_in_comes_back_on_the_channel_of_each(outside: Any) -> None:
    by, says = Actor(by_rule="policy"), Dispatch(outside)
    ticket, into = await outside.report(WECHAT), "26091407000023"
    await says.say(ticket, d.Merged(ticket=ticket, by=by, into=into, reason="重复"))
    ended = d.MergedTicketEnded(ticket=ticket, by=by, into=into, outcome="called_back", reply="灯已换好")
    await says.say(ticket, ended)

    await outside.hear(lambda m: isinstance(m, TicketNews) and m.ticket == ticket and "灯已换好" in m.text)


async def test_who_calls_again_about_what_has_ended_is_found_by_the_door(outside: Any, report: Any) -> None:
    """What ended is kept with its moment and its category: the same words ask for a reopening, others are linked."""
    caller = Contact(phone="13900000077")
    ticket = await outside.report(HOTLINE, contact=caller)
    closed = d.Closed(ticket=ticket, by=Actor(by_rule="policy"), outcome="called_back", category="0101-02")
    await Dispatch(outside).say(ticket, closed)
    await outside.hear(lambda m: isinstance(m, TicketNews) and m.ticket == ticket and m.state == "closed")

    again = await outside.given(await outside.say(HOTLINE, report.model_copy(update={"contact": caller})))
    assert (again.tickets, again.follow_up) == ((ticket,), True)
    other = await outside.report(HOTLINE, contact=caller, text="四楼的灯也不亮了，没人管。", category="0101-02")
    _, registered = await outside.hear(lambda m: isinstance(m, Registered) and m.ticket == other)
    assert registered.recurrence_of == ticket


async def test_what_dispatch_refuses_comes_back_on_the_channel_of_who_asked(outside: Any) -> None:

    ticket = await outside.report(WECHAT)
    asked = await outside.given(await outside.say(WECHAT, inbound.Withdraw(ticket=ticket, reason="不用了")))
    refusal = d.ActionRefused(
        ticket=ticket,
        by=Actor(by_rule="policy"),
        receipt=asked.receipt,
        party=WECHAT,
        action="withdraw",
        code="closed",
        reason="已结案",
    )
    await Dispatch(outside).say(ticket, refusal)
    _, told = await outside.hear(lambda m: isinstance(m, ReceiptRefused) and m.receipt == asked.receipt)
    assert (told.code, told.source, told.submission) == ("closed", asked.source, asked.submission)
