"""Nobody outside speaks under the name of one of our own parts; what a door wrote itself is taken."""

from __future__ import annotations

from typing import Any, Final

import pytest

from doors.own import mark_of
from schemas.envelope import Envelope
from schemas.public import ReceiptGiven
from schemas.registry import channel_topic, party_of
from schemas.tickets import Registered
from schemas.values import PartyKind
from services.intake.core.reading import Reading, read

OFFICE: Final = channel_topic(PartyKind.OFFICE)
HOTLINE: Final = channel_topic(PartyKind.HOTLINE)
OURS: Final = ("liuhen/desk", "liuhen/intake/0", "door/wechat", "liuhen", "door", "Liuhen/desk", "DOOR/wechat")


@pytest.mark.parametrize("source", OURS)
@pytest.mark.parametrize("channel", ["hotline", "wechat"])
def test_a_record_from_outside_under_the_name_of_a_part_of_ours_is_refused(
    front: Any, report: Any, channel: str, source: str
) -> None:
    code, field, reason = front.refused(channel, "register", report, source=source)
    assert (code, field) == ("bad_envelope", "ce_source")
    assert "由本系统自用" in reason


@pytest.mark.parametrize("source", ["liuhen/desk", "liuhen/dispatch/0"])
def test_a_department_does_not_speak_as_the_door_at_which_its_people_act(front: Any, source: str) -> None:
    ticket = {"ticket": "26091400000017", "by": {"id": "c-17", "name": "陈工"}}
    assert front.refused("department.housing", "accept", ticket, source=source)[:2] == ("bad_envelope", "ce_source")


@pytest.mark.parametrize("source", ["liuhenxia/1", "doorbell/1", "call-centre/liuhen/desk", "区热线/door"])
def test_names_that_only_look_like_ours_are_anybodys(front: Any, report: Any, source: str) -> None:
    assert isinstance(front.took("hotline", "register", report, source=source)[0], Registered)


@pytest.mark.parametrize(
    "behind", [(), (("replayof", b"liuhen.inbound.wechat.v1/0@3"),)], ids=["as written", "put back"]
)
def test_what_a_door_wrote_is_taken(front: Any, report: Any, behind: tuple[tuple[str, bytes], ...]) -> None:
    key, wechat = front.state.config.secrets.key, party_of("liuhen.inbound.wechat.v1")
    headers = Envelope("w-1", "door/wechat", "liuhen.inbound.register.v1", front.now, "").headers()
    headers += [mark_of(key, wechat, "door/wechat", "w-1"), *behind]
    assert isinstance(front.took("wechat", "register", report, headers=headers)[0], Registered)


def test_a_call_that_was_taken_at_the_desk_is_answered_where_the_office_hears(front: Any, report: Any) -> None:
    hotline = party_of("liuhen.inbound.hotline.v1")
    headers = Envelope("c-1", "liuhen/desk", "liuhen.inbound.register.v1", front.now, "").headers()
    headers.append(mark_of(front.state.config.secrets.key, hotline, "liuhen/desk", "c-1"))

    at_the_desk = front.take("hotline", "register", report, headers=headers)
    by_the_hotline = front.take("hotline", "register", report)

    assert {each.topic for each in at_the_desk.says if isinstance(each.message, ReceiptGiven)} == {OFFICE}
    assert {each.topic for each in by_the_hotline.says if isinstance(each.message, ReceiptGiven)} == {HOTLINE}


@pytest.mark.parametrize(
    ("party", "source", "id_", "key"),
    [
        ("hotline", "door/wechat", "w-1", "the key of nobody"),
        ("wechat", "door/wechat", "w-2", None),
        ("hotline", "door/wechat", "w-1", None),
        ("wechat", "liuhen/desk", "w-1", None),
    ],
    ids=["another key", "another submission", "another party", "another part"],
)
def test_a_mark_of_something_else_opens_nothing(
    front: Any, report: Any, party: str, source: str, id_: str, key: str | None
) -> None:
    own = key.encode() if key else front.state.config.secrets.key
    headers = Envelope("w-1", "door/wechat", "liuhen.inbound.register.v1", front.now, "").headers()
    headers.append(mark_of(own, party_of(f"liuhen.inbound.{party}.v1"), source, id_))
    assert front.refused("wechat", "register", report, headers=headers)[:2] == ("bad_envelope", "ce_source")


def test_who_is_refused_is_answered_under_the_name_that_was_used(front: Any) -> None:
    headers = Envelope("s-1", "liuhen/desk", "liuhen.inbound.register.v1", front.now, "").headers()
    found = read(party_of("liuhen.inbound.hotline.v1"), headers, b"{}", front.state.config.secrets.key)
    assert isinstance(found, Reading)
    assert (found.source, found.id) == ("liuhen/desk", "s-1")
