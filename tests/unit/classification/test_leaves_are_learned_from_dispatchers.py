"""Leaves are learned from what dispatchers assigned, compared on days that no model saw, and written whole or not."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from classification.corpus import Example
from classification.learning import LEAST_HELD, LEAST_TEXTS, Assigned, TooLittleError, learn
from classification.model import Model
from classification.suggest import Suggester
from examples.district.wording import training_rows
from liuhen.commands import classify
from rulebook import load_policy
from schemas import dispatch as d
from schemas.correction import Correction
from schemas.message import Message
from schemas.values import Actor, Party, PartyKind, Person, Tier
from tests.support.notify import registered
from tools.assigned import assigned
from tools.errors import SaidClearly
from tools.learning import Ended, give_lesson

ROOT = Path(__file__).parents[3]
POLICY = load_policy(ROOT / "policy")
TODAY = date(2026, 11, 20)
NAMES = {"0401-04": "灯杆", "0201-01": "清运车", "0601-01": "储值卡", "0101-04": "轿厢"}
CODES = tuple(NAMES)
BASE = tuple(
    Example(text, category, wording or None)
    for text, category, wording in training_rows(POLICY, 1, per_wording=1)
    if category in {*CODES, "none", "0401-04 0401-01"}
)
AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
OFFICE = Actor(party=Party(kind=PartyKind.OFFICE), person=Person(id="p-xu", name="徐文珏"))
RULE = Actor(by_rule="policy")


def calls(days: int, per_day: int = 24, first: date = date(2026, 10, 1), seed: int = 1) -> tuple[Assigned, ...]:
    """Calls in words that nobody made up: each category has a name of its own at this district."""
    rng = Random(seed)  # noqa: S311 - a choice of words, not a secret
    found = []
    for day in range(days):
        for number in range(per_day):
            code = CODES[number % len(CODES)]
            tail = "".join(rng.sample("今天昨晚又是这样请快点来看看吧谢谢", 6))
            said = f"{NAMES[code]}{rng.choice(('坏了', '不行', '没人管'))}，{tail}"
            found.append(Assigned(f"T{day:03}{number:03}", said, code, first + timedelta(days=day)))
    return tuple(found)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "learned.npz", tmp_path / "shipped.npz"


def test_what_a_person_of_the_office_gave_is_learned_and_what_a_rule_gave_is_not() -> None:
    def opened(number: int) -> d.Opened:
        return registered(ticket=f"2611020000001{number}", text=f"第{number}件")

    def classified(number: int, by: Actor, category: str) -> d.Classified:
        return d.Classified(ticket=f"2611020000001{number}", by=by, category=category, tier=Tier.COMPLEX)

    def sent(number: int, category: str | None) -> d.Dispatched:
        order: dict[str, Any] = {"order": 1, "lead": "housing", "tier": "complex", "reason": "assigned"}
        return d.Dispatched(ticket=f"2611020000001{number}", by=OFFICE, category=category, **order)

    def corrected(number: int, text: str) -> d.Corrected:
        old, new = Correction(text=f"第{number}件"), Correction(text=text)
        return d.Corrected(ticket=f"2611020000001{number}", by=OFFICE, old=old, new=new, reason="听错")

    facts: tuple[Message, ...] = (
        *(opened(1), classified(1, OFFICE, "0401-04"), classified(1, OFFICE, "0401-01")),
        *(opened(2), classified(2, RULE, "0401-04")),
        *(opened(3), sent(3, "0201-01")),
        *(opened(4), classified(4, OFFICE, "0101-04"), corrected(4, "改好的话")),
        *(opened(5), sent(5, None)),
    )

    assert [(each.text, each.category, each.day) for each in assigned((AT, fact) for fact in facts)] == [
        ("第1件", "0401-01", date(2026, 11, 2)),
        ("第3件", "0201-01", date(2026, 11, 2)),
        ("改好的话", "0101-04", date(2026, 11, 2)),
    ]


def test_a_model_says_what_it_learned_and_is_better_on_the_days_that_it_never_saw(places: tuple[Path, Path]) -> None:
    out, shipped = places

    told = give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)

    assert told.ended is Ended.WRITTEN
    lesson, model = told.lesson, Model.load(out)
    assert lesson is not None
    assert (lesson.texts, lesson.days) == (12 * 24, 12)
    assert lesson.held_from > date(2026, 10, 1)
    assert lesson.held_to == date(2026, 10, 12)
    assert lesson.after.accuracy > 0.95 > lesson.before.accuracy
    card = model.card
    assert (card.source, card.made_on, card.first_day, card.last_day) == (
        "records",
        "2026-11-20",
        "2026-10-01",
        "2026-10-12",
    )
    assert model.identity in told.said
    assert Suggester(POLICY, model).suggest("灯杆没人管").category == "0401-04"


def test_a_category_right_often_enough_on_what_was_held_out_has_a_threshold_and_the_others_wait() -> None:
    few = [each for each in calls(16) if each.category != "0101-04" or each.day < date(2026, 10, 6)]

    model = learn(few, BASE, Suggester(POLICY, None), TODAY).model

    assert model.thresholds is not None
    assert {"0401-04", "0201-01", "0601-01"} <= model.thresholds.keys()
    assert "0101-04" not in model.thresholds
    suggester = Suggester(POLICY, model)
    assert suggester.least("0101-04") > 1
    assert suggester.least("0401-04") >= POLICY.automation.suggestion.threshold


def test_the_same_lesson_twice_writes_once(places: tuple[Path, Path]) -> None:
    out, shipped = places
    give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)
    before = out.stat().st_mtime_ns, out.read_bytes()

    again = give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY + timedelta(days=1))

    assert again.ended is Ended.NOTHING_NEW
    assert (out.stat().st_mtime_ns, out.read_bytes()) == before


def test_the_next_lesson_asks_about_days_that_the_model_in_use_never_saw(places: tuple[Path, Path]) -> None:
    out, shipped = places
    give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)

    soon = give_lesson(calls(13), BASE, POLICY, out, shipped, TODAY)
    later = give_lesson(calls(14), BASE, POLICY, out, shipped, TODAY)

    assert soon.ended is Ended.TOO_LITTLE
    assert f"此后由人定过分类的只有 24 件工单，至少要 {LEAST_HELD} 件" in soon.said
    assert later.lesson is not None
    assert later.lesson.held_from == date(2026, 10, 13)
    assert later.ended is Ended.WRITTEN


@pytest.mark.parametrize("days", [4, 8])
def test_too_little_is_said_and_nothing_is_written(places: tuple[Path, Path], days: int) -> None:
    out, shipped = places

    told = give_lesson(calls(days), BASE, POLICY, out, shipped, TODAY)

    assert told.ended is Ended.TOO_LITTLE
    assert f"{days} 天的 {days * 24} 件工单" in told.said
    assert f"至少要 5 天的 {LEAST_TEXTS} 件" in told.said
    assert not out.exists()


def test_a_worse_model_is_not_written_unless_told_so(places: tuple[Path, Path]) -> None:
    out, shipped = places
    give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)
    good = out.read_bytes()
    muddled = tuple(
        Assigned(each.ticket, each.text, CODES[number % 3], each.day) for number, each in enumerate(calls(12, seed=2))
    )
    after = calls(4, first=date(2026, 10, 13))

    refused = give_lesson((*muddled, *after), BASE, POLICY, out, shipped, TODAY)
    assert refused.ended is Ended.WORSE
    assert out.read_bytes() == good

    forced = give_lesson((*muddled, *after), BASE, POLICY, out, shipped, TODAY, even_if_worse=True)
    assert forced.ended is Ended.WRITTEN
    assert out.read_bytes() != good


def test_categories_that_the_policy_no_longer_has_are_not_learned() -> None:
    policy = POLICY.model_copy(update={"categories": tuple(c for c in POLICY.categories if c.code != "0401-04")})

    lesson = learn(calls(14), BASE, Suggester(policy, None), TODAY)

    assert lesson.texts == 14 * 18
    assert "0401-04" not in lesson.model.labels
    with pytest.raises(TooLittleError, match="0 天的 0 件工单"):
        learn([Assigned("T", "灯", "9999-99", TODAY)], BASE, Suggester(policy, None), TODAY)


def test_a_lesson_that_breaks_off_leaves_the_model_before(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, shipped = places
    give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)
    before = out.read_bytes()

    def full(file: Any, **_: object) -> None:
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        give_lesson(calls(14), BASE, POLICY, out, shipped, TODAY)

    assert out.read_bytes() == before
    assert {file.name for file in out.parent.iterdir()} == {"learned.npz", "learned.npz.lock"}


def test_two_lessons_never_run_at_once(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    out, shipped = places
    met = []

    def meanwhile(*_: object) -> bool:
        with pytest.raises(SaidClearly, match="另一次学习"):
            give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)
        met.append(1)
        return True

    monkeypatch.setattr("tools.learning.learned_already", meanwhile)
    give_lesson(calls(12), BASE, POLICY, out, shipped, TODAY)

    assert met == [1]


def test_a_nightly_job_reads_the_exit_code(tmp_path: Path) -> None:
    app = typer.Typer()
    classify.register(app)
    out = tmp_path / "learned.npz"

    def run(days: int, *more: str) -> Any:
        file = tmp_path / "assigned.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            rows = [(each.ticket, each.text, each.category, each.day) for each in calls(days)]
            csv.writer(opened).writerows([("ticket", "text", "category", "day"), *rows])
        policy = str(ROOT / "policy")
        words = ["classify", "learn", "--from", str(file), "--out", str(out), "--policy", policy, *more]
        return CliRunner().invoke(app, words)

    little = run(3)
    assert little.exit_code == 4
    assert "3 天的 72 件工单" in " ".join(little.stdout.split())
    broken = tmp_path / "broken.csv"
    broken.write_text("ticket,text,category,day\n1,灯不亮,0401-04,gestern\n", "utf-8")
    told = CliRunner().invoke(
        app, ["classify", "learn", "--from", str(broken), "--out", str(out), "--policy", str(ROOT / "policy")]
    )
    assert isinstance(told.exception, SaidClearly)
    assert "broken.csv:2 day 是“gestern”" in str(told.exception)
    assert not out.exists()


def test_a_lesson_is_told_in_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    classify.register(app)
    monkeypatch.setattr(classify, "made_up", lambda *_: BASE)
    monkeypatch.setattr(classify, "MODEL", tmp_path / "shipped.npz")
    monkeypatch.setattr(classify, "_assigned", lambda *_: calls(12))
    words = ["classify", "learn", "--from", "x", "--policy", str(ROOT / "policy"), "--out", str(tmp_path / "m.npz")]

    told = CliRunner().invoke(app, [*words, "--json"])
    again = CliRunner().invoke(app, words)

    answer = json.loads(told.stdout)
    assert (told.exit_code, again.exit_code) == (0, 0)
    assert answer["ended"] == "written"
    assert answer["model"]["identity"] == Model.load(tmp_path / "m.npz").identity
    assert answer["figures"]["before"]["accuracy"] < answer["figures"]["after"]["accuracy"]
    assert "就是这些工单" in " ".join(again.stdout.split())
