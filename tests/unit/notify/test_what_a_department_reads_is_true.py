"""What an order, a nudge or a ruling says is true of that act: whether it may be returned, who decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Channel, Clock, Person, Tier, Verified, WatchOrder
from services.notify.core.notice import Notice
from tests.support.notify import BY, MORNING, TICKET, Teller, dispatched, registered, started

_ABOUT: Final[dict[str, Any]] = {"ticket": TICKET, "by": BY, "department": "housing"}
_WATCHED = d.SupervisionOrdered(**_ABOUT, reason="久拖不决", number=1)
_REVIEWED = d.CallbackReviewOrdered(**_ABOUT, reason="核实先行联系")


def _led(*facts: Message) -> Teller:
    teller = Teller()
    for fact in (registered(), *facts):
        teller.tell(fact)
    return teller


def _only(notices: list[Notice]) -> Notice:
    (notice,) = notices
    return notice


@pytest.mark.parametrize(
    ("facts", "returnable"),
    [
        ([dispatched()], True),
        ([dispatched(binding=True)], False),
        ([dispatched(), d.Accepted(**_ABOUT)], False),
        ([dispatched(), _WATCHED], False),
        ([dispatched(), _REVIEWED], False),
        ([dispatched(), _WATCHED, d.SupervisionEnded(ticket=TICKET, by=BY, result="已落实")], True),
        (
            [
                dispatched(),
                _WATCHED,
                _REVIEWED,
                d.SupervisionEnded(ticket=TICKET, by=BY, result="已复核", ended=WatchOrder.CALLBACK_REVIEW),
            ],
            False,
        ),
        (
            [
                dispatched(),
                _WATCHED,
                _REVIEWED,
                d.SupervisionEnded(ticket=TICKET, by=BY, result="收回", reason=d.BREACH_WITHDRAWN),
            ],
            False,
        ),
    ],
)
def test_a_new_order_says_how_it_is_returned_only_where_it_can_be(facts: Sequence[Message], returnable: bool) -> None:  # noqa: FBT001 - a case of the table
    order = _only(_led(*facts).tell(started(Clock.HANDLING)))

    assert order.template == "department-new-order"
    assert ("退单期限内" in order.text) is returnable
    assert ("不得退单" in order.text) is not returnable


def test_an_urgent_order_and_a_rework_are_not_returned() -> None:
    urgent = next(
        each
        for each in _led(registered(tier=Tier.URGENT)).tell(dispatched(Tier.URGENT))
        if each.template == "department-urgent-order"
    )
    assert "不得退单" in urgent.text
    rework = next(
        each for each in _led(dispatched()).tell(started(Clock.REWORK)) if each.template == "department-rework"
    )
    assert "不得退单" in rework.text


def test_a_nudge_is_no_order_and_says_nothing_of_returns() -> None:
    nudge = _only(_led(dispatched()).tell(d.Nudged(**_ABOUT, reason="诉求人已催办2次。")))
    assert nudge.subject.startswith("催办")
    assert "诉求人已催办2次。请抓紧办理。" in nudge.text
    assert not any(word in nudge.subject + nudge.text for word in ("督办", "退单", "期限", "时限"))


def test_a_supervision_order_has_its_number_and_is_not_returned() -> None:
    order = _only(_led(dispatched()).tell(_WATCHED))
    assert order.subject.startswith("督办单")
    assert "第1号督办单，原因：久拖不决。请在督办时限内回复，督办期间不得退单。" in order.text


def test_an_interview_says_what_came_of_it_and_orders_nothing() -> None:
    held = d.Interviewed(**_ABOUT, reason="督办未果", held_at=MORNING, persons=("分管局长",), agreed="三日内办结")
    interview = _only(_led(dispatched()).tell(held))
    assert "约谈房管局，原因：督办未果。约谈结果：三日内办结。" in interview.text
    assert "退单" not in interview.text
    by_rule = _only(_led(dispatched()).tell(d.Interviewed(**_ABOUT, reason="督办未见回复，予以约谈。")))
    assert by_rule.text.endswith("予以约谈。")


def test_a_callback_review_is_called_one() -> None:
    review = _only(_led(dispatched()).tell(_REVIEWED))
    assert review.subject.startswith("回访复核单")
    assert "核实先行联系。请在回访复核时限内回复，复核期间不得退单。" in review.text


@pytest.mark.parametrize(("what", "step"), [("extension", "延期"), ("suspension", "挂账")])
def test_what_lapsed_was_decided_by_nobody(what: str, step: str) -> None:
    lapsed = d.RequestLapsed.model_validate({**_ABOUT, "what": what, "reason": "已报办结，申请随之失效。"})
    notice = _only(_led(dispatched()).tell(lapsed))
    assert notice.text == f"工单{TICKET}的{step}申请已失效，不再审批。已报办结，申请随之失效。"


def test_whoever_decided_is_named_as_having_decided_not_as_having_agreed() -> None:
    by = BY.model_copy(update={"by_rule": None, "person": Person(id="p-fang", name="方立群")})
    refused = d.ExtensionRefused.model_validate({**_ABOUT, "by": by, "reason": "不属于客观原因"})
    notice = _only(_led(dispatched()).tell(refused))
    assert "不同意延期，由方立群审批。不属于客观原因。" in notice.text
    assert "批准人" not in notice.text


def test_a_supporters_work_that_is_sent_back_is_called_its_own() -> None:
    back = d.SupportTaskSentBack(ticket=TICKET, by=BY, department="siping", reason="缺照片")
    notice = _only(_led(dispatched(supporting=("siping",))).tell(back))
    assert notice.subject.startswith("协办审核未通过")
    assert f"工单{TICKET}的协办经审核退回。缺照片。原期限不变。" in notice.text


def test_a_department_is_told_whether_it_is_the_requester_who_presses() -> None:
    said = d.FollowUpAdded(
        ticket=TICKET, by=BY, receipt="R0123456789AB", channel=Channel.SURVEY, mode="press", text="快点。", count=0
    )
    stranger = _only(_led(dispatched()).tell(said))
    assert (stranger.subject, "未核实是诉求人" in stranger.text) == (f"有人催办或者补充：工单{TICKET}", True)

    requester = said.model_copy(update={"verified": Verified.NUMBER_MATCHED, "count": 1})
    told = _only(_led(dispatched()).tell(requester))
    assert "的诉求人第1次催办或者补充" in told.text
