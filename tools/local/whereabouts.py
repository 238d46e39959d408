"""Where the parts of one system on this machine are, and the variables that tell its programs so."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.layout import Layout
from tools.layout import LEARNED, MODEL, POLICY
from tools.local import broker, prometheus
from tools.local.database import Cluster
from tools.local.plan import Plan, Program, fill
from tools.local.ports import HOST, free_ports
from tools.local.settings import BUCKET, SAID, LocalSettings, bucket_or
from tools.prepare.certificates import Certificates
from tools.prepare.logins import LOGINS, OPENID
from tools.prepare.roles import OWNER

FIRST: Final = "1"
"""The worker that has the ports of deploy/services.yaml; others get free ones."""
DOORS: Final = ("intake_http", "trace_http", "desk_http", "notify_http")
"""The ports that people and channels reach; what else is asked over HTTP is asked on this machine."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one system has its files and ports, whatever of it runs, and by what its programs go."""

    name: str
    home: Path
    plan: Plan
    settings: LocalSettings
    ports: Mapping[str, int]
    clock: str
    policy: Path
    layout: Layout
    certificates: Certificates | None
    cluster: Cluster

    @property
    def brokers(self) -> tuple[broker.Node, ...]:
        """The brokers of the cluster, running or not."""
        return broker.nodes(self.ports)

    @property
    def kafka(self) -> str:
        """The brokers' addresses, host:port."""
        return ",".join(f"{HOST}:{node.port}" for node in self.brokers)

    @property
    def secrets(self) -> Path:
        """The folder with the passwords of the broker's users and the database's roles, a file for each."""
        return self.home / "secrets"

    def postgres_dsn(self, role: str = OWNER, database: str | None = None) -> str:
        """Return the database's address for a service (or for the owner of everything), password included."""
        return self.cluster.dsn(role, database or self.plan.postgres.database)

    def url(self, port: str) -> str:
        """Return the HTTP address of a port by its name in deploy/services.yaml, such as `trace_http`."""
        scheme = "https" if self.settings.tls and port in DOORS else "http"
        return f"{scheme}://{HOST}:{self.ports[port]}"

    def of(self, process: str) -> str:
        """Return where a process is reached, a line for each of its ports."""
        for node in self.brokers:
            if process == node.process:
                return f"{HOST}:{node.port}"
        if process == "postgres":
            return f"{HOST}:{self.ports['postgres']}/{self.plan.postgres.database}"
        programs = {**self.plan.services, prometheus.WATCH: self.plan.watch}
        own = programs[process].ports if process in programs else {}
        own = self.plan.prometheus.ports if process == "prometheus" else own
        return "\n".join(f"{self.url(port)}{'/metrics' if port.endswith('_metrics') else ''}" for port in own)

    def ports_of(self, process: str) -> Collection[str]:
        """Return the names of the ports that a process listens on when it starts."""
        of_nodes = {f"kafka-{n}": broker.port_names(n)[-2:] for n in range(2, len(self.brokers) + 1)}
        of_parts = {"kafka": self.plan.kafka.ports, "postgres": self.plan.postgres.ports, **of_nodes}
        of_services = {service: program.ports for service, program in self.plan.services.items()}
        return {**of_parts, **of_services}.get(process, ())

    def addresses(self) -> dict[str, str]:
        """Return where everything is, as the variables by which commands and scripts find it."""
        database = self.plan.postgres.database
        return {
            "LIUHEN_INSTANCE": self.name,
            "LIUHEN_KAFKA": self.kafka,
            "LIUHEN_KAFKA_SECRETS": str(self.secrets),
            "LIUHEN_POSTGRES": f"postgresql://{{service}}@{HOST}:{self.ports['postgres']}/{database}{self.cluster.checked}",
            "PGPASSFILE": str(self.home / "pgpass"),
            "LIUHEN_CLOCK": self.clock,
            "LIUHEN_POLICY": str(self.policy),
            "LIUHEN_LOGIN": str(self.home / "login"),
            "LIUHEN_INTAKE_URL": self.url("intake_http"),
            "LIUHEN_TRACE_URL": self.url("trace_http"),
            "LIUHEN_DESK_URL": self.url("desk_http"),
            "LIUHEN_NOTIFY_URL": self.url("notify_http"),
            "LIUHEN_PROMETHEUS_URL": self.url("prometheus"),
            "LIUHEN_ATTACHMENTS": bucket_or(self.home / "attachments"),
            **self.layout.variables(),
            **self._trust(),
        }

    def environment(self, service: str, worker: str = FIRST) -> dict[str, str]:
        """Return the variables of a service: LIUHEN_* as deploy/services.yaml says, beside those of this process."""
        program = self.plan.services[service]
        own = self.ports if worker == FIRST else {**self.ports, **free_ports(program.ports)}
        return self._variables(program, worker, own)

    def environment_of_watch(self) -> dict[str, str]:
        """Return the variables of the program that watches all others."""
        return self._variables(self.plan.watch, FIRST, self.ports)

    def _variables(self, program: Program, worker: str, ports: Mapping[str, int]) -> dict[str, str]:
        places = self._places(worker)
        wanted = {**self.plan.environment, **program.environment}
        return {**os.environ, **{name: fill(value, places, ports) for name, value in wanted.items()}}

    def _trust(self) -> dict[str, str]:
        """Whom clients trust, as the variables by which ours and other libraries are told."""
        files = self.certificates
        return (
            {}
            if files is None
            else {"LIUHEN_TLS": "true", "LIUHEN_KAFKA_CA": str(files.ca), "SSL_CERT_FILE": str(files.ca)}
        )

    def _places(self, worker: str) -> dict[str, str]:
        """What stands in this system for each name in the braces of deploy/services.yaml."""
        addresses = self.addresses()
        return {
            **{name: str(value) for name, value in self.layout.model_dump(mode="json").items()},
            "kafka": addresses["LIUHEN_KAFKA"],
            "kafka_secrets": addresses["LIUHEN_KAFKA_SECRETS"],
            "postgres": addresses["LIUHEN_POSTGRES"],
            "mode": "",
            "logins": str(self.secrets / LOGINS),
            "clock": self.clock,
            "policy": str(self.policy),
            "log": self.settings.log,
            "worker": worker,
            "bind": HOST,
            "notices": str(self.home / "notices"),
            "attachments": bucket_or(self.home / "attachments"),
            "disks": f"here={self.home}",
            "model": self._model(),
            "kafka_ca": str(files.ca) if (files := self.certificates) else "",
            "tls_certificate": str(files.certificate) if files else "",
            "tls_key": str(files.key) if files else "",
            **{name: os.environ.get(f"LIUHEN_{name.upper()}", "") for name in (*SAID, *BUCKET, *OPENID)},
        }

    def _model(self) -> str:
        """The model that was learned here, else the shipped one, which knows the shipped catalogue alone."""
        learned = self.home / LEARNED
        if learned.exists():
            return str(learned)
        return str(MODEL) if self.policy == POLICY else ""
