"""Beside a call stand the tickets that are likely to be about the same."""

from __future__ import annotations

from typing import Any

from services.desk.core.alike import nearest


def ticket(number: str, place: str | None, text: str | None) -> dict[str, Any]:
    return {"ticket": number, "place": place, "text": text}


def test_the_same_place_comes_before_the_same_words_and_both_before_either() -> None:
    found = [
        ticket("words", "国和路1号", "楼道里的灯坏了"),
        ticket("nothing", None, None),
        ticket("place", "四平路100号", "楼上装修太吵"),
        ticket("both", "四平路100号3楼", "楼道的灯坏了一周"),
    ]

    chosen = nearest("四平路100号", "楼道里的灯坏了", found)

    assert [each["ticket"] for each in chosen] == ["both", "place", "words", "nothing"]


def test_of_equally_near_ones_the_newest_stay_in_front_and_few_are_shown() -> None:
    found = [ticket(str(number), "四平路100号", "灯坏了") for number in range(9)]

    assert [each["ticket"] for each in nearest("四平路100号", "灯坏了", found)] == ["0", "1", "2", "3", "4", "5"]
