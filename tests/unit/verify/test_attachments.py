"""What a message names was uploaded, and what nobody names is not kept for long; whatever else is found by name."""

from __future__ import annotations

from datetime import timedelta

from schemas.attachments import Attached
from schemas.registry import TICKETS
from schemas.tickets import Registered
from tests.support.dispatch.story import registered
from tests.support.verify import MONDAY, stood
from tools.verify.attachments import AttachmentRow, attachments_kept, contents_gone
from tools.verify.submissions import DoorFacts

ID = "A7Q2M8ZK4D1XBW3HN5VT0"
PHOTO = Attached(id=ID, sha256="a" * 64, size=1, media="image/jpeg")


def row(sha256: str = "a" * 64, receipt: str | None = "R0123456789AB", *, removed: bool = False) -> AttachmentRow:
    return AttachmentRow(sha256, MONDAY, receipt, removed)


def found(fact: Registered, kept: AttachmentRow | None, hours: int = 0) -> list[str]:
    rows = {ID: kept} if kept else {}
    facts = DoorFacts()
    facts.take(stood(1, fact, topic=TICKETS))
    return [each.text for each in attachments_kept(facts.named, rows, rows, MONDAY + timedelta(hours=hours)).findings]


def test_what_was_uploaded_and_is_named_is_no_finding() -> None:
    assert found(registered(attachments=(PHOTO,)), row()) == []
    assert found(registered(), row(receipt=None)) == []
    assert found(registered(), row(receipt=None, removed=True), hours=5) == []


def test_what_never_was_or_is_another_content_is_found() -> None:
    assert len(found(registered(attachments=(PHOTO,)), None)) == 1
    assert len(found(registered(attachments=(PHOTO,)), row("b" * 64))) == 1


def test_what_is_kept_for_no_message_is_found() -> None:
    assert len(found(registered(), row())) == 1
    assert len(found(registered(), row(receipt=None), hours=5)) == 1


def left(kept: set[str] | None, *, gone: bool, due: bool = True) -> list[str]:
    """What is found of one removed attachment, where the store still keeps these."""
    rows = {ID: AttachmentRow("a" * 64, MONDAY, None, removed=True, gone=gone)}
    return [each.text for each in contents_gone(rows, kept, rows, {ID} if due else ()).findings]


def test_what_was_removed_is_gone_from_the_store() -> None:
    assert left(set(), gone=True) == []
    assert left({ID}, gone=True) == ["附件已删除，内容还没有从存放处清除"]
    assert left({ID}, gone=False) == ["附件已删除，内容还没有从存放处清除"]
    # what was removed meanwhile is still on its way
    assert left({ID}, gone=False, due=False) == []


def test_a_content_that_nobody_uploaded_is_found_and_an_unknown_store_is_said() -> None:
    assert contents_gone({}, {ID}, {}, ()).findings[0].text == "存放处有内容，没有上传的记录"
    assert left(None, gone=True) == ["没有写明附件存放在哪里，无法核对已删除的内容"]
