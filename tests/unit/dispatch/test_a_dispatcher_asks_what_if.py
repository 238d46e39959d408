"""What if …: the corners where two rules meet, each with the rule's answer."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from tests.unit.dispatch import given
from tests.unit.dispatch.story import LEAD, Story

GROUND = {"ground": "not-our-duty", "reason": "不属于我局职责。"}


def _order(story: Story, department: str = LEAD) -> Order:
    """The newest order that a department heard in the last step."""
    topic = department_topic(department)
    return next(
        each.message for each in reversed(story.told) if each.topic == topic and isinstance(each.message, Order)
    )


def test_a_supervised_order_cannot_be_returned_inside_its_window_either() -> None:
    supervised = given.dispatched().office(i.Supervise, reason="媒体关注。").then(d.SupervisionOrdered)

    assert not _order(supervised).returnable
    supervised.lead(i.RequestReturn, **GROUND).refused("order_binds")
    answered = supervised.lead(i.AnswerSupervision, report="已派人。")
    assert not _order(answered).returnable
    answered.lead(i.RequestReturn, **GROUND).refused("order_binds")
    ended = answered.office(i.EndSupervision, result="已落实。")
    assert _order(ended).returnable, "without the supervision the window counts again"
    ended.lead(i.RequestReturn, **GROUND).then(d.ReturnRequested)
