"""What operations look at is one closed thing: metrics, dashboards, alerts and their explanation say the same names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from itertools import combinations
from types import NoneType
from typing import Any, Final, get_args

import pytest
import typer
import yaml
from prometheus_client import REGISTRY
from typer.core import TyperGroup

from liuhen.cli import build
from rulebook import load_policy
from schemas.message import MODELS
from schemas.values import Channel, Clock, Ruling
from services.notify.core.notice import Way
from tools.layout import DEPLOY, POLICY, ROOT
from tools.local.plan import load_plan
from vocabulary import CHANNELS, CLOCKS, RULINGS, SERVICES, WAITS, WAYS, Table

DOCS: Final = ROOT / "docs" / "operations.md"
RULES: Final = DEPLOY / "prometheus" / "rules"
RULE_TESTS: Final = DEPLOY / "prometheus" / "rules.test.yml"
DASHBOARDS: Final = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
ALWAYS: Final = "Heartbeat"
"""The one alert that fires for ever: its silence is what calls somebody."""
OURS: Final = re.compile(r"\bliuhen_[a-z_]+\b")
RECORDED: Final = re.compile(r"\b(?:service|clocks):liuhen_[a-z_]+:\w+")

BOUNDED: Final[Mapping[str, str]] = {
    "service": "the services of deploy/services.yaml",
    "topic": "the topics of the registry",
    "writer": "the owners of the topics of the registry",
    "type": "the messages of the schemas",
    "detail": "an enumeration, or codes that are written in the code (Message.counted_by)",
    "outcome": "words that are written in the code",
    "reason": "words that are written in the code",
    "cause": "names of exceptions",
    "kind": "the alarms of the chassis",
    "lane": "the partitions of the topics of the registry",
    "state": "running, paused",
    "status": "how a clock stands, or an HTTP status",
    "clock": "the clocks of the rulebook",
    "step": "what trace has words for",
    "way": "the ways of delivery",
    "work": "words that are written in the code",
    "verdict": "right, wrong, unchecked",
    "difference": "in what two sides can differ, by the code",
    "disk": "the words of LIUHEN_DISKS, which whoever deploys chooses",
    "of": "used, most",
    "bound": "the share itself, and both ends of its interval",
    "route": "the routes of the HTTP doors",
}
COUNTED_CODES: Final = {
    "liuhen.dispatch.contact-shown.v1": "department",
    "liuhen.tickets.submission-refused.v1": "code",
    "liuhen.dispatch.action-refused.v1": "code",
    "liuhen.dispatch.incident-action-refused.v1": "code",
    "liuhen.notices.notice-requested.v1": "way",
    "liuhen.notices.notice-accepted.v1": "way",
    "liuhen.notices.notice-delivered.v1": "way",
    "liuhen.notices.notice-undelivered.v1": "way",
    "liuhen.notices.notice-unconfirmed.v1": "way",
    "liuhen.notices.notice-attempt-failed.v1": "way",
    "liuhen.notices.notice-dropped.v1": "way",
    "liuhen.notices.notice-given-up.v1": "way",
}
"""Counted apart by a plain code: each of these fields takes its values from the code, none from outside."""


def _measured() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every metric of ours that any service serves: its kind and its labels."""
    for service in load_plan().services:
        import_module(f"services.{service}.__main__")
    import_module("tools.watch")
    collectors = {collector for name, collector in REGISTRY._names_to_collectors.items() if name.startswith("liuhen_")}
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for collector in collectors:
        kind = collector._type  # type: ignore[attr-defined]
        name = collector._name + ("_total" if kind == "counter" else "")  # type: ignore[attr-defined]
        found[name] = (kind, tuple(collector._labelnames))  # type: ignore[attr-defined]
    return found


