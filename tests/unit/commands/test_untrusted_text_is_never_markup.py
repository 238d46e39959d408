"""What citizens and foreign systems write is text in every command that prints it: no markup, no command, no link."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from doors.spreadsheet import write_csv, write_xlsx
from liuhen import letters
from liuhen.cli import build
from liuhen.commands import channels, lanes, office, verify
from liuhen.desk import actions
from liuhen.desk.queue import PublishedMessage
from liuhen.desk.submitting import Rejection, SubmissionAnswer
from liuhen.letters import Letter, LetterPlace, Sort
from rulebook import load_policy
from schemas.public import CallbackRequest, DeskTask, SharedNote
from schemas.text import COMMANDS, harmless
from schemas.values import Contact, Kind, Person, Place, TicketState, Tier
from tests.support.desk import ONE, order
from tests.support.hostile import HOSTILE
from tools.client import trace
from tools.client.desk import KnownOrder
from tools.errors import SaidClearly
from tools.terminal import Terminal, framed, json_text, styled
from tools.verify.findings import CheckResult, Finding
from vocabulary import Chinese
from worktime import load_calendar

AT: Final = "2026-09-01T10:00:00+08:00"
MORNING: Final = datetime(2026, 9, 1, 2, tzinfo=UTC)
RECEIPT: Final = "R0123456789AB"
_policy, _calendar, _app = cache(load_policy), cache(load_calendar), cache(build)
"""Read and built once: hundreds of commands run below."""
_COMMAND: Final = re.compile(f"[{COMMANDS}]")
_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")

gallery = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


@pytest.fixture(autouse=True)
def _a_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system is known, and nobody asks it: what it would answer is given below. The terminal is wide."""
    broker = {"KAFKA": "nowhere:1", "KAFKA_PASSWORD": "unheard"}
    for name, value in {**broker, "POSTGRES": "postgresql://nowhere/{service}", "POLICY": "policy"}.items():
        monkeypatch.setenv(f"LIUHEN_{name}", value)
    monkeypatch.setenv("COLUMNS", "2000")
    monkeypatch.setattr("liuhen.desk.workplace.load_policy", _policy)
    monkeypatch.setattr("liuhen.desk.workplace.person_of_office", lambda: Person(id="p-xu", name="徐文珏"))
    for module in ("department", "office"):
        monkeypatch.setattr(f"liuhen.commands.{module}.load_calendar", _calendar)


def standing(text: str) -> dict[str, Any]:
    """What trace says of a ticket, hostile wherever somebody outside can write."""
    names = ("state", "holder", "lead", "supporting", "category", "waits_for", "channel", "kind", "tier", "ruling")
    return {
        "ticket": ONE,
        "receipt": RECEIPT,
        "holder": "centre",
        "lead": "housing",
        "place": text,
        "gist": text,
        "waiting_since": AT,
        "due": AT,
        "citizen_due": AT,
        "closed_at": None,
        "overdue": 1,
        "ball": [{"party": "centre", "minutes": 90, "words": text}],
        "minutes_of_a_day": 390,
        "words": dict.fromkeys(names, text),
    }


def entry(text: str) -> dict[str, Any]:
    return {
        "at": AT,
        "topic": "liuhen.tickets.v1",
        "type": "x",
        "who": text,
        "words": text,
        "body": {"text": text},
        "caused_by": None,
    }


def clock(text: str) -> dict[str, Any]:
    words = {"clock": text, "owner": text, "status": text}
    return {"started_at": AT, "due": AT, "due_latest": AT, "overdue": True, "lines": [text, text], "words": words}


def traced(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "ticket", lambda _: standing(text))
    monkeypatch.setattr(trace, "timeline", lambda _: [entry(text)])
    monkeypatch.setattr(trace, "clocks", lambda *_: {"ticket": ONE, "clocks": [clock(text)]})
    monkeypatch.setattr(trace, "tickets", lambda **_: {"tickets": [standing(text)], "total": 1, "next": None})


