"""Of a life of thousands of steps one sees how it began, what moved it, and its end; what was repeated is folded."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from schemas.registry import DISPATCH, NOTICES
from tools.client import render
from tools.client.folding import FIRST, NEWEST, folded


def step(number: int, words: str, topic: str = NOTICES) -> Any:
    at = f"2026-09-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}+08:00"
    return {"at": at, "topic": topic, "type": "t", "who": "系统", "words": words, "body": {}, "caused_by": None}


def shown(entries: list[Any], *, everything: bool) -> str:
    console = Console(file=StringIO(), width=160)
    console.print(render.timeline(entries, everything=everything))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


CALLED = [step(n, f"告知值班员{n % 3}：紧急来电（电话）") for n in range(1, 400)]
LONG = [step(0, "登记", DISPATCH), *CALLED, step(400, "派单", DISPATCH)]


def test_who_was_called_for_hours_stands_twice_and_registration_and_dispatch_are_in_sight() -> None:
    steps = folded(LONG)

    assert [each.entry["words"] for each in steps if each.entry["topic"] == DISPATCH] == ["登记", "派单"]
    assert [each.times for each in steps if each.times > 1] == [133, 133, 133]
    assert len(steps) == 8
    said = shown(LONG, everything=False)
    assert "同样的共 133 次" in said
    assert "共 401 步" in said


def test_everything_is_listed_for_whoever_asks() -> None:
    assert shown(LONG, everything=True).count("告知值班员") == 399
    assert "--all" not in shown(LONG, everything=True)


def test_a_usual_life_is_shown_as_it_was() -> None:
    usual = [step(n, "催办") for n in range(FIRST + NEWEST)]
    assert [each.place for each in folded(usual)] == list(range(1, FIRST + NEWEST + 1))


def test_between_begin_and_end_of_a_long_life_stands_what_moved_the_ticket() -> None:
    life = [step(n, f"第{n}步", DISPATCH if n == 500 else NOTICES) for n in range(2000)]

    places = [each.place for each in folded(life)]

    assert places == [*range(1, FIRST + 1), 501, *range(2000 - NEWEST + 1, 2001)]
