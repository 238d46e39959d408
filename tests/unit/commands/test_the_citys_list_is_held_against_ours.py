"""The city's platform and we hold the same tickets, or each difference is named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from liuhen.reconciling import read_list
from schemas.values import Grade, Solved, TicketState
from services.trace.core.citys_list import CityTicket, OurTicket, differences
from tools.errors import SaidClearly
from worktime import SHANGHAI

NUMBER, TICKET = "SH20260914-1077", "26091400000012"
DUE = datetime(2026, 9, 21, 17, 30, tzinfo=SHANGHAI)


def city(number: str = NUMBER, **more: Any) -> CityTicket:
    return CityTicket(**{"number": number, "state": "open", **more})


def here(ticket: str = TICKET, number: str = NUMBER, **more: Any) -> OurTicket:
    usual = OurTicket(ticket, number, TicketState.IN_PROGRESS, DUE, None, None)
    return usual._replace(**more)


def found(theirs: list[CityTicket], ours: list[OurTicket]) -> list[tuple[str, str | None, str]]:
    return [(each.number, each.ticket, each.what) for each in differences(theirs, ours)]


def test_what_both_hold_alike_is_no_difference() -> None:
    assert found([city(due=DUE)], [here()]) == []
    assert found([city()], [here()]) == [], "what the city leaves empty is compared with nothing"
    verdict = city(state="ended", solved=Solved.SOLVED, satisfaction=Grade.FAIRLY)
    assert found([verdict], [here(state=TicketState.ARCHIVED, solved="solved", satisfaction="fairly")]) == []
    assert found([city(state="returned")], [here(state=TicketState.TRANSFERRED)]) == []
    assert found([], []) == []


def test_a_ticket_that_one_side_lacks_is_named() -> None:
    assert found([city()], []) == [(NUMBER, None, "missing_here")]
    assert found([], [here()]) == [(NUMBER, TICKET, "missing_there")]


@pytest.mark.parametrize(
    ("said", "state"),
    [("open", TicketState.CLOSED), ("ended", TicketState.HANDLED), ("returned", TicketState.NOT_ACCEPTED)],
)
def test_another_state_is_named_in_words(said: Any, state: TicketState) -> None:
    (one,) = differences([city(state=said)], [here(state=state)])
    assert one.what == "state"
    assert "市级记为" in one.words


@pytest.mark.parametrize("state", [TicketState.MERGED, TicketState.SPLIT])
def test_what_other_tickets_carry_on_is_neither_open_nor_over(state: TicketState) -> None:
    assert found([city(state="open")], [here(state=state)]) == []
    assert found([city(state="ended")], [here(state=state)]) == []


def test_another_due_time_and_another_verdict_are_named_each() -> None:
    theirs = city(due=DUE.replace(hour=18), solved=Solved.NOT, satisfaction=Grade.DISSATISFIED)
    assert found([theirs], [here(solved="solved")]) == [
        (NUMBER, TICKET, "due"),
        (NUMBER, TICKET, "satisfaction"),
        (NUMBER, TICKET, "solved"),
    ]
    assert found([city(due=DUE.replace(second=30))], [here()]) == [], "lists are written to the minute"
    assert found([city(due=DUE)], [here(due=None)]) == [(NUMBER, TICKET, "due")]


def test_one_number_on_two_open_tickets_is_named_and_the_newest_is_compared() -> None:
    again = here("26091500000037")
    assert found([city()], [here(), again]) == [(NUMBER, "26091500000037", "repeated")]
    assert found([city()], [here(state=TicketState.ARCHIVED), again]) == []


def test_a_list_is_read_with_moments_of_the_city(tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text(f"number,state,due,solved\n{NUMBER},open,2026-09-21 17:30,\nSH-2,ended,,solved\n", "utf-8-sig")
    first, second = read_list(file)
    assert (first.due, first.solved) == (DUE, None)
    assert (second.due, second.solved) == (None, Solved.SOLVED)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("编号,状态\n1,open\n", "第 1 行应为列名"),
        ("number,state\nSH-1,closed\n", "第 2 行的 state"),
        ("number,state\n,open\n", "第 2 行的 number"),
        ("number,state,due\nSH-1,open,soon\n", "第 2 行的 due"),
        ("number,state\nSH-1,open\nSH-1,ended\n", "第 3 行的编号 SH-1 在第 2 行已有"),
        ("number,state\nSH-1,open,more\n", "第 2 行的列比第 1 行多"),
        ("", "第 1 行应为列名"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(tmp_path: Path, content: str, named: str) -> None:
    file = tmp_path / "city.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(SaidClearly) as said:
        read_list(file)
    assert named in str(said.value)


def test_a_file_that_is_none_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(SaidClearly, match="读不了"):
        read_list(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("编号".encode("gbk"))
    with pytest.raises(SaidClearly, match="UTF-8"):
        read_list(tmp_path / "gbk.csv")
