"""Numbers, ids and texts have one normal form before anything is compared: who is who does not hang on spelling."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doors.phones import international
from schemas.inbound import FollowUp
from schemas.text import blank, plain, seen
from schemas.tickets import ActionReceived, Registered

INVISIBLE = "\u200b\u2060\ufeff\u202e\u00ad\u3164"
BLANKS = (" ", "\u00a0", "\u3000", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\u202e\u202c", "\t\n\u2003", "\u0007")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("13800138123", "138００１３８123"),
        ("13800138123", "+86 138-0013-8123"),
        ("13800138123", "\u200b138 0013 8123\u00a0"),
        ("13800138123", "１３８\u3000００１３\u3000８１２３"),
        ("13800138123", "١٣٨٠٠١٣٨١٢٣"),
        ("021-65981234", "（０２１）６５９８１２３４"),
        ("021-65981234", "021—65981234"),
        ("021-65981234#8001", "02165981234转8001"),
        ("021-65981234#8001", "+86 21 6598 1234 ext. 8001"),
        ("021-65981234#8001", "021-65981234-8001"),
        ("021-65981234#8001", "０２１－６５９８１２３４＃８００１"),
        ("021-65981234#8001", "021-65981234 分机号:8001"),
    ],
)
def test_one_number_is_one_number_however_it_is_written(one: str, other: str) -> None:
    assert international(one) is not None
    assert international(one) == international(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("021-65981234#8001", "021-65981234#8002"),
        ("021-65981234#8001", "021-65981234"),
        ("021-65981234-8001", "021-65981234-8002"),
        ("021-65981234#800", "021-65981234#8001"),
        ("021-65981234#8001", "021-65981235#8001"),
    ],
)
def test_behind_one_switchboard_are_many_people(one: str, other: str) -> None:
    assert None not in (international(one), international(other))
    assert international(one) != international(other)


def test_two_people_behind_one_switchboard_have_a_ticket_each(front: Any, report: Any) -> None:
    first, *_ = front.took("hotline", "register", report | {"contact": {"phone": "021-65981234#8001"}})
    second, *_ = front.took("hotline", "register", report | {"contact": {"phone": "021-65981234#8002"}})
    assert isinstance(second, Registered)
    assert second.requester != first.requester


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"phone": "13800138123"}, {"phone": "138００１３８123"}),
        ({"wechat": "wx-01"}, {"wechat": "ｗｘ－01\u200b"}),
    ],
)
def test_who_writes_full_width_presses_for_the_own_ticket(front: Any, report: Any, one: Any, other: Any) -> None:
    first, *_ = front.took("wechat", "register", report | {"contact": one})
    pressed, *_ = front.took("wechat", "register", report | {"contact": other})
    assert isinstance(pressed, ActionReceived)
    assert isinstance(pressed.action, FollowUp)
    assert pressed.ticket == first.ticket


def test_a_number_is_kept_so_that_it_can_be_dialled(front: Any, report: Any) -> None:
    registered, *_ = front.took("hotline", "register", report | {"contact": {"phone": "\u2060１３８0013８123"}})
    assert registered.contact.phone == "13800138123"


@pytest.mark.parametrize("nothing", BLANKS)
@pytest.mark.parametrize("field", ["text", "place.text", "contact.name", "agent.id", "agent.name", "upstream.number"])
def test_a_text_that_shows_nothing_is_empty(front: Any, report: Any, field: str, nothing: str) -> None:
    whole = report | {"agent": {"id": "a-1", "name": "小王"}, "upstream": {"number": "1"}}
    name, _, below = field.partition(".")
    changed = whole | {name: whole[name] | {below: nothing} if below else nothing}
    assert front.refused("hotline", "register", changed)[:2] == ("empty_field", field)


def test_a_blank_number_is_none(front: Any, report: Any) -> None:
    registered, *_ = front.took(
        "hotline", "register", report | {"contact": {"phone": "\u200b\u3000", "wechat": "\u2060"}}
    )
    assert registered.requester is None


def test_what_somebody_says_is_kept_to_the_letter(front: Any, report: Any) -> None:
    said = "全角：ＡＢＣ１２３，①，\u200d家\n第二行\u3000空格"
    registered, *_ = front.took("hotline", "register", report | {"text": said})
    assert registered.text == said


def test_names_and_places_are_one_line_of_what_is_seen(front: Any, report: Any) -> None:
    odd = report | {"contact": {"name": "张\u200b三\u00a0"}, "place": {"text": "平凉路\r\n100弄（东门）"}}
    registered, *_ = front.took("hotline", "register", odd)
    assert registered.contact.name == "张三"
    assert registered.place.text == "平凉路 100弄（东门）"


def test_a_ticket_number_in_full_width_digits_names_the_ticket(front: Any, report: Any) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in ticket)
    for written in (wide, f"\u200b{ticket} ", f"{ticket}—2"):
        act = {"ticket": written, "by": {"id": "ｈ－１", "name": "陈工\u200b"}}
        received, _ = front.took("department.housing", "accept", act)
        assert received.ticket in (ticket, f"{ticket}-2")
        assert (received.action.by.id, received.action.by.name) == ("h-1", "陈工")


def test_a_device_and_its_visitor_are_the_same_however_they_are_written(front: Any, visit: Any) -> None:
    front.took("survey", "record-visit", visit)
    front.took("survey", "record-visit", visit | {"device": "ｐｈｏｎｅ－１\u200b", "visitor": "v\u20111"})


def test_a_household_is_the_same_however_it_is_written(front: Any, visit: Any) -> None:
    _, first, *_ = front.took("survey", "record-visit", visit)
    second, *_ = front.took("survey", "record-visit", visit | {"household": "三号楼\u3000２０１\u200b"})
    assert first.household == second.household


def test_the_same_content_spelled_with_invisible_characters_is_a_repeat(front: Any, report: Any) -> None:
    front.took("hotline", "register", report, submission="once")
    again = report | {"contact": {"phone": "138000０0001\u200b"}}
    assert front.take("hotline", "register", again, submission="once").word == "repeated"


def test_another_content_under_the_same_id_is_refused_naming_what_differs(front: Any, report: Any) -> None:
    front.took("hotline", "register", report, submission="once")
    other = report | {"text": "另外一件事情", "contact": {"phone": "13900000001"}, "category": "0101-01"}
    code, field, reason = front.refused("hotline", "register", other, submission="once")
    assert (code, field) == ("conflicting_repeat", "ce_id")
    assert "不同之处：category、contact.phone、text" in reason
    act = {"ticket": "26091407000013", "mode": "press", "text": report["text"]}
    assert "ce_type" in front.refused("hotline", "follow-up", act, submission="once")[2]


def test_many_fields_that_differ_are_not_all_named(front: Any, report: Any) -> None:
    front.took("hotline", "register", report, submission="once")
    other = report | {f"field{n:02}": n for n in range(30)}
    assert front.refused("hotline", "register", other, submission="once")[2].count("、") < 10


VISIBLE_FORMATS = {"\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f", "\u0890", "\u0891"}
"""Signs of Arabic and Syriac that span a number: format characters by name, seen nevertheless."""


def test_every_character_that_nobody_sees_is_known() -> None:
    unseen = {
        chr(point)
        for point in range(0x110000)
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Zs", "Zl", "Zp") and not blank(chr(point))
    }
    assert unseen - VISIBLE_FORMATS == {"\u08e2", "\U000110bd", "\U000110cd"}


def test_no_character_that_is_seen_is_lost() -> None:
    kept = ("L", "N", "P", "S")
    lost = {
        chr(point) for point in range(0x110000) if unicodedata.category(chr(point))[0] in kept and blank(chr(point))
    }
    assert lost == set("\u115f\u1160\u3164\uffa0\u2800")


@given(st.text())
@example("\u3000张\u3000三①１２３ﬁ١٢e\u0301👨\u200d👩")
def test_forms_are_final(text: str) -> None:
    assert seen(seen(text)) == seen(text)
    assert plain(plain(text)) == plain(text)
