"""Of a caller's tickets is kept how they began, as corrected since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from doors.keyed import hashed, phone_key
from schemas.correction import Correction
from schemas.dispatch import AnsweredOnLine, Corrected, Opened
from schemas.examples import example
from schemas.message import Message, contracts
from services.desk.core.callers import CallerChange, CallerRow, shown
from services.desk.reactions import heard
from tests.support.desk import RULES

TICKET: Final = "26091407000015"
NOON: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)


def made(name: str, **fields: Any) -> Any:
    model: type[Message] = contracts()[f"liuhen.dispatch.{name}.v1"]
    return model.model_validate({**example(model).model_dump(), **fields})


def row(**fields: Any) -> dict[str, Any]:
    begun = {"ticket": TICKET, "at": NOON, "place": "国和路100号", "text": "楼道积水", "confidential": False}
    return {**begun, "state": "dispatched", "tier": "simple", "upstream": None, "upstream_due": None, **fields}


def test_a_number_is_one_however_it_is_written_and_nobody_finds_it_without_the_key() -> None:
    key = phone_key(b"key", "13812345678")

    assert key == phone_key(b"key", "+86 138-1234-5678") == hashed(b"key", "phone", "+8613812345678")
    assert key != phone_key(b"another", "13812345678")
    assert phone_key(b"key", "12") is None


def test_a_part_began_when_its_whole_was_registered() -> None:
    earlier = NOON - timedelta(hours=3)
    opened: Opened = made("opened", requester="hash", registered_at=earlier)

    found = heard(TICKET, NOON, opened)

    assert isinstance(found, CallerRow)
    assert (found.ticket, found.requester, found.at, found.text) == (TICKET, "hash", earlier, opened.text)


def test_what_an_agent_answered_on_the_line_is_found_without_its_words() -> None:
    answered: AnsweredOnLine = made("answered-on-line", requester="hash")

    found = heard(TICKET, NOON, answered)

    assert isinstance(found, CallerRow)
    assert (found.requester, found.at, found.text, found.answered) == ("hash", NOON, None, True)


def test_a_correction_changes_what_it_names() -> None:
    fact: Corrected = made("corrected", new=Correction(text="楼道漏水", requester="another"))

    found = heard(TICKET, NOON, fact)

    assert isinstance(found, CallerChange)
    assert (found.requester, found.text, found.place, found.confidential) == ("another", "楼道漏水", None, None)


def test_numbers_that_nobody_should_have_written_are_masked() -> None:
    told = shown(row(text="身份证11010519491231002X"), RULES)
    assert "11010519491231002X" not in told["text"]


def test_a_ticket_is_due_when_its_requester_was_promised_it() -> None:
    # given that a simple one takes a working day, whatever its department has to do before
    assert shown(row(), RULES)["due"] == datetime(2026, 9, 15, 9, 30, tzinfo=UTC)
    # but the city wants it earlier
    city = NOON + timedelta(hours=20)
    assert shown(row(upstream="C-1", upstream_due=city), RULES)["due"] == city
    # and nobody is promised anything before an order, or any more once it is over
    assert shown(row(tier=None, state=None), RULES)["due"] is None
    assert shown(row(state="closed"), RULES)["due"] is None


def test_by_when_the_city_wants_it_is_kept_of_its_beginning() -> None:
    opened: Opened = made("opened", upstream={"number": "C-1", "due": NOON})

    found = heard(TICKET, NOON, opened)

    assert isinstance(found, CallerRow)
    assert (found.upstream, found.upstream_due) == ("C-1", NOON)
