"""What a message says is read, with the values of an example, before anybody is told it."""

from __future__ import annotations

from datetime import UTC, datetime

from rulebook import load_policy
from rulebook.messages import MESSAGES, VARIABLES
from rulebook.previewing import EXAMPLE, said_by
from rulebook.trying import TriedChange, file_of, tried
from tools.layout import POLICY

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)


def test_each_variable_has_an_example() -> None:
    assert EXAMPLE.keys() | {"area"} == VARIABLES


def test_every_message_is_said_by_each_of_its_ways() -> None:
    found = said_by(load_policy(POLICY))

    assert {(each.code, each.way) for each in found} == {
        (code, way) for code, it in MESSAGES.items() for way in it.ways
    }
    assert all(each.text and "{{" not in each.text for each in found)


def test_a_changed_template_is_shown_as_it_reads_now_and_as_it_would() -> None:
    text = file_of(POLICY, "templates.yaml")
    other = text.replace("的{{ '答复' if goodwill else '办结' }}期限现为{{ due }}", "改为{{ due }}前办结")

    found = tried(POLICY, "templates.yaml", other, [], NOON)

    assert isinstance(found, TriedChange)
    assert {each.after.code for each in found.messages} == {"requester-due-changed"}
    sms = next(each for each in found.messages if each.after.way == "sms")
    assert sms.before is not None
    assert "办结期限现为9月21日17:30" in sms.before.text
    assert "改为9月21日17:30前办结" in sms.after.text
