"""Everything that operations look at is asked of a Prometheus that watched the real system live through some days."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import asyncpg
import pytest
import yaml

from chassis.clock import Clock
from tools.demo.system import Play
from tools.errors import SaidClearly
from tools.layout import DEPLOY
from tools.local.instance import Instance
from tools.local.people import EVERYBODY, start_people
from tools.local.programs import find
from tools.prepare.roles import READER

PLAY: Final = Play(start=date(2026, 9, 14), days=7, tickets=40, seed=7, speed=15_000)
PATIENCE: Final = 150.0
MACROS: Final = {"$__rate_interval": "30s", "$__range": "10m", "$__interval": "5s"}

MAY_BE_EMPTY: Final = {
    "进门被拒的原因（每小时）",
    "不合规的操作（每小时）",
    "逾期占结束时限的比例",
    "死信（累计，按主题与原因）",
    "不该发生的事",
    "重试（每分钟）",
    "待外发的消息",
    "对方收下的通知，后来怎样",
    "HTTP 入口的答复（每秒）",
    "各单位在办与逾期",
    "一次少做（每分钟）",
}
"""What shows nothing where nothing went wrong, or where nobody used that door."""
MUST_MOVE: Final = {
    "在办工单",
    "官方日历还剩",
    "各步累计（所选时段）",
    "结案评判（所选时段）",
    "各单位办结（所选时段）",
    "每小时的步数",
    "来件渠道（每小时）",
    "时限的来去（所选时段）",
    "送达（每小时）",
    "送达结果（所选时段）",
    "服务",
    "就绪",
    "处理记录（每秒）",
    "发布（每秒）",
    "一步用时 p99",
    "分区事务用时 p99",
    "定时器（每秒）",
    "内存",
    "运行时长",
    "消息系统与数据库",
    "磁盘剩余",
    "数据库大小",
    "数据库连接",
}
"""What would be wrong if it stood at zero after some days of work."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A system that worked for some days, and the Prometheus that watched it."""

    url: str
    since: float
    totals: str
    """The database, as the role that reads totals."""

    def ask(self, path: str, **words: object) -> Any:
        """Ask Prometheus; a query that it refuses is a failed test."""
        try:
            with urlopen(f"{self.url}/api/v1/{path}?{urlencode(words)}", timeout=10) as page:  # noqa: S310 - it is ours
                answer = json.load(page)
        except HTTPError as error:
            pytest.fail(f"{words}: {error.read().decode()}")
        assert not answer.get("warnings"), (words, answer["warnings"])
        return answer["data"]

    def numbers(self, query: str, *, instant: bool) -> list[float]:
        """Every number that a query comes to, over the whole time or now; what is no number is a failed test."""
        for macro, value in MACROS.items():
            query = query.replace(macro, value)
        if instant:
            samples = [one["value"] for one in self.ask("query", query=query)["result"]]
        else:
            data = self.ask("query_range", query=query, start=self.since, end=time.time(), step=5)
            samples = [value for series in data["result"] for value in series["values"]]
        assert "NaN" not in {text for _, text in samples}, query
        return [float(text) for _, text in samples]

    def counted(self, query: str) -> list[float]:
        """Every number that a query of totals comes to, over the time that was lived, for the role of dashboards."""
        for macro, value in {
            "$__timeFrom()": "'-infinity'::timestamptz",
            "$__timeTo()": "'infinity'::timestamptz",
        }.items():
            query = query.replace(macro, value)

        async def asked() -> list[float]:
            connection = await asyncpg.connect(self.totals)
            try:
                rows = await connection.fetch(query)
            finally:
                await connection.close()
            return [float(value) for row in rows for value in row.values() if isinstance(value, int | Decimal)]

        return asyncio.run(asked())

    def wait(self, query: str, wanted: Callable[[float], bool]) -> None:
        """Wait until the largest number of a query is as wanted."""
        until = time.monotonic() + PATIENCE
        while not any(map(wanted, self.numbers(query, instant=True))):
            if time.monotonic() > until:
                pytest.fail(f"{query} was not as wanted after {PATIENCE:.0f} s")
            time.sleep(1)


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """Given a district that lives through a week in half a minute."""
    try:
        find("prometheus")
    except SaidClearly as said:
        pytest.skip(str(said))
    with Instance(ephemeral=True) as system:
        since = time.time()
        system.clock = PLAY.clock()
        system.start_services()
        system.start_prometheus()
        story = {
            "LIUHEN_START": PLAY.start.isoformat(),
            "LIUHEN_LENGTH": str(PLAY.days),
            "LIUHEN_TICKETS": str(PLAY.tickets),
            "LIUHEN_SEED": str(PLAY.seed),
            "LIUHEN_DONE": str(system.home / "told"),
        }
        prometheus = Watched(system.url("prometheus"), since, system.postgres_dsn(READER))
        prometheus.wait('sum(up{job="liuhen"})', lambda up: up == len(system.plan.services))
        start_people(system, EVERYBODY, story)
        clock = Clock.parse(system.clock)
        prometheus.wait('sum(liuhen_events_total{type="liuhen.dispatch.closed.v1"})', lambda closed: closed > 0)
        prometheus.wait('liuhen_now_timestamp_seconds{service="sla"}', lambda now: now > PLAY.ends_at.timestamp())
        assert clock.now() > PLAY.ends_at
        yield prometheus