def received(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    traced(text, monkeypatch)
    answer = {"receipt": RECEIPT, "tickets": [standing(text)], "timeline": [entry(text)]}
    monkeypatch.setattr(trace, "ticket", lambda _: answer)


def published(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = Contact(name=text, phone=text[:20], wechat=text[:64])
    orders = order(
        place=Place(text=text),
        text=text,
        contact=contact,
        reason=text,
        state=TicketState.IN_PROGRESS,
        notes=(SharedNote(text=text), SharedNote(text=text, plan=True)),
    )
    task = DeskTask(
        task="dispatching",
        open=True,
        ticket=ONE,
        since=MORNING,
        text=text,
        reason=text,
        tier=Tier.SIMPLE,
        kind=Kind.HELP,
    )
    request = CallbackRequest(
        happened="requested", ticket=ONE, round=0, attempts=0, contact=contact, text=text, reply=text
    )

    async def stands(*_: object) -> list[PublishedMessage]:
        return [PublishedMessage(MORNING, message) for message in (task, request)]

    known = KnownOrder(orders, (), None)
    monkeypatch.setattr(channels, "open_things", stands)
    monkeypatch.setattr("tools.client.login.me", lambda: {"department": "housing"})
    monkeypatch.setattr("tools.client.desk.order", lambda _: known)
    monkeypatch.setattr("tools.client.desk.orders", lambda: [known])
    monkeypatch.setattr(office, "tasks", lambda: [task])
    monkeypatch.setattr(office, "calendars", list)


def answered(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def submitted(*_: object, **__: object) -> SubmissionAnswer:
        return SubmissionAnswer("s-1", RECEIPT, taken=True, tickets=(ONE,), followed=(text,))

    monkeypatch.setattr(actions, "submit", submitted)


def refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def submitted(*_: object, **__: object) -> SubmissionAnswer:
        return SubmissionAnswer("s-1", RECEIPT, refusal=Rejection("illegal_in_state", text, text))

    monkeypatch.setattr(actions, "submit", submitted)


def put_aside(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = text.encode(errors="replace")
    place = LetterPlace("liuhen.inbound.hotline.v1", 0, 7)
    letter = Letter(Sort.DEAD, "intake", place, MORNING, "unreadable", text, text, raw, raw, [(text, raw)])

    async def found(*_: object) -> tuple[list[Letter], int]:
        return [letter], 1

    async def at(*_: object) -> list[Letter]:
        return [letter]

    monkeypatch.setattr(letters, "found", found)
    monkeypatch.setattr(letters, "at", at)


def stood_still(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"service": "intake", "lane": "0", "now": AT, "recorded": 1, "published": 1, "parked": 1, "paused": text}

    async def known(*_: object) -> list[dict[str, Any]]:
        return [row]

    monkeypatch.setattr(lanes, "_lanes", known)


def unknown(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_: str) -> None:
        raise SaidClearly(text)

    monkeypatch.setattr(trace, "ticket", asked)


REGISTER: Final = ("hotline", "register", "--kind", "help")
PRINTED: Final[Sequence[tuple[Callable[[str, pytest.MonkeyPatch], None], tuple[str, ...]]]] = (
    (traced, ("ticket", "show", ONE)),
    (received, ("ticket", "show", RECEIPT)),
    (traced, ("ticket", "list")),
    (traced, ("ticket", "why-due", ONE)),
    (published, ("office", "queue")),
    (published, ("department", "housing", "queue")),
    (published, ("department", "housing", "show", ONE)),
    (published, ("callback", "queue")),
    (answered, (*REGISTER, "--place", "TEXT", "--text", "TEXT")),
    (answered, ("office", "nudge", ONE, "--reason", "TEXT")),
    (refused, ("office", "nudge", ONE, "--reason", "TEXT")),
    (put_aside, ("dead-letters", "list")),
    (put_aside, ("dead-letters", "show", "liuhen.inbound.hotline.v1/0@7", "--reveal")),
    (stood_still, ("lanes", "list")),
)
"""Every command that prints what somebody outside wrote, and what is answered to it."""


def run(words: Sequence[str], text: str) -> str:
    given = [text if word == "TEXT" else word for word in words]
    ran = CliRunner().invoke(_app((words[0],)), given)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.output


@gallery
@pytest.mark.parametrize(("told", "words"), PRINTED, ids=[" ".join(words[:3]) for _, words in PRINTED])
def test_it_stands_in_the_output_and_commands_nothing(
    told: Callable[[str, pytest.MonkeyPatch], None], words: Sequence[str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(text, monkeypatch)
    output = run(words, text)
    assert _COMMAND.search(output) is None, repr(output)
    if words[0] != "lanes" or len(text.splitlines()) == 1:
        shown = harmless(text)[:20].strip().split("\n")[0]
        assert "".join(shown.split()) in "".join(output.split()), output


@pytest.mark.parametrize(("told", "words"), PRINTED, ids=[" ".join(words[:3]) for _, words in PRINTED])
def test_json_commands_nothing_either(
    told: Callable[[str, pytest.MonkeyPatch], None], words: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "甲" + "".join(sorted(set(_COMMAND.findall("".join(HOSTILE.values())))))
    told(text, monkeypatch)
    output = run([*words, "--json"], text)
    assert _COMMAND.search(output) is None, repr(output)
    assert isinstance(json.loads(output), dict | list)


@gallery
def test_an_error_that_quotes_it_commands_nothing(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown(text, monkeypatch)
    with pytest.raises(SystemExit):
        build(["ticket"])(["ticket", "show", "x"])
    assert _COMMAND.search(_STYLE.sub("", capsys.readouterr().err)) is None


@gallery
def test_on_a_terminal_with_colours_only_colours_are_ours(text: str) -> None:
    file = io.StringIO()
    terminal = Terminal(file=file, width=200, colour=True)
    table = Table(text, text, title=text)
    table.add_row(text, styled((text, "red")), style="dim")
    terminal.print(framed(table, text), framed(text, styled((text, "bold"))), text, Text(text), markup=True, emoji=True)
    terminal.rule(text)
    verify.show([CheckResult(text, 1, (Finding(text, Chinese(text)),))], terminal)
    output = _STYLE.sub("", file.getvalue())
    assert _COMMAND.search(output) is None, repr(output)


@gallery
def test_json_is_the_same_text_when_it_is_read_back(text: str) -> None:
    assert json.loads(json_text({text: [text]})) == {text: [text]}


def test_columns_stay_straight_whatever_stands_in_them() -> None:
    file = io.StringIO()
    table = Table("甲", "乙")
    for text in HOSTILE.values():
        table.add_row(text.partition("\n")[0], "乙")
    Terminal(file=file, width=200).print(table)
    lines = [line for line in file.getvalue().splitlines() if "│" in line]
    assert {line.rindex("│") - len(line) for line in lines} == {-1}


@gallery
def test_a_cell_of_a_spreadsheet_is_no_formula_and_one_line(text: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", [(text, f"-{text}", "1,5", "-0.5", "+12%")])
    written = (tmp_path / "x.csv").read_text("utf-8-sig")
    (row,) = csv.reader(io.StringIO(written))
    assert not {each[:1] for each in row[:2]} & set("=+-@\t\r")
    assert row[2:] == ["1,5", "-0.5", "+12%"]
    assert _COMMAND.search(written.removesuffix("\r\n")) is None


@pytest.mark.parametrize("number", ["310110199003071237", "6222021001123456789"])
def test_no_file_that_is_handed_on_carries_an_identity_card_or_a_bank_card(tmp_path: Path, number: str) -> None:
    row = (f"身份证{number}", 1.5)
    write_csv(tmp_path / "x.csv", [row])
    write_xlsx(tmp_path / "x.xlsx", {"明细": [row]})
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        written = "".join(book.read(name).decode() for name in book.namelist())
    written += (tmp_path / "x.csv").read_text("utf-8-sig")
    assert number not in written
    assert written.count(f"身份证{number[:6]}*") == 2
