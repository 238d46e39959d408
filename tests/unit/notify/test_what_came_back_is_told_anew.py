"""What was due or stood still before a ticket ended is over once it is reopened; so is what another lead owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Clock, OfficialDue, Tier
from services.notify.core.dates import dated
from services.notify.core.notice import Notice
from tests.support.notify import BY, DUE, MORNING, TICKET, Teller, citizens, dispatched, registered, started

_REOPENED: Final = d.Reopened(ticket=TICKET, by=BY, reason="又坏了", count=1)
_HOUSING: Final[dict[str, Any]] = {"ticket": TICKET, "by": BY, "department": "housing"}
_SUSPENDED: Final = d.Suspended(**_HOUSING, ground="litigation", until=MORNING + timedelta(days=60), reason="涉诉")
_RESUMED: Final = d.SuspensionEnded(**_HOUSING, reason="到期")
_AGAIN: Final = dispatched(order=2, same_lead=True, binding=True)


def _told(notices: list[Notice], audience: str = "requester") -> list[tuple[str, str]]:
    return [(each.template, each.text) for each in notices if each.to.audience.startswith(audience)]


def _later(hours: float) -> tuple[datetime, OfficialDue]:
    """When the ticket comes back, and until when its new order is due."""
    at = MORNING + timedelta(hours=hours)
    return at, OfficialDue(at=at + timedelta(days=15))


def _ended(*before: Message) -> Teller:
    teller = Teller()
    for fact in (registered(category="0401-04"), citizens(), dispatched(), started(Clock.HANDLING), *before):
        teller.tell(fact)
    teller.tell(d.Closed(ticket=TICKET, by=BY, outcome="called_back", reply="已修好。"))
    teller.tell(started(Clock.REOPEN_WINDOW, "requester"))
    return teller


@pytest.mark.parametrize("hours", [2, 240])
def test_what_was_reopened_is_ordered_and_promised_by_its_new_date_alone(hours: float) -> None:
    at, due = _later(hours)
    # given a ticket that ended and was reopened, whether or not what was promised before is over
    teller = _ended()
    reopened = [*teller.tell(_REOPENED, at), *teller.tell(_AGAIN, at)]
    # then nobody is told a date before the new one is known
    assert [template for template, _ in _told(reopened)] == ["requester-reopened"]
    assert _told(reopened, "department") == []
    # when the new handling time starts both hear its date, and no other
    told = teller.tell(started(Clock.HANDLING, started_at=at, due=due), at)
    ((template, text),) = _told(told)
    assert (template, dated(due).day in text, dated(DUE).day in text) == ("requester-dispatched", True, False)
    ((template, text),) = _told(told, "department")
    assert (template, dated(due).day in text, dated(DUE).day in text) == ("department-new-order", True, False)
    # and when that date goes by it is owned up to
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling-2", "clock": Clock.HANDLING}
    breached = c.ClockBreached(**about, owner=Owner("department:housing"), due=due)
    assert [template for template, _ in _told(teller.tell(breached, due.at))] == ["requester-overdue"]


@pytest.mark.parametrize("before", [[], [_SUSPENDED]])
@pytest.mark.parametrize("ahead", [0, 1])
def test_a_handling_time_that_is_heard_of_before_the_order_is_told_with_it(before: list[Message], ahead: int) -> None:
    at, due = _later(240)
    teller = _ended(*before)
    facts: list[Message] = [_REOPENED, _AGAIN]
    facts.insert(ahead, started(Clock.HANDLING, started_at=at, due=due))
    told = [notice for fact in facts for notice in teller.tell(fact, at)]
    ((template, text),) = _told(told, "department")
    assert (template, dated(due).day in text) == ("department-new-order", True)
    assert [template for template, _ in _told(told)] == ["requester-reopened", "requester-dispatched"]
    assert dated(due).day in _told(told)[1][1]


@pytest.mark.parametrize("before", [[_SUSPENDED], [_SUSPENDED, _RESUMED]])
def test_what_stood_still_when_it_ended_is_promised_as_anything_that_comes_back(before: list[Message]) -> None:
    at, due = _later(240)
    # given a ticket that ended while it stood still, or went on without anybody having heard until when
    teller = _ended(*before)
    teller.tell(_REOPENED, at)
    teller.tell(_AGAIN, at)
    # when it is ordered again both hear the date
    told = teller.tell(started(Clock.HANDLING, started_at=at, due=due), at)
    ((template, text),) = _told(told)
    assert (template, dated(due).day in text) == ("requester-dispatched", True)
    ((template, text),) = _told(told, "department")
    assert (template, dated(due).day in text) == ("department-new-order", True)
    # and another date is a change, not the end of what stood still long ago
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling-2", "clock": Clock.HANDLING, "explanation": {}}
    later = OfficialDue(at=due.at + timedelta(days=3))
    moved = c.ClockRederived(
        **about, owner=Owner("department:housing"), was=due, due=later, because="tier", tier=Tier.COMPLEX
    )
    assert [template for template, _ in _told(teller.tell(moved, at))] == ["requester-due-changed"]


def _urgent(**changed: Any) -> Teller:
    """An urgent order whose first report is due at noon."""
    teller = Teller()
    noon = OfficialDue(at=MORNING + timedelta(hours=2))
    for fact in (
        registered(tier=Tier.URGENT),
        dispatched(Tier.URGENT),
        started(Clock.URGENT_FIRST_REPORT, due=noon, tier=Tier.URGENT, **changed),
    ):
        teller.tell(fact)
    return teller


def test_an_urgent_order_that_goes_to_another_lead_names_a_first_report_of_its_own() -> None:
    at = MORNING + timedelta(hours=1)
    told = _urgent().tell(dispatched(Tier.URGENT, order=2, lead="greening"), at)
    texts = [text for template, text in _told(told, "department") if template == "department-urgent-order"]
    assert {("3月2日13:00" in text, "3月2日12:00" in text) for text in texts} == {(True, False)}


@pytest.mark.parametrize(
    ("changed", "began"),
    [
        ({"same_lead": True}, MORNING),
        # the report that the new lead owes was heard of before the order
        ({"lead": "greening"}, MORNING + timedelta(minutes=50)),
    ],
)
def test_a_first_report_that_still_runs_is_named_as_it_is_due(changed: dict[str, Any], began: datetime) -> None:
    at = MORNING + timedelta(minutes=50)
    teller = _urgent(started_at=began)
    told = teller.tell(dispatched(Tier.URGENT, order=2, supporting=("police",), **changed), at)
    texts = [text for template, text in _told(told, "department") if template == "department-urgent-order"]
    assert {"3月2日12:00" in text for text in texts} == {True}
