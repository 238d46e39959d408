"""The clocks of real tickets: timers fire, late facts withdraw, and a calendar reaches every lane once and for all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from chassis.publish import Wire
from rulebook import load_policy
from schemas import dispatch as d
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockDueSoon,
    ClockMet,
    ClockRederived,
    ClockStarted,
)
from schemas.layout import ONE_MACHINE
from schemas.registry import RULES
from schemas.rules import RederivationOrdered
from schemas.values import OfficialDue, Person, ProvisionalDue
from services.desk.core.rules import RulesChange, copies
from tests.support.sla.broker import NOW, Sla

LONG_AGO = NOW - timedelta(days=60)


async def test_a_clock_starts_reminds_and_is_breached_at_its_due_time(sla: Sla) -> None:
    ticket = sla.new()
    await sla.open(ticket, LONG_AGO)
    started, soon, breached = await sla.says(ticket, ClockStarted, ClockDueSoon, ClockBreached)
    assert isinstance(started, ClockStarted)
    assert isinstance(started.due, OfficialDue)
    assert isinstance(soon, ClockDueSoon)
    assert isinstance(breached, ClockBreached)
    times = [envelope.time for envelope, fact in sla.heard if fact.ticket == ticket]
    assert times == [LONG_AGO, started.remind_at, started.due.at]


async def test_a_fact_that_the_door_had_earlier_withdraws_the_breach(sla: Sla) -> None:
    ticket = sla.new()
    await sla.open(ticket, LONG_AGO)
    await sla.says(ticket, ClockBreached)
    at = LONG_AGO + timedelta(hours=1)
    await sla.tell(ticket, at, d.HandledAccepted, department="housing", handled_at=at)
    said = await sla.says(ticket, BreachWithdrawn, ClockMet)
    assert [type(fact) for fact in said[-2:]] == [BreachWithdrawn, ClockMet]


async def test_what_is_met_in_time_is_never_breached(sla: Sla) -> None:
    ticket = sla.new()
    await sla.open(ticket, NOW)
    await sla.tell(ticket, NOW, d.Dispatched, order=1, lead="housing", tier="complex", reason="catalogue")
    await sla.tell(ticket, NOW, d.Withdrawn, reason="已解决")
    said = await sla.until(lambda facts: sum(fact.type_name.endswith("stopped.v1") for fact in facts) == 4, ticket)
    assert not any(isinstance(fact, ClockBreached) for fact in said)
    left = await sla.pool.fetchval("select count(*) from timer where key = $1 and status = 'pending'", ticket)
    assert left == 0


async def test_a_calendar_reaches_every_lane_and_survives_a_restart(sla: Sla, next_year: Path, corrected: Path) -> None:
    tickets = [sla.new() for _ in range(8)]
    for ticket in tickets:
        await sla.open(ticket, NOW)
        (started,) = await sla.says(ticket, ClockStarted)
        assert isinstance(started, ClockStarted)
        assert isinstance(started.due, ProvisionalDue)

    told = sla.liuhen("calendar", "apply", str(next_year))

    assert told["official_until"].startswith("2027")
    for ticket in tickets:
        said = await sla.says(ticket, ClockRederived)
        assert all(isinstance(fact.due, OfficialDue) for fact in said if isinstance(fact, ClockRederived))
    assert await sla.pool.fetchval("select count(*) from provisional where ticket = any($1)", tickets) == 0
    (published,) = sla.liuhen("calendar", "show")["published"]
    assert len(published["lanes"]) == ONE_MACHINE.lanes

    assert sla.liuhen("calendar", "apply", str(corrected))["unforeseen"] == ["2027-01-04"]
    for ticket in tickets:
        said = await sla.until(lambda facts: sum(isinstance(fact, ClockRederived) for fact in facts) == 2, ticket)
        assert isinstance(said[-1], ClockRederived)
        assert said[-1].due == OfficialDue(at=NOW.replace(year=2027, month=1, day=6, hour=17, minute=30))

    sla.restart()
    for ticket in (late := [sla.new() for _ in range(8)]):
        await sla.open(ticket, NOW)
    for ticket in late:
        (started,) = await sla.says(ticket, ClockStarted)
        assert isinstance(started, ClockStarted)
        assert isinstance(started.due, OfficialDue)
    await sla.shows("liuhen_calendar_official_until_timestamp_seconds", lambda until: until > NOW.timestamp() + 3e7)


async def test_clocks_are_counted_by_name_and_status(sla: Sla) -> None:
    ticket = sla.new()
    await sla.open(ticket, LONG_AGO)
    await sla.says(ticket, ClockBreached)
    query = (
        "select count(*) from state, json_array_elements(body -> 'clocks') clock"
        " where clock ->> 'clock' = 'citizen' and clock ->> 'status' = 'breached'"
    )
    breached = await sla.pool.fetchval(query)
    assert breached >= 1
    await sla.shows('liuhen_clocks{clock="citizen",status="breached"}', lambda number: number == breached)


async def test_an_order_under_a_policy_that_the_worker_does_not_have_is_set_aside(sla: Sla) -> None:
    order = RederivationOrdered(by=Person(id="p-he", name="何静宜"), policy="another", code="policy", reason="试行")
    now = NOW + timedelta(hours=1)
    published = copies(RulesChange(order, "another"), now, load_policy(sla.system.policy), ONE_MACHINE.lanes)
    await sla.producer.send(
        [Wire(RULES, number, b"order", order.to_json(), each.headers()) for number, each in enumerate(published)]
    )
    ticket = sla.new()
    await sla.open(ticket, NOW)
    await sla.says(ticket, ClockStarted)
    await sla.parks(RULES, ONE_MACHINE.lanes)
