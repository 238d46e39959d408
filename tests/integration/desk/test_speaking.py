"""What is typed in a terminal reaches the real door as exactly the submission that was meant, and is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import count

import pytest
import typer
from typer.testing import CliRunner, Result

from chassis.broker import Broker
from liuhen.commands import channels, department, office
from liuhen.desk.submitting import SOURCE, SubmissionAnswer, submit
from liuhen.desk.workplace import Workplace
from schemas.inbound import NoteUnreached
from schemas.principals import OPERATORS
from schemas.registry import inbound_topic
from schemas.values import Party, PartyKind, Person
from services.intake.core.numbers import check_digit
from services.intake.core.reading import Reading, read
from tools.client.addresses import load_addresses
from tools.client.kafka import listener
from tools.client.login import be, forget
from tools.errors import SaidClearly
from tools.local.instance import Instance

CALLBACK = Party(kind=PartyKind.CALLBACK)
UNKNOWN = "2609010000001" + check_digit("2609010000001")
CALL = ["register", "--kind", "complain", "--place", "国和路100号", "--text", "楼道里的灯坏了一个星期没有人来修"]
_phones = count(13_900_000_000)


@pytest.fixture
def running(system: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """The terminal finds the system by its environment, and no trace beside it."""
    for name, value in system.addresses().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LIUHEN_TRACE_URL", raising=False)
    monkeypatch.delenv("LIUHEN_PERSON", raising=False)
    return system


@pytest.fixture(scope="module")
def intake(system: Instance) -> Iterator[None]:
    (process,) = system.start_services(["intake"])
    yield
    system.stop(process.name)


def typed(*said: str) -> Result:
    app = typer.Typer()
    for module in (office, department, channels):
        module.register(app)
    return CliRunner().invoke(app, list(said))


async def last_of(broker: Broker, party: Party, submission: str) -> Reading:
    """Find a submission on a party's own topic, as the door reads it."""
    async with asyncio.timeout(30), listener(broker, [inbound_topic(party)]) as ears:
        while True:
            for records in (await ears.getmany(timeout_ms=200)).values():
                for record in records:
                    found = read(party, record.headers, record.value, b"key")
                    if isinstance(found, Reading) and found.id == submission:
                        return found


async def test_the_door_reads_what_was_said(running: Instance) -> None:
    # when it is said while nobody answers
    action = NoteUnreached(ticket=UNKNOWN, by=Person(id="hf-01", name="林静"))
    answer = await submit(Workplace.of(CALLBACK), action, submission=None, patience=1)

    # then it stands on the party's own topic, and the door's reader takes it as it is
    found = await last_of(running.broker(OPERATORS), CALLBACK, answer.submission)
    assert (found.action, found.source) == (action, SOURCE)
    assert answer == SubmissionAnswer(answer.submission)


@pytest.mark.usefixtures("running")
def test_when_nobody_answers_it_says_how_to_repeat() -> None:
    told = typed("callback", "unreached", UNKNOWN, "--as", "hf-01=林静", "--patience", "1")

    assert told.exit_code == 1
    assert "--submission" in told.stderr


@pytest.mark.usefixtures("running", "intake")
def test_a_call_becomes_a_ticket_from_the_terminal() -> None:
    told = typed("hotline", *CALL, "--phone", str(next(_phones)), "--json")

    said = json.loads(told.stdout)
    assert told.exit_code == 0, told.output
    assert said["taken"]
    assert len(said["tickets"]) == 1
    assert said["receipt"].startswith("R")


@pytest.mark.usefixtures("running", "intake")
def test_the_same_submission_twice_is_one_ticket() -> None:
    call = ["hotline", *CALL, "--phone", str(next(_phones)), "--submission", "call-1", "--json"]

    once, again = (json.loads(typed(*call).stdout) for _ in range(2))

    assert once["tickets"] == again["tickets"]


