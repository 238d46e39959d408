"""Who wants to stay unknown (匿名) is known to nobody behind the door, whatever came along with the report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.public import Order
from schemas.registry import party_of
from schemas.tickets import Answered, Registered, Visited
from services.dispatch.core.commands import Begin
from services.intake.core.reading import Reading, read
from tests.support.dispatch.story import BY_HAND, Story, rules_with

NAME, PHONE, ADDRESS, WECHAT = "王阿姨", "13800000001", "平凉路100弄3号201室", "wx-aunt-wang"
CONTACT = {"name": NAME, "phone": PHONE, "address": ADDRESS, "wechat": WECHAT}
ANONYMOUS = {"requester_kind": "anonymous", "contact": CONTACT}
NAMED = (NAME, PHONE, WECHAT, "201")


def says_nothing_of(named: tuple[str, ...], *things: Any) -> None:
    for thing in things:
        assert not [word for word in named if word in str(thing)], thing


@pytest.mark.parametrize("kind", ["anonymous", "ａｎｏｎｙｍｏｕｓ", " anonymous\u200b"])
def test_a_report_keeps_neither_name_nor_number_nor_address(front: Any, report: Any, kind: str) -> None:
    registered, receipt = front.took("hotline", "register", report | ANONYMOUS | {"requester_kind": kind})
    assert isinstance(registered, Registered)
    assert registered.requester is None
    assert registered.contact.model_dump(exclude_none=True) == {}
    says_nothing_of(NAMED, registered, receipt)


def test_an_answer_on_the_line_keeps_none_either(front: Any, report: Any) -> None:
    call = report | ANONYMOUS | {"answer": "请拨物业电话", "agent": {"id": "a-1", "name": "小王"}}
    answered, _ = front.took("hotline", "answer-on-line", call)
    assert isinstance(answered, Answered)
    says_nothing_of(NAMED, answered)


def test_a_visit_keeps_the_house_and_not_the_flat(front: Any, visit: Any) -> None:
    came = visit | ANONYMOUS | {"address": {"text": ADDRESS}, "problems": [{"text": "三楼水管漏水"}]}
    said = front.took("survey", "record-visit", came)
    (visited,) = [each for each in said if isinstance(each, Visited)]
    (registered,) = [each for each in said if isinstance(each, Registered)]
    assert registered.requester is None
    assert registered.place.text == "平凉路100弄3号"
    says_nothing_of(NAMED, visited, registered)


def test_a_resident_who_says_the_same_is_kept(front: Any, report: Any, visit: Any) -> None:
    registered, *_ = front.took("hotline", "register", report | {"contact": CONTACT})
    assert registered.contact.model_dump(exclude_none=True) == CONTACT
    came = visit | {"address": {"text": ADDRESS}, "problems": [{"text": "漏水"}]}
    *_, registered, _ = front.took("survey", "record-visit", came)
    assert registered.place.text == ADDRESS


@pytest.mark.parametrize(
    "wrong", [{"contact": CONTACT | {"phone": "1"}}, {"contact": CONTACT | {"phnoe": "1"}}, {"contact": PHONE}]
)
def test_what_is_wrong_with_a_contact_that_is_not_kept_is_nobodys_matter(front: Any, report: Any, wrong: Any) -> None:
    assert front.took("hotline", "register", report | ANONYMOUS | wrong)


@pytest.mark.parametrize(
    "wrong", [{"category": "9999-99"}, {"text": 7}, {"text": "a\0b"}, {"txet": "x"}, {"text": "\ud800"}]
)
def test_of_what_is_refused_the_contact_is_not_kept_either(front: Any, report: Any, wrong: Any) -> None:
    content = json.dumps(report | ANONYMOUS | wrong).encode()
    headers = Envelope("s-1", "test", "liuhen.inbound.register.v1", front.now, "").headers()
    reading = read(party_of("liuhen.inbound.hotline.v1"), headers, content, b"key")
    assert isinstance(reading, Reading)
    decision = front.decide(reading)
    assert decision.word == "refused"
    assert reading.unnamed is not None
    says_nothing_of(NAMED, json.loads(reading.unnamed), decision)


def test_another_contact_makes_no_other_content(front: Any, report: Any) -> None:
    front.took("hotline", "register", report | ANONYMOUS, submission="once")
    again = report | ANONYMOUS | {"contact": {"phone": "13900000002"}}
    assert front.take("hotline", "register", again, submission="once").word == "repeated"


def test_the_order_of_the_department_names_nobody(front: Any, report: Any) -> None:
    place = {"text": "四平路街道某小区", "subdistrict": "siping"}
    registered, *_ = front.took("hotline", "register", report | ANONYMOUS | {"category": "0101-02", "place": place})

    story = Story(rules_with(**BY_HAND)).when(Begin(registered))

    orders = [each.message for each in story.told if isinstance(each.message, Order)]
    assert orders
    assert all(order.requester_kind == "anonymous" for order in orders)
    assert all(order.contact.model_dump(exclude_none=True) == {} for order in orders)
    says_nothing_of(NAMED, *story.told, *story.all_facts)


def test_whoever_brings_a_number_along_is_told_that_it_was_not_recorded(front: Any, report: Any) -> None:
    *_, given = front.took("hotline", "register", report | ANONYMOUS, submission="a")
    assert "没有记录" in given.notice
    *_, again = front.take("hotline", "register", report | ANONYMOUS, submission="a").says
    assert again.message == given
    *_, nothing = front.took("hotline", "register", report | {"requester_kind": "anonymous", "contact": {}})
    *_, resident = front.took("hotline", "register", report | {"contact": CONTACT})
    assert resident.notice is None
    assert nothing.notice is None