def _documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = re.findall(r"^\| `(liuhen_\w+)` \| (\w+) \| (.*?) \|", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def _dashboards() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in DASHBOARDS:
        yield path.name, json.loads(path.read_text("utf-8"))


def _panels() -> list[tuple[str, dict[str, Any]]]:
    return [(name, panel) for name, board in _dashboards() for panel in board["panels"]]


def _rules() -> list[dict[str, Any]]:
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(RULES.glob("*.yml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def _alerts() -> list[dict[str, Any]]:
    return [rule for rule in _rules() if "alert" in rule]


def _recorded() -> set[str]:
    return {rule["record"] for rule in _rules() if "record" in rule}


def _queries() -> Iterable[str]:
    targets = (target for _, panel in _panels() for target in panel.get("targets", ()))
    yield from (target["expr"] for target in targets if "expr" in target)
    yield from (rule["expr"] for rule in _rules())


def test_the_list_of_metrics_is_closed() -> None:
    assert _documented() == _measured()


def test_metrics_have_base_units_and_bounded_labels() -> None:
    for name, (kind, labels) in _measured().items():
        assert set(labels) <= BOUNDED.keys(), name
        assert not re.search(r"_(ms|millis\w*|minutes|hours|days|kb|mb|percent)(_total)?$", name), name
        assert kind in {"counter", "gauge", "histogram"}, name


def test_what_messages_are_counted_by_is_bounded() -> None:
    plain = {}
    for model in MODELS.values():
        if model.counted_by:
            annotation = model.model_fields[model.counted_by].annotation
            kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
            if not all(isinstance(kind, type) and issubclass(kind, StrEnum) for kind in kinds):
                plain[model.type_name] = model.counted_by
    assert plain == COUNTED_CODES


def test_queries_ask_only_for_what_exists() -> None:
    measured = _measured()
    known = set(measured) | {
        name + ending
        for name, (kind, _) in measured.items()
        if kind == "histogram"
        for ending in ("_bucket", "_count", "_sum")
    }
    for query in _queries():
        recorded = set(RECORDED.findall(query))
        assert recorded <= _recorded(), query
        assert set(OURS.findall(RECORDED.sub("", query))) <= known, query
        types = re.findall(r"liuhen\.[a-z]+\.[a-z-]+\.v1", query)
        assert set(types) <= MODELS.keys(), query


@pytest.mark.parametrize(("name", "board"), list(_dashboards()))
def test_a_dashboard_is_whole(name: str, board: dict[str, Any]) -> None:
    panels = board["panels"]
    assert CHINESE.search(board["title"])
    assert len({panel["id"] for panel in panels}) == len(panels)
    titles = [panel["title"] for panel in panels]
    assert len(set(titles)) == len(titles)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (name, one, other)


def test_every_panel_is_explained_in_chinese_and_asks_the_provisioned_source() -> None:
    folder = DEPLOY / "grafana" / "provisioning"
    files = sorted((folder / "datasources").glob("*.yml"))
    known = {source["uid"] for file in files for source in yaml.safe_load(file.read_text("utf-8"))["datasources"]}
    for name, panel in _panels():
        assert CHINESE.search(panel["title"]), (name, panel["title"])
        if panel["type"] == "row":
            continue
        assert CHINESE.search(panel["description"]), (name, panel["title"])
        assert panel["targets"], (name, panel["title"])
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert {panel["datasource"]["uid"], *(target["datasource"]["uid"] for target in panel["targets"])} <= known


def test_provisioning_reads_the_dashboards_from_where_compose_puts_them() -> None:
    provider = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/liuhen.yml").read_text("utf-8"))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    mounts = [volume.split(":")[:2] for volume in compose["services"]["grafana"]["volumes"]]
    assert ["./deploy/grafana/dashboards", provider["providers"][0]["options"]["path"]] in mounts


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("clock", [clock.value for clock in Clock]),
        ("step", WAITS),
        ("way", [way.value for way in Way]),
        ("service", list(load_plan().services)),
    ],
)
def test_codes_are_shown_as_words(label: str, values: Iterable[str]) -> None:
    for name, panel in _panels():
        if any(target.get("legendFormat") == f"{{{{{label}}}}}" for target in panel.get("targets", ())):
            assert set(values) <= _renamed(panel).keys(), (name, panel["title"])


@pytest.mark.parametrize("words", [CLOCKS, WAITS, WAYS, SERVICES, CHANNELS, RULINGS], ids=lambda table: str(table.name))
def test_codes_are_called_what_everybody_calls_them(words: Table[str]) -> None:
    panels = [(panel["title"], _renamed(panel)) for _, panel in _panels() if words.keys() <= _renamed(panel).keys()]

    assert panels
    for title, renamed in panels:
        assert {code: renamed[code] for code in words} == dict(words), title


def test_counted_details_are_shown_as_words() -> None:
    words = {"来件渠道（每小时）": Channel, "结案评判（所选时段）": Ruling}
    shown = {panel["title"]: _renamed(panel).keys() for _, panel in _panels()}
    for title, enumeration in words.items():
        assert {member.value for member in enumeration} <= shown[title]


def test_departments_are_shown_by_their_names() -> None:
    names = {each.code: each.name for each in load_policy(POLICY).departments}
    shown = {
        panel["title"]: {code: said["text"] for one in maps for code, said in one["options"].items()}
        for _, panel in _panels()
        for override in panel.get("fieldConfig", {}).get("overrides", ())
        if override["matcher"]["options"] == "lead"
        for maps in [prop["value"] for prop in override["properties"] if prop["id"] == "mappings"]
    }
    assert shown
    assert shown == dict.fromkeys(shown, names)


def _renamed(panel: Mapping[str, Any]) -> dict[str, str]:
    overrides = panel.get("fieldConfig", {}).get("overrides", ())
    return {one["matcher"]["options"]: one["properties"][0]["value"] for one in overrides}


def test_every_alert_says_what_to_do_and_is_explained() -> None:
    explained = set(re.findall(r"^### (\w+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE))
    assert {rule["alert"] for rule in _alerts()} == explained
    for rule in _alerts():
        assert rule["labels"]["severity"] in ({"none"} if rule["alert"] == ALWAYS else {"critical", "warning"})
        page, _, section = rule["annotations"]["runbook_url"].partition("#")
        assert (ROOT / page, section) == (DOCS, rule["alert"].lower())
        assert CHINESE.search(rule["annotations"]["summary"]), rule["alert"]
        assert CHINESE.search(rule["annotations"]["description"]), rule["alert"]


def test_commands_that_operators_are_told_to_use_exist() -> None:
    group = typer.main.get_command(build())
    assert isinstance(group, TyperGroup)
    told = [DOCS.read_text("utf-8"), *(rule["annotations"]["description"] for rule in _alerts())]
    for words in {found for text in told for found in re.findall(r"liuhen ((?:[a-z-]+ ?){1,2})", text)}:
        command, *rest = words.split()
        assert command in group.commands, words
        inner = group.commands[command]
        if rest and isinstance(inner, TyperGroup):
            assert rest[0] in inner.commands, words


def test_every_alert_is_seen_to_fire_and_to_stay_quiet() -> None:
    cases = [
        case
        for test in yaml.safe_load(RULE_TESTS.read_text("utf-8"))["tests"]
        for case in test.get("alert_rule_test", ())
    ]
    names = {rule["alert"] for rule in _alerts()}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names - {ALWAYS}


def test_what_is_recorded_is_shown_or_judged_by() -> None:
    told = "".join(_queries())
    assert [name for name in sorted(_recorded()) if name not in told] == []


def test_a_quantile_is_told_beyond_ten_seconds_and_never_as_no_number() -> None:
    buckets = {
        collector._name: collector._upper_bounds  # type: ignore[attr-defined]
        for name, collector in REGISTRY._names_to_collectors.items()
        if name.startswith("liuhen_") and collector._type == "histogram"  # type: ignore[attr-defined]
    }
    assert buckets
    assert {name: bounds[-2] for name, bounds in buckets.items()} == dict.fromkeys(buckets, 3600.0)
    quantiles = [query for query in _queries() if "histogram_quantile" in query]
    assert quantiles
    assert [query for query in quantiles if not query.endswith(">= 0")] == []
