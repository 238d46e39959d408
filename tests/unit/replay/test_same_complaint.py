"""People with the same complaint are found by their words; one person alone is no incident."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tools.replay.alike import incidents
from tools.replay.mapping import SameComplaint
from tools.replay.records import CaseRecord

RULE = SameComplaint(column="said", likeness=72, within=timedelta(days=30))
START = datetime(2019, 3, 1, tzinfo=UTC)


def message(name: str, author: str, said: str, *, day: int = 0) -> CaseRecord:
    sent = json.dumps({"contact": {"wechat": author}}).encode()
    return CaseRecord(name, START + timedelta(days=day), sent, said=said)


def test_different_people_with_nearly_the_same_words_are_one_incident() -> None:
    told = [
        message("1", "甲", "伊景园滨河苑捆绑销售车位"),
        message("2", "乙", "路灯不亮已经三个月了请派人维修"),
        message("3", "丙", "投诉伊景园滨河苑捆绑销售车位", day=3),
        message("4", "丁", "伊景园滨河苑捆绑销售车位问题", day=5),
    ]

    assert incidents(told, RULE) == {"3": "1", "4": "1"}


def test_the_same_person_again_is_no_incident() -> None:
    told = [message("1", "甲", "小区门口夜间施工噪音扰民"), message("2", "甲", "小区门口夜间施工噪音扰民", day=1)]

    assert incidents(told, RULE) == {}


def test_what_lies_far_apart_in_time_is_no_incident() -> None:
    told = [message("1", "甲", "小区门口夜间施工噪音扰民"), message("2", "乙", "小区门口夜间施工噪音扰民", day=40)]

    assert incidents(told, RULE) == {}
