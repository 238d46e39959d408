"""Apache Kafka on this machine: one KRaft node from the jars that Maven fetched."""

from __future__ import annotations

import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chassis.broker import MECHANISM, Broker
from schemas.principals import ADMIN
from tools.errors import SaidClearly
from tools.layout import DEPLOY, KAFKA_JARS
from tools.local.ports import HOST
from tools.local.programs import find
from tools.prepare.certificates import Certificates

_PATIENCE = 10.0  # seconds
SETTINGS = DEPLOY / "kafka" / "server.properties"


def listeners(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the properties that say where the local broker listens."""
    return {
        "listeners": f"INTERNAL://{HOST}:{ports['kafka']},CONTROLLER://{HOST}:{ports['kafka_controller']}",
        "controller.quorum.bootstrap.servers": f"{HOST}:{ports['kafka_controller']}",
    }


def logins(password: str) -> dict[str, str]:
    """Return the properties by which the broker itself logs in, on every listener as its own user."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    login = f'{module} required username="{ADMIN}" password="{password}";'
    names = ("internal", "controller")
    return {f"listener.name.{name}.{MECHANISM.lower()}.sasl.jaas.config": login for name in names}


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


def prepare(home: Path, ports: Mapping[str, int], password: str, files: Certificates | None = None) -> Path:
    """Write the broker's properties and format its storage, once, with its own user; return the properties file.

    With certificates every line to it is encrypted.
    """
    data = home / "kafka"
    properties = home / "server.properties"
    here = {"log.dirs": str(data), **listeners(ports), **logins(password), **(encrypted(files) if files else {})}
    own = "".join(f"{name}={value}\n" for name, value in here.items())
    properties.touch(mode=0o600)
    properties.write_text(f"{SETTINGS.read_text('utf-8')}\n{own}", "utf-8")
    if not (data / "meta.properties").exists():
        _format(properties, home / "logs" / "kafka-format.log", password)
    return properties


def _format(properties: Path, log: Path, password: str) -> None:
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=").replace("-", "A")
    command = [*_java("256m"), "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster]
    user = f"{MECHANISM}=[name={ADMIN},iterations=4096,password={password}]"
    log.touch(mode=0o600)
    with log.open("ab") as sink:
        done = subprocess.run(  # noqa: S603 - the command is ours
            [*command, "-c", str(properties), "--add-scram", user], stdout=sink, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise SaidClearly(f"Kafka 没能初始化存储，它的说明在 {log}。")


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


def is_ready(broker: Broker) -> bool:
    """Return whether the broker answers and knows itself."""
    admin = AdminClient({**broker.for_librdkafka(), "socket.timeout.ms": 2000})
    try:
        return bool(admin.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


def wake_coordinator(broker: Broker) -> None:
    """Ask about a group, so that the broker makes its offsets topic now and the first services need not wait for it."""
    admin = AdminClient(broker.for_librdkafka())
    for answer in admin.describe_consumer_groups(["liuhen-nobody"], request_timeout=_PATIENCE).values():
        try:
            answer.result()
        except KafkaException:
            return
