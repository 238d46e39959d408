"""What was not a department's to solve stands in none of its denominators: every rate, every way of going elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient

from rulebook import Policy
from schemas import clocks as c
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Actor, Clock, OfficialDue
from services.trace.edges.rates import RateSource, rates_of

BY: Final = Actor(by_rule="test")
WAYS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "merged": lambda s: s.tell(d.Merged(ticket=s.ticket, by=BY, into="26030200000025", reason="重复")),
    "transferred": lambda s: s.tell(d.Transferred(ticket=s.ticket, by=BY, to="city", reason="市级事权")),
    "not_accepted": lambda s: s.tell(d.NotAccepted(ticket=s.ticket, by=BY, ground="court", reason="已起诉")),
    "withdrawn": lambda s: s.tell(d.Withdrawn(ticket=s.ticket, by=BY, reason="已解决")),
    "split": lambda s: s.tell(
        d.SplitUp(
            ticket=s.ticket,
            by=BY,
            parts=(f"{s.ticket}-1",),
            texts=("停车",),
            categories=("0101-03",),
            reason="两件事",
        )
    ),
}
TICKETS_OWN: Final = ("received", "automatic_dispatch")
"""A number of tickets, and how policy dispatched them: whatever became of them, and of no department."""
OF_THE_DEPARTMENT: Final = ("on_time", "citizen_on_time", "acceptance")
"""Whether something was done in time: that was theirs, and stays, whatever became of the ticket afterwards."""


async def _rows(web: TestClient[Any, Any], name: str) -> dict[str, Any]:
    query = f"/v1/rates?from=2026-02-01&to=2026-04-01&by=department&rate={name}"
    async with web.get(query) as answer:
        assert answer.status == 200, await answer.text()
        (rate,) = (await answer.json())["rates"]
        return {row["part"]: row for row in rate["rows"]}


def _worked_on(story: Any) -> Any:
    """Accepted, contacted and called about twice: all that a department can be counted for before the end."""
    due = story.now + timedelta(days=1)
    story.registered().dispatched("housing").clock(Clock.HANDLING, due).clock(Clock.CITIZEN, due, "office:p-he")
    story.wait(hours=1).tell(d.Accepted(ticket=story.ticket, by=BY, department="housing"))
    return story.tell(d.FirstContactMade(ticket=story.ticket, by=BY, department="housing", method="phone"))


@pytest.mark.parametrize("way", WAYS)
async def test_no_rate_of_what_a_ticket_came_to_counts_what_was_not_theirs(
    story: Any, ear: Any, web: TestClient[Any, Any], policy: Policy, way: str
) -> None:
    # given a ticket that a department worked on, and that then went elsewhere
    await ear.hear(WAYS[way](_worked_on(story).wait(hours=2)))
    # when every rate is asked for
    for rate in rates_of(policy.rates):
        if rate.name in (*TICKETS_OWN, *OF_THE_DEPARTMENT):
            continue
        found = (await _rows(web, rate.name)).get("housing")
        # then it is in no denominator, and is counted apart by the way that it went (what was split is not yet closed)
        if way == "split" and found is None:
            continue
        assert found is not None, rate.name
        assert (found["denominator"], found["excluded"]) == (0, {way: 1}), rate.name


@pytest.mark.parametrize(("way", "breached"), list(product(WAYS, (True, False))))
async def test_what_was_late_or_in_time_stays_so_wherever_the_ticket_went(
    story: Any, ear: Any, web: TestClient[Any, Any], way: str, *, breached: bool
) -> None:
    _worked_on(story).wait(days=2)
    about: dict[str, Any] = {"clock_id": "handling", "clock": Clock.HANDLING, "owner": Owner.of_department("housing")}
    if breached:
        story.tell(c.ClockBreached(ticket=story.ticket, **about, due=OfficialDue(at=story.now)))
    await ear.hear(WAYS[way](story).tell(c.ClockStopped(ticket=story.ticket, **about, reason=way)))

    assert (await _rows(web, "on_time"))["housing"]["counted"] == ({"overdue": 1} if breached else {})
    assert (await _rows(web, "acceptance"))["housing"]["counted"] == {"accepted": 1}


async def test_a_ticket_that_was_split_is_counted_by_its_parts(
    story: Any, ear: Any, web: TestClient[Any, Any], policy: Policy
) -> None:
    ended = d.Closed(ticket=story.ticket, by=BY, outcome="parts_ended", lead="housing")
    await ear.hear(WAYS["split"](_worked_on(story)).wait(days=2).tell(ended))

    for rate in rates_of(policy.rates):
        if rate.source is RateSource.TICKETS and rate.name not in TICKETS_OWN:
            assert (await _rows(web, rate.name))["housing"]["excluded"] == {"split": 1}, rate.name


async def test_no_contact_is_owed_to_whom_no_way_leads(story: Any, ear: Any, web: TestClient[Any, Any]) -> None:
    # given a ticket whose caller left no number, which is handled, called back by nobody, and closed
    story.registered().dispatched("housing")
    story.tell(d.FirstContactExempt(ticket=story.ticket, by=BY, department="housing", reason="no_number"))
    await ear.hear(story.wait(hours=2).handled().closed())
    # then it stands in neither rate of first contact, and the reason is named
    for name in ("first_contact", "first_contact_claimed"):
        row = (await _rows(web, name))["housing"]
        assert (row["denominator"], row["excluded"], row["left_out"]) == (0, {"no_number": 1}, {"没有留下号码": 1})


async def test_a_matter_that_came_back_is_counted_for_whoever_led_it_before(
    story: Any, ear: Any, web: TestClient[Any, Any]
) -> None:
    # given a ticket that one department had ended, and the same matter again, which another one leads
    ended = story.registered().dispatched("housing").wait(days=1).handled().closed()
    again = type(story)(ticket="26030200000033", lane="1").wait(days=20).registered()
    opened = again.items[-1].message
    again.tell(opened.model_copy(update={"recurrence_of": ended.ticket})).dispatched("greening")
    await ear.hear(ended, again)
    # then both stand with the department whose work did not last
    rows = await _rows(web, "recurrence")
    assert rows["housing"]["counted"] == {"new": 1, "recurred": 1}
    assert "greening" not in rows
