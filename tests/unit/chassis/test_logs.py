"""Lines are JSON, and no exception's words get out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

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
