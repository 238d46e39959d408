"""From a fact on its topic to a message at its addressee, and back to facts that trace shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from aiokafka import AIOKafkaProducer

from chassis.broker import Broker
from chassis.connecting import connected
from schemas import clocks as c
from schemas import dispatch as d
from schemas import registry
from schemas import tickets as t
from schemas.envelope import Envelope, derived_id, partition_of
from schemas.layout import ONE_MACHINE
from schemas.message import Message
from schemas.owner import Owner
from schemas.principals import ADMIN
from schemas.values import (
    Actor,
    Channel,
    Clock,
    Contact,
    Kind,
    OfficialDue,
    Person,
    Place,
    RequesterKind,
    Tier,
)
from tools.layout import ROOT
from tools.local.instance import Instance

TICKET = "26030200000017"
TOPICS = {"tickets": registry.TICKETS, "dispatch": registry.DISPATCH, "clocks": registry.CLOCKS}
NOW = datetime.now(UTC)
PATIENCE = 30.0


@pytest.fixture(scope="module")
def running() -> Iterator[Instance]:
    """Notify and trace, alone on a broker of their own."""
    with Instance(ephemeral=True) as system:
        system.start_services(["notify", "trace"], environment={"LIUHEN_REPORTING": '["sms"]'})
        yield system


def _life() -> list[Message]:
    who: dict[str, Any] = {
        "ticket": TICKET,
        "receipt": "R0123456789AB",
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAIN,
        "requester_kind": RequesterKind.RESIDENT,
        "contact": Contact(name="王小明", phone="+8613800000000"),
        "place": Place(text="平凉路100弄"),
        "text": "煤气味很重",
    }
    by = Actor(by_rule="test")
    due = OfficialDue(at=NOW + timedelta(hours=24))
    clock: dict[str, Any] = {"ticket": TICKET, "started_at": NOW, "tier": Tier.URGENT, "due": due, "explanation": {}}
    return [
        t.Registered(**who, occurred_at=NOW),
        d.Opened(**who, by=by, tier=Tier.URGENT),
        c.ClockStarted(**clock, clock_id="citizen", clock=Clock.CITIZEN, owner=Owner("office:p-he")),
        d.Dispatched(ticket=TICKET, by=by, order=1, lead="housing", tier=Tier.URGENT, reason="catalogue"),
        d.UrgentCalled(ticket=TICKET, by=by, call=1, person=Person(id="p-min", name="闵建国"), reason="became_urgent"),
    ]


async def _say(broker: Broker, facts: list[Message]) -> None:
    partition = partition_of(TICKET, ONE_MACHINE.lanes)
    numbers: dict[str, int] = {}
    producer = AIOKafkaProducer(**broker.for_aiokafka())
    async with connected(producer):
        for fact in facts:
            topic = TOPICS[fact.family]
            numbers[topic] = number = numbers.get(topic, 0) + 1
            envelope = Envelope(
                id=derived_id(topic, number),
                source=f"liuhen/{fact.family}/{partition}",
                type=fact.type_name,
                time=NOW,
                subject=TICKET,
                sequence=number,
                correlation=TICKET,
            )
            headers = envelope.headers()
            await producer.send_and_wait(topic, fact.to_json(), TICKET.encode(), partition, headers=headers)


def _until(found: Callable[[], list[Any]], number: int) -> list[Any]:
    end = time.monotonic() + PATIENCE
    while len(it := found()) < number:
        assert time.monotonic() < end, it
        time.sleep(0.1)
    return it


def _entries(system: Instance) -> list[dict[str, Any]]:
    login = {"Authorization": f"Bearer {(system.home / 'login').read_text('utf-8')}"}
    asked = Request(f"{system.url('trace_http')}/v1/tickets/{TICKET}/timeline", headers=login)  # noqa: S310 - our own
    try:
        with urlopen(asked) as answer:  # noqa: S310 - our own
            found: list[dict[str, Any]] = json.load(answer)["entries"]
    except OSError:
        return []
    return found


async def test_what_is_told_and_what_became_of_it_stands_in_the_trace(running: Instance) -> None:
    await _say(running.broker(ADMIN), _life())

    def told() -> list[Any]:
        kinds = ("notice-delivered.v1", "notice-accepted.v1")
        return [entry for entry in _entries(running) if entry["type"].endswith(kinds)]

    _until(told, 6)
    entries = _entries(running)
    asked = {e["body"]["notice"]: e for e in entries if e["type"].endswith("notice-requested.v1")}
    assert {(e["body"]["template"], e["body"]["audience"], e["body"]["way"]) for e in asked.values()} == {
        ("duty-urgent", "duty_officer:p-min", "sms"),
        ("duty-urgent", "duty_officer:p-min", "call"),
        ("requester-receipt", "requester", "sms"),
        ("requester-dispatched", "requester", "sms"),
        ("department-urgent-order", "department:housing", "sms"),
        ("department-urgent-order", "department:housing", "call"),
    }
    for entry in told():
        assert entries[entry["caused_by"]] == asked[entry["body"]["notice"]]
    sent = [line for way in ("sms", "call") for line in _sent(running, way)]
    assert {json.loads(line)["notice"] for line in sent} == set(asked)
    assert [json.loads(line)["text"][:7] for line in _sent(running, "call")].count("请呼叫闵建国：") == 1


def test_what_did_not_arrive_is_told_another_way_once_and_stands_in_the_trace(running: Instance) -> None:
    # given what the gateway of short messages took
    taken = {json.loads(line)["template"]: json.loads(line)["notice"] for line in _sent(running, "sms")}
    lost, arrived = ("duty-urgent", "requester-receipt"), ("requester-dispatched", "department-urgent-order")
    said = [{"out_id": taken[each], "success": False, "err_code": "MK:0001"} for each in lost]
    said += [{"out_id": taken[each], "success": True, "err_code": "DELIVERED"} for each in arrived]

    def found(kind: str) -> list[Any]:
        return [each for each in _entries(running) if each["type"].endswith(f"{kind}.v1")]

    # when it reports, twice
    for _ in range(2):
        _report(running, said)
    # then who was rung up besides is written to, and who cannot be reached waits for a person
    _until(lambda: found("notice-undelivered"), 2)
    _until(lambda: [each for each in found("notice-delivered") if each["body"]["way"] == "mail"], 1)
    told = {(each["body"].get("otherwise"), each["words"]) for each in found("notice-undelivered")}
    assert told == {
        ("mail", "通知没有送到值班长闵建国（短信，对方回报mk-0001），改由邮件告知"),
        (None, "通知没有送到诉求人（短信，对方回报mk-0001），没有别的方式，需人工告知"),
    }
    assert len(_sent(running, "mail")) == 1
    assert len([each for each in found("notice-delivered") if each["body"]["way"] == "sms"]) == len(arrived)


def _report(system: Instance, said: list[dict[str, Any]]) -> None:
    token = (system.secrets / "gateway-token").read_text("ascii").split()[0]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = Request(f"{system.url('notify_http')}/v1/reports", json.dumps(said).encode(), headers)  # noqa: S310 - our own
    with urlopen(asked) as answer:  # noqa: S310 - our own
        assert json.load(answer)["code"] == 0


def _sent(system: Instance, way: str) -> list[str]:
    return (system.home / "notices" / f"{way}.jsonl").read_text("utf-8").splitlines()


def test_logs_and_metrics_hold_no_personal_data(running: Instance) -> None:
    told = "".join(path.read_text("utf-8") for path in (running.home / "logs").glob("notify*"))
    with urlopen(f"{running.url('notify_metrics')}/metrics") as answer:  # noqa: S310 - our own
        told += answer.read().decode()

    assert "liuhen_deliveries" in told
    assert "13800000000" not in told
    assert "王小明" not in told


def test_the_command_line_shows_the_ticket_by_its_receipt(running: Instance) -> None:
    shown = _liuhen(running, "ticket", "show", "R0123456789AB")
    told = json.loads(_liuhen(running, "ticket", "show", TICKET, "--json"))
    listed = json.loads(_liuhen(running, "ticket", "list", "--department", "housing", "--json"))

    assert TICKET in shown
    assert "房管局" in shown
    assert told["holder"] == "department:housing"
    assert told["timeline"][0]["type"] == "liuhen.tickets.registered.v1"
    assert [ticket["ticket"] for ticket in listed["tickets"]] == [TICKET]


def _liuhen(system: Instance, *words: str) -> str:
    command = [sys.executable, "-m", "liuhen", *words]
    environment = {**os.environ, **system.addresses(), "COLUMNS": "140"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
