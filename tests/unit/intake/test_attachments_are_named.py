"""A submission names attachments that its own party uploaded, by id and hash, and each only once."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.attachments import Attached
from schemas.tickets import ActionReceived, Registered
from services.intake.core.state import KnownAttachment

ID, OTHER = "A7Q2M8ZK4D1XBW3HN5VT0", "A3K9V8TQ2M7HA6ZP1XC8D"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PHOTO = Attached(id=ID, sha256=HASH, size=1_843_220, media="image/jpeg")


@pytest.fixture
def door(front: Any) -> Any:
    """A door at which the WeChat account, the survey and the housing bureau uploaded something."""
    for id_, party in (
        (ID, "wechat"),
        (OTHER, "wechat"),
        ("A" + "1" * 20, "survey"),
        ("A" + "2" * 20, "department:housing"),
    ):
        front.state.attachments[id_] = KnownAttachment(id_, party, HASH, 1_843_220, "image/jpeg")
    return front


def named(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "sha256": HASH} for each in ids or (ID,)]


def test_a_report_carries_what_it_names(door: Any, report: Any) -> None:
    registered, _ = door.took("wechat", "register", report | {"attachments": named()})
    assert isinstance(registered, Registered)
    assert registered.attachments == (PHOTO,)
    assert door.state.attachments[ID].receipt == registered.receipt


def test_a_repeated_report_carries_it_to_the_ticket_that_exists(door: Any, report: Any) -> None:
    door.took("wechat", "register", report)
    received, _ = door.took("wechat", "register", report | {"attachments": named()})
    assert isinstance(received, ActionReceived)
    assert received.attached == (PHOTO,)


def test_a_visit_carries_what_each_problem_names(door: Any, visit: Any) -> None:
    photo = "A" + "1" * 20
    problems = [{"text": "楼道里的灯坏了", "attachments": named(photo)}, {"text": "小区门口的路面有一个坑"}]
    told = door.took("survey", "record-visit", visit | {"problems": problems})
    registered = [each for each in told if isinstance(each, Registered)]
    assert [[one.id for one in each.attachments or ()] for each in registered] == [[photo], []]


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        (named("A" + "9" * 20), "unknown_attachment", "attachments.0"),
        (named("A" + "1" * 20), "unknown_attachment", "attachments.0"),
        (named(ID, ID), "repeated_attachment", "attachments.1"),
        ([{"id": ID, "sha256": "0" * 64}], "attachment_differs", "attachments.0.sha256"),
        ([{"id": ID}], "missing_field", "attachments.0.sha256"),
        ([{"id": "../../etc/passwd", "sha256": HASH}], "malformed", "attachments.0.id"),
        (named(ID) * 10, "wrong_count", "attachments"),
        ([{"id": ID, "sha256": HASH, "size": 1}], "unknown_field", "attachments.0.size"),
    ],
)
def test_what_cannot_be_named_is_refused_with_its_field(
    door: Any, report: Any, wanted: Any, code: str, field: str
) -> None:
    said, where, reason = door.refused("wechat", "register", report | {"attachments": wanted})
    assert (said, where) == (code, field)
    assert "请" in reason


def test_what_one_submission_names_no_other_one_can(door: Any, report: Any) -> None:
    door.took("wechat", "register", report | {"attachments": named()})
    other = report | {"text": "小区门口的窨井盖不见了很危险", "attachments": named()}
    code, _, _ = door.refused("wechat", "register", other)
    assert code == "unknown_attachment"


def test_a_submission_that_comes_again_names_the_same(door: Any, report: Any) -> None:
    content = report | {"attachments": named()}
    door.took("wechat", "register", content, submission="s-1")
    assert door.take("wechat", "register", content, submission="s-1").word == "repeated"