def _panels() -> list[Any]:
    files = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
    panels = [(path.stem, panel) for path in files for panel in json.loads(path.read_text("utf-8"))["panels"]]
    return [pytest.param(panel, id=f"{name}-{panel['id']}") for name, panel in panels if panel["type"] != "row"]


def _alerts() -> list[Any]:
    rules = DEPLOY / "prometheus" / "rules"
    groups = [
        group for path in sorted(rules.glob("*.yml")) for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
    ]
    return [pytest.param(rule, id=rule["alert"]) for group in groups for rule in group["rules"] if "alert" in rule]


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("panel", _panels())
def test_every_panel_can_be_asked_and_shows_what_it_should(watched: Watched, panel: Mapping[str, Any]) -> None:
    shown = [
        watched.counted(target["rawSql"])
        if "rawSql" in target
        else watched.numbers(target["expr"], instant=target["instant"])
        for target in panel["targets"]
    ]
    numbers = [number for each in shown for number in each]
    if panel["title"] not in MAY_BE_EMPTY:
        assert numbers, panel["title"]
    if panel["title"] in MUST_MOVE:
        assert max(numbers) > 0, panel["title"]


@pytest.mark.slow
@pytest.mark.parametrize("rule", _alerts())
def test_every_alert_can_be_asked(watched: Watched, rule: Mapping[str, Any]) -> None:
    watched.numbers(rule["expr"], instant=True)


@pytest.mark.slow
def test_prometheus_judges_by_every_rule_without_an_error(watched: Watched) -> None:
    rules = [rule for group in watched.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules if rule["type"] == "alerting"} == {param.id for param in _alerts()}
    assert [rule for rule in rules if rule["health"] != "ok"] == []


@pytest.mark.slow
def test_a_week_in_which_nothing_breaks_calls_nobody(watched: Watched) -> None:
    critical = [param.values[0] for param in _alerts() if param.values[0]["labels"]["severity"] == "critical"]
    assert {rule["alert"]: watched.numbers(rule["expr"], instant=True) for rule in critical} == {
        rule["alert"]: [] for rule in critical
    }


@pytest.mark.slow
def test_titles_that_are_told_apart_exist() -> None:
    titles = {param.values[0]["title"] for param in _panels()}
    assert titles >= MAY_BE_EMPTY | MUST_MOVE


@pytest.mark.slow
def test_every_series_of_ours_is_one_that_the_code_names_and_its_labels_stay_few(watched: Watched) -> None:
    documented = Path(DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
    known = set(re.findall(r"^\| `(liuhen_\w+)`", documented, flags=re.MULTILINE))
    names = [name for name in watched.ask("label/__name__/values") if name.startswith("liuhen_")]
    for name in names:
        assert name in known or re.sub(r"_(bucket|count|sum)$", "", name) in known, name
        assert len(watched.numbers(f"count(count by (instance) ({name})) and count({name}) < 2000", instant=True)) == 1
