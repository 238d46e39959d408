"""The broker of the Compose file, started as its container starts it, is the local runner's broker."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chassis.broker import Broker
from schemas.principals import ADMIN
from tools.generate import compose
from tools.layout import KAFKA_JARS, ROOT
from tools.local.broker import SETTINGS
from tools.local.plan import load_plan
from tools.local.ports import HOST, free_ports
from tools.prepare.certificates import make

_PATIENCE = 60.0  # seconds


@pytest.fixture(params=[False, True], ids=["in the clear", "encrypted"])
def container(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Broker]:
    """What the container would run, on ports of this machine; the broker as its own user reaches it from outside."""
    files = make(tmp_path / "certificates", [HOST, "localhost"], datetime.now(UTC)) if request.param else None
    told = compose(load_plan())["services"]["kafka"]
    ports = free_ports(["inside", "outside", "controller"])
    moved = {"9092": "inside", "19092": "outside", "19093": "controller"}
    here = {**told["environment"], "KAFKA_ADMIN_PASSWORD": "chance", "KAFKA_HEAP_OPTS": "-Xmx512m"}
    here["KAFKA_ADVERTISED_LISTENERS"] = f"INTERNAL://{HOST}:9092,OUTSIDE://{HOST}:19092"
    for number, name in moved.items():
        for variable in ("KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CONTROLLER"):
            here[variable] = here[variable].replace(f":{number}", f":{ports[name]}")
    here |= {
        "KAFKA_LIBRARIES": str(KAFKA_JARS),
        "KAFKA_SETTINGS": str(SETTINGS),
        "KAFKA_PROPERTIES": str(tmp_path / "server.properties"),
        "KAFKA_LOG_DIRS": str(tmp_path / "data"),
        "KAFKA_CERTIFICATES": str(files.ca.parent) if files else "",
    }
    (command,) = told["command"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(ROOT / "deploy" / "kafka" / Path(command).name)], env={**os.environ, **here}, stdout=log, stderr=log
        )
    yield Broker(f"{HOST}:{ports['outside']}", ADMIN, "chance", files and files.ca)
    process.kill()
    process.wait()


def test_the_container_starts_a_broker_that_only_its_own_user_enters(container: Broker, tmp_path: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while not answers(container):
        assert time.monotonic() < until, (tmp_path / "log").read_text("utf-8")[-2000:]
    assert not answers(replace(container, password="guessed"))
    assert container.ca is None or not answers(replace(container, ca=None))
    assert (tmp_path / "server.properties").stat().st_mode & 0o777 == 0o600


def answers(broker: Broker) -> bool:
    try:
        return bool(AdminClient(broker.for_librdkafka()).list_topics(timeout=2).brokers)
    except KafkaException:
        return False
