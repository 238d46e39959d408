"""Lines are JSON, and no exception's words get out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
import structlog

from chassis import logs
from chassis.service import Record

RECORD = Record("liuhen.tickets.v1", 2, 17, b"k", b"v", (), datetime(2026, 9, 14, tzinfo=UTC))


def test_each_record_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = logs.Line(RECORD, "said", "", "liuhen.tickets.registered.v1", 'odd"\n subject', 3)
    logs.Canonical("json", "dispatch", "1").write([line, logs.Line(RECORD, "repeat")], 1.5)
    told = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [each["outcome"] for each in told] == ["said", "repeat"]
    assert (told[0]["topic"], told[0]["partition"], told[0]["offset"]) == ("liuhen.tickets.v1", 2, 17)
    assert (told[0]["subject"], told[0]["events"], told[0]["ms"]) == ('odd"\n subject', 3, 1.5)


def test_an_exception_is_told_by_kind_and_place_without_its_words() -> None:
    def fail() -> None:
        raise ValueError("call 13800001111")

    with pytest.raises(ValueError, match="call") as caught:
        fail()
    told = logs.where(caught.value)
    assert told[0] == "ValueError"
    assert any("fail" in place for place in told)
    assert "13800001111" not in str(told)


@pytest.fixture
def configured() -> Iterator[None]:
    """Whatever a test sets up of logging is gone after it."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


NUMBERS = ("310110199003071237", "6222021001123456789", "13800138000")


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize("number", NUMBERS)
def test_no_line_quotes_anybodys_number(
    capsys: pytest.CaptureFixture[str], number: str, kind: Literal["json", "console"]
) -> None:
    logs.configure(kind, "intake", "1")
    structlog.get_logger().error("refused", detail=f"号码{number}有误")
    logging.getLogger("aiokafka").error("cannot read %s", number)
    logs.Canonical(kind, "intake", "1").write([logs.Line(RECORD, "refused", subject=number)], 1.0)
    told = capsys.readouterr().out
    assert told.count("\n") >= 3
    assert number not in told


def test_what_a_ticket_and_a_time_are_stays_readable() -> None:
    for said in ("26091403000175", "R0123456789AB", "2026-11-28T14:30:55.123456+08:00", "91380013800055"):
        assert logs.hidden(said) == said
