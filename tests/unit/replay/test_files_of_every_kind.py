"""A file is read in the encoding and with the dates that it has, and its repeats are counted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from doors.spreadsheet import write_xlsx
from tools.errors import SaidClearly
from tools.local.instance import Instance
from tools.replay.mapping import FileMapping, load_mapping
from tools.replay.policies import assemble
from tools.replay.records import read_rows, records, repeats
from tools.replay.system import free_name

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = ("编号", "时间", "内容")
ROWS = (COLUMNS, ("1", "2020/11/2 9:05", "路灯不亮"), ("2", "2020-11-03T10:00:00", "水管爆裂"))


def mapping(**more: object) -> FileMapping:
    given = {"title": "t", "zone": "Asia/Shanghai", "channel": "hotline", "life": "claimed", "id": "编号", "at": "时间"}
    fields = {"text": {"column": "内容"}, "occurred_at": {"column": "时间", "local_time": True}}
    return FileMapping.model_validate({**given, "fields": fields, "dates": ["%Y/%m/%d %H:%M", "excel"], **more})


def written(tmp_path: Path, encoding: str, rows: tuple[tuple[str, ...], ...] = ROWS) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding=encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_what_chinese_offices_write_is_read_without_being_named(tmp_path: Path, encoding: str) -> None:
    found = records(read_rows(written(tmp_path, encoding), mapping()), mapping())

    assert [record.at for record in found] == [
        datetime(2020, 11, 2, 9, 5, tzinfo=ZONE),
        datetime(2020, 11, 3, 10, tzinfo=ZONE),
    ]
    assert "路灯不亮" in found[0].body.decode()


def test_another_encoding_is_named_in_the_mapping_and_one_that_fits_nothing_is_said(tmp_path: Path) -> None:
    file = written(tmp_path, "utf-16")

    assert len(read_rows(file, mapping(encoding="utf-16"))) == 2
    with pytest.raises(SaidClearly, match="请在映射里写明 encoding"):
        read_rows(file, mapping(encoding="ascii"))


def test_a_workbook_is_read_with_the_days_that_it_counts(tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    write_xlsx(file, {"工单": (COLUMNS, ("1", 44137.378472222, "路灯不亮"), ("2", "", "水管爆裂"))})

    first, second = read_rows(file, mapping())

    assert mapping().instant(first["时间"]) == datetime(2020, 11, 2, 9, 5, tzinfo=ZONE)
    assert (second["时间"], second["内容"]) == ("", "水管爆裂")


def test_rows_that_repeat_an_earlier_one_are_counted_by_why(tmp_path: Path) -> None:
    again = (*ROWS, ROWS[1], ("2", "2020-11-03T10:00:00", "另外一件事"))

    cases = records(read_rows(written(tmp_path, "utf-8", again), mapping()), mapping())

    assert len(cases) == 4
    assert repeats(cases) == {"same_row": 1, "same_id": 1}


def test_a_policy_may_lie_anywhere(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "policy.yaml").write_text(
        "name: 别处\nversion: '9'\narea: 别区\nprogress_page: https://x.example\n", encoding="utf-8"
    )

    found = assemble(own, tmp_path / "whole")

    assert "别处" in (found / "policy.yaml").read_text("utf-8")
    assert (found / "limits.yaml").exists()
    with pytest.raises(SaidClearly, match="没有规则的目录"):
        assemble(tmp_path / "nowhere", tmp_path / "out")


def test_an_instance_that_is_kept_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    running = {"replay", "replay-2"}
    monkeypatch.setattr(Instance, "is_running", lambda self: self.name in running)

    assert free_name("replay") == "replay-3"
    assert free_name("other") == "other"


def test_every_mapping_of_the_project_says_how_it_is_read() -> None:
    assert load_mapping("work-orders").encoding is None
