"""The survey office looks up its ledger, who was where, what is doubtful, who wants a device, and the half hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp.test_utils import TestClient

from schemas import dispatch as d
from schemas import tickets as t
from schemas.values import (
    Actor,
    Channel,
    Contact,
    DoubtVerdict,
    Kind,
    Person,
    Place,
    Position,
    RequesterKind,
    Tier,
    VisitRef,
)

BY = Actor(by_rule="automation")
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 9:00 in Shanghai
Web = TestClient[Any, Any]


async def _ask(web: Web, path: str, status: int = 200) -> Any:
    async with web.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


def _visited(
    receipt: str, unit: str = "unit-01", *tickets: str, doubts: tuple[str, ...] = (), **more: Any
) -> t.Visited:
    position = Position(latitude=31.27, longitude=121.53, accuracy=15, at=MORNING)
    given = {"visitor": "v-1", "household": receipt, "visited_at": MORNING, "position": position, **more}
    return t.Visited(receipt=receipt, unit=unit, tickets=tickets, doubts=doubts, **given)


def _opened(ticket: str, receipt: str) -> d.Opened:
    return d.Opened(
        ticket=ticket,
        by=BY,
        receipt=receipt,
        channel=Channel.SURVEY,
        kind=Kind.COMPLAIN,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        place=Place(text="平凉路100弄3号"),
        text="三楼水管漏水",
        tier=Tier.COMPLEX,
        visit=VisitRef(visitor="v-1", unit="unit-01", visited_at=MORNING),
    )


async def test_the_ledger_has_every_visit_once_page_by_page_and_the_doubtful_apart(
    story: Any, ear: Any, web: Web
) -> None:
    visits = [
        _visited("R000000000001", compound="平凉小区", subdistrict="pingliang"),
        _visited("R000000000002", doubts=("too_fast",)),
        _visited("R000000000003", "unit-02", visitor="v-2"),
    ]
    await ear.hear(story.tell(*visits))

    first = await _ask(web, "/v1/survey/visits?limit=2")
    rest = await _ask(web, f"/v1/survey/visits?limit=2&after={first['next']}")
    doubtful = await _ask(web, "/v1/survey/visits?doubted=true")

    found = [visit["receipt"] for visit in (*first["visits"], *rest["visits"])]
    assert found == ["R000000000003", "R000000000002", "R000000000001"]
    assert (first["total"], rest["next"]) == (3, None)
    assert rest["visits"][0]["words"]["subdistrict"] == "平凉路街道"
    assert [visit["words"]["doubts"] for visit in doubtful["visits"]] == [["两次走访相距过远"]]
    assert (await _ask(web, "/v1/survey/visits?unit=unit-02"))["total"] == 1
    assert (await _ask(web, "/v1/survey/visits?unit=unit-99", 400))["field"] == "unit"
    assert (await _ask(web, "/v1/survey/visits?after=x", 422))["field"] == "after"


async def test_doubts_that_a_person_settled_wait_no_longer_and_say_what_was_found(
    story: Any, ear: Any, web: Web
) -> None:
    # given two doubtful visits, of which one was looked into
    doubtful = [_visited(f"R00000000000{n}", doubts=("too_fast",)) for n in (1, 2)]
    settled = t.DoubtsSettled(
        receipt="R000000000009",
        visit="R000000000001",
        visitor="v-1",
        verdict=DoubtVerdict.SOUND,
        reason="同乘一车，时间无误。",
        by=Person(id="p-yuan", name="袁晓岚"),
    )
    await ear.hear(story.tell(*doubtful, settled))
    # when the survey office asks
    waiting = await _ask(web, "/v1/survey/visits?doubted=true&settled=false")
    every = await _ask(web, "/v1/survey/visits?doubted=true")
    units = await _ask(web, "/v1/survey/coverage")
    # then one waits, the other says what was found, and what was sound is not counted as doubtful
    assert [visit["receipt"] for visit in waiting["visits"]] == ["R000000000002"]
    found = {visit["receipt"]: (visit["settled_by"], visit["words"]["verdict"]) for visit in every["visits"]}
    assert found == {"R000000000001": ("袁晓岚", "核实无误"), "R000000000002": (None, None)}
    assert [part["doubted"] for part in units["parts"] if part["visits"]] == [1]


async def test_coverage_names_every_unit_and_compound_also_those_without_a_visit(
    story: Any, ear: Any, web: Web
) -> None:
    await ear.hear(story.tell(_visited("R000000000001"), _visited("R000000000002", household="R000000000001")))

    units = await _ask(web, "/v1/survey/coverage")
    compounds = await _ask(web, "/v1/survey/coverage?by=compound")

    assert (units["of"], units["covered"]) == (64, 1)
    (covered,) = [part for part in units["parts"] if part["visits"]]
    assert (covered["words"], covered["visits"], covered["households"]) == ("区委办", 2, 1)
    assert (compounds["covered"], compounds["parts"][-1]["words"], compounds["parts"][-1]["visits"]) == (0, "", 2)


async def test_a_device_waits_until_it_is_approved_in_whatever_order_that_is_heard(
    story: Any, ear: Any, web: Web
) -> None:
    # given two requests, of which one was approved; and a first use, which approves nothing
    one, other = (
        t.DeviceRequested(receipt=f"R00000000000{n}", visitor=f"v-{n}", device=f"phone-{n}", reason="丢失")
        for n in (1, 2)
    )
    first_use = t.DeviceBound(receipt="R000000000003", visitor="v-2")
    approved = t.DeviceBound(receipt="R000000000004", visitor="v-1", approved_by=Person(id="p-yuan", name="袁晓岚"))
    asked = story.tell(one, other).wait(minutes=5).tell(first_use, approved).items
    # when the approval is heard first
    for item in reversed(asked):
        await ear.take([item])
    # then the other one waits
    found = await _ask(web, "/v1/survey/devices")
    assert [(each["visitor"], each["device"]) for each in found["requests"]] == [("v-2", "phone-2")]


async def test_a_visitor_finds_what_they_brought_and_the_half_hour_is_measured(story: Any, ear: Any, web: Web) -> None:
    # given four problems of a visit: to the department in 20 and in 45 minutes, settled at the unit, and on its way
    numbers = [f"2603020000{n:04}" for n in (1, 2, 3, 4)]
    await ear.hear(story.tell(_visited("R000000000001", "unit-01", *numbers)))
    lives = [type(story)(number, str(n)).tell(_opened(number, "R000000000001")) for n, number in enumerate(numbers, 1)]
    lives[0].wait(minutes=20).dispatched()
    lives[1].wait(minutes=45).dispatched()
    lives[2].wait(minutes=5).tell(d.SettledAtUnit(ticket=numbers[2], by=BY, reply="已当场修好"))
    await ear.hear(*lives)
    # when they are asked for
    brought = await _ask(web, "/v1/survey/problems?visitor=v-1&limit=3")
    rest = await _ask(web, f"/v1/survey/problems?visitor=v-1&after={brought['next']}")
    measured = await _ask(web, "/v1/survey/half-hour?ids=true")
    # then each is there once, and the ticket that waits longer than was promised counts against it
    found = [ticket["ticket"] for ticket in (*brought["tickets"], *rest["tickets"])]
    assert (found, brought["total"]) == (numbers[::-1], 4)
    assert (await _ask(web, "/v1/survey/problems", 400))["field"] == "visitor"
    assert (measured["arrived"], measured["within"], measured["counted"], measured["waiting"]) == (2, 1, 3, 1)
    assert measured["percentiles"] == {"p50": 20, "p90": 45, "p99": 45}
    assert measured["left_out"] == {"settled-at-unit": 1}
    assert measured["words"] == {"settled-at-unit": "当场解决"}
    assert {way["ticket"]: way["minutes"] for way in measured["tickets"]}[numbers[1]] == 45
