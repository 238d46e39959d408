"""Apache Kafka on this machine: one KRaft node, or several, from the jars that Maven fetched."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

from aiokafka.client import CoordinationType
from aiokafka.errors import CoordinatorNotAvailableError, KafkaError
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.metadata import MetadataRequest

from chassis.broker import MECHANISM, Broker
from schemas.principals import ADMIN
from tools.errors import SaidClearly
from tools.layout import DEPLOY, KAFKA_JARS
from tools.local.database import run_apart
from tools.local.ports import HOST
from tools.local.programs import find
from tools.prepare.certificates import Certificates
from tools.prepare.connection import connected

_PATIENCE = 10.0  # seconds
_ASKED_MILLISECONDS = 2000
_LOOK_AGAIN = 0.1  # seconds
# That a broker does not answer yet is no news where nobody listens to logs.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
SETTINGS = DEPLOY / "kafka" / "server.properties"


class Node(NamedTuple):
    """One broker of the cluster; each is a controller too, so that any of them may be lost."""

    number: int
    port: int
    controller: int

    @property
    def process(self) -> str:
        """The name of its process; the first is called like the whole."""
        return "kafka" if self.number == 1 else f"kafka-{self.number}"

    def data(self, home: Path) -> Path:
        """The folder in which it keeps everything."""
        return home / self.process

    def properties(self, home: Path) -> Path:
        """The file that says what it is like."""
        return home / ("server.properties" if self.number == 1 else f"server-{self.number}.properties")


def port_names(count: int) -> tuple[str, ...]:
    """Name the ports that brokers need beside those of the first."""
    return tuple(f"{name}_{number}" for number in range(2, count + 1) for name in ("kafka", "kafka_controller"))


def nodes(ports: Mapping[str, int]) -> tuple[Node, ...]:
    """List the brokers that have ports."""
    others = sorted(int(name.removeprefix("kafka_")) for name in ports if name.removeprefix("kafka_").isdigit())
    first = Node(1, ports["kafka"], ports["kafka_controller"])
    return (first, *(Node(each, ports[f"kafka_{each}"], ports[f"kafka_controller_{each}"]) for each in others))


def listeners(node: Node, cluster: Iterable[Node]) -> dict[str, str]:
    """Return the properties that say where a local broker listens, and where its controllers are."""
    return {
        "node.id": str(node.number),
        "listeners": f"INTERNAL://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller}",
        "controller.quorum.bootstrap.servers": ",".join(f"{HOST}:{each.controller}" for each in cluster),
    }


def copies(cluster: Sequence[Node]) -> dict[str, str]:
    """Return the properties by which the broker's own topics outlive any one of several brokers."""
    if len(cluster) == 1:
        return {}
    replicas, in_sync = min(3, len(cluster)), min(2, len(cluster) - 1)
    return {
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(in_sync),
        "offsets.topic.replication.factor": str(replicas),
        "transaction.state.log.replication.factor": str(replicas),
        "transaction.state.log.min.isr": str(in_sync),
        "share.coordinator.state.topic.replication.factor": str(replicas),
        "share.coordinator.state.topic.min.isr": str(in_sync),
        # How long a dead broker is missed before others lead what it led; nine seconds is the default.
        "broker.session.timeout.ms": "6000",
    }


def logins(password: str, cluster: Sequence[Node]) -> dict[str, str]:
    """Return the properties by which brokers log in, on every listener as their own user.

    Several controllers know one another by what stands in this file: SCRAM's users are written down in what they first
    have to agree about.
    """
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    login = f'{module} required username="{ADMIN}" password="{password}";'
    of_brokers = {f"listener.name.internal.{MECHANISM.lower()}.sasl.jaas.config": login}
    if len(cluster) == 1:
        return of_brokers | {f"listener.name.controller.{MECHANISM.lower()}.sasl.jaas.config": login}
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    known = f'{plain} required username="{ADMIN}" password="{password}" user_{ADMIN}="{password}";'
    return of_brokers | {
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": known,
    }


