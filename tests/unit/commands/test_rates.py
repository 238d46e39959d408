"""`liuhen rates` shows what trace answers: a share with what it is a share of, and a number where it is none."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from liuhen.cli import build
from services.trace.for_tools import RateAnswer, RateRow, RatesAnswer
from tools.client import trace

ROW: RateRow = {
    "interval": None,
    "part": "housing",
    "words": "房管局",
    "numerator": 3,
    "denominator": 4,
    "value": 0.75,
    "left_out": {"不再计": 1},
    "class_words": "委办局（条）",
    "class_rate": 0.9,
    "dispersion": 1.5,
    "band": "below",
    "band_words": "低于同类",
    "expected": 3.2,
    "ratio": 0.938,
}
ON_TIME: RateAnswer = {
    "name": "on_time",
    "title": "按时办结率（承办单位）",
    "rows": [ROW],
    "verdicts": {"late": "逾期"},
    "tickets": {"late": ["26030200000017"]},
    "next": None,
}
RECEIVED: RateAnswer = {
    "name": "received",
    "title": "受理量",
    "rows": [{**ROW, "value": None, "left_out": {}}],
    "verdicts": {},
}
Asked = list[tuple[str, str] | None]


def _moment(said: str) -> str:
    """A moment as the door answers it: of a day without a time its beginning at the office."""
    return said if "T" in said else f"{said}T00:00:00+08:00"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    windows: Asked = []

    def rates(*, window: tuple[str, str] | None = None, **_: object) -> RatesAnswer:
        windows.append(window)
        since, until = window or ("2026-10-29T17:03:00+00:00", "2026-11-28T17:03:00+00:00")
        return {"from": _moment(since), "to": _moment(until), "rates": [ON_TIME, RECEIVED]}

    monkeypatch.setattr(trace, "rates", rates)
    monkeypatch.setattr(trace, "behind", lambda _, **asked: rates(window=asked["window"]))
    return windows


def said(*words: str) -> str:
    done = CliRunner().invoke(build(["rates"]), ["rates", *words], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("asked")
def test_a_share_stands_with_its_counts_and_a_number_alone() -> None:
    shown = said()

    assert "75.0%（3/4）" in shown
    assert "不再计 1" in shown
    assert "100.0%" not in shown


def test_months_stand_side_by_side_for_each_department(asked: Asked) -> None:
    shown = said("--by", "department", "--month", "2027-01", "--months", "2")

    assert asked == [("2026-12-01", "2027-01-01"), ("2027-01-01", "2027-02-01")]
    assert "房管局" in shown
    assert "2026-12" in shown
    assert "2027-01" in shown


@pytest.mark.usefixtures("asked")
def test_a_figure_opens_into_its_tickets() -> None:
    assert "26030200000017" in said("--rate", "on_time", "--ids")


@pytest.mark.usefixtures("asked")
def test_a_csv_has_one_line_for_each_figure(tmp_path: Path) -> None:
    said("--csv", str(tmp_path / "rates.csv"))

    with (tmp_path / "rates.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    assert head[0] == "指标"
    assert [line[0] for line in lines] == [ON_TIME["title"], RECEIVED["title"]]
    assert lines[0][head.index("比率")] == "0.75"
    assert lines[0][head.index("区间")] == "低于同类"
    assert lines[0][head.index("按构成应有")] == "3.2"
    # one in the morning at the office is the day before in UTC
    assert [lines[0][head.index(name)] for name in ("自", "至")] == ["2026-10-30", "2026-11-29"]


@pytest.mark.usefixtures("asked")
def test_what_cannot_be_asked_says_what_to_write() -> None:
    for words, says in (
        (["--ids"], "--rate"),
        (["--months", "2"], "--month"),
        (["--part", "housing"], "--ids"),
        (["--month", "11月"], "2026-11"),
    ):
        done = CliRunner().invoke(build(["rates"]), ["rates", *words])
        assert done.exit_code == 1
        assert says in str(done.exception)


@pytest.mark.usefixtures("asked")
def test_bands_stand_by_class_and_name_no_rank() -> None:
    shown = said("--bands", "--rate", "on_time")

    assert "委办局（条）" in shown
    assert "低于同类" in shown
    assert "90.0%" in shown
    assert "1.50" in shown
    assert "80.0%" in shown
    assert "0.94" in shown
    assert "--rate on_time --ids --part" in shown


def test_thirty_days_with_too_few_are_pooled_with_the_sixty_before_them(asked: Asked) -> None:
    said("--bands", "--rate", "on_time")

    assert [*map(str, asked)] == ["None", "('2026-08-30T17:03:00+00:00', '2026-11-28T17:03:00+00:00')"]


def test_a_month_with_too_few_is_pooled_with_the_two_before_it(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    few: RateRow = {**ROW, "denominator": 9, "band": None, "band_words": None}
    whole = trace.rates

    def rates(*, window: tuple[str, str] | None = None, **_: object) -> RatesAnswer:
        answer = whole(window=window)
        return answer if window == ("2026-11-01", "2027-02-01") else {**answer, "rates": [{**ON_TIME, "rows": [few]}]}

    monkeypatch.setattr(trace, "rates", rates)
    shown = said("--bands", "--rate", "on_time", "--month", "2027-01")

    assert "低于同类（三个月合并）" in shown
    assert asked == [("2027-01-01", "2027-02-01"), ("2026-11-01", "2027-02-01")]


@pytest.mark.usefixtures("asked")
def test_a_workbook_has_the_figures_and_the_tickets_behind_them(tmp_path: Path) -> None:
    said("--rate", "on_time", "--ids", "--xlsx", str(tmp_path / "rates.xlsx"))

    with zipfile.ZipFile(tmp_path / "rates.xlsx") as book:
        assert book.testzip() is None
        texts = {name: book.read(name).decode() for name in book.namelist()}
    for text in texts.values():
        ET.fromstring(text)  # noqa: S314 - our own
    assert "<v>0.75</v>" in texts["xl/worksheets/sheet1.xml"]
    assert ">26030200000017<" in texts["xl/worksheets/sheet2.xml"]
