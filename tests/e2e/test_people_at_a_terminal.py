"""A ticket's whole way with people at terminals alone: a call, a department, the office, the agency; then what if."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import Result

from chassis.clock import Clock
from liuhen.commands import channels, classify, department, office, policy
from liuhen.commands import ticket as of_tickets
from tests.support.terminal import typed_at_their_desk
from tools.client.addresses import load_addresses
from tools.client.login import be
from tools.errors import SaidClearly
from tools.local.instance import Instance

ROOT = Path(__file__).parents[2]
SERVICES = ["intake", "dispatch", "sla", "trace", "desk"]
CLERK = "housing-1=陈立"
CONTENT = ["--contacted", "yes", "--solved", "solved", "--attitude", "satisfied", "--result", "satisfied"]
CATEGORY = "0104-03"


@pytest.fixture(scope="module")
def services() -> Iterator[Instance]:
    """Given a system of its own, whose queues hold nobody else's tickets."""
    with Instance(ephemeral=True) as system:
        system.start_services(SERVICES)
        yield system


@pytest.fixture(autouse=True)
def at_a_terminal(services: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in services.addresses().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LIUHEN_PERSON", raising=False)


def as_person(person: str) -> None:
    """Log in as somebody of the office, as `liuhen login --trial` does."""
    be(load_addresses(), person)


def typed(*said: str) -> Result:
    app = typer.Typer()
    for module in (office, department, channels, policy, classify, of_tickets):
        module.register(app)
    return typed_at_their_desk(app, said)


def did(*said: str) -> dict[str, Any]:
    """Type a command that is done; returns what it answers."""
    told = typed(*said, "--json", "--patience", "60")
    assert told.exit_code == 0, told.output
    answer: dict[str, Any] = json.loads(told.stdout)
    assert answer["followed"], answer
    return answer


def a_call(phone: str) -> str:
    """Take down a call that is dispatched by the catalogue; returns its ticket once the department knows it."""
    text = "楼道里的灯坏了一个星期没有人来修"
    where = ["--place", "国和路100号", "--subdistrict", "wujiaochang", "--category", CATEGORY]
    answer = did("hotline", "register", "--kind", "complain", *where, "--text", text, "--phone", phone)
    ticket = str(answer["tickets"][0])
    until = time.monotonic() + 60
    while ticket not in {each["ticket"] for each in waiting("department", "housing")}:
        assert time.monotonic() < until, "the department does not hear of it"
        time.sleep(0.2)
    return ticket


def waiting(*said: str) -> list[dict[str, Any]]:
    told = typed(*said, "queue", "--json")
    assert told.exit_code == 0, told.output
    found: list[dict[str, Any]] = json.loads(told.stdout)
    # one in twenty is drawn for a check, by its number
    return [each for each in found if each.get("task") != "dispatch_check"]


def test_empty_desks_are_shown_as_such() -> None:
    # given a system to which nobody has said anything, which is why this story is told first
    as_person("p-lu")
    for said in (["office"], ["department", "fire"], ["callback"]):
        assert waiting(*said) == []


def test_a_ticket_goes_its_whole_way() -> None:
    # given a call, dispatched by the catalogue
    ticket = a_call("13811110001")
    assert [each["ticket"] for each in waiting("department", "housing")] == [ticket]

    # when the department works on it and asks for more time
    did("department", "housing", "accept", ticket, "--as", CLERK)
    did("department", "housing", "contact", ticket, "--reached", "--as", CLERK)
    reason = ["--ground", "many-parties", "--reason", "需会商"]
    did("department", "housing", "extend", ticket, "--days", "3", *reason, "--as", CLERK)

    # then the office finds that on its desk, decides, and it is gone
    assert [(each["ticket"], each["task"]) for each in waiting("office")] == [(ticket, "extension")]
    as_person("p-fang")
    granted = did("office", "rule-extension", ticket, "--granted", "--days", "3", "--reason", "属实")
    assert "同意延期3个工作日（房管局）" in granted["followed"][0]
    assert waiting("office") == []

    # and when it is handled, reviewed and called back, it is closed and waits for nobody
    handled = ("department", "housing", "handled", ticket, "--reply", "灯已换新", "--as", CLERK)
    assert "同意延期" in typed(*handled).stderr  # another hand acted since the queue was looked at
    did(*handled)
    as_person("p-lu")
    assert [(each["ticket"], each["task"]) for each in waiting("office")] == [(ticket, "review")]
    did("office", "review", ticket, "--accepted", "--ruling", "solved")
    assert [each["ticket"] for each in waiting("callback")] == [ticket]
    closed = did("callback", "record", ticket, *CONTENT, "--as", "hf-01=林静")
    assert closed["followed"][-1] == "结案：实际解决"
    assert waiting("callback") == waiting("department", "housing") == []


def did_all(*said: str) -> dict[str, str]:
    """Do something to many tickets; what became of each."""
    told = typed(*said, "--all", "--yes", "--json", "--patience", "60")
    assert told.exit_code == 0, told.output
    return {each["ticket"]: each["word"] for each in json.loads(told.stdout)["results"]}


def _times(ticket: str, happened: str) -> int:
    """How often a fact stands in the trace of a ticket."""
    told = typed("ticket", "show", ticket, "--json")
    assert told.exit_code == 0, told.output
    return str(told.stdout).count(f'"{happened}"')


def test_many_tickets_are_accepted_by_one_command_and_run_again_nothing_is_done_twice() -> None:
    tickets = [a_call(f"138222200{number:02d}") for number in range(3)]
    only = ["--if-ticket", ",".join(tickets)]

    preview = typed("department", "housing", "accept", "--all", *only, "--as", CLERK)
    assert preview.exit_code == 1, "nobody said yes"
    assert "3件" in preview.output
    assert did_all("department", "housing", "accept", *only, "--as", CLERK) == dict.fromkeys(tickets, "done")
    again = typed("department", "housing", "accept", "--all", "--yes", *only, "--as", CLERK)
    assert isinstance(again.exception, SaidClearly)
    as_person("p-xu")
    nudge = ("office", "nudge", "--reason", "请抓紧。", *only, "--batch", "pressed")
    assert did_all(*nudge) == dict.fromkeys(tickets, "done")
    # run again under its name, nothing is done twice, although each ticket has another version by now
    assert did_all(*nudge) == dict.fromkeys(tickets, "done")
    assert [_times(each, "liuhen.dispatch.nudged.v1") for each in tickets] == [1, 1, 1]


def test_an_incident_is_handled_once_at_the_terminals() -> None:
    # given three calls about one outage
    tickets = [a_call(f"138333300{number:02d}") for number in range(3)]

    # when one command makes an incident of them, and one each accepts and reports it
    opened = ["--title", "国和路停电", "--lead", "housing", "--tickets", ",".join(tickets)]
    as_person("p-xu")
    incident = did("office", "open-incident", *opened)["incident"]
    taken = did("department", "housing", "accept-incident", "--incident", incident, "--as", CLERK)
    assert set(taken["tickets"]) == set(tickets)
    reply = ["--incident", incident, "--reply", "已恢复供电。"]
    reported = did("department", "housing", "incident-handled", *reply, "--as", CLERK)
    assert set(reported["tickets"]) == set(tickets)
    as_person("p-lu")
    did("office", "review-incident", "--incident", incident, "--accepted")

    # then each of them waits for its own callback, and is closed by it
    assert {each["ticket"] for each in waiting("callback")} == set(tickets)
    for ticket in tickets:
        did("callback", "record", ticket, *CONTENT, "--as", "hf-01=林静")
    assert waiting("callback") == []


def test_a_second_hand_at_a_terminal_reads_what_the_first_one_did() -> None:
    # given a ticket at the desk, which two dispatchers look at
    where = ["--place", "某处", "--text", "有个东西坏了很久没有人来管"]
    ticket = did("hotline", "register", "--kind", "complain", *where, "--phone", "13811110041")["tickets"][0]
    for person in ("p-xu", "p-shen"):
        as_person(person)
        assert ticket in {each["ticket"] for each in waiting("office")}

    # when both assign it, the second is told what the first one did, and may go on after that
    as_person("p-xu")
    did("office", "assign", ticket, "--lead", "housing", "--uncategorised")
    as_person("p-shen")
    again = ("office", "assign", ticket, "--lead", "greening", "--note", "应由绿化市容局办")
    refused = typed(*again)

    # then
    assert refused.exit_code == 1
    assert "徐文珏派单" in refused.stderr
    did(*again)


def test_what_is_not_legal_now_is_refused_with_the_reason() -> None:
    ticket = a_call("13811110002")

    as_person("p-lu")

    early = typed("office", "review", ticket, "--accepted", "--json")
    foreign = typed("department", "greening", "accept", ticket, "--as", "greening-1=周敏", "--json")

    for told in (early, foreign):
        assert told.exit_code == 1, told.output
        assert json.loads(told.stdout)["refusal"]["reason"]


def test_other_rules_are_tried_on_what_the_system_recorded(services: Instance, tmp_path: Path) -> None:
    ticket = a_call("13811110003")
    other = Path(shutil.copytree(ROOT / "policy", tmp_path / "policy"))
    catalogue = other / "catalogue.csv"
    lines = catalogue.read_text("utf-8").splitlines()
    changed = [line.replace(",housing,", ",greening,", 1) if line.startswith(CATEGORY) else line for line in lines]
    catalogue.write_text("\n".join(changed) + "\n", "utf-8")

    since = f"{Clock.parse(services.clock).now() - timedelta(days=2):%Y-%m-%d}"
    told = typed("policy", "try", str(other), "--since", since, "--json")

    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["reproduced"] == found["tickets"] >= 1
    (moved,) = [each for each in found["moved"] if each["ticket"] == ticket]
    assert (moved["present"], moved["other"]) == ("housing", "greening")
    assert found["loads"]["greening"]["other"] == found["loads"]["housing"]["present"]


def test_a_lesson_reads_what_a_person_of_the_office_gave_and_says_when_that_is_too_little(tmp_path: Path) -> None:
    ticket = a_call("13811110009")
    as_person("p-xu")
    did("office", "classify", ticket, "--category", "0102-04")

    told = typed("classify", "learn", "--json", "--out", str(tmp_path / "learned.npz"))

    answer = json.loads(told.stdout)
    assert (told.exit_code, answer["ended"]) == (4, "too_little")
    assert answer["said"].startswith("由人定过分类的只有 1 天的 1 件工单")
    assert not (tmp_path / "learned.npz").exists()