@pytest.mark.usefixtures("running", "intake")
def test_the_same_caller_and_matter_is_a_follow_up() -> None:
    call = ["hotline", *CALL, "--phone", str(next(_phones)), "--json"]

    once, again = (json.loads(typed(*call).stdout) for _ in range(2))

    assert again["tickets"] == once["tickets"]
    assert again["follow_up"]


@pytest.fixture(scope="module")
def doors(system: Instance) -> Iterator[None]:
    started = system.start_services(["trace", "desk"])
    yield
    system.stop(*(process.name for process in started))


@pytest.fixture
def at_the_desk(running: Instance, doors: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Given a terminal of the office, which finds the doors that know who is logged in."""
    monkeypatch.setenv("LIUHEN_TRACE_URL", running.url("trace_http"))
    be(load_addresses(), "p-xu")


@pytest.mark.usefixtures("at_the_desk", "intake")
def test_an_act_of_the_office_is_taken_under_the_name_that_is_logged_in() -> None:
    ticket = json.loads(typed("hotline", *CALL, "--phone", str(next(_phones)), "--json").stdout)["tickets"][0]

    told = typed("office", "assign", ticket, "--lead", "housing", "--patience", "3")

    assert told.exit_code == 0, told.output
    assert "✔ 派单" in told.stdout
    assert ticket in told.stdout
    assert "房管局" in told.stdout
    assert "徐文珏" in told.stdout


@pytest.mark.usefixtures("at_the_desk", "intake")
def test_what_the_door_refuses_ends_with_the_reason() -> None:
    told = typed("office", "nudge", UNKNOWN, "--reason", "没有进展")
    as_json = typed("office", "nudge", UNKNOWN, "--reason", "没有进展", "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert "催办未被接受" in told.stderr
    assert "没有编号为" in told.stderr
    assert json.loads(as_json.stdout)["refusal"]["code"] == "unknown_ticket"


@pytest.mark.usefixtures("at_the_desk")
def test_nobody_acts_for_the_office_without_a_login_of_their_own() -> None:
    nudge = ["office", "nudge", UNKNOWN, "--reason", "没有进展"]
    named = typed(*nudge, "--as", "p-fang")
    be(load_addresses(), "department.housing")
    of_a_department = typed(*nudge)
    forget(load_addresses())
    nobody = typed(*nudge)

    assert (named.exit_code, "--as" in named.output) == (2, True)
    assert isinstance(of_a_department.exception, SaidClearly)
    assert "房管局的工作台" in str(of_a_department.exception)
    assert isinstance(nobody.exception, SaidClearly)
    assert "liuhen login" in str(nobody.exception)


@pytest.mark.usefixtures("at_the_desk")
def test_who_of_a_department_acts_is_named_by_its_own_people() -> None:
    be(load_addresses(), "department.housing")
    nobody = typed("department", "housing", "accept", UNKNOWN)

    assert isinstance(nobody.exception, SaidClearly)
    assert "LIUHEN_PERSON" in str(nobody.exception)


@pytest.mark.usefixtures("at_the_desk", "intake")
def test_a_department_acts_under_the_login_of_its_desk_and_of_no_other() -> None:
    accept = ["accept", UNKNOWN, "--as", "housing-1=陈立", "--patience", "3"]
    of_the_office = typed("department", "housing", *accept)
    be(load_addresses(), "department.housing")
    own, others = (typed("department", each, *accept) for each in ("housing", "greening"))

    assert "liuhen login department.housing" in str(of_the_office.exception)
    assert "不是绿化市容局的工作台" in str(others.exception)
    assert own.exit_code == 0, own.output
    assert "✔ 签收" in own.stdout


@pytest.mark.usefixtures("running")
def test_an_unknown_department_is_told_the_known_ones() -> None:
    told = typed("department", "homes", "queue")

    assert isinstance(told.exception, SaidClearly)
    assert "housing　房管局" in str(told.exception)