def encrypted(files: Certificates) -> dict[str, str]:
    """Return the properties by which every listener speaks TLS and shows this certificate."""
    names = ("CONTROLLER", "INTERNAL", "OUTSIDE")
    return {
        "listener.security.protocol.map": ",".join(f"{name}:SASL_SSL" for name in names),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(files.both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(files.ca),
    }


def prepare(
    home: Path, cluster: Sequence[Node], password: str, files: Certificates | None = None
) -> Mapping[Node, Path]:
    """Write the brokers' properties and format their storage, once, with their own user; return the properties files.

    With certificates every line to them is encrypted.
    """
    found = {node: _write_properties(home, node, cluster, password, files) for node in cluster}
    if not all((node.data(home) / "meta.properties").exists() for node in cluster):
        _format(home, found, password)
    return found


def _write_properties(
    home: Path, node: Node, cluster: Sequence[Node], password: str, files: Certificates | None
) -> Path:
    places = {"log.dirs": str(node.data(home)), **listeners(node, cluster), **copies(cluster)}
    here = {**places, **logins(password, cluster), **(encrypted(files) if files else {})}
    own = "".join(f"{name}={value}\n" for name, value in here.items())
    properties = node.properties(home)
    properties.touch(mode=0o600)
    properties.write_text(f"{SETTINGS.read_text('utf-8')}\n{own}", "utf-8")
    return properties


def _format(home: Path, found: Mapping[Node, Path], password: str) -> None:
    cluster = _identity()
    user = f"{MECHANISM}=[name={ADMIN},iterations=4096,password={password}]"
    voters = ",".join(f"{node.number}@{HOST}:{node.controller}:{_identity()}" for node in found)
    quorum = ["--standalone"] if len(found) == 1 else ["--initial-controllers", voters]
    log = home / "logs" / "kafka-format.log"
    log.touch(mode=0o600)
    for properties in found.values():
        words = ["format", *quorum, "-t", cluster, "-c", str(properties), "--add-scram", user]
        with log.open("ab") as sink:
            done = subprocess.run(  # noqa: S603 - the command is ours
                [*_java("256m"), "kafka.tools.StorageTool", *words], stdout=sink, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode:
            raise SaidClearly(f"Kafka 没能初始化存储，它的说明在 {log}。")


def _identity() -> str:
    """By chance, as Kafka writes ids; one that begins with a hyphen would be taken for an option."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=").replace("-", "A")


def command(properties: Path, heap: str) -> list[str]:
    """Return the command that runs the broker."""
    return [*_java(heap), "kafka.Kafka", str(properties)]


def _java(heap: str) -> list[str]:
    if not any(KAFKA_JARS.glob("kafka_*.jar")):
        raise SaidClearly("还没有 Kafka，请先运行 make setup。")
    # The broker shares the machine with all services: an optimising compiler and a concurrent collector would take more
    # of it than their work gives back, for a broker mostly hands bytes on.
    frugal = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    logging = [
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    ]
    return [find("java"), f"-Xmx{heap}", "-Xshare:auto", *frugal, *logging, "-cp", f"{KAFKA_JARS}/*"]


def is_ready(broker: Broker, count: int = 1) -> bool:
    """Return whether the cluster answers and knows so many brokers.

    Asked while brokers die and come back; librdkafka, asked then, has once ended the process that asked.
    """
    return run_apart(lambda: _known(broker)) >= count


async def _known(broker: Broker) -> int:
    try:
        async with connected(broker, _ASKED_MILLISECONDS) as connection:
            return len((await connection.send(MetadataRequest([]))).brokers)
    except (KafkaError, TimeoutError):
        return 0


def wake_coordinator(broker: Broker) -> None:
    """Ask about a group, so that the broker makes its offsets topic now and the first services need not wait for it."""
    run_apart(lambda: _woken(broker))


async def _woken(broker: Broker) -> None:
    until = monotonic() + _PATIENCE
    asked = FindCoordinatorRequest("liuhen-nobody", CoordinationType.GROUP)
    try:
        async with connected(broker, _ASKED_MILLISECONDS) as connection:
            while (await connection.send(asked)).error_code == CoordinatorNotAvailableError.errno:
                if monotonic() > until:
                    return
                await asyncio.sleep(_LOOK_AGAIN)
    except (KafkaError, TimeoutError):
        return
