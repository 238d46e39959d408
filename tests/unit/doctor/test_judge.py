"""A finding names what is wrong and what to do next, and the worst decides the exit code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tools.doctor.judge import Disk, LastVerified, Look, Part, Severity, Tables, judge

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
WELL = Look(
    now=NOW,
    real=NOW,
    parts=(Part("kafka", alive=True, ready=True), Part("sla", alive=True, ready=True)),
    members={"sla": 1},
    waiting={"sla": 3},
    tables={"sla": Tables()},
    disk=Disk(total=100, free=60, daily=1),
    verified=LastVerified(NOW - timedelta(hours=8), broken=0),
    first_step=NOW - timedelta(days=80),
    calendar_until=NOW + timedelta(days=90),
    roster_until=NOW + timedelta(days=30),
)


def test_a_system_of_its_first_day_needs_no_verify_yet() -> None:
    assert judge(replace(WELL, verified=None, first_step=NOW - timedelta(hours=20))) == []
    assert judge(replace(WELL, verified=None, first_step=None)) == []


def test_where_all_is_well_nothing_is_said() -> None:
    assert judge(WELL) == []


@pytest.mark.parametrize(
    ("look", "severity", "about", "words"),
    [
        (replace(WELL, parts=(Part("sla", alive=False, ready=False),)), Severity.CRITICAL, "sla", "已经结束"),
        (replace(WELL, parts=(Part("sla", alive=True, ready=False),)), Severity.CRITICAL, "sla", "没有就绪"),
        (replace(WELL, members=None), Severity.CRITICAL, "消息系统", "没有应答"),
        (replace(WELL, tables=None), Severity.CRITICAL, "数据库", "没有应答"),
        (replace(WELL, members={"sla": 0}, waiting={"sla": 32}), Severity.CRITICAL, "sla", "32 条在等"),
        (replace(WELL, waiting={"sla": 40_000}), Severity.WARNING, "sla", "40000 条在等"),
        (replace(WELL, tables={"sla": Tables(paused=("2",))}), Severity.CRITICAL, "sla", "分区 2 停住"),
        (replace(WELL, tables={"sla": Tables(parked=1)}), Severity.CRITICAL, "sla", "1 张工单被搁置"),
        (replace(WELL, tables={"sla": Tables(dead_letters=2)}), Severity.WARNING, "sla", "2 件死信"),
        (replace(WELL, tables={"sla": Tables(outside_of_months=5)}), Severity.WARNING, "sla", "不在所属月份"),
        (replace(WELL, tables={"trace": Tables(untold=3)}), Severity.WARNING, "通知", "3 件在办工单有通知没有送到"),
        (replace(WELL, tables={"trace": Tables(otherwise_at_city=2)}), Severity.WARNING, "市级平台", "有 2 处不同"),
        (replace(WELL, tables={"notify": Tables(kept_from_city=4)}), Severity.WARNING, "市级平台", "4 条办理情况报过"),
        (
            replace(WELL, parts=(Part("sla", alive=True, ready=False, waits=("database",)),)),
            *(Severity.CRITICAL, "sla", "没有就绪：数据库"),
        ),
        (
            replace(WELL, members=None, parts=(Part("sla", alive=True, ready=False, waits=("broker",)),)),
            *(Severity.CRITICAL, "消息系统", "没有应答"),
        ),
        (
            replace(WELL, tables=None, parts=(Part("sla", alive=True, ready=False, waits=("database", "opening")),)),
            *(Severity.CRITICAL, "数据库", "没有应答"),
        ),
        (
            replace(WELL, verified=LastVerified(NOW - timedelta(hours=8), broken=2)),
            *(Severity.CRITICAL, "核验", "2 项承诺没有守住"),
        ),
        (
            replace(WELL, verified=LastVerified(NOW - timedelta(hours=40), broken=0)),
            *(Severity.WARNING, "核验", "40 小时没有核验了"),
        ),
        (replace(WELL, verified=None), Severity.WARNING, "核验", "从来没有核验"),
        (replace(WELL, broker_ahead=timedelta(minutes=3)), Severity.CRITICAL, "消息系统的时钟", "快 180.0 秒"),
        (replace(WELL, certificates={"CA": NOW + timedelta(days=12)}), Severity.WARNING, "CA", "还剩 12 天"),
        (replace(WELL, certificates={"CA": NOW}), Severity.CRITICAL, "CA", "已过期"),
        (replace(WELL, topics=("a", "b", "c", "d")), Severity.CRITICAL, "主题", "a、b、c 等 4 个"),
        (replace(WELL, database_ahead=timedelta(seconds=-9)), Severity.WARNING, "数据库的时钟", "慢 9.0 秒"),
        (replace(WELL, disk=Disk(total=100, free=5)), Severity.WARNING, "磁盘", "5%"),
        (replace(WELL, disk=Disk(total=100, free=50, daily=10)), Severity.WARNING, "磁盘", "还够 5 天"),
        (replace(WELL, calendar_until=NOW + timedelta(days=9)), Severity.WARNING, "日历", "还剩 9 天"),
        (replace(WELL, calendar_until=NOW), Severity.CRITICAL, "日历", "已到头"),
        (replace(WELL, roster_until=NOW + timedelta(days=2)), Severity.WARNING, "值班", "只排到"),
    ],
)
def test_each_thing_that_is_wrong_is_one_finding_with_what_to_do(
    look: Look, severity: Severity, about: str, words: str
) -> None:
    (finding,) = judge(look)
    assert (finding.severity, finding.about) == (severity, about)
    assert words in finding.words
    assert finding.then


def test_the_worst_stands_first() -> None:
    look = replace(WELL, disk=Disk(total=100, free=5), members={"sla": 0})
    assert [finding.severity for finding in judge(look)] == [Severity.CRITICAL, Severity.WARNING]
