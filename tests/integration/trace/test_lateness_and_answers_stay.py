"""Lateness stays with whoever was late, answers with whoever was asked about; what went elsewhere counts nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Actor, Clock, Contacted, Grade, OfficialDue, Ruling, Solved, Tier

BY = Actor(by_rule="test")


async def _rate(web: TestClient[Any, Any], name: str, query: str = "") -> dict[str, Any]:
    async with web.get(f"/v1/rates?from=2026-02-01&to=2026-04-01&rate={name}&{query}") as answer:
        assert answer.status == 200, await answer.text()
        (rate,) = (await answer.json())["rates"]
        return {row["part"]: row for row in rate["rows"]}


def _stopped(story: Any, *, breached: bool) -> Any:
    due = story.now + timedelta(days=1)
    about: dict[str, Any] = {"ticket": story.ticket, "clock_id": "handling", "clock": Clock.HANDLING}
    owner = Owner.of_department("housing")
    story.registered().dispatched("housing").clock(Clock.HANDLING, due)
    story.wait(days=35)
    if breached:
        story.tell(c.ClockBreached(**about, owner=owner, due=OfficialDue(at=due)))
    return story.tell(c.ClockStopped(**about, owner=owner, reason="released"))


def _again(story: Any, lead: str) -> Any:
    order = d.Dispatched(ticket=story.ticket, by=BY, order=2, lead=lead, tier=Tier.SIMPLE, reason="assigned")
    return story.tell(order)


@pytest.mark.parametrize(("breached", "counted"), [(True, {"overdue": 1}), (False, {})])
async def test_an_order_that_was_late_stays_late_for_its_lead_when_another_gets_it(
    story: Any, ear: Any, web: TestClient[Any, Any], *, breached: bool, counted: dict[str, int]
) -> None:
    await ear.hear(_again(_stopped(story, breached=breached), "police"))

    rows = await _rate(web, "on_time", "by=department")

    assert rows["housing"]["counted"] == counted


ENDINGS: dict[str, Callable[[Any], Message]] = {
    "transferred": lambda story: d.Transferred(ticket=story.ticket, by=BY, to="city", reason="市级事权"),
    "withdrawn": lambda story: d.Withdrawn(ticket=story.ticket, by=BY, reason="已解决"),
    "not_accepted": lambda story: d.NotAccepted(ticket=story.ticket, by=BY, ground="court", reason="已起诉"),
    "merged": lambda story: d.Merged(ticket=story.ticket, by=BY, into="26030200000025", reason="重复"),
}
TICKET_RATES = ("first_contact", "first_contact_claimed", "actual_resolution", "satisfaction", "rework")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_went_elsewhere_stands_in_no_departments_denominator(
    story: Any, ear: Any, web: TestClient[Any, Any], ending: str
) -> None:
    await ear.hear(story.registered().dispatched("housing").wait(hours=3).tell(ENDINGS[ending](story)))

    for name in (*TICKET_RATES, "callback_coverage"):
        rows = await _rate(web, name, "by=department")
        assert rows["housing"]["denominator"] == 0
        assert rows["housing"]["excluded"] == {ending: 1}


def _rated(story: Any, result: Grade, round_: int = 0) -> Any:
    said: dict[str, Any] = {"contacted": Contacted.YES, "solved": Solved.SOLVED, "attitude": result, "result": result}
    return story.wait(hours=1).tell(d.CallbackRecorded(ticket=story.ticket, by=BY, round=round_, **said))


async def test_an_answer_belongs_to_the_lead_of_its_round(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    # given a ticket that was rated under one lead, reworked by another, and whose requester could then not be reached
    rated = _rated(story.registered().dispatched("housing").handled(), Grade.DISSATISFIED)
    rated.tell(d.ReworkOrdered(ticket=story.ticket, by=BY, department="housing", round=1, reason="dissatisfied"))
    _again(rated, "police").handled().tell(d.CallbackGivenUp(ticket=story.ticket, by=BY, attempts=3))
    closed = d.Closed(ticket=story.ticket, by=BY, outcome="unreachable", ruling=Ruling.EXPLAINED, lead="police")
    await ear.hear(rated.tell(closed))
    # when the rates are split by department
    decisive = await _rate(web, "satisfaction", "by=department")
    first = await _rate(web, "satisfaction_other", "by=department")
    coverage = await _rate(web, "callback_coverage", "by=department")
    # then nobody's answer stands for the second lead, and the first one's stands for the first
    assert decisive["police"]["excluded"] == {"no_callback": 1}
    assert first["housing"]["counted"] == {"dissatisfied": 1}
    assert coverage["police"]["counted"] == {"unreached": 1}


async def test_what_is_received_is_a_number_and_no_share(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    await ear.hear(story.registered())

    (row,) = (await _rate(web, "received")).values()

    assert row["numerator"] == 1
    assert row["value"] is None


async def _shown(web: TestClient[Any, Any], path: str) -> dict[str, Any]:
    async with web.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


@pytest.mark.parametrize("breached", [True, False])
async def test_a_stopped_clock_that_was_late_is_shown_as_late(
    story: Any, ear: Any, web: TestClient[Any, Any], *, breached: bool
) -> None:
    await ear.hear(_again(_stopped(story, breached=breached), "police"))

    shown = await _shown(web, f"/v1/tickets/{story.ticket}/clocks")
    listed = await _shown(web, "/v1/tickets?overdue=true")

    (clock,) = (each for each in shown["clocks"] if each["clock"] == "handling")
    assert clock["overdue"] is breached
    assert [each["overdue"] for each in listed["tickets"]] == ([1] if breached else [])


def _told(story: Any, name: Clock, *, late: bool, end: str) -> Any:
    """A clock that ran out or not, and how it ended."""
    due = story.now + timedelta(days=1)
    about: dict[str, Any] = {"ticket": story.ticket, "clock_id": name.value, "clock": name}
    about["owner"] = Owner.of_department("housing")
    story.clock(name, due).wait(days=2 if late else 0.5)
    if late:
        story.tell(c.ClockBreached(**about, due=OfficialDue(at=due)))
    if end == "met":
        used: dict[str, Any] = {"at": story.now, "late": late, "due": OfficialDue(at=due)}
        story.tell(c.ClockMet(**about, **used))
    elif end == "stopped":
        story.tell(c.ClockStopped(**about, reason="released"))
    return story


async def test_what_was_late_is_counted_alike_whether_it_is_done_by_now_or_not(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given limits that were missed and made up for, that fell away, that run still, and some that were kept
    story.registered().dispatched("housing")
    for name, late, end in (
        (Clock.HANDLING, True, "met"),
        (Clock.RETURN_WINDOW, True, "stopped"),
        (Clock.CITIZEN, True, "runs"),
        (Clock.FIRST_CONTACT, False, "met"),
        (Clock.REVIEW, False, "stopped"),
    ):
        _told(story, name, late=late, end=end)
    other = type(story)("26030200000025", "1").registered().dispatched("police")
    await ear.hear(story, _told(other, Clock.HANDLING, late=True, end="met"))
    # when each way of looking at them is taken
    clocks = (await _shown(web, f"/v1/tickets/{story.ticket}/clocks"))["clocks"]
    head = await _shown(web, f"/v1/tickets/{story.ticket}")
    listed = await _shown(web, "/v1/tickets?overdue=true")
    # then all of them say the same
    missed = sorted(each["clock"] for each in clocks if each["overdue"])
    assert missed == ["citizen", "handling", "return_window"]
    assert head["overdue"] == len(missed)
    assert {each["ticket"]: each["overdue"] for each in listed["tickets"]} == {story.ticket: 3, other.ticket: 1}
    assert listed["total"] == 2
    # and so do the rate of the clock, and what boards read
    (row,) = (await _rate(web, "on_time")).values()
    assert row["counted"] == {"late": 2}


@pytest.mark.parametrize(
    ("held_by", "part"), [(Owner.of_department("housing"), "housing"), (Owner.of("dispute"), None)]
)
async def test_the_citizens_lateness_is_whoevers_who_held_the_ticket_when_the_time_ran_out(
    story: Any, ear: Any, web: TestClient[Any, Any], held_by: Owner, part: str | None
) -> None:
    due = story.now + timedelta(days=1)
    about: dict[str, Any] = {"ticket": story.ticket, "clock_id": "citizen", "clock": Clock.CITIZEN}
    about["owner"] = Owner.of("centre")
    story.registered().dispatched("housing").clock(Clock.CITIZEN, due)
    story.wait(days=2)
    story.tell(c.ClockBreached(**about, due=OfficialDue(at=due)))
    story.tell(d.Overdue(by=BY, **about, held_by=held_by))
    await ear.hear(_again(story, "police"))

    rows = await _rate(web, "citizen_on_time", "by=department")

    assert {name: row["counted"] for name, row in rows.items() if row["counted"]} == {part: {"overdue": 1}}
