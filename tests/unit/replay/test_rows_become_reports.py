"""A file's rows become reports by a mapping that is data; no row is dropped and no value is repaired."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tools.errors import SaidClearly
from tools.replay.mapping import FieldRule, FileMapping, load_mapping
from tools.replay.records import CaseRecord, read_rows, records

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def told(orders: Path) -> dict[str, CaseRecord]:
    mapping = load_mapping("work-orders")
    return {record.id: record for record in records(read_rows(orders, mapping), mapping)}


def body(record: CaseRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record.body)
    return found


def test_every_row_becomes_a_record_and_they_go_in_by_their_times(orders: Path) -> None:
    mapping = load_mapping("work-orders")

    ids = [record.id for record in records(read_rows(orders, mapping), mapping)]

    assert ids.index("C1") < ids.index("C2") < ids.index("C3")
    assert sorted(ids) == ["C1", "C2", "C3", "line-5"]


def test_columns_become_fields_with_the_zone_of_the_file(told: dict[str, CaseRecord]) -> None:
    report = body(told["C1"])

    assert report["occurred_at"] == "2020-11-02T09:00:00+08:00"
    assert report["upstream"] == {"number": "T1", "due": "2020-11-03T09:00:00+08:00"}
    assert report["category"] == "9001-03"
    assert "120字" in report["text"]


def test_the_tier_follows_from_the_hours_that_the_file_gives(told: dict[str, CaseRecord]) -> None:
    assert body(told["C1"])["tier"] == "complex"
    assert body(told["C2"])["tier"] == "urgent"


def test_what_the_row_says_of_its_life_is_kept(told: dict[str, CaseRecord]) -> None:
    assert told["C1"].handled_at == datetime(2020, 11, 4, 10, tzinfo=ZONE)
    assert told["C1"].extended_to == datetime(2020, 11, 5, 9, tzinfo=ZONE)
    assert (told["C1"].supervised, told["C1"].redo) == (True, False)
    assert (told["C2"].supervised, told["C2"].redo) == (False, True)
    assert told["C3"].handled_at is None


def test_dirt_is_sent_as_it_is_for_the_door_to_refuse(told: dict[str, CaseRecord]) -> None:
    due_before, no_time = body(told["C3"]), body(told["line-5"])

    assert due_before["category"] == "不存在的单位"
    assert due_before["upstream"]["due"] < due_before["occurred_at"]
    assert due_before["upstream"]["number"] == "未注明"
    assert no_time["occurred_at"] == "昨天下午"
    assert told["line-5"].at is None


def test_times_can_be_moved_together(orders: Path) -> None:
    mapping = load_mapping("work-orders")
    rows = read_rows(orders, mapping)

    moved = {record.id: record for record in records(rows, mapping, timedelta(days=10))}

    assert moved["C1"].at == datetime(2020, 11, 12, 9, tzinfo=ZONE)
    assert body(moved["C1"])["upstream"]["due"] == "2020-11-13T09:00:00+08:00"


def test_another_kind_of_file_is_named_by_what_it_lacks(orders: Path) -> None:
    with pytest.raises(SaidClearly, match="没有列 留言主题"):
        read_rows(orders, load_mapping("citizen-messages"))


def test_a_limit_reads_the_first_rows_only(orders: Path) -> None:
    assert len(read_rows(orders, load_mapping("work-orders"), 2)) == 2


def test_a_message_is_searched_for_its_kind_and_its_place(tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    header = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情")
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, ("7", "甲", "投诉A3区噪音扰民", "2019-03-01T22:00:00", "夜间施工")])
    mapping = load_mapping("citizen-messages")

    (record,) = records(read_rows(file, mapping), mapping)

    report = body(record)
    assert report["kind"] == "complain"
    assert report["place"]["subdistrict"] == "jiangpu"
    assert report["contact"] == {"wechat": "甲"}
    assert "category" not in report


def test_a_rule_has_exactly_one_origin() -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        FieldRule(column="a", constant="b")


def test_an_unknown_mapping_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(SaidClearly, match="work-orders"):
        load_mapping("no-such")


def test_a_mapping_of_ones_own_is_a_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "title: own\nzone: Asia/Shanghai\nchannel: hotline\nlife: claimed\nid: a\nat: b\n"
        "fields:\n  text: {template: '{c} and {a}'}\n  kind: {constant: help}\n",
        encoding="utf-8",
    )

    mapping = load_mapping(str(own))

    assert isinstance(mapping, FileMapping)
    assert mapping.columns() == {"a", "b", "c"}
