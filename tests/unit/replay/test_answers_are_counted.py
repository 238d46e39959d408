"""Each answer of the door belongs to one row and is counted once."""

from __future__ import annotations

from schemas.public import ReceiptGiven
from tests.support import receipts
from tools.replay.casebook import Casebook
from tools.replay.records import CaseRecord

ROWS = [CaseRecord(name, None, b"{}") for name in ("a", "b", "c", "d")]
TICKET = "26091403000175"


def given(submission: str, *, follow_up: bool = False) -> ReceiptGiven:
    return receipts.given(submission=submission, tickets=(TICKET,), follow_up=follow_up)


def test_a_row_is_accepted_pressed_for_or_refused_with_its_reason() -> None:
    book = Casebook(ROWS)

    began = book.note(given("a"))
    pressed = book.note(given("b", follow_up=True))
    book.note(receipts.refused(submission="c", code="due_before_occurred"))

    assert began == (TICKET, ROWS[0])
    assert pressed is None
    assert dict(book.counts) == {"accepted": 1, "follow_up": 1, "due_before_occurred": 1}
    assert "d" not in book.answered


def test_a_repeated_answer_counts_once() -> None:
    book = Casebook(ROWS)

    book.note(given("a"))

    assert book.note(given("a")) is None
    assert dict(book.counts) == {"accepted": 1}


def test_answers_to_others_do_not_count() -> None:
    book = Casebook(ROWS)

    assert book.note(given("somebody else's")) is None
    assert dict(book.counts) == {}
