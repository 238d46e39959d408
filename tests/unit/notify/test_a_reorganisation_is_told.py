"""Whoever a reorganisation concerns hears what moved: both departments, who is on duty, who supervises, who asked."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import dispatch as d
from schemas.values import Clock, Tier, WatchOrder
from services.notify.core.notice import Notice, Way
from tests.support.notify import BY, NIGHT, TICKET, Teller, citizens, dispatched, registered, started

MOVED: dict[str, Any] = {"ticket": TICKET, "by": BY, "replaced": "housing", "department": "greening"}
ORDERED = d.SupervisionOrdered(ticket=TICKET, by=BY, department="housing", reason="久拖不决。", number=1)


def led(tier: Tier = Tier.COMPLEX, **changed: Any) -> Teller:
    teller = Teller()
    for fact in (registered(), citizens(), dispatched(tier, **changed), started(Clock.HANDLING)):
        teller.tell(fact)
    return teller


def by_template(notices: list[Notice]) -> dict[str, list[Notice]]:
    return {each: [n for n in notices if n.template == each] for each in {n.template for n in notices}}


def test_both_departments_hear_what_moved_and_the_requester_who_is_responsible_now() -> None:
    told = by_template(led().tell(d.DepartmentReplaced(**MOVED, reason="机构改革")))

    assert told.keys() == {"department-taken-over", "department-handed-over", "requester-redispatched"}
    (taken,), (handed,) = told["department-taken-over"], told["department-handed-over"]
    assert (taken.to.audience, handed.to.audience) == ("department:greening", "department:housing")
    assert "原由房管局承办" in taken.text
    assert "已移交绿化市容局牵头" in taken.text
    assert "机构改革" in handed.text
    # and five hundred of them are one mail to each desk
    assert (taken.gathered, handed.gathered) == (True, True)


def test_a_supporting_department_hears_that_it_supports() -> None:
    teller = led(supporting=("greening",))
    moved = d.DepartmentReplaced(ticket=TICKET, by=BY, replaced="greening", department="police", reason="机构改革")
    (taken,) = by_template(teller.tell(moved))["department-taken-over"]
    assert (taken.to.audience, "已移交公安分局协办" in taken.text) == ("department:police", True)


def test_of_what_is_urgent_whoever_is_on_duty_hears_at_once_also_by_night() -> None:
    told = by_template(led(Tier.URGENT).tell(d.DepartmentReplaced(**MOVED, reason="机构改革"), NIGHT))

    on_duty = told["duty-reorganised"]
    assert {notice.to.way for notice in on_duty} == {Way.SMS, Way.CALL}
    assert all(notice.not_before == NIGHT for notice in on_duty)
    assert told["department-urgent-order"]


@pytest.mark.parametrize("ended", [None, WatchOrder.SUPERVISION, WatchOrder.CALLBACK_REVIEW])
def test_supervisors_hear_of_what_they_supervise(ended: WatchOrder | None) -> None:
    teller = led()
    assert "supervisor-reorganised" not in by_template(teller.tell(d.DepartmentReplaced(**MOVED, reason="机构改革")))
    teller.tell(ORDERED)
    back = {**MOVED, "replaced": "greening", "department": "housing"}
    assert by_template(teller.tell(d.DepartmentReplaced(**back, reason="机构改革")))["supervisor-reorganised"]
    teller.tell(d.SupervisionEnded(ticket=TICKET, by=BY, result="好。", ended=ended))
    still = "supervisor-reorganised" in by_template(teller.tell(d.DepartmentReplaced(**MOVED, reason="机构改革")))
    assert still == (ended is WatchOrder.CALLBACK_REVIEW)
